//! Random operations against a simple reference: who is in, what was said, who was answered.
//!
//! Writes, reads and offers come back late, each at a moment of its own. Nobody is ever told of a
//! message between others, every request has at most one answer and, once all is settled, exactly
//! one, and what each client has put together of pages and events is then what is on the disk; the
//! same operations give the same outputs.

#![expect(clippy::wildcard_enum_match_arm, reason = "a test fails by a panic")]

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use proptest::prelude::*;
use zoom_protocol::{
    Answer, AuthorId, Delete, Edit, ErrorCode, Event, History, Joined, Limits, Mark, ParticipantId,
    Quality, QualityLevel, QualityReason, SlotId, SlotKind, Sources,
};
use zoom_rooms::{Input, MediaCommand, MemberRequest, Negotiate, Output, Read, SocketId, Write};

use crate::{
    common::*,
    steps::{Step, step},
    view::View,
};

/// What a client on one line knows.
#[derive(Debug, Default)]
struct Client {
    participant: Option<ParticipantId>,
    /// What it has of the timeline.
    view: Option<View>,
    /// Whether a page of it is being read.
    reading: bool,
    people: BTreeMap<ParticipantId, (String, u32, bool)>,
    /// The places of the raised hands.
    hands: BTreeMap<ParticipantId, u64>,
    slots: BTreeMap<SlotId, ParticipantId>,
    closed: bool,
}

/// The reference.
struct Model {
    world: World,
    clients: BTreeMap<SocketId, Client>,
    /// Whose hands are raised, the earliest first.
    hands: Vec<ParticipantId>,
    /// The lines that were made for each participant, the last one last.
    lines: BTreeMap<ParticipantId, Vec<SocketId>>,
    /// Requests that have no answer yet, by line.
    open: BTreeMap<SocketId, u32>,
    writes: VecDeque<Write>,
    /// What the disk has done and the room has yet to hear.
    outcomes: VecDeque<Input>,
    reads: Vec<Read>,
    offers: Vec<Negotiate>,
    /// Who is in whose slots, as the media thread knows it.
    media: BTreeMap<(ParticipantId, SlotId), ParticipantId>,
    next: u64,
    /// Everything that came out.
    log: String,
}

impl Model {
    fn new() -> Self {
        let mut limits = Limits::default();
        limits.page_entries = 4;
        limits.room_participants = 8;
        limits.room_appends = 6;
        let mut world = World::with_entries(limits, entries(6));
        world.hold_writes = true;
        world.hold_reads = true;
        world.hold_offers = true;
        Self {
            world,
            clients: BTreeMap::new(),
            hands: Vec::new(),
            lines: BTreeMap::new(),
            open: BTreeMap::new(),
            writes: VecDeque::new(),
            outcomes: VecDeque::new(),
            reads: Vec::new(),
            offers: Vec::new(),
            media: BTreeMap::new(),
            next: 0,
            log: String::new(),
        }
    }

    /// The participant with this index, and the line they used last.
    fn line(&self, who: u8) -> Option<(ParticipantId, SocketId)> {
        let (id, lines) = self.lines.iter().nth(who.into())?;
        Some((*id, *lines.last()?))
    }

    fn is_open(&self, socket: SocketId) -> bool {
        self.clients
            .get(&socket)
            .is_some_and(|client| !client.closed)
    }

    /// The participant with this index, where they are in the room on an open line.
    fn inside(&self, who: u8) -> Option<ParticipantId> {
        let (_, socket) = self.line(who).filter(|(_, socket)| self.is_open(*socket))?;
        self.clients[&socket].participant
    }

    fn ask(&mut self, who: u8, request: MemberRequest) {
        let Some((_, socket)) = self.line(who).filter(|(_, socket)| self.is_open(*socket)) else {
            return;
        };
        *self.open.entry(socket).or_default() += 1;
        let outputs = self.world.request(socket, request);
        self.take(outputs);
    }

