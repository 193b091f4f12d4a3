//! The bytes of files: kept by the hash of their content, and deleted when nothing refers to them.
//!
//! In the data folder `files/ab/cdef…` has the content whose SHA-256 is `abcdef…`,
//! `thumbnails/ab/cdef…` the small form of a picture, and `uploads` what is on its way. No name that
//! a person gave reaches the disk.
//!
//! A content stays as long as an entry of any room refers to it, or somebody holds a [`Pin`] on it.
//! Whoever lets an entry refer to a content pins it before and lets go after: in between it cannot be
//! deleted. A crash leaves nothing wrong: what nothing refers to is found at the next start.

mod collector;
mod rooms;
mod uploads;

use std::{
    collections::{BTreeSet, HashMap},
    fs::{self, DirBuilder, File},
    io,
    path::{Path, PathBuf},
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
};

use zoom_protocol::FileHash;

use crate::{StoreError, folder};

pub(crate) use collector::Collector;
pub(crate) use rooms::file;
pub use uploads::{UploadFile, Uploaded};

/// Where contents lie.
const CONTENTS: &str = "files";
/// Where the small forms of pictures lie.
const THUMBNAILS: &str = "thumbnails";
/// Where bytes are that are on their way.
const UPLOADS: &str = "uploads";
/// Contents that wait for a look at whether something refers to them; beyond that all are looked at.
const MOST_DROPPED: usize = 100_000;

/// The bytes of all files of a data folder. Clones share one.
#[derive(Clone, Debug)]
pub struct FileFolder {
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    dir: PathBuf,
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Debug, Default)]
struct State {
    /// How often each content is pinned.
    pins: HashMap<FileHash, u32>,
    /// Contents that may have lost their last reference.
    dropped: BTreeSet<FileHash>,
    /// Whether every content is to be looked at.
    sweep: bool,
    /// Whether the collector is at work.
    working: bool,
    closed: bool,
}

/// Keeps a content on the disk until it is dropped, whether or not an entry refers to it.
#[derive(Debug)]
pub struct Pin {
    hash: FileHash,
    shared: Arc<Shared>,
}

/// What a new content comes from: whole files in the folder of uploads, synced.
#[derive(Debug)]
pub struct Content<'a> {
    /// The bytes.
    pub file: &'a Path,
    /// The small form of a picture.
    pub thumbnail: Option<&'a Path>,
}

impl FileFolder {
    /// Makes the folders. The data folder has to be held.
    pub(crate) fn open(dir: &Path) -> Result<Self, StoreError> {
        for name in [CONTENTS, THUMBNAILS, UPLOADS] {
            let path = dir.join(name);
            make_folder(&path).map_err(|source| StoreError::NotWritable { path, source })?;
        }
        Ok(Self {
            shared: Arc::new(Shared {
                dir: dir.to_owned(),
                state: Mutex::default(),
                changed: Condvar::new(),
            }),
        })
    }

    /// Opens a content for reading; `None` where there is none.
    ///
    /// # Errors
    /// What the system says.
    pub fn content(&self, hash: FileHash) -> io::Result<Option<File>> {
        open(&self.shared.path(CONTENTS, hash))
    }

    /// Opens the small form of a picture for reading; `None` where there is none.
    ///
    /// # Errors
    /// What the system says.
    pub fn thumbnail(&self, hash: FileHash) -> io::Result<Option<File>> {
        open(&self.shared.path(THUMBNAILS, hash))
    }

    /// Keeps a content under its hash, pinned: its files are moved. One that is there already is
    /// left as it is.
    ///
    /// # Errors
    /// What the system says; nothing is lost then, and it may be tried again.
    pub fn keep(&self, hash: FileHash, content: &Content<'_>) -> io::Result<Pin> {
        // From here on nobody deletes what is put there.
        let pin = self.shared.pin(&mut self.shared.lock(), hash);
        if let Some(thumbnail) = content.thumbnail {
            self.place(THUMBNAILS, hash, thumbnail)?;
        }
        self.place(CONTENTS, hash, content.file)?;
        Ok(pin)
    }

    /// Pins a content that is there.
    pub fn pin(&self, hash: FileHash) -> Option<Pin> {
        let mut state = self.shared.lock();
        let is_there = self.shared.path(CONTENTS, hash).exists();
        is_there.then(|| self.shared.pin(&mut state, hash))
    }

    /// Has these contents deleted where nothing refers to them any more. For whoever deletes
    /// references, after that is on disk.
    pub fn dropped(&self, hashes: impl IntoIterator<Item = FileHash>) {
        let mut state = self.shared.lock();
        state.dropped.extend(hashes);
        if state.dropped.len() > MOST_DROPPED {
            state.dropped.clear();
            state.sweep = true;
        }
        self.shared.changed.notify_all();
    }

    /// Has every content deleted that nothing refers to: what a crash may have left. For a start,
    /// once everything is pinned that no entry refers to yet.
    pub fn sweep(&self) {
        self.shared.lock().sweep = true;
        self.shared.changed.notify_all();
    }

    /// Waits until nothing is left to be looked at.
    pub fn settle(&self) {
        let state = self.shared.changed.wait_while(self.shared.lock(), |state| {
            !state.closed && (state.working || state.sweep || !state.dropped.is_empty())
        });
        drop(state);
    }

    /// Ends the collector.
    pub(crate) fn close(&self) {
        self.shared.lock().closed = true;
        self.shared.changed.notify_all();
    }

    fn place(&self, kind: &str, hash: FileHash, from: &Path) -> io::Result<()> {
        let to = self.shared.path(kind, hash);
        let Some(parent) = to.parent() else {
            return Err(io::ErrorKind::InvalidInput.into());
        };
        if fs::metadata(&to).is_ok_and(|there| there.is_file()) {
            return remove(from);
        }
        let is_new = !parent.exists();
        make_folder(parent)?;
        fs::rename(from, &to)?;
        folder::sync(parent)?;
        if is_new {
            folder::sync(&self.shared.dir.join(kind))?;
        }
        Ok(())
    }
}

impl Shared {
    fn path(&self, kind: &str, hash: FileHash) -> PathBuf {
        let name = hash.to_string();
        let (start, rest) = name.split_at(2);
        self.dir.join(kind).join(start).join(rest)
    }

    fn pin(self: &Arc<Self>, state: &mut State, hash: FileHash) -> Pin {
        *state.pins.entry(hash).or_default() += 1;
        Pin {
            hash,
            shared: Arc::clone(self),
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        // It is whole between any two statements, so a panic elsewhere spoils nothing.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Pin {
    /// What it keeps.
    pub fn hash(&self) -> FileHash {
        self.hash
    }
}

impl Drop for Pin {
    fn drop(&mut self) {
        let mut state = self.shared.lock();
        let Some(count) = state.pins.get_mut(&self.hash) else {
            return;
        };
        *count -= 1;
        if *count == 0 {
            state.pins.remove(&self.hash);
            state.dropped.insert(self.hash);
            self.shared.changed.notify_all();
        }
    }
}

/// Makes a folder that its owner alone can look into.
fn make_folder(path: &Path) -> io::Result<()> {
    let mut builder = DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path)
}

fn open(path: &Path) -> io::Result<Option<File>> {
    match File::open(path) {
        Ok(file) => Ok(Some(file)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

/// Removes a file; one that is not there is removed already.
fn remove(path: &Path) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        Ok(()) | Err(_) => Ok(()),
    }
}
