//! The last report on every peer, as JSON.

use std::time::Instant;

use serde::Serialize;
use zoom_protocol::{ParticipantId, SlotId, Source};
use zoom_sfu::{LayerReport, MediaReport, SlotReport, SrtpProfile, TrackReport};

use super::reports::Reported;

/// What `/stats` answers.
#[derive(Debug, Serialize)]
pub(super) struct Stats {
    /// Milliseconds since 1970-01-01T00:00:00Z.
    time_ms: u64,
    /// Milliseconds that a report tells of.
    report_ms: u32,
    rooms: Vec<Room>,
}

#[derive(Debug, Serialize)]
struct Room {
    room: u64,
    participants: Vec<Participant>,
}

#[derive(Debug, Serialize)]
struct Participant {
    participant: ParticipantId,
    age_ms: u64,
    estimate_bps: Option<u64>,
    rtt_ms: Option<f32>,
    loss_out: f32,
    bitrate_in_bps: u64,
    bitrate_out_bps: u64,
    srtp: Option<&'static str>,
    tracks_in: Vec<Track>,
    slots: Vec<Slot>,
}

#[derive(Debug, Serialize)]
struct Track {
    source: Source,
    layers: Vec<Layer>,
}

#[derive(Debug, Serialize)]
struct Layer {
    layer: Option<&'static str>,
    bitrate_bps: u64,
    packets: u64,
    lost: u64,
    jitter_ms: Option<f32>,
    nacked: u64,
    keys_asked: u64,
}

#[derive(Debug, Serialize)]
struct Slot {
    slot: SlotId,
    publisher: ParticipantId,
    layer_wanted: Option<&'static str>,
    layer_sent: Option<&'static str>,
    bitrate_bps: u64,
    retransmitted: u64,
    reason: Option<&'static str>,
}

impl Stats {
    /// Of these reports, which are in the order of their rooms.
    pub(super) fn new(time_ms: u64, report_ms: u32, reports: Vec<Reported>) -> Self {
        let now = Instant::now();
        let mut rooms: Vec<Room> = Vec::new();
        for Reported { report, at } in reports {
            let age = now.saturating_duration_since(at).as_millis();
            let age_ms = u64::try_from(age).unwrap_or(u64::MAX);
            let participant = Participant::new(&report, age_ms);
            match rooms.last_mut() {
                Some(room) if room.room == report.room.0 => room.participants.push(participant),
                Some(_) | None => rooms.push(Room {
                    room: report.room.0,
                    participants: vec![participant],
                }),
            }
        }
        Self {
            time_ms,
            report_ms,
            rooms,
        }
    }
}

impl Participant {
    fn new(report: &MediaReport, age_ms: u64) -> Self {
        Self {
            participant: report.participant,
            age_ms,
            estimate_bps: report.estimate_bps,
            rtt_ms: report.rtt_ms,
            loss_out: report.loss_out,
            bitrate_in_bps: report.bitrate_in_bps,
            bitrate_out_bps: report.bitrate_out_bps,
            srtp: report.srtp.map(profile),
            tracks_in: report.tracks_in.iter().map(Track::new).collect(),
            slots: report.slots.iter().map(Slot::new).collect(),
        }
    }
}

impl Track {
    fn new(track: &TrackReport) -> Self {
        // Simulcast is what there is of cameras alone.
        let named = track.source == Source::Camera;
        let layer = |layer: &LayerReport| Layer {
            layer: named.then(|| rid(layer.layer)),
            bitrate_bps: layer.bitrate_bps,
            packets: layer.packets,
            lost: layer.lost,
            jitter_ms: layer.jitter_ms,
            nacked: layer.nacked,
            keys_asked: layer.keys_asked,
        };
        Self {
            source: track.source,
            layers: track.layers.iter().map(layer).collect(),
        }
    }
}

impl Slot {
    fn new(slot: &SlotReport) -> Self {
        Self {
            slot: slot.slot,
            publisher: slot.publisher,
            layer_wanted: slot.layer_wanted.map(rid),
            layer_sent: slot.layer_sent.map(rid),
            bitrate_bps: slot.bitrate_bps,
            retransmitted: slot.retransmitted,
            reason: slot.reason.map(zoom_sfu::DowngradeReason::as_str),
        }
    }
}

/// A layer by the name that PROTOCOL.md has for it.
fn rid(layer: u8) -> &'static str {
    match layer {
        0 => "q",
        1 => "h",
        _ => "f",
    }
}

/// The names of RFC 5764 and RFC 7714.
fn profile(profile: SrtpProfile) -> &'static str {
    match profile {
        SrtpProfile::Aes128CmSha1 => "SRTP_AES128_CM_HMAC_SHA1_80",
        SrtpProfile::Aes128Gcm => "SRTP_AEAD_AES_128_GCM",
        SrtpProfile::Aes256Gcm => "SRTP_AEAD_AES_256_GCM",
    }
}
