//! One RTCPeerConnection's end at the server.

use std::{
    collections::VecDeque,
    fmt,
    net::SocketAddr,
    time::{Duration, Instant},
};

use str0m::{ice::IceCreds, media::Mid};
use zoom_protocol::{ParticipantId, SlotId, SlotKind, Source};

use crate::{
    PeerStats, Protocol, Transport,
    budget::Content,
    clock::PublisherClock,
    egress::Queued,
    handshake::Handshake,
    incoming::Inputs,
    ingress::Arrived,
    meter::Meter,
    report::DowngradeReason,
    rise::Rise,
    session::Session,
    stream::{Line, OutStream},
    track::Track,
};

/// A peer that [`negotiate`](crate::negotiate) made and that no [`Sfu`](crate::Sfu) runs yet.
#[derive(Debug)]
pub struct PreparedPeer(pub(crate) Peer);

/// A peer.
pub(crate) struct Peer {
    /// DTLS.
    pub(crate) handshake: Handshake,
    /// What answers to its offers say about the session.
    pub(crate) said: Said,
    /// Media, once the handshake is done.
    pub(crate) session: Option<Box<Session>>,
    /// The server's number for it.
    pub(crate) number: u64,
    /// The server's ICE credentials, which checks of this peer prove to know, and the name that
    /// its browser has for itself.
    pub(crate) own: IceCreds,
    pub(crate) other_ufrag: String,
    /// Where checks came from, the oldest first.
    pub(crate) addresses: VecDeque<(Protocol, SocketAddr)>,
    /// How many addresses it taught us since ICE began or began again.
    pub(crate) lessons: u32,
    /// The way that its browser nominated, as datagrams to it go.
    pub(crate) way: Option<Transport>,
    /// When something came by UDP.
    pub(crate) udp_heard_at: Instant,
    /// What it may send.
    pub(crate) inputs: Inputs,
    pub(crate) slots: Slots,
    pub(crate) tracks: [Track; 4],
    pub(crate) clock: PublisherClock,
    /// When the peer has to be connected.
    pub(crate) connect_by: Instant,
    /// When something came that only this peer could have sent.
    pub(crate) heard_at: Instant,
    /// For when a timer is set.
    pub(crate) armed: Option<Instant>,
    /// Whether it waits to be drained.
    pub(crate) dirty: bool,
    /// What waits to be sealed.
    pub(crate) queue: Vec<Queued>,
    pub(crate) stats: PeerStats,
    pub(crate) meter_in: Meter,
    pub(crate) meter_out: Meter,
    /// When more may be sent.
    pub(crate) rise: Rise,
    /// Whether there is nothing to decide about it.
    pub(crate) content: Option<Content>,
    /// When the next report is due.
    pub(crate) report_at: Option<Instant>,
    /// What the reports come to.
    pub(crate) quality: crate::quality::Meter,
}

/// The origin of a session's descriptions (RFC 8866 section 5.2): the same in each answer, with a
/// version that counts them.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Said {
    pub(crate) session: u64,
    pub(crate) version: u32,
}

/// A receive place of the peer's browser, and who is in it.
#[derive(Debug)]
pub(crate) struct SlotState {
    /// The m-lines, as the offer names them.
    pub(crate) lines: (Mid, Option<Mid>),
    pub(crate) audio: OutStream,
    pub(crate) video: Option<OutStream>,
    pub(crate) publisher: Option<ParticipantId>,
    /// The layer that fits the size on the screen; `None` for no picture.
    pub(crate) wanted: Option<usize>,
    /// The layer that is to be sent: the same one, or what the way carries.
    pub(crate) target: Option<usize>,
    /// Why it is less than is wanted.
    pub(crate) reason: Option<DowngradeReason>,
    /// Whether the wish is so new that nothing was decided about it.
    pub(crate) fresh: bool,
    /// Since when nothing of a wanted picture has been sent because of the way.
    pub(crate) held_since: Option<Instant>,
    /// Whether the server was told that the picture is paused.
    pub(crate) told_paused: bool,
}

impl SlotState {
    /// The stream for a source of whoever is in the slot.
    pub(crate) fn stream(&mut self, source: Source) -> Option<&mut OutStream> {
        if source.is_video() {
            self.video.as_mut()
        } else {
            Some(&mut self.audio)
        }
    }
}

/// The slots of a peer, each at the place that its kind and index give it.
#[derive(Debug, Default)]
pub(crate) struct Slots {
    kinds: [Vec<Option<Box<SlotState>>>; 3],
    /// Each outgoing stream's SSRC, in order, with its slot and whether it is the picture.
    by_ssrc: Vec<(u32, SlotId, bool)>,
}

impl Slots {
    pub(crate) fn get(&self, slot: SlotId) -> Option<&SlotState> {
        let kind = &self.kinds[kind(slot.kind)];
        kind.get(usize::from(slot.index))?.as_deref()
    }

    pub(crate) fn get_mut(&mut self, slot: SlotId) -> Option<&mut SlotState> {
        let kind = &mut self.kinds[kind(slot.kind)];
        kind.get_mut(usize::from(slot.index))?.as_deref_mut()
    }