    fn feed(&mut self, input: Input) {
        let outputs = self.world.feed(input);
        self.take(outputs);
    }

    /// The number that is so far from the room's last.
    fn number(&self, back: u8) -> u64 {
        self.world.disk.last.saturating_sub(back.into()).max(1)
    }

    fn person(&self, index: u8) -> u64 {
        self.lines
            .keys()
            .nth(index.into())
            .map_or(1_000_000 + u64::from(index), |id| id.0)
    }

    fn run(&mut self, step: &Step) {
        match step {
            Step::Join { name, peer } => {
                self.next += 1;
                // Ids in no order, as random ones are.
                let id = self.next.wrapping_mul(0x9e37_79b9) % 997;
                let mut input = self.world.join_input(id, &format!("Person {name}"));
                input.socket = SocketId(10_000 + self.next);
                input.author = author(p(id));
                input.media = peer.then(|| Box::new(offer(2, 1, 1)));
                input.sources.microphone = *peer;
                self.clients.insert(input.socket, Client::default());
                self.lines.entry(p(id)).or_default().push(input.socket);
                *self.open.entry(input.socket).or_default() += 1;
                self.feed(Input::Join(input));
            }
            Step::Resume { who, missed } => {
                let Some((participant, old)) = self.line(*who) else {
                    return;
                };
                self.next += 1;
                let socket = SocketId(10_000 + self.next);
                let view = self.clients[&old].view.clone();
                let has = view.as_ref().map_or(0, |view| view.last);
                let after = has.saturating_sub((*missed).into());
                let mut input = self.world.resume_input(participant.0, socket, after);
                input.author = author(participant);
                let client = Client {
                    view,
                    ..Client::default()
                };
                self.clients.insert(socket, client);
                self.lines.entry(participant).or_default().push(socket);
                *self.open.entry(socket).or_default() += 1;
                self.feed(Input::Resume(input));
            }
            Step::Disconnect { who } => {
                let Some((_, socket)) = self.line(*who) else {
                    return;
                };
                self.close(socket);
                self.feed(Input::Disconnected { socket });
            }
            Step::Leave { who } => self.ask(*who, MemberRequest::Leave),
            Step::Post {
                who,
                client_id,
                thread,
                to,
            } => {
                let mut post = post(&format!("c{client_id}"), "hi");
                post.thread = thread.map(|back| self.number(back));
                post.to = to.map(|index| p(self.person(index)));
                self.ask(*who, MemberRequest::Post(post));
            }
            Step::Edit { who, back } => {
                let edit = Edit {
                    number: self.number(*back),
                    text: Some(format!("edit {}", self.next).parse().unwrap()),
                    mentions: Vec::new(),
                };
                self.ask(*who, MemberRequest::Edit(edit));
            }
            Step::Delete { who, back } => {
                let number = self.number(*back);
                self.ask(*who, MemberRequest::Delete(Delete { number }));
            }
            Step::Mark {
                who,
                back,
                which,
                on,
            } => {
                let emoji = ["👏", "🎉"][usize::from(*which)];
                let mark = Mark {
                    number: self.number(*back),
                    reaction: emoji.parse().unwrap(),
                    on: *on,
                };
                self.ask(*who, MemberRequest::Mark(mark));
            }
            Step::History { who } => {
                let socket = self.line(*who).map(|(_, socket)| socket);
                let Some(client) = socket.and_then(|socket| self.clients.get_mut(&socket)) else {
                    return;
                };
                let inside = client.participant.is_some() && !client.closed;
                let Some(view) = client.view.as_ref().filter(|_| inside) else {
                    return;
                };
                let history = History::before(view.from);
                if !std::mem::replace(&mut client.reading, true) {
                    self.ask(*who, MemberRequest::History(history));
                }
            }
            Step::Expire { back } => {
                let before = self.number(*back);
                self.world.disk.expire(before);
                self.outcomes.push_back(Input::Expired { before });
            }
            Step::Typing { who, typing } => {
                let typing = zoom_protocol::Typing { typing: *typing };
                self.ask(*who, MemberRequest::Typing(typing));
            }
            Step::Hand { who, raised } => {
                if let Some(participant) = self.inside(*who) {
                    match self.hands.iter().position(|id| *id == participant) {
                        None if *raised => self.hands.push(participant),
                        Some(place) if !raised => drop(self.hands.remove(place)),
                        None | Some(_) => {}
                    }
                }
                let hand = zoom_protocol::Hand { raised: *raised };
                self.ask(*who, MemberRequest::Hand(hand));
            }
            Step::React { who } => {
                let reaction = "👏".parse().unwrap();
                let react = zoom_protocol::React { reaction };
                self.ask(*who, MemberRequest::React(react));
            }
            Step::Publish { who, bits } => {
                let on = |bit: u8| bits & (1 << bit) != 0;
                let sources = Sources {
                    microphone: on(0),
                    camera: on(1),
                    screen: on(2),
                    screen_audio: on(3),
                };
                self.ask(
                    *who,
                    MemberRequest::Publish(zoom_protocol::Publish { sources }),
                );
            }
            Step::View { who, shown } => {
                let tile = |index: &u8| match index % 3 {
                    0 => screen(self.person(*index), 640, 360),
                    _ => camera(self.person(*index), 320, 180),
                };
                let tiles = shown.iter().map(tile).collect();
                self.ask(*who, MemberRequest::View(zoom_protocol::View { tiles }));
            }
            Step::Offer { who, replace } => {
                let media = zoom_protocol::Media {
                    replace: *replace,
                    media: offer(3, 1, 1),
                };
                self.ask(*who, MemberRequest::Media(Box::new(media)));
            }
            Step::Speakers { ranked } => {
                let ranked = ranked.iter().map(|index| p(self.person(*index))).collect();
                self.feed(Input::Speakers { ranked });
            }
            Step::Quality { who, good } => {
                let level = if *good {
                    QualityLevel::Good
                } else {
                    QualityLevel::Poor
                };
                let quality = Quality {
                    level,
                    reason: QualityReason::None,
                    direction: None,
                };
                let participant = p(self.person(*who));
                self.feed(Input::Quality {
                    participant,
                    quality,
                });
            }
            Step::Write => {
                if let Some(write) = self.writes.pop_front() {
                    let outcome = self.world.write(&write);
                    self.outcomes.push_back(outcome);
                }
            }
            Step::Written => {
                if let Some(outcome) = self.outcomes.pop_front() {
                    self.feed(outcome);
                }
            }
            Step::Read { which } => {
                if !self.reads.is_empty() {
                    let read = self.reads.remove(usize::from(*which) % self.reads.len());
                    let page = self.world.read(&read);
                    self.feed(page);
                }
            }
            Step::Negotiated { which, ok } => {
                if !self.offers.is_empty() {
                    let offer = self.offers.remove(usize::from(*which) % self.offers.len());
                    self.feed(if *ok { agreed(&offer) } else { refused(&offer) });
                }
            }
            Step::Pass { ms } => {
                let outputs = self.world.pass((*ms).into());
                self.take(outputs);
            }
        }
        self.check();
    }

