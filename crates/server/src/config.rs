//! What one server is told when it starts.

use std::{
    net::{IpAddr, Ipv4Addr, SocketAddr},
    path::PathBuf,
};

use zoom_protocol::Limits;

/// What one server runs with.
#[derive(Clone, Debug)]
pub struct ServerConfig {
    /// Where HTTP and WebSockets are served. Port 0 lets the system choose.
    pub listen: SocketAddr,
    /// The data folder; made when it is not there.
    pub data: PathBuf,
    /// Whether and how HTTP is wrapped in TLS.
    pub tls: TlsSettings,
    /// Sound and pictures.
    pub media: MediaSettings,
    /// Where figures for operators are served, to everybody who gets there; nowhere by default.
    /// Port 0 lets the system choose.
    pub metrics: Option<SocketAddr>,
    /// Every bound.
    pub limits: Limits,
    /// Whether Vite's development server stands in front: pages then load the app's sources from
    /// it, and its client may write style elements.
    pub development: bool,
}

impl ServerConfig {
    /// What `zoom serve` runs with when it is told nothing but the data folder.
    pub fn new(data: impl Into<PathBuf>) -> Self {
        Self {
            listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 8080)),
            data: data.into(),
            tls: TlsSettings::Off,
            media: MediaSettings::default(),
            metrics: None,
            limits: Limits::default(),
            development: false,
        }
    }
}

/// Whether and how HTTP is wrapped in TLS.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TlsSettings {
    /// Plain HTTP: for this machine alone, or behind a proxy that ends TLS.
    Off,
    /// A certificate chain and its key, both PEM files.
    Files {
        /// The certificate, followed by those that vouch for it.
        cert: PathBuf,
        /// Its private key.
        key: PathBuf,
    },
    /// A certificate of the server's own making, kept in the data folder. Browsers warn about it.
    SelfMade,
}

/// Where sound and pictures go.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MediaSettings {
    /// The port, for UDP and TCP alike. Thread *i* owns UDP port `port + i`. 0 lets the system
    /// choose.
    pub port: u16,
    /// Threads that forward media, at least one.
    pub threads: usize,
    /// Whether media goes over UDP; without it over TCP alone.
    pub udp: bool,
    /// The addresses told to browsers; when empty, all of the machine's own.
    pub advertise: Vec<IpAddr>,
    /// Bits per second that all peers together may be sent; `None` where nothing is set.
    pub max_upload_bps: Option<u64>,
}

impl Default for MediaSettings {
    fn default() -> Self {
        Self {
            port: 7882,
            threads: 1,
            udp: true,
            advertise: Vec::new(),
            max_upload_bps: None,
        }
    }
}
