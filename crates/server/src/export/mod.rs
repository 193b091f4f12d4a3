//! A room's timeline as one file: JSON for programs, or a page that opens alone.
//!
//! It is read and written piece by piece, so that it takes as much memory for a long room as for a
//! short one. Private messages are not in it: whoever asks over HTTP is nobody in particular.

mod json;
mod markdown;
mod page;

use std::{
    fs::File,
    io::{self, Read},
    sync::Arc,
};

use base64::{Engine, engine::general_purpose::STANDARD};
use bytes::Bytes;
use tokio::sync::{Semaphore, mpsc};
use zoom_protocol::{Entry, FileInfo, Limits, RoomName};
use zoom_store::Store;

/// Exports that are written at once: each reads a room from its beginning to its end.
const AT_ONCE: usize = 2;
/// Entries that are read at once.
const ENTRIES: u32 = 200;
/// Pieces that wait for who reads them.
const WAITING: usize = 4;
/// Bytes of a piece, about.
const PIECE: usize = 64 * 1024;
/// Bytes of a file that are encoded at once: a whole number of groups of three.
const GROUPS: usize = 48 * 1024;

/// Takes rooms away whole. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Export {
    store: Store,
    /// People of an emoji: all there may be.
    mark_people: u32,
    turns: Arc<Semaphore>,
}

/// What an export is to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Format {
    /// For programs, with the bytes of files or without.
    Json { files: bool },
    /// A page in a language.
    Page { korean: bool },
}

/// The pieces of an export as they come. It ends early, with an error, when the disk fails.
pub(crate) type Pieces = mpsc::Receiver<io::Result<Bytes>>;

impl Export {
    pub(crate) fn new(store: Store, limits: &Limits) -> Self {
        Self {
            store,
            mark_people: limits.mark_authors,
            turns: Arc::new(Semaphore::new(AT_ONCE)),
        }
    }

    /// Begins to write a room; `None` while as many are written as may be.
    pub(crate) fn begin(&self, room: RoomName, format: Format, now_ms: u64) -> Option<Pieces> {
        let turn = Arc::clone(&self.turns).try_acquire_owned().ok()?;
        let (sender, receiver) = mpsc::channel(WAITING);
        let export = self.clone();
        tokio::task::spawn_blocking(move || {
            let mut writer = Writer {
                piece: Vec::with_capacity(PIECE),
                sender,
            };
            let written = match format {
                Format::Json { files } => json::write(&export, &room, now_ms, files, &mut writer),
                Format::Page { korean } => page::write(&export, &room, now_ms, korean, &mut writer),
            };
            if let Err(error) = written.and_then(|()| writer.flush()) {
                // Whoever reads it has to see that it is not whole.
                drop(writer.sender.blocking_send(Err(error)));
            }
            drop(turn);
        });
        Some(receiver)
    }

    /// Gives every entry to `each`, the oldest first.
    fn entries(
        &self,
        room: &RoomName,
        mut each: impl FnMut(&Entry) -> io::Result<()>,
    ) -> io::Result<()> {
        let mut after = 0;
        loop {
            let read = self
                .store
                .open_to_all(room.key(), after, ENTRIES, self.mark_people);
            let entries = read.map_err(io::Error::other)?;
            let Some(last) = entries.last() else {
                return Ok(());
            };
            after = last.number;
            entries.iter().try_for_each(&mut each)?;
        }
    }

    /// The bytes of a file, if they are there.
    fn open(&self, info: &FileInfo) -> io::Result<Option<File>> {
        self.store.files().content(info.hash)
    }
}

/// Gathers what is written into pieces, and hands them to who reads.
struct Writer {
    piece: Vec<u8>,
    sender: mpsc::Sender<io::Result<Bytes>>,
}

impl Writer {
    /// A file's bytes in Base64 (RFC 4648 section 4), a little at a time.
    fn base64(&mut self, mut file: File) -> io::Result<()> {
        let mut bytes = vec![0; GROUPS];
        loop {
            let mut filled = 0;
            while let Some(rest) = bytes.get_mut(filled..).filter(|rest| !rest.is_empty()) {
                match file.read(rest)? {
                    0 => break,
                    read => filled += read,
                }
            }
            let part = bytes.get(..filled).unwrap_or_default();
            io::Write::write_all(self, STANDARD.encode(part).as_bytes())?;
            if filled < GROUPS {
                return Ok(());
            }
        }
    }

    fn hand_over(&mut self) -> io::Result<()> {
        if self.piece.is_empty() {
            return Ok(());
        }
        let piece = Bytes::from(std::mem::replace(
            &mut self.piece,
            Vec::with_capacity(PIECE),
        ));
        self.sender
            .blocking_send(Ok(piece))
            .map_err(|_| io::Error::from(io::ErrorKind::BrokenPipe))
    }

    fn flush(&mut self) -> io::Result<()> {
        self.hand_over()
    }
}

impl io::Write for Writer {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.piece.extend_from_slice(bytes);
        if self.piece.len() >= PIECE {
            self.hand_over()?;
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.hand_over()
    }
}
