//! Coming in, coming back, going.

use zoom_protocol::{
    Answer, ErrorAnswer, Event, Joined, LeaveReason, Looked, MediaAnswer, Now, ParticipantId,
    Person, Sources, close_code,
};

use crate::{
    JoinInput, Output, PageRead, ResumeInput, Room, SocketId, Wanted,
    member::{Entering, EnteringPeer, How, Member, offers_bucket},
    reading::Purpose,
    refusal::Refusal,
    room::{Asker, NegotiationKind, Timer, millis},
};

impl Room {
    pub(crate) fn join(&mut self, now: Now, join: JoinInput) {
        let (socket, id) = (join.socket, join.id);
        let taken = self.members.contains_key(&join.participant)
            || self
                .entering
                .values()
                .any(|e| e.participant == join.participant);
        let refusal = if self.is_known(socket) {
            Some(Refusal::JoinedAlready)
        } else if taken {
            Some(Refusal::ParticipantTaken)
        } else if self.is_full() {
            Some(Refusal::RoomFull)
        } else if join
            .media
            .as_ref()
            .is_some_and(|m| self.has_too_many_slots(m))
        {
            Some(Refusal::TooManySlots)
        } else {
            None
        };
        if let Some(refusal) = refusal {
            return self.refuse(socket, id, refusal);
        }
        let mut offers = offers_bucket(&self.limits);
        let peer = match join.media {
            None => EnteringPeer::None,
            Some(offer) => {
                // The first of a full bucket is always there.
                offers.take(now.mono);
                self.negotiate(join.participant, socket, NegotiationKind::Enter, offer);
                EnteringPeer::Awaited
            }
        };
        let how = How::Join {
            sources: join.sources,
            offers,
            peer,
        };
        self.enter(
            socket,
            Entering {
                id,
                participant: join.participant,
                author: join.author,
                name: join.name,
                ordinal: None,
                how,
                wanted: Wanted::Newest,
                since: 0,
                page: None,
            },
        );
    }

    pub(crate) fn resume(&mut self, resume: ResumeInput) {
        let (socket, id) = (resume.socket, resume.id);
        let here = self.members.contains_key(&resume.participant);
        let refusal = if self.is_known(socket) {
            Some(Refusal::JoinedAlready)
        } else if !here && !resume.recreate {
            Some(Refusal::ResumeRefused)
        } else if !here && self.is_full() {
            Some(Refusal::RoomFull)
        } else {
            None
        };
        if let Some(refusal) = refusal {
            let result = Err(refusal.into());
            return self.emit(Output::Resumed { socket, id, result });
        }
        let wanted = match resume.after {
            0 => Wanted::Newest,
            after => Wanted::ChangesAfter(after),
        };
        self.enter(
            socket,
            Entering {
                id,
                participant: resume.participant,
                author: resume.author,
                name: resume.name,
                ordinal: Some(resume.ordinal),
                how: How::Resume {
                    recreate: resume.recreate,
                },
                wanted,
                since: 0,
                page: None,
            },
        );
    }

    /// Begins what has to be awaited before somebody is in.
    fn enter(&mut self, socket: SocketId, mut entering: Entering) {
        entering.since = self.recent.begin();
        self.read(entering.author, entering.wanted, Purpose::Enter(socket));
        self.entering.insert(socket, entering);
    }

    /// Somebody is at the door no more.
    fn take_entering(&mut self, socket: SocketId) -> Option<Entering> {
        let entering = self.entering.remove(&socket)?;
        self.recent.end();
        Some(entering)
    }

