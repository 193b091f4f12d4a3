//! What is missing, late or double in a stream, by its RTP sequence numbers (RFC 3550 section 5.1).

/// A packet that is further behind than this cannot be told from a double one.
const WINDOW: u64 = 1_024;
const WORDS: usize = (WINDOW / 64) as usize;

/// What a packet is to its stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Arrival {
    /// Later than all before it; so many numbers were left out just before it.
    Next {
        /// Numbers between the last one and this.
        skipped: u64,
    },
    /// One that was left out before.
    Late,
    /// It came before.
    Again,
}

/// The numbers of one stream.
#[derive(Clone, Debug, Default)]
pub struct Sequence {
    highest: Option<u64>,
    came: [u64; WORDS],
}

impl Sequence {
    /// Takes the 16 bits of a packet.
    pub fn take(&mut self, number: u16) -> Arrival {
        let Some(highest) = self.highest else {
            // Room below the first, so that what was sent before it and comes after it is told.
            let first = u64::from(number) + (1 << 16);
            self.highest = Some(first);
            self.came = [u64::MAX; WORDS];
            return Arrival::Next { skipped: 0 };
        };
        let ahead = number.wrapping_sub(highest as u16) as i16;
        if ahead > 0 {
            let now = highest + ahead as u64;
            for left_out in highest + 1..now {
                self.mark(left_out, false);
            }
            self.mark(now, true);
            self.highest = Some(now);
            return Arrival::Next {
                skipped: ahead as u64 - 1,
            };
        }
        let behind = u64::from(ahead.unsigned_abs());
        let earlier = highest - behind;
        if behind >= WINDOW || self.has(earlier) {
            return Arrival::Again;
        }
        self.mark(earlier, true);
        Arrival::Late
    }

    fn has(&self, number: u64) -> bool {
        let place = number % WINDOW;
        self.came[(place / 64) as usize] & (1 << (place % 64)) != 0
    }

    fn mark(&mut self, number: u64, came: bool) {
        let place = number % WINDOW;
        let word = &mut self.came[(place / 64) as usize];
        if came {
            *word |= 1 << (place % 64);
        } else {
            *word &= !(1 << (place % 64));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn next(skipped: u64) -> Arrival {
        Arrival::Next { skipped }
    }

    #[test]
    fn a_gap_is_told_and_then_filled_once() {
        let mut sequence = Sequence::default();
        let told: Vec<_> = [10, 11, 14, 12, 12, 13, 15]
            .map(|n| sequence.take(n))
            .into();
        let expected = [
            next(0),
            next(0),
            next(2),
            Arrival::Late,
            Arrival::Again,
            Arrival::Late,
            next(0),
        ];
        assert_eq!(told, expected);
    }

    #[test]
    fn numbers_go_on_after_65535() {
        let mut sequence = Sequence::default();
        let told: Vec<_> = [65_534, 65_535, 1, 0].map(|n| sequence.take(n)).into();
        assert_eq!(told, [next(0), next(0), next(1), Arrival::Late]);
    }

    #[test]
    fn what_is_before_the_first_is_not_missed() {
        let mut sequence = Sequence::default();
        assert_eq!(sequence.take(0), next(0));
        assert_eq!(sequence.take(65_535), Arrival::Again);
    }

    #[test]
    fn a_long_way_through_all_numbers_misses_nothing() {
        let mut sequence = Sequence::default();
        for number in 0..200_000_u32 {
            assert_eq!(sequence.take(number as u16), next(0), "{number}");
        }
    }
}
