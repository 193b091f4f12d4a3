//! One ICE-TCP connection at the media thread that owns its peer.

use std::{
    collections::VecDeque,
    io::{self, Write},
    net::SocketAddr,
    time::{Duration, Instant},
};

use mio::{Interest, Registry, Token, net::TcpStream};

use super::{
    framing::{Fill, FrameReader, PREFIX},
    queue::Handover,
    seats::Seat,
};

/// How long an ICE-TCP connection may be of no use.
#[derive(Clone, Copy, Debug)]
pub(super) struct Patience {
    /// Until its peer answers it for the first time, which proves that it belongs there.
    pub proof: Duration,
    /// Since its peer last sent something on it.
    pub idle: Duration,
}

/// One connection, with bounded buffers in both directions.
#[derive(Debug)]
pub(super) struct Connection {
    stream: TcpStream,
    /// The client's address.
    pub remote: SocketAddr,
    /// The candidate that it connected to.
    pub local: SocketAddr,
    /// What came and is not handled yet.
    pub reader: FrameReader,
    /// Whether there may be something to read; the system tells only of changes.
    pub readable: bool,
    writable: bool,
    unsent: VecDeque<u8>,
    most_unsent: usize,
    since: Instant,
    proved: bool,
    _seat: Seat,
}

impl Connection {
    pub(super) fn new(
        handover: Handover,
        most_unsent: usize,
        registry: &Registry,
        token: Token,
        now: Instant,
    ) -> io::Result<Self> {
        let mut stream = handover.stream;
        registry.register(&mut stream, token, Interest::READABLE | Interest::WRITABLE)?;
        Ok(Self {
            stream,
            remote: handover.remote,
            local: handover.local,
            reader: handover.reader,
            readable: true,
            writable: true,
            unsent: VecDeque::new(),
            most_unsent,
            since: now,
            proved: false,
            _seat: handover.seat,
        })
    }

    /// Reads once; nothing to read clears `readable`.
    pub(super) fn fill(&mut self) -> io::Result<Fill> {
        let fill = self.reader.fill(&mut self.stream)?;
        if fill == Fill::Empty {
            self.readable = false;
        }
        Ok(fill)
    }

    /// Sends a datagram as a frame; false when it was dropped, because the client does not read
    /// what waits already or the datagram is longer than a frame can say.
    pub(super) fn send(&mut self, payload: &[u8], now: Instant) -> bool {
        let Ok(length) = u16::try_from(payload.len()) else {
            return false;
        };
        self.since = now;
        self.proved = true;
        if self.unsent.len() + PREFIX + payload.len() > self.most_unsent {
            return false;
        }
        self.unsent.extend(length.to_be_bytes());
        self.unsent.extend(payload);
        true
    }

    /// The system takes bytes again.
    pub(super) fn set_writable(&mut self) {
        self.writable = true;
    }

    /// Writes as much of what waits as the system takes.
    pub(super) fn flush(&mut self) -> io::Result<()> {
        while self.writable && !self.unsent.is_empty() {
            let (bytes, _) = self.unsent.as_slices();
            match self.stream.write(bytes) {
                Ok(0) => return Err(io::ErrorKind::WriteZero.into()),
                Ok(written) => drop(self.unsent.drain(..written)),
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => self.writable = false,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    /// When it has been of no use for too long.
    pub(super) fn deadline(&self, patience: Patience) -> Instant {
        let patience = if self.proved {
            patience.idle
        } else {
            patience.proof
        };
        self.since + patience
    }

    /// Ends it.
    pub(super) fn close(mut self, registry: &Registry) {
        // Closing the descriptor ends the registration too; a refusal means it is gone already.
        if let Err(error) = registry.deregister(&mut self.stream) {
            tracing::trace!(%error, "a connection was not registered");
        }
    }
}
