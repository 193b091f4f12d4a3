//! One room, and the loop that drives it.

use std::{
    collections::{BTreeMap, BTreeSet, VecDeque},
    sync::Arc,
    time::{Duration, Instant},
};

use zoom_protocol::{
    Answer, Event, LeaveReason, Limits, MediaEndReason, Mention, Now, ParticipantId, Reaction,
    RequestId, RoomName, SlotId,
};

use crate::{
    Audience, Bucket, Input, MemberRequest, NegotiationId, Output, ReadId, ReservationId, WriteId,
    call::Calls,
    member::{Entering, Member},
    ordinals::Ordinals,
    quality::Qualities,
    reading::Purpose,
    recent::Recent,
    refusal::Refusal,
};

/// One line to a client. Fresh for every connection in this process.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct SocketId(pub u64);

/// One open room.
///
/// The loop that drives it: feed what happens, drain the outputs, wait for the next input or the
/// next timeout, whichever comes first.
///
/// ```
/// # use std::time::Instant;
/// # use zoom_protocol::{Limits, Now};
/// # use zoom_rooms::{Input, Output, Room, SocketId};
/// # let now = || Now { mono: Instant::now(), unix_ms: 0 };
/// # let mut inputs = vec![Input::Disconnected { socket: SocketId(1) }].into_iter();
/// let mut room = Room::new("blue-otter-42".parse().unwrap(), Limits::default());
/// loop {
///     while let Some(output) = room.poll_output() {
///         match output {
///             Output::Empty => { /* drop the room, unless an input waits for it */ }
///             _ => { /* send, write, read, search, negotiate, command, close */ }
///         }
///     }
///     // Wait for an input, at most until `room.poll_timeout()`.
///     match inputs.next() {
///         Some(input) => room.handle(now(), input),
///         None if room.poll_timeout().is_some() => room.handle_timeout(now()),
///         None => break,
///     }
/// }
/// ```
#[derive(Debug)]
pub struct Room {
    pub(crate) name: RoomName,
    pub(crate) limits: Limits,
    /// The largest number that was told.
    pub(crate) told: u64,
    /// What was told lately, for those who read.
    pub(crate) recent: Recent,
    /// The sockets that came in with what has yet to be told, and the last number they have.
    pub(crate) ahead: BTreeMap<SocketId, u64>,
    /// The record of the call.
    pub(crate) calls: Calls,
    pub(crate) members: BTreeMap<ParticipantId, Member>,
    /// Who entered when, for the order in which people are listed.
    pub(crate) entered: BTreeMap<u64, ParticipantId>,
    /// Whose line is which.
    pub(crate) sockets: BTreeMap<SocketId, ParticipantId>,
    /// Who has asked to enter and has no answer yet.
    pub(crate) entering: BTreeMap<SocketId, Entering>,
    pub(crate) ordinals: Ordinals,
    pub(crate) writes: BTreeMap<WriteId, PendingWrite>,
    pub(crate) reads: BTreeMap<ReadId, Purpose>,
    /// Who asked for a place for a file.
    pub(crate) reservations: BTreeMap<ReservationId, (SocketId, RequestId)>,
    pub(crate) negotiations: BTreeMap<NegotiationId, PendingNegotiation>,
    /// Who speaks, the loudest first, as everybody was told.
    pub(crate) speakers: Vec<ParticipantId>,
    /// How often that changed.
    pub(crate) speaker_changes: u64,
    /// How often a hand was raised.
    pub(crate) hands: u64,
    /// The reactions of all.
    pub(crate) reactions: Bucket,
    /// Who shares a screen with sound, in the order in which they began.
    pub(crate) sounding: Vec<ParticipantId>,
    /// How well connections do, as far as it is to be told.
    pub(crate) qualities: Qualities,
    timers: BTreeSet<(Instant, ParticipantId, Timer)>,
    /// The sockets of everybody who is connected, until that changes.
    everybody: Option<Arc<[SocketId]>>,
    outputs: VecDeque<Output>,
    last_id: u64,
}

/// What is due for a participant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Timer {
    /// They are not typing unless they say it again.
    Typing,
    /// They did not come back.
    Lost,
}

/// What waits for the disk.
#[derive(Debug, Default)]
pub(crate) struct PendingWrite {
    /// Who asked for it; nobody for what the room itself writes.
    pub(crate) asked: Option<(SocketId, RequestId)>,
    /// The emoji, whose it is, and whether it is to be there from here on.
    pub(crate) marked: Option<(Reaction, Mention, bool)>,
}

/// An offer that is being answered.
#[derive(Debug)]
pub(crate) struct PendingNegotiation {
    pub(crate) participant: ParticipantId,
    pub(crate) socket: SocketId,
    pub(crate) slots: Vec<SlotId>,
    pub(crate) kind: NegotiationKind,
    /// Why the peer that it made has ended, where that was told before the answer.
    pub(crate) ended: Option<MediaEndReason>,
}

