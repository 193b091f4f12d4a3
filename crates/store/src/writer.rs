//! The one thread that writes: many rooms' changes in one transaction.

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    sync::Arc,
};

use rusqlite::{Connection, TransactionBehavior};
use zoom_protocol::Limits;

use crate::{
    Outcome, Refusal, Reply, WriteRequest,
    changes::{Aftermath, Batch},
    database::{Database, is_full},
    files::FileFolder,
    queue::Queue,
};

/// A change and where its outcome goes.
pub(crate) struct Job {
    pub(crate) request: WriteRequest,
    pub(crate) reply: Reply,
}

/// Empties the queue into the database.
pub(crate) struct Writer {
    pub(crate) connection: Connection,
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
        while let Some(jobs) = self.queue.take(self.limits.store_batch as usize) {
            self.write(jobs);
        }
        // The next start has less to read back; where it fails, the log has it all.
        let log = |_: &rusqlite::Row<'_>| Ok(());
        if let Err(error) = self
            .connection
            .query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], log)
        {
            tracing::debug!(%error, "the log stays beside the database");
        }
    }

    /// Writes a batch, and replies when it is on disk or nothing of it is kept.
    fn write(&mut self, jobs: Vec<Job>) {
        match self.commit(&jobs) {
            Ok((outcomes, aftermath)) => {
                if std::mem::take(&mut self.failing) {
                    tracing::info!("messages are written to the disk again");
                }
                for (job, outcome) in jobs.into_iter().zip(outcomes) {
                    call(job.reply, outcome);
                }
                if !aftermath.dropped.is_empty() {
                    self.files.dropped(aftermath.dropped);
                }
            }
            Err(error) => {
                let refusal = self.refusal(&error);
                if !std::mem::replace(&mut self.failing, true) {
                    tracing::warn!(%error, ?refusal, "messages cannot be written to the disk");
                }
                for job in jobs {
                    call(job.reply, Outcome::Refused(refusal));
                }
            }
        }
    }

    fn commit(&mut self, jobs: &[Job]) -> rusqlite::Result<(Vec<Outcome>, Aftermath)> {
        if !self.connection.is_autocommit() {
            // A transaction that failed could not be undone then either.
            self.connection.execute_batch("ROLLBACK")?;
        }
        let transaction = self
            .connection
            .transaction_with_behavior(TransactionBehavior::Immediate)?;
        let mut batch = Batch::new(&transaction, &self.limits);
        let outcomes = jobs
            .iter()
            .map(|job| batch.apply(&job.request))
            .collect::<rusqlite::Result<Vec<_>>>()?;
        let aftermath = batch.finish()?;
        transaction.commit()?;
        Ok((outcomes, aftermath))
    }

    fn refusal(&self, error: &rusqlite::Error) -> Refusal {
        match error.sqlite_error_code() {
            Some(code) if is_full(code, &self.database.path) => Refusal::StorageFull,
            Some(_) | None => Refusal::StorageFailed,
        }
    }
}

/// Replies; whatever happens there, the next change is written.
fn call(reply: Reply, outcome: Outcome) {
    if catch_unwind(AssertUnwindSafe(|| reply(outcome))).is_err() {
        tracing::error!("a reply to a change panicked");
    }
}
