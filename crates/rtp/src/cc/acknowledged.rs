//! How many bits a second arrived, or were sent, over the last moments (the acknowledged bitrate of
//! draft-ietf-rmcat-gcc-02 section 5.5).

/// Microseconds of a bucket: fine enough that the edges of the shortest window weigh little.
const BUCKET_US: i64 = 10_000;

/// Buckets that are kept: the longest window and some for what arrives out of order.
const BUCKETS: usize = 64;

/// Buckets that must have passed before a rate is told at all.
const FEWEST: usize = 10;

/// Bytes by the time of a clock that need not be ours, in a ring of buckets.
#[derive(Debug)]
pub(super) struct ByteRate {
    buckets: [u32; BUCKETS],
    /// The number of the first and of the newest bucket since the clock was last trusted.
    span: Option<(i64, i64)>,
}

impl ByteRate {
    pub(super) fn new() -> Self {
        Self {
            buckets: [0; BUCKETS],
            span: None,
        }
    }

    /// Begins again, because the clock jumped.
    pub(super) fn reset(&mut self) {
        *self = Self::new();
    }

    pub(super) fn add(&mut self, at_us: i64, bytes: u32) {
        let bucket = at_us.div_euclid(BUCKET_US);
        let (first, newest) = self.span.unwrap_or((bucket, bucket));
        if bucket > newest {
            let cleared = (bucket - newest).min(BUCKETS as i64);
            for passed in 0..cleared {
                if let Some(slot) = self.slot(bucket - passed) {
                    *slot = 0;
                }
            }
        } else if newest - bucket >= BUCKETS as i64 {
            return;
        }
        self.span = Some((first.min(bucket), newest.max(bucket)));
        if let Some(slot) = self.slot(bucket) {
            *slot = slot.saturating_add(bytes);
        }
    }

    /// Bits a second over the last `window_ms`, or what there is of it. The newest bucket is left
    /// out, because it is not full.
    pub(super) fn bps(&self, window_ms: usize) -> Option<f64> {
        let (first, newest) = self.span?;
        let wanted = (window_ms / 10).clamp(FEWEST, BUCKETS - 1);
        let known = usize::try_from(newest - first).unwrap_or(0).min(wanted);
        if known < FEWEST {
            return None;
        }
        let bytes: u64 = (1..=known as i64)
            .filter_map(|back| self.buckets.get(place(newest - back)))
            .map(|bytes| u64::from(*bytes))
            .sum();
        Some(bytes as f64 * 8e6 / (known as f64 * BUCKET_US as f64))
    }

    /// The longest time without any bytes in the last `window_ms`, up to the newest bytes.
    pub(super) fn longest_pause_us(&self, window_ms: usize) -> i64 {
        let Some((first, newest)) = self.span else {
            return 0;
        };
        let wanted = (window_ms / 10).min(BUCKETS - 1) as i64;
        let (mut longest, mut pause) = (0, 0);
        for back in 1..=wanted.min(newest - first) {
            let empty = self.buckets.get(place(newest - back)) == Some(&0);
            pause = if empty { pause + 1 } else { 0 };
            longest = longest.max(pause);
        }
        longest * BUCKET_US
    }

    fn slot(&mut self, bucket: i64) -> Option<&mut u32> {
        self.buckets.get_mut(place(bucket))
    }
}

fn place(bucket: i64) -> usize {
    bucket.rem_euclid(BUCKETS as i64) as usize
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_steady_flow_has_its_rate() {
        let mut rate = ByteRate::new();
        for packet in 0..1000 {
            rate.add(-3_000_000 + packet * 5_000, 625);
        }
        assert_eq!(rate.bps(500), Some(1e6));
        assert_eq!(rate.bps(150), Some(1e6));
    }

    #[test]
    fn a_pause_counts_as_nothing() {
        let mut rate = ByteRate::new();
        for packet in 0..100 {
            rate.add(packet * 10_000, 1250);
        }
        rate.add(100 * 10_000 + 250_000, 1250);
        let bps = rate.bps(500).unwrap();
        assert!((450e3..550e3).contains(&bps), "{bps}");
        rate.add(i64::MAX / 2, 1250);
        assert_eq!(rate.bps(500), Some(0.0));
    }

    #[test]
    fn nothing_is_told_before_there_is_something_to_tell() {
        let mut rate = ByteRate::new();
        assert_eq!(rate.bps(500), None);
        rate.add(0, 100);
        rate.add(50_000, 100);
        assert_eq!(rate.bps(500), None);
    }

    #[test]
    fn the_longest_pause_ends_with_the_newest_bytes() {
        let mut rate = ByteRate::new();
        assert_eq!(rate.longest_pause_us(150), 0);
        for at_ms in [0, 20, 30, 130, 140, 170] {
            rate.add(at_ms * 1_000, 100);
        }
        assert_eq!(rate.longest_pause_us(150), 90_000);
        assert_eq!(rate.longest_pause_us(40), 20_000);
        rate.add(2_000_000, 100);
        assert_eq!(rate.longest_pause_us(150), 150_000);
    }
}
