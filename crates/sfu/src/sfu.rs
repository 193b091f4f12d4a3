//! The whole of one media thread: peers, timers, outputs.

use std::{
    collections::{BTreeSet, HashMap, HashSet, VecDeque},
    panic::{AssertUnwindSafe, catch_unwind},
    time::{Duration, Instant},
};

use str0m::{Input, net::Receive};
use zoom_protocol::{Limits, MediaEndReason, ParticipantId, RoomId, SlotId, Sources};

use crate::{
    Command, Event, Output, PeerStats, Protocol, SfuConfig, SfuStats, Transport,
    gate::{self, Class, Gate},
    peer::Peer,
    profile,
    speakers::Speakers,
};

/// How often layers are looked over, key frames asked for again and speakers ranked.
pub(crate) const TICK: Duration = Duration::from_millis(100);

/// The rooms of one media thread.
///
/// The driver gives it a whole batch of received datagrams and commands, then drains the outputs
/// once, then sleeps until [`Sfu::poll_timeout`] or the next input:
///
/// ```no_run
/// # use std::time::Instant;
/// # use zoom_sfu::{Command, Output, Sfu, Transport};
/// # fn receive_until(_: Option<Instant>) -> (Vec<(Transport, Vec<u8>)>, Vec<Command>) { (Vec::new(), Vec::new()) }
/// # fn drive(mut sfu: Sfu) {
/// loop {
///     let (datagrams, commands) = receive_until(sfu.poll_timeout());
///     let now = Instant::now();
///     for command in commands {
///         sfu.handle_command(now, command);
///     }
///     for (transport, payload) in &datagrams {
///         sfu.handle_datagram(now, *transport, payload);
///     }
///     sfu.handle_timeout(now);
///     while let Some(output) = sfu.poll_output() {
///         match output {
///             Output::Transmit { transport, payload } => { /* send it */ }
///             Output::Event(event) => { /* tell the server */ }
///         }
///     }
/// }
/// # }
/// ```
///
/// Draining after each single datagram is right too, but costs about twice the time: a received
/// packet is written to everybody first, and each peer is then polled once for the whole batch.
///
/// A panic inside one peer's session ends that peer alone; the program has to be built with
/// `panic = "unwind"` for it.
#[derive(Debug)]
pub struct Sfu {
    pub(crate) limits: Limits,
    pub(crate) now: Instant,
    /// What the clock of timelines counts from.
    pub(crate) began: Instant,
    pub(crate) participants: HashMap<ParticipantId, Participant>,
    /// Who is subscribed to whom, by publisher.
    pub(crate) watchers: HashMap<ParticipantId, Vec<Watcher>>,
    pub(crate) rooms: HashMap<RoomId, Room>,
    pub(crate) gate: Gate,
    /// Peers that have something to send or to say.
    dirty: Vec<ParticipantId>,
    pub(crate) timers: BTreeSet<(Instant, ParticipantId)>,
    pub(crate) next_tick: Option<Instant>,
    outputs: VecDeque<Output>,
    stats: SfuStats,
    /// Counts the times that any track broke off.
    pub(crate) epochs: u64,
}

/// All about one participant.
#[derive(Debug, Default)]
pub(crate) struct Participant {
    pub(crate) room: Option<RoomId>,
    pub(crate) sources: Sources,
    pub(crate) assignments: HashMap<SlotId, Assignment>,
    pub(crate) peer: Option<Box<Peer>>,
}

/// Who is in a slot.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Assignment {
    pub(crate) publisher: ParticipantId,
    /// Width and height of the picture in device pixels; `None` for sound alone.
    pub(crate) size: Option<(u16, u16)>,
}

/// A slot that somebody is in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Watcher {
    pub(crate) subscriber: ParticipantId,
    pub(crate) slot: SlotId,
}

#[derive(Debug)]
pub(crate) struct Room {
    pub(crate) members: HashSet<ParticipantId>,
    pub(crate) speakers: Speakers,
}

