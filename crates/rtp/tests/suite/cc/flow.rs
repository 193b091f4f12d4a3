//! A sender of layered video and sound that obeys its congestion controller at once, and the
//! receiver that gives it feedback.

use std::{
    collections::VecDeque,
    time::{Duration, Instant},
};

use zoom_rtp::{
    FeedbackRecorder,
    cc::{CcAction, CcConfig, CongestionController, SentKind},
    rtcp::{self, Rtcp},
};

use super::link::{Link, Random};

const FRAME_US: i64 = 33_333;
const SOUND_US: i64 = 20_000;
const SOUND_BYTES: usize = 120;
/// Bits a second of the sound.
pub(crate) const SOUND_BPS: f64 = SOUND_BYTES as f64 * 8e6 / SOUND_US as f64;
const PACKET_BYTES: usize = 1_150;
const FEEDBACK_US: i64 = 50_000;
const WANTED_US: i64 = 100_000;

/// What the picture can be sent at, bits a second, rising.
#[derive(Clone)]
pub(crate) struct Ladder(pub(crate) Vec<f64>);

impl Ladder {
    /// Many small pictures: any sum is possible within 8 %.
    pub(crate) fn fine(most_bps: f64) -> Self {
        let mut steps = vec![50e3];
        while *steps.last().unwrap() * 1.08 < most_bps {
            steps.push(steps.last().unwrap() * 1.08);
        }
        steps.push(most_bps);
        Self(steps)
    }

    /// One picture in three layers.
    pub(crate) fn three() -> Self {
        Self(vec![150e3, 500e3, 1.5e6])
    }

    fn best(&self, room_bps: f64) -> f64 {
        let fits = self.0.iter().take_while(|step| **step <= room_bps);
        fits.last().copied().unwrap_or(0.0)
    }

    pub(crate) fn most(&self) -> f64 {
        *self.0.last().unwrap()
    }
}

/// One value each 10 ms.
#[derive(Clone)]
pub(crate) struct Sample {
    pub(crate) at_s: f64,
    pub(crate) sending_bps: f64,
    through_bytes: u64,
}

pub(crate) struct Flow {
    pub(crate) controller: CongestionController,
    pub(crate) began_us: i64,
    id: usize,
    ladder: Ladder,
    random: Random,
    picture_bps: f64,
    frame_due_us: i64,
    /// A key frame is that many times as large as another frame, and comes each so many.
    key_frames: Option<(f64, u32)>,
    frames: u32,
    sound_due_us: i64,
    wanted_due_us: i64,
    recorder: FeedbackRecorder,
    feedback_due_us: i64,
    /// Packets on their way behind the bottleneck, by arrival.
    coming: Vec<(i64, u16)>,
    feedback: VecDeque<(i64, Vec<u8>)>,
    /// Bytes that came out of the bottleneck, and those that were not lost behind it.
    pub(crate) through_bytes: u64,
    pub(crate) delivered_bytes: u64,
    pub(crate) probe_bytes: u64,
    pub(crate) sent_bytes: u64,
    pub(crate) samples: Vec<Sample>,
    /// When each packet left the bottleneck, in seconds, and how long it had waited.
    pub(crate) queued_ms: Vec<(f64, f64)>,
}

impl Flow {
    pub(crate) fn new(epoch: Instant, began_us: i64, ladder: Ladder, id: usize) -> Self {
        let config = CcConfig {
            start_bps: 300_000,
            min_bps: 50_000,
            max_bps: 20_000_000,
        };
        Self {
            controller: CongestionController::new(config, at(epoch, began_us)),
            began_us,
            id,
            ladder,
            random: Random::new(id as u64 + 7),
            picture_bps: 0.0,
            frame_due_us: began_us,
            key_frames: None,
            frames: 0,
            sound_due_us: began_us,
            wanted_due_us: began_us,
            recorder: FeedbackRecorder::new(),
            feedback_due_us: began_us,
            coming: Vec::new(),
            feedback: VecDeque::new(),
            through_bytes: 0,
            delivered_bytes: 0,
            probe_bytes: 0,
            sent_bytes: 0,
            samples: Vec::new(),
            queued_ms: Vec::new(),
        }
    }

    /// Has something else to send from here on.
    pub(crate) fn set_ladder(&mut self, ladder: Ladder) {
        self.ladder = ladder;
    }

    /// Begins to send key frames `size` times as large as another frame, each so many frames.
    pub(crate) fn set_key_frames(&mut self, size: f64, each: u32) {
        self.key_frames = Some((size, each));
    }

    /// Lets a packet arrive later.
    pub(crate) fn coming(&mut self, arrival_us: i64, sequence: u16) {
        let place = self.coming.partition_point(|(at, _)| *at <= arrival_us);
        self.coming.insert(place, (arrival_us, sequence));
    }

