//! What is known of one track that a peer publishes.

use std::{
    collections::VecDeque,
    sync::Arc,
    time::{Duration, Instant},
};

use str0m::rtp::{ExtensionValues, Ssrc};
use zoom_protocol::Source;

use crate::{
    clock::Report,
    layers::{LAYERS, LayerView},
    timeline::Capture,
    vp8::Vp8Packet,
};

/// A layer without a packet for this long has stopped; a camera sends at least five a second.
const STOPPED: Duration = Duration::from_secs(1);
/// The least time between two key-frame requests for one layer: an encoder answers within it,
/// unless the request or the frame was lost.
const KEY_INTERVAL: Duration = Duration::from_millis(500);

/// A packet on its way from a publisher to its subscribers.
#[derive(Clone, Debug)]
pub(crate) struct Packet {
    pub(crate) source: Source,
    pub(crate) layer: usize,
    /// Changes where the track broke off, so that what follows begins anew.
    pub(crate) epoch: (u64, u64),
    /// The extended sequence number.
    pub(crate) seq: u64,
    pub(crate) timestamp: u32,
    pub(crate) marker: bool,
    pub(crate) capture: Capture,
    pub(crate) payload: Arc<[u8]>,
    pub(crate) vp8: Option<Vp8Packet>,
    /// The header extensions that subscribers get too.
    pub(crate) extensions: ExtensionValues,
}

impl Packet {
    /// Whether a subscriber can begin here.
    pub(crate) fn starts_key_frame(&self) -> bool {
        self.vp8.is_some_and(|vp8| vp8.starts_key_frame)
    }
}

/// One track: a source of a peer.
#[derive(Debug, Default)]
pub(crate) struct Track {
    /// Changes when the source is switched on or off.
    pub(crate) epoch: u64,
    pub(crate) layers: [Layer; LAYERS],
}

impl Track {
    pub(crate) fn views(&self) -> [LayerView; LAYERS] {
        [0, 1, 2].map(|at| self.layers[at].view)
    }
}

/// One encoding of a track.
#[derive(Debug, Default)]
pub(crate) struct Layer {
    pub(crate) view: LayerView,
    pub(crate) ssrc: Option<Ssrc>,
    pub(crate) report: Option<Report>,
    last_packet: Option<Instant>,
    key_wanted: bool,
    key_asked: Option<Instant>,
    recent: VecDeque<Packet>,
}

impl Layer {
    /// Notes a packet; returns whether the layer begins to flow with it.
    pub(crate) fn packet_came(&mut self, ssrc: Ssrc, now: Instant) -> bool {
        self.ssrc = Some(ssrc);
        self.last_packet = Some(now);
        !std::mem::replace(&mut self.view.alive, true)
    }

    /// Notes that a key frame begins.
    pub(crate) fn key_frame_came(&mut self, size: Option<(u16, u16)>) {
        self.view.size = size.or(self.view.size);
        self.key_wanted = false;
    }

    /// Keeps a packet of a picture, of which there are at most `most`, for those who begin a little later.
    pub(crate) fn keep(&mut self, packet: &Packet, most: usize) {
        self.recent.push_back(packet.clone());
        if self.recent.len() > most {
            self.recent.pop_front();
        }
    }

    /// The kept packets that follow a key frame's first one, in order.
    pub(crate) fn overtook(&self, first: &Packet) -> Vec<Packet> {
        let follows = |packet: &&Packet| packet.seq > first.seq && packet.epoch == first.epoch;
        let mut packets: Vec<_> = self.recent.iter().filter(follows).cloned().collect();
        packets.sort_by_key(|packet| packet.seq);
        packets
    }

    /// Notes that somebody waits for a key frame.
    pub(crate) fn want_key(&mut self) {
        self.key_wanted = true;
    }

    /// Whether somebody waits for a key frame.
    pub(crate) fn waits_for_key(&self) -> bool {
        self.key_wanted
    }

    /// The stream to ask for a key frame, if somebody waits for one and it is time to ask.
    pub(crate) fn ask_key(&mut self, now: Instant) -> Option<Ssrc> {
        let early = self
            .key_asked
            .is_some_and(|at| now.duration_since(at) < KEY_INTERVAL);
        if !self.key_wanted || early {
            return None;
        }
        let ssrc = self.ssrc?;
        self.key_asked = Some(now);
        Some(ssrc)
    }

    /// Whether the layer has just been found to have stopped.
    pub(crate) fn stopped(&mut self, now: Instant) -> bool {
        let silent = self
            .last_packet
            .is_none_or(|at| now.duration_since(at) > STOPPED);
        let stopped = self.view.alive && silent;
        if stopped {
            self.view.alive = false;
            self.recent.clear();
        }
        stopped
    }
}
