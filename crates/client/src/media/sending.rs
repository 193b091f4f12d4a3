//! The synthetic sources.

use std::{
    collections::BTreeMap,
    time::{Duration, Instant},
};

use str0m::{
    Rtc,
    format::Codec,
    media::{Mid, Pt, Rid},
    rtp::{ExtensionValues, RtpWrite},
};
use zoom_protocol::{ParticipantId, Source, Sources};

use super::{
    draft::{Lines, MediaOptions, RIDS},
    report::SentReport,
    stamp::{Stamp, unix_us},
};

/// Sound leaves this often.
pub(super) const TICK: Duration = Duration::from_millis(20);
/// Samples in a packet of sound.
const SAMPLES: u32 = 48_000 / 50;
const VIDEO_HZ: u128 = 90_000;
/// Width and height of the camera's layers, the smallest first.
const SIZES: [(u16, u16); 3] = [(320, 180), (640, 360), (1280, 720)];

/// Everything that one peer sends.
#[derive(Debug)]
pub(super) struct Sending {
    options: MediaOptions,
    participant: ParticipantId,
    tracks: Vec<Track>,
    on: Sources,
    /// When the first tick was, on both clocks.
    begun: Option<(Instant, u64)>,
    next_picture: Instant,
    pub(super) sent: BTreeMap<Source, SentReport>,
}

/// One source and its streams.
#[derive(Debug)]
struct Track {
    source: Source,
    mid: Mid,
    pt: Pt,
    frame: u32,
    layers: Vec<Layer>,
}

/// One stream.
#[derive(Debug)]
struct Layer {
    rid: Option<Rid>,
    /// Place among [`RIDS`].
    index: u8,
    next_sequence: u64,
    rtp_base: u32,
    key_wanted: bool,
}

impl Sending {
    /// Nothing is on yet. To be made after the answer, which fixes the payload types.
    pub(super) fn new(
        rtc: &Rtc,
        lines: &Lines,
        options: MediaOptions,
        participant: ParticipantId,
    ) -> Self {
        let tracks = Source::ALL.into_iter().filter_map(|source| {
            let codec = if source.is_video() {
                Codec::Vp8
            } else {
                Codec::Opus
            };
            let params = rtc.codec_config().find(|p| p.spec().codec == codec)?;
            let layers = match source {
                Source::Camera => (0..)
                    .zip(RIDS)
                    .map(|(i, rid)| Layer::new(i, Some(rid)))
                    .collect(),
                // The screen's one layer is as large as the camera's largest.
                Source::Screen => vec![Layer::new(2, None)],
                Source::Microphone | Source::ScreenAudio => vec![Layer::new(0, None)],
            };
            Some(Track {
                source,
                mid: lines.sending(source)?,
                pt: params.pt(),
                frame: 0,
                layers,
            })
        });
        let now = Instant::now();
        Self {
            tracks: tracks.collect(),
            options,
            participant,
            on: Sources::default(),
            begun: None,
            next_picture: now,
            sent: BTreeMap::new(),
        }
    }

    /// What is sent from here on. A source begins with key frames.
    pub(super) fn set(&mut self, sources: Sources) {
        for track in &mut self.tracks {
            if !self.on.is_on(track.source) {
                track
                    .layers
                    .iter_mut()
                    .for_each(|layer| layer.key_wanted = true);
            }
        }
        self.on = sources;
    }

    /// Has the next frame of a stream be a key frame.
    pub(super) fn want_key(&mut self, mid: Mid, rid: Option<Rid>) {
        for track in self.tracks.iter_mut().filter(|track| track.mid == mid) {
            self.sent.entry(track.source).or_default().asked += 1;
            for layer in &mut track.layers {
                if rid.is_none() || layer.rid == rid {
                    layer.key_wanted = true;
                }
            }
        }
    }

