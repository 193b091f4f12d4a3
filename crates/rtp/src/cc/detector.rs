//! Tells from the slope of the delay whether the way is overused, against a threshold that adapts to
//! it (draft-ietf-rmcat-gcc-02 section 5.4).

use super::Usage;

/// The threshold to begin with, and how far it may go. Milliseconds.
const THRESHOLD_MS: f64 = 12.5;
const LEAST_MS: f64 = 6.0;
const MOST_MS: f64 = 600.0;

/// How fast the threshold follows a slope above it and below it, a millisecond.
const GAIN_UP: f64 = 0.0087;
const GAIN_DOWN: f64 = 0.039;

/// A slope this far above the threshold is an event of the way, not what is usual there: the
/// threshold does not follow it. Milliseconds.
const UNUSUAL_MS: f64 = 15.0;

/// The longest step that the threshold takes at once, milliseconds.
const LONGEST_STEP_MS: f64 = 100.0;

/// So long the slope must be above the threshold before it counts, milliseconds.
const SUSTAINED_MS: f64 = 10.0;

#[derive(Debug)]
pub(super) struct OveruseDetector {
    threshold_ms: f64,
    /// How long the slope has been above, and over how many groups.
    above: Option<(f64, u32)>,
    previous: f64,
    updated_us: Option<i64>,
    usage: Usage,
}

impl OveruseDetector {
    pub(super) fn new() -> Self {
        Self {
            threshold_ms: THRESHOLD_MS,
            above: None,
            previous: 0.0,
            updated_us: None,
            usage: Usage::Normal,
        }
    }

    pub(super) fn usage(&self) -> Usage {
        self.usage
    }

    /// Forgets what was seen of the slope, but not what is usual on the way.
    pub(super) fn reset(&mut self) {
        *self = Self {
            threshold_ms: self.threshold_ms,
            ..Self::new()
        };
    }

    /// Takes the weighted slope after a group that took `send_delta_us` to send.
    pub(super) fn update(&mut self, slope: f64, send_delta_us: i64, arrived_us: i64) {
        if slope > self.threshold_ms {
            let took_ms = send_delta_us as f64 / 1e3;
            let (lasted_ms, groups) = match self.above {
                None => (took_ms / 2.0, 1),
                Some((lasted_ms, groups)) => (lasted_ms + took_ms, groups.saturating_add(1)),
            };
            self.above = Some((lasted_ms, groups));
            if lasted_ms > SUSTAINED_MS && groups > 1 && slope >= self.previous {
                self.above = Some((0.0, 0));
                self.usage = Usage::Overuse;
            }
        } else {
            self.above = None;
            self.usage = if slope < -self.threshold_ms {
                Usage::Underuse
            } else {
                Usage::Normal
            };
        }
        self.previous = slope;
        self.adapt(slope, arrived_us);
    }

    fn adapt(&mut self, slope: f64, arrived_us: i64) {
        let before_us = self.updated_us.replace(arrived_us).unwrap_or(arrived_us);
        let size = slope.abs();
        if size > self.threshold_ms + UNUSUAL_MS {
            return;
        }
        let gain = if size < self.threshold_ms {
            GAIN_DOWN
        } else {
            GAIN_UP
        };
        let step_ms = ((arrived_us - before_us) as f64 / 1e3).clamp(0.0, LONGEST_STEP_MS);
        self.threshold_ms += gain * (size - self.threshold_ms) * step_ms;
        self.threshold_ms = self.threshold_ms.clamp(LEAST_MS, MOST_MS);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slope_must_last_before_it_is_overuse() {
        let mut detector = OveruseDetector::new();
        detector.update(20.0, 5_000, 0);
        assert_eq!(detector.usage(), Usage::Normal);
        detector.update(21.0, 20_000, 20_000);
        assert_eq!(detector.usage(), Usage::Overuse);
        detector.update(0.0, 20_000, 40_000);
        assert_eq!(detector.usage(), Usage::Normal);
        detector.update(-30.0, 20_000, 60_000);
        assert_eq!(detector.usage(), Usage::Underuse);
    }

    #[test]
    fn the_threshold_follows_what_is_usual() {
        let mut detector = OveruseDetector::new();
        for group in 0..2000 {
            let slope = if group % 2 == 0 { 20.0 } else { -20.0 };
            detector.update(slope, 20_000, group * 20_000);
        }
        assert!(detector.threshold_ms > 18.0, "{}", detector.threshold_ms);
    }
}
