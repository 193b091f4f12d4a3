//! The rooms of one media thread around its SFU: who is told what, who waits for which answer,
//! and what is put in force again after a fault of the SFU.

use std::{
    collections::{BTreeMap, HashMap, HashSet, VecDeque},
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Instant,
};

use tokio::sync::{mpsc, oneshot};
use zoom_protocol::{
    MediaAnswer, MediaEndReason, MediaOffer, ParticipantId, RoomId, SlotId, Sources,
};
use zoom_sfu::{Command, Event, MediaReport, Sfu, SfuConfig, Transmit};

use super::ConnectError;

/// What waits for the answer to a re-offer.
pub(super) type Reply = oneshot::Sender<Result<MediaAnswer, ConnectError>>;

/// The rooms of one media thread.
pub(super) struct Core {
    config: SfuConfig,
    sfu: Sfu,
    rooms: HashMap<RoomId, Room>,
    room_of: HashMap<ParticipantId, RoomId>,
    requests: HashMap<u64, (ParticipantId, Reply)>,
    next_request: u64,
    behind: HashSet<RoomId>,
    load: Arc<AtomicUsize>,
    reports: mpsc::Sender<Box<MediaReport>>,
}

/// A room and what is in force in it.
struct Room {
    events: mpsc::Sender<Event>,
    untold: VecDeque<Event>,
    stays: HashMap<ParticipantId, Stay>,
}

/// What was said about a participant, with or without a peer.
#[derive(Default)]
struct Stay {
    /// The number of their peer.
    peer: Option<u64>,
    sources: Option<Sources>,
    slots: BTreeMap<SlotId, Seen>,
}

/// Who is in a slot and how large.
type Seen = (ParticipantId, Option<(u16, u16)>);

impl Core {
    /// Without rooms. `load` is kept at the number of rooms and peers; `reports` on peers go to who
    /// watches the server, or nowhere.
    pub(super) fn new(
        config: SfuConfig,
        load: Arc<AtomicUsize>,
        reports: mpsc::Sender<Box<MediaReport>>,
        now: Instant,
    ) -> Self {
        Self {
            sfu: Sfu::new(config.clone(), now),
            config,
            rooms: HashMap::new(),
            room_of: HashMap::new(),
            requests: HashMap::new(),
            next_request: 0,
            behind: HashSet::new(),
            load,
            reports,
        }
    }

    /// The part without rooms.
    pub(super) fn sfu(&mut self) -> &mut Sfu {
        &mut self.sfu
    }

    pub(super) fn open_room(&mut self, room: RoomId, events: mpsc::Sender<Event>) {
        let opened = Room {
            events,
            untold: VecDeque::new(),
            stays: HashMap::new(),
        };
        self.rooms.insert(room, opened);
    }

    pub(super) fn close_room(&mut self, now: Instant, room: RoomId) {
        let Some(closed) = self.rooms.remove(&room) else {
            return;
        };
        self.behind.remove(&room);
        for (participant, stay) in closed.stays {
            self.forget(participant, stay.peer.is_some());
            let command = Command::RemovePeer { participant };
            self.sfu.handle_command(now, command);
        }
        self.load.fetch_sub(1, Ordering::Relaxed);
    }

    /// Closes every room.
    pub(super) fn close_all(&mut self, now: Instant) {
        let open: Vec<RoomId> = self.rooms.keys().copied().collect();
        for room in open {
            self.close_room(now, room);
        }
    }

