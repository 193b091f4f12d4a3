//! What can go wrong with the data folder.

use std::{io, path::PathBuf};

/// Why the store does not open. Each is one clear line for the person who started the program.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StoreError {
    /// The folder, or a file in it, cannot be made or written.
    #[error("cannot write to {}: {source}", path.display())]
    NotWritable {
        /// The folder, or the file in it.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// Another process has this data folder.
    #[error("the data folder {} is in use by another copy of the program", path.display())]
    InUse {
        /// The folder.
        path: PathBuf,
    },
    /// A file is not as it was written; it was left as it is.
    #[error("{} is damaged ({reason}); it was left as it is: restore a backup, or move it away to start with nothing", path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// The disk has no space for what a start needs.
    #[error("the disk is full: {} cannot be opened", path.display())]
    Full {
        /// The file.
        path: PathBuf,
    },
    /// The database was written by a later version of the program.
    #[error("{} was written by a newer version of the program (its format is {found}, this one knows up to {known})", path.display())]
    Newer {
        /// The file.
        path: PathBuf,
        /// The format in the file.
        found: i64,
        /// The latest format that this program knows.
        known: i64,
    },
    /// SQLite or the system refused something else.
    #[error("cannot open {}: {source}", path.display())]
    Database {
        /// The file.
        path: PathBuf,
        /// What SQLite says.
        source: rusqlite::Error,
    },
    /// The system gave no thread.
    #[error("cannot start the thread that writes messages: {source}")]
    Thread {
        /// What the system says.
        source: io::Error,
    },
}

/// Why something could not be read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ReadError {
    /// SQLite could not read.
    #[error("the timeline cannot be read: {0}")]
    Database(#[from] rusqlite::Error),
    /// What was read is not what this program writes.
    #[error("{what} cannot be understood: {reason}")]
    Content {
        /// The room's name or an entry, by its number.
        what: String,
        /// What is wrong with it.
        reason: String,
    },
    /// The store was closed.
    #[error("the store is closed")]
    Closed,
}
