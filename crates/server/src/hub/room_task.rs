//! The task of one open room: it feeds the [`Room`], and carries out what the room says.

use std::{collections::HashMap, future, sync::atomic::Ordering, time::Duration};

use tokio::time::{Instant, sleep, sleep_until};
use zoom_protocol::{
    Answer, EntryBody, ErrorAnswer, ErrorCode, Joined, Participant, RequestId, RoomName, close_code,
};
use zoom_rooms::{Audience, Input, Negotiate, NegotiationId, Output, Room, SocketId};
use zoom_sfu::Event as MediaEvent;
use zoom_store::RoomRecord;

use super::{
    Hub, answer,
    directory::Opening,
    disk::Disk,
    inbox::{Entrant, Inbox, Parcel, Receiver},
    media_link::MediaLink,
    messages::{self, error_answer},
    now, welcome,
};
use crate::{
    media::ConnectError,
    socket::{Claim, Language, Meaning, error},
};

/// How soon a media thread is told again what it had no space for.
const MEDIA_RETRY: Duration = Duration::from_millis(10);

/// Drives a room from its opening until it is empty or the server stops.
pub(super) async fn run(opening: Opening, name: RoomName, inbox: Inbox, receiver: Receiver) {
    let mut task = RoomTask {
        media: MediaLink::new(opening.hub().0.media.clone(), opening.number()),
        disk: Disk::new(opening.hub().clone(), inbox.clone()),
        entrants: HashMap::new(),
        participants: 0,
        opening,
        inbox,
        receiver,
    };
    tracing::info!(room = task.opening.number(), "room opened");
    match task.recall(&name).await {
        Ok(record) => {
            let (name, open_call) = record.map_or((name, None), |it| (it.name, it.open_call));
            let mut room = Room::new(name, task.opening.hub().limits().clone());
            if let Some(call) = open_call
                && let EntryBody::Call(record) = call.entry.body
            {
                let left_open = Input::CallLeftOpen {
                    number: call.entry.number,
                    record,
                    last_ms: call.changed_ms,
                };
                room.handle(now(), left_open);
            }
            task.drive(room).await;
        }
        Err(reason) => {
            tracing::warn!(room = task.opening.number(), reason, "room cannot be read");
            task.refuse_all().await;
        }
    }
    tracing::info!(room = task.opening.number(), "room closed");
}

struct RoomTask {
    opening: Opening,
    inbox: Inbox,
    receiver: Receiver,
    media: MediaLink,
    disk: Disk,
    /// The sockets that have come to the room's door and are not gone.
    entrants: HashMap<SocketId, Member>,
    /// How many people the hub counts in this room.
    participants: usize,
}

/// A socket at the door or in the room.
struct Member {
    entrant: Entrant,
    /// The request that brought it in, until it is answered.
    entering: Option<RequestId>,
}

impl RoomTask {
    /// What the store knows of the room.
    async fn recall(&self, name: &RoomName) -> Result<Option<RoomRecord>, String> {
        let hub = self.opening.hub();
        let store = hub.0.store.clone();
        let key = name.key().to_owned();
        let _turn = hub.0.reads.acquire().await;
        match tokio::task::spawn_blocking(move || store.room(&key)).await {
            Ok(record) => record.map_err(|error| error.to_string()),
            Err(panic) => Err(panic.to_string()),
        }
    }

    async fn drive(&mut self, mut room: Room) {
        loop {
            let mut is_empty = false;
            while let Some(output) = room.poll_output() {
                is_empty |= output == Output::Empty;
                self.carry_out(&room, output);
            }
            self.count(room.len());
            if is_empty && room.is_empty() && self.opening.close_if_idle(&self.receiver) {
                // Whoever is left was not let in, and may go elsewhere.
                return self.entrants.clear();
            }
            let timeout = room.poll_timeout();
            tokio::select! {
                parcel = self.receiver.receive() => match parcel {
                    Some(Parcel::Enter(entrant, input)) => self.let_in(&mut room, entrant, input),
                    Some(Parcel::Look(onlooker, id)) => {
                        say(&onlooker, id, Answer::Looked(room.look()));
                    }
                    Some(Parcel::Request(input) | Parcel::Outcome(input)) => {
                        if let Input::Disconnected { socket } = input {
                            self.entrants.remove(&socket);
                        }
                        room.handle(now(), input);
                    }
                    Some(Parcel::Stop) | None => return,
                },
                Some(event) = self.media.event() => self.hear(&mut room, event),
                () = until(timeout) => room.handle_timeout(now()),
                () = sleep(MEDIA_RETRY), if self.media.is_waiting() => self.media.retry(),
            }
        }
    }

