//! Chance with a seed, so that a run can be had again.

/// `SplitMix64`: small, fast, and even enough to throw dice for frames.
#[derive(Clone, Debug)]
pub(crate) struct Random(u64);

impl Random {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// Evenly from 0 up to, not including, 1.
    pub(crate) fn share(&mut self) -> f64 {
        // The 53 bits that a double holds exactly.
        (self.next() >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// True with this probability.
    pub(crate) fn happens(&mut self, probability: f64) -> bool {
        // No throw for what never happens: adding a condition leaves the others' dice as they are.
        probability > 0.0 && self.share() < probability
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_gives_the_same_throws_again() {
        let throws = |seed| {
            let mut random = Random::new(seed);
            (0..100).map(move |_| random.next()).collect::<Vec<_>>()
        };
        assert_eq!(throws(1), throws(1));
        assert_ne!(throws(1), throws(2));
    }

    #[test]
    fn something_happens_as_often_as_its_probability_says() {
        let mut random = Random::new(7);
        for probability in [0.0, 0.05, 0.5, 1.0] {
            let happened = (0..100_000).filter(|_| random.happens(probability)).count();
            let share = happened as f64 / 100_000.0;
            assert!(
                (share - probability).abs() < 0.005,
                "{probability}: {share}"
            );
        }
    }
}