/// Why an offer is being answered.
#[derive(Clone, Copy, Debug)]
pub(crate) enum NegotiationKind {
    /// Its sender enters with it.
    Enter,
    /// Its sender is in the room and asked with this request.
    Member { id: RequestId, replace: bool },
}

/// Outputs beyond this many give their memory back once they are drained.
const KEPT_OUTPUTS: usize = 256;

impl Room {
    /// Opens a room without anybody in it.
    ///
    /// `name` is how the room's first visitor wrote it; for a room that has entries it comes from the
    /// store.
    pub fn new(name: RoomName, limits: Limits) -> Self {
        Self {
            name,
            told: 0,
            recent: Recent::new(limits.room_appends),
            ahead: BTreeMap::new(),
            calls: Calls::default(),
            hands: 0,
            reactions: Bucket::new(
                limits.room_reactions_burst,
                limits.room_reactions_per_second,
                Duration::from_secs(1),
            ),
            limits,
            members: BTreeMap::new(),
            entered: BTreeMap::new(),
            sockets: BTreeMap::new(),
            entering: BTreeMap::new(),
            ordinals: Ordinals::default(),
            writes: BTreeMap::new(),
            reads: BTreeMap::new(),
            reservations: BTreeMap::new(),
            negotiations: BTreeMap::new(),
            speakers: Vec::new(),
            speaker_changes: 0,
            sounding: Vec::new(),
            qualities: Qualities::default(),
            timers: BTreeSet::new(),
            everybody: None,
            outputs: VecDeque::new(),
            last_id: 0,
        }
    }

    /// The room's name as its first visitor wrote it.
    pub fn name(&self) -> &RoomName {
        &self.name
    }

    /// Takes one input in. Drain [`Self::poll_output`] afterwards.
    pub fn handle(&mut self, now: Now, input: Input) {
        match input {
            Input::Join(join) => self.join(now, join),
            Input::Resume(resume) => self.resume(resume),
            Input::Request {
                socket,
                id,
                request,
            } => self.request(now, socket, id, request),
            Input::Disconnected { socket } => self.disconnected(now, socket),
            Input::Written { write, outcome } => self.written(now, write, outcome),
            Input::Page { read, result } => self.page(read, result),
            Input::Found { read, result } => self.found(read, result),
            Input::Reserved {
                reservation,
                result,
            } => self.reserved(reservation, result),
            Input::Expired { before } => self.expired(before),
            Input::CallLeftOpen {
                number,
                record,
                last_ms,
            } => self.end_call_left_open(number, record, last_ms),
            Input::Negotiated {
                negotiation,
                result,
            } => self.negotiated(negotiation, result),
            Input::MediaEnded {
                participant,
                made_by,
                reason,
            } => self.media_ended(participant, made_by, reason),
            Input::Speakers { ranked } => self.speakers(ranked),
            Input::Quality {
                participant,
                quality,
            } => self.quality(participant, quality),
            Input::Picture {
                participant,
                slot,
                publisher,
                paused,
            } => self.picture(participant, slot, publisher, paused),
        }
        self.look_at_call(now);
        self.tell_qualities(now);
        self.report_empty();
    }

    /// The next thing to carry out, if there is one.
    pub fn poll_output(&mut self) -> Option<Output> {
        let output = self.outputs.pop_front();
        if output.is_none() && self.outputs.capacity() > KEPT_OUTPUTS {
            self.outputs.shrink_to(KEPT_OUTPUTS);
        }
        output
    }

    /// When [`Self::handle_timeout`] wants to be called; ask again after every input.
    pub fn poll_timeout(&self) -> Option<Instant> {
        let timer = self.timers.first().map(|(at, ..)| *at);
        let others = self.qualities.due().into_iter().chain(self.calls.due());
        timer.into_iter().chain(others).min()
    }

    /// Does what is due. Drain [`Self::poll_output`] afterwards.
    pub fn handle_timeout(&mut self, now: Now) {
        self.tell_qualities(now);
        let mut any = false;
        while let Some(&(at, participant, timer)) = self.timers.first() {
            if at > now.mono {
                break;
            }
            any = true;
            self.timers.pop_first();
            match timer {
                Timer::Typing => self.stop_typing(participant),
                Timer::Lost => self.remove(participant, LeaveReason::Lost),
            }
        }
        self.look_at_call(now);
        if any {
            self.report_empty();
        }
    }

    /// Whether nobody is here and nothing is awaited.
    pub fn is_empty(&self) -> bool {
        self.members.is_empty()
            && self.entering.is_empty()
            && self.writes.is_empty()
            && self.reads.is_empty()
            && self.reservations.is_empty()
            && self.negotiations.is_empty()
    }