    pub(crate) fn insert(&mut self, slot: SlotId, state: SlotState) {
        self.by_ssrc.push((state.audio.line.ssrc, slot, false));
        if let Some(video) = &state.video {
            self.by_ssrc.push((video.line.ssrc, slot, true));
        }
        self.by_ssrc.sort_unstable_by_key(|(ssrc, ..)| *ssrc);
        let kind = &mut self.kinds[kind(slot.kind)];
        let at = usize::from(slot.index);
        if kind.len() <= at {
            kind.resize_with(at + 1, || None);
        }
        kind[at] = Some(Box::new(state));
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = (SlotId, &SlotState)> {
        KINDS.into_iter().flat_map(|of| {
            let states = self.kinds[kind(of)].iter().enumerate();
            states.filter_map(move |(index, state)| Some((id(of, index), state.as_deref()?)))
        })
    }

    pub(crate) fn iter_mut(&mut self) -> impl Iterator<Item = (SlotId, &mut SlotState)> {
        KINDS
            .into_iter()
            .zip(&mut self.kinds)
            .flat_map(|(of, states)| {
                let states = states.iter_mut().enumerate();
                states
                    .filter_map(move |(index, state)| Some((id(of, index), state.as_deref_mut()?)))
            })
    }

    /// The slot of an outgoing stream, and whether the stream is its picture.
    pub(crate) fn of_ssrc(&self, ssrc: u32) -> Option<(SlotId, bool)> {
        let at = self.by_ssrc.binary_search_by_key(&ssrc, |(ssrc, ..)| *ssrc);
        let (_, slot, video) = self.by_ssrc.get(at.ok()?)?;
        Some((*slot, *video))
    }
}

const KINDS: [SlotKind; 3] = [SlotKind::Person, SlotKind::Voice, SlotKind::Stage];

fn kind(kind: SlotKind) -> usize {
    match kind {
        SlotKind::Person => 0,
        SlotKind::Voice => 1,
        SlotKind::Stage => 2,
    }
}

fn id(kind: SlotKind, index: usize) -> SlotId {
    SlotId {
        kind,
        index: index as u8,
    }
}

/// Whether slots of this kind carry this source.
pub(crate) fn carries(kind: SlotKind, source: Source) -> bool {
    match kind {
        SlotKind::Person => matches!(source, Source::Microphone | Source::Camera),
        SlotKind::Voice => source == Source::Microphone,
        SlotKind::Stage => matches!(source, Source::Screen | Source::ScreenAudio),
    }
}

/// The picture that slots of this kind carry.
pub(crate) fn picture_of(kind: SlotKind) -> Option<Source> {
    match kind {
        SlotKind::Person => Some(Source::Camera),
        SlotKind::Voice => None,
        SlotKind::Stage => Some(Source::Screen),
    }
}

impl Peer {
    /// A peer without m-lines, before its first offer is answered.
    pub(crate) fn new(
        handshake: Handshake,
        own: IceCreds,
        other_ufrag: String,
        now: Instant,
        connect_by: Instant,
    ) -> Self {
        Self {
            handshake,
            said: Said::default(),
            session: None,
            number: 0,
            own,
            other_ufrag,
            addresses: VecDeque::new(),
            lessons: 0,
            way: None,
            udp_heard_at: now,
            inputs: Inputs::default(),
            slots: Slots::default(),
            tracks: Default::default(),
            clock: PublisherClock::default(),
            connect_by,
            heard_at: now,
            armed: None,
            dirty: false,
            queue: Vec::new(),
            stats: PeerStats::default(),
            meter_in: Meter::default(),
            meter_out: Meter::default(),
            rise: Rise::default(),
            content: None,
            report_at: None,
            quality: crate::quality::Meter::default(),
        }
    }

    pub(crate) fn track(&self, source: Source) -> &Track {
        &self.tracks[index(source)]
    }

    pub(crate) fn track_mut(&mut self, source: Source) -> &mut Track {
        &mut self.tracks[index(source)]
    }

    /// The m-lines that it is sent by, and what the answer says about each.
    pub(crate) fn lines(&self) -> Vec<(Mid, Line)> {
        let mut lines = Vec::new();
        for (_, slot) in self.slots.iter() {
            lines.push((slot.lines.0, slot.audio.line.clone()));
            if let (Some(mid), Some(video)) = (slot.lines.1, &slot.video) {
                lines.push((mid, video.line.clone()));
            }
        }
        lines
    }

    /// Whether media can flow.
    pub(crate) fn is_connected(&self) -> bool {
        self.session.is_some()
    }

    /// Who speaks in packets about the peer's streams: nobody's SSRC, but tied to one that is known
    /// to be random.
    pub(crate) fn feedback_ssrc(&self) -> u32 {
        let first = self.slots.iter().next();
        first.map_or(1, |(_, slot)| slot.audio.line.ssrc.rotate_left(13) | 1)
    }

    /// Notes that a key frame begins with a packet: what is missing before it is not needed.
    pub(crate) fn key_came(&mut self, arrived: &Arrived) {
        let Some(session) = self.session.as_deref_mut() else {
            return;
        };
        let found = session.streams.find(arrived.ssrc);
        let stream = found.and_then(|at| session.streams.at_mut(at));
        if let Some(nack) = stream.and_then(|stream| stream.nack.as_mut()) {
            nack.on_key_frame(arrived.seq);
        }
    }

    /// When the peer has to be looked after next.
    pub(crate) fn next_due(&self, now: Instant, silence: Duration) -> Instant {
        let (at, media) = match &self.session {
            None => (self.connect_by, None),
            Some(session) => (self.heard_at + silence, session.next_due(now)),
        };
        let others = [self.handshake.due(), self.report_at, media];
        let others = others.into_iter().flatten();
        others.fold(at, Instant::min)
    }
}

impl fmt::Debug for Peer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Peer")
            .field("ufrag", &self.own.ufrag)
            .field("connected", &self.is_connected())
            .finish_non_exhaustive()
    }
}

/// The place of a source's track.
pub(crate) fn index(source: Source) -> usize {
    match source {
        Source::Microphone => 0,
        Source::Camera => 1,
        Source::Screen => 2,
        Source::ScreenAudio => 3,
    }
}