impl Sfu {
    /// An empty one. `now` is the earliest time it will know.
    pub fn new(config: SfuConfig, now: Instant) -> Self {
        Self {
            gate: Gate::new(&config.limits),
            limits: config.limits,
            now,
            began: now,
            participants: HashMap::new(),
            watchers: HashMap::new(),
            rooms: HashMap::new(),
            dirty: Vec::new(),
            timers: BTreeSet::new(),
            next_tick: None,
            outputs: VecDeque::new(),
            stats: SfuStats::default(),
            epochs: 0,
        }
    }

    /// Takes a received datagram.
    pub fn handle_datagram(&mut self, now: Instant, transport: Transport, payload: &[u8]) {
        self.advance(now);
        let class = if payload.len() > self.limits.datagram_bytes as usize {
            Class::Garbage
        } else {
            gate::classify(payload)
        };
        let owner = match class {
            Class::Stun => self.admit_stun(transport, payload),
            Class::Sealed => self.admit_sealed(transport),
            Class::Garbage => {
                self.stats.dropped_garbage += 1;
                None
            }
        };
        let Some(who) = owner else {
            tracing::trace!(?transport, len = payload.len(), "datagram dropped");
            return;
        };
        let Ok(receive) = receive(transport, payload) else {
            self.stats.dropped_garbage += 1;
            return;
        };
        let input = Input::Receive(self.now, receive);
        let Some(peer) = self.peer_mut(who) else {
            return;
        };
        if !peer.ssrcs.admit(now, payload) {
            self.stats.dropped_streams += 1;
            return;
        }
        // An address that is known may still be one that ICE has given up.
        if !peer.rtc.accepts(&input) {
            self.stats.dropped_strangers += 1;
            return;
        }
        if !peer.connected {
            note_profile(peer, payload);
        }
        peer.heard_at = now;
        peer.stats.packets_in += 1;
        peer.stats.bytes_in += payload.len() as u64;
        // A session keeps one received packet at a time, so it is polled after each.
        self.run(who, input);
    }

    /// Takes a command.
    pub fn handle_command(&mut self, now: Instant, command: Command) {
        self.advance(now);
        match command {
            Command::AddPeer {
                room,
                participant,
                number,
                peer,
            } => self.add_peer(room, participant, number, *peer),
            Command::Reoffer {
                participant,
                request,
                offer,
            } => self.reoffer(participant, request, &offer),
            Command::RemovePeer { participant } => self.remove(participant),
            Command::SetSources {
                participant,
                sources,
            } => self.set_sources(participant, sources),
            Command::Assign {
                subscriber,
                slot,
                publisher,
                size,
            } => {
                let assignment = publisher.map(|publisher| Assignment { publisher, size });
                self.assign(subscriber, slot, assignment);
            }
        }
    }

    /// Does what is due at `now`; may be called at any time.
    pub fn handle_timeout(&mut self, now: Instant) {
        self.advance(now);
        while let Some((at, who)) = self.timers.first().copied()
            && at <= self.now
        {
            self.timers.pop_first();
            if let Some(peer) = self.peer_mut(who) {
                peer.armed = None;
                self.look_after(who);
            }
        }
        if self.next_tick.is_some_and(|at| at <= self.now) {
            self.tick();
            self.next_tick = Some(self.now + TICK);
        }
        if self.rooms.is_empty() {
            self.next_tick = None;
        }
    }

    /// What is to be done next; `None` until there is input again.
    pub fn poll_output(&mut self) -> Option<Output> {
        loop {
            if let Some(output) = self.outputs.pop_front() {
                return Some(output);
            }
            let who = self.dirty.pop()?;
            let now = self.now;
            if let Some(peer) = self.peer_mut(who)
                && std::mem::take(&mut peer.dirty)
            {
                self.run(who, Input::Timeout(now));
            }
        }
    }

