//! At the end of the program every WebSocket is told that the server goes away.

use futures_util::{SinkExt, StreamExt};
use tokio_tungstenite::{
    connect_async,
    tungstenite::{
        ClientRequestBuilder, Message,
        protocol::{CloseFrame, frame::coding::CloseCode},
    },
};

use crate::program::Serving;

#[cfg(unix)]
#[tokio::test]
async fn a_signal_closes_sockets_with_1001() {
    let folder = tempfile::tempdir().unwrap();
    let zoom = Serving::start(folder.path(), &["--listen", "127.0.0.1:0"]);
    let url = format!("ws://{}/api/socket", zoom.address())
        .parse()
        .unwrap();
    let request = ClientRequestBuilder::new(url).with_sub_protocol("zoom.1");
    let (mut socket, _) = connect_async(request).await.unwrap();
    // The answer to a ping shows that the socket's task runs.
    socket.send(Message::Ping("here".into())).await.unwrap();
    assert_eq!(
        socket.next().await.unwrap().unwrap(),
        Message::Pong("here".into())
    );
    zoom.signal("TERM");
    let closed = loop {
        if let Message::Close(frame) = socket.next().await.unwrap().unwrap() {
            break frame;
        }
    };
    assert!(
        matches!(
            closed,
            Some(CloseFrame {
                code: CloseCode::Away,
                ..
            })
        ),
        "{closed:?}"
    );
    let (code, error) = tokio::task::spawn_blocking(|| zoom.end()).await.unwrap();
    assert_eq!(code, Some(0), "{error}");
}
