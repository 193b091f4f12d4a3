//! A way that became longer all at once: another route, another radio cell.
//!
//! A queue grows packet by packet, each by what the one before it takes to leave. A longer way shows
//! as one jump between two packets, after which the delay stays as it is while as much is sent as
//! before. Where the way was not full before the jump, that is no queue.

/// A jump of the delay above this, and above what the largest packets take one by one at the rate
/// of before, is a step. Microseconds.
const LEAST_US: i64 = 25_000;
const PACKET_BITS: f64 = 12_000.0;

/// A longer step is not taken for another way without a test, microseconds.
const MOST_US: i64 = 300_000;

/// The delay stays if it does not fall by more than this after the jump, microseconds, nor rise by
/// more than this or this part of the jump: jitter of which the fastest packets are looked at.
const STAYS_US: i64 = 15_000;
const STAYS_PART: i64 = 3;

/// It is seen to stay over this many packets that were sent over this time, microseconds.
const SEEN_PACKETS: u32 = 3;
const SEEN_US: i64 = 25_000;

/// Packets of which the fastest is looked at.
const RECENT: usize = 3;

#[derive(Clone, Copy, Debug)]
struct Jump {
    /// The delay before it.
    before_us: i64,
    /// The delay after it.
    level_us: i64,
    /// The least delay since.
    least_us: i64,
    size_us: i64,
    first_sent_us: i64,
    last_sent_us: i64,
    packets: u32,
}

/// Looks for a step in the delays of packets, in the order of sending.
#[derive(Debug)]
pub(super) struct StepFinder {
    recent: [i64; RECENT],
    taken: usize,
    jump: Option<Jump>,
    /// The last jump since [`end_batch`](Self::end_batch).
    gap_us: i64,
    /// What the largest packets take one by one.
    packet_us: i64,
}

impl StepFinder {
    pub(super) fn new() -> Self {
        Self {
            recent: [i64::MAX; RECENT],
            taken: 0,
            jump: None,
            gap_us: 0,
            packet_us: 0,
        }
    }

    pub(super) fn reset(&mut self) {
        *self = Self::new();
    }

    /// Takes arrival minus sending of a packet.
    pub(super) fn on_packet(&mut self, sent_us: i64, skew_us: i64) {
        let before_us = self.fastest_us();
        if let Some(slot) = self.recent.get_mut(self.taken % RECENT) {
            *slot = skew_us;
        }
        self.taken = self.taken.wrapping_add(1);
        let level_us = self.fastest_us();
        if before_us == i64::MAX || level_us == i64::MAX {
            return;
        }
        let size_us = level_us.saturating_sub(before_us);
        if size_us > LEAST_US + self.packet_us {
            self.gap_us = size_us.min(MOST_US);
            self.jump = (size_us <= MOST_US).then_some(Jump {
                before_us,
                level_us,
                least_us: level_us,
                size_us,
                first_sent_us: sent_us,
                last_sent_us: sent_us,
                packets: 1,
            });
            return;
        }
        let Some(jump) = &mut self.jump else { return };
        jump.least_us = jump.least_us.min(level_us);
        let rises = level_us - jump.least_us > STAYS_US.max(jump.size_us / STAYS_PART);
        let falls = jump.level_us - level_us > STAYS_US;
        if rises || falls {
            self.jump = None;
            return;
        }
        jump.last_sent_us = jump.last_sent_us.max(sent_us);
        jump.packets = jump.packets.saturating_add(1);
    }

    /// The delay before a jump and the least one after it, once, if it stays.
    pub(super) fn take(&mut self) -> Option<(i64, i64)> {
        let jump = self.jump?;
        let stays =
            jump.packets >= SEEN_PACKETS && jump.last_sent_us - jump.first_sent_us >= SEEN_US;
        if !stays {
            return None;
        }
        self.jump = None;
        Some((jump.before_us, jump.least_us))
    }

    /// How large a jump was of which it is not known yet whether the delay stays after it; 0 if
    /// there is none.
    pub(super) fn open_us(&self) -> i64 {
        self.jump.map_or(0, |jump| jump.size_us)
    }

    /// How long nothing came through because of a jump that this feedback told of.
    pub(super) fn gap_us(&self) -> i64 {
        self.gap_us
    }

    /// All conclusions from a feedback were drawn; `bps` arrived lately.
    pub(super) fn end_batch(&mut self, bps: f64) {
        self.gap_us = 0;
        self.packet_us = (PACKET_BITS * 1e6 / bps.max(1.0)).min(MOST_US as f64) as i64;
    }

    fn fastest_us(&self) -> i64 {
        self.recent
            .iter()
            .copied()
            .max()
            .map_or(i64::MAX, |slowest| {
                if slowest == i64::MAX {
                    i64::MAX
                } else {
                    self.recent.iter().copied().min().unwrap_or(slowest)
                }
            })
    }
}