    /// Tells the hub how many people are here.
    fn count(&mut self, participants: usize) {
        let all = &self.opening.hub().0.participants;
        if participants > self.participants {
            all.fetch_add(participants - self.participants, Ordering::Relaxed);
        } else {
            all.fetch_sub(self.participants - participants, Ordering::Relaxed);
        }
        self.participants = participants;
    }

    /// Refuses everybody as long as somebody asks; for a room whose timeline cannot be read.
    async fn refuse_all(&mut self) {
        while !self.opening.close_if_idle(&self.receiver) {
            match self.receiver.receive().await {
                Some(Parcel::Enter(entrant, input)) => {
                    refuse(self.opening.hub().limits(), &entrant, &input);
                    let member = Member {
                        entrant,
                        entering: None,
                    };
                    self.entrants.insert(member.entrant.socket, member);
                }
                Some(Parcel::Look(onlooker, id)) => {
                    let refusal = error(onlooker.language, ErrorCode::StorageFailed);
                    say(&onlooker, id, Answer::Error(refusal));
                }
                Some(Parcel::Request(Input::Request { socket, id, .. })) => {
                    let refusal = error(Language::English, ErrorCode::JoinFirst);
                    self.answer(socket, id, Answer::Error(refusal));
                }
                Some(Parcel::Request(_) | Parcel::Outcome(_)) => {}
                Some(Parcel::Stop) | None => return,
            }
        }
        self.entrants.clear();
    }

    fn let_in(&mut self, room: &mut Room, entrant: Entrant, input: Input) {
        if entrant.line.is_gone() {
            // Its `Disconnected` may have come already, and nobody would ever tell the room again.
            return;
        }
        let entering = entering(&input);
        self.entrants
            .insert(entrant.socket, Member { entrant, entering });
        room.handle(now(), input);
    }

    fn hear(&mut self, room: &mut Room, event: MediaEvent) {
        let input = match event {
            MediaEvent::Ended {
                participant,
                number,
                reason,
            } => Input::MediaEnded {
                participant,
                made_by: NegotiationId(number),
                reason,
            },
            MediaEvent::Speakers { ranked, .. } => Input::Speakers { ranked },
            MediaEvent::Picture {
                participant,
                slot,
                publisher,
                paused,
            } => Input::Picture {
                participant,
                slot,
                publisher,
                paused,
            },
            MediaEvent::Quality {
                participant,
                quality,
            } => Input::Quality {
                participant,
                quality,
            },
            MediaEvent::Connected { participant } => {
                tracing::debug!(%participant, "media connected");
                return;
            }
            // Answers come back to who awaits them, see `negotiate`, and reports go to operators.
            MediaEvent::Answered { .. } | MediaEvent::Report(_) => return,
        };
        room.handle(now(), input);
    }

    fn carry_out(&mut self, room: &Room, output: Output) {
        match output {
            Output::Answer {
                socket,
                id,
                mut answer,
            } => {
                if let Answer::Joined(joined) = &mut answer {
                    put_token(self.opening.hub(), joined);
                }
                self.answer(socket, id, answer);
            }
            Output::Resumed {
                socket,
                id,
                mut result,
            } => {
                if let Ok(joined) = &mut result {
                    put_token(self.opening.hub(), joined);
                }
                let Some(member) = self.entrants.get_mut(&socket) else {
                    return;
                };
                member.entering = None;
                let entrant = &member.entrant;
                let limits = self.opening.hub().limits();
                let is_in = result.is_ok();
                let answer = welcome(limits, entrant.language, Some(result));
                let (text, _) = messages::answer(entrant.language, Some(id), answer);
                let meaning = if is_in {
                    Meaning::Plain
                } else {
                    Meaning::NotEntered
                };
                entrant.line.say(text, meaning);
            }
            Output::Event { to, event } => self.tell(&to, event),
            Output::Write(write) => self.disk.write(room.name(), *write),
            Output::Read(read) => self.disk.read(room.name(), read),
            Output::Search(search) => self.disk.search(room.name(), *search),
            Output::Reserve(reserve) => self.disk.reserve(room.name(), *reserve),
            Output::Negotiate(negotiate) => self.negotiate(negotiate),
            Output::Media(command) => self.media.command(command),
            Output::Close { socket, code } => {
                if let Some(member) = self.entrants.remove(&socket) {
                    member.entrant.line.close(code);
                }
            }
            Output::Empty => {}
        }
    }

