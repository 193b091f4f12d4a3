//! Why a server did not start.

use std::{io, net::SocketAddr, path::PathBuf};

/// Why a server did not start. Each is one line for the person who started it.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ServerError {
    /// The HTTP port could not be opened.
    #[error("cannot listen on {address}: {source}")]
    Listen {
        /// Where.
        address: SocketAddr,
        /// What the system said.
        source: io::Error,
    },
    /// The data folder could not be made or written.
    #[error("cannot write the data folder {}: {source}", folder.display())]
    Data {
        /// The data folder.
        folder: PathBuf,
        /// What the system said.
        source: io::Error,
    },
}
