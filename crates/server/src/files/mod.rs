//! Files of messages: uploads on their way, and what they become.
//!
//! An upload has a place that was asked for over the socket, and gets its bytes over HTTP, in as
//! many pieces as it takes. When all are there its type is found out, a picture is looked into, and
//! the content goes into the store's folder under its hash. It stays there, pinned, until a message
//! refers to it or the upload expires. Uploads outlive the server's restart.

mod film;
mod finish;
mod kind;
mod picture;
mod receive;
mod uploads;

use std::{
    fmt,
    fs::File,
    io,
    sync::{Arc, Weak},
    time::{Duration, Instant},
};

use axum::body::Body;
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use tokio::runtime::Handle;
use zoom_protocol::{
    AuthorId, ErrorCode, FileHash, FileInfo, FileName, Limits, RoomName, UPLOADS_PATH, UploadId,
    UploadPlace,
};
use zoom_store::{
    Store,
    files::{FileFolder, Pin, UploadFile},
};

use finish::Finisher;
pub(crate) use finish::refusal;
pub(crate) use kind::is_shown;
use picture::{Bounds, Worker};
pub(crate) use receive::{Progress, Unreceived};
use uploads::{Note, Upload, Uploads};

/// Random bytes of an upload's name: nobody guesses 128 bits.
const ID_BYTES: usize = 16;
/// How often expired uploads are looked for.
const TIDY: Duration = Duration::from_secs(60);

/// The files of one server. Cheap to clone.
#[derive(Clone)]
pub struct Files(Arc<Inner>);

struct Inner {
    limits: Limits,
    store: Store,
    uploads: Uploads,
    finisher: Finisher,
    runtime: Handle,
}

/// A file of a message, open for reading.
#[derive(Debug)]
pub(crate) struct Opened {
    pub(crate) info: FileInfo,
    pub(crate) file: File,
    /// How many bytes it has: fewer than `info` says where it is a small form.
    pub(crate) bytes: u64,
    pub(crate) is_thumbnail: bool,
}

impl fmt::Debug for Files {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Files").finish_non_exhaustive()
    }
}

impl Files {
    /// The files of a store. Blocks on the disk, within a runtime.
    ///
    /// # Errors
    /// When the system gives no thread.
    pub(crate) fn open(store: Store, limits: Limits) -> io::Result<Self> {
        let bounds = Bounds {
            pixels: limits.picture_pixels,
            thumbnail: limits.thumbnail_pixels,
        };
        let files = Self(Arc::new(Inner {
            finisher: Finisher {
                folder: store.files().clone(),
                pictures: Worker::start(bounds, limits.pictures_waiting as usize)?,
                limits: limits.clone(),
            },
            limits,
            store,
            uploads: Uploads::default(),
            runtime: Handle::current(),
        }));
        files.restore();
        files.0.runtime.spawn(tidy(Arc::downgrade(&files.0)));
        Ok(files)
    }

    /// A place for somebody's file for a room they are in: what `upload` is answered with.
    ///
    /// # Errors
    /// `file_too_large`, `room_files_full`, `too_many` (uploads of this author that are in no
    /// message), `busy`, `storage_failed`.
    pub(crate) async fn reserve(
        &self,
        author: AuthorId,
        room: &RoomName,
        name: FileName,
        bytes: u64,
    ) -> Result<UploadPlace, ErrorCode> {
        if bytes > self.0.limits.file_bytes {
            return Err(ErrorCode::FileTooLarge);
        }
        let upload = Self::new_name()?;
        let path = format!("{UPLOADS_PATH}/{upload}");
        let note = Note {
            author,
            room: room.clone(),
            name,
            bytes,
            file: None,
            posted: false,
        };
        let new = Upload::new(upload.clone(), note, Instant::now(), None);
        let files = self.clone();
        let reserved = tokio::task::spawn_blocking(move || files.reserve_blocking(new));
        reserved.await.map_err(|_| ErrorCode::Internal)??;
        Ok(UploadPlace { upload, path })
    }

    /// The files of uploads that are whole, of this author for this room, in this order: what a
    /// message with them has. They stay on the disk until [`Files::posted`] or until they expire; the
    /// same may be asked for again. Quick; waits for nothing.
    ///
    /// # Errors
    /// `no_upload`.
    pub(crate) fn resolve(
        &self,
        room: &RoomName,
        author: AuthorId,
        uploads: &[UploadId],
    ) -> Result<Vec<FileInfo>, ErrorCode> {
        let pin = |file: &FileInfo| self.folder().pin(file.hash);
        self.0.uploads.resolve(author, room, uploads, pin)
    }

