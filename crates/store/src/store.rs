//! The store as the server holds it.

use std::{
    path::Path,
    sync::{Arc, Mutex, PoisonError},
    thread::{self, JoinHandle},
};

use zoom_protocol::{ClientId, EntryBody, Limits, Page, Person, RoomName};

use crate::{
    ReadError, RoomRecord, StoreError,
    database::Database,
    files::{Collector, FileFolder},
    folder::{self, Hold},
    queue::{Queue, Rejected},
    readers::Readers,
    writer::{Job, Writer},
};

/// The timelines of all rooms. Clones share one store; the last one that is dropped closes it.
#[derive(Clone)]
pub struct Store {
    shared: Arc<Shared>,
}

struct Shared {
    queue: Arc<Queue<Job>>,
    readers: Readers,
    files: FileFolder,
    collector: Mutex<Option<JoinHandle<()>>>,
    writer: Mutex<Option<JoinHandle<()>>>,
    hold: Mutex<Option<Hold>>,
}

/// What is called with the outcome of an append, on the writer's thread: it must be quick and must
/// not block.
pub type AppendReply = Box<dyn FnOnce(AppendOutcome) + Send>;

/// An entry to keep.
#[derive(Clone, Debug)]
pub struct AppendRequest {
    /// The room. It is made at its first entry, with its name as it is written here.
    pub room: RoomName,
    /// Who wrote it.
    pub sender: Person,
    /// The sender's own id for it; a second one is a repeat.
    pub client_id: ClientId,
    /// What it is.
    pub body: EntryBody,
    /// When it came, milliseconds since 1970-01-01T00:00:00Z.
    pub unix_ms: u64,
}

/// What became of an append.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AppendOutcome {
    /// It is on disk with the room's next number.
    Appended {
        /// Its number, from 1 without a gap.
        number: u64,
        /// Its time, milliseconds since 1970-01-01T00:00:00Z; never less than the entry's before.
        time_ms: u64,
    },
    /// The same participant's same client id is on disk already.
    Repeat {
        /// The number of that entry.
        number: u64,
        /// The time of that entry.
        time_ms: u64,
    },
    /// Nothing was kept.
    Refused(AppendRefusal),
}

/// Why nothing was kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AppendRefusal {
    /// The disk is full.
    StorageFull,
    /// The disk failed, or the store is closed.
    StorageFailed,
    /// `Limits::store_queue` appends wait for the disk already.
    Busy,
}

impl Store {
    /// Opens the database `zoom.db` in the folder `dir`, making both if they are not there, and holds
    /// the folder for this process alone.
    ///
    /// # Errors
    ///
    /// See [`StoreError`]; a damaged file is not touched.
    pub fn open(dir: &Path, limits: &Limits) -> Result<Self, StoreError> {
        let hold = folder::hold(dir)?;
        let (database, connection) = Database::open(dir)?;
        let files = FileFolder::open(dir)?;
        let collector = Collector::start(&files, &database)?;
        let queue = Arc::new(Queue::new(limits.store_queue as usize));
        let writer = Writer {
            connection,
            queue: Arc::clone(&queue),
            batch: limits.store_batch as usize,
            database: database.clone(),
            failing: false,
        };
        let thread = thread::Builder::new()
            .name("store-writer".into())
            .spawn(|| writer.run())
            .map_err(|source| StoreError::Thread { source })?;
        let shared = Shared {
            queue,
            readers: Readers::new(database, limits.store_readers as usize),
            files,
            collector: Mutex::new(Some(collector)),
            writer: Mutex::new(Some(thread)),
            hold: Mutex::new(Some(hold)),
        };
        Ok(Self {
            shared: Arc::new(shared),
        })
    }

    /// Keeps an entry. Never blocks on the disk. Replies to one room's appends come in their order;
    /// only a refusal because too much waits or the store is closed comes at once, on the caller's
    /// thread.
    pub fn append(&self, request: AppendRequest, reply: AppendReply) {
        let (job, refusal) = match self.shared.queue.push(Job { request, reply }) {
            Ok(()) => return,
            Err(Rejected::Full(job)) => (job, AppendRefusal::Busy),
            Err(Rejected::Closed(job)) => (job, AppendRefusal::StorageFailed),
        };
        (job.reply)(AppendOutcome::Refused(refusal));
    }

    /// The newest `limit` entries of the room with this [`RoomName::key`], of those with numbers
    /// smaller than `before`. A room without entries has an empty page. Blocks on the disk.
    ///
    /// # Errors
    ///
    /// See [`ReadError`].
    pub fn page_before(
        &self,
        room_key: &str,
        before: Option<u64>,
        limit: u32,
    ) -> Result<Page, ReadError> {
        let before = before.unwrap_or(u64::MAX);
        self.shared.readers.page_before(room_key, before, limit)
    }

    /// The oldest `limit` entries of the room with this [`RoomName::key`], of those with numbers
    /// larger than `after`. Blocks on the disk.
    ///
    /// # Errors
    ///
    /// See [`ReadError`].
    pub fn page_after(&self, room_key: &str, after: u64, limit: u32) -> Result<Page, ReadError> {
        self.shared.readers.page_after(room_key, after, limit)
    }

    /// What is known of the room with this [`RoomName::key`]; `None` before its first entry. Blocks
    /// on the disk.
    ///
    /// # Errors
    ///
    /// See [`ReadError`].
    pub fn room(&self, room_key: &str) -> Result<Option<RoomRecord>, ReadError> {
        self.shared.readers.room(room_key)
    }

    /// The bytes of files.
    pub fn files(&self) -> &FileFolder {
        &self.shared.files
    }

    /// Takes no more appends, writes what waits, and gives the folder back. Blocks until that is
    /// done. Appends after it are refused, reads after it fail.
    pub fn close(&self) {
        self.shared.close();
    }
}

impl Shared {
    fn close(&self) {
        self.queue.close();
        self.readers.close();
        let writer = take(&self.writer);
        // A reply may hold the last clone of the store; the writer cannot wait for itself.
        if let Some(writer) = writer.filter(|w| w.thread().id() != thread::current().id())
            && writer.join().is_err()
        {
            tracing::error!("the writer panicked");
        }
        self.files.close();
        if take(&self.collector).is_some_and(|collector| collector.join().is_err()) {
            tracing::error!("the collector of files panicked");
        }
        drop(take(&self.hold));
    }
}

impl Drop for Shared {
    fn drop(&mut self) {
        self.close();
    }
}

fn take<T>(slot: &Mutex<Option<T>>) -> Option<T> {
    slot.lock().unwrap_or_else(PoisonError::into_inner).take()
}
