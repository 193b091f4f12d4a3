//! What is known of one track that a peer publishes.

use std::time::{Duration, Instant};

use crate::{
    clock::Report,
    layers::{LAYERS, LayerView},
    meter::Meter,
    ring::Ring,
};

/// A layer without a packet for this long has stopped; a camera sends at least five a second.
const STOPPED: Duration = Duration::from_secs(1);
/// The same where another layer of the camera goes on: all of them show the same pictures, and who
/// watches sees nothing until another layer is sent. Encoders leave out some pictures of one layer.
const STOPPED_ALONE: Duration = Duration::from_millis(400);
/// Another layer goes on that had a packet within this time.
const GOES_ON: Duration = Duration::from_millis(150);
/// The least time between two key-frame requests for one layer: an encoder answers within it,
/// unless the request or the frame was lost.
const KEY_INTERVAL: Duration = Duration::from_millis(500);

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

    /// The layers that have just been found to have stopped.
    pub(crate) fn stopped(&mut self, now: Instant) -> impl Iterator<Item = usize> {
        let goes_on = self
            .layers
            .iter()
            .any(|layer| !layer.is_silent(GOES_ON, now));
        let least = if goes_on { STOPPED_ALONE } else { STOPPED };
        let stopped = self.layers.each_mut().map(|layer| layer.stop(least, now));
        (0..LAYERS).filter(move |at| stopped[*at])
    }
}

/// One encoding of a track.
#[derive(Debug, Default)]
pub(crate) struct Layer {
    pub(crate) view: LayerView,
    pub(crate) ssrc: Option<u32>,
    pub(crate) report: Option<Report>,
    pub(crate) ring: Ring,
    pub(crate) meter: Meter,
    /// What the meter said last.
    pub(crate) bps: u64,
    /// Key frames that were asked for.
    pub(crate) keys_asked: u64,
    last_packet: Option<Instant>,
    key_wanted: bool,
    key_asked: Option<Instant>,
}

impl Layer {
    /// Notes a packet; returns whether the layer begins to flow with it.
    pub(crate) fn packet_came(&mut self, ssrc: u32, bytes: usize, now: Instant) -> bool {
        self.ssrc = Some(ssrc);
        self.last_packet = Some(now);
        self.meter.add(now, bytes);
        !std::mem::replace(&mut self.view.alive, true)
    }

    /// Notes that a key frame begins.
    pub(crate) fn key_frame_came(&mut self, size: Option<(u16, u16)>) {
        self.view.size = size.or(self.view.size);
        self.key_wanted = false;
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
    pub(crate) fn ask_key(&mut self, now: Instant) -> Option<u32> {
        let early = self
            .key_asked
            .is_some_and(|at| now.duration_since(at) < KEY_INTERVAL);
        if !self.key_wanted || early {
            return None;
        }
        let ssrc = self.ssrc?;
        self.key_asked = Some(now);
        self.keys_asked += 1;
        Some(ssrc)
    }

    fn is_silent(&self, least: Duration, now: Instant) -> bool {
        self.last_packet
            .is_none_or(|at| now.duration_since(at) > least)
    }

    /// Takes the layer for stopped if it has been silent for so long; returns whether it flowed.
    fn stop(&mut self, least: Duration, now: Instant) -> bool {
        let stopped = self.view.alive && self.is_silent(least, now);
        if stopped {
            self.view.alive = false;
            self.ring.clear();
        }
        stopped
    }
}
