//! Which of the newest numbers of a stream have come.

/// Numbers that are remembered: at 700 packets a second more than a second of them.
const WIDTH: u64 = 1_024;
const WORDS: usize = (WIDTH / 64) as usize;

/// A window that ends with the highest number.
#[derive(Debug, Default)]
pub(crate) struct Window {
    highest: Option<u64>,
    /// One bit a number, at its place modulo the width.
    bits: [u64; WORDS],
    /// Numbers that came for the first time.
    count: u64,
}

impl Window {
    /// Notes a number; returns whether it is the first time. What lies before the window has been
    /// here as far as anybody knows.
    pub(crate) fn note(&mut self, number: u64) -> bool {
        match self.highest {
            None => self.highest = Some(number),
            Some(highest) if number > highest => {
                if number - highest >= WIDTH {
                    self.bits = [0; WORDS];
                } else {
                    for passed in highest + 1..=number {
                        let (word, bit) = place(passed);
                        self.bits[word] &= !bit;
                    }
                }
                self.highest = Some(number);
            }
            Some(highest) if highest - number >= WIDTH => return false,
            Some(_) => {}
        }
        let (word, bit) = place(number);
        let first = self.bits[word] & bit == 0;
        self.bits[word] |= bit;
        self.count += u64::from(first);
        first
    }

    /// How many numbers came.
    pub(crate) fn count(&self) -> u64 {
        self.count
    }

    /// The number near the highest that ends with these 16 bits (RFC 3711 section 3.3.1).
    pub(crate) fn extend(&self, low: u16) -> Option<u64> {
        let highest = self.highest?;
        let ahead = low.wrapping_sub(highest as u16) as i16;
        highest.checked_add_signed(ahead.into())
    }
}

fn place(number: u64) -> (usize, u64) {
    let at = number % WIDTH;
    ((at / 64) as usize, 1 << (at % 64))
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_lies_before_the_window_does_not_count_as_new() {
        let mut window = Window::default();
        assert!(window.note(5_000));
        assert!(window.note(5_000 - WIDTH + 1));
        assert!(!window.note(5_000 - WIDTH));
    }

    #[test]
    fn sixteen_bits_are_extended_to_the_nearest_number() {
        let mut window = Window::default();
        assert_eq!(window.extend(7), None);
        window.note(65_536 + 10);
        assert_eq!(window.extend(9), Some(65_536 + 9));
        assert_eq!(window.extend(65_530), Some(65_530));
    }

    proptest! {
        #[test]
        fn every_number_within_the_window_is_new_once(
            steps in prop::collection::vec(0_u64..2_000, 1..300),
        ) {
            let mut window = Window::default();
            let mut seen = HashSet::new();
            let mut highest = 0;
            for number in steps {
                let number = number + highest / 2;
                highest = highest.max(number);
                let expected = highest - number < WIDTH && seen.insert(number);
                prop_assert_eq!(window.note(number), expected);
            }
        }
    }
}
