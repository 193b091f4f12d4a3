//! The one thread that writes: many rooms' appends in one transaction.

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    sync::Arc,
};

use rusqlite::{Connection, OptionalExtension, Transaction, TransactionBehavior, params};

use crate::{
    AppendOutcome, AppendRefusal, AppendReply, AppendRequest,
    database::{Database, is_full},
    queue::Queue,
};

/// An append and where its outcome goes.
pub(crate) struct Job {
    pub(crate) request: AppendRequest,
    pub(crate) reply: AppendReply,
}

/// Empties the queue into the database.
pub(crate) struct Writer {
    pub(crate) connection: Connection,
    pub(crate) queue: Arc<Queue<Job>>,
    /// Most appends of one transaction.
    pub(crate) batch: usize,
    /// The file that it writes.
    pub(crate) database: Database,
    /// Whether the last transaction failed.
    pub(crate) failing: bool,
}

impl Writer {
    /// Runs until the queue is closed and empty.
    pub(crate) fn run(mut self) {
        while let Some(jobs) = self.queue.take(self.batch) {
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
        let outcomes = self.commit(&jobs);
        match outcomes {
            Ok(outcomes) => {
                if std::mem::take(&mut self.failing) {
                    tracing::info!("messages are written to the disk again");
                }
                for (job, outcome) in jobs.into_iter().zip(outcomes) {
                    call(job.reply, outcome);
                }
            }
            Err(error) => {
                let refusal = self.refusal(&error);
                if !std::mem::replace(&mut self.failing, true) {
                    tracing::warn!(%error, ?refusal, "messages cannot be written to the disk");
                }
                for job in jobs {
                    call(job.reply, AppendOutcome::Refused(refusal));
                }
            }
        }
    }

    fn commit(&mut self, jobs: &[Job]) -> rusqlite::Result<Vec<AppendOutcome>> {
        if !self.connection.is_autocommit() {
            // A transaction that failed could not be undone then either.
            self.connection.execute_batch("ROLLBACK")?;
        }
        let transaction = self
            .connection
            .transaction_with_behavior(TransactionBehavior::Immediate)?;
        let outcomes = jobs
            .iter()
            .map(|job| append(&transaction, &job.request))
            .collect::<rusqlite::Result<Vec<_>>>()?;
        transaction.commit()?;
        Ok(outcomes)
    }

    fn refusal(&self, error: &rusqlite::Error) -> AppendRefusal {
        match error.sqlite_error_code() {
            Some(code) if is_full(code, &self.database.path) => AppendRefusal::StorageFull,
            Some(_) | None => AppendRefusal::StorageFailed,
        }
    }
}

/// Replies; whatever happens there, the next append is written.
fn call(reply: AppendReply, outcome: AppendOutcome) {
    if catch_unwind(AssertUnwindSafe(|| reply(outcome))).is_err() {
        tracing::error!("a reply to an append panicked");
    }
}

/// Appends one entry within a transaction.
fn append(
    transaction: &Transaction<'_>,
    request: &AppendRequest,
) -> rusqlite::Result<AppendOutcome> {
    let participant = request.sender.participant.0.cast_signed();
    let client_id = request.client_id.as_str();
    let room = transaction
        .prepare_cached("SELECT id FROM rooms WHERE key = ?1")?
        .query_row([request.room.key()], |row| row.get::<_, i64>(0))
        .optional()?;
    let number_and_time = |row: &rusqlite::Row<'_>| Ok((row.get(0)?, row.get(1)?));
    let mut last: Option<(i64, i64)> = None;
    let room = match room {
        Some(room) => {
            let repeat: Option<(i64, i64)> = transaction
                .prepare_cached(
                    "SELECT number, time_ms FROM entries
                     WHERE room = ?1 AND participant = ?2 AND client_id = ?3",
                )?
                .query_row(params![room, participant, client_id], number_and_time)
                .optional()?;
            if let Some((number, time_ms)) = repeat {
                return Ok(AppendOutcome::Repeat {
                    number: number.cast_unsigned(),
                    time_ms: time_ms.cast_unsigned(),
                });
            }
            last = transaction
                .prepare_cached(
                    "SELECT number, time_ms FROM entries
                     WHERE room = ?1 ORDER BY number DESC LIMIT 1",
                )?
                .query_row([room], number_and_time)
                .optional()?;
            room
        }
        None => {
            transaction
                .prepare_cached("INSERT INTO rooms (key, name) VALUES (?1, ?2)")?
                .execute([request.room.key(), request.room.as_str()])?;
            transaction.last_insert_rowid()
        }
    };
    let (last_number, last_time_ms) = last.unwrap_or_default();
    let number = last_number + 1;
    let time_ms = i64::try_from(request.unix_ms)
        .unwrap_or(i64::MAX)
        .max(last_time_ms);
    let body = serde_json::to_string(&request.body)
        .map_err(|error| rusqlite::Error::ToSqlConversionFailure(error.into()))?;
    transaction
        .prepare_cached(
            "INSERT INTO entries
             (room, number, time_ms, participant, name, ordinal, client_id, body)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
        )?
        .execute(params![
            room,
            number,
            time_ms,
            participant,
            request.sender.name.as_str(),
            request.sender.ordinal,
            client_id,
            body,
        ])?;
    Ok(AppendOutcome::Appended {
        number: number.cast_unsigned(),
        time_ms: time_ms.cast_unsigned(),
    })
}
