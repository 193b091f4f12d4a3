//! One end of the link: whole Ethernet frames of an interface, by a packet socket.

use std::os::fd::{AsFd, AsRawFd, BorrowedFd, OwnedFd};

use anyhow::{Context, Result, anyhow};
use nix::{
    errno::Errno,
    ifaddrs::getifaddrs,
    sys::socket::{
        AddressFamily, LinkAddr, MsgFlags, SockFlag, SockProtocol, SockType, bind, recvfrom, send,
        setsockopt, socket, sockopt,
    },
};

/// `PACKET_OUTGOING` of packet(7): a frame that this machine sends through the interface, which a
/// packet socket sees, too.
const OUTGOING: u8 = 4;

/// What the system may keep while this program does not run. It grants less where it likes.
const RECEIVE_BUFFER_BYTES: usize = 8 << 20;

pub(crate) struct Port {
    socket: OwnedFd,
    interface: usize,
}

impl Port {
    /// Opens the interface of this name.
    ///
    /// # Errors
    ///
    /// Without such an interface, or without the right to raw packets (`CAP_NET_RAW`).
    pub(crate) fn open(name: &str) -> Result<Self> {
        // The system's own address of the interface binds a socket to it. Its protocol is zero,
        // which means the socket's.
        let address = getifaddrs()?
            .filter(|interface| interface.interface_name == name)
            .find_map(|interface| interface.address?.as_link_addr().copied())
            .ok_or_else(|| anyhow!("there is no interface {name}"))?;
        let socket = socket(
            AddressFamily::Packet,
            SockType::Raw,
            SockFlag::SOCK_NONBLOCK | SockFlag::SOCK_CLOEXEC,
            SockProtocol::EthAll,
        )
        .context("a packet socket")?;
        setsockopt(&socket, sockopt::RcvBuf, &RECEIVE_BUFFER_BYTES)?;
        bind(socket.as_raw_fd(), &address).with_context(|| format!("interface {name}"))?;
        Ok(Self {
            socket,
            interface: address.ifindex(),
        })
    }

    /// The length of the next frame that came in, in `buffer`; none when nothing waits.
    ///
    /// # Errors
    ///
    /// When the interface is gone.
    pub(crate) fn receive(&self, buffer: &mut [u8]) -> Result<Option<usize>> {
        loop {
            match recvfrom::<LinkAddr>(self.socket.as_raw_fd(), buffer) {
                Ok((length, Some(from)))
                    if from.pkttype() != OUTGOING && from.ifindex() == self.interface =>
                {
                    return Ok(Some(length));
                }
                Ok(_) | Err(Errno::EINTR) => {}
                Err(Errno::EAGAIN) => return Ok(None),
                Err(error) => return Err(error).context("receiving"),
            }
        }
    }

    /// Sends a frame; whether the system took it.
    pub(crate) fn send(&self, frame: &[u8]) -> bool {
        send(self.socket.as_raw_fd(), frame, MsgFlags::empty()).is_ok()
    }
}

impl AsFd for Port {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.socket.as_fd()
    }
}
