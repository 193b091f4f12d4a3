//! What lasts: the timelines of all rooms, in one SQLite database in the data folder.
//!
//! One writer thread commits the appends of many rooms in one transaction; an append is answered
//! after that transaction is on disk. Pages are read on connections of their own.
//!
//! What it does not do: it checks no right and no rule of a room, it knows no clock (times come in
//! with what is written), and it is no async runtime: reads block, and appends answer by a callback.

mod database;
mod error;
mod folder;
mod queue;
mod readers;
mod secret;
mod store;
mod writer;

pub use error::{ReadError, StoreError};
pub use secret::load_or_create_secret;
pub use store::{AppendOutcome, AppendRefusal, AppendRequest, Reply, RoomRecord, Store};
