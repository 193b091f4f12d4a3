//! How a client connects.

use std::net::IpAddr;

use rustls::pki_types::CertificateDer;
use zoom_protocol::ResumeRequest;

/// How a client connects. The default: no origin, English, as somebody who was not there before,
/// trusting whom the system trusts.
#[derive(Clone, Debug, Default)]
pub struct ConnectOptions {
    /// The language of sentences for people, as a BCP 47 tag.
    pub language: Option<String>,
    /// Come back as an earlier participant.
    pub resume: Option<ResumeRequest>,
    /// The `Origin` header; programs outside browsers send none.
    pub origin: Option<String>,
    /// The address of this machine to connect from; the system chooses where there is none.
    pub local: Option<IpAddr>,
    /// Which servers are believed with `wss://`.
    pub trust: Trust,
}

/// Which servers are believed with `wss://`.
#[derive(Clone, Debug, Default)]
pub enum Trust {
    /// Those whom the certificate authorities of the operating system vouch for.
    #[default]
    System,
    /// The one with exactly this certificate, such as a self-made one; its names and dates do not
    /// matter.
    Exactly(CertificateDer<'static>),
    /// Everybody, who then may be anybody: for tests on one machine.
    Anybody,
}