    /// A line is gone: its answers are not awaited any more.
    fn close(&mut self, socket: SocketId) {
        if let Some(client) = self.clients.get_mut(&socket) {
            client.closed = true;
        }
        self.open.remove(&socket);
    }

    fn take(&mut self, outputs: Vec<Output>) {
        for output in outputs {
            self.log.push_str(&format!("{output:?}\n"));
            match output {
                Output::Answer { socket, answer, .. } => self.answered(socket, answer),
                Output::Resumed { socket, result, .. } => {
                    self.answered(socket, Answer::Done);
                    match result {
                        Ok(joined) => self.enter(socket, *joined),
                        Err(_) => self.close(socket),
                    }
                }
                Output::Event { to, event } => {
                    let sockets: Vec<SocketId> = to.sockets().collect();
                    let unique: BTreeSet<&SocketId> = sockets.iter().collect();
                    assert_eq!(unique.len(), sockets.len());
                    for socket in sockets {
                        let client = self.clients.get_mut(&socket).unwrap();
                        assert!(!client.closed, "told after the end: {event:?}");
                        assert!(client.participant.is_some(), "told before the start");
                        client.learn(&event);
                        if let Event::Marked { number, .. } = &event {
                            let me = author(client.participant.unwrap());
                            assert!(self.world.disk.may_know(*number, me), "not theirs");
                        }
                    }
                }
                Output::Write(write) => self.writes.push_back(*write),
                Output::Read(read) => self.reads.push(read),
                Output::Search(_) | Output::Reserve(_) => panic!("nobody asked for it"),
                Output::Negotiate(negotiate) => {
                    let same = |other: &Negotiate| other.participant == negotiate.participant;
                    assert!(!self.offers.iter().any(same), "two offers under way");
                    self.offers.push(negotiate);
                }
                Output::Media(MediaCommand::Assign {
                    subscriber,
                    slot,
                    publisher,
                    ..
                }) => {
                    match publisher {
                        Some(publisher) => self.media.insert((subscriber, slot), publisher),
                        None => self.media.remove(&(subscriber, slot)),
                    };
                }
                Output::Media(MediaCommand::RemovePeer { participant }) => {
                    self.hands.retain(|id| *id != participant);
                    self.media
                        .retain(|(of, _), by| *of != participant && *by != participant);
                }
                Output::Media(MediaCommand::SetSources { .. }) => {}
                Output::Close { socket, .. } => self.close(socket),
                Output::Empty => assert!(self.world.room.is_empty()),
            }
        }
    }

