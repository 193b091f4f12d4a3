//! The rate that the delay allows: additive or multiplicative increase, multiplicative decrease
//! (draft-ietf-rmcat-gcc-02 section 5.5).

use super::{Usage, drain::spared};

/// The share of the acknowledged bitrate that is left after overuse.
const BETA: f64 = 0.85;

/// Growth in a second while the capacity is not known: the logarithm of 1.08, for small steps.
const GROWTH: f64 = 0.077;

/// The estimate may be so many times the acknowledged bitrate and so much more, bits a second,
/// without a probe that proved it.
const UNPROVEN_FACTOR: f64 = 1.5;
const UNPROVEN_BPS: f64 = 20_000.0;

/// Near the capacity the estimate grows by one packet of this size in a response time, bits.
const PACKET_BITS: f64 = 9_600.0;

/// A response time is the round trip and what the detector needs, seconds.
const DETECTION_S: f64 = 0.1;

/// The longest time that one step of growth stands for, microseconds.
const LONGEST_STEP_US: i64 = 500_000;

/// Decreases follow each other after a round trip, within these bounds, microseconds: before that,
/// feedback does not show what the former one did.
const SOONEST_AGAIN_US: i64 = 50_000;
const LATEST_AGAIN_US: i64 = 300_000;

/// Below this share of the estimate the acknowledged bitrate calls for a decrease at once.
const COLLAPSED: f64 = 0.5;

/// A probe that shows so many times the capacity met before shows another one.
const ANOTHER: f64 = 1.4;

/// A probe brings the estimate back to this share of the capacity met before.
const BACK: f64 = 0.9;

/// A capacity was met lately within this time, microseconds.
const LATELY_US: i64 = 30_000_000;

/// A step up that went well for so long was right, microseconds.
const PROVED_US: i64 = 2_000_000;

/// What the controller knows besides the estimate itself.
#[derive(Clone, Copy, Debug)]
pub(super) struct Evidence {
    pub(super) now_us: i64,
    /// Over a short window, made up for packets lost by chance: the capacity, if the way is full.
    pub(super) capacity_bps: Option<f64>,
    /// Over a long window: what the way carries at least.
    pub(super) acknowledged_bps: Option<f64>,
    /// What is sent last of all, and not taken away as long as the way carries it.
    pub(super) spared_bps: f64,
    pub(super) rtt_us: i64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Phase {
    Hold,
    Increase,
}

#[derive(Clone, Debug)]
pub(super) struct RateControl {
    estimate_bps: f64,
    phase: Phase,
    updated_us: i64,
    decreased_us: Option<i64>,
    capacity: LinkCapacity,
    /// The estimate before the last step up by a probe, and when that was.
    step: Option<(f64, i64)>,
}

impl RateControl {
    pub(super) fn new(start_bps: f64, now_us: i64) -> Self {
        Self {
            estimate_bps: start_bps,
            phase: Phase::Increase,
            updated_us: now_us,
            decreased_us: None,
            capacity: LinkCapacity::default(),
            step: None,
        }
    }

    pub(super) fn estimate_bps(&self) -> f64 {
        self.estimate_bps
    }

    /// Sets what is known from elsewhere: a probe, a drained queue, a loss.
    pub(super) fn set(&mut self, bps: f64, now_us: i64) {
        self.estimate_bps = bps;
        self.updated_us = now_us;
    }

    /// Goes on from here after a while in which nothing was to be learnt.
    pub(super) fn resume(&mut self, now_us: i64) {
        self.set(self.estimate_bps, now_us);
    }

    /// Remembers a capacity that was measured.
    pub(super) fn on_capacity(&mut self, bps: f64, now_us: i64) {
        self.capacity.add(bps, now_us);
    }

    /// Takes what a probe showed, as far as it is believed.
    ///
    /// A short cluster gets more of a shared way than a flow can keep, the larger the flow the
    /// more, so flows that believed all would never come to share evenly. Near a capacity that was
    /// met lately the slow increase is the better probe; a cluster serves to tell that the capacity
    /// has become another one, and to come back to it.
    ///
    /// An `idle` flow, which has nothing to send that would fill the way, takes it from nobody.
    ///
    /// Returns whether the estimate is larger for it.
    pub(super) fn on_probe(&mut self, bps: f64, idle: bool, now_us: i64) -> bool {
        let believed = match self.capacity.met_lately(now_us) {
            Some(capacity) if bps < capacity * ANOTHER => {
                bps.min(capacity * if idle { 1.0 } else { BACK })
            }
            Some(_) => {
                self.capacity = LinkCapacity::default();
                bps
            }
            None => bps,
        };
        let larger = believed > self.estimate_bps;
        if larger {
            self.step = Some((self.estimate_bps, now_us));
            self.set(believed, now_us);
        }
        larger
    }

