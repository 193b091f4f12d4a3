//! `/api/echo`: returns what it gets, so that networks and conformance can be measured.

use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    time::timeout,
};
use tokio_tungstenite::WebSocketStream;
use zoom_protocol::Limits;

use super::seats::Seat;

/// Serves an echo.
pub(super) async fn serve<S>(stream: S, seat: Seat, limits: &Limits)
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    let mut socket = WebSocketStream::from_raw_socket(
        stream,
        tokio_tungstenite::tungstenite::protocol::Role::Server,
        None,
    )
    .await;
    let silence = Duration::from_millis(limits.silence_ms.into());
    while let Ok(Some(Ok(message))) = timeout(silence, socket.next()).await {
        if (message.is_text() || message.is_binary()) && socket.send(message).await.is_err() {
            break;
        }
    }
    drop(seat);
}
