//! What lies between two feedback messages.
//!
//! Some receivers begin each message with a packet that came, so that one that was lost just before
//! it is in no message. Where the count of messages shows that none of them was lost in between, such
//! a packet did not arrive, and without it little traffic would look as if hardly anything was lost.

use crate::rtcp::TransportFeedback;

/// So many messages may be lost in a row; what looks like more is an old one that comes late.
const MOST_LOST: u8 = 127;

/// More packets than this between two messages were not lost in a row: their receiver counts anew.
const MOST_BETWEEN: u16 = 512;

/// Where the last message ended.
#[derive(Debug, Default)]
pub(super) struct Gap {
    /// Its count, and the first packet behind it.
    last: Option<(u8, u16)>,
}

/// What is between a message and the one before it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Between {
    /// The first packet that did not arrive, and how many there are.
    pub(super) first: u16,
    pub(super) missing: u16,
    /// Whether the receiver has told something that did not come.
    pub(super) untold: bool,
}

impl Gap {
    /// Takes the next message.
    pub(super) fn before(&mut self, feedback: &TransportFeedback<'_>) -> Between {
        let base = feedback.base_sequence();
        let end = base.wrapping_add(feedback.status_count());
        let Some((count, first)) = self.last.replace((feedback.count(), end)) else {
            return Between::default();
        };
        let missing = base.wrapping_sub(first);
        let messages = feedback.count().wrapping_sub(count);
        let follows = messages == 1 && missing <= MOST_BETWEEN;
        Between {
            first,
            missing: if follows { missing } else { 0 },
            untold: (2..=MOST_LOST).contains(&messages),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rtcp::{self, Rtcp, write};

    /// What is missing before the last of messages with these counts, first packets and lengths.
    fn before(messages: &[(u8, u16, usize)]) -> Between {
        let mut gap = Gap::default();
        let mut last = Between::default();
        for (count, base, packets) in messages {
            let mut message = Vec::new();
            let deltas = vec![Some(4); *packets];
            write::transport_feedback(&mut message, 1, 2, *count, *base, 7, &deltas);
            for packet in rtcp::read(&message) {
                if let Rtcp::TransportFeedback(feedback) = packet {
                    last = gap.before(&feedback);
                }
            }
        }
        last
    }

    #[test]
    fn what_is_in_neither_of_two_messages_in_a_row_is_missing() {
        let between = before(&[(255, 65_530, 8), (0, 5, 3)]);
        assert_eq!(
            (between.first, between.missing, between.untold),
            (2, 3, false)
        );
    }

    #[test]
    fn nothing_is_missing_where_a_message_was_lost_or_repeats_another() {
        assert_eq!(before(&[(3, 100, 8)]).missing, 0);
        assert_eq!(before(&[(3, 100, 8), (5, 116, 8)]).missing, 0);
        assert_eq!(before(&[(3, 100, 8), (4, 106, 8)]).missing, 0);
        assert_eq!(before(&[(3, 100, 8), (4, 9_000, 8)]).missing, 0);
    }

    #[test]
    fn a_message_that_was_lost_is_known_by_the_count_of_the_next() {
        assert!(before(&[(254, 100, 8), (1, 130, 8)]).untold);
        assert!(!before(&[(3, 100, 8), (2, 92, 8)]).untold);
        assert!(!before(&[(3, 100, 8), (4, 108, 8)]).untold);
        assert!(!before(&[(3, 100, 8)]).untold);
    }
}