    /// When [`Sfu::handle_timeout`] is due; `None` while there is nothing to wait for. To be asked
    /// after the outputs are drained.
    pub fn poll_timeout(&self) -> Option<Instant> {
        let timer = self.timers.first().map(|(at, _)| *at);
        [timer, self.next_tick].into_iter().flatten().min()
    }

    /// Whether this SFU has the peer whose local ICE user name fragment this is
    /// ([`peek_ufrag`](crate::peek_ufrag) reads it from a STUN request).
    pub fn has_ufrag(&self, ufrag: &str) -> bool {
        self.gate.named(ufrag).is_some()
    }

    /// What it holds and what it dropped.
    pub fn stats(&self) -> SfuStats {
        let (addresses, ufrags) = self.gate.sizes();
        SfuStats {
            rooms: self.rooms.len(),
            participants: self.participants.len(),
            peers: self
                .participants
                .values()
                .filter(|p| p.peer.is_some())
                .count(),
            addresses,
            ufrags,
            timers: self.timers.len(),
            watched: self.watchers.len(),
            ..self.stats
        }
    }

    /// What a participant's peer sent and was sent; `None` without a peer.
    pub fn peer_stats(&self, participant: ParticipantId) -> Option<PeerStats> {
        let peer = self.participants.get(&participant)?.peer.as_ref()?;
        Some(peer.stats)
    }

    fn advance(&mut self, now: Instant) {
        // A session must never see the time go back.
        self.now = self.now.max(now);
    }

    fn admit_stun(&mut self, transport: Transport, payload: &[u8]) -> Option<ParticipantId> {
        let admitted = self.check_stun(transport, payload);
        if admitted.is_none() {
            self.stats.dropped_stun += 1;
        }
        admitted
    }

    fn check_stun(&mut self, transport: Transport, payload: &[u8]) -> Option<ParticipantId> {
        // str0m as an ICE-lite agent sends no checks, so that only requests mean anything.
        let request = catch_unwind(|| gate::read_request(payload)).ok()??;
        let (local, _) = request.username()?.split_once(':')?;
        let who = self.gate.named(local)?;
        let peer = self.participants.get_mut(&who)?.peer.as_mut()?;
        if !self.gate.proves(&request, peer) {
            return None;
        }
        let known = self
            .gate
            .learn(who, peer, transport.protocol, transport.source);
        known.then_some(who)
    }

    fn admit_sealed(&mut self, transport: Transport) -> Option<ParticipantId> {
        let owner = self.gate.owner(transport.protocol, transport.source);
        if owner.is_none() {
            self.stats.dropped_strangers += 1;
        }
        owner
    }

    pub(crate) fn peer_mut(&mut self, who: ParticipantId) -> Option<&mut Peer> {
        self.participants.get_mut(&who)?.peer.as_deref_mut()
    }

    pub(crate) fn mark_dirty(&mut self, who: ParticipantId) {
        if let Some(peer) = self
            .participants
            .get_mut(&who)
            .and_then(|p| p.peer.as_mut())
            && !std::mem::replace(&mut peer.dirty, true)
        {
            self.dirty.push(who);
        }
    }

    pub(crate) fn tell(&mut self, event: Event) {
        self.outputs.push_back(Output::Event(event));
    }

    /// Gives a peer's session one input and takes all that it has to say.
    fn run(&mut self, who: ParticipantId, input: Input<'_>) {
        let Self {
            participants,
            outputs,
            ..
        } = self;
        let Some(peer) = participants.get_mut(&who).and_then(|p| p.peer.as_mut()) else {
            return;
        };
        let mut events = Vec::new();
        let polled = catch_unwind(AssertUnwindSafe(|| poll(peer, input, outputs, &mut events)));
        match polled {
            Ok(Ok(due)) => peer.due = due,
            Ok(Err(error)) => {
                tracing::debug!(participant = %who, %error, "the session failed");
                let reason = if peer.connected {
                    MediaEndReason::Failed
                } else {
                    MediaEndReason::NotConnected
                };
                self.end(who, reason);
                return;
            }
            Err(_) => {
                tracing::warn!(participant = %who, "the session panicked");
                self.end(who, MediaEndReason::Failed);
                return;
            }
        }
        let alive = peer.rtc.is_alive();
        for event in events {
            self.on_event(who, event);
        }
        if alive {
            self.arm(who);
        } else {
            self.end(who, MediaEndReason::Lost);
        }
    }

