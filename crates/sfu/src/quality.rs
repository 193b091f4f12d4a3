//! From reports to a word on how well a participant's connection does: good, fair or poor, and why.
//!
//! What one report says is a pure function of it and of the one before; what is told changes only
//! when reports in a row agree that it does, later for the better than for the worse, so that a
//! mark in a tile does not flicker.

use std::cmp::Ordering;

use zoom_protocol::{Quality, QualityDirection, QualityLevel, QualityReason, Source};

use crate::{DowngradeReason, MediaReport};

/// The share of packets that get lost from which on voices crackle, and from which on they break.
const LOSS: (f32, f32) = (0.03, 0.10);
/// Milliseconds of a round trip from which on people talk into each other, and from which on they
/// cannot talk.
const ROUND_TRIP_MS: (f32, f32) = (300.0, 600.0);
/// Bits per second that carry a handful of small pictures: above it a picture that is smaller than
/// it could be is no fault of the connection.
const ENOUGH_BPS: u64 = 1_500_000;
/// Bits per second that carry voices and hardly a picture.
const VOICE_BPS: u64 = 150_000;
/// Packets that have to come in one report before their losses count: below it one packet is
/// several percent.
const FEW_PACKETS: u64 = 50;
/// Reports in a row that have to say worse, or better, before it is told.
const WORSE_REPORTS: u8 = 2;
const BETTER_REPORTS: u8 = 4;

const GOOD: Quality = Quality {
    level: QualityLevel::Good,
    reason: QualityReason::None,
    direction: None,
};

/// Watches one peer. It begins without a word.
#[derive(Clone, Debug, Default)]
pub(crate) struct Meter {
    told: Option<Quality>,
    /// How the last reports differed from what was told, how many of them in a row, and the one of
    /// them that differed least.
    run: Option<(Ordering, u8, Quality)>,
    sent: Sent,
}

/// What the browser sent until a report.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Sent {
    packets: u64,
    /// Those that did not come at first.
    missed: u64,
}

impl Meter {
    /// Takes the next report; returns what is to be told, where that is something else than before.
    pub(crate) fn take(&mut self, report: &MediaReport) -> Option<Quality> {
        let sent = Sent::until(report);
        let quality = assess(report, sent.since(self.sent));
        self.sent = sent;
        self.steady(quality)
    }

    fn steady(&mut self, quality: Quality) -> Option<Quality> {
        // Until a first word is told, everything is worse than nothing.
        let order = self
            .told
            .map_or(Ordering::Greater, |told| quality.level.cmp(&told.level));
        if self.told == Some(quality) {
            self.run = None;
            return None;
        }
        let (count, nearest) = match self.run {
            Some((same, count, nearest)) if same == order => {
                // Of a run for the worse the mildest, of one for the better the most careful.
                let is_nearer = match order {
                    Ordering::Greater => quality.level <= nearest.level,
                    Ordering::Less => quality.level >= nearest.level,
                    Ordering::Equal => true,
                };
                (count + 1, if is_nearer { quality } else { nearest })
            }
            Some(_) | None => (1, quality),
        };
        let enough = match order {
            Ordering::Greater => WORSE_REPORTS,
            Ordering::Less | Ordering::Equal => BETTER_REPORTS,
        };
        if count < enough {
            self.run = Some((order, count, nearest));
            return None;
        }
        self.run = None;
        self.told = Some(nearest);
        Some(nearest)
    }
}

impl Sent {
    fn until(report: &MediaReport) -> Self {
        let mut sent = Self::default();
        for track in &report.tracks_in {
            for layer in &track.layers {
                sent.packets += layer.packets;
                sent.missed += match track.source {
                    // Of sound nothing is asked for again.
                    Source::Microphone | Source::ScreenAudio => layer.lost,
                    Source::Camera | Source::Screen => layer.nacked.max(layer.lost),
                };
            }
        }
        sent
    }

    /// What was sent since then; what came late after all is no loss of before.
    fn since(self, before: Self) -> Self {
        Self {
            packets: self.packets.saturating_sub(before.packets),
            missed: self.missed.saturating_sub(before.missed),
        }
    }

    fn loss(self) -> f32 {
        let all = self.packets + self.missed;
        if all < FEW_PACKETS {
            return 0.0;
        }
        self.missed as f32 / all as f32
    }
}

/// What one report says, of which the worst counts; of equals the one that people can do most about.
fn assess(report: &MediaReport, sent: Sent) -> Quality {
    let up = Some(QualityDirection::Up);
    let down = Some(QualityDirection::Down);
    let said = [
        (level(sent.loss(), LOSS), QualityReason::Loss, up),
        (level(report.loss_out, LOSS), QualityReason::Loss, down),
        (bandwidth(report), QualityReason::Bandwidth, down),
        (
            level(report.rtt_ms.unwrap_or(0.0), ROUND_TRIP_MS),
            QualityReason::Delay,
            None,
        ),
    ];
    let mut worst = GOOD;
    for (level, reason, direction) in said {
        if level > worst.level {
            worst = Quality {
                level,
                reason,
                direction,
            };
        }
    }
    worst
}

fn level(value: f32, (fair, poor): (f32, f32)) -> QualityLevel {
    if value >= poor {
        QualityLevel::Poor
    } else if value >= fair {
        QualityLevel::Fair
    } else {
        QualityLevel::Good
    }
}

/// Whether the way to the browser carries the pictures that it wants. Neither a picture that is
/// smaller than a large screen could show nor what the whole server saves is the way's fault.
fn bandwidth(report: &MediaReport) -> QualityLevel {
    let wanted = report
        .slots
        .iter()
        .filter(|slot| slot.layer_wanted.is_some());
    let held = |slot: &&crate::SlotReport| slot.reason == Some(DowngradeReason::Capacity);
    let is_off = |slot: &&crate::SlotReport| held(slot) && slot.layer_sent.is_none();
    let all = wanted.clone().count();
    let less = wanted.clone().filter(held).count();
    let off = wanted.filter(is_off).count();
    let estimate_bps = report.estimate_bps.unwrap_or(u64::MAX);
    if less == 0 {
        QualityLevel::Good
    } else if estimate_bps < VOICE_BPS || (off * 2 >= all && estimate_bps < ENOUGH_BPS) {
        QualityLevel::Poor
    } else if off > 0 || (less * 2 >= all && estimate_bps < ENOUGH_BPS) {
        QualityLevel::Fair
    } else {
        QualityLevel::Good
    }
}

#[cfg(test)]
mod tests;
