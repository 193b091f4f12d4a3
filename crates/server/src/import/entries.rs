//! What is done with the parts of a document: checked and kept at first, given to the store then.

use std::{
    collections::HashMap,
    io::Read,
    sync::{
        atomic::{AtomicBool, Ordering},
        mpsc::SyncSender,
    },
};

use aws_lc_rs::digest::{Context, SHA256};
use http::StatusCode;
use zoom_protocol::{
    AuthorId, Entry, EntryBody, FileHash, FileInfo, FileName, Limits, Message, RoomName, UploadId,
};
use zoom_store::files::{FileFolder, Pin, UploadFile};

use super::{
    Refused,
    document::{Parts, piece},
};
use crate::{files::Files, hub::Authors};

/// Different files of one document: each is remembered until the end.
const MOST_FILES: usize = 100_000;
/// Bytes that are written at once.
const CHUNK: usize = 64 * 1024;
/// What a file is called until its message is read.
const NAMELESS: &str = "file";

/// So far ahead of this clock the clock of the other server may be, milliseconds: a day. What is
/// written in a room later is as late as its last entry.
const AHEAD_MS: u64 = 24 * 60 * 60 * 1_000;

/// Reads and checks, and keeps the files.
pub(super) struct Checked<'a> {
    /// The time, milliseconds since 1970-01-01T00:00:00Z.
    pub(super) now_ms: u64,
    pub(super) files: &'a Files,
    pub(super) folder: &'a FileFolder,
    pub(super) limits: &'a Limits,
    pub(super) cancelled: &'a AtomicBool,
    /// By the hash that the document says.
    pub(super) kept: HashMap<FileHash, (FileInfo, Pin)>,
    /// Files of messages, with where the first message stands that has them.
    pub(super) wanted: HashMap<FileHash, String>,
}

/// The files of a document that are on the disk.
pub(super) struct Kept {
    files: HashMap<FileHash, (FileInfo, Pin)>,
    used: usize,
}

impl Kept {
    /// How many of them messages have.
    pub(super) fn used(&self) -> usize {
        self.used
    }
}

impl Checked<'_> {
    /// What is kept, once all parts are there.
    pub(super) fn end(self, leaves_out: bool) -> Result<Kept, Refused> {
        let missing = self
            .wanted
            .iter()
            .find(|(hash, _)| !self.kept.contains_key(hash));
        if let Some((hash, place)) = missing
            && !leaves_out
        {
            let reason = "its bytes are missing; export with ?files=1, or import with ?files=drop";
            return Err(Refused::content(format!("{place}: file {hash}: {reason}")));
        }
        let is_kept = |hash: &&FileHash| self.kept.contains_key(hash);
        Ok(Kept {
            used: self.wanted.keys().filter(is_kept).count(),
            files: self.kept,
        })
    }

    fn check(&mut self, place: &str, entry: &Entry) -> Result<(), Refused> {
        let wrong = |reason: &str| Err(Refused::content(format!("{place}: {reason}")));
        if entry.time_ms > self.now_ms.saturating_add(AHEAD_MS) {
            return wrong("time_ms: it is more than a day ahead");
        }
        match &entry.body {
            EntryBody::Message(message) => {
                if message.mentions.len() > self.limits.mentions as usize {
                    return wrong("body.mentions: there are too many");
                }
                if message.files.len() > self.limits.message_files as usize {
                    return wrong("body.files: there are too many");
                }
                for file in &message.files {
                    self.wanted
                        .entry(file.hash)
                        .or_insert_with(|| place.to_owned());
                }
                too_many_files(self.wanted.len())
            }
            EntryBody::Call(call) => {
                let named = call.people.len();
                if named > self.limits.call_people as usize {
                    return wrong("body.people: there are too many");
                }
                if named > call.count as usize {
                    return wrong("body.count: there are more people");
                }
                Ok(())
            }
            EntryBody::Deleted { .. } => Ok(()),
            // The store knows no others.
            _ => Ok(()),
        }
    }

    /// Writes a file's content; its hash.
    fn write(&self, file: &mut UploadFile, content: &mut dyn Read) -> Result<FileHash, Refused> {
        let mut context = Context::new(&SHA256);
        let mut chunk = vec![0; CHUNK];
        loop {
            going_on(self.cancelled)?;
            let count = piece(content, &mut chunk)?;
            let bytes = chunk.get(..count).unwrap_or_default();
            if bytes.is_empty() {
                break;
            }
            if file.bytes() + count as u64 > self.limits.file_bytes {
                let most = self.limits.file_bytes;
                let message = format!("files: one is larger than {most} bytes");
                return Err(Refused::new(StatusCode::PAYLOAD_TOO_LARGE, &message));
            }
            context.update(bytes);
            file.append(bytes).map_err(|error| Refused::disk(&error))?;
        }
        let digest = <[u8; 32]>::try_from(context.finish().as_ref());
        digest.map(FileHash).map_err(|_| Refused::gone())
    }
}

