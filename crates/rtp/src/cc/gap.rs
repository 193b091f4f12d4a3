//! What lies between two feedback messages.
//!
//! Some receivers begin each message with a packet that came, so that one that was lost just before
//! it is in no message. Where the count of messages shows that none of them was lost in between, such
//! a packet did not arrive, and without it little traffic would look as if hardly anything was lost.

use crate::rtcp::TransportFeedback;

/// More packets than this between two messages were not lost in a row: their receiver counts anew.
const MOST_BETWEEN: u16 = 512;

/// Where the last message ended.
#[derive(Debug, Default)]
pub(super) struct Gap {
    /// Its count, and the first packet behind it.
    last: Option<(u8, u16)>,
}

impl Gap {
    /// Takes the next message, and returns the first packet that is missing before it and how many
    /// there are.
    pub(super) fn before(&mut self, feedback: &TransportFeedback<'_>) -> (u16, u16) {
        let base = feedback.base_sequence();
        let end = base.wrapping_add(feedback.status_count());
        let last = self.last.replace((feedback.count(), end));
        let between = last.and_then(|(count, end)| {
            let missing = base.wrapping_sub(end);
            let follows = feedback.count() == count.wrapping_add(1);
            (follows && missing <= MOST_BETWEEN).then_some((end, missing))
        });
        between.unwrap_or((base, 0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rtcp::{self, Rtcp, write};

    /// What is missing before the last of messages with these counts, first packets and lengths.
    fn before(messages: &[(u8, u16, usize)]) -> (u16, u16) {
        let mut gap = Gap::default();
        let mut last = (0, 0);
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
        assert_eq!(before(&[(255, 65_530, 8), (0, 5, 3)]), (2, 3));
    }

    #[test]
    fn nothing_is_missing_where_a_message_was_lost_or_repeats_another() {
        assert_eq!(before(&[(3, 100, 8)]).1, 0);
        assert_eq!(before(&[(3, 100, 8), (5, 116, 8)]).1, 0);
        assert_eq!(before(&[(3, 100, 8), (4, 106, 8)]).1, 0);
        assert_eq!(before(&[(3, 100, 8), (4, 9_000, 8)]).1, 0);
    }
}
