//! Percentiles of many values in little memory.

use serde::{Deserialize, Serialize};

/// Values of one power of two fall into this many buckets: a percentile is at most 1/32 too high.
const BUCKETS_PER_OCTAVE: u64 = 32;
const OCTAVE_BITS: u32 = BUCKETS_PER_OCTAVE.trailing_zeros();

/// Counts of values, in buckets whose width grows with the value.
#[derive(Clone, Debug, Default)]
pub struct Histogram {
    counts: Vec<u64>,
    total: u64,
    most: u64,
}

/// What a histogram says.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Percentiles {
    /// Half of the values are at most this.
    pub p50: u64,
    /// 99 of 100 are.
    pub p99: u64,
    /// 999 of 1000 are.
    pub p999: u64,
    /// All are.
    pub max: u64,
}

impl Histogram {
    /// Counts a value.
    pub fn add(&mut self, value: u64) {
        let bucket = bucket(value);
        if self.counts.len() <= bucket {
            self.counts.resize(bucket + 1, 0);
        }
        self.counts[bucket] += 1;
        self.total += 1;
        self.most = self.most.max(value);
    }

    /// Counts all that another one has counted.
    pub fn merge(&mut self, other: &Self) {
        if self.counts.len() < other.counts.len() {
            self.counts.resize(other.counts.len(), 0);
        }
        for (mine, theirs) in self.counts.iter_mut().zip(&other.counts) {
            *mine += theirs;
        }
        self.total += other.total;
        self.most = self.most.max(other.most);
    }

    /// The least value that at least `per_mille` of 1000 values do not exceed, rounded up to the
    /// end of its bucket; 0 without values.
    pub fn percentile(&self, per_mille: u64) -> u64 {
        let wanted = (self.total * per_mille).div_ceil(1_000).max(1);
        let mut seen = 0;
        for (bucket, count) in self.counts.iter().enumerate() {
            seen += count;
            if seen >= wanted {
                return end_of(bucket as u64).min(self.most);
            }
        }
        0
    }

    /// The usual percentiles.
    pub fn percentiles(&self) -> Percentiles {
        Percentiles {
            p50: self.percentile(500),
            p99: self.percentile(990),
            p999: self.percentile(999),
            max: self.most,
        }
    }
}

fn bucket(value: u64) -> usize {
    if value < BUCKETS_PER_OCTAVE {
        return value as usize;
    }
    let shift = value.ilog2() - OCTAVE_BITS;
    (BUCKETS_PER_OCTAVE * u64::from(shift) + (value >> shift)) as usize
}

/// The largest value of a bucket.
fn end_of(bucket: u64) -> u64 {
    if bucket < BUCKETS_PER_OCTAVE {
        return bucket;
    }
    let shift = bucket / BUCKETS_PER_OCTAVE - 1;
    let place = bucket - BUCKETS_PER_OCTAVE * shift;
    (place << shift) + ((1 << shift) - 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn small_values_have_exact_percentiles() {
        let mut histogram = Histogram::default();
        (1..=20).for_each(|value| histogram.add(value));
        assert_eq!(histogram.percentile(500), 10);
        assert_eq!(histogram.percentile(990), 20);
        assert_eq!(histogram.percentiles().max, 20);
    }

    #[test]
    fn a_percentile_is_at_most_a_thirty_second_too_high() {
        let mut histogram = Histogram::default();
        (0..100_000).for_each(|value| histogram.add(value));
        for (per_mille, exact) in [(500, 49_999), (990, 98_999), (999, 99_899)] {
            let found = histogram.percentile(per_mille);
            assert!(
                found >= exact && found <= exact + exact / 32,
                "{found} for {exact}"
            );
        }
    }

    #[test]
    fn every_value_lies_in_the_bucket_that_ends_at_or_after_it() {
        for value in (0..70).chain([1 << 20, (1 << 20) + 1, u64::MAX >> 1]) {
            let bucket = bucket(value) as u64;
            assert!(end_of(bucket) >= value, "{value}");
            assert!(bucket == 0 || end_of(bucket - 1) < value, "{value}");
        }
    }

    #[test]
    fn two_merged_say_what_one_would_have_said() {
        let (mut left, mut right, mut both) = <(Histogram, Histogram, Histogram)>::default();
        for value in 0..1_000 {
            if value % 3 == 0 {
                &mut left
            } else {
                &mut right
            }
            .add(value * 7);
            both.add(value * 7);
        }
        left.merge(&right);
        assert_eq!(left.percentiles(), both.percentiles());
    }

    #[test]
    fn without_values_everything_is_zero() {
        assert_eq!(Histogram::default().percentiles(), Percentiles::default());
    }
}
