//! What is missing of a stream and is to be asked for again (RFC 4585 section 6.2.1).

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use crate::rtcp::write::MOST_NACK_ENTRIES;

/// How long a missing packet is waited for before it is asked for. Networks and Wi-Fi reorder
/// within a few milliseconds; what is merely late needs no second copy.
const REORDERING: Duration = Duration::from_millis(5);

/// The shortest time between two requests for one packet. On a short way the sender's own
/// scheduling is longer than the round trip.
const SHORTEST_REPEAT: Duration = Duration::from_millis(20);

/// The longest time between two requests for one packet, so that a wrong round trip cannot end
/// the repair.
const LONGEST_REPEAT: Duration = Duration::from_millis(500);

/// Requests for one packet. With a tenth of them lost both ways together, ten in a row fail once
/// in 10^10.
const MOST_TRIES: u8 = 10;

/// How long a packet is asked for. A conversation does not wait longer for a picture; a key frame
/// brings it sooner.
const OLDEST: Duration = Duration::from_secs(2);

/// Missing packets that are kept at once: about a second of a camera. Whoever lost more is better
/// served by a key frame, and a sender that skips numbers on purpose costs no more than this.
const MOST_MISSING: usize = 512;

/// Follows one received stream and says which of its packets to ask for again.
#[derive(Clone, Debug, Default)]
pub struct NackTracker {
    highest: Option<u64>,
    /// In the order of their indices.
    missing: VecDeque<Missing>,
    /// No request is due before; it may pass without one.
    next: Option<Instant>,
    /// Something before this index is lost for good.
    lost_below: Option<u64>,
}

#[derive(Clone, Copy, Debug)]
struct Missing {
    index: u64,
    noticed: Instant,
    due: Instant,
    /// When it was asked for first.
    asked: Option<Instant>,
    tries: u8,
}

impl NackTracker {
    /// A tracker that begins with the first packet it is told of.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes note of a packet, first sent or sent again. `index` is its sequence number with the
    /// number of wraps above the lower 16 bits.
    pub fn on_packet(&mut self, index: u64, now: Instant) {
        let Some(highest) = self.highest else {
            self.highest = Some(index);
            return;
        };
        if index <= highest {
            self.found(index);
            return;
        }
        self.highest = Some(index);
        let gap = index - highest - 1;
        if gap == 0 {
            return;
        }
        let room = MOST_MISSING - self.missing.len().min(MOST_MISSING);
        if usize::try_from(gap).map_or(true, |gap| gap > room) {
            self.clear();
            self.lose_below(index);
            return;
        }
        let due = now + REORDERING;
        for index in highest + 1..index {
            self.missing.push_back(Missing {
                index,
                noticed: now,
                due,
                asked: None,
                tries: 0,
            });
        }
        self.next = Some(self.next.map_or(due, |next| next.min(due)));
    }

    /// Takes note of a packet that was sent again because it was asked for. Returns how long after
    /// the first request that was: a round trip, or more where a request or an answer was lost;
    /// `None` if it was not asked for, or came before.
    pub fn on_answer(&mut self, index: u64, now: Instant) -> Option<Duration> {
        let place = self.place(index);
        let missing = place.and_then(|place| self.missing.get(place));
        let asked = missing.and_then(|missing| missing.asked);
        self.on_packet(index, now);
        asked.map(|asked| now.saturating_duration_since(asked))
    }

    fn place(&self, index: u64) -> Option<usize> {
        let place = self
            .missing
            .binary_search_by_key(&index, |missing| missing.index);
        place.ok()
    }

    fn found(&mut self, index: u64) {
        if let Some(place) = self.place(index) {
            self.missing.remove(place);
            if self.missing.is_empty() {
                self.next = None;
            }
        }
    }

    /// The first packet of a key frame has this index: nothing before it is needed any more.
    pub fn on_key_frame(&mut self, index: u64) {
        while self
            .missing
            .front()
            .is_some_and(|missing| missing.index < index)
        {
            self.missing.pop_front();
        }
        if self.missing.is_empty() {
            self.next = None;
        }
        if self
            .lost_below
            .is_some_and(|lost_below| lost_below <= index)
        {
            self.lost_below = None;
        }
    }

    /// Appends the sequence numbers to ask for at `now`, in the order of sending and at most as
    /// many as one request can hold; the others stay due. Each is asked for about once in a round
    /// trip `rtt`.
    pub fn poll(&mut self, now: Instant, rtt: Duration, to: &mut Vec<u16>) {
        if self.next.is_none_or(|next| now < next) {
            return;
        }
        // An answer takes the round trip and the unevenness of the way: a request just before it
        // would bring a second copy.
        let repeat = rtt
            .saturating_add(rtt / 4)
            .clamp(SHORTEST_REPEAT, LONGEST_REPEAT);
        let mut room = MOST_NACK_ENTRIES;
        let mut next = None;
        let mut given_up = None;
        self.missing.retain_mut(|missing| {
            if missing.due <= now && room > 0 {
                let age = now.saturating_duration_since(missing.noticed);
                if missing.tries == MOST_TRIES || age > OLDEST {
                    given_up = Some(missing.index);
                    return false;
                }
                let [.., high, low] = missing.index.to_be_bytes();
                to.push(u16::from_be_bytes([high, low]));
                room -= 1;
                missing.tries += 1;
                missing.asked.get_or_insert(now);
                missing.due = now + repeat;
            }
            next = Some(next.map_or(missing.due, |next: Instant| next.min(missing.due)));
            true
        });
        self.next = next;
        if let Some(index) = given_up {
            self.lose_below(index.saturating_add(1));
        }
    }

    /// When [`poll`](Self::poll) is to be called, `None` while nothing is missing.
    #[must_use]
    pub fn next_due(&self) -> Option<Instant> {
        self.next
    }

    /// Whether packets are lost that are not asked for any more, because they were too many or
    /// did not come in time. A picture needs a key frame then; it is so until
    /// [`on_key_frame`](Self::on_key_frame) tells of one behind the loss.
    #[must_use]
    pub fn overflowed(&self) -> bool {
        self.lost_below.is_some()
    }

    /// Packets that are missing and still asked for.
    #[must_use]
    pub fn missing(&self) -> usize {
        self.missing.len()
    }

    fn clear(&mut self) {
        self.missing.clear();
        self.next = None;
    }

    fn lose_below(&mut self, index: u64) {
        self.lost_below = self.lost_below.max(Some(index));
    }
}