    /// What the receiver does until `now_us`. The way back loses what `link` loses.
    pub(crate) fn receive(&mut self, epoch: Instant, now_us: i64, link: &mut Link) {
        let arrived = self.coming.partition_point(|(at, _)| *at <= now_us);
        for (arrival_us, sequence) in self.coming.drain(..arrived) {
            self.recorder.on_packet(sequence, at(epoch, arrival_us));
        }
        if now_us < self.feedback_due_us {
            return;
        }
        self.feedback_due_us = now_us + FEEDBACK_US;
        let mut message = Vec::new();
        if self.recorder.build(1, 2, &mut message, at(epoch, now_us)) && !link.loses() {
            let back_us = (link.config.one_way_ms * 1e3) as i64;
            self.feedback.push_back((now_us + back_us, message));
        }
    }

    /// What the sender does at `now_us`.
    pub(crate) fn send(&mut self, epoch: Instant, now_us: i64, link: &mut Link) {
        let now = at(epoch, now_us);
        while let Some((due_us, _)) = self.feedback.front()
            && *due_us <= now_us
        {
            let (_, message) = self.feedback.pop_front().unwrap();
            for packet in rtcp::read(&message) {
                if let Rtcp::TransportFeedback(feedback) = packet {
                    self.controller.on_feedback(now, &feedback);
                }
            }
        }
        let room_bps = self.controller.estimate_bps() as f64 - SOUND_BPS;
        self.picture_bps = self.ladder.best(room_bps);
        if now_us >= self.wanted_due_us {
            self.wanted_due_us = now_us + WANTED_US;
            let wanted = (self.ladder.most() + SOUND_BPS) as u64;
            let sending = (self.picture_bps + SOUND_BPS) as u64;
            self.controller.set_wanted(now, wanted, sending);
        }
        if now_us >= self.sound_due_us {
            self.sound_due_us += SOUND_US;
            self.emit(now, now_us, SOUND_BYTES, SentKind::Media, link);
        }
        if now_us >= self.frame_due_us {
            self.frame_due_us += FRAME_US;
            let mut varied = 0.8 + 0.4 * self.random.unit();
            self.frames += 1;
            if let Some((size, each)) = self.key_frames {
                // The other frames are smaller, so that the bitrate stays.
                let key = self.frames.is_multiple_of(each);
                varied *= if key {
                    size
                } else {
                    1.0 - (size - 1.0) / f64::from(each)
                };
            }
            let mut bytes = (self.picture_bps * FRAME_US as f64 / 8e6 * varied) as usize;
            while bytes > 0 {
                let packet = bytes.min(PACKET_BYTES);
                self.emit(now, now_us, packet.max(60), SentKind::Media, link);
                bytes -= packet;
            }
        }
        if let CcAction::Probe { bytes, .. } = self.controller.poll(now) {
            let mut left = bytes;
            while left > 0 {
                let packet = left.clamp(60, PACKET_BYTES);
                self.emit(now, now_us, packet, SentKind::Probe, link);
                self.probe_bytes += packet as u64;
                left = left.saturating_sub(packet);
            }
        }
    }

    pub(crate) fn sample(&mut self, now_us: i64) {
        self.samples.push(Sample {
            at_s: now_us as f64 / 1e6,
            sending_bps: self.picture_bps + SOUND_BPS,
            through_bytes: self.through_bytes,
        });
    }

    fn emit(&mut self, now: Instant, now_us: i64, bytes: usize, kind: SentKind, link: &mut Link) {
        let sequence = self.controller.on_sent(now, bytes, kind);
        self.sent_bytes += bytes as u64;
        link.enter(now_us as f64, self.id, sequence, bytes);
    }

    fn sample_at(&self, at_s: f64) -> &Sample {
        let place = self.samples.partition_point(|sample| sample.at_s < at_s);
        self.samples.get(place).or(self.samples.last()).unwrap()
    }

    /// Bits a second out of the bottleneck, lost behind it or not.
    pub(crate) fn through_bps(&self, from_s: f64, to_s: f64) -> f64 {
        let bytes = self.sample_at(to_s).through_bytes - self.sample_at(from_s).through_bytes;
        bytes as f64 * 8.0 / (to_s - from_s)
    }

    /// The first moment from then on that `wanted` holds.
    pub(crate) fn first(&self, from_s: f64, wanted: impl Fn(&Sample) -> bool) -> Option<f64> {
        let mut later = self.samples.iter().filter(|sample| sample.at_s >= from_s);
        later
            .find(|sample| wanted(sample))
            .map(|sample| sample.at_s)
    }

    /// The share of packets, in thousandths, that waited at most as long as the result says.
    pub(crate) fn queued_ms(&self, from_s: f64, to_s: f64, thousandths: usize) -> f64 {
        let mut waits: Vec<f64> = self
            .queued_ms
            .iter()
            .filter(|(at_s, _)| (from_s..to_s).contains(at_s))
            .map(|(_, wait)| *wait)
            .collect();
        waits.sort_by(f64::total_cmp);
        waits[(waits.len() - 1) * thousandths / 1000]
    }
}

pub(crate) fn at(epoch: Instant, us: i64) -> Instant {
    epoch + Duration::from_micros(us.unsigned_abs())
}
