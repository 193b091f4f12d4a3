//! The whole of one media thread: peers, timers, outputs.

use std::{
    collections::{BTreeSet, HashMap, HashSet, VecDeque},
    panic::{AssertUnwindSafe, catch_unwind},
    time::{Duration, Instant},
};

use str0m::{Input, net::Receive};
use zoom_protocol::{Limits, MediaEndReason, ParticipantId, RoomId, SlotId, Sources};

use crate::{
    Command, Event, MediaTotals, PeerStats, Protocol, SfuConfig, SfuStats, SrtpProfile, Transport,
    allocate::Ask,
    egress::Outbox,
    gate::{self, Class, Gate},
    members::{Members, Place},
    peer::Peer,
    session::Session,
    speakers::Speakers,
};

/// How often layers are looked over, key frames asked for again and speakers ranked.
pub(crate) const TICK: Duration = Duration::from_millis(100);

/// How long nothing may come by UDP before a TCP connection is believed to be the better way:
/// browsers check every few seconds that a way is open.
const UDP_SILENCE: Duration = Duration::from_secs(6);
/// The least time between two calls of a connected peer's session that nothing has come for: it
/// keeps ICE alive, and answers what comes at once.
const RTC_EVERY: Duration = Duration::from_millis(500);

/// The rooms of one media thread.
///
/// The driver gives it a whole batch of received datagrams and commands, then drains the outputs
/// once, then sleeps until [`Sfu::poll_timeout`] or the next input:
///
/// ```no_run
/// # use std::time::Instant;
/// # use zoom_sfu::{Command, Sfu, Transport};
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
///     sfu.drain(|transmit| {
///         for datagram in transmit.datagrams() { /* send it, or all of them at once */ }
///     });
///     while let Some(event) = sfu.poll_event() { /* tell the server */ }
/// }
/// # }
/// ```
///
/// Draining after each single datagram is right too, but costs about twice the time: a received
/// packet is queued for everybody first, and what one peer gets is then sealed and sent together.
///
/// A panic inside the `Rtc` of one peer ends that peer alone; the program has to be built with
/// `panic = "unwind"` for it.
#[derive(Debug)]
pub struct Sfu {
    pub(crate) limits: Limits,
    pub(crate) now: Instant,
    /// What the clock of timelines counts from.
    pub(crate) began: Instant,
    pub(crate) members: Members,
    /// Who is subscribed to whom, by publisher.
    pub(crate) watchers: HashMap<ParticipantId, Vec<Watcher>>,
    pub(crate) rooms: HashMap<RoomId, Room>,
    pub(crate) gate: Gate,
    /// Peers that have something to send or to say.
    pub(crate) dirty: Vec<Place>,
    pub(crate) timers: BTreeSet<(Instant, Place)>,
    pub(crate) next_tick: Option<Instant>,
    pub(crate) events: VecDeque<Event>,
    /// What sessions want sent: STUN and DTLS.
    pub(crate) signals: Vec<(Transport, Vec<u8>)>,
    pub(crate) outbox: Outbox,
    /// The payload of the packet that was opened last.
    pub(crate) payload: Vec<u8>,
    /// The control packet that was opened last.
    pub(crate) plain: Vec<u8>,
    /// Packets to be asked for again.
    pub(crate) lost: Vec<u16>,
    /// Memory for what is looked over again and again.
    pub(crate) asks: Vec<Ask>,
    pub(crate) careful: Vec<Ask>,
    pub(crate) places: Vec<Place>,
    pub(crate) stats: SfuStats,
    pub(crate) totals: MediaTotals,
    pub(crate) max_upload_bps: Option<u64>,
    /// What each peer may be sent at most so that all stay under that.
    pub(crate) upload_level_bps: Option<u64>,
    /// Counts the times that any track broke off.
    pub(crate) epochs: u64,
}

/// All about one participant.
#[derive(Debug)]
pub(crate) struct Participant {
    pub(crate) id: ParticipantId,
    pub(crate) room: Option<RoomId>,
    pub(crate) sources: Sources,
    pub(crate) assignments: HashMap<SlotId, Assignment>,
    pub(crate) peer: Option<Box<Peer>>,
}

