//! What waits for the disk: bounded, in the order it came.

use std::{
    collections::VecDeque,
    sync::{Condvar, Mutex, MutexGuard, PoisonError},
    time::Instant,
};

/// A queue that many fill and one empties, many at a time.
#[derive(Debug)]
pub(crate) struct Queue<T> {
    limit: usize,
    state: Mutex<State<T>>,
    changed: Condvar,
}

#[derive(Debug)]
struct State<T> {
    waiting: VecDeque<T>,
    closed: bool,
}

/// Why something may not wait; it comes back.
#[derive(Debug, PartialEq)]
pub(crate) enum Rejected<T> {
    /// As much waits as may.
    Full(T),
    /// The queue was closed.
    Closed(T),
}

impl<T> Queue<T> {
    pub(crate) fn new(limit: usize) -> Self {
        Self {
            limit: limit.max(1),
            state: Mutex::new(State {
                waiting: VecDeque::new(),
                closed: false,
            }),
            changed: Condvar::new(),
        }
    }

    /// Puts something at the end.
    pub(crate) fn push(&self, item: T) -> Result<(), Rejected<T>> {
        let mut state = self.lock();
        if state.closed {
            return Err(Rejected::Closed(item));
        }
        if state.waiting.len() >= self.limit {
            return Err(Rejected::Full(item));
        }
        state.waiting.push_back(item);
        self.changed.notify_one();
        Ok(())
    }

    /// Waits for something, until `deadline` if there is one, and takes what there is, at most `most`:
    /// nothing when the time has come. `None` once the queue is closed and empty.
    pub(crate) fn take(&self, most: usize, deadline: Option<Instant>) -> Option<Vec<T>> {
        let idle = |state: &mut State<T>| state.waiting.is_empty() && !state.closed;
        let mut state = match deadline {
            Some(deadline) => {
                let time = deadline.saturating_duration_since(Instant::now());
                let waited = self.changed.wait_timeout_while(self.lock(), time, idle);
                waited.unwrap_or_else(PoisonError::into_inner).0
            }
            None => self
                .changed
                .wait_while(self.lock(), idle)
                .unwrap_or_else(PoisonError::into_inner),
        };
        if state.waiting.is_empty() {
            return (!state.closed).then(Vec::new);
        }
        let count = state.waiting.len().min(most.max(1));
        let taken = state.waiting.drain(..count).collect();
        if state.waiting.is_empty() {
            // A flood that is over gives its memory back.
            state.waiting.shrink_to(64);
        }
        Some(taken)
    }

    /// Takes what there is, at most `most`, without waiting.
    pub(crate) fn more(&self, most: usize) -> Vec<T> {
        let mut state = self.lock();
        let count = state.waiting.len().min(most);
        state.waiting.drain(..count).collect()
    }

    /// Lets nothing more in.
    pub(crate) fn close(&self) {
        self.lock().closed = true;
        self.changed.notify_all();
    }

    fn lock(&self) -> MutexGuard<'_, State<T>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_waits_is_taken_in_order_and_at_most_so_much() {
        let queue = Queue::new(3);
        for n in 1..=3 {
            assert_eq!(queue.push(n), Ok(()));
        }
        assert_eq!(queue.push(4), Err(Rejected::Full(4)));
        assert_eq!(queue.take(2, None), Some(vec![1, 2]));
        assert_eq!(queue.push(5), Ok(()));
        assert_eq!(queue.take(9, None), Some(vec![3, 5]));
    }

    #[test]
    fn nothing_is_taken_when_the_time_has_come() {
        let queue = Queue::<u32>::new(3);
        assert_eq!(queue.take(9, Some(Instant::now())), Some(vec![]));
        queue.close();
        assert_eq!(queue.take(9, Some(Instant::now())), None);
    }

    #[test]
    fn a_closed_queue_gives_out_what_waits_and_then_ends() {
        let queue = Queue::new(3);
        assert_eq!(queue.push(1), Ok(()));
        queue.close();
        assert_eq!(queue.push(2), Err(Rejected::Closed(2)));
        assert_eq!(queue.take(9, None), Some(vec![1]));
        assert_eq!(queue.take(9, None), None);
    }
}
