//! What was sent, by transport-wide sequence number, until it was told what became of it.

use core::num::NonZeroU8;

/// Packets that the history begins with room for: half a second of one good picture and sound.
const SMALLEST: usize = 256;

/// Packets that the history can grow to: two seconds at 80 Mbit/s. It is below the half of the
/// sequence numbers, so that sixteen bits name a packet without doubt.
const LARGEST: usize = 16_384;

/// A packet without an answer is kept at least so long while there is room to grow. Feedback comes
/// about ten times a second; what was not spoken of after twenty times that was forgotten.
const KEPT_US: i64 = 2_000_000;

/// What became of a packet, as far as it is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fate {
    InFlight,
    /// Reported as missing. It can still arrive late.
    Lost,
    Received,
}

#[derive(Clone, Copy, Debug)]
pub(super) struct Sent {
    pub(super) sent_us: i64,
    /// Bytes sent so far on the whole transport, this packet included; wraps around.
    pub(super) total: u32,
    pub(super) bytes: u16,
    /// The probe cluster that it belongs to.
    pub(super) cluster: Option<NonZeroU8>,
    pub(super) fate: Fate,
}

/// A ring of a power of two, so that the place of a packet is its number without its upper bits.
#[derive(Debug)]
pub(super) struct SentHistory {
    ring: Vec<Sent>,
    /// The first number that is stored.
    first: u64,
    /// The number that the next packet gets; its lower 16 bits are those on the wire.
    next: u64,
}

impl SentHistory {
    pub(super) fn new() -> Self {
        let nothing = Sent {
            sent_us: 0,
            total: 0,
            bytes: 0,
            cluster: None,
            fate: Fate::InFlight,
        };
        Self {
            ring: vec![nothing; SMALLEST],
            first: 0,
            next: 0,
        }
    }

    /// The number, without wrap-around, that the next packet gets.
    pub(super) fn next_number(&self) -> u64 {
        self.next
    }

    /// Stores a packet and returns its sequence number.
    pub(super) fn push(&mut self, sent: Sent) -> u16 {
        if self.next - self.first == self.ring.len() as u64 {
            self.make_room(sent.sent_us);
        }
        let number = self.next;
        let place = self.place(number);
        if let Some(slot) = self.ring.get_mut(place) {
            *slot = sent;
        }
        self.next += 1;
        (number & 0xffff) as u16
    }

    /// The packet that the number on the wire means, if it was sent and is still known, with the
    /// number without wrap-around.
    pub(super) fn find(&mut self, sequence: u16) -> Option<(u64, &mut Sent)> {
        let last = self.next.checked_sub(1)?;
        let back = ((last & 0xffff) as u16).wrapping_sub(sequence);
        let number = last.checked_sub(u64::from(back))?;
        if number < self.first {
            return None;
        }
        let place = self.place(number);
        self.ring.get_mut(place).map(|sent| (number, sent))
    }

    fn place(&self, number: u64) -> usize {
        (number & (self.ring.len() as u64 - 1)) as usize
    }

    #[cold]
    fn grow(&mut self) {
        let before = self.ring.len() as u64;
        let empty = self.ring.clone();
        self.ring.extend(empty);
        // A number moves to the upper half where the bit that the longer mask adds is set.
        for number in self.first..self.next {
            let old = (number & (before - 1)) as usize;
            let place = self.place(number);
            if let Some(sent) = self.ring.get(old).copied()
                && let Some(slot) = self.ring.get_mut(place)
            {
                *slot = sent;
            }
        }
    }

    fn make_room(&mut self, now_us: i64) {
        let oldest = self.ring.get(self.place(self.first));
        let awaited = oldest.is_some_and(|sent| {
            sent.fate == Fate::InFlight && now_us.saturating_sub(sent.sent_us) < KEPT_US
        });
        if awaited && self.ring.len() < LARGEST {
            self.grow();
        } else {
            self.first += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sent(sent_us: i64, bytes: u16) -> Sent {
        Sent {
            sent_us,
            total: 0,
            bytes,
            cluster: None,
            fate: Fate::InFlight,
        }
    }

    #[test]
    fn numbers_are_found_across_the_wrap_around() {
        let mut history = SentHistory::new();
        for at in 0..70_000_i64 {
            let sequence = history.push(sent(at, (at % 1000) as u16));
            assert_eq!(i64::from(sequence), at % 65_536);
            history.find(sequence).unwrap().1.fate = Fate::Received;
        }
        let (number, found) = history.find((69_990_u32 % 65_536) as u16).unwrap();
        assert_eq!((number, found.sent_us), (69_990, 69_990));
        assert_eq!(history.ring.len(), SMALLEST);
    }

    #[test]
    fn a_number_that_was_not_sent_is_not_found() {
        let mut history = SentHistory::new();
        assert!(history.find(0).is_none());
        history.push(sent(0, 1));
        assert!(history.find(0).is_some());
        assert!(history.find(1).is_none());
        assert!(history.find(65_535).is_none());
    }

    #[test]
    fn it_grows_only_while_answers_are_awaited_and_only_so_far() {
        let mut history = SentHistory::new();
        for at in 0..40_000 {
            history.push(sent(at, 7));
        }
        assert_eq!(history.ring.len(), LARGEST);
        for sequence in 40_000 - LARGEST as i64..40_000 {
            let (_, found) = history.find(sequence as u16).unwrap();
            assert_eq!(found.sent_us, sequence);
        }
        assert!(history.find((40_000 - LARGEST - 1) as u16).is_none());

        let mut slow = SentHistory::new();
        for at in 0..40_000 {
            slow.push(sent(at * 10_000, 7));
        }
        assert_eq!(
            slow.ring.len(),
            SMALLEST,
            "answers never came in two seconds"
        );
    }
}
