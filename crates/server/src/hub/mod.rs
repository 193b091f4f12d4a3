//! The hub: which rooms are open, and the task that drives each.
//!
//! A room opens when somebody comes and closes behind the last: one tokio task per open room feeds
//! a [`zoom_rooms::Room`] and carries out what it says.

mod appends;
mod authors;
mod directory;
mod disk;
mod inbox;
mod media_link;
mod messages;
mod room_task;

use std::{
    fmt,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant, SystemTime},
};

use tokio::sync::Semaphore;
use zoom_protocol::{Limits, Now, ParticipantId, RequestId, RoomName};
use zoom_rooms::Input;
use zoom_store::Store;

use crate::{
    Files,
    media::MediaPool,
    socket::{Backlogs, Seats, Tokens},
};

pub(crate) use appends::AppendCounts;
use appends::Appends;
pub(crate) use authors::Authors;
use directory::Directory;
pub(crate) use directory::Found;
pub(crate) use inbox::{Entrant, Inbox, Refused};
pub(crate) use messages::{answer, error_answer, welcome};

/// What a hub runs with.
pub struct HubConfig {
    /// Every bound.
    pub limits: Limits,
    /// What lasts.
    pub store: Store,
    /// Files on their way, and those of messages.
    pub files: Files,
    /// Sound and pictures.
    pub media: MediaPool,
    /// What resume tokens are signed with; the same over restarts, known to nobody else.
    pub secret: [u8; 32],
}

impl fmt::Debug for HubConfig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HubConfig").finish_non_exhaustive()
    }
}

/// How much a hub holds at this moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Counts {
    /// WebSockets, those of the echo among them.
    pub sockets: usize,
    /// Open rooms.
    pub rooms: usize,
    /// People in them, those who may come back among them.
    pub participants: usize,
}

/// The open rooms and the counted sockets of one server. Cheap to clone.
#[derive(Clone)]
pub struct Hub(Arc<Inner>);

struct Inner {
    limits: Limits,
    store: Store,
    files: Files,
    media: MediaPool,
    tokens: Tokens,
    authors: Authors,
    /// Tells the participants of this run of the server from those of earlier ones.
    boot: u64,
    seats: Seats,
    echoes: Backlogs,
    directory: Directory,
    participants: AtomicUsize,
    appends: Arc<Appends>,
    /// Bounds how many timeline pages are read at once.
    reads: Arc<Semaphore>,
    /// Bounds how many of them are searches.
    searches: Arc<Semaphore>,
}

impl fmt::Debug for Hub {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Hub")
            .field("counts", &self.counts())
            .finish()
    }
}

impl Hub {
    /// A hub without rooms.
    pub fn new(config: HubConfig) -> Self {
        let readers = usize::try_from(config.limits.store_readers).unwrap_or(1);
        Self(Arc::new(Inner {
            tokens: Tokens::new(&config.secret),
            authors: Authors::new(&config.secret),
            boot: random(),
            seats: Seats::new(config.limits.clone()),
            echoes: Backlogs::default(),
            directory: Directory::default(),
            participants: AtomicUsize::new(0),
            appends: Arc::default(),
            reads: Arc::new(Semaphore::new(readers.max(1))),
            searches: Arc::new(Semaphore::new((readers / 2).max(1))),
            limits: config.limits,
            store: config.store,
            files: config.files,
            media: config.media,
        }))
    }

    /// What the server allows.
    pub fn limits(&self) -> &Limits {
        &self.0.limits
    }

    /// How much there is at this moment.
    pub fn counts(&self) -> Counts {
        Counts {
            sockets: self.0.seats.taken(),
            rooms: self.0.directory.open(),
            participants: self.0.participants.load(Ordering::Relaxed),
        }
    }

    /// What became of the messages so far.
    pub(crate) fn appends(&self) -> AppendCounts {
        self.0.appends.read()
    }

    /// Closes every socket with 1001 within `shutdown_ms`, and then every room within as long.
    /// Sockets and rooms that come later are refused; participants come back after the next start.
    pub async fn shutdown(&self) {
        let patience = Duration::from_millis(self.limits().shutdown_ms.into());
        let sockets = tokio::time::timeout(patience, self.0.seats.close()).await;
        let rooms = tokio::time::timeout(patience, self.0.directory.close()).await;
        if sockets.is_err() || rooms.is_err() {
            let Counts { sockets, rooms, .. } = self.counts();
            tracing::info!(sockets, rooms, "stopped without waiting for the rest");
        }
    }

    /// Files on their way, and those of messages.
    pub(crate) fn files(&self) -> &Files {
        &self.0.files
    }

    /// All sockets.
    pub(crate) fn seats(&self) -> &Seats {
        &self.0.seats
    }

    /// What waits in all echoes.
    pub(crate) fn echoes(&self) -> Backlogs {
        Arc::clone(&self.0.echoes)
    }

    /// What issues and reads resume tokens.
    pub(crate) fn tokens(&self) -> &Tokens {
        &self.0.tokens
    }

    /// What tells who somebody is over all their stays.
    pub(crate) fn authors(&self) -> &Authors {
        &self.0.authors
    }

    /// The number of this run of the server.
    pub(crate) fn boot(&self) -> u64 {
        self.0.boot
    }

    /// Brings somebody to a room's door, and opens the room when it is closed. The answer comes
    /// over the entrant's line.
    pub(crate) fn enter(
        &self,
        room: &RoomName,
        entrant: Entrant,
        input: Input,
    ) -> Result<Inbox, Refused> {
        self.0.directory.enter(self, room, entrant, input)
    }

    /// Tells who is in a room that its entries with smaller numbers than `before` are gone.
    pub(crate) fn expired(&self, room_key: &str, before: u64) {
        self.0.directory.tell(room_key, Input::Expired { before });
    }

    /// Keeps a room closed until what comes back is dropped: who wants in meanwhile is told to try
    /// again. Nothing where the room is open or held already.
    pub(crate) fn hold(&self, room: &RoomName) -> Option<Held> {
        let is_held = self.0.directory.hold(room.key());
        is_held.then(|| Held {
            hub: self.clone(),
            key: room.key().into(),
        })
    }

    /// Asks who is in a room. An open one answers over the onlooker's line; none is opened.
    pub(crate) fn look(
        &self,
        room: &RoomName,
        onlooker: &Entrant,
        id: RequestId,
    ) -> Result<Found, Refused> {
        self.0.directory.look(room, onlooker, id)
    }
}

/// A room that nobody may open.
#[derive(Debug)]
pub(crate) struct Held {
    hub: Hub,
    key: Box<str>,
}

impl Drop for Held {
    fn drop(&mut self) {
        self.hub.0.directory.let_go(&self.key);
    }
}

/// Both clocks at this moment.
pub(crate) fn now() -> Now {
    let unix = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
    Now {
        mono: Instant::now(),
        unix_ms: unix.map_or(0, |unix| {
            u64::try_from(unix.as_millis()).unwrap_or(u64::MAX)
        }),
    }
}

/// A fresh participant id.
pub(crate) fn new_participant() -> ParticipantId {
    ParticipantId(random())
}

/// 64 bits that nobody can guess. Without a source of randomness a server is not safe to run, and
/// the operating systems that it runs on have one that does not fail once it worked.
#[expect(
    clippy::expect_used,
    reason = "the secret was drawn from the same source when the server started"
)]
fn random() -> u64 {
    getrandom::u64().expect("the system's randomness")
}

#[cfg(test)]
mod tests;
