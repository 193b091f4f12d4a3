//! A room's way to its media thread.
//!
//! It opens at the first thing that the thread has to know, so that rooms in which people only
//! write cost it nothing. A command that the thread has no space for waits here; of those that say
//! the same of the same place only the last waits.

use tokio::sync::mpsc;
use zoom_rooms::MediaCommand;
use zoom_sfu::{Command, Event};

use crate::media::{MediaPool, RoomMedia};

/// Events that wait for a room's task: a handful per peer, and the room reads at once.
const EVENTS: usize = 64;

/// The link of one open room; dropping it ends the room's peers.
#[derive(Debug)]
pub(super) struct MediaLink {
    pool: MediaPool,
    room: Option<RoomMedia>,
    waiting: Vec<MediaCommand>,
    sender: mpsc::Sender<Event>,
    events: mpsc::Receiver<Event>,
}

impl MediaLink {
    pub(super) fn new(pool: MediaPool) -> Self {
        let (sender, events) = mpsc::channel(EVENTS);
        Self {
            pool,
            room: None,
            waiting: Vec::new(),
            sender,
            events,
        }
    }

    /// The room's media, opened at the first call.
    pub(super) fn room(&mut self) -> &RoomMedia {
        let Self {
            pool, room, sender, ..
        } = self;
        room.get_or_insert_with(|| pool.open_room(sender.clone()))
    }

    /// Tells the thread something. Nothing is lost, and what a participant's last command
    /// contradicts is not said any more.
    pub(super) fn command(&mut self, command: MediaCommand) {
        match command {
            MediaCommand::RemovePeer { participant } => {
                self.waiting
                    .retain(|waiting| subject(waiting) != participant);
                if let Some(room) = &self.room
                    && room.send(to_sfu(command)).is_err()
                {
                    // A thread that runs always has space for a removal.
                    tracing::debug!("the media threads stopped before a participant left");
                }
            }
            MediaCommand::SetSources { .. } | MediaCommand::Assign { .. } => {
                self.waiting
                    .retain(|waiting| !is_replaced(waiting, &command));
                self.waiting.push(command);
                self.retry();
            }
        }
    }

    /// Whether commands wait and [`MediaLink::retry`] is to be called again soon.
    pub(super) fn is_waiting(&self) -> bool {
        !self.waiting.is_empty()
    }

    /// Tells the thread as much of what waits as it has space for.
    pub(super) fn retry(&mut self) {
        let room = self.room().clone();
        let refused = |command: &MediaCommand| room.send(to_sfu(*command)).is_err();
        let told = self.waiting.iter().position(refused);
        self.waiting.drain(..told.unwrap_or(self.waiting.len()));
    }

    /// What happens to the room's peers. Never `None`: the link itself holds a sender.
    pub(super) async fn event(&mut self) -> Option<Event> {
        self.events.recv().await
    }
}

impl Drop for MediaLink {
    fn drop(&mut self) {
        if let Some(room) = &self.room {
            room.close();
        }
    }
}

/// Whose the command is.
fn subject(command: &MediaCommand) -> zoom_protocol::ParticipantId {
    match *command {
        MediaCommand::SetSources { participant, .. } | MediaCommand::RemovePeer { participant } => {
            participant
        }
        MediaCommand::Assign { subscriber, .. } => subscriber,
    }
}

/// Whether `later` makes `earlier` pointless.
fn is_replaced(earlier: &MediaCommand, later: &MediaCommand) -> bool {
    match (earlier, later) {
        (
            MediaCommand::SetSources { participant, .. },
            MediaCommand::SetSources {
                participant: of, ..
            },
        ) => participant == of,
        (
            MediaCommand::Assign {
                subscriber, slot, ..
            },
            MediaCommand::Assign {
                subscriber: of,
                slot: place,
                ..
            },
        ) => subscriber == of && slot == place,
        _ => false,
    }
}

fn to_sfu(command: MediaCommand) -> Command {
    match command {
        MediaCommand::SetSources {
            participant,
            sources,
        } => Command::SetSources {
            participant,
            sources,
        },
        MediaCommand::Assign {
            subscriber,
            slot,
            publisher,
            size,
        } => Command::Assign {
            subscriber,
            slot,
            publisher,
            size,
        },
        MediaCommand::RemovePeer { participant } => Command::RemovePeer { participant },
    }
}
