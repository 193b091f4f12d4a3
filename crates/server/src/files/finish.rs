//! What becomes of an upload when its last byte is there.

use std::{io, path::PathBuf};

use aws_lc_rs::digest::{Context, SHA256};
use zoom_protocol::{ErrorCode, FileHash, FileInfo, FileName, Limits, PictureSize, UploadId};
use zoom_store::files::{Content, FileFolder, Pin, UploadFile};

use super::{
    film,
    kind::{BYTES, Kind, LOOKED_AT, kind_of},
    picture::{Format, Job, Worker},
    uploads::Upload,
};

/// Bytes that are read at once.
const CHUNK: usize = 64 * 1024;
/// The ending of what one sees of a picture.
const SEEN: &str = "seen";
/// The ending of a small form.
const SMALL: &str = "small";

/// Finishes uploads. Blocks on the disk, and on pictures that wait.
#[derive(Debug)]
pub(super) struct Finisher {
    pub(super) folder: FileFolder,
    pub(super) pictures: Worker,
    pub(super) limits: Limits,
}

/// What was made of an upload.
struct Made {
    media_type: &'static str,
    size: Option<PictureSize>,
    /// What is kept instead of what was sent.
    instead: Option<PathBuf>,
    thumbnail: Option<PathBuf>,
}

impl Made {
    /// Kept as it was sent.
    fn as_sent(media_type: &'static str) -> Self {
        Self {
            media_type,
            size: None,
            instead: None,
            thumbnail: None,
        }
    }
}

impl Finisher {
    /// Finds out what a whole upload is, and keeps its content.
    ///
    /// # Errors
    /// `busy`, `storage_full`, `storage_failed`: the bytes are still there, and it may be tried again.
    pub(super) fn finish(
        &self,
        upload: &Upload,
        file: UploadFile,
    ) -> Result<(FileInfo, Pin), ErrorCode> {
        let (info, pin) = self.take_in(&upload.id, &upload.name, file)?;
        self.note(upload, &info);
        Ok((info, pin))
    }

    /// Finds out what a whole file is, and keeps its content. What was sent may stay where it is.
    ///
    /// # Errors
    /// As [`Self::finish`].
    pub(super) fn take_in(
        &self,
        id: &UploadId,
        name: &FileName,
        file: UploadFile,
    ) -> Result<(FileInfo, Pin), ErrorCode> {
        let kept = self.keep(id, name, file);
        for ending in [SEEN, SMALL] {
            // Where it was kept, or never made, nothing is there.
            drop(std::fs::remove_file(self.folder.beside(id, ending)));
        }
        kept
    }

    fn keep(
        &self,
        id: &UploadId,
        name: &FileName,
        file: UploadFile,
    ) -> Result<(FileInfo, Pin), ErrorCode> {
        let made = self.make(id, &file)?;
        let content = made.instead.as_deref().unwrap_or(file.path());
        let kept = || -> io::Result<(FileInfo, Pin)> {
            let (hash, bytes) = hash(content)?;
            let info = FileInfo {
                hash,
                name: name.clone(),
                media_type: made.media_type.to_owned(),
                bytes,
                picture: made.size,
            };
            let pin = self.folder.keep(
                hash,
                &Content {
                    file: content,
                    thumbnail: made.thumbnail.as_deref(),
                },
            )?;
            Ok((info, pin))
        };
        kept().map_err(|error| refusal(&error))
    }

    /// Notes on the disk what an upload has become. Where there is no space for it, it is lost at the
    /// next start if it is in no message then, and goes on until then.
    fn note(&self, upload: &Upload, file: &FileInfo) {
        let mut note = upload.note();
        note.file = Some(file.clone());
        let noted = serde_json::to_vec(&note).map_err(io::Error::from);
        let noted = noted.and_then(|note| self.folder.note(&upload.id, &note));
        // What was sent tells more than what is kept.
        if let Err(error) = noted.and(self.folder.empty_upload(&upload.id)) {
            tracing::debug!(%error, "that an upload is whole was not noted");
        }
    }

    fn make(&self, id: &UploadId, file: &UploadFile) -> Result<Made, ErrorCode> {
        let fail = |error: io::Error| refusal(&error);
        let start = start(file).map_err(fail)?;
        let made = match kind_of(&start) {
            Kind::Picture(format) if file.bytes() <= self.limits.picture_bytes.into() => {
                self.picture(id, file, format)?
            }
            Kind::Picture(_) => Made::as_sent(BYTES),
            Kind::Film(media_type) => {
                film::forget_place(&mut file.again().map_err(fail)?).map_err(fail)?;
                Made::as_sent(media_type)
            }
            Kind::Other(media_type) => Made::as_sent(media_type),
        };
        if made.instead.is_none() {
            file.sync().map_err(fail)?;
        }
        Ok(made)
    }

    fn picture(&self, id: &UploadId, file: &UploadFile, format: Format) -> Result<Made, ErrorCode> {
        let job = Job {
            format,
            from: file.path().to_owned(),
            to: self.folder.beside(id, SEEN),
            thumbnail: self.folder.beside(id, SMALL),
        };
        let (seen, small) = (job.to.clone(), job.thumbnail.clone());
        let looked = self.pictures.look(job).ok_or(ErrorCode::Busy)?;
        let looked = looked.map_err(|error| refusal(&error))?;
        let media_type = match looked.size {
            Some(_) => format.media_type(),
            None => BYTES,
        };
        Ok(Made {
            media_type,
            size: looked.size,
            instead: looked.is_stripped.then_some(seen),
            thumbnail: looked.has_thumbnail.then_some(small),
        })
    }
}

/// Why the disk did not do it.
pub(crate) fn refusal(error: &io::Error) -> ErrorCode {
    let full = [io::ErrorKind::StorageFull, io::ErrorKind::QuotaExceeded];
    if full.contains(&error.kind()) {
        return ErrorCode::StorageFull;
    }
    tracing::warn!(%error, "a file cannot be written to the disk");
    ErrorCode::StorageFailed
}

/// The first bytes.
fn start(file: &UploadFile) -> io::Result<Vec<u8>> {
    use std::io::Read;
    let mut start = Vec::with_capacity(LOOKED_AT);
    file.again()?
        .take(LOOKED_AT as u64)
        .read_to_end(&mut start)?;
    Ok(start)
}

/// The hash and the length of a file.
fn hash(path: &std::path::Path) -> io::Result<(FileHash, u64)> {
    use std::io::Read;
    let mut file = std::fs::File::open(path)?;
    let mut context = Context::new(&SHA256);
    let mut chunk = vec![0; CHUNK];
    let mut bytes = 0;
    loop {
        let read = file.read(&mut chunk)?;
        if read == 0 {
            break;
        }
        bytes += read as u64;
        context.update(chunk.get(..read).unwrap_or_default());
    }
    let digest = context.finish();
    let hash = <[u8; 32]>::try_from(digest.as_ref()).map_err(|_| io::ErrorKind::InvalidData)?;
    Ok((FileHash(hash), bytes))
}
