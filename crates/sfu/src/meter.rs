//! How much passes: a rate over the last second.

use std::time::{Duration, Instant};

/// Parts of the second.
const PARTS: usize = 10;
const PART: Duration = Duration::from_millis(100);

/// Bytes of the last second.
#[derive(Debug, Default)]
pub(crate) struct Meter {
    parts: [u32; PARTS],
    /// The present part, and when it began.
    at: usize,
    began: Option<Instant>,
    /// Parts since the meter began, until there are as many as a second has.
    filled: usize,
}

impl Meter {
    pub(crate) fn add(&mut self, now: Instant, bytes: usize) {
        self.turn(now);
        let bytes = u32::try_from(bytes).unwrap_or(u32::MAX);
        if let Some(part) = self.parts.get_mut(self.at) {
            *part = part.saturating_add(bytes);
        }
    }

    /// Bits a second, over as much of the last second as there was.
    pub(crate) fn bps(&mut self, now: Instant) -> u64 {
        if self.began.is_none() {
            return 0;
        }
        self.turn(now);
        let bytes: u64 = self.parts.iter().copied().map(u64::from).sum();
        let parts = (self.filled + 1).min(PARTS) as u64;
        bytes * 8 * PARTS as u64 / parts
    }

    fn turn(&mut self, now: Instant) {
        let began = *self.began.get_or_insert(now);
        let passed = now.saturating_duration_since(began).as_millis() / PART.as_millis();
        if passed == 0 {
            return;
        }
        if passed as usize >= PARTS * 2 {
            *self = Self {
                began: Some(now),
                filled: PARTS,
                ..Self::default()
            };
            return;
        }
        for _ in 0..passed {
            self.at = (self.at + 1) % PARTS;
            self.parts[self.at] = 0;
            self.filled = (self.filled + 1).min(PARTS);
        }
        self.began = Some(began + PART * passed as u32);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[expect(clippy::disallowed_methods, reason = "a test's time begins somewhere")]
    fn first() -> Instant {
        Instant::now()
    }

    #[test]
    fn a_steady_flow_is_told_from_the_first_parts_on() {
        let (mut meter, began) = (Meter::default(), first());
        for ms in 0..250 {
            meter.add(began + Duration::from_millis(ms), 125);
        }
        let bps = meter.bps(began + Duration::from_millis(249));
        assert!((800_000..=1_000_000).contains(&bps), "{bps}");
    }

    #[test]
    fn what_has_ceased_is_forgotten_after_a_second() {
        let (mut meter, began) = (Meter::default(), first());
        meter.add(began, 1_000);
        assert_eq!(meter.bps(began + Duration::from_millis(1_100)), 0);
        meter.add(began + Duration::from_secs(60), 1_000);
        assert_eq!(meter.bps(began + Duration::from_secs(60)), 8_000);
    }
}