impl Parts for Checked<'_> {
    fn entry(&mut self, index: u64, json: &[u8]) -> Result<(), Refused> {
        going_on(self.cancelled)?;
        let entry = entry(index, json)?;
        self.check(&place(index, &entry), &entry)
    }

    fn file(&mut self, hash: FileHash, content: &mut dyn Read) -> Result<(), Refused> {
        if self.kept.contains_key(&hash) {
            return Err(Refused::content(format!("files: {hash} is there twice")));
        }
        too_many_files(self.kept.len())?;
        let id = Files::new_name().map_err(Refused::of)?;
        let _removed = Removed(self.folder, id.clone());
        let mut file = self
            .folder
            .scratch(&id)
            .map_err(|error| Refused::disk(&error))?;
        if self.write(&mut file, content)? != hash {
            let message = format!("files: the bytes of {hash} have another SHA-256");
            return Err(Refused::content(message));
        }
        let name: FileName = NAMELESS.parse().map_err(|_| Refused::gone())?;
        let kept = self.files.keep(&id, &name, file).map_err(Refused::of)?;
        self.kept.insert(hash, kept);
        Ok(())
    }
}

/// Bytes on their way that are removed when this is dropped.
struct Removed<'a>(&'a FileFolder, UploadId);

impl Drop for Removed<'_> {
    fn drop(&mut self) {
        if let Err(error) = self.0.empty_upload(&self.1) {
            tracing::warn!(%error, "a file of an import stays on the disk until the next start");
        }
    }
}

/// Gives the entries to the store.
pub(super) struct Given<'a> {
    pub(super) to: SyncSender<Option<Entry>>,
    pub(super) kept: &'a Kept,
    pub(super) authors: &'a Authors,
    pub(super) room: &'a RoomName,
    pub(super) cancelled: &'a AtomicBool,
    pub(super) left_out: u64,
}

impl Given<'_> {
    /// An entry with the authors of this room and the files as they are here.
    fn made_own(&mut self, mut entry: Entry) -> Entry {
        let (authors, room) = (self.authors, self.room);
        let rename = |author: &mut AuthorId| *author = authors.imported(room, *author);
        rename(&mut entry.sender.author);
        for mark in &mut entry.marks {
            mark.people.iter_mut().for_each(|by| rename(&mut by.author));
        }
        match &mut entry.body {
            EntryBody::Message(message) => {
                message
                    .mentions
                    .iter_mut()
                    .for_each(|by| rename(&mut by.author));
                self.put_files(message);
                if message.text.is_none() && message.files.is_empty() {
                    // What it said is not there; that something was said still is.
                    let deleted_ms = entry.time_ms;
                    entry.body = EntryBody::Deleted { deleted_ms };
                    entry.marks.clear();
                }
            }
            EntryBody::Call(call) => {
                call.people.iter_mut().for_each(|by| rename(&mut by.author));
            }
            EntryBody::Deleted { .. } => {}
            // The store knows no others.
            _ => {}
        }
        entry
    }

    fn put_files(&mut self, message: &mut Message) {
        for file in std::mem::take(&mut message.files) {
            match self.kept.files.get(&file.hash) {
                Some((info, _)) => message.files.push(FileInfo {
                    name: file.name,
                    ..info.clone()
                }),
                None => self.left_out += 1,
            }
        }
    }
}

impl Parts for Given<'_> {
    fn entry(&mut self, index: u64, json: &[u8]) -> Result<(), Refused> {
        going_on(self.cancelled)?;
        let entry = entry(index, json)?;
        let is_empty = matches!(
            &entry.body,
            EntryBody::Message(message) if message.text.is_none() && message.files.is_empty()
        );
        if is_empty {
            let reason = "body: a message has a text or a file";
            return Err(Refused::content(format!(
                "{}: {reason}",
                place(index, &entry)
            )));
        }
        let entry = self.made_own(entry);
        // It gives up when the store has: the store says why.
        self.to.send(Some(entry)).map_err(|_| Refused::gone())
    }

    fn file(&mut self, _: FileHash, content: &mut dyn Read) -> Result<(), Refused> {
        let mut chunk = vec![0; CHUNK];
        while piece(content, &mut chunk)? > 0 {}
        Ok(())
    }
}

/// Where an entry stands.
fn place(index: u64, entry: &Entry) -> String {
    format!("entries[{index}] (number {})", entry.number)
}

fn entry(index: u64, json: &[u8]) -> Result<Entry, Refused> {
    let mut from = serde_json::Deserializer::from_slice(json);
    serde_path_to_error::deserialize(&mut from).map_err(|error| {
        let value: Option<serde_json::Value> = serde_json::from_slice(json).ok();
        let number = value.and_then(|value| value.get("number")?.as_u64());
        let number = number.map_or(String::new(), |number| format!(" (number {number})"));
        let (path, error) = (error.path().to_string(), error.inner().to_string());
        Refused::content(format!("entries[{index}]{number}: {path}: {error}"))
    })
}

fn too_many_files(count: usize) -> Result<(), Refused> {
    if count < MOST_FILES {
        return Ok(());
    }
    let message = format!("there are more than {MOST_FILES} files");
    Err(Refused::new(StatusCode::PAYLOAD_TOO_LARGE, &message))
}

fn going_on(cancelled: &AtomicBool) -> Result<(), Refused> {
    match cancelled.load(Ordering::Relaxed) {
        true => Err(Refused::gone()),
        false => Ok(()),
    }
}