    fn answer(&mut self, socket: SocketId, id: RequestId, what: Answer) {
        let Some(member) = self.entrants.get_mut(&socket) else {
            return;
        };
        let is_entering = member.entering == Some(id);
        if is_entering {
            member.entering = None;
        }
        let (text, meaning) = answer(member.entrant.language, Some(id), what);
        let meaning = match meaning {
            Meaning::Refusal if is_entering => Meaning::NotEntered,
            meaning @ (Meaning::Plain | Meaning::Refusal | Meaning::NotEntered) => meaning,
        };
        member.entrant.line.say(text, meaning);
    }

    fn tell(&self, to: &Audience, event: zoom_protocol::Event) {
        let text = messages::event(event);
        for socket in to.sockets() {
            if let Some(member) = self.entrants.get(&socket) {
                member.entrant.line.say(text.clone(), Meaning::Plain);
            }
        }
    }

    fn negotiate(&mut self, negotiate: Negotiate) {
        let Negotiate {
            negotiation,
            participant,
            offer,
            replace,
        } = negotiate;
        let media = self.media.room().clone();
        let inbox = self.inbox.clone();
        tokio::spawn(async move {
            // A task of its own, so that the room hears of a panic as well.
            let answered = tokio::spawn(async move {
                if replace {
                    media.connect(participant, negotiation.0, *offer).await
                } else {
                    media.reoffer(participant, *offer).await
                }
            });
            let result = match answered.await {
                Ok(answered) => answered.map_err(refusal),
                Err(panic) => {
                    tracing::warn!(%panic, "an offer was not answered");
                    Err(ErrorAnswer {
                        code: ErrorCode::Internal,
                        message: String::new(),
                    })
                }
            };
            inbox.outcome(Input::Negotiated {
                negotiation,
                result,
            });
        });
    }
}

impl Drop for RoomTask {
    /// However the task ends: nobody is left waiting in front of it. Lines that were closed before
    /// keep their code.
    fn drop(&mut self) {
        self.count(0);
        for member in self.entrants.values() {
            member.entrant.line.close(close_code::INTERNAL);
        }
        for parcel in self.receiver.close() {
            if let Parcel::Enter(entrant, _) | Parcel::Look(entrant, _) = parcel {
                entrant.line.close(close_code::INTERNAL);
            }
        }
    }
}

/// Puts in what somebody who came in will come back with.
fn put_token(hub: &Hub, joined: &mut Joined) {
    let is_you = |other: &&Participant| other.person.participant == joined.you;
    if let Some(you) = joined.participants.iter().find(is_you) {
        joined.resume_token = hub.tokens().issue(&Claim {
            boot: hub.boot(),
            issued_ms: now().unix_ms,
            participant: joined.you,
            author: you.person.author,
            room: joined.room.clone(),
            name: you.person.name.clone(),
            ordinal: you.person.ordinal,
        });
    }
}

/// Answers somebody who is not in the room.
fn say(onlooker: &Entrant, id: RequestId, what: Answer) {
    let (text, meaning) = answer(onlooker.language, Some(id), what);
    onlooker.line.say(text, meaning);
}

/// Refuses somebody whom no room has seen.
fn refuse(limits: &zoom_protocol::Limits, entrant: &Entrant, input: &Input) {
    let id = entering(input);
    let refusal = error(entrant.language, ErrorCode::StorageFailed);
    let (text, _) = if matches!(input, Input::Resume(_)) {
        let welcome = welcome(limits, entrant.language, Some(Err(refusal)));
        answer(entrant.language, id, welcome)
    } else {
        error_answer(entrant.language, id, refusal)
    };
    entrant.line.say(text, Meaning::NotEntered);
}

/// The request that wants in.
fn entering(input: &Input) -> Option<RequestId> {
    match input {
        Input::Join(join) => Some(join.id),
        Input::Resume(resume) => Some(resume.id),
        Input::Request { .. }
        | Input::Disconnected { .. }
        | Input::Written { .. }
        | Input::Page { .. }
        | Input::Found { .. }
        | Input::Reserved { .. }
        | Input::Expired { .. }
        | Input::CallLeftOpen { .. }
        | Input::Negotiated { .. }
        | Input::MediaEnded { .. }
        | Input::Speakers { .. }
        | Input::Quality { .. }
        | Input::Picture { .. } => None,
    }
}

async fn until(timeout: Option<std::time::Instant>) {
    match timeout {
        Some(timeout) => sleep_until(Instant::from_std(timeout)).await,
        None => future::pending().await,
    }
}

fn refusal(error: ConnectError) -> ErrorAnswer {
    let code = match error {
        ConnectError::Offer(_) => ErrorCode::BadOffer,
        ConnectError::NoPeer => ErrorCode::NoPeer,
        ConnectError::Busy(_) => ErrorCode::Busy,
        ConnectError::Fault => ErrorCode::Internal,
    };
    ErrorAnswer {
        code,
        message: error.to_string(),
    }
}