    fn answered(&mut self, socket: SocketId, answer: Answer) {
        let open = self.open.get_mut(&socket).expect("an answer to nobody");
        *open = open.checked_sub(1).expect("an answer to no request");
        match answer {
            Answer::Joined(joined) => self.enter(socket, *joined),
            Answer::History(page) => {
                let client = self.clients.get_mut(&socket).unwrap();
                client.reading = false;
                client.view.as_mut().unwrap().read(&page);
            }
            // What comes before the join is answered is refused and changes nothing.
            Answer::Error(error) if error.code == ErrorCode::JoinFirst => {}
            // A join that is refused leaves the line outside.
            Answer::Error(_) if self.clients[&socket].participant.is_none() => self.close(socket),
            _ => {}
        }
    }

    fn enter(&mut self, socket: SocketId, joined: Joined) {
        let client = self.clients.get_mut(&socket).unwrap();
        assert!(!client.closed);
        client.participant = Some(joined.you);
        let view = client.view.get_or_insert(View::new(author(joined.you)));
        view.enter(&joined);
        for person in joined.participants {
            client.know(&person);
        }
        for slot in joined.slots {
            if let Some(id) = slot.participant {
                client.slots.insert(slot.slot, id);
            }
        }
    }

    /// What holds at every moment.
    fn check(&self) {
        let mut in_room = 0;
        for client in self.clients.values().filter(|client| !client.closed) {
            let Some(me) = client.participant else {
                continue;
            };
            in_room += 1;
            // Everybody knows the same people, and equal names by different numbers.
            let people = &client.people;
            assert!(people.contains_key(&me));
            assert_eq!(people.len(), self.world.room.len());
            let shown: BTreeSet<_> = people.values().map(|(name, n, _)| (name, n)).collect();
            assert_eq!(shown.len(), people.len(), "{people:?}");
            // Everybody knows the same hands, in the order of raising.
            let mut hands: Vec<_> = client.hands.iter().map(|(id, at)| (*at, *id)).collect();
            hands.sort_unstable();
            assert!(hands.iter().map(|(_, id)| id).eq(&self.hands), "{hands:?}");
            // Slots: people who are here, not oneself, nobody heard twice, as the media has it.
            let mut heard = BTreeSet::new();
            for (slot, id) in &client.slots {
                assert!(people.contains_key(id) && *id != me);
                assert_eq!(self.media.get(&(me, *slot)), Some(id));
                if slot.kind != SlotKind::Stage {
                    assert!(heard.insert(*id), "heard twice");
                }
            }
        }
        assert!(in_room <= self.world.room.len());
        assert!(self.world.room.len() <= 8);
    }