    /// Learns that a message with these files is on disk, also as a repeat: from here on the message
    /// alone keeps them. To be called for each, before anybody is told of it. Quick; waits for
    /// nothing.
    pub(crate) fn posted(&self, room: &RoomName, author: AuthorId, files: &[FileInfo]) {
        let posted = self.0.uploads.posted(author, room, files);
        if posted.is_empty() {
            return;
        }
        let files = self.clone();
        // A start that does not know it would keep the bytes of deleted messages for a while.
        self.0.runtime.spawn_blocking(move || {
            for upload in posted {
                files.note_posted(&upload);
            }
        });
    }

    /// Puts a body behind the `offset` bytes of an upload; see [`Files::receive`].
    ///
    /// # Errors
    /// See [`Unreceived`].
    pub(crate) async fn append(
        &self,
        upload: &UploadId,
        offset: u64,
        announced: Option<u64>,
        body: Body,
    ) -> Result<Progress, Unreceived> {
        let found = self.find(upload).await?;
        // What was begun is carried through, also when who asked is gone.
        let received = tokio::spawn(self.clone().receive(found, offset, announced, body));
        let gone = Err(Unreceived::Refused(ErrorCode::Internal));
        received.await.unwrap_or(gone)
    }

    /// How many bytes of an upload are there, and how many it has in all.
    ///
    /// # Errors
    /// See [`Unreceived`].
    pub(crate) async fn progress(&self, upload: &UploadId) -> Result<(u64, u64), Unreceived> {
        let found = self.find(upload).await?;
        let bytes = found.bytes;
        Ok((self.offset(found).await?, bytes))
    }

    /// Gives an upload up.
    ///
    /// # Errors
    /// See [`Unreceived`].
    pub(crate) async fn cancel(&self, upload: &UploadId) -> Result<(), Unreceived> {
        self.find(upload).await?;
        let removed = self.0.uploads.remove(upload);
        let removed = removed.ok_or(Unreceived::NoUpload)?;
        let files = self.clone();
        let deleted = tokio::task::spawn_blocking(move || {
            // Whoever has the turn was asked to end it.
            let _turn = removed.turn.blocking_lock();
            files.remove_from_disk(&removed.id);
        });
        deleted
            .await
            .map_err(|_| Unreceived::Refused(ErrorCode::Internal))
    }

    /// A name for a file of its own among the uploads.
    ///
    /// # Errors
    /// `internal`.
    pub(crate) fn new_name() -> Result<UploadId, ErrorCode> {
        let mut random = [0; ID_BYTES];
        getrandom::fill(&mut random).map_err(|_| ErrorCode::Internal)?;
        let id = URL_SAFE_NO_PAD.encode(random);
        id.parse().map_err(|_| ErrorCode::Internal)
    }

    /// Finds out what a whole file is that did not come as an upload, and keeps its content. Blocks on
    /// the disk; what is at `id` is to be removed by the caller.
    ///
    /// # Errors
    /// `busy`, `storage_full`, `storage_failed`.
    pub(crate) fn keep(
        &self,
        id: &UploadId,
        name: &FileName,
        file: UploadFile,
    ) -> Result<(FileInfo, Pin), ErrorCode> {
        self.0.finisher.take_in(id, name, file)
    }

    /// Opens a file that a message of a room has. Nothing where none has it.
    ///
    /// # Errors
    /// `storage_failed`.
    pub(crate) async fn read(
        &self,
        room: RoomName,
        hash: FileHash,
        name: FileName,
        small: bool,
    ) -> Result<Option<Opened>, ErrorCode> {
        let files = self.clone();
        let opened =
            tokio::task::spawn_blocking(move || files.read_blocking(&room, hash, &name, small));
        opened.await.map_err(|_| ErrorCode::Internal)?
    }

    fn read_blocking(
        &self,
        room: &RoomName,
        hash: FileHash,
        name: &FileName,
        small: bool,
    ) -> Result<Option<Opened>, ErrorCode> {
        let info = self.0.store.file(room.key(), hash, name).map_err(|error| {
            tracing::warn!(%error, "a file cannot be found");
            ErrorCode::StorageFailed
        })?;
        let Some(info) = info else {
            return Ok(None);
        };
        let open = || -> io::Result<Option<Opened>> {
            let wants_small = small && info.picture.is_some();
            let thumbnail = match wants_small {
                true => self.folder().thumbnail(hash)?,
                false => None,
            };
            let is_thumbnail = thumbnail.is_some();
            let file = match thumbnail {
                Some(file) => Some(file),
                None => self.folder().content(hash)?,
            };
            let Some(file) = file else {
                return Ok(None);
            };
            let bytes = file.metadata()?.len();
            Ok(Some(Opened {
                info,
                file,
                bytes,
                is_thumbnail,
            }))
        };
        open().map_err(|error| {
            tracing::warn!(%error, "a file cannot be read");
            ErrorCode::StorageFailed
        })
    }

