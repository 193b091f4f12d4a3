//! What is on its way: the bytes of each upload as far as they came, with a note beside them.

use std::{
    fs::{self, File, OpenOptions},
    io::{self, Write},
    path::{Path, PathBuf},
    time::SystemTime,
};

use zoom_protocol::UploadId;

use super::{FileFolder, UPLOADS, remove};
use crate::folder;

/// The ending of a note.
const NOTE: &str = "note";
/// The ending of a note that is not whole.
const UNFINISHED: &str = "note-new";

/// An upload that a folder has.
#[derive(Debug)]
pub struct Uploaded {
    /// Which.
    pub upload: UploadId,
    /// What its note says.
    pub note: Vec<u8>,
    /// How many bytes are there.
    pub bytes: u64,
    /// When the last of them came.
    pub changed: SystemTime,
}

/// The bytes of an upload, open for reading and writing.
#[derive(Debug)]
pub struct UploadFile {
    file: File,
    path: PathBuf,
    bytes: u64,
}

impl FileFolder {
    /// Makes an upload with its note, or opens the one that is there.
    ///
    /// # Errors
    /// What the system says.
    pub fn upload(&self, upload: &UploadId, note: &[u8]) -> io::Result<UploadFile> {
        let path = self.upload_path(upload);
        if !path.exists() {
            // A note without bytes is an upload of which none came; bytes without a note are none.
            self.note(upload, note)?;
        }
        self.scratch(upload)
    }

    /// Makes a file for bytes that belong to no upload, or opens the one that is there. It is gone at
    /// the next start.
    ///
    /// # Errors
    /// What the system says.
    pub fn scratch(&self, name: &UploadId) -> io::Result<UploadFile> {
        let path = self.upload_path(name);
        let file = folder::private().read(true).truncate(false).open(&path)?;
        let bytes = file.metadata()?.len();
        Ok(UploadFile { file, path, bytes })
    }

    /// Changes an upload's note: it is on disk, whole, when this returns.
    ///
    /// # Errors
    /// What the system says; the note is as it was then.
    pub fn note(&self, upload: &UploadId, note: &[u8]) -> io::Result<()> {
        let path = self.upload_path(upload);
        let unfinished = path.with_extension(UNFINISHED);
        let written = || -> io::Result<()> {
            let mut file = folder::private().truncate(true).open(&unfinished)?;
            file.write_all(note)?;
            file.sync_all()?;
            fs::rename(&unfinished, path.with_extension(NOTE))?;
            folder::sync(&self.shared.dir.join(UPLOADS))
        };
        written().inspect_err(|_| drop(remove(&unfinished)))
    }

    /// A file beside an upload, for what is made of it; gone with it, and at the next start.
    pub fn beside(&self, upload: &UploadId, ending: &str) -> PathBuf {
        self.upload_path(upload).with_extension(ending)
    }

    /// Deletes an upload's bytes and what was made of them, and leaves its note.
    ///
    /// # Errors
    /// What the system says.
    pub fn empty_upload(&self, upload: &UploadId) -> io::Result<()> {
        remove(&self.upload_path(upload))
    }

    /// Deletes an upload; one that is not there is deleted already.
    ///
    /// # Errors
    /// What the system says.
    pub fn remove_upload(&self, upload: &UploadId) -> io::Result<()> {
        let path = self.upload_path(upload);
        remove(&path)?;
        remove(&path.with_extension(NOTE))
    }

    /// The uploads that are there, for a start: what belongs to none is deleted.
    ///
    /// # Errors
    /// What the system says.
    pub fn uploads(&self) -> io::Result<Vec<Uploaded>> {
        let mut found = Vec::new();
        for file in fs::read_dir(self.shared.dir.join(UPLOADS))? {
            let path = file?.path();
            let name = path.file_stem().and_then(|name| name.to_str());
            let upload = name.and_then(|name| name.parse().ok());
            let is_note = path.extension().is_some_and(|ending| ending == NOTE);
            match upload {
                Some(upload) if is_note => found.push(read(upload, &path)?),
                Some(_) if path.extension().is_none() && path.with_extension(NOTE).exists() => {}
                Some(_) | None => remove(&path)?,
            }
        }
        Ok(found)
    }

    fn upload_path(&self, upload: &UploadId) -> PathBuf {
        self.shared.dir.join(UPLOADS).join(upload.as_str())
    }
}

fn read(upload: UploadId, note: &Path) -> io::Result<Uploaded> {
    let (bytes, changed) = match fs::metadata(note.with_extension("")) {
        Ok(there) => (there.len(), there.modified()?),
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            (0, fs::metadata(note)?.modified()?)
        }
        Err(error) => return Err(error),
    };
    Ok(Uploaded {
        upload,
        note: fs::read(note)?,
        bytes,
        changed,
    })
}

impl UploadFile {
    /// How many bytes are there.
    pub fn bytes(&self) -> u64 {
        self.bytes
    }

    /// Where they are.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Puts bytes behind those that are there.
    ///
    /// # Errors
    /// What the system says; nothing of them is there then.
    pub fn append(&mut self, bytes: &[u8]) -> io::Result<()> {
        use std::io::Seek;
        self.file.seek(io::SeekFrom::Start(self.bytes))?;
        if let Err(error) = self.file.write_all(bytes) {
            // What does not fit whole is not there; where even that fails, it is overwritten.
            drop(self.file.set_len(self.bytes));
            return Err(error);
        }
        self.bytes += bytes.len() as u64;
        Ok(())
    }

    /// Takes back what is behind so many bytes.
    ///
    /// # Errors
    /// What the system says.
    pub fn cut(&mut self, bytes: u64) -> io::Result<()> {
        if bytes < self.bytes {
            self.file.set_len(bytes)?;
            self.bytes = bytes;
        }
        Ok(())
    }

    /// Makes what is there last through a loss of power.
    ///
    /// # Errors
    /// What the system says.
    pub fn sync(&self) -> io::Result<()> {
        self.file.sync_all()
    }

    /// Another handle, at the beginning.
    ///
    /// # Errors
    /// What the system says.
    pub fn again(&self) -> io::Result<File> {
        OpenOptions::new().read(true).write(true).open(&self.path)
    }
}
