//! The UDP port of a media thread: datagrams in and out, in batches.
//!
//! `quinn-udp` does the system's part: `recvmmsg` with the address that a datagram came to
//! (`IP_PKTINFO`), which the answer has to come from on a machine with several; `UDP_GRO` and
//! `UDP_SEGMENT`, which carry a run of datagrams through the kernel at the price of one. `mio`
//! says when there is something to read; it is what tokio stands on, and it brings the wake-up
//! for the queue of commands too.

use std::{
    array,
    io::{self, IoSliceMut},
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
};

use mio::{Interest, Registry, Token};
use quinn_udp::{BATCH_SIZE, RecvMeta, Transmit, UdpSockRef, UdpSocketState};
use socket2::{Domain, Protocol, Socket, Type};

/// The largest UDP payload, and the largest run of coalesced ones.
const BUFFER_BYTES: usize = 65_535;
/// The most bytes in one segmented send: what fits IPv4's length field with its headers.
const RUN_BYTES: usize = 65_000;

/// What became of datagrams.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Sent {
    /// Datagrams that the system took.
    pub sent: u64,
    /// Datagrams dropped because the send buffer was full.
    pub full: u64,
    /// Datagrams that the system refused, for want of a route say.
    pub refused: u64,
}

/// The memory for one batch of received datagrams; one per thread.
#[derive(Debug)]
pub(super) struct Batch {
    bytes: Vec<u8>,
    metas: [RecvMeta; BATCH_SIZE],
    filled: usize,
}

impl Batch {
    pub(super) fn new() -> Self {
        Self {
            bytes: vec![0; BATCH_SIZE * BUFFER_BYTES],
            metas: [RecvMeta::default(); BATCH_SIZE],
            filled: 0,
        }
    }

    /// Each datagram: who sent it, the machine's address that it came to, its bytes.
    pub(super) fn datagrams(&self) -> impl Iterator<Item = (SocketAddr, Option<IpAddr>, &[u8])> {
        let metas = self.metas.iter().take(self.filled);
        metas
            .zip(self.bytes.chunks(BUFFER_BYTES))
            .flat_map(|(meta, bytes)| {
                let run = bytes.get(..meta.len).unwrap_or_default();
                run.chunks(meta.stride.max(1))
                    .map(|datagram| (meta.addr, meta.dst_ip, datagram))
            })
    }
}

/// One UDP socket of one family.
#[derive(Debug)]
pub(super) struct UdpPort {
    socket: mio::net::UdpSocket,
    state: UdpSocketState,
    local: SocketAddr,
    /// Whether there may be something to read; the system tells only of changes.
    pub readable: bool,
}

impl UdpPort {
    /// Opens `port` on all addresses of a family, with buffers of `buffer_bytes` as far as the
    /// system grants them.
    pub(super) fn open(family: Domain, port: u16, buffer_bytes: usize) -> io::Result<Self> {
        let socket = Socket::new(family, Type::DGRAM, Some(Protocol::UDP))?;
        let unspecified: IpAddr = if family == Domain::IPV6 {
            socket.set_only_v6(true)?;
            Ipv6Addr::UNSPECIFIED.into()
        } else {
            Ipv4Addr::UNSPECIFIED.into()
        };
        socket.set_recv_buffer_size(buffer_bytes)?;
        socket.set_send_buffer_size(buffer_bytes)?;
        let granted = socket.recv_buffer_size()?;
        if granted < buffer_bytes {
            tracing::debug!(
                granted,
                asked = buffer_bytes,
                "the system grants a smaller receive buffer (net.core.rmem_max)"
            );
        }
        socket.bind(&SocketAddr::new(unspecified, port).into())?;
        socket.set_nonblocking(true)?;
        let socket = mio::net::UdpSocket::from_std(socket.into());
        let state = UdpSocketState::new(UdpSockRef::from(&socket))?;
        let local = socket.local_addr()?;
        Ok(Self {
            socket,
            state,
            local,
            readable: true,
        })
    }

    /// The port, the system's choice where it was asked to choose.
    pub(super) fn port(&self) -> u16 {
        self.local.port()
    }

