//! Receiving datagrams in batches, each with the moment at which the kernel had it.
//!
//! The kernel's moment and not the program's: a generator that is busy with one receiver must not
//! add to the delay of the next.

use std::{
    array, io,
    io::IoSliceMut,
    net::{IpAddr, SocketAddr},
    os::fd::AsRawFd,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use mio::net::UdpSocket;
use nix::{
    cmsg_space,
    errno::Errno,
    sys::{
        socket::{
            ControlMessageOwned, MsgFlags, MultiHeaders, SockaddrStorage, recvmmsg, setsockopt,
            sockopt::ReceiveTimestampns,
        },
        time::TimeSpec,
    },
};
use socket2::{Domain, Socket, Type};

/// Datagrams of one batch.
pub(crate) const BATCH: usize = 32;
/// Longer ones are cut off; none of WebRTC is.
const DATAGRAM_BYTES: usize = 2_048;
/// What is asked of the system for each direction of a socket.
const SOCKET_BYTES: usize = 4 * 1024 * 1024;

/// Where a batch is received; one per thread.
pub(crate) struct Batch {
    headers: MultiHeaders<SockaddrStorage>,
    bytes: Vec<u8>,
    metas: Vec<Meta>,
}

/// About one datagram.
#[derive(Clone, Copy, Debug)]
struct Meta {
    length: usize,
    source: Option<SocketAddr>,
    arrived_us: u64,
}

/// One datagram of a batch.
pub(crate) struct Datagram<'a> {
    pub(crate) source: Option<SocketAddr>,
    /// When the kernel had it: microseconds since 1970-01-01T00:00:00Z.
    pub(crate) arrived_us: u64,
    pub(crate) bytes: &'a [u8],
}

impl Batch {
    pub(crate) fn new() -> Self {
        Self {
            headers: MultiHeaders::preallocate(BATCH, Some(cmsg_space!(TimeSpec))),
            bytes: vec![0; BATCH * DATAGRAM_BYTES],
            metas: Vec::with_capacity(BATCH),
        }
    }

    /// Receives what there is, up to a batch; how many came.
    pub(crate) fn receive(&mut self, socket: &UdpSocket) -> io::Result<usize> {
        let Self {
            headers,
            bytes,
            metas,
        } = self;
        metas.clear();
        let mut chunks = bytes.chunks_mut(DATAGRAM_BYTES);
        let mut slices: [[IoSliceMut<'_>; 1]; BATCH] =
            array::from_fn(|_| [IoSliceMut::new(chunks.next().unwrap_or_default())]);
        let flags = MsgFlags::MSG_DONTWAIT;
        let received = recvmmsg(socket.as_raw_fd(), headers, slices.iter_mut(), flags, None);
        let received = match received {
            Ok(received) => received,
            // Nothing there, or an ICMP answer to something sent earlier.
            Err(Errno::EAGAIN | Errno::ECONNREFUSED | Errno::EINTR) => return Ok(0),
            Err(error) => return Err(error.into()),
        };
        for message in received {
            let stamps = message.cmsgs().ok().into_iter().flatten();
            let stamp = stamps.into_iter().find_map(|message| {
                if let ControlMessageOwned::ScmTimestampns(at) = message {
                    Some(Duration::from(at))
                } else {
                    None
                }
            });
            metas.push(Meta {
                length: message.bytes,
                source: message.address.and_then(address),
                arrived_us: stamp.map_or_else(unix_us, |stamp| stamp.as_micros() as u64),
            });
        }
        Ok(metas.len())
    }

    pub(crate) fn datagrams(&self) -> impl Iterator<Item = Datagram<'_>> {
        let chunks = self.bytes.chunks(DATAGRAM_BYTES);
        self.metas.iter().zip(chunks).map(|(meta, bytes)| Datagram {
            source: meta.source,
            arrived_us: meta.arrived_us,
            bytes: bytes.get(..meta.length).unwrap_or_default(),
        })
    }
}

impl Batch {
    /// Each datagram to be changed in place, with who sent it.
    pub(crate) fn packets(&mut self) -> impl Iterator<Item = (Option<SocketAddr>, &mut [u8])> {
        let chunks = self.bytes.chunks_mut(DATAGRAM_BYTES);
        self.metas.iter().zip(chunks).map(|(meta, bytes)| {
            let packet = bytes.get_mut(..meta.length).unwrap_or_default();
            (meta.source, packet)
        })
    }
}

fn address(storage: SockaddrStorage) -> Option<SocketAddr> {
    let v4 = storage
        .as_sockaddr_in()
        .map(|v4| SocketAddr::V4((*v4).into()));
    v4.or_else(|| {
        storage
            .as_sockaddr_in6()
            .map(|v6| SocketAddr::V6((*v6).into()))
    })
}

/// A UDP socket at a port of the system's choice that tells when datagrams came. It takes them one
/// by one (no GRO), as browsers do.
pub(crate) fn open(local: IpAddr) -> io::Result<UdpSocket> {
    let local = SocketAddr::new(local, 0);
    let socket = Socket::new(Domain::for_address(local), Type::DGRAM, None)?;
    socket.set_recv_buffer_size(SOCKET_BYTES)?;
    socket.set_send_buffer_size(SOCKET_BYTES)?;
    setsockopt(&socket, ReceiveTimestampns, &true)?;
    socket.set_nonblocking(true)?;
    socket.bind(&local.into())?;
    Ok(UdpSocket::from_std(socket.into()))
}

/// The clock of the stamps: microseconds since 1970-01-01T00:00:00Z.
pub(crate) fn unix_us() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    since.map_or(0, |since| since.as_micros() as u64)
}

#[cfg(test)]
mod tests {
    use std::net::Ipv4Addr;

    use super::*;

    #[test]
    fn datagrams_come_with_their_source_and_the_time_between_sending_and_reading() {
        let receiver = open(Ipv4Addr::LOCALHOST.into()).unwrap();
        let sender = open(Ipv4Addr::LOCALHOST.into()).unwrap();
        let before = unix_us();
        for length in [3, 1_200, 40] {
            let payload = vec![7; length];
            sender
                .send_to(&payload, receiver.local_addr().unwrap())
                .unwrap();
        }
        let mut batch = Batch::new();
        let mut came = Vec::new();
        while came.len() < 3 {
            batch.receive(&receiver).unwrap();
            let after = unix_us();
            for datagram in batch.datagrams() {
                assert_eq!(datagram.source, sender.local_addr().ok());
                assert!((before..=after).contains(&datagram.arrived_us));
                came.push(datagram.bytes.len());
            }
        }
        assert_eq!(came, [3, 1_200, 40]);
    }
}