impl Participant {
    pub(crate) fn new(id: ParticipantId) -> Self {
        Self {
            id,
            room: None,
            sources: Sources::default(),
            assignments: HashMap::new(),
            peer: None,
        }
    }
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
    pub(crate) subscriber: Place,
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
            members: Members::default(),
            watchers: HashMap::new(),
            rooms: HashMap::new(),
            dirty: Vec::new(),
            timers: BTreeSet::new(),
            next_tick: None,
            events: VecDeque::new(),
            signals: Vec::new(),
            outbox: Outbox::default(),
            payload: Vec::new(),
            plain: Vec::new(),
            lost: Vec::new(),
            asks: Vec::new(),
            careful: Vec::new(),
            places: Vec::new(),
            stats: SfuStats::default(),
            totals: MediaTotals::default(),
            max_upload_bps: config.max_upload_bps,
            upload_level_bps: None,
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
            Class::Dtls | Class::Media => self.admit_sealed(transport),
            Class::Garbage => {
                self.stats.dropped_garbage += 1;
                None
            }
        };
        let Some(place) = owner else {
            tracing::trace!(?transport, len = payload.len(), "datagram dropped");
            return;
        };
        let now = self.now;
        if let Some(peer) = self.members.peer_at_mut(place) {
            if transport.protocol == Protocol::Udp {
                peer.udp_heard_at = now;
            }
            peer.stats.packets_in += 1;
            peer.stats.bytes_in += payload.len() as u64;
            self.totals.packets_in += 1;
            self.totals.bytes_in += payload.len() as u64;
        }
        if class == Class::Media {
            self.media_in(place, payload);
        } else {
            self.signal_in(place, transport, payload);
        }
    }

    /// Takes a STUN or DTLS datagram of a peer.
    fn signal_in(&mut self, place: Place, transport: Transport, payload: &[u8]) {
        let Ok(receive) = receive(transport, payload) else {
            self.stats.dropped_garbage += 1;
            return;
        };
        let now = self.now;
        let input = Input::Receive(now, receive);
        let Some(peer) = self.members.peer_at_mut(place) else {
            return;
        };
        // An address that is known may still be one that ICE has given up.
        if !peer.rtc.accepts(&input) {
            self.stats.dropped_strangers += 1;
            return;
        }
        peer.heard_at = now;
        // A session keeps one received packet at a time, so it is polled after each.
        self.run(place, input);
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
        while let Some((at, place)) = self.timers.first().copied()
            && at <= self.now
        {
            self.timers.pop_first();
            if let Some(peer) = self.members.peer_at_mut(place) {
                peer.armed = None;
                self.look_after(place);
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

    /// What happened next; `None` until there is input again. To be asked after
    /// [`Sfu::drain`](crate::Sfu::drain).
    pub fn poll_event(&mut self) -> Option<Event> {
        self.events.pop_front()
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
            participants: self.members.len(),
            peers: self
                .members
                .iter()
                .filter(|(_, p)| p.peer.is_some())
                .count(),
            addresses,
            ufrags,
            timers: self.timers.len(),
            watched: self.watchers.len(),
            totals: self.totals,
            ..self.stats
        }
    }

    /// What a participant's peer sent and was sent; `None` without a peer.
    pub fn peer_stats(&self, participant: ParticipantId) -> Option<PeerStats> {
        let peer = self.members.get(participant)?.peer.as_ref()?;
        Some(peer.stats)
    }

    fn advance(&mut self, now: Instant) {
        // A session must never see the time go back.
        self.now = self.now.max(now);
    }

    fn admit_stun(&mut self, transport: Transport, payload: &[u8]) -> Option<Place> {
        let admitted = self.check_stun(transport, payload);
        if admitted.is_none() {
            self.stats.dropped_stun += 1;
        }
        admitted
    }

    fn check_stun(&mut self, transport: Transport, payload: &[u8]) -> Option<Place> {
        // str0m as an ICE-lite agent sends no checks, so that only requests mean anything.
        let request = catch_unwind(|| gate::read_request(payload)).ok()??;
        let (local, _) = request.username()?.split_once(':')?;
        let place = self.gate.named(local)?;
        let now = self.now;
        let peer = self.members.peer_at_mut(place)?;
        if !self.gate.proves(&request, peer) {
            return None;
        }
        let known = self
            .gate
            .learn(place, peer, transport.protocol, transport.source);
        // The browser, which controls, sends by the way that it nominates, and wants to be sent by
        // it (RFC 8445 section 7.3.1.5). One that nominates a TCP connection too means it for when
        // UDP does not pass.
        let by_tcp = transport.protocol == Protocol::Tcp;
        let udp_passes = peer.way.is_some_and(|way| way.protocol == Protocol::Udp)
            && now < peer.udp_heard_at + UDP_SILENCE;
        let better = request.use_candidate() && !(by_tcp && udp_passes);
        if known && (better || peer.way.is_none()) {
            peer.way = Some(transport.reversed());
        }
        known.then_some(place)
    }

    fn admit_sealed(&mut self, transport: Transport) -> Option<Place> {
        let owner = self.gate.owner(transport.protocol, transport.source);
        if owner.is_none() {
            self.stats.dropped_strangers += 1;
        }
        owner
    }

    pub(crate) fn session_mut(&mut self, place: Place) -> Option<&mut Session> {
        self.members.peer_at_mut(place)?.session.as_deref_mut()
    }

    /// Has a peer drained at the end of the turn.
    pub(crate) fn mark_dirty(&mut self, place: Place) {
        if let Some(peer) = self.members.peer_at_mut(place)
            && !std::mem::replace(&mut peer.dirty, true)
        {
            self.dirty.push(place);
        }
    }

    pub(crate) fn tell(&mut self, event: Event) {
        self.events.push_back(event);
    }

    /// Lets a peer's session say what it has to say.
    pub(crate) fn poll_rtc(&mut self, place: Place) {
        let now = self.now;
        self.run(place, Input::Timeout(now));
    }

    /// Gives a peer's session one input and takes all that it has to say.
    fn run(&mut self, place: Place, input: Input<'_>) {
        let Self {
            members,
            signals,
            totals,
            ..
        } = self;
        let Some(participant) = members.at_mut(place) else {
            return;
        };
        let who = participant.id;
        let Some(peer) = participant.peer.as_deref_mut() else {
            return;
        };
        peer.stirred = false;
        let mut connected = false;
        let polled = catch_unwind(AssertUnwindSafe(|| {
            poll(peer, input, signals, totals, &mut connected)
        }));
        match polled {
            Ok(Ok(due)) if peer.connected => peer.due = due.max(self.now + RTC_EVERY),
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
        if !peer.rtc.is_alive() {
            self.end(who, MediaEndReason::Lost);
            return;
        }
        if connected {
            self.on_connected(place, who);
        }
        self.arm(place);
    }

    /// The handshake is done, and the session has found the certificate to be the offer's.
    fn on_connected(&mut self, place: Place, who: ParticipantId) {
        let now = self.now;
        let Self {
            members, limits, ..
        } = self;
        let Some(peer) = members.peer_at_mut(place) else {
            return;
        };
        if std::mem::replace(&mut peer.connected, true) {
            return;
        }
        let session = peer.keys.take().map(|agreed| {
            peer.stats.srtp = SrtpProfile::of(agreed.profile);
            let ssrc = peer.feedback_ssrc();
            Session::new(limits, &agreed, ssrc, now)
        });
        match session {
            Some(Ok(session)) => peer.session = Some(Box::new(session)),
            Some(Err(_)) | None => {
                tracing::warn!(participant = %who, "the handshake left no keys");
                self.end(who, MediaEndReason::Failed);
                return;
            }
        }
        tracing::info!(participant = %who, "peer connected");
        self.tell(Event::Connected { participant: who });
        self.apply_assignments(who);
    }

    /// Does what a peer's timer was set for.
    fn look_after(&mut self, place: Place) {
        let now = self.now;
        let silence = self.silence();
        let Some(participant) = self.members.at_mut(place) else {
            return;
        };
        let who = participant.id;
        let Some(peer) = participant.peer.as_deref_mut() else {
            return;
        };
        if !peer.connected && now >= peer.connect_by {
            self.end(who, MediaEndReason::NotConnected);
        } else if peer.connected && now >= peer.heard_at + silence {
            self.end(who, MediaEndReason::Lost);
        } else if peer.next_due(now, silence) <= now {
            self.mark_dirty(place);
        } else {
            self.arm(place);
        }
    }

    /// Sets a peer's timer. One that is set for an earlier time stays: when it fires, it is set
    /// again, which is cheaper than moving it with every packet.
    pub(crate) fn arm(&mut self, place: Place) {
        let silence = self.silence();
        let now = self.now;
        let Some(peer) = self.members.peer_at_mut(place) else {
            return;
        };
        let at = peer.next_due(now, silence);
        if peer.armed.is_some_and(|armed| armed <= at) {
            return;
        }
        if let Some(armed) = peer.armed.replace(at) {
            self.timers.remove(&(armed, place));
        }
        self.timers.insert((at, place));
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
    signals: &mut Vec<(Transport, Vec<u8>)>,
    totals: &mut MediaTotals,
    connected: &mut bool,
) -> Result<Instant, str0m::RtcError> {
    peer.rtc.handle_input(input)?;
    loop {
        match peer.rtc.poll_output()? {
            str0m::Output::Timeout(at) => return Ok(at),
            str0m::Output::Event(event) => {
                *connected |= matches!(event, str0m::Event::Connected);
            }
            str0m::Output::Transmit(transmit) => {
                // Media, and what is about it, goes past the session.
                if gate::classify(&transmit.contents) == Class::Media {
                    continue;
                }
                peer.stats.packets_out += 1;
                peer.stats.bytes_out += transmit.contents.len() as u64;
                totals.packets_out += 1;
                totals.bytes_out += transmit.contents.len() as u64;
                let transport = Transport {
                    protocol: match transmit.proto {
                        str0m::net::Protocol::Udp => Protocol::Udp,
                        str0m::net::Protocol::Tcp
                        | str0m::net::Protocol::SslTcp
                        | str0m::net::Protocol::Tls => Protocol::Tcp,
                    },
                    source: transmit.source,
                    destination: transmit.destination,
                };
                signals.push((transport, transmit.contents.into()));
            }
        }
    }
}