    /// Whether it is the one for this destination.
    pub(super) fn reaches(&self, destination: SocketAddr) -> bool {
        self.local.is_ipv4() == destination.is_ipv4()
    }

    /// Has `readable` told under this token.
    pub(super) fn register(&mut self, registry: &Registry, token: Token) -> io::Result<()> {
        registry.register(&mut self.socket, token, Interest::READABLE)
    }

    /// Receives a batch, an empty one when there is nothing; clears `readable` then.
    pub(super) fn receive(&mut self, batch: &mut Batch) -> io::Result<()> {
        batch.filled = 0;
        let mut chunks = batch.bytes.chunks_mut(BUFFER_BYTES);
        let mut buffers: [IoSliceMut<'_>; BATCH_SIZE] =
            array::from_fn(|_| IoSliceMut::new(chunks.next().unwrap_or_default()));
        let socket = UdpSockRef::from(&self.socket);
        match self.state.recv(socket, &mut buffers, &mut batch.metas) {
            Ok(filled) => batch.filled = filled,
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => self.readable = false,
            Err(error) => return Err(error),
        }
        Ok(())
    }

    /// Sends datagrams that lie one behind the other, `segment` bytes each but the last, which may
    /// be shorter; a full buffer drops what does not fit, for this thread waits for nobody.
    pub(super) fn send(
        &self,
        source: Option<IpAddr>,
        destination: SocketAddr,
        contents: &[u8],
        segment: usize,
    ) -> Sent {
        let mut outcome = Sent::default();
        let segment = segment.max(1);
        let most = self.state.max_gso_segments().max(1);
        let run = (RUN_BYTES / segment).clamp(1, most);
        for contents in contents.chunks(run.saturating_mul(segment)) {
            let count = contents.len().div_ceil(segment) as u64;
            let transmit = Transmit {
                destination,
                ecn: None,
                contents,
                segment_size: (count > 1).then_some(segment),
                src_ip: source,
            };
            let socket = UdpSockRef::from(&self.socket);
            let counter = match self.state.try_send(socket, &transmit) {
                Ok(()) => &mut outcome.sent,
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => &mut outcome.full,
                Err(error) => {
                    tracing::trace!(%error, count, "the system refused datagrams");
                    &mut outcome.refused
                }
            };
            *counter += count;
        }
        outcome
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use mio::{Events, Poll};

    use super::*;

    #[test]
    fn what_is_sent_in_runs_arrives_as_single_datagrams_with_their_destination() {
        let sender = UdpPort::open(Domain::IPV4, 0, 1 << 20).unwrap();
        let mut receiver = UdpPort::open(Domain::IPV4, 0, 1 << 20).unwrap();
        let mut poll = Poll::new().unwrap();
        receiver.register(poll.registry(), Token(0)).unwrap();
        let source = Some(Ipv4Addr::LOCALHOST.into());
        let destination = SocketAddr::from((Ipv4Addr::LOCALHOST, receiver.port()));
        let runs = [(100 * 1_100 + 300, 1_100), (80, 80)];
        let mut lengths = Vec::new();
        for (bytes, segment) in runs {
            let contents = vec![7; bytes];
            lengths.extend(contents.chunks(segment).map(<[u8]>::len));
            let outcome = sender.send(source, destination, &contents, segment);
            assert_eq!(outcome.sent, contents.chunks(segment).count() as u64);
        }

        let mut batch = Batch::new();
        let mut received = Vec::new();
        let mut events = Events::with_capacity(4);
        while received.len() < lengths.len() {
            poll.poll(&mut events, Some(Duration::from_secs(10)))
                .unwrap();
            assert!(!events.is_empty(), "only {received:?} came");
            receiver.readable = true;
            while receiver.readable {
                receiver.receive(&mut batch).unwrap();
                for (source, destination, datagram) in batch.datagrams() {
                    assert_eq!(source.port(), sender.port());
                    assert_eq!(destination, Some(Ipv4Addr::LOCALHOST.into()));
                    received.push(datagram.len());
                }
            }
        }
        assert_eq!(received, lengths);
    }
}
