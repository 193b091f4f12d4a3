//! What lasts: the timelines of all rooms, in one SQLite database in the data folder.
//!
//! One writer thread commits the appends of many rooms in one transaction (WAL,
//! `synchronous=FULL`), and an append is answered after that transaction is on disk: what was
//! answered survives `kill -9` and a loss of power. Numbers are given by arrival, a room's without a
//! gap; a second append with the same client id is a repeat of the first. Pages are read on
//! connections of their own, and never wait for the writer.
//!
//! The folder holds `zoom.db` with SQLite's `-wal` and `-shm` beside it, `lock`, whose advisory lock
//! keeps a second copy of the program out, and `secret`, the key of resume tokens. A database that
//! is damaged, newer than the program or somebody else's is refused before a byte of it is touched.
//! On a full disk appends are refused, and go on when there is space again.
//!
//! What it does not do: it checks no right and no rule of a room, it knows no clock (times come in
//! with what is written), and it is no async runtime: reads block, and appends answer by a callback.

mod change;
mod changes;
mod database;
mod error;
pub mod files;
mod folder;
mod log;
mod pages;
mod queue;
mod readers;
mod record;
mod rows;
mod schema;
mod scrub;
mod search;
mod secret;
mod store;
mod writer;

pub use change::{Change, CleanReply, Outcome, Refusal, Reply, WriteRequest};
pub use error::{ReadError, StoreError};
pub use record::{ChangesRead, OpenCall, PageRead, RoomRecord};
pub use secret::load_or_create_secret;
pub use store::Store;

/// Most entries that one [`Change::Expire`] takes away, so that nobody waits long behind it.
pub const EXPIRED_AT_ONCE: u32 = 500;