    /// Takes a command for a room; one for a room that has been closed meanwhile does nothing.
    pub(super) fn command(&mut self, now: Instant, room: RoomId, command: Command) {
        if !self.rooms.contains_key(&room) {
            return;
        }
        match &command {
            Command::AddPeer {
                participant,
                number,
                ..
            } => {
                self.end_requests(*participant);
                let stay = self.stay(room, *participant);
                if stay.is_some_and(|stay| stay.peer.replace(*number).is_none()) {
                    self.load.fetch_add(1, Ordering::Relaxed);
                }
            }
            Command::RemovePeer { participant } => {
                let stays = self.rooms.get_mut(&room).map(|room| &mut room.stays);
                let stay = stays.and_then(|stays| stays.remove(participant));
                self.forget(*participant, stay.is_some_and(|stay| stay.peer.is_some()));
            }
            Command::SetSources {
                participant,
                sources,
            } => {
                if let Some(stay) = self.stay(room, *participant) {
                    stay.sources = Some(*sources);
                }
            }
            Command::Assign {
                subscriber,
                slot,
                publisher,
                size,
            } => {
                if let Some(stay) = self.stay(room, *subscriber) {
                    match publisher {
                        Some(publisher) => stay.slots.insert(*slot, (*publisher, *size)),
                        None => stay.slots.remove(slot),
                    };
                }
            }
            Command::Reoffer { .. } => {}
        }
        self.sfu.handle_command(now, command);
    }

    /// Takes a re-offer; `reply` gets the answer.
    pub(super) fn reoffer(
        &mut self,
        now: Instant,
        participant: ParticipantId,
        offer: MediaOffer,
        reply: Reply,
    ) {
        if !self.has_peer(participant) {
            answer(reply, Err(ConnectError::NoPeer));
            return;
        }
        let request = self.next_request;
        self.next_request += 1;
        self.requests.insert(request, (participant, reply));
        let command = Command::Reoffer {
            participant,
            request,
            offer,
        };
        self.sfu.handle_command(now, command);
    }

    /// Tells rooms and waiting requests what the SFU has to tell, and gives what is to be sent to
    /// `transmit`.
    pub(super) fn drain(&mut self, transmit: impl FnMut(Transmit<'_>)) {
        self.sfu.drain(transmit);
        while let Some(event) = self.sfu.poll_event() {
            self.event(event);
        }
        self.tell_untold();
    }

    /// Whether events wait for a room that is behind; they are tried again at the next drain.
    pub(super) fn is_behind(&self) -> bool {
        !self.behind.is_empty()
    }

    /// Begins again with an empty SFU after a fault: every peer has ended, what rooms said about
    /// participants is in force again, and clients come back with another offer.
    pub(super) fn restart(&mut self, now: Instant) {
        self.sfu = Sfu::new(self.config.clone(), now);
        for (_, (_, reply)) in self.requests.drain() {
            answer(reply, Err(ConnectError::NoPeer));
        }
        let mut ended = Vec::new();
        for (id, room) in &mut self.rooms {
            for (participant, stay) in &mut room.stays {
                if let Some(number) = stay.peer.take() {
                    self.load.fetch_sub(1, Ordering::Relaxed);
                    ended.push((*id, *participant, number));
                }
                for command in stay.commands(*participant) {
                    self.sfu.handle_command(now, command);
                }
            }
        }
        for (room, participant, number) in ended {
            let reason = MediaEndReason::Failed;
            let event = Event::Ended {
                participant,
                number,
                reason,
            };
            self.tell(room, event);
        }
    }

    fn has_peer(&self, participant: ParticipantId) -> bool {
        let room = self.room_of.get(&participant);
        let stays = room.and_then(|room| self.rooms.get(room)).map(|r| &r.stays);
        let stay = stays.and_then(|stays| stays.get(&participant));
        stay.is_some_and(|stay| stay.peer.is_some())
    }

    fn stay(&mut self, room: RoomId, participant: ParticipantId) -> Option<&mut Stay> {
        self.room_of.insert(participant, room);
        let room = self.rooms.get_mut(&room)?;
        Some(room.stays.entry(participant).or_default())
    }

    fn forget(&mut self, participant: ParticipantId, had_peer: bool) {
        self.room_of.remove(&participant);
        self.end_requests(participant);
        if had_peer {
            self.load.fetch_sub(1, Ordering::Relaxed);
        }
    }

    fn end_requests(&mut self, of: ParticipantId) {
        let ended = self
            .requests
            .extract_if(|_, (participant, _)| *participant == of);
        for (_, (_, reply)) in ended {
            answer(reply, Err(ConnectError::NoPeer));
        }
    }

    /// Takes what happened in the SFU.
    pub(super) fn event(&mut self, event: Event) {
        match event {
            Event::Answered {
                request,
                answer: outcome,
                ..
            } => {
                if let Some((_, reply)) = self.requests.remove(&request) {
                    answer(reply, outcome.map_err(ConnectError::from));
                }
            }
            Event::Ended {
                participant,
                number,
                ..
            } => {
                let Some(room) = self.room_of.get(&participant).copied() else {
                    return;
                };
                // Another peer may have taken its place before this was told.
                let stay = self.stay(room, participant);
                if stay.is_some_and(|stay| stay.peer.take_if(|peer| *peer == number).is_some()) {
                    self.end_requests(participant);
                    self.load.fetch_sub(1, Ordering::Relaxed);
                }
                self.tell(room, event);
            }
            Event::Connected { participant }
            | Event::Picture { participant, .. }
            | Event::Quality { participant, .. } => {
                if let Some(room) = self.room_of.get(&participant).copied() {
                    self.tell(room, event);
                }
            }
            Event::Speakers { room, .. } => self.tell(room, event),
            // A report too many is as good as none: the next one comes soon.
            Event::Report(report) => drop(self.reports.try_send(report)),
        }
    }

    fn tell(&mut self, id: RoomId, event: Event) {
        if let Some(room) = self.rooms.get_mut(&id) {
            room.tell(event);
            if !room.untold.is_empty() {
                self.behind.insert(id);
            }
        }
    }

    fn tell_untold(&mut self) {
        let rooms = &mut self.rooms;
        self.behind.retain(|id| {
            let Some(room) = rooms.get_mut(id) else {
                return false;
            };
            while let Some(event) = room.untold.pop_front() {
                if let Err(mpsc::error::TrySendError::Full(event)) = room.events.try_send(event) {
                    room.untold.push_front(event);
                    return true;
                }
            }
            false
        });
    }
}

impl Room {
    /// Tells the room's task, or has the event wait for it. Of speakers, of a slot's picture
    /// and of how well a connection does the last state is enough; the others are at most two for
    /// each peer that the room itself asked for.
    fn tell(&mut self, event: Event) {
        if self.untold.is_empty() {
            match self.events.try_send(event) {
                // A room whose task has ended is closed by a command.
                Ok(()) | Err(mpsc::error::TrySendError::Closed(_)) => {}
                Err(mpsc::error::TrySendError::Full(event)) => self.wait(event),
            }
        } else {
            self.wait(event);
        }
    }

