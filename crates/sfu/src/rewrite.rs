//! Sequence numbers of one outgoing stream that is fed by changing sources.
//!
//! A stream to a subscriber lives as long as its slot; the people in the slot and the simulcast
//! layers change. Each stay of one source is a *segment*: its packets keep their distances, so that
//! what was lost on the way to the server stays a gap that a retransmission can fill, and the next
//! segment begins right after the highest number that was sent.

/// The highest first number: with the numbers after it a receiver is far from the first wrap, so
/// that it and the sender agree on the SRTP rollover counter (RFC 3711 section 3.3.1).
const FIRST_MAX: u64 = 0x3fff;

/// Maps extended sequence numbers (RFC 3550 appendix A.1) of sources to those of one stream.
#[derive(Debug)]
pub(crate) struct SeqRewriter {
    /// The highest number given out, or the one before the first.
    highest: u64,
    segment: Option<Segment>,
}

#[derive(Clone, Copy, Debug)]
struct Segment {
    first_in: u64,
    first_out: u64,
}

impl SeqRewriter {
    /// A stream whose first number is between 1 and 16384, chosen by `seed`.
    pub(crate) fn new(seed: u32) -> Self {
        Self {
            highest: u64::from(seed) & FIRST_MAX,
            segment: None,
        }
    }

    /// Begins a segment: the packet `incoming` follows right after everything sent before.
    pub(crate) fn start(&mut self, incoming: u64) {
        self.segment = Some(Segment {
            first_in: incoming,
            first_out: self.highest + 1,
        });
    }

    /// Gives a number to nobody, so that the receiver sees that something is missing.
    pub(crate) fn leave_out(&mut self) {
        self.highest += 1;
    }

    /// The number for a packet of the segment; `None` for a packet from before its begin, whose
    /// number belongs to somebody else.
    pub(crate) fn map(&mut self, incoming: u64) -> Option<u64> {
        let segment = self.segment?;
        let distance = incoming.checked_sub(segment.first_in)?;
        let outgoing = segment.first_out.checked_add(distance)?;
        self.highest = self.highest.max(outgoing);
        Some(outgoing)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_packet_from_before_the_segment_is_refused() {
        let mut seq = SeqRewriter::new(7);
        assert_eq!(seq.map(5), None);
        seq.start(100);
        assert_eq!(seq.map(100), Some(8));
        assert_eq!(seq.map(99), None);
    }

    proptest! {
        #[test]
        fn the_first_number_is_below_65536_whatever_the_source_counts(seed: u32, first in 0_u64..1 << 48) {
            let mut seq = SeqRewriter::new(seed);
            seq.start(first);
            let out = seq.map(first);
            prop_assert!(out.is_some_and(|out| (1..65_536).contains(&out)));
        }

        #[test]
        fn segments_follow_each_other_without_gap_or_overlap(
            seed: u32,
            segments in prop::collection::vec((0_u64..1 << 40, prop::collection::vec(0_u64..300, 1..40)), 1..20),
        ) {
            let mut seq = SeqRewriter::new(seed);
            let mut highest = u64::from(seed) & FIRST_MAX;
            for (first, distances) in segments {
                seq.start(first);
                let begin = highest + 1;
                prop_assert_eq!(seq.map(first), Some(begin));
                highest = begin;
                for distance in distances {
                    let out = seq.map(first + distance);
                    // Order of arrival does not matter, distances are kept.
                    prop_assert_eq!(out, Some(begin + distance));
                    highest = highest.max(begin + distance);
                }
            }
        }

        #[test]
        fn the_wire_numbers_wrap_as_those_of_the_source_do(seed: u32, first in 0_u64..1 << 40, distance in 0_u64..200_000) {
            let mut seq = SeqRewriter::new(seed);
            seq.start(first);
            let begin = seq.map(first).unwrap();
            let out = seq.map(first + distance).unwrap();
            prop_assert_eq!((out as u16).wrapping_sub(begin as u16), distance as u16);
        }
    }
}
