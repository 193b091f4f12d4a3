//! What the media threads are started with, and why they may not start.

use std::{fmt, io, net::IpAddr};

use zoom_protocol::Limits;

/// What the media threads are started with.
#[derive(Clone, Debug)]
pub struct MediaConfig {
    /// Whether media goes over UDP; without it over TCP alone.
    pub udp: bool,
    /// The port, for UDP and TCP alike. Thread *i* owns UDP port `port + i`. With 0 the system
    /// chooses.
    pub port: u16,
    /// Threads that forward media, at least one.
    pub threads: usize,
    /// The addresses told to clients; when empty, all of the machine's own.
    pub advertise: Vec<IpAddr>,
    /// Bits per second that all peers together may be sent, in equal shares for the threads; `None`
    /// where nothing is set.
    pub max_upload_bps: Option<u64>,
    /// Every bound.
    pub limits: Limits,
}

/// UDP or TCP, as people read it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PortKind {
    /// A UDP port.
    Udp,
    /// A TCP port.
    Tcp,
}

impl fmt::Display for PortKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Udp => "UDP",
            Self::Tcp => "TCP",
        })
    }
}

/// Why the media threads did not start. Each is one line for the person who started the server.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StartError {
    /// A media port is taken by another program.
    #[error(
        "the media port {port} ({kind}) is in use by another program; choose another with --media-port"
    )]
    PortInUse {
        /// Which.
        port: u16,
        /// UDP or TCP.
        kind: PortKind,
    },
    /// A media port could not be opened for another reason.
    #[error("cannot open the media port {port} ({kind}): {source}")]
    Open {
        /// Which.
        port: u16,
        /// UDP or TCP.
        kind: PortKind,
        /// What the system said.
        source: io::Error,
    },
    /// `port + threads` is beyond the last port.
    #[error(
        "the media port {port} leaves no room for {threads} threads, whose ports follow it up to 65535"
    )]
    PortRange {
        /// The first.
        port: u16,
        /// How many were wanted.
        threads: usize,
    },
    /// The machine's addresses could not be read.
    #[error("cannot read this machine's addresses: {0}; name one with --advertise")]
    Addresses(#[source] io::Error),
    /// There is no address that clients could be told.
    #[error("this machine has no address for media; name one with --advertise")]
    NoAddress,
    /// The certificate of the media, made at start, could not be made.
    #[error("cannot make the media certificate: {0}")]
    Certificate(#[from] zoom_sfu::CertificateError),
    /// A thread or its wake-up could not be made.
    #[error("cannot start a media thread: {0}")]
    Thread(#[source] io::Error),
}
