//! What an [`Sfu`](crate::Sfu) is built from.

use std::net::SocketAddr;

use str0m::crypto::{dtls::DtlsCert, from_feature_flags};
use zoom_protocol::Limits;

use crate::Protocol;

/// Everything that [`negotiate`](crate::negotiate) and [`Sfu`](crate::Sfu) need to know beforehand.
///
/// The media threads of one process share the certificate and differ in the candidates.
#[derive(Clone, Debug)]
pub struct SfuConfig {
    /// What is allowed.
    pub limits: Limits,
    /// The certificate of the process for DTLS.
    pub certificate: Certificate,
    /// Where browsers reach this media thread, as the answers tell them.
    pub candidates: Vec<Candidate>,
    /// Bits per second that all peers of this [`Sfu`](crate::Sfu) together may be sent; `None`
    /// where nothing is set.
    pub max_upload_bps: Option<u64>,
}

/// A host candidate (RFC 8445): an address of this server at which a media thread receives.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Candidate {
    /// The address, never unspecified (`0.0.0.0` or `::`).
    pub address: SocketAddr,
    /// UDP, or passive ICE-TCP (RFC 6544).
    pub protocol: Protocol,
}

/// A self-signed certificate for DTLS; cloned, it stays the same certificate.
#[derive(Clone, Debug)]
pub struct Certificate(pub(crate) DtlsCert);

/// No certificate could be made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the cryptographic library made no certificate")]
pub struct CertificateError;

impl Certificate {
    /// A certificate with a key of its own.
    ///
    /// # Errors
    ///
    /// When the cryptographic library cannot make one; nothing that a peer does has a part in it.
    pub fn generate() -> Result<Self, CertificateError> {
        from_feature_flags()
            .dtls_provider
            .generate_certificate()
            .map(Self)
            .ok_or(CertificateError)
    }
}