    /// Takes back what the estimate grew beyond a capacity that a probe met: media that do not fill
    /// the way do not show that there is no more.
    pub(super) fn on_full(&mut self, bps: f64, now_us: i64) {
        if bps < self.estimate_bps {
            self.set(bps, now_us);
        }
    }

    /// Takes a step up by a probe back, if one was taken lately: a short cluster fits into a queue
    /// that drops what lasts longer. Whether there was one.
    pub(super) fn take_step_back(&mut self, now_us: i64) -> bool {
        let Some((before_bps, _)) = self
            .step
            .take()
            .filter(|(_, at_us)| now_us - at_us < PROVED_US)
        else {
            return false;
        };
        self.set(before_bps.min(self.estimate_bps), now_us);
        true
    }

    /// Whether overuse lately showed a capacity.
    pub(super) fn knows_capacity(&self, now_us: i64) -> bool {
        self.capacity.met_lately(now_us).is_some()
    }

    /// Whether the estimate is about what overuse lately showed as the capacity.
    pub(super) fn is_near_capacity(&self, now_us: i64) -> bool {
        self.knows_capacity(now_us) && self.capacity.is_near(self.estimate_bps)
    }

    /// Takes what the detector says. Whether the estimate was decreased.
    pub(super) fn update(&mut self, usage: Usage, evidence: &Evidence) -> bool {
        match usage {
            Usage::Overuse => self.decrease(evidence),
            Usage::Underuse => {
                // A queue empties: what it held is not capacity.
                self.phase = Phase::Hold;
                self.updated_us = evidence.now_us;
                false
            }
            Usage::Normal => {
                match self.phase {
                    Phase::Hold => self.phase = Phase::Increase,
                    Phase::Increase => self.increase(evidence),
                }
                self.updated_us = evidence.now_us;
                false
            }
        }
    }

    fn increase(&mut self, evidence: &Evidence) {
        let Some(acknowledged) = evidence.acknowledged_bps else {
            return;
        };
        let passed_us = (evidence.now_us - self.updated_us).clamp(0, LONGEST_STEP_US);
        let passed_s = passed_us as f64 / 1e6;
        if self.capacity.is_exceeded_by(acknowledged) {
            self.capacity = LinkCapacity::default();
        }
        let growth = if self.capacity.is_near(self.estimate_bps) {
            let response_s = evidence.rtt_us as f64 / 1e6 + DETECTION_S;
            PACKET_BITS / response_s * passed_s
        } else {
            self.estimate_bps * GROWTH * passed_s
        };
        let unproven = UNPROVEN_FACTOR * acknowledged + UNPROVEN_BPS;
        let grown = (self.estimate_bps + growth).min(unproven);
        self.estimate_bps = self.estimate_bps.max(grown);
    }

    fn decrease(&mut self, evidence: &Evidence) -> bool {
        self.phase = Phase::Hold;
        self.updated_us = evidence.now_us;
        let measured = evidence.capacity_bps.unwrap_or(self.estimate_bps);
        let again_us = evidence.rtt_us.clamp(SOONEST_AGAIN_US, LATEST_AGAIN_US);
        let too_soon = self
            .decreased_us
            .is_some_and(|at| evidence.now_us - at < again_us);
        if too_soon && measured > COLLAPSED * self.estimate_bps {
            return false;
        }
        self.decreased_us = Some(evidence.now_us);
        if evidence.capacity_bps.is_some() {
            self.capacity.add(measured, evidence.now_us);
        }
        let left = (BETA * measured).max(spared(evidence.spared_bps, measured));
        self.estimate_bps = self.estimate_bps.min(left);
        true
    }
}

/// Mean and deviation of the rates at which the way was full.
#[derive(Clone, Debug, Default)]
struct LinkCapacity {
    /// The mean in bits a second, and the variance divided by the mean, as the draft normalizes it.
    known: Option<(f64, f64)>,
    met_us: i64,
}

impl LinkCapacity {
    /// The weight of a new value.
    const SMOOTHING: f64 = 0.05;

    /// The normalized variance, in kbit/s, to begin with, and its bounds.
    const VARIANCE: f64 = 0.4;
    const LEAST_VARIANCE: f64 = 0.4;
    const MOST_VARIANCE: f64 = 2.5;

