//! A room taken in from the JSON that an export wrote: all of it or nothing.
//!
//! The body is put into a file first, and read from there twice: the first time everything is checked
//! and the files are kept, the second time the entries go to the store. Until the store has all of
//! them nothing refers to those files, and they go where it does not.

mod document;
mod entries;

use std::{
    collections::HashMap,
    fs::File,
    io::{self, BufReader, Write},
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
        mpsc,
    },
    time::Duration,
};

use axum::body::Body;
use futures_util::StreamExt;
use http::StatusCode;
use serde::Serialize;
use tokio::{sync::Semaphore, time::timeout};
use zoom_protocol::{Entry, ErrorCode, RoomName};
use zoom_store::{ImportError, Store};

use crate::{
    files::{Files, refusal},
    hub::{Hub, now},
};
use document::read;
use entries::{Checked, Given, Kept};

/// Rooms that are taken in at once: each is read from the disk and written to it.
const AT_ONCE: usize = 1;
/// What a document may have besides its files, in bytes: a million messages.
const TEXT_BYTES: u64 = 2 * 1024 * 1024 * 1024;
/// Bytes that are gathered before they are written.
const GATHERED: usize = 256 * 1024;
/// Entries that wait for the store.
const WAITING: usize = 64;

/// Takes rooms in. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Import {
    hub: Hub,
    store: Store,
    files: Files,
    turns: Arc<Semaphore>,
}

/// What was taken in.
#[derive(Debug, Serialize)]
pub(crate) struct Taken {
    room: RoomName,
    entries: u64,
    /// Different contents.
    files: usize,
    /// Theirs, in bytes.
    bytes: u64,
    /// Files of messages that were left out because their bytes are missing.
    left_out: u64,
}

/// Why nothing was taken in.
#[derive(Debug)]
pub(crate) struct Refused {
    pub(crate) status: StatusCode,
    pub(crate) message: String,
}

impl Refused {
    fn new(status: StatusCode, message: &str) -> Self {
        let message = message.to_owned();
        Self { status, message }
    }

    /// The body is no JSON, or not all of it.
    fn syntax(reason: &str) -> Self {
        Self::new(StatusCode::BAD_REQUEST, &format!("the document: {reason}"))
    }

    /// What the document says cannot be taken in.
    fn content(message: String) -> Self {
        Self {
            status: StatusCode::UNPROCESSABLE_ENTITY,
            message,
        }
    }

    fn disk(error: &io::Error) -> Self {
        Self::of(refusal(error))
    }

    fn of(code: ErrorCode) -> Self {
        if code == ErrorCode::StorageFull {
            return Self::new(StatusCode::INSUFFICIENT_STORAGE, "the disk is full");
        }
        Self::new(
            StatusCode::SERVICE_UNAVAILABLE,
            "the disk took nothing; try again",
        )
    }

    fn gone() -> Self {
        Self::new(StatusCode::SERVICE_UNAVAILABLE, "the import was broken off")
    }
}

/// A file that is removed when this is dropped.
struct Scratch(PathBuf);

impl Drop for Scratch {
    fn drop(&mut self) {
        // Where it was kept or never made, nothing is there.
        drop(std::fs::remove_file(&self.0));
    }
}

/// Tells the one who works that nobody waits any more.
struct Waiting(Arc<AtomicBool>);

impl Drop for Waiting {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

impl Import {
    pub(crate) fn new(hub: Hub, store: Store) -> Self {
        Self {
            files: hub.files().clone(),
            hub,
            store,
            turns: Arc::new(Semaphore::new(AT_ONCE)),
        }
    }

    /// Takes a room in from a body of which `announced` bytes are to come. Where `leaves_out` is
    /// true files whose bytes are missing are left out.
    ///
    /// # Errors
    /// See docs/export.md; nothing is kept then.
    pub(crate) async fn take_in(
        &self,
        room: RoomName,
        leaves_out: bool,
        announced: Option<u64>,
        body: Body,
    ) -> Result<Taken, Refused> {
        let turn = Arc::clone(&self.turns).try_acquire_owned().map_err(|_| {
            let message = "another room is being imported; try again when that is done";
            Refused::new(StatusCode::SERVICE_UNAVAILABLE, message)
        })?;
        self.check_vacant(&room).await?;
        let most = self.most_bytes();
        if announced.is_some_and(|announced| announced > most) {
            return Err(too_large(most));
        }
        let name = Files::new_name().map_err(Refused::of)?;
        let scratch = Scratch(self.store.files().beside(&name, "import"));
        self.spool(&scratch.0, most, body).await?;
        let cancelled = Arc::new(AtomicBool::new(false));
        let _waiting = Waiting(Arc::clone(&cancelled));
        let import = self.clone();
        let taken = tokio::task::spawn_blocking(move || {
            let _turn = turn;
            import.take_from(&scratch.0, &room, leaves_out, &cancelled)
        });
        taken.await.unwrap_or_else(|_| Err(Refused::gone()))
    }

    /// The Base64 of all files that a room may have, and what is written in it.
    fn most_bytes(&self) -> u64 {
        let files = self.hub.limits().room_file_bytes / 3 * 4;
        files.saturating_add(TEXT_BYTES)
    }