    /// Lets somebody in for whom nothing is awaited any more.
    pub(crate) fn finish_entering(&mut self, socket: SocketId) {
        let Some(entering) = self.entering.get_mut(&socket) else {
            return;
        };
        if !entering.is_ready() {
            return;
        }
        let page = entering.page.take().unwrap_or_default();
        let (since, viewer) = (entering.since, entering.author);
        let Some(missed) = self.recent.since(since, page.last, viewer) else {
            // Too much happened while a peer was made: what was read is too old.
            entering.since = self.recent.moment();
            let wanted = entering.wanted;
            return self.read(viewer, wanted, Purpose::Enter(socket));
        };
        let last = page.last;
        let Some(mut entering) = self.take_entering(socket) else {
            return;
        };
        let timeline = page;
        match std::mem::replace(&mut entering.how, How::Resume { recreate: false }) {
            How::Join {
                sources,
                offers,
                peer,
            } => {
                let participant = entering.participant;
                self.admit(&entering, sources, offers);
                self.attach(socket, participant);
                let (mut answer, mut ended) = (None, None);
                if let EnteringPeer::Made(peer) = peer {
                    // No event tells of these slots: `joined` has them.
                    self.peer_made(participant, peer.made_by, &peer.slots);
                    answer = Some(peer.answer);
                    ended = peer.ended.map(|reason| (peer.made_by, reason));
                }
                let joined = self.joined(&entering, timeline, answer);
                self.answer(socket, entering.id, Answer::Joined(Box::new(joined)));
                self.tell_of_newcomer(participant, socket);
                if let Some((made_by, reason)) = ended {
                    self.media_ended(participant, made_by, reason);
                }
            }
            How::Resume { recreate } => self.come_back(socket, &entering, recreate, timeline),
        }
        if self.sockets.contains_key(&socket) {
            if last > self.told {
                self.ahead.insert(socket, last);
            }
            self.tell_again(socket, missed);
        }
    }

    /// Gives a participant who comes back another socket.
    fn come_back(
        &mut self,
        socket: SocketId,
        entering: &Entering,
        recreate: bool,
        timeline: PageRead,
    ) {
        let (id, participant) = (entering.id, entering.participant);
        let newcomer = !self.members.contains_key(&participant);
        if newcomer && !recreate {
            let result = Err(Refusal::ResumeRefused.into());
            return self.emit(Output::Resumed { socket, id, result });
        }
        let mut was_connected = false;
        if newcomer {
            let offers = offers_bucket(&self.limits);
            self.admit(entering, Sources::default(), offers);
        } else {
            was_connected = self.cut_off(participant, Some(close_code::REPLACED));
        }
        self.attach(socket, participant);
        let joined = Box::new(self.joined(entering, timeline, None));
        let result = Ok(joined);
        self.emit(Output::Resumed { socket, id, result });
        if newcomer {
            self.tell_of_newcomer(participant, socket);
        } else if !was_connected {
            self.tell_of_change(participant, Some(socket));
        }
    }

    /// Makes a participant of somebody who enters.
    fn admit(&mut self, entering: &Entering, sources: Sources, offers: crate::Bucket) {
        let person = Person {
            participant: entering.participant,
            author: entering.author,
            name: entering.name.clone(),
            ordinal: self.ordinals.take(&entering.name, entering.ordinal),
        };
        let entered = self.fresh_id();
        let member = Member::new(person, entered, &self.limits, offers);
        self.entered.insert(entered, entering.participant);
        self.members.insert(entering.participant, member);
        self.set_sources(entering.participant, sources);
    }

    /// The room as somebody who has just come in sees it.
    fn joined(&self, entering: &Entering, read: PageRead, media: Option<MediaAnswer>) -> Joined {
        let in_order = || self.entered.values().filter_map(|id| self.members.get(id));
        let typing = in_order()
            .filter(|member| member.typing_until.is_some())
            .map(|member| member.person.participant)
            .collect();
        // An answer that is still under way belongs to the socket before this one, which will not
        // bring it: there is a peer, but none that the client could use.
        let usable = |member: &&Member| member.peer.is_some() && member.negotiation.is_none();
        let peer = self.members.get(&entering.participant).filter(usable);
        Joined {
            room: self.name.clone(),
            you: entering.participant,
            // Who can sign one puts it in.
            resume_token: String::new(),
            participants: in_order().map(Member::participant).collect(),
            typing,
            timeline: read.page,
            changes: read.changes,
            last: read.last,
            retention_days: read.retention_days,
            slots: peer.map(|me| me.slots.snapshot()).unwrap_or_default(),
            paused: peer.map(|me| me.slots.paused()).unwrap_or_default(),
            media,
            peer: peer.is_some(),
        }
    }

    /// The room as somebody at its door sees it.
    pub fn look(&self) -> Looked {
        let in_order = || self.entered.values().filter_map(|id| self.members.get(id));
        let most = self.limits.look_people as usize;
        Looked {
            people: in_order().take(most).map(|it| it.person.clone()).collect(),
            count: u32::try_from(self.members.len()).unwrap_or(u32::MAX),
            call: in_order().any(|member| member.peer.is_some()),
        }
    }

    fn tell_of_newcomer(&mut self, participant: ParticipantId, socket: SocketId) {
        if let Some(member) = self.members.get(&participant) {
            let participant = member.participant();
            self.tell_all_but(Some(socket), Event::ParticipantJoined { participant });
        }
        self.arrange_for_newcomer(participant);
    }

