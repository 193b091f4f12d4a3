//! When a publisher sends which packets.

use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use str0m::{
    Rtc,
    format::Codec,
    media::{Mid, Pt, Rid},
};
use zoom_client::{
    media::Stamp,
    protocol::{ParticipantId, Source},
};

use super::{
    offer::RIDS,
    plan::{Plan, SOUND_BYTES},
};

/// Between two sound packets.
const SOUND_INTERVAL: Duration = Duration::from_millis(20);
/// How much later than the sound the camera begins.
const CAMERA_LATER: Duration = Duration::from_millis(7);
/// A key frame is so many times as long as others.
const KEY_FRAME_FACTOR: usize = 3;
/// Width and height of the layers, and the share of the largest one's rate that each has.
const LAYERS: [((u16, u16), f64); 3] = [((320, 180), 0.08), ((640, 360), 0.3), ((1280, 720), 1.0)];

/// A packet to be written.
pub(crate) struct Packet {
    pub(crate) mid: Mid,
    pub(crate) rid: Option<Rid>,
    pub(crate) pt: Pt,
    pub(crate) sequence: u64,
    pub(crate) time: u32,
    pub(crate) marker: bool,
    /// Its moment is to be filled in when it is written.
    pub(crate) stamp: Stamp,
    pub(crate) bytes: usize,
    /// Width and height of the picture.
    pub(crate) size: (u16, u16),
}

/// What one publisher sends.
pub(crate) struct Sources {
    participant: ParticipantId,
    begun: Instant,
    sound: Option<Sound>,
    camera: Option<Camera>,
}

struct Sound {
    mid: Mid,
    pt: Pt,
    frame: u32,
    next: Instant,
    sequence: u64,
}

struct Camera {
    mid: Mid,
    pt: Pt,
    frame: u32,
    next: Instant,
    interval: Duration,
    key_interval: Option<Duration>,
    next_key: Instant,
    most_bytes: usize,
    layers: Vec<Layer>,
}

struct Layer {
    rid: Option<Rid>,
    place: usize,
    frame_bytes: usize,
    sequence: u64,
    key_wanted: bool,
}

impl Sources {
    /// Sources that begin at `begin`; to be made after the answer, which fixes the payload types.
    pub(crate) fn new(
        plan: &Plan,
        rtc: &Rtc,
        (microphone, camera): (Mid, Mid),
        participant: ParticipantId,
        begin: Instant,
    ) -> Result<Self> {
        let pt = |codec| {
            let mut all = rtc
                .codec_config()
                .find(|params| params.spec().codec == codec);
            all.take()
                .map(|params| params.pt())
                .context("no such codec")
        };
        let sound = (!plan.mute).then(|| -> Result<Sound> {
            Ok(Sound {
                mid: microphone,
                pt: pt(Codec::Opus)?,
                frame: 0,
                next: begin,
                sequence: first_sequence(),
            })
        });
        let interval = Duration::from_secs(1) / plan.frames_per_second.max(1);
        let camera = plan.has_video().then(|| -> Result<Camera> {
            let (frame_bytes, _) = plan.frame();
            let whole = LAYERS.len() - 1;
            let places = if plan.simulcast {
                0..=whole
            } else {
                whole..=whole
            };
            Ok(Camera {
                mid: camera,
                pt: pt(Codec::Vp8)?,
                frame: 0,
                next: begin,
                interval,
                key_interval: (plan.key_frame_ms > 0)
                    .then(|| Duration::from_millis(plan.key_frame_ms.into())),
                next_key: begin,
                most_bytes: plan.payload_bytes.into(),
                layers: places
                    .map(|place| Layer {
                        rid: plan.simulcast.then(|| Rid::from(RIDS[place])),
                        place,
                        frame_bytes: (frame_bytes as f64 * LAYERS[place].1) as usize,
                        sequence: first_sequence(),
                        key_wanted: true,
                    })
                    .collect(),
            })
        });
        Ok(Self {
            participant,
            begun: begin,
            sound: sound.transpose()?,
            camera: camera.transpose()?,
        })
    }

