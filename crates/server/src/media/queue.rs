//! The commands that wait for a media thread.

use std::{
    collections::VecDeque,
    io, mem,
    net::SocketAddr,
    sync::{Mutex, MutexGuard, PoisonError},
};

use mio::{Registry, Token, Waker};
use tokio::sync::{mpsc, oneshot};
use zoom_protocol::{MediaAnswer, MediaOffer, ParticipantId, RoomId};
use zoom_sfu::{Command, Handshaken, SfuStats};

use super::{Busy, ConnectError, framing::FrameReader, seats::Seat};

/// What a media thread is asked.
#[derive(Debug)]
pub(super) enum Control {
    /// A room begins; its events go there.
    OpenRoom {
        room: RoomId,
        events: mpsc::Sender<zoom_sfu::Event>,
    },
    /// A room ends, and all its peers.
    CloseRoom { room: RoomId },
    /// For the SFU, about a participant of this room.
    Command { room: RoomId, command: Command },
    /// A re-offer and who waits for its answer.
    Reoffer {
        participant: ParticipantId,
        offer: MediaOffer,
        reply: oneshot::Sender<Result<MediaAnswer, ConnectError>>,
    },
    /// A piece of a peer's handshake that a worker has done.
    Handshaken(Handshaken),
    /// An ICE-TCP connection that may belong to a peer of this thread.
    Connection(Box<Handover>),
    /// What the SFU holds and has done, for whoever watches the server.
    Stats { reply: oneshot::Sender<SfuStats> },
    /// The end.
    Stop,
    /// A fault, as a fault of the SFU would be.
    #[cfg(test)]
    Fault,
    /// An event, as the SFU would tell it.
    #[cfg(test)]
    Tell(zoom_sfu::Event),
}

/// An ICE-TCP connection on its way from the acceptor to the thread that knows its peer.
#[derive(Debug)]
pub(super) struct Handover {
    /// The connection, registered nowhere.
    pub stream: mio::net::TcpStream,
    /// The client's address.
    pub remote: SocketAddr,
    /// The candidate that it connected to.
    pub local: SocketAddr,
    /// What it has sent, the first frame still in it.
    pub reader: FrameReader,
    /// Its place among the connections.
    pub seat: Seat,
    /// How many threads have looked at it and do not know its peer.
    pub asked: usize,
}

impl Control {
    /// What ends something is always taken, or it would never end, and so is a handshake that comes
    /// back, or it would never go on; there is at most one such control for each peer and room. Rooms are as bounded as the sockets of those in them.
    fn always_taken(&self) -> bool {
        match self {
            Self::OpenRoom { .. } | Self::CloseRoom { .. } | Self::Handshaken(_) | Self::Stop => {
                true
            }
            Self::Command { command, .. } => matches!(command, Command::RemovePeer { .. }),
            Self::Reoffer { .. } | Self::Connection(_) | Self::Stats { .. } => false,
            #[cfg(test)]
            Self::Fault | Self::Tell(_) => true,
        }
    }
}

/// A bounded queue that wakes its thread.
#[derive(Debug)]
pub(super) struct Queue {
    waiting: Mutex<Waiting>,
    most: usize,
    waker: Waker,
}

#[derive(Debug, Default)]
struct Waiting {
    controls: VecDeque<Control>,
    closed: bool,
}

impl Queue {
    /// A queue of at most `most` refusable controls, whose thread is woken under `token`.
    pub(super) fn new(most: usize, registry: &Registry, token: Token) -> io::Result<Self> {
        Ok(Self {
            waiting: Mutex::default(),
            most,
            waker: Waker::new(registry, token)?,
        })
    }

    /// Appends a control and wakes the thread.
    ///
    /// # Errors
    /// [`Busy`] when the queue is full or the thread has ended.
    pub(super) fn push(&self, control: Control) -> Result<(), Busy> {
        let mut waiting = self.lock();
        if waiting.closed || (waiting.controls.len() >= self.most && !control.always_taken()) {
            return Err(Busy);
        }
        let first = waiting.controls.is_empty();
        waiting.controls.push_back(control);
        drop(waiting);
        if first && let Err(error) = self.waker.wake() {
            tracing::warn!(%error, "cannot wake a media thread");
        }
        Ok(())
    }

    /// Takes all that waits, in order. `into` is given in exchange and has to be empty.
    pub(super) fn take(&self, into: &mut VecDeque<Control>) {
        mem::swap(&mut self.lock().controls, into);
    }

    /// Refuses everything from here on and drops what waits.
    pub(super) fn close(&self) {
        let mut waiting = self.lock();
        waiting.closed = true;
        let left = mem::take(&mut waiting.controls);
        drop(waiting);
        drop(left);
    }

    fn lock(&self) -> MutexGuard<'_, Waiting> {
        // The queue is whole between any two statements, so a panic elsewhere spoils nothing.
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use mio::Poll;
    use zoom_protocol::Sources;

    use super::*;

    fn queue(most: usize) -> Queue {
        let poll = Poll::new().unwrap();
        Queue::new(most, poll.registry(), Token(0)).unwrap()
    }

    fn sources(participant: u64) -> Control {
        Control::Command {
            room: RoomId(1),
            command: Command::SetSources {
                participant: ParticipantId(participant),
                sources: Sources::default(),
            },
        }
    }

    #[test]
    fn a_full_queue_refuses_commands_and_takes_endings() {
        let queue = queue(1);
        assert_eq!(queue.push(sources(1)), Ok(()));
        assert_eq!(queue.push(sources(2)), Err(Busy));
        assert_eq!(queue.push(Control::CloseRoom { room: RoomId(1) }), Ok(()));
        let remove = Control::Command {
            room: RoomId(1),
            command: Command::RemovePeer {
                participant: ParticipantId(1),
            },
        };
        assert_eq!(queue.push(remove), Ok(()));
        let mut taken = VecDeque::new();
        queue.take(&mut taken);
        assert_eq!(taken.len(), 3);
        assert_eq!(queue.push(sources(3)), Ok(()));
    }

    #[test]
    fn a_closed_queue_refuses_everything() {
        let queue = queue(8);
        queue.close();
        assert_eq!(queue.push(Control::Stop), Err(Busy));
    }
}
