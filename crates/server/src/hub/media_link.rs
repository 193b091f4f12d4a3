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
    /// The number that logs have of the room.
    number: u64,
    room: Option<RoomMedia>,
    waiting: Vec<MediaCommand>,
    sender: mpsc::Sender<Event>,
    events: mpsc::Receiver<Event>,
}

impl MediaLink {
    pub(super) fn new(pool: MediaPool, number: u64) -> Self {
        let (sender, events) = mpsc::channel(EVENTS);
        Self {
            pool,
            number,
            room: None,
            waiting: Vec::new(),
            sender,
            events,
        }
    }

    /// The room's media, opened at the first call.
    pub(super) fn room(&mut self) -> &RoomMedia {
        let Self {
            pool,
            number,
            room,
            sender,
            ..
        } = self;
        room.get_or_insert_with(|| {
            let media = pool.open_room(sender.clone());
            tracing::info!(room = *number, media = media.room().0, "media opened");
            media
        })
    }

    /// Tells the thread something. Nothing is lost, and what a participant's last command
    /// contradicts is not said any more.
    pub(super) fn command(&mut self, command: MediaCommand) {
        match command {
            MediaCommand::RemovePeer { participant } => {
                forget(&mut self.waiting, participant);
                if let Some(room) = &self.room
                    && room.send(to_sfu(command)).is_err()
                {
                    // A thread that runs always has space for a removal.
                    tracing::debug!("the media threads stopped before a participant left");
                }
            }
            MediaCommand::SetSources { .. } | MediaCommand::Assign { .. } => {
                put(&mut self.waiting, command);
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

/// Puts a command behind those that wait, and takes out what it makes pointless.
fn put(waiting: &mut Vec<MediaCommand>, command: MediaCommand) {
    waiting.retain(|earlier| !is_replaced(earlier, &command));
    waiting.push(command);
}

/// Takes out all that is said of somebody who is gone.
fn forget(waiting: &mut Vec<MediaCommand>, participant: zoom_protocol::ParticipantId) {
    waiting.retain(|earlier| subject(earlier) != participant);
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

#[cfg(test)]
mod tests {
    use zoom_protocol::{ParticipantId, Sources};

    use super::*;

    fn sources(participant: u64, microphone: bool) -> MediaCommand {
        MediaCommand::SetSources {
            participant: ParticipantId(participant),
            sources: Sources {
                microphone,
                ..Sources::default()
            },
        }
    }

    fn assign(subscriber: u64, slot: &str, publisher: u64) -> MediaCommand {
        MediaCommand::Assign {
            subscriber: ParticipantId(subscriber),
            slot: slot.parse().unwrap(),
            publisher: Some(ParticipantId(publisher)),
            size: None,
        }
    }

    #[test]
    fn of_what_is_said_of_one_place_only_the_last_waits() {
        let mut waiting = Vec::new();
        for command in [
            sources(1, true),
            assign(1, "person-0", 2),
            assign(1, "person-1", 2),
            assign(2, "person-0", 1),
            sources(1, false),
            assign(1, "person-0", 3),
        ] {
            put(&mut waiting, command);
        }
        let last = [
            assign(1, "person-1", 2),
            assign(2, "person-0", 1),
            sources(1, false),
            assign(1, "person-0", 3),
        ];
        assert_eq!(waiting, last);
    }

    #[test]
    fn nothing_waits_for_somebody_who_is_gone() {
        let mut waiting = vec![
            sources(1, true),
            assign(1, "voice-0", 2),
            assign(2, "voice-0", 1),
        ];
        forget(&mut waiting, ParticipantId(1));
        assert_eq!(waiting, [assign(2, "voice-0", 1)]);
    }
}
