//! The world of a test: its time, its network, the SFU and its clients.

use std::{
    collections::BTreeMap,
    net::SocketAddr,
    time::{Duration, Instant},
};

use zoom_protocol::{
    Limits, MediaAnswer, MediaEndReason, MediaOffer, ParticipantId, RoomId, SlotId, SlotKind,
    Sources,
};
use zoom_sfu::{
    Candidate, Certificate, Command, Event, Handshaken, OfferError, Protocol, Sfu, SfuConfig,
    Transport, negotiate,
};

use crate::client::{Client, Sent};

pub(crate) const ROOM: RoomId = RoomId(1);
pub(crate) const EVERYTHING: Sources = Sources {
    microphone: true,
    camera: true,
    screen: true,
    screen_audio: true,
};

/// What the network does to each datagram.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Link {
    pub(crate) delay: Duration,
    pub(crate) jitter: Duration,
    /// Of 1000 datagrams.
    pub(crate) lost: u64,
}

impl Default for Link {
    fn default() -> Self {
        Self {
            delay: Duration::from_millis(10),
            jitter: Duration::ZERO,
            lost: 0,
        }
    }
}

/// A network of another kind than [`Link`]: one way for each client and direction.
pub(crate) trait Ways {
    /// How long after `now`, the time since the world began, a datagram arrives: not at all, once,
    /// or more often.
    fn pass(
        &mut self,
        now: Duration,
        to_server: bool,
        client: SocketAddr,
        datagram: &[u8],
    ) -> Vec<Duration>;
}

#[derive(Clone)]
struct Flight {
    to_server: bool,
    protocol: Protocol,
    source: SocketAddr,
    destination: SocketAddr,
    payload: Vec<u8>,
}

pub(crate) struct World {
    pub(crate) began: Instant,
    pub(crate) now: Instant,
    pub(crate) config: SfuConfig,
    pub(crate) sfu: Sfu,
    pub(crate) clients: Vec<Client>,
    pub(crate) link: Link,
    /// Where set, in the place of the link.
    pub(crate) ways: Option<Box<dyn Ways>>,
    pub(crate) events: Vec<(Duration, Event)>,
    /// The server's ICE user name fragment of each client, from the last answer.
    pub(crate) ufrags: Vec<String>,
    /// How long handshakes take on a thread of their own; without it they are done at once.
    pub(crate) worker: Option<Duration>,
    /// How many pieces of handshakes the worker has no time for.
    pub(crate) left: usize,
    /// Pieces of handshakes that come back, and when.
    handshakes: Vec<(Instant, Handshaken)>,
    flights: BTreeMap<(Instant, u64), Flight>,
    flown: u64,
    seed: u64,
}

impl World {
    pub(crate) fn new(seed: u64) -> Self {
        Self::with_limits(seed, Limits::default())
    }

    pub(crate) fn with_limits(seed: u64, limits: Limits) -> Self {
        let now = first_instant();
        let config = SfuConfig {
            max_upload_bps: None,
            limits,
            certificate: Certificate::generate().unwrap(),
            candidates: [Protocol::Udp, Protocol::Tcp]
                .map(|protocol| Candidate {
                    address: server(),
                    protocol,
                })
                .into(),
        };
        Self {
            began: now,
            now,
            sfu: Sfu::new(config.clone(), now),
            config,
            clients: Vec::new(),
            link: Link::default(),
            ways: None,
            events: Vec::new(),
            ufrags: Vec::new(),
            worker: None,
            left: 0,
            handshakes: Vec::new(),
            flights: BTreeMap::new(),
            flown: 0,
            seed,
        }
    }

    /// A client that has joined with everything on and whose peer is being connected.
    pub(crate) fn join(&mut self) -> usize {
        self.join_with(Duration::ZERO)
    }

    /// The same with a clock that is ahead.
    pub(crate) fn join_with(&mut self, skew: Duration) -> usize {
        let at = self.clients.len();
        self.enter(Client::new(at as u8 + 1, self.began, self.now, skew))
    }

    /// The same over an ICE-TCP connection.
    pub(crate) fn join_over_tcp(&mut self) -> usize {
        let number = self.clients.len() as u8 + 1;
        let tcp = str0m::net::Protocol::Tcp;
        self.enter(Client::over(
            tcp,
            number,
            self.began,
            self.now,
            Duration::ZERO,
        ))
    }

    fn enter(&mut self, client: Client) -> usize {
        self.enter_with(client, |_| ())
    }

    /// Has a client join with an offer that something is done to.
    pub(crate) fn enter_with(
        &mut self,
        client: Client,
        change: impl FnOnce(&mut MediaOffer),
    ) -> usize {
        let at = self.clients.len();
        self.clients.push(client);
        let mut offer = self.clients[at].offer(4, 2, 1);
        change(&mut offer);
        self.add(at, &offer, ROOM);
        let participant = self.clients[at].id;
        self.command(Command::SetSources {
            participant,
            sources: EVERYTHING,
        });
        at
    }

