//! The WebSocket: its handshake, the task of each socket, and what people are told.

mod connection;
mod echo;
mod frames;
mod handshake;
mod line;
mod seats;
mod session;
mod texts;
mod token;
mod watched;

use std::{net::SocketAddr, time::Instant};

use axum::{
    Router,
    body::Body,
    extract::{ConnectInfo, Request, State},
    http::{
        HeaderValue, StatusCode,
        header::{CONNECTION, SEC_WEBSOCKET_ACCEPT, SEC_WEBSOCKET_PROTOCOL, UPGRADE},
    },
    response::{IntoResponse, Response},
    routing::any,
};
use hyper::upgrade::OnUpgrade;
use hyper_util::rt::TokioIo;
use tokio_tungstenite::tungstenite::handshake::derive_accept_key;
use zoom_protocol::{ECHO_PATH, SOCKET_PATH};

use crate::hub::Hub;

pub(crate) use echo::Backlogs;
pub(crate) use handshake::is_own_origin;
use handshake::{Accepted, Endpoint, Refusal};
pub(crate) use line::{Line, Meaning};
pub(crate) use seats::Seats;
use session::Session;
pub(crate) use texts::{Language, error, localised};
pub(crate) use token::{Claim, Tokens};

/// `/api/socket` and `/api/echo`.
///
/// A request needs the extension `axum::extract::ConnectInfo<std::net::SocketAddr>` (whom it came
/// from), and its connection must be served with upgrades.
pub fn router(hub: Hub) -> Router {
    Router::new()
        .route(SOCKET_PATH, any(socket))
        .route(ECHO_PATH, any(echo))
        .with_state(hub)
}

async fn socket(state: State<Hub>, from: ConnectInfo<SocketAddr>, request: Request) -> Response {
    shake_hands(Endpoint::Socket, state, from, request)
}

async fn echo(state: State<Hub>, from: ConnectInfo<SocketAddr>, request: Request) -> Response {
    shake_hands(Endpoint::Echo, state, from, request)
}

/// Answers a handshake, and starts the task of the socket when it is accepted.
fn shake_hands(
    endpoint: Endpoint,
    State(hub): State<Hub>,
    ConnectInfo(from): ConnectInfo<SocketAddr>,
    mut request: Request,
) -> Response {
    let upgrade = request.extensions_mut().remove::<OnUpgrade>();
    let decided = hub.seats().take(from.ip(), Instant::now(), |occupancy| {
        let upgrade = upgrade.ok_or(Refusal::NotWebSocket)?;
        let (method, headers) = (request.method(), request.headers());
        let accepted = handshake::decide(endpoint, method, headers, occupancy, hub.limits())?;
        Ok((upgrade, accepted))
    });
    let (seat, (upgrade, accepted)) = match decided {
        Ok(decided) => decided,
        Err::<_, Refusal>(refusal) => {
            tracing::debug!(%from, code = refusal.code(), "handshake refused");
            return refusal.into_response();
        }
    };
    tokio::spawn(async move {
        let stream = match upgrade.await {
            Ok(upgraded) => TokioIo::new(upgraded),
            Err(error) => {
                tracing::debug!(%error, "the connection ended within the handshake");
                return;
            }
        };
        match endpoint {
            Endpoint::Socket => connection::serve(stream, Session::new(hub, seat)).await,
            Endpoint::Echo => echo::serve(stream, seat, hub.limits(), hub.echoes()).await,
        }
    });
    accept(&accepted)
}

/// The response that ends the handshake (RFC 6455 section 4.2.2).
fn accept(accepted: &Accepted) -> Response {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::SWITCHING_PROTOCOLS;
    let headers = response.headers_mut();
    headers.insert(UPGRADE, HeaderValue::from_static("websocket"));
    headers.insert(CONNECTION, HeaderValue::from_static("Upgrade"));
    let key = derive_accept_key(accepted.key.as_bytes());
    if let Ok(key) = HeaderValue::from_str(&key) {
        headers.insert(SEC_WEBSOCKET_ACCEPT, key);
    }
    if let Some(subprotocol) = accepted.subprotocol {
        headers.insert(
            SEC_WEBSOCKET_PROTOCOL,
            HeaderValue::from_static(subprotocol),
        );
    }
    response
}
