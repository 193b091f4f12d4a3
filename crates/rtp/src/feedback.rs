//! Transport-wide feedback about what was received
//! (draft-holmer-rmcat-transport-wide-cc-extensions-01).

use std::collections::VecDeque;
use std::num::NonZeroU64;
use std::time::{Duration, Instant};

use crate::rtcp::{DELTA_TICK_US, REFERENCE_TICK_US, write};

/// How long an arrival waits to be told while there is little to tell.
const SLOW: Duration = Duration::from_millis(100);

/// How long an arrival waits when there is much to tell: what the sender's controller expects of a
/// receiver at full rate.
const FAST: Duration = Duration::from_millis(50);

/// Arrivals since the last message from which on there is much to tell: 320 packets a second.
const MUCH: usize = 32;

/// Sequence numbers between the oldest kept and the newest. A jump beyond it is not a loss but a
/// sender that begins anew, and is begun anew with.
const WINDOW: u64 = 8_192;
const WINDOW_LEN: usize = 8_192;

/// How long a told arrival is kept: a packet that comes late takes the message back to itself, and
/// the ones after it are told again.
const HISTORY: Duration = Duration::from_millis(500);

/// Bytes of one message, so that it is alone in a datagram with its seal.
const MOST_BYTES: usize = 1_100;

/// Bytes of a message before its chunks.
const HEAD_BYTES: usize = 20;

/// Packets that a chunk tells of at least, the last one apart.
const LEAST_IN_CHUNK: usize = 7;

/// Chunks that a run of missing packets takes at most, however long: the end of a vector of 14,
/// and a run.
const MOST_FOR_GAP: usize = 3;

/// Units of the differences (250 µs) in one of the reference time (64 ms).
const TICKS_IN_REFERENCE: u64 = (REFERENCE_TICK_US / DELTA_TICK_US).unsigned_abs();

/// Keeps when packets of one transport arrived and tells their sender.
#[derive(Clone, Debug, Default)]
pub struct FeedbackRecorder {
    /// The arrival of the first packet; all times are told relative to it.
    origin: Option<Instant>,
    /// Arrivals in units of 250 µs from one reference tick before `origin`, from index `first` on
    /// without a gap; the last is never missing.
    arrivals: VecDeque<Option<NonZeroU64>>,
    /// The index (sequence number with its wraps) of the first entry of `arrivals`.
    first: u64,
    /// The index that the next message begins with.
    untold: u64,
    /// No packet before this index is recorded: it was told of too long ago.
    floor: u64,
    /// Arrivals that wait to be told, and since when.
    waiting: usize,
    waiting_since: Option<Instant>,
    count: u8,
    deltas: Vec<Option<i16>>,
}

impl FeedbackRecorder {
    /// A recorder that has seen nothing.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Records the arrival of the packet with this transport-wide sequence number. A packet that
    /// comes twice counts the first time.
    pub fn on_packet(&mut self, sequence: u16, arrival: Instant) {
        let origin = *self.origin.get_or_insert(arrival);
        let since = arrival.saturating_duration_since(origin).as_micros();
        let ticks = u64::try_from(since).unwrap_or(u64::MAX) / DELTA_TICK_US.unsigned_abs();
        let ticks = NonZeroU64::new(ticks.saturating_add(TICKS_IN_REFERENCE));

        let Some(index) = self.place(sequence) else {
            return;
        };
        let Ok(offset) = usize::try_from(index - self.first) else {
            return;
        };
        let Some(entry) = self.arrivals.get_mut(offset) else {
            return;
        };
        if entry.is_some() {
            return;
        }
        *entry = ticks;
        self.untold = self.untold.min(index);
        self.waiting += 1;
        self.waiting_since.get_or_insert(arrival);
    }

    /// Makes room for a packet and returns its index; `None` if it comes too late to be told of.
    fn place(&mut self, sequence: u16) -> Option<u64> {
        let Some(newest) = self.newest() else {
            self.begin_at(sequence);
            return Some(self.first);
        };
        let [.., high, low] = newest.to_be_bytes();
        let step = i64::from(
            sequence
                .wrapping_sub(u16::from_be_bytes([high, low]))
                .cast_signed(),
        );
        if step.unsigned_abs() >= WINDOW {
            self.begin_at(sequence);
            return Some(self.first);
        }
        // The first index of all is above any step back, so nothing goes below zero.
        let index = newest.saturating_add_signed(step);
        if index < self.floor {
            return None;
        }
        while index < self.first {
            self.arrivals.push_front(None);
            self.first -= 1;
        }
        let ahead = usize::try_from(index.saturating_sub(newest)).ok()?;
        let len = self.arrivals.len() + ahead;
        self.drop_first(len.saturating_sub(WINDOW_LEN));
        self.arrivals.resize(len.min(WINDOW_LEN), None);
        (index >= self.first).then_some(index)
    }

    fn newest(&self) -> Option<u64> {
        let len = u64::try_from(self.arrivals.len()).ok()?;
        (self.first + len).checked_sub(1).filter(|_| len > 0)
    }

