//! One RTCPeerConnection's end at the server.

use std::{
    collections::{HashMap, VecDeque},
    fmt,
    net::SocketAddr,
    time::Instant,
};

use str0m::{
    Rtc,
    media::Mid,
    rtp::{RtpHeader, Ssrc},
};
use zoom_protocol::{Limits, ParticipantId, SlotId, SlotKind, Source};

use crate::{
    PeerStats, Protocol, clock::PublisherClock, layers, ssrcs::Ssrcs, stream::OutStream,
    track::Track,
};

/// A peer that [`negotiate`](crate::negotiate) made and that no [`Sfu`](crate::Sfu) runs yet.
#[derive(Debug)]
pub struct PreparedPeer(pub(crate) Peer);

/// A peer.
pub(crate) struct Peer {
    pub(crate) rtc: Rtc,
    /// The server's number for it.
    pub(crate) number: u64,
    /// The local ICE user name fragment and password, which checks of this peer prove to know.
    pub(crate) ufrag: String,
    pub(crate) password: String,
    /// Where checks came from, the oldest first.
    pub(crate) addresses: VecDeque<(Protocol, SocketAddr)>,
    /// How many addresses it taught us since ICE began or began again.
    pub(crate) lessons: u32,
    pub(crate) sources: HashMap<Mid, Source>,
    pub(crate) slots: HashMap<SlotId, SlotState>,
    /// The slot of each outgoing picture.
    pub(crate) pictures: HashMap<Mid, SlotId>,
    places: HashMap<Ssrc, (Source, usize)>,
    /// The RTP streams that it sends.
    pub(crate) ssrcs: Ssrcs,
    tracks: [Track; 4],
    pub(crate) clock: PublisherClock,
    pub(crate) connected: bool,
    /// When the peer has to be connected.
    pub(crate) connect_by: Instant,
    /// When something came that only this peer could have sent, or seems to.
    pub(crate) heard_at: Instant,
    /// When str0m wants to be called.
    pub(crate) due: Instant,
    /// For when a timer is set.
    pub(crate) armed: Option<Instant>,
    /// Whether it waits to be drained.
    pub(crate) dirty: bool,
    pub(crate) stats: PeerStats,
}

/// A receive place of the peer's browser, and who is in it.
#[derive(Debug)]
pub(crate) struct SlotState {
    pub(crate) audio: OutStream,
    pub(crate) video: Option<OutStream>,
    pub(crate) publisher: Option<ParticipantId>,
    /// The layer that the picture should have; `None` for no picture.
    pub(crate) target: Option<usize>,
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
    /// A peer without m-lines, before its first offer.
    pub(crate) fn new(limits: &Limits, rtc: Rtc, now: Instant, connect_by: Instant) -> Self {
        Self {
            rtc,
            number: 0,
            ufrag: String::new(),
            password: String::new(),
            addresses: VecDeque::new(),
            lessons: 0,
            sources: HashMap::new(),
            slots: HashMap::new(),
            pictures: HashMap::new(),
            places: HashMap::new(),
            ssrcs: Ssrcs::new(limits, now),
            tracks: Default::default(),
            clock: PublisherClock::default(),
            connected: false,
            connect_by,
            heard_at: now,
            due: now,
            armed: None,
            dirty: false,
            stats: PeerStats::default(),
        }
    }

    pub(crate) fn track(&self, source: Source) -> &Track {
        &self.tracks[index(source)]
    }

    pub(crate) fn track_mut(&mut self, source: Source) -> &mut Track {
        &mut self.tracks[index(source)]
    }

    /// Reads what changes with each answer.
    pub(crate) fn offer_accepted(&mut self) {
        let credentials = self.rtc.direct_api().local_ice_credentials();
        if self.ufrag != credentials.ufrag {
            self.lessons = 0;
        }
        self.ufrag = credentials.ufrag;
        self.password = credentials.pass;
        self.places.clear();
    }

    /// The source and layer that a packet belongs to, by its SSRC, which str0m learns from the
    /// mid and rid header extensions (RFC 8843 section 9.2, RFC 8852).
    pub(crate) fn identify(&mut self, header: &RtpHeader) -> Option<(Source, usize)> {
        if let Some(known) = self.places.get(&header.ssrc) {
            return Some(*known);
        }
        let mut api = self.rtc.direct_api();
        let stream = api.stream_rx(&header.ssrc)?;
        let source = *self.sources.get(&stream.mid())?;
        let layer = layers::place(stream.rid().as_deref())?;
        self.places.insert(header.ssrc, (source, layer));
        tracing::debug!(ssrc = *header.ssrc, ?source, layer, "incoming stream");
        Some((source, layer))
    }
}

impl fmt::Debug for Peer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Peer")
            .field("ufrag", &self.ufrag)
            .field("connected", &self.connected)
            .finish_non_exhaustive()
    }
}

fn index(source: Source) -> usize {
    match source {
        Source::Microphone => 0,
        Source::Camera => 1,
        Source::Screen => 2,
        Source::ScreenAudio => 3,
    }
}
