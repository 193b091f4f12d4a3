//! One direction of the link: a queue before a line of limited rate, then loss, then delay.
//!
//! It has no socket and no clock. Frames go in by [`Direction::push`], come out by
//! [`Direction::poll`] when they are due, and [`Direction::next_due`] says when to come again.

use std::{
    cmp::Ordering,
    collections::{BinaryHeap, VecDeque},
    time::{Duration, Instant},
};

use serde::Serialize;

use crate::{
    conditions::Conditions,
    counters::{Counters, WaitSummary, Waits},
    random::Random,
};

/// A queue takes this much whatever its rate: two full frames of Ethernet.
const LEAST_QUEUE_BYTES: f64 = 3_028.0;

/// What may be on its way at once. Ten seconds of delay at 50 Mbit/s; more is a mistake.
const MOST_BYTES_IN_FLIGHT: usize = 64 << 20;

/// A frame that waits for the line.
struct Queued {
    frame: Box<[u8]>,
    since: Instant,
}

/// A frame on its way, soonest first; those of one moment in their order.
struct Flying {
    due: Instant,
    order: u64,
    frame: Box<[u8]>,
}

impl Ord for Flying {
    fn cmp(&self, other: &Self) -> Ordering {
        (other.due, other.order).cmp(&(self.due, self.order))
    }
}

impl PartialOrd for Flying {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Eq for Flying {}

impl PartialEq for Flying {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

/// What a report says of a direction.
#[derive(Debug, Serialize)]
pub(crate) struct DirectionReport {
    #[serde(flatten)]
    counters: Counters,
    queue_bytes: usize,
    /// How long a frame that came in this moment would wait.
    queue_ms: f64,
    waits: WaitSummary,
}

pub(crate) struct Direction {
    conditions: Conditions,
    random: Random,
    /// The bad state of the model of Gilbert and Elliott.
    bad: bool,
    queue: VecDeque<Queued>,
    queue_bytes: usize,
    /// When the line has sent the frame at the head of the queue.
    head_sent_at: Option<Instant>,
    flying: BinaryHeap<Flying>,
    flying_bytes: usize,
    /// When the last frame arrives that was not held back: none overtakes it.
    last_due: Option<Instant>,
    order: u64,
    counters: Counters,
    waits: Waits,
}

impl Direction {
    pub(crate) fn new(random: Random) -> Self {
        Self {
            conditions: Conditions::default(),
            random,
            bad: false,
            queue: VecDeque::new(),
            queue_bytes: 0,
            head_sent_at: None,
            flying: BinaryHeap::new(),
            flying_bytes: 0,
            last_due: None,
            order: 0,
            counters: Counters::default(),
            waits: Waits::new(),
        }
    }

    /// Changes what happens from now on. What the line sends now it sends at its old rate.
    pub(crate) fn set(&mut self, conditions: Conditions) {
        self.bad &= conditions.burst.is_some();
        self.conditions = conditions;
    }

    pub(crate) fn reset_waits(&mut self) {
        self.waits.reset();
    }

    /// A frame that the system did not take, after [`Direction::poll`] gave it.
    pub(crate) fn count_unsent(&mut self) {
        self.counters.frames_unsent += 1;
    }

    /// Takes a frame from the sender.
    pub(crate) fn push(&mut self, now: Instant, frame: &[u8]) {
        self.advance(now);
        let bytes = frame.len();
        self.counters.frames_in += 1;
        self.counters.bytes_in += bytes as u64;
        let full = self.queue_bytes + bytes > self.queue_limit()
            || self.flying_bytes + bytes > MOST_BYTES_IN_FLIGHT;
        if full {
            self.counters.frames_dropped += 1;
            self.counters.bytes_dropped += bytes as u64;
            return;
        }
        self.queue.push_back(Queued {
            frame: frame.into(),
            since: now,
        });
        self.queue_bytes += bytes;
        if self.head_sent_at.is_none() {
            self.head_sent_at = Some(now + self.time_on_line(bytes));
        }
        self.advance(now);
    }

