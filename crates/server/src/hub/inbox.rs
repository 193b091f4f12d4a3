//! The way into an open room.
//!
//! One queue keeps everything in the order in which it came. What people ask for is bounded by
//! `room_queue`; what must not be lost (outcomes of the disk, sockets that are gone) is bounded by
//! what it answers to: the appends, reads, negotiations and sockets of the room.

use std::sync::{
    Arc,
    atomic::{AtomicU32, Ordering},
};

use tokio::sync::mpsc;
use zoom_protocol::RequestId;
use zoom_rooms::{Input, SocketId};

use crate::socket::{Language, Line};

/// Somebody at the door.
#[derive(Clone, Debug)]
pub(crate) struct Entrant {
    /// Which socket.
    pub(crate) socket: SocketId,
    /// The line to it.
    pub(crate) line: Line,
    /// What its sentences are written in.
    pub(crate) language: Language,
}

/// What comes into a room's task.
#[derive(Debug)]
pub(super) enum Parcel {
    /// Somebody wants in; the input is a join or a resume.
    Enter(Entrant, Input),
    /// Somebody wants to know who is in, with this request.
    Look(Entrant, RequestId),
    /// A request of somebody who is in.
    Request(Input),
    /// What must not be lost.
    Outcome(Input),
    /// The server stops.
    Stop,
}

/// Why a room took something not in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Refused {
    /// `room_queue` inputs wait for it.
    Busy,
    /// It is closed.
    Closed,
}

/// The sending end. Cheap to clone.
#[derive(Clone, Debug)]
pub(crate) struct Inbox {
    sender: mpsc::UnboundedSender<Parcel>,
    waiting: Arc<AtomicU32>,
    bound: u32,
}

/// The receiving end.
#[derive(Debug)]
pub(super) struct Receiver {
    receiver: mpsc::UnboundedReceiver<Parcel>,
    waiting: Arc<AtomicU32>,
}

/// An inbox for which at most `bound` requests may wait.
pub(super) fn inbox(bound: u32) -> (Inbox, Receiver) {
    let (sender, receiver) = mpsc::unbounded_channel();
    let waiting = Arc::new(AtomicU32::new(0));
    let inbox = Inbox {
        sender,
        waiting: Arc::clone(&waiting),
        bound,
    };
    (inbox, Receiver { receiver, waiting })
}

impl Inbox {
    /// Asks for something, if there is space.
    pub(crate) fn request(&self, input: Input) -> Result<(), Refused> {
        self.bounded(Parcel::Request(input))
    }

    /// Tells what must not be lost. A room that is closed needs it no more.
    pub(crate) fn outcome(&self, input: Input) {
        // Only a closed room does not take it.
        drop(self.sender.send(Parcel::Outcome(input)));
    }

    pub(super) fn enter(&self, entrant: Entrant, input: Input) -> Result<(), Refused> {
        self.bounded(Parcel::Enter(entrant, input))
    }

    pub(super) fn look(&self, onlooker: Entrant, id: RequestId) -> Result<(), Refused> {
        self.bounded(Parcel::Look(onlooker, id))
    }

    pub(super) fn stop(&self) {
        // A room that is closed has stopped.
        drop(self.sender.send(Parcel::Stop));
    }

    fn bounded(&self, parcel: Parcel) -> Result<(), Refused> {
        if self.sender.is_closed() {
            return Err(Refused::Closed);
        }
        if self.waiting.fetch_add(1, Ordering::Relaxed) >= self.bound {
            self.waiting.fetch_sub(1, Ordering::Relaxed);
            return Err(Refused::Busy);
        }
        self.sender.send(parcel).map_err(|_| Refused::Closed)
    }
}

impl Receiver {
    pub(super) async fn receive(&mut self) -> Option<Parcel> {
        let parcel = self.receiver.recv().await;
        self.count(parcel.as_ref());
        parcel
    }

    /// What is left; nothing more is taken in.
    pub(super) fn close(&mut self) -> impl Iterator<Item = Parcel> + '_ {
        self.receiver.close();
        std::iter::from_fn(|| self.receiver.try_recv().ok())
    }

    /// Whether nothing waits.
    pub(super) fn is_empty(&self) -> bool {
        self.receiver.is_empty()
    }

    fn count(&self, parcel: Option<&Parcel>) {
        match parcel {
            Some(Parcel::Enter(..) | Parcel::Look(..) | Parcel::Request(_)) => {
                self.waiting.fetch_sub(1, Ordering::Relaxed);
            }
            Some(Parcel::Outcome(_) | Parcel::Stop) | None => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn gone(socket: u64) -> Input {
        Input::Disconnected {
            socket: SocketId(socket),
        }
    }

    #[tokio::test]
    async fn requests_are_bounded_and_outcomes_are_not() {
        let (inbox, mut receiver) = inbox(2);
        assert_eq!(inbox.request(gone(1)), Ok(()));
        assert_eq!(inbox.request(gone(2)), Ok(()));
        assert_eq!(inbox.request(gone(3)), Err(Refused::Busy));
        inbox.outcome(gone(4));
        assert!(receiver.receive().await.is_some());
        assert_eq!(inbox.request(gone(5)), Ok(()));
        drop(receiver);
        assert_eq!(inbox.request(gone(6)), Err(Refused::Closed));
    }
}
