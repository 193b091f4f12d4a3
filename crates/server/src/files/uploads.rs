//! Which uploads there are, whose, and what became of them.

use std::{
    collections::HashMap,
    fmt,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use serde::{Deserialize, Serialize};
use tokio::sync::watch;
use zoom_protocol::{AuthorId, ErrorCode, FileInfo, FileName, Limits, RoomName, UploadId};
use zoom_store::files::Pin;

/// How long nothing came of an upload that makes way for another of the same person.
const IDLE: Duration = Duration::from_secs(60);

/// What an upload is, as its note on the disk says it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Note {
    /// Whose it is.
    pub(super) author: AuthorId,
    /// For which room.
    pub(super) room: RoomName,
    /// What the file is called.
    pub(super) name: FileName,
    /// How many bytes it has.
    pub(super) bytes: u64,
    /// The file, once all bytes are there.
    pub(super) file: Option<FileInfo>,
    /// Whether a message has it.
    #[serde(default)]
    pub(super) posted: bool,
}

/// One upload.
pub(super) struct Upload {
    pub(super) id: UploadId,
    pub(super) author: AuthorId,
    pub(super) room: RoomName,
    pub(super) name: FileName,
    pub(super) bytes: u64,
    /// Held by whoever works with its bytes.
    pub(super) turn: Arc<tokio::sync::Mutex<()>>,
    /// How often the turn was asked for.
    asked: watch::Sender<u64>,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    /// When bytes last came, or it was last asked for.
    used: Instant,
    file: Option<FileInfo>,
    /// Keeps the content until an entry refers to it.
    pin: Option<Pin>,
    /// Whether an entry refers to it.
    posted: bool,
    cancelled: bool,
}

/// Who asked for the turn, and learns when somebody asks after them.
#[derive(Debug)]
pub(super) struct Asked {
    mine: u64,
    asked: watch::Receiver<u64>,
}

impl Asked {
    /// Ready when somebody asked later.
    pub(super) async fn overtaken(&mut self) {
        let mine = self.mine;
        // That the upload is gone altogether means the same.
        let _ = self.asked.wait_for(|asked| *asked > mine).await;
    }
}

impl fmt::Debug for Upload {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Upload").finish_non_exhaustive()
    }
}

impl Upload {
    /// One that may have its file already.
    pub(super) fn new(id: UploadId, note: Note, used: Instant, pin: Option<Pin>) -> Self {
        Self {
            id,
            author: note.author,
            room: note.room,
            name: note.name,
            bytes: note.bytes,
            turn: Arc::default(),
            asked: watch::Sender::new(0),
            state: Mutex::new(State {
                used,
                file: note.file,
                pin,
                posted: note.posted,
                cancelled: false,
            }),
        }
    }

    /// What its note says.
    pub(super) fn note(&self) -> Note {
        let state = self.state();
        Note {
            author: self.author,
            room: self.room.clone(),
            name: self.name.clone(),
            bytes: self.bytes,
            file: state.file.clone(),
            posted: state.posted,
        }
    }

    /// The file, once all bytes are there.
    pub(super) fn file(&self) -> Option<FileInfo> {
        self.state().file.clone()
    }

    /// Whether it was taken back.
    pub(super) fn is_cancelled(&self) -> bool {
        self.state().cancelled
    }

    /// Notes that bytes came.
    pub(super) fn touch(&self) {
        self.state().used = Instant::now();
    }

    /// Notes that all bytes are there.
    pub(super) fn finish(&self, file: FileInfo, pin: Pin) {
        let mut state = self.state();
        state.used = Instant::now();
        state.file = Some(file);
        state.pin = Some(pin);
    }

    /// Asks for the turn: whoever has it is to end it.
    pub(super) fn ask(&self) -> Asked {
        let mut mine = 0;
        self.asked.send_modify(|asked| {
            *asked += 1;
            mine = *asked;
        });
        Asked {
            mine,
            asked: self.asked.subscribe(),
        }
    }

    /// Notes that it is no more, and ends what is under way for it.
    fn cancel(&self) {
        self.state().cancelled = true;
        self.ask();
    }

    /// The file with a pin on it, which `pin` gives where it has none any more.
    fn take(&self, pin: impl FnOnce(&FileInfo) -> Option<Pin>) -> Option<FileInfo> {
        let mut state = self.state();
        let file = state.file.clone()?;
        if state.pin.is_none() {
            state.pin = Some(pin(&file)?);
        }
        state.used = Instant::now();
        Some(file)
    }

    /// Notes that an entry refers to the file, if it is one of these. Whether it was not known.
    fn post(&self, files: &[FileInfo]) -> bool {
        let mut state = self.state();
        let is_one = |file: &FileInfo| files.iter().any(|posted| posted.hash == file.hash);
        if !state.file.as_ref().is_some_and(is_one) {
            return false;
        }
        let is_news = !std::mem::replace(&mut state.posted, true);
        let pin = state.pin.take();
        drop(state);
        drop(pin);
        is_news
    }