    /// Makes the peer of a client, or a replacement.
    pub(crate) fn connect(&mut self, at: usize) {
        let offer = self.clients[at].offer(4, 2, 1);
        self.add(at, &offer, ROOM);
    }

    /// Replaces a client by one in another room.
    pub(crate) fn join_room(&mut self, at: usize, room: RoomId) {
        let microphone = self.clients[at].microphone;
        self.clients[at] = Client::new(at as u8 + 1, self.began, self.now, Duration::ZERO);
        self.clients[at].microphone = microphone;
        let offer = self.clients[at].offer(4, 2, 1);
        self.add(at, &offer, room);
    }

    fn add(&mut self, at: usize, offer: &MediaOffer, room: RoomId) {
        let (peer, answer) = negotiate(&self.config, self.now, offer).unwrap();
        self.note_answer(at, &answer);
        self.clients[at].answered(&answer);
        let participant = self.clients[at].id;
        self.command(Command::AddPeer {
            room,
            participant,
            number: self.flown,
            peer: Box::new(peer),
        });
        self.wake(at);
    }

    fn note_answer(&mut self, at: usize, answer: &MediaAnswer) {
        let ufrag = answer
            .answer
            .lines()
            .find_map(|line| line.strip_prefix("a=ice-ufrag:"))
            .unwrap();
        self.ufrags.resize(self.clients.len(), String::new());
        self.ufrags[at] = ufrag.to_owned();
    }

    /// Notes the server's name from the last answer to another offer.
    pub(crate) fn note_ufrag(&mut self, at: usize) {
        let answer = self.answers(|_| true).pop().unwrap();
        self.note_answer(at, &answer.unwrap());
    }

    /// Lets a client do what its session wants done now.
    pub(crate) fn wake(&mut self, at: usize) {
        let sent = self.clients[at].wake(self.now);
        self.fly(sent);
    }

    /// Joins so many clients and waits until all are connected.
    pub(crate) fn call(seed: u64, people: usize) -> Self {
        let mut world = Self::new(seed);
        for _ in 0..people {
            world.join();
        }
        world.until_connected();
        world
    }

    pub(crate) fn until_connected(&mut self) {
        for _ in 0..100 {
            if self.clients.iter().all(|client| client.connected) {
                self.run(Duration::from_millis(100));
                return;
            }
            self.run(Duration::from_millis(50));
        }
        panic!("not connected within 5 s");
    }

    /// Puts a client into another's slot, with a picture of this size.
    pub(crate) fn assign(&mut self, to: usize, slot: SlotId, who: usize, size: (u16, u16)) {
        let command = Command::Assign {
            subscriber: self.clients[to].id,
            slot,
            publisher: Some(self.clients[who].id),
            size: Some(size),
        };
        self.command(command);
    }

    pub(crate) fn command(&mut self, command: Command) {
        self.sfu.handle_command(self.now, command);
        self.drain();
    }

    /// A datagram from anywhere, at the server at once.
    pub(crate) fn inject(&mut self, source: SocketAddr, payload: &[u8]) {
        let transport = Transport {
            protocol: Protocol::Udp,
            source,
            destination: server(),
        };
        self.sfu.handle_datagram(self.now, transport, payload);
        self.drain();
    }

    /// Lets time pass.
    pub(crate) fn run(&mut self, time: Duration) {
        let until = self.now + time;
        loop {
            let next = self.next_time();
            if next > until {
                break;
            }
            self.now = self.now.max(next);
            self.step();
        }
        self.now = until;
        for client in &mut self.clients {
            client.skip(until);
        }
    }

    pub(crate) fn elapsed(&self) -> Duration {
        self.now - self.began
    }

    pub(crate) fn ended(&self, who: usize) -> Option<MediaEndReason> {
        let id = self.clients[who].id;
        self.events.iter().find_map(|(_, event)| {
            if let Event::Ended {
                participant,
                reason,
                ..
            } = event
                && *participant == id
            {
                Some(*reason)
            } else {
                None
            }
        })
    }

    pub(crate) fn ranked(&self) -> Vec<Vec<ParticipantId>> {
        let rankings = self.events.iter().filter_map(|(_, event)| {
            if let Event::Speakers { ranked, .. } = event {
                Some(ranked.clone())
            } else {
                None
            }
        });
        rankings.collect()
    }