    fn begin_at(&mut self, sequence: u16) {
        self.arrivals.clear();
        self.arrivals.push_back(None);
        self.first = 0x1_0000 + u64::from(sequence);
        self.untold = self.first;
        self.floor = 0;
        self.waiting = 0;
        self.waiting_since = None;
    }

    fn drop_first(&mut self, count: usize) {
        let dropped = self.arrivals.drain(..count.min(self.arrivals.len())).len();
        if dropped == 0 {
            return;
        }
        self.first += u64::try_from(dropped).unwrap_or(0);
        self.floor = self.first;
        self.untold = self.untold.max(self.first);
    }

    /// When [`build`](Self::build) is to be called, not before `now`; `None` while there is nothing
    /// to tell.
    #[must_use]
    pub fn next_due(&self, now: Instant) -> Option<Instant> {
        let wait = if self.waiting >= MUCH { FAST } else { SLOW };
        self.waiting_since.map(|since| (since + wait).max(now))
    }

    /// Appends one message of at most 1,100 bytes and returns whether there was anything to tell.
    /// `media_ssrc` is any stream of the transport.
    ///
    /// If one message does not hold all, [`next_due`](Self::next_due) is `now`: the next call goes
    /// on, into a datagram of its own.
    pub fn build(
        &mut self,
        sender_ssrc: u32,
        media_ssrc: u32,
        to: &mut Vec<u8>,
        now: Instant,
    ) -> bool {
        let Some(reference) = self.collect() else {
            self.waiting = 0;
            self.waiting_since = None;
            return false;
        };
        let [.., high, low] = self.untold.to_be_bytes();
        // The reference time is carried modulo 2^24.
        let [.., t0, t1, t2] = reference.to_be_bytes();
        write::transport_feedback(
            to,
            sender_ssrc,
            media_ssrc,
            self.count,
            u16::from_be_bytes([high, low]),
            u32::from_be_bytes([0, t0, t1, t2]),
            &self.deltas,
        );
        self.count = self.count.wrapping_add(1);
        self.untold += u64::try_from(self.deltas.len()).unwrap_or(0);
        let told = self.deltas.iter().flatten().count();
        if self.newest().is_none_or(|newest| newest < self.untold) {
            self.waiting = 0;
            self.waiting_since = None;
        } else {
            // What is left has waited long enough.
            self.waiting = self.waiting.saturating_sub(told);
            self.waiting_since = now.checked_sub(SLOW).or(self.waiting_since);
        }
        self.forget(now);
        true
    }

    /// Fills `deltas` with what the next message tells and returns its reference time; `None` if
    /// nothing arrived that is untold.
    fn collect(&mut self) -> Option<u64> {
        self.deltas.clear();
        let from = usize::try_from(self.untold.checked_sub(self.first)?).ok()?;
        let arrivals = self.arrivals.range(from.min(self.arrivals.len())..);
        let mut reference = None;
        let mut last = 0u64;
        let mut bytes = HEAD_BYTES;
        // Missing packets are told with the arrival that shows them to be missing.
        let mut told = 0;
        let mut in_chunks = 0;
        for (place, arrival) in arrivals.enumerate() {
            let Some(ticks) = arrival.map(NonZeroU64::get) else {
                self.deltas.push(None);
                continue;
            };
            if reference.is_none() {
                reference = Some(ticks / TICKS_IN_REFERENCE);
                last = ticks - ticks % TICKS_IN_REFERENCE;
            }
            let delta = i128::from(ticks) - i128::from(last);
            let Ok(delta) = i16::try_from(delta) else {
                break;
            };
            bytes += if (0..=255).contains(&delta) { 1 } else { 2 };
            in_chunks += (place - told).min(MOST_FOR_GAP * LEAST_IN_CHUNK) + 1;
            let chunks = in_chunks.div_ceil(LEAST_IN_CHUNK);
            if bytes + 2 * chunks > MOST_BYTES && told > 0 {
                break;
            }
            self.deltas.push(Some(delta));
            told = place + 1;
            last = ticks;
        }
        self.deltas.truncate(told);
        reference
    }

    /// Drops what was told and is too old to be told again.
    fn forget(&mut self, now: Instant) {
        let Some(origin) = self.origin else { return };
        let passed = now
            .saturating_duration_since(origin)
            .saturating_sub(HISTORY)
            .as_micros();
        let passed = u64::try_from(passed).unwrap_or(u64::MAX) / DELTA_TICK_US.unsigned_abs();
        let limit = passed.saturating_add(TICKS_IN_REFERENCE);
        let told = usize::try_from(self.untold - self.first).unwrap_or(usize::MAX);
        let old = self
            .arrivals
            .iter()
            .take(told)
            .rposition(|arrival| arrival.is_some_and(|ticks| ticks.get() < limit));
        if let Some(place) = old {
            // The newest stays, for the next packet's place follows from it.
            self.drop_first((place + 1).min(self.arrivals.len() - 1));
        }
    }
}