    /// How many participants are in the room, those who may come back among them.
    pub fn len(&self) -> usize {
        self.members.len()
    }

    fn request(&mut self, now: Now, socket: SocketId, id: RequestId, request: MemberRequest) {
        let Some(&participant) = self.sockets.get(&socket) else {
            return self.refuse(socket, id, Refusal::JoinFirst);
        };
        let asker = Asker {
            socket,
            id,
            participant,
        };
        match request {
            MemberRequest::Leave => self.leave(asker),
            MemberRequest::Post(post) => self.post(now, asker, post),
            MemberRequest::Edit(edit) => self.edit(now, asker, edit),
            MemberRequest::Delete(delete) => self.delete(now, asker, delete),
            MemberRequest::Mark(mark) => self.mark(now, asker, mark),
            MemberRequest::History(history) => self.history(asker, history),
            MemberRequest::Search(search) => self.search(now, asker, *search),
            MemberRequest::Upload(upload) => self.upload(asker, upload),
            MemberRequest::Typing(typing) => self.typing(now, asker, typing.typing),
            MemberRequest::Hand(hand) => self.raise_hand(asker, hand.raised),
            MemberRequest::React(react) => self.react(now, asker, react.reaction),
            MemberRequest::Publish(publish) => self.publish(asker, publish.sources),
            MemberRequest::View(view) => self.view(asker, view),
            MemberRequest::Media(media) => self.media(now, asker, media),
        }
    }

    fn report_empty(&mut self) {
        if self.is_empty() {
            self.outputs.push_back(Output::Empty);
        }
    }

    pub(crate) fn emit(&mut self, output: Output) {
        self.outputs.push_back(output);
    }

    pub(crate) fn answer(&mut self, socket: SocketId, id: RequestId, answer: Answer) {
        self.emit(Output::Answer { socket, id, answer });
    }

    pub(crate) fn refuse(&mut self, socket: SocketId, id: RequestId, refusal: Refusal) {
        self.answer(socket, id, Answer::Error(refusal.into()));
    }

    /// Tells one participant, if they are connected.
    pub(crate) fn tell(&mut self, participant: ParticipantId, event: Event) {
        let socket = self.members.get(&participant).and_then(|m| m.socket);
        if let Some(socket) = socket {
            let to = Audience::One(socket);
            self.emit(Output::Event { to, event });
        }
    }

    /// Tells these sockets.
    pub(crate) fn tell_some(&mut self, sockets: Vec<SocketId>, event: Event) {
        let to = match sockets[..] {
            [] => return,
            [one] => Audience::One(one),
            [..] => Audience::Some(sockets),
        };
        self.emit(Output::Event { to, event });
    }

    /// Tells everybody who is connected.
    pub(crate) fn tell_all(&mut self, event: Event) {
        self.tell_all_but(None, event);
    }

    /// Tells everybody who is connected but the one on this socket.
    pub(crate) fn tell_all_but(&mut self, but: Option<SocketId>, event: Event) {
        let sockets = &self.sockets;
        let all = self
            .everybody
            .get_or_insert_with(|| sockets.keys().copied().collect());
        let told = all.iter().filter(|socket| Some(**socket) != but).count();
        if told == 0 {
            return;
        }
        let all = Arc::clone(all);
        let to = match but {
            Some(but) if told < all.len() => Audience::AllBut(all, but),
            Some(_) | None => Audience::All(all),
        };
        self.emit(Output::Event { to, event });
    }

    /// Notes that a socket belongs to a participant from here on, or to nobody.
    pub(crate) fn bind(&mut self, socket: SocketId, participant: Option<ParticipantId>) {
        self.everybody = None;
        match participant {
            Some(participant) => self.sockets.insert(socket, participant),
            None => {
                self.ahead.remove(&socket);
                self.sockets.remove(&socket)
            }
        };
    }

    pub(crate) fn start_timer(&mut self, at: Instant, participant: ParticipantId, timer: Timer) {
        self.timers.insert((at, participant, timer));
    }

    pub(crate) fn stop_timer(&mut self, at: Instant, participant: ParticipantId, timer: Timer) {
        self.timers.remove(&(at, participant, timer));
    }

    /// A number that the room has not used yet.
    pub(crate) fn fresh_id(&mut self) -> u64 {
        self.last_id += 1;
        self.last_id
    }
}

/// Who asks, and where the answer goes.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Asker {
    pub(crate) socket: SocketId,
    pub(crate) id: RequestId,
    pub(crate) participant: ParticipantId,
}

/// A limit in milliseconds as a duration.
pub(crate) fn millis(limit_ms: u32) -> Duration {
    Duration::from_millis(limit_ms.into())
}

#[cfg(test)]
mod tests;
