//! A room that is taken in whole, as an export has it.

use zoom_protocol::{Entry, RoomName};

/// The entries of a room that is taken in, the oldest first, each as everybody may read it. `None`
/// says that there is no whole room to come. They are asked for on the writer's thread.
pub type ImportEntries = Box<dyn Iterator<Item = Option<Entry>> + Send>;

/// What is called with the outcome of an import: as [`Reply`](crate::Reply).
pub type ImportReply = Box<dyn FnOnce(Result<Imported, ImportError>) + Send>;

/// A room to take in.
pub(crate) struct Import {
    pub(crate) room: RoomName,
    pub(crate) entries: ImportEntries,
}

/// What was taken in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Imported {
    /// How many entries.
    pub entries: u64,
    /// The bytes of the room's files, each content once.
    pub file_bytes: u64,
}

/// Why nothing of a room was taken in.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ImportError {
    /// Somebody has written in the room.
    #[error("the room has entries")]
    Occupied,
    /// An entry cannot be one of the room.
    #[error("entries[{index}] (number {number}): {field}: {reason}")]
    Entry {
        /// Its place among the entries, from 0.
        index: u64,
        /// Its number.
        number: u64,
        /// What of it is wrong.
        field: &'static str,
        /// What is wrong with that.
        reason: &'static str,
    },
    /// The entries broke off.
    #[error("the entries are not whole")]
    Incomplete,
    /// The disk is full.
    #[error("the disk is full")]
    StorageFull,
    /// The disk failed, or the store is closed.
    #[error("the disk took nothing")]
    StorageFailed,
    /// `Limits::store_queue` changes wait for the disk already.
    #[error("too much waits for the disk")]
    Busy,
}
