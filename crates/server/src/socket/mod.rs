//! The WebSocket: its handshake, its task, its texts.

use axum::Router;

use crate::hub::Hub;

/// `/api/socket` and `/api/echo`.
///
/// A request needs the extension `axum::extract::ConnectInfo<std::net::SocketAddr>` (whom it came
/// from), and its connection must be served with upgrades.
pub fn router(_hub: Hub) -> Router {
    Router::new()
}