    /// Begins at `begin`, whatever was planned before.
    pub(crate) fn begin(&mut self, begin: Instant) {
        self.begun = begin;
        if let Some(sound) = &mut self.sound {
            sound.next = begin;
        }
        if let Some(camera) = &mut self.camera {
            // Not in step with the sound.
            camera.next = begin + CAMERA_LATER;
            camera.next_key = camera.next;
        }
    }

    /// When the next packets are due.
    pub(crate) fn next(&self) -> Option<Instant> {
        let sound = self.sound.as_ref().map(|sound| sound.next);
        let camera = self.camera.as_ref().map(|camera| camera.next);
        [sound, camera].into_iter().flatten().min()
    }

    /// Has the next frame of a layer be a key frame.
    pub(crate) fn want_key(&mut self, mid: Mid, rid: Option<Rid>) {
        for camera in self.camera.iter_mut().filter(|camera| camera.mid == mid) {
            for layer in &mut camera.layers {
                layer.key_wanted |= rid.is_none() || layer.rid == rid;
            }
        }
    }

    /// The packets that are due at `now`, and when they were to be sent; to be asked again until
    /// there are none.
    pub(crate) fn take(&mut self, now: Instant) -> Option<(Instant, Vec<Packet>)> {
        let due = self.next().filter(|due| *due <= now)?;
        let (by, begun) = (self.participant, self.begun);
        if let Some(sound) = self.sound.as_mut().filter(|sound| sound.next == due) {
            return Some((due, vec![sound.take(by)]));
        }
        let camera = self.camera.as_mut()?;
        Some((
            due,
            camera.take(by, due, due.saturating_duration_since(begun)),
        ))
    }
}

impl Sound {
    fn take(&mut self, by: ParticipantId) -> Packet {
        let stamp = Stamp {
            publisher: by,
            source: Source::Microphone,
            layer: 0,
            frame: self.frame,
            part: 0,
            parts: 1,
            key: true,
            captured_us: 0,
        };
        let packet = Packet {
            mid: self.mid,
            rid: None,
            pt: self.pt,
            sequence: self.sequence,
            time: self.frame.wrapping_mul(960),
            marker: false,
            stamp,
            bytes: SOUND_BYTES,
            size: (0, 0),
        };
        self.frame = self.frame.wrapping_add(1);
        self.sequence += 1;
        self.next += SOUND_INTERVAL;
        packet
    }
}

impl Camera {
    /// One picture in every layer.
    fn take(&mut self, by: ParticipantId, due: Instant, since: Duration) -> Vec<Packet> {
        if let Some(interval) = self.key_interval
            && due >= self.next_key
        {
            self.layers
                .iter_mut()
                .for_each(|layer| layer.key_wanted = true);
            self.next_key = due + interval;
        }
        let time = (since.as_micros() as u64 * 90_000 / 1_000_000) as u32;
        let mut packets = Vec::new();
        for layer in &mut self.layers {
            let key = std::mem::take(&mut layer.key_wanted);
            let bytes = layer.frame_bytes * if key { KEY_FRAME_FACTOR } else { 1 };
            let parts = bytes.div_ceil(self.most_bytes).max(1);
            for part in 0..parts {
                let stamp = Stamp {
                    publisher: by,
                    source: Source::Camera,
                    layer: layer.place as u8,
                    frame: self.frame,
                    part: part as u16,
                    parts: parts as u16,
                    key,
                    captured_us: 0,
                };
                packets.push(Packet {
                    mid: self.mid,
                    rid: layer.rid,
                    pt: self.pt,
                    sequence: layer.sequence,
                    time,
                    marker: part + 1 == parts,
                    stamp,
                    bytes: bytes.div_ceil(parts),
                    size: LAYERS[layer.place].0,
                });
                layer.sequence += 1;
            }
        }
        self.frame = self.frame.wrapping_add(1);
        self.next += self.interval;
        packets
    }
}

/// Below 65536, or a receiver would have to be told the rollover counter.
fn first_sequence() -> u64 {
    1 + u64::from(getrandom::u32().unwrap_or(0) & 0x3fff)
}
