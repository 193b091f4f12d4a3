//! The peer's socket: UDP, or TCP with RFC 4571 frames.

use std::{
    collections::VecDeque,
    io,
    net::{IpAddr, SocketAddr},
    time::Duration,
};

use socket2::{Domain, Socket, Type};
use str0m::{Candidate, net::Protocol};
use tokio::{
    io::AsyncReadExt,
    net::{TcpStream, UdpSocket},
    time::timeout,
};

use super::draft::Way;

/// How long one TCP candidate may take to connect.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(3);
/// Bytes that wait for a TCP connection before datagrams are dropped.
const MOST_UNSENT: usize = 256 * 1024;
/// What is asked of the system for each direction of a UDP socket.
const SOCKET_BYTES: usize = 4 * 1024 * 1024;

/// A way for datagrams.
#[derive(Debug)]
pub(super) enum Net {
    Udp {
        socket: UdpSocket,
        local: SocketAddr,
        buffer: Box<[u8]>,
    },
    Tcp {
        stream: TcpStream,
        local: SocketAddr,
        remote: SocketAddr,
        read: Vec<u8>,
        taken: usize,
        unsent: VecDeque<u8>,
    },
}

/// A received datagram.
pub(super) struct Received<'a> {
    pub(super) protocol: Protocol,
    pub(super) source: SocketAddr,
    pub(super) destination: SocketAddr,
    pub(super) payload: &'a [u8],
}

impl Net {
    /// Opens the way from `local`; TCP connects to the first of the server's candidates that it
    /// can reach.
    pub(super) async fn open(
        way: Way,
        local: IpAddr,
        candidates: &[Candidate],
    ) -> io::Result<Self> {
        match way {
            Way::Udp => {
                let socket = open_udp(local)?;
                Ok(Self::Udp {
                    local: socket.local_addr()?,
                    socket,
                    buffer: vec![0; 2_048].into(),
                })
            }
            Way::Tcp => Self::open_tcp(local, candidates).await,
        }
    }

    async fn open_tcp(local: IpAddr, candidates: &[Candidate]) -> io::Result<Self> {
        let mut refusal = io::Error::new(
            io::ErrorKind::NotFound,
            "the server has no TCP candidate of this address family",
        );
        let reachable = |candidate: &&Candidate| {
            candidate.proto() == Protocol::Tcp && candidate.addr().is_ipv4() == local.is_ipv4()
        };
        let mut reachable: Vec<SocketAddr> = candidates
            .iter()
            .filter(reachable)
            .map(Candidate::addr)
            .collect();
        // The own address is the surest for somebody on the same machine.
        reachable.sort_by_key(|remote| remote.ip() != local);
        for remote in reachable {
            match timeout(CONNECT_TIMEOUT, TcpStream::connect(remote)).await {
                Ok(Ok(stream)) => {
                    stream.set_nodelay(true)?;
                    return Ok(Self::Tcp {
                        local: stream.local_addr()?,
                        remote,
                        stream,
                        read: Vec::with_capacity(64 * 1024),
                        taken: 0,
                        unsent: VecDeque::new(),
                    });
                }
                Ok(Err(error)) => refusal = error,
                Err(_) => refusal = io::ErrorKind::TimedOut.into(),
            }
        }
        Err(refusal)
    }

    /// The client's end as a candidate.
    pub(super) fn candidate(&self) -> Result<Candidate, str0m::error::IceError> {
        match self {
            Self::Udp { local, .. } => Candidate::host(*local, Protocol::Udp),
            Self::Tcp { local, .. } => Candidate::host(*local, Protocol::Tcp),
        }
    }

    /// Sends a datagram, or drops it when nobody takes it; false then.
    pub(super) fn send(&mut self, destination: SocketAddr, payload: &[u8]) -> bool {
        match self {
            Self::Udp { socket, .. } => socket.try_send_to(payload, destination).is_ok(),
            Self::Tcp {
                remote,
                unsent,
                stream,
                ..
            } => {
                let Ok(length) = u16::try_from(payload.len()) else {
                    return false;
                };
                if destination != *remote || unsent.len() + payload.len() + 2 > MOST_UNSENT {
                    return false;
                }
                unsent.extend(length.to_be_bytes());
                unsent.extend(payload);
                flush(stream, unsent).is_ok()
            }
        }
    }

    /// Waits for the next datagram. May be dropped and called again without loss. An error is the
    /// end of a TCP connection.
    pub(super) async fn receive(&mut self) -> io::Result<Received<'_>> {
        match self {
            Self::Udp {
                socket,
                local,
                buffer,
            } => loop {
                // An error is an ICMP answer to something sent: nothing of this datagram's.
                if let Ok((length, source)) = socket.recv_from(buffer).await {
                    return Ok(Received {
                        protocol: Protocol::Udp,
                        source,
                        destination: *local,
                        payload: buffer.get(..length).unwrap_or_default(),
                    });
                }
            },
            Self::Tcp {
                stream,
                local,
                remote,
                read,
                taken,
                unsent,
            } => {
                let (from, to) = loop {
                    read.drain(..*taken);
                    *taken = 0;
                    if let Some(prefix) = read.first_chunk::<2>() {
                        let end = 2 + usize::from(u16::from_be_bytes(*prefix));
                        if read.len() >= end {
                            *taken = end;
                            break (2, end);
                        }
                    }
                    // Reading into a vector is safe to break off.
                    if stream.read_buf(read).await? == 0 {
                        return Err(io::ErrorKind::UnexpectedEof.into());
                    }
                    flush(stream, unsent)?;
                };
                Ok(Received {
                    protocol: Protocol::Tcp,
                    source: *remote,
                    destination: *local,
                    payload: read.get(from..to).unwrap_or_default(),
                })
            }
        }
    }

    /// Writes what a TCP connection did not take before.
    pub(super) fn flush(&mut self) -> io::Result<()> {
        match self {
            Self::Udp { .. } => Ok(()),
            Self::Tcp { stream, unsent, .. } => flush(stream, unsent),
        }
    }
}

/// A UDP socket with room for the packets of a moment in which the machine does something else.
fn open_udp(local: IpAddr) -> io::Result<UdpSocket> {
    let local = SocketAddr::new(local, 0);
    let socket = Socket::new(Domain::for_address(local), Type::DGRAM, None)?;
    socket.set_recv_buffer_size(SOCKET_BYTES)?;
    socket.set_send_buffer_size(SOCKET_BYTES)?;
    socket.set_nonblocking(true)?;
    socket.bind(&local.into())?;
    UdpSocket::from_std(socket.into())
}

fn flush(stream: &TcpStream, unsent: &mut VecDeque<u8>) -> io::Result<()> {
    while !unsent.is_empty() {
        let (bytes, _) = unsent.as_slices();
        match stream.try_write(bytes) {
            Ok(written) => drop(unsent.drain(..written)),
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => return Ok(()),
            Err(error) => return Err(error),
        }
    }
    Ok(())
}
