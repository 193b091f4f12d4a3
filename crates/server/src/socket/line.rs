//! The line to one socket: a bounded queue of what it is to be sent, and how it is to end.
//!
//! Whoever has something to say to a socket pushes; nobody ever waits for it. A socket that lets
//! more than its bound pile up loses the pile and is closed as too slow.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    task::{Context, Poll, Waker},
};

use tokio_tungstenite::tungstenite::Utf8Bytes;
use zoom_protocol::close_code;

/// Something to send.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Said {
    /// The JSON text; an event's is shared by all whom it is sent to.
    pub(crate) text: Utf8Bytes,
    /// What it means for the socket itself.
    pub(crate) meaning: Meaning,
}

/// What a text means for the socket that sends it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Meaning {
    /// Nothing further.
    Plain,
    /// A request was refused; a flood of these closes the socket.
    Refusal,
    /// The room let the socket not in: it is in none, and may ask again.
    NotEntered,
}

/// What a socket does next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Next {
    /// Send this.
    Say(Said),
    /// Close with this code; nothing follows.
    Close(u16),
}

/// One end of a line; both ends are alike, and clones are the same line.
#[derive(Clone, Debug)]
pub(crate) struct Line(Arc<Mutex<Inner>>);

#[derive(Debug)]
struct Inner {
    bound: usize,
    waiting: VecDeque<Said>,
    close: Option<u16>,
    gone: bool,
    waker: Option<Waker>,
}

impl Line {
    /// An empty line on which at most `bound` texts may wait.
    pub(crate) fn new(bound: u32) -> Self {
        Self(Arc::new(Mutex::new(Inner {
            bound: usize::try_from(bound).unwrap_or(usize::MAX),
            waiting: VecDeque::new(),
            close: None,
            gone: false,
            waker: None,
        })))
    }

    /// Says something. After a close it goes nowhere; beyond the bound it closes the line.
    pub(crate) fn say(&self, text: Utf8Bytes, meaning: Meaning) {
        let mut inner = self.lock();
        if inner.close.is_some() || inner.gone {
            return;
        }
        if inner.waiting.len() >= inner.bound {
            inner.waiting = VecDeque::new();
            inner.close = Some(close_code::TOO_SLOW);
        } else {
            inner.waiting.push_back(Said { text, meaning });
        }
        inner.wake();
    }

    /// Ends the line behind what was said so far. The first close is the one that holds.
    pub(crate) fn close(&self, code: u16) {
        let mut inner = self.lock();
        inner.close.get_or_insert(code);
        inner.wake();
    }

    /// The socket is no more: what waits is dropped, and nothing is taken again.
    pub(crate) fn hang_up(&self) {
        let mut inner = self.lock();
        inner.gone = true;
        inner.waiting = VecDeque::new();
    }

    /// Whether the socket is no more.
    pub(crate) fn is_gone(&self) -> bool {
        self.lock().gone
    }

    /// What comes next, in the order in which it was said. One task at a time may poll.
    pub(crate) fn poll_next(&self, context: &mut Context<'_>) -> Poll<Next> {
        let mut inner = self.lock();
        if let Some(said) = inner.waiting.pop_front() {
            if inner.waiting.is_empty() {
                // What a burst took is given back: most sockets are idle most of the time.
                inner.waiting = VecDeque::new();
            }
            return Poll::Ready(Next::Say(said));
        }
        if let Some(code) = inner.close {
            return Poll::Ready(Next::Close(code));
        }
        inner.waker = Some(context.waker().clone());
        Poll::Pending
    }

    /// Ready when the line is closed and nothing is left to be said before that; for a socket that
    /// is still busy with an earlier text. Wakes like [`Line::poll_next`].
    pub(crate) fn poll_close(&self, context: &mut Context<'_>) -> Poll<u16> {
        let mut inner = self.lock();
        match inner.close {
            Some(code) if inner.waiting.is_empty() => Poll::Ready(code),
            _ => {
                inner.waker = Some(context.waker().clone());
                Poll::Pending
            }
        }
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        // Nothing in here panics half-way, so what a poisoned lock guards is whole.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Inner {
    fn wake(&mut self) {
        if let Some(waker) = self.waker.take() {
            waker.wake();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn next(line: &Line) -> Poll<Next> {
        line.poll_next(&mut Context::from_waker(Waker::noop()))
    }

    fn text(text: &str) -> Poll<Next> {
        Poll::Ready(Next::Say(Said {
            text: text.into(),
            meaning: Meaning::Plain,
        }))
    }

    fn say(line: &Line, text: &str) {
        line.say(text.into(), Meaning::Plain);
    }

    #[test]
    fn texts_come_in_their_order_and_the_close_comes_last() {
        let line = Line::new(8);
        say(&line, "a");
        say(&line, "b");
        line.close(close_code::NORMAL);
        say(&line, "late");
        line.close(close_code::INTERNAL);
        assert_eq!(next(&line), text("a"));
        assert_eq!(next(&line), text("b"));
        assert_eq!(next(&line), Poll::Ready(Next::Close(close_code::NORMAL)));
    }

    #[test]
    fn a_line_that_piles_up_is_emptied_and_closed() {
        let line = Line::new(2);
        for text in ["a", "b", "c"] {
            say(&line, text);
        }
        assert_eq!(next(&line), Poll::Ready(Next::Close(close_code::TOO_SLOW)));
    }

    #[test]
    fn a_socket_that_is_gone_keeps_nothing() {
        let line = Line::new(2);
        say(&line, "a");
        line.hang_up();
        say(&line, "b");
        assert_eq!(next(&line), Poll::Pending);
        assert!(line.is_gone());
    }

    #[test]
    fn an_empty_line_waits() {
        assert_eq!(next(&Line::new(1)), Poll::Pending);
    }
}
