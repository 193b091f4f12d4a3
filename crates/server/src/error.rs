//! Why a server did not start.

use std::{io, net::SocketAddr};

use zoom_store::StoreError;

use crate::{media::StartError, tls::TlsError};

/// Why a server did not start. Each is one line for the person who started it.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ServerError {
    /// Another program has the HTTP port.
    #[error("{address} is in use by another program; choose another with --listen")]
    AddressInUse {
        /// Where.
        address: SocketAddr,
    },
    /// Another program has the operator's port.
    #[error("{address} is in use by another program; choose another with --metrics")]
    MetricsInUse {
        /// Where.
        address: SocketAddr,
    },
    /// The HTTP port could not be opened for another reason.
    #[error("cannot listen on {address}: {source}")]
    Listen {
        /// Where.
        address: SocketAddr,
        /// What the system said.
        source: io::Error,
    },
    /// The data folder cannot be used.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The media threads did not start.
    #[error(transparent)]
    Media(#[from] StartError),
    /// The system gives no thread to look into pictures.
    #[error("cannot start the thread that looks into pictures: {0}")]
    Files(#[source] io::Error),
    /// The certificate cannot be used.
    #[error(transparent)]
    Tls(#[from] TlsError),
    /// The system gives no random bytes for the server's secret.
    #[error("the system gives no random bytes: {0}")]
    Random(#[source] getrandom::Error),
    /// What was compiled in is broken.
    #[error("this build is broken: {0}")]
    Build(String),
}