    /// The answers to further offers whose number is wanted.
    pub(crate) fn answers(
        &self,
        wanted: impl Fn(u64) -> bool,
    ) -> Vec<Result<MediaAnswer, OfferError>> {
        let answers = self.events.iter().filter_map(|(_, event)| {
            if let Event::Answered {
                request, answer, ..
            } = event
                && wanted(*request)
            {
                Some(answer.clone())
            } else {
                None
            }
        });
        answers.collect()
    }

    fn next_time(&self) -> Instant {
        let far = self.now + Duration::from_secs(3_600);
        let flight = self.flights.keys().next().map(|(at, _)| *at);
        let clients = self.clients.iter().map(Client::next_due);
        let worked = self.handshakes.iter().map(|(at, _)| *at).min();
        let all = flight
            .into_iter()
            .chain(worked)
            .chain(self.sfu.poll_timeout())
            .chain(clients);
        all.min().unwrap_or(far)
    }

    fn step(&mut self) {
        let now = self.now;
        while let Some(entry) = self.flights.first_entry()
            && entry.key().0 <= now
        {
            let flight = entry.remove();
            if flight.to_server {
                let transport = Transport {
                    protocol: flight.protocol,
                    source: flight.source,
                    destination: flight.destination,
                };
                self.sfu.handle_datagram(now, transport, &flight.payload);
            } else if let Some(client) = self
                .clients
                .iter_mut()
                .find(|c| c.address == flight.destination)
            {
                let sent = client.handle(now, flight.source, &flight.payload);
                self.fly(sent);
            }
        }
        let (back, away) = std::mem::take(&mut self.handshakes)
            .into_iter()
            .partition(|(at, _)| *at <= now);
        self.handshakes = away;
        let back: Vec<_> = back;
        for (_, done) in back {
            self.sfu.handle_handshake(now, done);
        }
        self.sfu.handle_timeout(now);
        self.drain();
        for at in 0..self.clients.len() {
            let client = &mut self.clients[at];
            let mut sent = client.publish(now);
            if client.due <= now {
                sent.extend(client.wake(now));
            }
            self.fly(sent);
        }
    }

    fn drain(&mut self) {
        if let Some(worker) = self.worker {
            while let Some(piece) = self.sfu.poll_handshake() {
                let leave = self.left > 0;
                self.left = self.left.saturating_sub(1);
                let done = if leave { piece.leave() } else { piece.run() };
                self.handshakes.push((self.now + worker, done));
            }
        }
        let mut flights = Vec::new();
        self.sfu.drain(|transmit| {
            for datagram in transmit.datagrams() {
                flights.push(Flight {
                    to_server: false,
                    protocol: transmit.transport.protocol,
                    source: transmit.transport.source,
                    destination: transmit.transport.destination,
                    payload: datagram.to_vec(),
                });
            }
        });
        for flight in flights {
            self.launch(flight);
        }
        while let Some(event) = self.sfu.poll_event() {
            self.events.push((self.now - self.began, event));
        }
    }

    pub(crate) fn fly(&mut self, sent: Vec<Sent>) {
        for datagram in sent {
            self.launch(Flight {
                to_server: true,
                protocol: if datagram.protocol == str0m::net::Protocol::Udp {
                    Protocol::Udp
                } else {
                    Protocol::Tcp
                },
                source: datagram.source,
                destination: datagram.destination,
                payload: datagram.payload,
            });
        }
    }

    fn launch(&mut self, flight: Flight) {
        if let Some(ways) = &mut self.ways {
            let client = if flight.to_server {
                flight.source
            } else {
                flight.destination
            };
            let now = self.now - self.began;
            for after in ways.pass(now, flight.to_server, client, &flight.payload) {
                self.flown += 1;
                let key = (self.now + after, self.flown);
                self.flights.insert(key, flight.clone());
            }
            return;
        }
        if self.random() % 1_000 < self.link.lost {
            return;
        }
        let jitter_us = self.link.jitter.as_micros() as u64;
        let extra = Duration::from_micros(self.random() % (jitter_us + 1));
        self.flown += 1;
        let key = (self.now + self.link.delay + extra, self.flown);
        self.flights.insert(key, flight);
    }

    /// SplitMix64.
    pub(crate) fn random(&mut self) -> u64 {
        self.seed = self.seed.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.seed;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }
}

pub(crate) fn server() -> SocketAddr {
    SocketAddr::from(([10, 0, 0, 200], 7_882))
}

pub(crate) fn person(index: u8) -> SlotId {
    SlotId {
        kind: SlotKind::Person,
        index,
    }
}

pub(crate) fn voice(index: u8) -> SlotId {
    SlotId {
        kind: SlotKind::Voice,
        index,
    }
}

pub(crate) fn stage(index: u8) -> SlotId {
    SlotId {
        kind: SlotKind::Stage,
        index,
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "virtual time begins at some instant"
)]
fn first_instant() -> Instant {
    Instant::now()
}