    /// Tells of somebody's sources or connection.
    pub(crate) fn tell_of_change(&mut self, participant: ParticipantId, but: Option<SocketId>) {
        if let Some(member) = self.members.get(&participant) {
            let participant = member.participant();
            self.tell_all_but(but, Event::ParticipantChanged { participant });
        }
    }

    pub(crate) fn disconnected(&mut self, now: Now, socket: SocketId) {
        if let Some(entering) = self.take_entering(socket) {
            return self.drop_made_peer(&entering);
        }
        let Some(&participant) = self.sockets.get(&socket) else {
            return;
        };
        self.cut_off(participant, None);
        let lost_at = now.mono + millis(self.limits.resume_ms);
        if let Some(member) = self.members.get_mut(&participant) {
            member.lost_at = Some(lost_at);
            self.start_timer(lost_at, participant, Timer::Lost);
        }
        self.tell_of_change(participant, None);
    }

    /// Gives a participant a socket.
    fn attach(&mut self, socket: SocketId, participant: ParticipantId) {
        let Some(member) = self.members.get_mut(&participant) else {
            return;
        };
        member.socket = Some(socket);
        if let Some(at) = member.lost_at.take() {
            self.stop_timer(at, participant, Timer::Lost);
        }
        self.bind(socket, Some(participant));
    }

    /// Takes a participant's socket from them, and closes it with `code` if there is one. Returns
    /// whether they had one.
    fn cut_off(&mut self, participant: ParticipantId, code: Option<u16>) -> bool {
        let Some(member) = self.members.get_mut(&participant) else {
            return false;
        };
        let Some(socket) = member.socket.take() else {
            return false;
        };
        member.reading = 0;
        member.next_offer = None;
        self.bind(socket, None);
        self.stop_typing(participant);
        if let Some(code) = code {
            self.emit(Output::Close { socket, code });
        }
        true
    }

    pub(crate) fn leave(&mut self, asker: Asker) {
        self.answer(asker.socket, asker.id, Answer::Done);
        self.emit(Output::Close {
            socket: asker.socket,
            code: close_code::NORMAL,
        });
        self.remove(asker.participant, LeaveReason::Left);
    }

    /// Ends a participant.
    pub(crate) fn remove(&mut self, participant: ParticipantId, reason: LeaveReason) {
        let Some(member) = self.members.remove(&participant) else {
            return;
        };
        if let Some(socket) = member.socket {
            self.bind(socket, None);
        }
        if let Some(at) = member.typing_until {
            self.stop_timer(at, participant, Timer::Typing);
        }
        if let Some(at) = member.lost_at {
            self.stop_timer(at, participant, Timer::Lost);
        }
        self.entered.remove(&member.entered);
        self.calls.changed = true;
        self.qualities.forget(participant);
        let person = &member.person;
        self.ordinals.release(&person.name, person.ordinal);
        self.tell_all(Event::ParticipantLeft {
            participant,
            reason,
        });
        self.forget_in_media(participant);
    }

    /// Ends an attempt to enter.
    pub(crate) fn fail_entering(&mut self, socket: SocketId, error: ErrorAnswer) {
        let Some(entering) = self.take_entering(socket) else {
            return;
        };
        self.drop_made_peer(&entering);
        let id = entering.id;
        match entering.how {
            How::Join { .. } => {
                self.answer(socket, id, Answer::Error(error));
            }
            How::Resume { .. } => {
                let result = Err(error);
                self.emit(Output::Resumed { socket, id, result });
            }
        }
    }

    /// Ends the peer of somebody who does not come in after all.
    fn drop_made_peer(&mut self, entering: &Entering) {
        match &entering.how {
            How::Join {
                peer: EnteringPeer::Made(..),
                ..
            } => {
                self.remove_peer(entering.participant);
            }
            How::Join { .. } | How::Resume { .. } => {}
        }
    }

    /// Whether the socket has entered or is about to.
    fn is_known(&self, socket: SocketId) -> bool {
        self.sockets.contains_key(&socket) || self.entering.contains_key(&socket)
    }

    /// Whether everybody who is here or about to enter fills the room.
    fn is_full(&self) -> bool {
        let about_to = |entering: &&Entering| !self.members.contains_key(&entering.participant);
        let entering = self.entering.values().filter(about_to).count();
        self.members.len() + entering >= self.limits.room_participants as usize
    }
}
