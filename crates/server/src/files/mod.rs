//! Files of messages: uploads on their way, and what they become.
//!
//! An upload has a place that was asked for over the socket, and gets its bytes over HTTP, in as
//! many pieces as it takes. When all are there its type is found out, a picture is looked into, and
//! the content goes into the store's folder under its hash. It stays there, pinned, until a message
//! refers to it or the upload expires. Uploads outlive the server's restart.

mod uploads;

use std::{fmt, sync::Arc, time::Instant};

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use zoom_protocol::{
    AuthorId, ErrorCode, FileInfo, FileName, Limits, RoomName, UPLOADS_PATH, UploadId, UploadPlace,
};
use zoom_store::{Store, files::FileFolder};

use uploads::{Note, Upload, Uploads};

/// Random bytes of an upload's name: nobody guesses 128 bits.
const ID_BYTES: usize = 16;

/// The files of one server. Cheap to clone.
#[derive(Clone)]
pub struct Files(Arc<Inner>);

struct Inner {
    limits: Limits,
    store: Store,
    uploads: Uploads,
}

impl fmt::Debug for Files {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Files").finish_non_exhaustive()
    }
}

impl Files {
    /// The files of a store. Blocks on the disk.
    pub(crate) fn open(store: Store, limits: Limits) -> Self {
        let files = Self(Arc::new(Inner {
            limits,
            store,
            uploads: Uploads::default(),
        }));
        files.restore();
        files
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
        let mut random = [0; ID_BYTES];
        getrandom::fill(&mut random).map_err(|_| ErrorCode::Internal)?;
        let id = URL_SAFE_NO_PAD.encode(random);
        let upload: UploadId = id.parse().map_err(|_| ErrorCode::Internal)?;
        let path = format!("{UPLOADS_PATH}/{upload}");
        let note = Note {
            author,
            room: room.clone(),
            name,
            bytes,
            file: None,
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
        self.0.uploads.posted(author, room, files);
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
            let pin = note.file.as_ref().map(|file| self.folder().pin(file.hash));
            match pin {
                // Its content is gone.
                Some(None) => self.remove_from_disk(&uploaded.upload),
                pin => {
                    self.0
                        .uploads
                        .restore(Upload::new(uploaded.upload, note, used, pin.flatten()))
                }
            }
        }
        self.folder().sweep();
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
