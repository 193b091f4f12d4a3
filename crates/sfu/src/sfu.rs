//! The whole of one media thread: peers, timers, outputs.

use std::{
    collections::{BTreeSet, HashMap, HashSet, VecDeque},
    time::{Duration, Instant},
};

use zoom_protocol::{Limits, MediaEndReason, ParticipantId, RoomId, SlotId, Sources};

use crate::{
    Command, Event, Handshaking, MediaTotals, PeerStats, Protocol, SfuConfig, SfuStats, Transport,
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
///     while let Some(piece) = sfu.poll_handshake() { /* run it on a worker, which brings it back */ }
///     sfu.drain(|transmit| {
///         for datagram in transmit.datagrams() { /* send it, or all of them at once */ }
///     });
///     while let Some(event) = sfu.poll_event() { /* tell the server */ }
/// }
/// # }
/// ```
///
/// A piece of a handshake that is not polled is done by the next drain: a driver without workers
/// needs not care. Draining after each single datagram is right too, but costs about twice the time: a received
/// packet is queued for everybody first, and what one peer gets is then sealed and sent together.
///
/// A panic inside the DTLS of one peer ends that peer alone; the program has to be built with
/// `panic = "unwind"` for it.
#[derive(Debug)]
pub struct Sfu {
    pub(crate) config: SfuConfig,
    pub(crate) limits: Limits,
    pub(crate) now: Instant,
    /// What the clock of timelines counts from.
    pub(crate) began: Instant,
    pub(crate) members: Members,
    /// Who is subscribed to whom, by publisher.
    pub(crate) watchers: HashMap<ParticipantId, Vec<Watcher>>,
    pub(crate) rooms: HashMap<RoomId, Room>,
    /// Peers that have sent media: who only watches is not looked at ten times a second.
    pub(crate) publishing: BTreeSet<Place>,
    pub(crate) gate: Gate,
    /// Peers that have something to send or to say.
    pub(crate) dirty: Vec<Place>,
    pub(crate) timers: BTreeSet<(Instant, Place)>,
    pub(crate) next_tick: Option<Instant>,
    pub(crate) events: VecDeque<Event>,
    /// STUN and DTLS that is to be sent.
    pub(crate) signals: Vec<(Transport, Vec<u8>)>,
    /// Handshakes that are to be carried on.
    pub(crate) handshakes: VecDeque<Handshaking>,
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
            limits: config.limits.clone(),
            max_upload_bps: config.max_upload_bps,
            config,
            now,
            began: now,
            members: Members::default(),
            watchers: HashMap::new(),
            rooms: HashMap::new(),
            publishing: BTreeSet::new(),
            dirty: Vec::new(),
            timers: BTreeSet::new(),
            next_tick: None,
            events: VecDeque::new(),
            signals: Vec::new(),
            handshakes: VecDeque::new(),
            outbox: Outbox::default(),
            payload: Vec::new(),
            plain: Vec::new(),
            lost: Vec::new(),
            asks: Vec::new(),
            careful: Vec::new(),
            places: Vec::new(),
            stats: SfuStats::default(),
            totals: MediaTotals::default(),
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
            Class::Stun => self.stun_in(transport, payload),
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
        match class {
            Class::Media => self.media_in(place, payload),
            Class::Dtls => self.dtls_in(place, payload),
            Class::Stun | Class::Garbage => {}
        }
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

    pub(crate) fn advance(&mut self, now: Instant) {
        // Nobody here may see the time go back.
        self.now = self.now.max(now);
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
        if !peer.is_connected() && now >= peer.connect_by {
            self.end(who, MediaEndReason::NotConnected);
            return;
        }
        if peer.is_connected() && now >= peer.heard_at + silence {
            self.end(who, MediaEndReason::Lost);
            return;
        }
        if peer.handshake.due().is_some_and(|due| due <= now) {
            self.dtls_due(place);
        }
        self.report(place);
        let due = self.members.peer_at(place);
        if due.is_some_and(|peer| peer.next_due(now, silence) <= now) {
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
