//! Deletes contents that nothing refers to any more, on a thread of its own.

use std::{
    error::Error,
    fs, io,
    path::{Path, PathBuf},
    sync::PoisonError,
    thread::{self, JoinHandle},
};

use rusqlite::Connection;
use zoom_protocol::FileHash;

use super::{CONTENTS, FileFolder, State, THUMBNAILS, UPLOADS, remove};
use crate::{StoreError, database::Database};

/// The one who deletes contents. No content is deleted while it is pinned, and none is pinned while
/// it is being deleted.
pub(crate) struct Collector {
    folder: FileFolder,
    /// Reads which contents entries refer to.
    connection: Connection,
}

/// What there is to do.
enum Work {
    Sweep,
    Look(Vec<FileHash>),
}

impl Collector {
    /// Starts the thread.
    pub(crate) fn start(
        folder: &FileFolder,
        database: &Database,
    ) -> Result<JoinHandle<()>, StoreError> {
        let collector = Self {
            folder: folder.clone(),
            connection: database.reader().map_err(|source| database.error(source))?,
        };
        thread::Builder::new()
            .name("store-files".into())
            .spawn(|| collector.run())
            .map_err(|source| StoreError::Thread { source })
    }

    /// Works until the folder is closed.
    fn run(self) {
        while let Some(work) = self.wait() {
            match work {
                Work::Look(hashes) => hashes.into_iter().for_each(|hash| self.look(hash)),
                Work::Sweep => self.sweep(),
            }
        }
    }

    fn wait(&self) -> Option<Work> {
        let shared = &self.folder.shared;
        let mut state = shared.lock();
        state.working = false;
        shared.changed.notify_all();
        let idle = |state: &mut State| !state.closed && !state.sweep && state.dropped.is_empty();
        let mut state = shared
            .changed
            .wait_while(state, idle)
            .unwrap_or_else(PoisonError::into_inner);
        if state.closed {
            return None;
        }
        state.working = true;
        let dropped = std::mem::take(&mut state.dropped);
        if std::mem::take(&mut state.sweep) {
            return Some(Work::Sweep);
        }
        Some(Work::Look(dropped.into_iter().collect()))
    }

    /// Looks at every content and every small form.
    fn sweep(&self) {
        for kind in [CONTENTS, THUMBNAILS] {
            let folder = self.folder.shared.dir.join(kind);
            if let Err(error) = self.sweep_folder(&folder) {
                tracing::warn!(%error, "not all files could be looked at");
            }
        }
    }

    fn sweep_folder(&self, folder: &Path) -> io::Result<()> {
        for group in fs::read_dir(folder)? {
            let group = group?;
            if !group.file_type()?.is_dir() {
                continue;
            }
            let start = group.file_name();
            for file in fs::read_dir(group.path())? {
                if self.folder.shared.lock().closed {
                    return Ok(());
                }
                let rest = file?.file_name();
                let name = start.to_str().zip(rest.to_str());
                // What has another name is not ours to delete.
                if let Some(Ok(hash)) = name.map(|(start, rest)| format!("{start}{rest}").parse()) {
                    self.look(hash);
                }
            }
        }
        Ok(())
    }

    /// Deletes a content if nothing refers to it.
    fn look(&self, hash: FileHash) {
        match self.take_away(hash) {
            Ok(gone) => {
                for path in gone {
                    if let Err(error) = remove(&path) {
                        tracing::warn!(%error, "a file that nothing refers to stays on the disk");
                    }
                }
            }
            // The next start looks again.
            Err(error) => tracing::warn!(%error, "a file stays on the disk"),
        }
    }

    /// Takes a content that nothing refers to away from its place, to where it is deleted: that may
    /// take long for a large one, and nobody who pins another waits for it.
    fn take_away(&self, hash: FileHash) -> Result<Vec<PathBuf>, Box<dyn Error>> {
        let shared = &self.folder.shared;
        let mut gone = Vec::new();
        // Held until it is away, so that nobody pins what goes.
        let state = shared.lock();
        if state.pins.contains_key(&hash) || self.is_referred_to(hash)? {
            return Ok(gone);
        }
        for (kind, ending) in [(CONTENTS, "gone"), (THUMBNAILS, "gone-small")] {
            let to = shared.dir.join(UPLOADS).join(format!("{hash}.{ending}"));
            match fs::rename(shared.path(kind, hash), &to) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error.into()),
                Ok(()) => gone.push(to),
                Err(_) => {}
            }
        }
        drop(state);
        Ok(gone)
    }

    fn is_referred_to(&self, hash: FileHash) -> rusqlite::Result<bool> {
        self.connection
            .prepare_cached("SELECT EXISTS (SELECT 1 FROM entry_files WHERE hash = ?1)")?
            .query_row([hash.0], |row| row.get(0))
    }
}
