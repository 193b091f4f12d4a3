//! When the log goes into the database.
//!
//! SQLite would do it by itself at a commit; here the writer does, so that what was taken away
//! leaves the files then, see [`scrub`](crate::scrub).

use std::time::{Duration, Instant};

use rusqlite::Connection;

use crate::{database::PATIENCE, scrub::Scrubber};

/// Pages of the log above which it goes into the database: more take longer at once, fewer are the
/// same pages more often.
const PAGES: u32 = 4_000;
/// Pages more than at the last attempt before another one, while somebody reads an older state.
const PAGES_MORE: u32 = 1_000;
/// How long the log may wait for those who read it before it is emptied later: messages wait too.
const CLEAN_PATIENCE: Duration = Duration::from_millis(50);
/// After what time the log goes with what was taken away.
const ERASE: Duration = Duration::from_secs(1);
/// Pages that are cleared at once, while messages wait.
const CLEARED_AT_ONCE: u32 = 1_000;

/// Brings the log into the database.
#[derive(Debug)]
pub(crate) struct Log {
    scrubber: Scrubber,
    /// With how many pages it is brought over.
    most: u32,
    /// Whether all pages are to be cleared.
    all: bool,
    /// When what was taken away has to leave the log.
    erase_at: Option<Instant>,
}

impl Log {
    /// Where the database `is_untidy`, every page of it is to be cleared.
    pub(crate) fn new(scrubber: Scrubber, is_untidy: bool) -> Self {
        Self {
            scrubber,
            most: PAGES,
            all: is_untidy,
            erase_at: is_untidy.then(Instant::now),
        }
    }

    /// When there is something to do although nothing is written.
    pub(crate) fn due(&self) -> Option<Instant> {
        self.erase_at
    }

    /// Something was taken away.
    pub(crate) fn erased(&mut self) {
        self.erase_at.get_or_insert_with(|| Instant::now() + ERASE);
    }

    /// Does what is due, for a moment. What fails is tried again: the log has it all until then.
    pub(crate) fn tend(&mut self, connection: &Connection) {
        let done = if self.erase_at.is_some_and(|at| at <= Instant::now()) {
            self.clean_some(connection).map(drop)
        } else {
            self.shorten(connection)
        };
        if let Err(error) = done {
            tracing::debug!(%error, "the log stays beside the database");
        }
    }

    /// Empties the log, and clears what was taken away; whether all of it is gone.
    pub(crate) fn clean(&mut self, connection: &Connection) -> Result<bool, LogError> {
        loop {
            match self.clean_some(connection)? {
                Cleaned::All => return Ok(true),
                Cleaned::Some => {}
                Cleaned::None => return Ok(false),
            }
        }
    }

    /// Brings over what the log has if that is much.
    fn shorten(&mut self, connection: &Connection) -> Result<(), LogError> {
        let pages = checkpoint(connection, "NOOP")?.pages;
        if pages < PAGES {
            self.most = PAGES;
        }
        if pages >= self.most {
            self.most = pages.saturating_add(PAGES_MORE);
            self.bring_over(connection)?;
        }
        Ok(())
    }

    /// Clears some of what is to be cleared, and empties the log when that was the last.
    fn clean_some(&mut self, connection: &Connection) -> Result<Cleaned, LogError> {
        self.erase_at = Some(Instant::now() + ERASE);
        if std::mem::take(&mut self.all)
            && let Err(error) = self.scrubber.note_all()
        {
            self.all = true;
            return Err(error.into());
        }
        if self.scrubber.count() > CLEARED_AT_ONCE {
            self.scrubber.scrub(CLEARED_AT_ONCE)?;
            self.erase_at = Some(Instant::now());
            return Ok(Cleaned::Some);
        }
        if !self.bring_over(connection)? {
            return Ok(Cleaned::None);
        }
        self.scrubber.scrub(u32::MAX)?;
        self.scrubber.sync()?;
        connection.busy_timeout(CLEAN_PATIENCE)?;
        let state = checkpoint(connection, "TRUNCATE");
        connection.busy_timeout(PATIENCE)?;
        if state?.is_held_up {
            return Ok(Cleaned::None);
        }
        // Pages in memory have what was cleared, and would be written with it again.
        connection.execute_batch("PRAGMA shrink_memory")?;
        self.erase_at = None;
        Ok(Cleaned::All)
    }

    /// Brings all over, and notes what is to be cleared. False when somebody reads an older state.
    fn bring_over(&mut self, connection: &Connection) -> Result<bool, LogError> {
        let state = checkpoint(connection, "PASSIVE")?;
        if state.is_held_up || state.brought < state.pages {
            return Ok(false);
        }
        self.scrubber.note_log(state.pages)?;
        Ok(true)
    }
}

/// How far the cleaning has come.
enum Cleaned {
    /// Nothing is left in the files of what was taken away.
    All,
    /// There is more to do.
    Some,
    /// Somebody reads an older state.
    None,
}

/// Why the log could not be brought over.
#[derive(Debug, thiserror::Error)]
pub(crate) enum LogError {
    #[error(transparent)]
    Database(#[from] rusqlite::Error),
    #[error(transparent)]
    System(#[from] std::io::Error),
}

/// What a checkpoint says.
struct State {
    is_held_up: bool,
    /// Of the log.
    pages: u32,
    /// Of those, how many are in the database.
    brought: u32,
}

fn checkpoint(connection: &Connection, how: &str) -> rusqlite::Result<State> {
    let size = |row: &rusqlite::Row<'_>, column| -> rusqlite::Result<u32> {
        let pages: i64 = row.get(column)?;
        Ok(u32::try_from(pages).unwrap_or_default())
    };
    connection
        .prepare_cached(&format!("PRAGMA wal_checkpoint({how})"))?
        .query_row([], |row| {
            Ok(State {
                is_held_up: row.get(0)?,
                pages: size(row, 1)?,
                brought: size(row, 2)?,
            })
        })
}
