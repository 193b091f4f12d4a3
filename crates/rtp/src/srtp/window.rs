//! Which packets of a stream were opened already, and which number a packet has (RFC 3711 sections
//! 3.3.1 and 3.3.2).

/// Packets that the window remembers behind the highest one.
///
/// 64 are the least that RFC 3711 asks for. A picture at 20 Mbit/s is 2,000 packets a second: a
/// thousand let one come half a second late, which is longer than any player waits for it.
pub(super) const WINDOW: u64 = 1024;

const WORDS: usize = (WINDOW / 64) as usize;

/// The packets of one stream that were authenticated: the highest index, and which of the ones
/// shortly before it were there.
#[derive(Clone, Debug)]
pub(super) struct ReplayWindow {
    highest: u64,
    /// One bit for an index, at the index modulo [`WINDOW`].
    seen: [u64; WORDS],
}

impl ReplayWindow {
    /// A window whose first packet has this index.
    pub(super) fn new(first: u64) -> Self {
        let mut window = Self {
            highest: first,
            seen: [0; WORDS],
        };
        window.mark(first);
        window
    }

    /// The index that a packet with this sequence number most likely has: the one closest to the
    /// highest (RFC 3711 section 3.3.1). `None` if it does not fit 48 bits.
    ///
    /// There is nothing before a roll-over counter of nought: what looks like it is a leap forward.
    pub(super) fn index_of(&self, sequence: u16) -> Option<u64> {
        let highest = self.highest as u16;
        let roll_over = self.highest >> 16;
        let half = 1 << 15;
        let guess = if highest < half && sequence.saturating_sub(highest) > half {
            roll_over.saturating_sub(1)
        } else if highest >= half && highest - half > sequence {
            roll_over + 1
        } else {
            roll_over
        };
        (guess >> 32 == 0).then_some(guess << 16 | u64::from(sequence))
    }

    /// Whether a packet with this index may still come: it was not there and is not too old.
    pub(super) fn is_new(&self, index: u64) -> bool {
        if index > self.highest {
            return true;
        }
        let (word, bit) = place(index);
        self.highest - index < WINDOW && self.seen.get(word).is_some_and(|word| word & bit == 0)
    }

    /// Remembers a packet that was authenticated and [is new](Self::is_new).
    pub(super) fn accept(&mut self, index: u64) {
        if index > self.highest {
            let passed = index - self.highest;
            if passed >= WINDOW {
                self.seen = [0; WORDS];
            } else {
                for passed_over in self.highest + 1..index {
                    self.clear(passed_over);
                }
            }
            self.highest = index;
        }
        self.mark(index);
    }

    fn mark(&mut self, index: u64) {
        let (word, bit) = place(index);
        if let Some(word) = self.seen.get_mut(word) {
            *word |= bit;
        }
    }

    fn clear(&mut self, index: u64) {
        let (word, bit) = place(index);
        if let Some(word) = self.seen.get_mut(word) {
            *word &= !bit;
        }
    }
}

/// The word and the bit in it that stand for an index.
fn place(index: u64) -> (usize, u64) {
    let at = index % WINDOW;
    ((at / 64) as usize, 1 << (at % 64))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_index_goes_on_over_a_wrap() {
        let window = ReplayWindow::new(0x5_ffff);
        assert_eq!(window.index_of(0), Some(0x6_0000));
        assert_eq!(window.index_of(0x7ffe), Some(0x6_7ffe));
        assert_eq!(window.index_of(0x7fff), Some(0x5_7fff));
    }

    #[test]
    fn a_late_packet_belongs_before_the_wrap() {
        let window = ReplayWindow::new(0x6_0003);
        assert_eq!(window.index_of(0xfffe), Some(0x5_fffe));
        assert_eq!(window.index_of(0x8003), Some(0x6_8003));
        assert_eq!(window.index_of(0x8004), Some(0x5_8004));
    }

    #[test]
    fn nothing_comes_before_the_first_roll_over() {
        assert_eq!(ReplayWindow::new(3).index_of(0xfffe), Some(0xfffe));
    }

    #[test]
    fn the_last_roll_over_is_not_left() {
        let window = ReplayWindow::new((1 << 48) - 1);
        assert_eq!(window.index_of(0xfff0), Some((1 << 48) - 16));
        assert_eq!(window.index_of(0), None);
    }

    proptest! {
        #[test]
        fn the_guess_is_right_within_half_a_round(highest in 0u64..1 << 47, ahead in -32767i64..=32767) {
            let index = highest.saturating_add_signed(ahead);
            prop_assume!(highest >= 65536 || ahead >= 0);
            prop_assert_eq!(ReplayWindow::new(highest).index_of(index as u16), Some(index));
        }

        #[test]
        fn the_window_does_what_a_set_would_do(
            first in 0u64..5000,
            steps in prop::collection::vec(-1500i64..1500, 1..400),
        ) {
            let mut window = ReplayWindow::new(first);
            let mut set = BTreeSet::from([first]);
            let mut highest = first;
            for step in steps {
                let index = highest.saturating_add_signed(step);
                let new = index + WINDOW > highest && !set.contains(&index);
                prop_assert_eq!(window.is_new(index), new, "{} after {}", index, highest);
                if new {
                    window.accept(index);
                    set.insert(index);
                    highest = highest.max(index);
                }
            }
        }
    }
}