    /// Gives a frame that has arrived by now; call it until it gives none.
    pub(crate) fn poll(&mut self, now: Instant) -> Option<Box<[u8]>> {
        self.advance(now);
        if self.flying.peek()?.due > now {
            return None;
        }
        let Flying { frame, .. } = self.flying.pop()?;
        self.flying_bytes -= frame.len();
        self.counters.frames_out += 1;
        self.counters.bytes_out += frame.len() as u64;
        Some(frame)
    }

    /// When [`Direction::poll`] has something to do next.
    pub(crate) fn next_due(&self) -> Option<Instant> {
        let arrival = self.flying.peek().map(|flying| flying.due);
        [arrival, self.head_sent_at].into_iter().flatten().min()
    }

    pub(crate) fn report(&mut self, now: Instant) -> DirectionReport {
        self.advance(now);
        let until_head = self
            .head_sent_at
            .map_or(Duration::ZERO, |at| at.saturating_duration_since(now));
        let head_bytes = self.queue.front().map_or(0, |head| head.frame.len());
        let wait = until_head + self.time_on_line(self.queue_bytes - head_bytes);
        DirectionReport {
            counters: self.counters.clone(),
            queue_bytes: self.queue_bytes,
            queue_ms: wait.as_secs_f64() * 1e3,
            waits: self.waits.summary(),
        }
    }

    /// Lets the line send what it has sent by now.
    fn advance(&mut self, now: Instant) {
        while let Some(sent_at) = self.head_sent_at.filter(|at| *at <= now) {
            let Some(Queued { frame, since }) = self.queue.pop_front() else {
                self.head_sent_at = None;
                return;
            };
            self.queue_bytes -= frame.len();
            self.waits.add(sent_at.saturating_duration_since(since));
            self.head_sent_at = self
                .queue
                .front()
                .map(|next| sent_at + self.time_on_line(next.frame.len()));
            self.launch(sent_at, frame);
        }
    }

    /// Loses, delays, holds back or doubles a frame that leaves the line.
    fn launch(&mut self, sent_at: Instant, frame: Box<[u8]>) {
        if self.is_lost() {
            self.counters.frames_lost += 1;
            self.counters.bytes_lost += frame.len() as u64;
            return;
        }
        let mut due = sent_at + milliseconds(self.conditions.delay_ms);
        if self.conditions.jitter_ms > 0.0 {
            due += milliseconds(self.conditions.jitter_ms * self.random.share());
        }
        if self.random.happens(self.conditions.reorder) {
            self.counters.frames_reordered += 1;
            due += milliseconds(self.conditions.reorder_ms);
        } else {
            due = self.last_due.map_or(due, |last| last.max(due));
            self.last_due = Some(due);
        }
        if self.random.happens(self.conditions.duplicate) {
            self.counters.frames_duplicated += 1;
            self.fly(due, frame.clone());
        }
        self.fly(due, frame);
    }

    fn fly(&mut self, due: Instant, frame: Box<[u8]>) {
        self.flying_bytes += frame.len();
        self.flying.push(Flying {
            due,
            order: self.order,
            frame,
        });
        self.order += 1;
    }

    fn is_lost(&mut self) -> bool {
        let mut loss = self.conditions.loss;
        if let Some(burst) = &self.conditions.burst {
            let turn = if self.bad { burst.leave } else { burst.enter };
            self.bad ^= self.random.happens(turn);
            if self.bad {
                loss = burst.loss;
            }
        }
        self.random.happens(loss)
    }

    fn time_on_line(&self, bytes: usize) -> Duration {
        self.conditions.rate_kbit.map_or(Duration::ZERO, |rate| {
            milliseconds(bytes as f64 * 8.0 / rate)
        })
    }

    fn queue_limit(&self) -> usize {
        self.conditions.rate_kbit.map_or(usize::MAX, |rate| {
            (rate * self.conditions.queue_ms / 8.0).max(LEAST_QUEUE_BYTES) as usize
        })
    }
}

fn milliseconds(ms: f64) -> Duration {
    Duration::from_secs_f64(ms / 1e3)
}

#[cfg(test)]
mod tests;