    fn wait(&mut self, event: Event) {
        let replaces = |earlier: &Event| match (&event, earlier) {
            (Event::Speakers { .. }, Event::Speakers { .. }) => true,
            (
                Event::Quality { participant, .. },
                Event::Quality {
                    participant: of, ..
                },
            ) => participant == of,
            (
                Event::Picture {
                    participant,
                    slot,
                    publisher,
                    ..
                },
                Event::Picture {
                    participant: of,
                    slot: place,
                    publisher: by,
                    ..
                },
            ) => (participant, slot, publisher) == (of, place, by),
            _ => false,
        };
        self.untold.retain(|earlier| !replaces(earlier));
        self.untold.push_back(event);
    }
}

impl Stay {
    /// What has to be said to put it in force.
    fn commands(&self, participant: ParticipantId) -> impl Iterator<Item = Command> {
        let sources = self.sources.map(|sources| Command::SetSources {
            participant,
            sources,
        });
        let assign = move |(slot, seen): (&SlotId, &Seen)| Command::Assign {
            subscriber: participant,
            slot: *slot,
            publisher: Some(seen.0),
            size: seen.1,
        };
        sources.into_iter().chain(self.slots.iter().map(assign))
    }
}

/// Gives an answer to whoever waits for it; they may have left.
fn answer(reply: Reply, outcome: Result<MediaAnswer, ConnectError>) {
    if reply.send(outcome).is_err() {
        tracing::debug!("nobody waits for the answer to a re-offer any more");
    }
}