    /// Lets everything under way come back.
    fn settle(&mut self) {
        while !(self.writes.is_empty()
            && self.outcomes.is_empty()
            && self.reads.is_empty()
            && self.offers.is_empty())
        {
            self.run(&Step::Write);
            self.run(&Step::Written);
            self.run(&Step::Read { which: 0 });
            self.run(&Step::Negotiated { which: 0, ok: true });
        }
        for client in self.clients.values().filter(|client| !client.closed) {
            if let Some(view) = client
                .view
                .as_ref()
                .filter(|_| client.participant.is_some())
            {
                view.assert_is(&self.world.disk.view(view.author));
            }
        }
    }
}

/// People come more than once, and from more than one window.
fn author(participant: ParticipantId) -> AuthorId {
    AuthorId(participant.0 % 5)
}

impl Client {
    fn know(&mut self, person: &zoom_protocol::Participant) {
        let (who, name) = (&person.person, person.person.name.to_string());
        self.people
            .insert(who.participant, (name, who.ordinal, person.connected));
        match person.hand {
            Some(place) => self.hands.insert(who.participant, place),
            None => self.hands.remove(&who.participant),
        };
    }

    fn learn(&mut self, event: &Event) {
        match event {
            Event::ParticipantJoined { participant } => {
                assert!(!self.people.contains_key(&participant.person.participant));
                self.know(participant);
            }
            Event::ParticipantChanged { participant } => {
                assert!(self.people.contains_key(&participant.person.participant));
                self.know(participant);
            }
            Event::ParticipantLeft { participant, .. } => {
                assert!(self.people.remove(participant).is_some());
                self.hands.remove(participant);
                // The event about the slots follows in the same breath.
            }
            Event::Quality { changes } => {
                for change in changes {
                    assert!(self.people.contains_key(&change.participant));
                }
            }
            Event::Entry { .. }
            | Event::EntryChanged { .. }
            | Event::Marked { .. }
            | Event::Expired { .. } => self.view.as_mut().unwrap().learn(event),
            Event::Slots { slots } => {
                for slot in slots {
                    match slot.participant {
                        Some(id) => self.slots.insert(slot.slot, id),
                        None => self.slots.remove(&slot.slot),
                    };
                }
            }
            Event::MediaEnded { .. } => self.slots.clear(),
            _ => {}
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn everybody_agrees_and_every_request_has_one_answer(
        steps in prop::collection::vec(step(), 1..120),
    ) {
        let mut model = Model::new();
        for step in &steps {
            model.run(step);
        }
        model.settle();
        prop_assert!(model.open.values().all(|open| *open == 0), "{:?}", model.open);
        // Everybody goes, and nothing is left.
        let open: Vec<SocketId> =
            model.clients.iter().filter(|(_, c)| !c.closed).map(|(s, _)| *s).collect();
        for socket in open {
            model.close(socket);
            model.feed(Input::Disconnected { socket });
        }
        model.run(&Step::Pass { ms: 30_000 });
        model.settle();
        prop_assert!(model.world.room.is_empty());
        prop_assert_eq!(model.world.room.poll_timeout(), None);
        prop_assert!(model.media.is_empty(), "{:?}", model.media);

        let mut again = Model::new();
        for step in &steps {
            again.run(step);
        }
        prop_assert!(model.log.starts_with(&again.log), "the same operations, other outputs");
    }
}
