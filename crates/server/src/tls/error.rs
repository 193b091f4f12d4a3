//! Why there is no TLS.

use std::{io, path::PathBuf};

use rustls::pki_types::pem;

/// Why a certificate or key cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TlsError {
    /// A file cannot be read.
    #[error("cannot read {}: {source}", file.display())]
    Read {
        /// Which.
        file: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// A file is no PEM, or holds something else.
    #[error("{} holds no {wanted} in PEM form: {source}", file.display())]
    Pem {
        /// Which.
        file: PathBuf,
        /// "certificate" or "private key".
        wanted: &'static str,
        /// What is wrong with it.
        source: pem::Error,
    },
    /// Key and certificate do not belong together, or are of a kind that is not supported.
    #[error("the certificate {} cannot be used with its key: {source}", file.display())]
    Unusable {
        /// The certificate.
        file: PathBuf,
        /// What is wrong.
        source: rustls::Error,
    },
    /// A certificate of our own could not be made.
    #[error("cannot make a certificate: {0}")]
    Make(#[from] rcgen::Error),
    /// A certificate of our own could not be kept.
    #[error("cannot write {}: {source}", file.display())]
    Write {
        /// Which file.
        file: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The machine's addresses could not be read.
    #[error("cannot read this machine's addresses: {0}")]
    Addresses(#[source] io::Error),
}
