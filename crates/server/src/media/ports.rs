//! Opening the media ports: one UDP port a thread, and one TCP port of the first one's number.

use std::io;

use mio::net::TcpListener;
use socket2::Domain;

use super::{MediaConfig, PortKind, StartError, acceptor, socket::UdpPort};

/// The open ports.
#[derive(Debug)]
pub(super) struct Ports {
    /// Of each thread: IPv4 and IPv6, as far as the machine has both; none without UDP.
    pub udp: Vec<Vec<UdpPort>>,
    /// IPv4 and IPv6, as far as the machine has both.
    pub tcp: Vec<TcpListener>,
    /// The number of the TCP port.
    pub tcp_port: u16,
}

const FAMILIES: [Domain; 2] = [Domain::IPV4, Domain::IPV6];
/// How often another number is tried where the system chooses and UDP and TCP have to agree.
const CHOICES: usize = 32;

impl Ports {
    /// Opens them all.
    pub(super) fn open(config: &MediaConfig) -> Result<Self, StartError> {
        let threads = config.threads.max(1);
        let fits = u16::try_from(threads - 1)
            .is_ok_and(|others| config.port.checked_add(others).is_some());
        if !fits {
            return Err(StartError::PortRange {
                port: config.port,
                threads,
            });
        }
        if config.port != 0 {
            return Self::open_at(config, config.port);
        }
        let mut outcome = Self::open_at(config, 0);
        for _ in 1..CHOICES {
            if !matches!(outcome, Err(StartError::PortInUse { .. })) {
                break;
            }
            outcome = Self::open_at(config, 0);
        }
        outcome
    }

    /// Opens them from this number on; from 0 on, wherever there is room.
    fn open_at(config: &MediaConfig, port: u16) -> Result<Self, StartError> {
        let buffer_bytes = config.limits.media_socket_bytes as usize;
        let mut udp = Vec::new();
        for thread in 0..config.threads.max(1) {
            let wanted = match port {
                0 => 0,
                port => port + thread as u16,
            };
            let open = |family, port| UdpPort::open(family, port, buffer_bytes);
            udp.push(if config.udp {
                both_families(wanted, PortKind::Udp, open, UdpPort::port)?
            } else {
                Vec::new()
            });
        }
        let chosen = udp.first().and_then(|ports| ports.first());
        let wanted = chosen.map_or(port, UdpPort::port);
        let port_of = |listener: &TcpListener| listener.local_addr().map_or(0, |a| a.port());
        let tcp = both_families(wanted, PortKind::Tcp, acceptor::listen, port_of)?;
        let tcp_port = tcp.first().map_or(0, port_of);
        Ok(Self { udp, tcp, tcp_port })
    }
}

/// Opens one number in both families; a machine may lack one of them.
fn both_families<T>(
    wanted: u16,
    kind: PortKind,
    open: impl Fn(Domain, u16) -> io::Result<T>,
    port_of: impl Fn(&T) -> u16,
) -> Result<Vec<T>, StartError> {
    let mut opened = Vec::new();
    let mut port = wanted;
    let mut lacking = None;
    for family in FAMILIES {
        match open(family, port) {
            Ok(socket) => {
                port = port_of(&socket);
                opened.push(socket);
            }
            Err(source) if source.kind() == io::ErrorKind::AddrInUse => {
                return Err(StartError::PortInUse { port, kind });
            }
            Err(source) if is_missing_family(&source) => lacking = Some(source),
            Err(source) => return Err(StartError::Open { port, kind, source }),
        }
    }
    match lacking {
        Some(source) if opened.is_empty() => Err(StartError::Open { port, kind, source }),
        _ => Ok(opened),
    }
}

/// The kernel was built or started without it (`EAFNOSUPPORT` has no kind of its own), or it has
/// no address.
fn is_missing_family(error: &io::Error) -> bool {
    const EAFNOSUPPORT: [i32; 3] = [97, 47, 10_047];
    error.kind() == io::ErrorKind::AddrNotAvailable
        || error
            .raw_os_error()
            .is_some_and(|code| EAFNOSUPPORT.contains(&code))
}
