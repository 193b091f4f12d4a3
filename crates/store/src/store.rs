//! The store as the server holds it.

use std::{
    fs::File,
    path::Path,
    sync::{Arc, Mutex, PoisonError},
    thread::{self, JoinHandle},
};

use zoom_protocol::{
    AuthorId, Entry, FileHash, FileInfo, FileName, Found, Limits, PageAt, RoomName, Search,
};

use crate::{
    ChangesRead, CleanReply, ImportEntries, ImportError, ImportReply, Outcome, Outdated, PageRead,
    ReadError, Refusal, Reply, RoomRecord, StoreError, WriteRequest,
    database::Database,
    files::{self, Collector, FileFolder},
    folder::{self, Hold},
    import::Import,
    log::Log,
    pages::{self, Scope},
    queue::{Queue, Rejected},
    readers::Readers,
    retention,
    scrub::Scrubber,
    search::{self, FindLimits},
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
    mark_people: u32,
    collector: Mutex<Option<JoinHandle<()>>>,
    writer: Mutex<Option<JoinHandle<()>>>,
    /// The folder, and its database's file, which nobody may close before the connections.
    hold: Mutex<Option<(Hold, Arc<File>)>>,
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
        let (file, log) = database.file()?;
        let file = Arc::new(file);
        let queue = Arc::new(Queue::new(limits.store_queue as usize));
        let writer = Writer {
            connection,
            log: Log::new(Scrubber::new(Arc::clone(&file), log), database.is_untidy),
            queue: Arc::clone(&queue),
            limits: limits.clone(),
            database: database.clone(),
            files: files.clone(),
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
            mark_people: limits.mark_people,
            collector: Mutex::new(Some(collector)),
            writer: Mutex::new(Some(thread)),
            hold: Mutex::new(Some((hold, file))),
        };
        Ok(Self {
            shared: Arc::new(shared),
        })
    }

    /// Writes. Never blocks on the disk. Replies to one room's changes come in their order; only a
    /// refusal because too much waits or the store is closed comes at once, on the caller's thread.
    pub fn write(&self, request: WriteRequest, reply: Reply) {
        let job = Job::Write(Box::new(request), reply);
        let (job, refusal) = match self.shared.queue.push(job) {
            Ok(()) => return,
            Err(Rejected::Full(job)) => (job, Refusal::Busy),
            Err(Rejected::Closed(job)) => (job, Refusal::StorageFailed),
        };
        if let Job::Write(_, reply) = job {
            reply(Outcome::Refused(refusal));
        }
    }

    /// Has everything that was taken away leave the files now; by itself it does within seconds,
    /// and when the store is closed. Never blocks on the disk. The reply says whether it has: not
    /// when somebody reads an older state, the disk fails, too much waits or the store is closed.
    pub fn clean(&self, reply: CleanReply) {
        let pushed = self.shared.queue.push(Job::Clean(reply));
        if let Err(Rejected::Full(Job::Clean(reply)) | Rejected::Closed(Job::Clean(reply))) = pushed
        {
            reply(false);
        }
    }

    /// Takes a whole room in, in one transaction: all of it or nothing. The room may have no entry.
    /// Whoever is in it is told nothing, so that nobody may be; whatever contents its files have
    /// must be pinned. Other changes wait until it is done. Never blocks on the disk.
    pub fn import(&self, room: RoomName, entries: ImportEntries, reply: ImportReply) {
        let job = Job::Import(Box::new(Import { room, entries }), reply);
        let (job, error) = match self.shared.queue.push(job) {
            Ok(()) => return,
            Err(Rejected::Full(job)) => (job, ImportError::Busy),
            Err(Rejected::Closed(job)) => (job, ImportError::StorageFailed),
        };
        if let Job::Import(_, reply) = job {
            reply(Err(error));
        }
    }

    /// A page of the room with this [`RoomName::key`], as `viewer` reads it: what was said to one
    /// person is there for the two alone, and for nobody without a viewer. At most `limit` entries of
    /// the timeline, or of the thread with this root. A room that was never written in has an empty
    /// page. Blocks on the disk.
    ///
    /// # Errors
    ///
    /// See [`ReadError`].
    pub fn page(
        &self,
        room_key: &str,
        at: PageAt,
        thread: Option<u64>,
        limit: u32,
        viewer: Option<AuthorId>,
    ) -> Result<PageRead, ReadError> {
        let scope = self.scope(thread, limit, viewer);
        let page = |connection: &_| pages::page(connection, room_key, at, scope);
        self.shared.readers.read(page)
    }

    /// What is new or changed since the number `after`, of the timeline and of threads, as `viewer`
    /// reads it; at most `limit` entries. Blocks on the disk.
    ///
    /// # Errors
    ///
    /// See [`ReadError`].
    pub fn changes_after(
        &self,
        room_key: &str,
        after: u64,
        limit: u32,
        viewer: Option<AuthorId>,
    ) -> Result<ChangesRead, ReadError> {
        let scope = self.scope(None, limit, viewer);
        let changes = |connection: &_| pages::changes_after(connection, room_key, after, scope);
        self.shared.readers.read(changes)
    }

    fn scope(&self, thread: Option<u64>, limit: u32, viewer: Option<AuthorId>) -> Scope {
        Scope {
            thread,
            viewer,
            limit,
            mark_people: self.shared.mark_people,
        }
    }

    /// What is known of the room with this [`RoomName::key`]; `None` before its first entry. Blocks
    /// on the disk.
    ///
    /// # Errors
    ///
    /// See [`ReadError`].
    pub fn room(&self, room_key: &str) -> Result<Option<RoomRecord>, ReadError> {
        let mark_people = self.shared.mark_people;
        let record = |connection: &_| pages::record(connection, room_key, mark_people);
        self.shared.readers.read(record)
    }

    /// What everybody may read of the room with this [`RoomName::key`], threads included and private
    /// messages not: the oldest `limit` entries with larger numbers than `after`, each with at most
    /// `mark_people` people of an emoji. Blocks on the disk.
    ///
    /// # Errors
    ///
    /// See [`ReadError`].
    pub fn open_to_all(
        &self,
        room_key: &str,
        after: u64,
        limit: u32,
        mark_people: u32,
    ) -> Result<Vec<Entry>, ReadError> {
        let read =
            |connection: &_| pages::open_to_all(connection, room_key, after, limit, mark_people);
        self.shared.readers.read(read)
    }

    /// The rooms that have entries older than they keep them at this time, milliseconds since
    /// 1970-01-01T00:00:00Z. Rooms without a time of their own keep for `default_days`, and for good
    /// where that is 0. Blocks on the disk.
    ///
    /// # Errors
    ///
    /// See [`ReadError`].
    pub fn outdated(&self, now_ms: u64, default_days: u32) -> Result<Vec<Outdated>, ReadError> {
        let outdated = |connection: &_| retention::outdated(connection, now_ms, default_days);
        self.shared.readers.read(outdated)
    }

    /// The newest messages of the room with this [`RoomName::key`] that are like what is searched
    /// for, as far as `viewer` may read them. Blocks on the disk.
    ///
    /// # Errors
    ///
    /// See [`ReadError`].
    pub fn search(
        &self,
        room_key: &str,
        search: &Search,
        limit: u32,
        viewer: AuthorId,
    ) -> Result<Found, ReadError> {
        let limits = FindLimits {
            hits: limit,
            mark_people: self.shared.mark_people,
        };
        let find = |connection: &_| search::find(connection, room_key, search, viewer, limits);
        self.shared.readers.read(find)
    }

    /// The file with this content and this name that some message of the room with this
    /// [`RoomName::key`] has. Blocks on the disk.
    ///
    /// # Errors
    ///
    /// See [`ReadError`].
    pub fn file(
        &self,
        room_key: &str,
        hash: FileHash,
        name: &FileName,
    ) -> Result<Option<FileInfo>, ReadError> {
        let find = |connection: &_| files::file(connection, room_key, hash, name);
        self.shared.readers.read(find)
    }

    /// The bytes of files.
    pub fn files(&self) -> &FileFolder {
        &self.shared.files
    }

    /// Takes no more changes, writes what waits, and gives the folder back. Blocks until that is
    /// done. Changes after it are refused, reads after it fail.
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
