//! How long packets wait in queues: the present one-way delay above the least that was seen.
//!
//! The clocks of both ends need not agree, because only differences count. The slope of the delay
//! (see [`super::trendline`]) says that a queue grows; its level says how long it takes to go.

/// Packets of which the fastest tells the delay: jitter delays some, a queue delays all.
const RECENT: usize = 3;

/// A queue rises if each packet waits longer than the one before by this, microseconds.
const RISES_US: i64 = 8_000;

/// A queue below this before the way became longer is taken for jitter, microseconds.
const SLIGHT_US: i64 = 25_000;

/// The least delay is that of so many periods; in all half a minute, in which clocks that differ by
/// 100 parts in a million drift apart by 3 ms.
const PERIODS: usize = 6;
const PERIOD_US: i64 = 5_000_000;

/// The weight of the newest value in the filtered one.
const SMOOTHING: f64 = 0.3;

#[derive(Debug)]
pub(super) struct QueueEstimate {
    recent: [i64; RECENT],
    taken: usize,
    least: [i64; PERIODS],
    period: i64,
    now_us: i64,
    before_us: i64,
    filtered_us: f64,
}

impl QueueEstimate {
    pub(super) fn new() -> Self {
        Self {
            recent: [i64::MAX; RECENT],
            taken: 0,
            least: [i64::MAX; PERIODS],
            period: 0,
            now_us: 0,
            before_us: 0,
            filtered_us: 0.0,
        }
    }

    /// Begins again, because a clock jumped.
    pub(super) fn reset(&mut self) {
        *self = Self {
            period: self.period,
            ..Self::new()
        };
    }

    /// Takes arrival minus sending of a packet.
    pub(super) fn on_packet(&mut self, skew_us: i64) {
        if let Some(slot) = self.recent.get_mut(self.taken % RECENT) {
            *slot = skew_us;
        }
        self.taken = self.taken.wrapping_add(1);
        if let Some(least) = self.least.first_mut() {
            *least = skew_us.min(*least);
        }
    }

    /// How long a packet waited.
    pub(super) fn of_us(&self, skew_us: i64) -> i64 {
        let least = self.least.iter().copied().min().unwrap_or(skew_us);
        skew_us.saturating_sub(least).max(0)
    }

    /// Reckons the queue after all packets of a feedback.
    pub(super) fn on_batch(&mut self, now_us: i64) {
        let period = now_us.div_euclid(PERIOD_US);
        if period > self.period {
            let passed = usize::try_from(period - self.period).unwrap_or(PERIODS);
            let passed = passed.min(PERIODS - 1);
            self.period = period;
            // At least one period with a value stays, so that there is always a least delay.
            let present = self.fastest_us();
            self.least.rotate_right(passed);
            for slot in self.least.iter_mut().take(passed) {
                *slot = present;
            }
        }
        self.before_us = self.now_us;
        let least = self.least.iter().copied().min().unwrap_or(i64::MAX);
        let fastest = self.fastest_us();
        if fastest == i64::MAX || least == i64::MAX {
            return;
        }
        self.now_us = fastest.saturating_sub(least).max(0);
        self.filtered_us += SMOOTHING * (self.now_us as f64 - self.filtered_us);
    }

    /// Takes the present delay for that of the way alone.
    pub(super) fn rebase(&mut self) {
        let present = self.fastest_us();
        self.least = [present; PERIODS];
        self.now_us = 0;
        self.before_us = 0;
        self.filtered_us = 0.0;
    }

    /// The way has become longer: the delay was the one, and is at least the other.
    pub(super) fn lengthen(&mut self, before_us: i64, after_us: i64) {
        let waited_us = self.of_us(before_us);
        let waited_us = if waited_us < SLIGHT_US { 0 } else { waited_us };
        self.least = [after_us.saturating_sub(waited_us); PERIODS];
        self.now_us = self.of_us(self.fastest_us());
        self.before_us = self.now_us;
        self.filtered_us = self.now_us as f64;
    }

    /// The queue that the last packets of the last feedback met.
    pub(super) fn now_us(&self) -> i64 {
        self.now_us
    }

    /// The queue that the very last packet met, if each of the last few met a longer one than the
    /// one before it: what jitter or a longer way do to a packet or two is none.
    pub(super) fn rising_us(&self) -> i64 {
        let mut last_us = i64::MAX;
        let mut newest_us = 0;
        for back in 1..=RECENT {
            let place = self.taken.wrapping_sub(back) % RECENT;
            let skew_us = self.recent.get(place).copied().unwrap_or(i64::MAX);
            if skew_us == i64::MAX || last_us.saturating_sub(skew_us) < RISES_US {
                return 0;
            }
            if back == 1 {
                newest_us = self.of_us(skew_us);
            }
            last_us = skew_us;
        }
        newest_us
    }

    /// By how much it is longer than at the feedback before.
    pub(super) fn growth_us(&self) -> i64 {
        self.now_us - self.before_us
    }

    pub(super) fn filtered_ms(&self) -> f64 {
        self.filtered_us / 1e3
    }

    fn fastest_us(&self) -> i64 {
        self.recent.iter().copied().min().unwrap_or(i64::MAX)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn feed(queue: &mut QueueEstimate, now_us: i64, skews: &[i64]) {
        for skew in skews {
            queue.on_packet(*skew);
        }
        queue.on_batch(now_us);
    }

    #[test]
    fn the_queue_is_what_all_packets_wait_above_the_least() {
        let mut queue = QueueEstimate::new();
        feed(&mut queue, 0, &[-70_000, -60_000, -70_000]);
        assert_eq!(queue.now_us(), 0);
        feed(&mut queue, 50_000, &[-10_000, 90_000, -20_000, 0]);
        assert_eq!(queue.now_us(), 50_000);
        assert_eq!(queue.growth_us(), 50_000);
    }

    #[test]
    fn a_longer_way_is_taken_for_the_way_after_half_a_minute() {
        let mut queue = QueueEstimate::new();
        feed(&mut queue, 0, &[0; 3]);
        for second in 1..60 {
            feed(&mut queue, second * 1_000_000, &[80_000; 3]);
            let expected = if second < 30 { 80_000 } else { 0 };
            assert_eq!(queue.now_us(), expected, "{second}");
        }
        feed(&mut queue, 1_000_000_000, &[90_000; 3]);
        assert!(queue.now_us() <= 10_000);
    }
}