    /// Writes what is due; to be called every [`TICK`].
    pub(super) fn write(&mut self, rtc: &mut Rtc, now: Instant) {
        let picture_due = now >= self.next_picture;
        if picture_due {
            let interval = Duration::from_secs(1) / self.options.frames_per_second.max(1);
            self.next_picture = (self.next_picture + interval).max(now);
        }
        let (begun, begun_us) = *self.begun.get_or_insert_with(|| (now, unix_us()));
        for track in &mut self.tracks {
            let on = self.on.is_on(track.source);
            let video = track.source.is_video();
            if on && (picture_due || !video) {
                let sent = self.sent.entry(track.source).or_default();
                let at = if video {
                    now.checked_sub(self.options.video_lag).unwrap_or(now)
                } else {
                    begun + TICK * track.frame
                };
                let after_us = at.saturating_duration_since(begun).as_micros() as u64;
                let before_us = begun.saturating_duration_since(at).as_micros() as u64;
                let captured = Captured {
                    by: self.participant,
                    at,
                    at_us: begun_us + after_us - before_us,
                };
                track.write(rtc, &self.options, captured, sent);
            }
            // The time of sound goes on in silence.
            if on && picture_due || !video {
                track.frame = track.frame.wrapping_add(1);
            }
        }
    }
}

/// One moment of a source.
#[derive(Clone, Copy, Debug)]
struct Captured {
    by: ParticipantId,
    at: Instant,
    /// Since 1970-01-01T00:00:00Z.
    at_us: u64,
}

impl Track {
    /// Writes one frame in every layer.
    fn write(
        &mut self,
        rtc: &mut Rtc,
        options: &MediaOptions,
        captured: Captured,
        sent: &mut SentReport,
    ) {
        let video = self.source.is_video();
        // Sound is a whole number of samples; pictures come when they come.
        let ticks = if video {
            (u128::from(captured.at_us) * VIDEO_HZ / 1_000_000) as u32
        } else {
            self.frame.wrapping_mul(SAMPLES)
        };
        let loudness = options.loudness.min(127) as i8;
        for layer in &mut self.layers {
            let key = video && std::mem::take(&mut layer.key_wanted);
            sent.key_frames += u64::from(key);
            let place = usize::from(layer.index).min(SIZES.len() - 1);
            let delta = options.packets_per_frame[place].max(1);
            let parts = match (video, key) {
                (false, _) => 1,
                (true, false) => delta,
                (true, true) => delta * 2,
            };
            let mut api = rtc.direct_api();
            let Some(stream) = api.stream_tx_by_mid(self.mid, layer.rid) else {
                continue;
            };
            for part in 0..parts {
                let stamp = Stamp {
                    publisher: captured.by,
                    source: self.source,
                    layer: layer.index,
                    frame: self.frame,
                    part,
                    parts,
                    key: key || !video,
                    captured_us: captured.at_us,
                };
                let mut extensions = ExtensionValues::default();
                let payload = if video {
                    stamp.vp8(SIZES[place], options.video_payload_bytes)
                } else {
                    extensions.audio_level = Some(-loudness);
                    extensions.voice_activity = Some(loudness < 127);
                    stamp.opus(options.audio_payload_bytes)
                };
                let time = layer.rtp_base.wrapping_add(ticks);
                let sequence = layer.next_sequence.into();
                layer.next_sequence += 1;
                let write = RtpWrite::new(self.pt, sequence, time, captured.at, payload)
                    .marker(video && part + 1 == parts)
                    .nackable(video)
                    .ext_vals(extensions);
                stream.write_rtp(write);
                sent.packets += 1;
            }
        }
    }
}

impl Layer {
    fn new(index: u8, rid: Option<&str>) -> Self {
        Self {
            rid: rid.map(Rid::from),
            index,
            // Below 65536, or a receiver would have to be told the rollover counter.
            next_sequence: 1 + u64::from(random() & 0x3fff),
            rtp_base: random(),
            key_wanted: true,
        }
    }
}

/// RFC 3550 section 5.1 wants random starts; nothing depends on their secrecy here.
fn random() -> u32 {
    getrandom::u32().unwrap_or(1)
}