    /// Does what a peer's timer was set for.
    fn look_after(&mut self, who: ParticipantId) {
        let now = self.now;
        let silence = self.silence();
        let Some(peer) = self.peer_mut(who) else {
            return;
        };
        if !peer.connected && now >= peer.connect_by {
            self.end(who, MediaEndReason::NotConnected);
        } else if peer.connected && now >= peer.heard_at + silence {
            self.end(who, MediaEndReason::Lost);
        } else if peer.due <= now {
            self.mark_dirty(who);
        } else {
            self.arm(who);
        }
    }

    /// Sets a peer's timer. One that is set for an earlier time stays: when it fires, it is set
    /// again, which is cheaper than moving it with every packet.
    fn arm(&mut self, who: ParticipantId) {
        let silence = self.silence();
        let Some(peer) = self
            .participants
            .get_mut(&who)
            .and_then(|p| p.peer.as_mut())
        else {
            return;
        };
        let end = if peer.connected {
            peer.heard_at + silence
        } else {
            peer.connect_by
        };
        let at = peer.due.min(end);
        if peer.armed.is_some_and(|armed| armed <= at) {
            return;
        }
        if let Some(armed) = peer.armed.replace(at) {
            self.timers.remove(&(armed, who));
        }
        self.timers.insert((at, who));
    }

    fn silence(&self) -> Duration {
        Duration::from_millis(self.limits.silence_ms.into())
    }
}

/// Parses a datagram for a session.
fn receive(transport: Transport, payload: &[u8]) -> Result<Receive<'_>, ()> {
    let protocol = match transport.protocol {
        Protocol::Udp => str0m::net::Protocol::Udp,
        Protocol::Tcp => str0m::net::Protocol::Tcp,
    };
    catch_unwind(|| Receive::new(protocol, transport.source, transport.destination, payload))
        .map_err(|_| ())?
        .map_err(|_| ())
}

fn poll(
    peer: &mut Peer,
    input: Input<'_>,
    outputs: &mut VecDeque<Output>,
    events: &mut Vec<str0m::Event>,
) -> Result<Instant, str0m::RtcError> {
    peer.rtc.handle_input(input)?;
    loop {
        match peer.rtc.poll_output()? {
            str0m::Output::Timeout(at) => return Ok(at),
            str0m::Output::Event(event) => events.push(event),
            str0m::Output::Transmit(transmit) => {
                if !peer.connected {
                    note_profile(peer, &transmit.contents);
                }
                peer.stats.packets_out += 1;
                peer.stats.bytes_out += transmit.contents.len() as u64;
                outputs.push_back(Output::Transmit {
                    transport: Transport {
                        protocol: match transmit.proto {
                            str0m::net::Protocol::Udp => Protocol::Udp,
                            str0m::net::Protocol::Tcp
                            | str0m::net::Protocol::SslTcp
                            | str0m::net::Protocol::Tls => Protocol::Tcp,
                        },
                        source: transmit.source,
                        destination: transmit.destination,
                    },
                    payload: transmit.contents.into(),
                });
            }
        }
    }
}

/// Reads the SRTP profile where a handshake tells it, whichever side is the server.
fn note_profile(peer: &mut Peer, datagram: &[u8]) {
    if let Some(chosen) = profile::chosen(datagram) {
        tracing::debug!(ufrag = peer.ufrag, ?chosen, "SRTP profile");
        peer.stats.srtp = Some(chosen);
    }
}
