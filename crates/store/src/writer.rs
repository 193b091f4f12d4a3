//! The one thread that writes: many rooms' changes in one transaction.

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    sync::Arc,
    thread,
    time::Duration,
};

use rusqlite::{Connection, TransactionBehavior};
use zoom_protocol::Limits;

use crate::{
    CleanReply, ImportError, ImportReply, Imported, Outcome, Refusal, Reply, WriteRequest,
    changes::{Aftermath, Batch, Unimported, import},
    database::{Database, is_full},
    files::FileFolder,
    import::Import,
    log::Log,
    queue::Queue,
};

/// A commit costs nearly as much for one change as for many. Where the one before had so many times
/// as many changes, those who were answered then are about to write again, and are waited for.
const FEW: usize = 4;
/// How long they are waited for.
const GATHER: Duration = Duration::from_millis(1);

/// Something to do, and where its outcome goes.
pub(crate) enum Job {
    /// A change.
    Write(Box<WriteRequest>, Reply),
    /// To have everything that was taken away leave the files.
    Clean(CleanReply),
    /// A whole room.
    Import(Box<Import>, ImportReply),
}

/// Empties the queue into the database.
pub(crate) struct Writer {
    pub(crate) connection: Connection,
    pub(crate) log: Log,
    pub(crate) queue: Arc<Queue<Job>>,
    pub(crate) limits: Limits,
    /// The file that it writes.
    pub(crate) database: Database,
    /// The bytes of the files that entries have.
    pub(crate) files: FileFolder,
    /// Whether the last transaction failed.
    pub(crate) failing: bool,
}

impl Writer {
    /// Runs until the queue is closed and empty.
    pub(crate) fn run(mut self) {
        let most = self.limits.store_batch as usize;
        let mut last = 0;
        while let Some(mut jobs) = self.queue.take(most, self.log.due()) {
            if jobs.len() < last / FEW {
                thread::sleep(GATHER);
                jobs.extend(self.queue.more(most.saturating_sub(jobs.len())));
            }
            last = jobs.len();
            let (mut writes, mut cleans) = (Vec::with_capacity(jobs.len()), Vec::new());
            let mut imports = Vec::new();
            for job in jobs {
                match job {
                    Job::Write(request, reply) => writes.push((request, reply)),
                    Job::Clean(reply) => cleans.push(reply),
                    Job::Import(room, reply) => imports.push((room, reply)),
                }
            }
            if !writes.is_empty() {
                self.write(writes);
            }
            for (room, reply) in imports {
                let outcome = self.import(*room);
                call(reply, outcome);
            }
            if !cleans.is_empty() {
                let is_clean = self.clean();
                for reply in cleans {
                    call(reply, is_clean);
                }
            }
            self.log.tend(&self.connection);
        }
        // The next start has less to read back; where it fails, the log has it all.
        self.clean();
    }

    fn clean(&mut self) -> bool {
        self.log.clean(&self.connection).unwrap_or_else(|error| {
            tracing::debug!(%error, "the log stays beside the database");
            false
        })
    }

    /// Writes a batch, and replies when it is on disk or nothing of it is kept.
    fn write(&mut self, writes: Vec<(Box<WriteRequest>, Reply)>) {
        match self.commit(&writes) {
            Ok((outcomes, aftermath)) => {
                if std::mem::take(&mut self.failing) {
                    tracing::info!("messages are written to the disk again");
                }
                if aftermath.erased {
                    self.log.erased();
                }
                if !aftermath.dropped.is_empty() {
                    self.files.dropped(aftermath.dropped);
                }
                for ((_, reply), outcome) in writes.into_iter().zip(outcomes) {
                    call(reply, outcome);
                }
            }
            Err(error) => {
                let refusal = self.refusal(&error);
                if !std::mem::replace(&mut self.failing, true) {
                    tracing::warn!(%error, ?refusal, "messages cannot be written to the disk");
                }
                for (_, reply) in writes {
                    call(reply, Outcome::Refused(refusal));
                }
            }
        }
    }

    fn commit(
        &mut self,
        writes: &[(Box<WriteRequest>, Reply)],
    ) -> rusqlite::Result<(Vec<Outcome>, Aftermath)> {
        if !self.connection.is_autocommit() {
            // A transaction that failed could not be undone then either.
            self.connection.execute_batch("ROLLBACK")?;
        }
        let transaction = self
            .connection
            .transaction_with_behavior(TransactionBehavior::Immediate)?;
        let mut batch = Batch::new(&transaction, &self.limits);
        let outcomes = writes
            .iter()
            .map(|(request, _)| batch.apply(request))
            .collect::<rusqlite::Result<Vec<_>>>()?;
        let aftermath = batch.finish()?;
        transaction.commit()?;
        Ok((outcomes, aftermath))
    }

    /// Takes a room in. Where nothing of it is kept, nothing of it stays in the log either.
    fn import(&mut self, room: Import) -> Result<Imported, ImportError> {
        let taken = catch_unwind(AssertUnwindSafe(|| self.commit_import(room)));
        let failure = match taken {
            Ok(Ok(imported)) => return Ok(imported),
            Ok(Err(failure)) => failure,
            Err(_) => Unimported::Refused(ImportError::Incomplete),
        };
        self.log.erased();
        Err(match failure {
            Unimported::Refused(error) => error,
            Unimported::Failed(error) => {
                let refusal = self.refusal(&error);
                tracing::warn!(%error, ?refusal, "a room cannot be taken in");
                if refusal == Refusal::StorageFull {
                    ImportError::StorageFull
                } else {
                    ImportError::StorageFailed
                }
            }
        })
    }

    fn commit_import(&mut self, room: Import) -> Result<Imported, Unimported> {
        if !self.connection.is_autocommit() {
            self.connection.execute_batch("ROLLBACK")?;
        }
        let transaction = self
            .connection
            .transaction_with_behavior(TransactionBehavior::Immediate)?;
        let imported = import(&transaction, &self.limits, &room.room, room.entries)?;
        transaction.commit()?;
        Ok(imported)
    }

    fn refusal(&self, error: &rusqlite::Error) -> Refusal {
        match error.sqlite_error_code() {
            Some(code) if is_full(code, &self.database.path) => Refusal::StorageFull,
            Some(_) | None => Refusal::StorageFailed,
        }
    }
}

/// Replies; whatever happens there, the next change is written.
fn call<T>(reply: Box<dyn FnOnce(T) + Send>, outcome: T) {
    if catch_unwind(AssertUnwindSafe(|| reply(outcome))).is_err() {
        tracing::error!("a reply to a change panicked");
    }
}