    /// The upload of this name that has not expired.
    async fn find(&self, upload: &UploadId) -> Result<Arc<Upload>, Unreceived> {
        let found = self.0.uploads.get(upload).ok_or(Unreceived::NoUpload)?;
        if !found.has_expired(self.patience()) {
            return Ok(found);
        }
        let files = self.clone();
        let tidied = tokio::task::spawn_blocking(move || files.expire());
        drop(tidied.await);
        Err(Unreceived::NoUpload)
    }

    fn patience(&self) -> Duration {
        Duration::from_millis(self.0.limits.upload_ms.into())
    }

    /// Deletes uploads of which nothing came for too long.
    fn expire(&self) {
        let expired = self.0.uploads.expire(self.patience());
        self.delete(&expired);
    }

    fn reserve_blocking(&self, upload: Upload) -> Result<(), ErrorCode> {
        let room = self.0.store.room(upload.room.key());
        let room_bytes = match room {
            Ok(room) => room.map_or(0, |room| room.file_bytes),
            Err(error) => {
                tracing::warn!(%error, "a room's files cannot be counted");
                return Err(ErrorCode::StorageFailed);
            }
        };
        let gone = self.0.uploads.reserve(upload, room_bytes, &self.0.limits)?;
        self.delete(&gone);
        Ok(())
    }

    /// Takes up the uploads that an earlier run left.
    fn restore(&self) {
        let found = match self.folder().uploads() {
            Ok(found) => found,
            Err(error) => return tracing::warn!(%error, "uploads cannot be taken up again"),
        };
        for uploaded in found {
            let used = uploaded.changed.elapsed().unwrap_or_default();
            let used = Instant::now().checked_sub(used);
            let note: Option<Note> = serde_json::from_slice(&uploaded.note).ok();
            let (Some(used), Some(note)) = (used, note) else {
                self.remove_from_disk(&uploaded.upload);
                continue;
            };
            match self.pinned(note) {
                Some((note, pin)) => {
                    let upload = Upload::new(uploaded.upload, note, used, pin);
                    self.0.uploads.restore(upload);
                }
                // Its content is gone.
                None => self.remove_from_disk(&uploaded.upload),
            }
        }
        self.folder().sweep();
    }

    /// The note of an upload that is taken up again, with a pin on its content where no message
    /// keeps that. Nothing when the content is gone.
    fn pinned(&self, mut note: Note) -> Option<(Note, Option<Pin>)> {
        let Some(file) = &note.file else {
            return Some((note, None));
        };
        let pin = self.folder().pin(file.hash)?;
        let find = |file: &FileInfo| self.0.store.file(note.room.key(), file.hash, &file.name);
        note.posted = note.posted || find(file).is_ok_and(|found| found.is_some());
        let pin = (!note.posted).then_some(pin);
        Some((note, pin))
    }

    fn note_posted(&self, upload: &Upload) {
        // Nobody removes it meanwhile.
        let _turn = upload.turn.blocking_lock();
        if upload.is_cancelled() {
            return;
        }
        let noted = serde_json::to_vec(&upload.note()).map_err(io::Error::from);
        let noted = noted.and_then(|note| self.folder().note(&upload.id, &note));
        if let Err(error) = noted {
            tracing::debug!(%error, "that an upload is in a message was not noted");
        }
    }

    /// Deletes what is on the disk of uploads that are no more.
    fn delete(&self, gone: &[Arc<Upload>]) {
        for upload in gone {
            self.remove_from_disk(&upload.id);
        }
    }

    fn remove_from_disk(&self, upload: &UploadId) {
        if let Err(error) = self.folder().remove_upload(upload) {
            tracing::warn!(%error, "an upload stays on the disk");
        }
    }

    fn folder(&self) -> &FileFolder {
        self.0.store.files()
    }
}

/// Looks for expired uploads as long as there are files.
async fn tidy(files: Weak<Inner>) {
    loop {
        tokio::time::sleep(TIDY).await;
        let Some(files) = files.upgrade().map(Files) else {
            return;
        };
        drop(tokio::task::spawn_blocking(move || files.expire()).await);
    }
}
