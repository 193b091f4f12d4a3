//! What a stream sent, so that it can be sent again: numbers and a reference each. The payload
//! stays where it is, in the publisher's ring, and is not there twice.

use crate::{members::Place, stream::Numbers};
use zoom_protocol::Source;

/// Entries when the first packet is sent; the memory doubles as long as it forgets too early.
const FEWEST: usize = 64;
/// Times that one packet is sent again: with more the way is closed rather than bad.
const MOST_TIMES: u8 = 8;
/// The least milliseconds between two repairs of one packet, where the round trip is shorter.
const LEAST_GAP_MS: u32 = 15;

/// Where a packet's payload lies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Reference {
    pub(crate) publisher: Place,
    pub(crate) source: Source,
    pub(crate) layer: u8,
    /// Its number in the layer's ring.
    pub(crate) id: u64,
}

/// A packet that was sent.
#[derive(Clone, Copy, Debug)]
struct Entry {
    numbers: Numbers,
    from: Reference,
    /// Milliseconds of the SFU's time, wrapping.
    sent_ms: u32,
    again_ms: u32,
    times: u8,
    /// Whether it came to be sent only after its successors.
    late: bool,
}

/// The packets of one stream.
#[derive(Debug, Default)]
pub(crate) struct History {
    entries: Vec<Option<Entry>>,
    highest: u64,
}

impl History {
    /// Notes a packet. There are at most `most` entries, and as few as keep what is younger than
    /// `age_ms`.
    pub(crate) fn note(
        &mut self,
        numbers: &Numbers,
        from: Reference,
        now_ms: u32,
        most: usize,
        age_ms: u32,
    ) {
        if most == 0 {
            return;
        }
        if self.entries.is_empty() {
            self.entries.resize(FEWEST.min(most), None);
        }
        let young = |entry: &Entry| {
            now_ms.wrapping_sub(entry.sent_ms) < age_ms && entry.numbers.seq != numbers.seq
        };
        if self.entry(numbers.seq).is_some_and(|entry| young(&entry)) && self.entries.len() < most {
            self.grow(most);
        }
        let late = numbers.seq < self.highest;
        self.highest = self.highest.max(numbers.seq);
        let at = self.at(numbers.seq);
        if let Some(entry) = self.entries.get_mut(at) {
            *entry = Some(Entry {
                numbers: *numbers,
                from,
                sent_ms: now_ms,
                again_ms: now_ms,
                times: 0,
                late,
            });
        }
    }

    /// The packet with this number on the wire, if it may be sent again.
    pub(crate) fn again(
        &mut self,
        sequence: u16,
        now_ms: u32,
        age_ms: u32,
        round_trip_ms: u32,
    ) -> Option<(Numbers, Reference)> {
        if self.entries.is_empty() {
            return None;
        }
        let at = self.at(sequence.into());
        let entry = self.entries.get_mut(at)?.as_mut()?;
        // What is asked for before it can have come, or not come, is on its way: a packet that was
        // just repaired, and one that was itself missing when its successors were sent. A round trip
        // is measured with the receiver's own delay in it, and whoever asks for a second repair right
        // after one would wait for another if refused.
        let gap = match (entry.times, entry.late) {
            (0, false) => 0,
            (0, true) => round_trip_ms.max(LEAST_GAP_MS),
            _ => (round_trip_ms - round_trip_ms / 8).max(LEAST_GAP_MS),
        };
        let allowed = entry.numbers.seq as u16 == sequence
            && now_ms.wrapping_sub(entry.sent_ms) <= age_ms
            && entry.times < MOST_TIMES
            && now_ms.wrapping_sub(entry.again_ms) >= gap;
        if !allowed {
            return None;
        }
        entry.times += 1;
        entry.again_ms = now_ms;
        Some((entry.numbers, entry.from))
    }

    fn at(&self, seq: u64) -> usize {
        // The size divides 65,536, so that the number on the wire finds the same place.
        (seq % self.entries.len().max(1) as u64) as usize
    }

    fn entry(&self, seq: u64) -> Option<Entry> {
        self.entries.get(self.at(seq)).copied().flatten()
    }

    fn grow(&mut self, most: usize) {
        let size = (self.entries.len() * 2).min(most.next_power_of_two());
        let kept = std::mem::take(&mut self.entries);
        self.entries.resize(size, None);
        for entry in kept.into_iter().flatten() {
            let at = self.at(entry.numbers.seq);
            if let Some(place) = self.entries.get_mut(at) {
                *place = Some(entry);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{members::Members, vp8::Vp8Patch};

    const ROUND_TRIP_MS: u32 = 104;

    /// A history with packet 7, sent at 1,000 ms.
    fn sent() -> History {
        let from = Reference {
            publisher: Members::default().enter(zoom_protocol::ParticipantId(1)),
            source: Source::Camera,
            layer: 0,
            id: 0,
        };
        let numbers = Numbers {
            seq: 7,
            timestamp: 0,
            marker: true,
            patch: Vp8Patch::default(),
        };
        let mut history = History::default();
        history.note(&numbers, from, 1_000, 512, 2_000);
        history
    }

    #[test]
    fn a_repair_that_was_lost_is_sent_again_when_it_is_asked_for_a_round_trip_later() {
        let mut history = sent();
        let mut asked = |at| history.again(7, at, 2_000, ROUND_TRIP_MS).is_some();
        assert!(asked(1_050));
        // The measured round trip has a few milliseconds of the receiver in it.
        assert!(asked(1_150));
    }

    #[test]
    fn a_repair_on_its_way_is_not_sent_twice() {
        let mut history = sent();
        let mut asked = |at| history.again(7, at, 2_000, ROUND_TRIP_MS).is_some();
        assert!(asked(1_050));
        assert!(!asked(1_070));
        assert!(!asked(1_130));
    }
}
