//! What lasts: the timelines of all rooms, in one SQLite database in the data folder.
//!
//! An entry's row is what it is now: a change of it takes the room's next number, is allowed or
//! refused in the transaction that carries it out, and overwrites what was there. One writer thread
//! commits the changes of many rooms in one transaction (WAL, `synchronous=FULL`), and a change is
//! answered after that transaction is on disk: what was answered survives `kill -9` and a loss of
//! power. Numbers are given by arrival; a second message with the same client id is a repeat of the
//! first. What is read is read at one moment, on connections of their own, and never waits for the
//! writer.
//!
//! What was taken away is in no file any more within seconds; see `scrub` for why that takes more
//! than to delete it.
//!
//! The folder holds `zoom.db` with SQLite's `-wal` and `-shm` beside it, the bytes of files (see
//! [`files`]), `lock`, whose advisory lock keeps a second copy of the program out, and `secret`, the
//! key of resume tokens. A database that is damaged, newer than the program or somebody else's is
//! refused before a byte of it is touched. On a full disk changes are refused, and go on when there
//! is space again.
//!
//! What it does not do: it knows no rule of a room but those that the tables alone can tell (whose
//! message it is, who may read it, how much of something there is), it knows no clock (times come in
//! with what is written), and it is no async runtime: reads block, and changes answer by a callback.

mod change;
mod changes;
mod database;
mod error;
pub mod files;
mod folder;
mod import;
mod log;
mod pages;
mod queue;
mod readers;
mod record;
mod retention;
mod rows;
mod schema;
mod scrub;
mod search;
mod secret;
mod store;
mod writer;

pub use change::{Change, CleanReply, Outcome, Refusal, Reply, WriteRequest};
pub use error::{ReadError, StoreError};
pub use import::{ImportEntries, ImportError, ImportReply, Imported};
pub use record::{ChangesRead, OpenCall, PageRead, RoomRecord};
pub use retention::Outdated;
pub use secret::load_or_create_secret;
pub use store::Store;

/// Most entries that one [`Change::Expire`] takes away, so that nobody waits long behind it.
pub const EXPIRED_AT_ONCE: u32 = 500;
