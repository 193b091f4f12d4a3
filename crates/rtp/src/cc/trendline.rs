//! The slope of the queueing delay: a least-squares line through the last accumulated variations.
//!
//! The filter takes the place of the Kalman filter of draft-ietf-rmcat-gcc-02 section 5.3; it
//! answers the same question, whether the delay grows, with less to tune.

use super::arrival::Variation;

/// Points that the line goes through.
const WINDOW: usize = 20;

/// The share of the former value in the smoothed delay.
const SMOOTHING: f64 = 0.9;

/// Variations after which the slope has its full weight.
const FULL_WEIGHT: f64 = 60.0;

/// Makes the slope comparable with the threshold of the detector.
const GAIN: f64 = 4.0;

/// A single variation above this is a pause of the sender or of a clock, and is cut to it, so that
/// no arithmetic leaves its range. Milliseconds.
const LARGEST_MS: f64 = 5_000.0;

#[derive(Clone, Copy, Debug, Default)]
struct Point {
    at_ms: f64,
    delay_ms: f64,
}

#[derive(Debug)]
pub(super) struct Trendline {
    points: [Point; WINDOW],
    /// Points taken so far.
    taken: usize,
    /// The arrival of the first point, so that times stay small.
    began_us: i64,
    accumulated_ms: f64,
    smoothed_ms: f64,
    trend: f64,
}

impl Trendline {
    pub(super) fn new() -> Self {
        Self {
            points: [Point::default(); WINDOW],
            taken: 0,
            began_us: 0,
            accumulated_ms: 0.0,
            smoothed_ms: 0.0,
            trend: 0.0,
        }
    }

    pub(super) fn reset(&mut self) {
        *self = Self::new();
    }

    /// Takes a variation and returns the weighted slope that the detector compares.
    pub(super) fn update(&mut self, variation: Variation) -> f64 {
        if self.taken == 0 {
            self.began_us = variation.arrived_us;
        }
        let growth_us = variation.arrival_delta_us - variation.send_delta_us;
        let growth_ms = (growth_us as f64 / 1e3).clamp(-LARGEST_MS, LARGEST_MS);
        self.accumulated_ms += growth_ms;
        self.smoothed_ms = SMOOTHING * self.smoothed_ms + (1.0 - SMOOTHING) * self.accumulated_ms;
        let point = Point {
            at_ms: (variation.arrived_us - self.began_us) as f64 / 1e3,
            delay_ms: self.smoothed_ms,
        };
        if let Some(slot) = self.points.get_mut(self.taken % WINDOW) {
            *slot = point;
        }
        self.taken += 1;
        if self.taken >= WINDOW
            && let Some(slope) = slope(&self.points)
        {
            self.trend = slope;
        }
        (self.taken as f64).min(FULL_WEIGHT) * self.trend * GAIN
    }
}

/// The slope of the least-squares line; none if all points are at one time.
fn slope(points: &[Point; WINDOW]) -> Option<f64> {
    let count = WINDOW as f64;
    let mean_at = points.iter().map(|point| point.at_ms).sum::<f64>() / count;
    let mean_delay = points.iter().map(|point| point.delay_ms).sum::<f64>() / count;
    let (mut above, mut below) = (0.0, 0.0);
    for point in points {
        let at = point.at_ms - mean_at;
        above += at * (point.delay_ms - mean_delay);
        below += at * at;
    }
    (below > f64::EPSILON).then(|| above / below)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(growth_us: i64, groups: i64) -> f64 {
        let mut trendline = Trendline::new();
        let mut weighted = 0.0;
        for group in 1..=groups {
            weighted = trendline.update(Variation {
                send_delta_us: 20_000,
                arrival_delta_us: 20_000 + growth_us,
                arrived_us: group * (20_000 + growth_us),
            });
        }
        weighted
    }

    #[test]
    fn a_growing_delay_has_a_rising_line_and_a_steady_one_has_none() {
        assert!(run(0, 100).abs() < 1e-9);
        let growing = run(2_000, 200);
        let expected = 2.0 / 22.0 * FULL_WEIGHT * GAIN;
        assert!((growing - expected).abs() < 0.1, "{growing} {expected}");
        assert!(run(-2_000, 200) < -10.0);
    }

    #[test]
    fn it_says_nothing_before_it_has_its_points() {
        assert!(run(10_000, 19).abs() < f64::EPSILON);
    }
}
