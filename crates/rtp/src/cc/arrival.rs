//! Differences between bursts of packets: how much longer the next one was under way (the pre-filter
//! and inter-group delay variation of draft-ietf-rmcat-gcc-02 sections 5.1 and 5.2).

/// Packets sent within this time of the first are one group.
const GROUP_US: i64 = 5_000;

/// Packets that arrive within this time after another, faster than they were sent, were held back
/// together on the way and belong to one group.
const HELD_TOGETHER_US: i64 = 5_000;

/// A group takes in packets that were held back for at most this long, so that it ends.
const LONGEST_HELD_US: i64 = 100_000;

/// So many groups in a row that arrived before the one sent earlier say that the way changed.
const MOST_REVERSED: u8 = 3;

/// Two neighbouring groups compared.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Variation {
    pub(super) send_delta_us: i64,
    pub(super) arrival_delta_us: i64,
    /// When the later one was complete, on the receiver's clock.
    pub(super) arrived_us: i64,
}

#[derive(Clone, Copy, Debug)]
struct Group {
    first_sent_us: i64,
    last_sent_us: i64,
    first_arrived_us: i64,
    last_arrived_us: i64,
}

impl Group {
    fn of(sent_us: i64, arrived_us: i64) -> Self {
        Self {
            first_sent_us: sent_us,
            last_sent_us: sent_us,
            first_arrived_us: arrived_us,
            last_arrived_us: arrived_us,
        }
    }

    fn takes(&self, sent_us: i64, arrived_us: i64) -> bool {
        if sent_us - self.first_sent_us <= GROUP_US {
            return true;
        }
        let arrival_gap = arrived_us - self.last_arrived_us;
        let send_gap = sent_us - self.last_sent_us;
        arrival_gap < send_gap
            && arrival_gap <= HELD_TOGETHER_US
            && arrived_us - self.first_arrived_us < LONGEST_HELD_US
    }
}

/// Collects packets into groups and compares each complete group with the one before.
#[derive(Debug, Default)]
pub(super) struct ArrivalGroups {
    before: Option<Group>,
    current: Option<Group>,
    reversed: u8,
}

impl ArrivalGroups {
    /// Begins again: the next group is compared with none before.
    pub(super) fn reset(&mut self) {
        *self = Self::default();
    }

    /// Takes a packet in the order of sending. Those from before the present group are too late to
    /// tell anything.
    pub(super) fn on_packet(&mut self, sent_us: i64, arrived_us: i64) -> Option<Variation> {
        let Some(current) = &mut self.current else {
            self.current = Some(Group::of(sent_us, arrived_us));
            return None;
        };
        if sent_us < current.first_sent_us {
            return None;
        }
        if current.takes(sent_us, arrived_us) {
            current.last_sent_us = current.last_sent_us.max(sent_us);
            current.first_arrived_us = current.first_arrived_us.min(arrived_us);
            current.last_arrived_us = current.last_arrived_us.max(arrived_us);
            return None;
        }
        let complete = *current;
        *current = Group::of(sent_us, arrived_us);
        let before = self.before.replace(complete)?;
        let variation = Variation {
            send_delta_us: complete.last_sent_us - before.last_sent_us,
            arrival_delta_us: complete.last_arrived_us - before.last_arrived_us,
            arrived_us: complete.last_arrived_us,
        };
        if variation.arrival_delta_us < 0 {
            self.reversed += 1;
            if self.reversed >= MOST_REVERSED {
                self.reset();
            }
            return None;
        }
        self.reversed = 0;
        Some(variation)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bursts_are_compared_by_their_last_packets() {
        let mut groups = ArrivalGroups::default();
        assert_eq!(groups.on_packet(0, 50_000), None);
        assert_eq!(groups.on_packet(3_000, 52_000), None);
        assert_eq!(groups.on_packet(33_000, 84_000), None);
        assert_eq!(groups.on_packet(34_000, 86_000), None);
        assert_eq!(
            groups.on_packet(66_000, 120_000),
            Some(Variation {
                send_delta_us: 31_000,
                arrival_delta_us: 34_000,
                arrived_us: 86_000,
            })
        );
    }

    #[test]
    fn packets_held_back_together_are_one_group() {
        let mut groups = ArrivalGroups::default();
        for (sent, arrived) in [
            (0, 100_000),
            (20_000, 180_000),
            (40_000, 181_000),
            (60_000, 182_000),
        ] {
            assert_eq!(groups.on_packet(sent, arrived), None);
        }
        let variation = groups.on_packet(200_000, 300_000).unwrap();
        assert_eq!(variation.send_delta_us, 60_000);
        assert_eq!(variation.arrival_delta_us, 82_000);
    }

    #[test]
    fn arrivals_that_go_back_tell_nothing() {
        let mut groups = ArrivalGroups::default();
        for at in 0..50_i64 {
            assert_eq!(groups.on_packet(at * 20_000, -at * 20_000), None);
        }
    }
}
