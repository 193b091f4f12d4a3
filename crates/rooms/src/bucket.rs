//! A token bucket: so many at once, so many over time.

use std::time::{Duration, Instant};

/// Allows `burst` takes at once, and `rate` takes per `period` over time.
///
/// Kept as the one instant at which the bucket will be full again (the generic cell rate algorithm,
/// ITU-T I.371 annex A), so that it is small and exact.
#[derive(Clone, Debug)]
pub struct Bucket {
    /// What one take costs.
    cost: Duration,
    /// What the full bucket holds beyond the next take.
    slack: Duration,
    /// When it is full again.
    full_at: Option<Instant>,
}

impl Bucket {
    /// A full bucket. A `burst` or `rate` of 0 counts as 1: a limit slows down, it does not forbid.
    pub fn new(burst: u32, rate: u32, period: Duration) -> Self {
        let cost = period / rate.max(1);
        Self {
            cost,
            slack: cost * (burst.max(1) - 1),
            full_at: None,
        }
    }

    /// Takes one if there is one. `now` does not go backwards.
    pub fn take(&mut self, now: Instant) -> bool {
        let full_at = self.full_at.map_or(now, |at| at.max(now));
        if full_at.duration_since(now) > self.slack {
            return false;
        }
        self.full_at = Some(full_at + self.cost);
        true
    }

    /// Whether nothing was taken from it lately: a full bucket need not be remembered.
    pub fn is_full(&self, now: Instant) -> bool {
        self.full_at.is_none_or(|at| at <= now)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_burst_is_allowed_at_once_and_then_the_rate_holds() {
        let start = Instant::now();
        let mut bucket = Bucket::new(3, 5, Duration::from_secs(1));
        let at = |ms| start + Duration::from_millis(ms);
        assert_eq!(
            [0; 5].map(|ms| bucket.take(at(ms))),
            [true, true, true, false, false]
        );
        assert!(!bucket.take(at(199)));
        assert!(bucket.take(at(200)));
        assert!(!bucket.take(at(200)));
        assert!(!bucket.is_full(at(799)));
        assert!(bucket.is_full(at(800)));
        assert_eq!(
            [800; 4].map(|ms| bucket.take(at(ms))),
            [true, true, true, false]
        );
    }

    #[test]
    fn a_limit_of_nought_still_lets_one_through_at_a_time() {
        let start = Instant::now();
        let mut bucket = Bucket::new(0, 0, Duration::from_secs(60));
        assert!(bucket.take(start));
        assert!(!bucket.take(start + Duration::from_secs(59)));
        assert!(bucket.take(start + Duration::from_secs(60)));
    }
}