    fn is_posted(&self) -> bool {
        self.state().posted
    }

    fn idle(&self, now: Instant) -> Duration {
        now.saturating_duration_since(self.state().used)
    }

    /// Whether nothing came for so long.
    pub(super) fn has_expired(&self, patience: Duration) -> bool {
        self.idle(Instant::now()) >= patience
    }

    fn is_of(&self, author: AuthorId, room: &RoomName) -> bool {
        self.author == author && self.room.key() == room.key()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// All uploads of a server.
#[derive(Debug, Default)]
pub(super) struct Uploads(Mutex<HashMap<UploadId, Arc<Upload>>>);

impl Uploads {
    /// The upload of this name.
    pub(super) fn get(&self, id: &UploadId) -> Option<Arc<Upload>> {
        self.lock().get(id).cloned()
    }

    /// Takes one in that was there before.
    pub(super) fn restore(&self, upload: Upload) {
        self.lock().insert(upload.id.clone(), Arc::new(upload));
    }

    /// Takes a new one in, unless there are too many, or the room's files would be too large with
    /// it: `room_bytes` are there already. Brings back those that made way for it.
    pub(super) fn reserve(
        &self,
        upload: Upload,
        room_bytes: u64,
        limits: &Limits,
    ) -> Result<Vec<Arc<Upload>>, ErrorCode> {
        let now = Instant::now();
        let mut uploads = self.lock();
        let waiting = uploads
            .values()
            .filter(|other| !other.is_posted() && other.room.key() == upload.room.key());
        let reserved = waiting
            .clone()
            .fold(room_bytes, |sum, other| sum.saturating_add(other.bytes));
        if reserved.saturating_add(upload.bytes) > limits.room_file_bytes {
            return Err(ErrorCode::RoomFilesFull);
        }
        let own: Vec<_> = waiting
            .filter(|other| other.author == upload.author)
            .cloned()
            .collect();
        let mut gone = Vec::new();
        if own.len() >= limits.uploads as usize {
            // A page that was closed left some behind: the one that lies longest makes way.
            let oldest = own.iter().max_by_key(|other| other.idle(now));
            match oldest.filter(|oldest| oldest.idle(now) >= IDLE) {
                Some(oldest) => gone.extend(uploads.remove(&oldest.id)),
                None => return Err(ErrorCode::TooMany),
            }
        }
        if uploads.len() >= limits.uploads_waiting as usize {
            gone.extend(
                uploads
                    .extract_if(|_, other| other.is_posted())
                    .map(|(_, other)| other),
            );
        }
        if uploads.len() >= limits.uploads_waiting as usize {
            return Err(ErrorCode::Busy);
        }
        uploads.insert(upload.id.clone(), Arc::new(upload));
        drop(uploads);
        gone.iter().for_each(|upload| upload.cancel());
        Ok(gone)
    }

    /// The files of finished uploads of this author for this room, each pinned; `pin` gives pins for
    /// those that have none any more.
    pub(super) fn resolve(
        &self,
        author: AuthorId,
        room: &RoomName,
        ids: &[UploadId],
        pin: impl Fn(&FileInfo) -> Option<Pin>,
    ) -> Result<Vec<FileInfo>, ErrorCode> {
        let file = |id| {
            let upload = self.get(id)?;
            upload.is_of(author, room).then(|| upload.take(&pin))?
        };
        let files: Option<_> = ids.iter().map(file).collect();
        files.ok_or(ErrorCode::NoUpload)
    }

    /// Notes that an entry of this author in this room refers to these files. Brings back the uploads
    /// of which that was not known.
    pub(super) fn posted(
        &self,
        author: AuthorId,
        room: &RoomName,
        files: &[FileInfo],
    ) -> Vec<Arc<Upload>> {
        if files.is_empty() {
            return Vec::new();
        }
        let mut theirs: Vec<_> = self
            .lock()
            .values()
            .filter(|upload| upload.is_of(author, room))
            .cloned()
            .collect();
        theirs.retain(|upload| upload.post(files));
        theirs
    }

    /// Takes one out for good.
    pub(super) fn remove(&self, id: &UploadId) -> Option<Arc<Upload>> {
        let removed = self.lock().remove(id)?;
        removed.cancel();
        Some(removed)
    }

    /// Takes those out of which nothing came for so long.
    pub(super) fn expire(&self, patience: Duration) -> Vec<Arc<Upload>> {
        let now = Instant::now();
        let mut uploads = self.lock();
        let expired: Vec<_> = uploads
            .extract_if(|_, upload| upload.idle(now) >= patience)
            .map(|(_, upload)| upload)
            .collect();
        drop(uploads);
        expired.iter().for_each(|upload| upload.cancel());
        expired
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<UploadId, Arc<Upload>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