    /// The draft's three standard deviations.
    const DEVIATIONS: f64 = 3.0;

    fn add(&mut self, bps: f64, now_us: i64) {
        self.met_us = now_us;
        let fallen = self
            .bounds()
            .is_some_and(|(lower, upper)| bps < lower || bps > upper);
        let kbps = bps / 1e3;
        self.known = match self.known {
            Some((mean, variance)) if !fallen => {
                let error = mean - kbps;
                let mean = mean + Self::SMOOTHING * (kbps - mean);
                let squared = error * error / mean.max(1.0);
                let variance = variance + Self::SMOOTHING * (squared - variance);
                let variance = variance.clamp(Self::LEAST_VARIANCE, Self::MOST_VARIANCE);
                Some((mean, variance))
            }
            Some(_) | None => Some((kbps, Self::VARIANCE)),
        };
    }

    fn met_lately(&self, now_us: i64) -> Option<f64> {
        let (mean, _) = self.known?;
        (now_us - self.met_us < LATELY_US).then_some(mean * 1e3)
    }

    fn is_near(&self, bps: f64) -> bool {
        self.bounds().is_some_and(|(lower, _)| {
            // The estimate is left below the capacity by a decrease, which is still near.
            bps > lower * BETA * BETA
        })
    }

    fn is_exceeded_by(&self, bps: f64) -> bool {
        self.bounds().is_some_and(|(_, upper)| bps > upper)
    }

    fn bounds(&self) -> Option<(f64, f64)> {
        let (mean, variance) = self.known?;
        let around = Self::DEVIATIONS * (variance * mean.max(0.0)).sqrt();
        Some(((mean - around).max(0.0) * 1e3, (mean + around) * 1e3))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn evidence(now_us: i64, bps: f64) -> Evidence {
        Evidence {
            now_us,
            capacity_bps: Some(bps),
            acknowledged_bps: Some(bps),
            spared_bps: 0.0,
            rtt_us: 50_000,
        }
    }

    #[test]
    fn it_grows_by_eight_percent_a_second_while_the_capacity_is_unknown() {
        let mut rate = RateControl::new(1e6, 0);
        for step in 1..=200 {
            rate.update(Usage::Normal, &evidence(step * 50_000, 3e6));
        }
        let grown = rate.estimate_bps() / 1e6;
        assert!((2.1..2.2).contains(&grown), "{grown}");
    }

    #[test]
    fn it_falls_below_what_arrived_and_then_grows_slowly() {
        let mut rate = RateControl::new(2e6, 0);
        assert!(rate.update(Usage::Overuse, &evidence(0, 1e6)));
        assert!((rate.estimate_bps() - 0.85e6).abs() < 1.0);
        for step in 1..=20 {
            rate.update(Usage::Normal, &evidence(step * 50_000, 0.9e6));
        }
        let grown = rate.estimate_bps() - 0.85e6;
        assert!((30e3..80e3).contains(&grown), "{grown}");
    }

    #[test]
    fn it_does_not_grow_beyond_what_was_seen_to_arrive_nor_fall_to_it() {
        let mut rate = RateControl::new(1e6, 0);
        for step in 1..=2000 {
            rate.update(Usage::Normal, &evidence(step * 50_000, 100e3));
        }
        assert!((rate.estimate_bps() - 1e6).abs() < 1.0);
        rate.set(100e3, 100_000_000);
        for step in 2001..=4000 {
            rate.update(Usage::Normal, &evidence(step * 50_000, 100e3));
        }
        assert!((rate.estimate_bps() - 170e3).abs() < 1.0);
    }

    #[test]
    fn a_probe_that_met_the_capacity_takes_back_what_was_beyond_it() {
        let mut rate = RateControl::new(2e6, 0);
        rate.on_full(2.5e6, 0);
        assert!((rate.estimate_bps() - 2e6).abs() < 1.0);
        rate.on_full(1.2e6, 0);
        assert!((rate.estimate_bps() - 1.2e6).abs() < 1.0);
    }

    #[test]
    fn overuse_is_answered_once_a_round_trip() {
        let mut rate = RateControl::new(2e6, 0);
        assert!(rate.update(Usage::Overuse, &evidence(0, 2e6)));
        assert!(!rate.update(Usage::Overuse, &evidence(20_000, 1.6e6)));
        assert!(rate.update(Usage::Overuse, &evidence(30_000, 0.5e6)));
    }
}