    async fn check_vacant(&self, room: &RoomName) -> Result<(), Refused> {
        drop(self.hold(room)?);
        let (store, key) = (self.store.clone(), room.key().to_owned());
        let read = tokio::task::spawn_blocking(move || store.open_to_all(&key, 0, 1, 0));
        match read.await {
            Ok(Ok(entries)) if entries.is_empty() => Ok(()),
            Ok(Ok(_)) => Err(occupied()),
            Ok(Err(_)) | Err(_) => Err(Refused::of(ErrorCode::StorageFailed)),
        }
    }

    fn hold(&self, room: &RoomName) -> Result<crate::hub::Held, Refused> {
        let message = "somebody is in the room, or may come back to it within half a minute";
        let held = self.hub.hold(room);
        held.ok_or_else(|| Refused::new(StatusCode::CONFLICT, message))
    }

    /// Writes the body into a file.
    async fn spool(&self, path: &Path, most: u64, body: Body) -> Result<(), Refused> {
        let patience = Duration::from_millis(self.hub.limits().silence_ms.into());
        let path = path.to_owned();
        let mut file = blocking(move || File::create(path)).await?;
        let mut stream = body.into_data_stream();
        let mut gathered = Vec::new();
        let mut all = 0_u64;
        loop {
            let bytes = match timeout(patience, stream.next()).await {
                Ok(Some(Ok(bytes))) => Some(bytes),
                Ok(None) => None,
                Ok(Some(Err(_))) => return Err(Refused::syntax("it ends before its end")),
                Err(_) => {
                    let message = "nothing came of the document for too long";
                    return Err(Refused::new(StatusCode::REQUEST_TIMEOUT, message));
                }
            };
            let is_end = bytes.is_none();
            let bytes = bytes.unwrap_or_default();
            all = all.saturating_add(bytes.len() as u64);
            if all > most {
                return Err(too_large(most));
            }
            gathered.extend_from_slice(&bytes);
            if is_end || gathered.len() >= GATHERED {
                let full = std::mem::take(&mut gathered);
                file = blocking(move || file.write_all(&full).map(|()| file)).await?;
            }
            if is_end {
                return Ok(());
            }
        }
    }

    fn take_from(
        &self,
        path: &Path,
        room: &RoomName,
        leaves_out: bool,
        cancelled: &AtomicBool,
    ) -> Result<Taken, Refused> {
        let open = || File::open(path).map_err(|error| Refused::disk(&error));
        let limits = self.hub.limits();
        let mut checked = Checked {
            now_ms: now().unix_ms,
            files: &self.files,
            folder: self.store.files(),
            limits,
            cancelled,
            kept: HashMap::new(),
            wanted: HashMap::new(),
        };
        read(BufReader::new(open()?), &mut checked)?;
        let kept: Kept = checked.end(leaves_out)?;
        // From here on nobody comes in who would not be told of it.
        let held = self.hold(room)?;
        let (sender, receiver) = mpsc::sync_channel::<Option<Entry>>(WAITING);
        let (reply, outcome) = mpsc::sync_channel(1);
        let mut is_over = false;
        let entries = std::iter::from_fn(move || {
            if is_over {
                return None;
            }
            match receiver.recv() {
                Ok(Some(entry)) => Some(Some(entry)),
                Ok(None) => {
                    is_over = true;
                    None
                }
                // Whoever reads the document has given up.
                Err(_) => {
                    is_over = true;
                    Some(None)
                }
            }
        });
        let reply = move |imported| drop(reply.send(imported));
        self.store
            .import(room.clone(), Box::new(entries), Box::new(reply));
        let mut given = Given {
            to: sender,
            kept: &kept,
            authors: self.hub.authors(),
            room,
            cancelled,
            left_out: 0,
        };
        let read = read(BufReader::new(open()?), &mut given);
        let left_out = given.left_out;
        if read.is_ok() {
            // Where the store has given up, it says why.
            drop(given.to.send(None));
        }
        drop(given);
        let imported = outcome.recv().map_err(|_| Refused::gone())?;
        drop(held);
        if let Err(refused) = read
            && matches!(imported, Err(ImportError::Incomplete))
        {
            return Err(refused);
        }
        let imported = imported.map_err(unimported)?;
        Ok(Taken {
            room: room.clone(),
            entries: imported.entries,
            files: kept.used(),
            bytes: imported.file_bytes,
            left_out,
        })
    }
}

fn occupied() -> Refused {
    Refused::new(StatusCode::CONFLICT, "the room has entries already")
}

fn too_large(most: u64) -> Refused {
    let message = format!("the document is larger than {most} bytes");
    Refused::new(StatusCode::PAYLOAD_TOO_LARGE, &message)
}

fn unimported(error: ImportError) -> Refused {
    match error {
        ImportError::Occupied => occupied(),
        ImportError::Entry { .. } => Refused::content(error.to_string()),
        ImportError::StorageFull => Refused::of(ErrorCode::StorageFull),
        ImportError::Incomplete | ImportError::StorageFailed | ImportError::Busy | _ => {
            Refused::of(ErrorCode::StorageFailed)
        }
    }
}

/// Does something with the disk where it may take its time.
async fn blocking<T: Send + 'static>(
    call: impl FnOnce() -> io::Result<T> + Send + 'static,
) -> Result<T, Refused> {
    match tokio::task::spawn_blocking(call).await {
        Ok(done) => done.map_err(|error| Refused::disk(&error)),
        Err(_) => Err(Refused::gone()),
    }
}
