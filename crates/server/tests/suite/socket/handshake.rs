//! What becomes a WebSocket and what is refused, with which status.

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

use super::support::TestServer;
use crate::waiting::{soon, until};

const OFFER: (&str, &str) = ("sec-websocket-protocol", "zoom.1");

#[tokio::test]
async fn a_client_that_is_no_browser_needs_no_origin() {
    let server = TestServer::start().await;
    assert!(server.handshake("/api/socket", &[OFFER]).await.is_ok());
    assert!(server.handshake("/api/echo", &[]).await.is_ok());
}

#[tokio::test]
async fn a_page_of_the_server_itself_is_accepted() {
    let server = TestServer::start().await;
    let origin = format!("http://{}", server.address);
    let headers = [OFFER, ("origin", origin.as_str())];
    assert!(server.handshake("/api/socket", &headers).await.is_ok());
    assert!(server.handshake("/api/echo", &headers[1..]).await.is_ok());
}

#[tokio::test]
async fn a_page_of_another_site_is_refused_with_403() {
    let server = TestServer::start().await;
    let near = format!("http://localhost:{}", server.address.port());
    for origin in ["https://evil.example", "null", near.as_str()] {
        for path in ["/api/socket", "/api/echo"] {
            let (status, _, body) = server.refused(path, &[OFFER, ("origin", origin)]).await;
            assert_eq!((status, &body["code"]), (403, &"foreign_origin".into()));
        }
    }
}

#[tokio::test]
async fn a_version_that_is_not_spoken_is_refused_with_what_is() {
    let server = TestServer::start().await;
    for headers in [&[][..], &[("sec-websocket-protocol", "zoom.2, chat")]] {
        let (status, _, body) = server.refused("/api/socket", headers).await;
        assert_eq!(status, 400);
        assert_eq!(body["code"], "unsupported_version");
        assert_eq!(body["supported"], serde_json::json!(["zoom.1"]));
        assert!(body["message"].is_string());
    }
}

#[tokio::test]
async fn one_connection_too_many_is_refused_with_503_until_another_ends() {
    let server = TestServer::with(|limits| limits.sockets = 2).await;
    let first = server.handshake("/api/socket", &[OFFER]).await.unwrap();
    let _second = server.handshake("/api/echo", &[]).await.unwrap();
    let (status, headers, body) = server.refused("/api/socket", &[OFFER]).await;
    assert_eq!(
        (status, &body["code"]),
        (503, &"too_many_connections".into())
    );
    assert!(headers.contains_key("retry-after"));
    drop(first);
    until("a free place", || server.hub.counts().sockets < 2).await;
    assert!(server.handshake("/api/socket", &[OFFER]).await.is_ok());
}

#[tokio::test]
async fn one_address_cannot_take_all_connections() {
    let server = TestServer::with(|limits| limits.sockets_per_address = 1).await;
    let _first = server.handshake("/api/echo", &[]).await.unwrap();
    assert_eq!(server.refused("/api/echo", &[]).await.0, 503);
}

#[tokio::test]
async fn a_request_that_is_no_handshake_is_told_to_upgrade() {
    let server = TestServer::start().await;
    for path in ["/api/socket", "/api/echo"] {
        let mut stream = TcpStream::connect(server.address).await.unwrap();
        let request =
            format!("GET {path} HTTP/1.1\r\nHost: zoom.example\r\nConnection: close\r\n\r\n");
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut response = String::new();
        soon("an answer", stream.read_to_string(&mut response))
            .await
            .unwrap();
        assert!(response.starts_with("HTTP/1.1 426 "), "{response}");
        assert!(
            response
                .to_lowercase()
                .contains("\r\nupgrade: websocket\r\n")
        );
        assert!(response.contains(r#""code":"not_websocket""#), "{response}");
    }
}

#[tokio::test]
async fn the_accepted_subprotocol_is_named_in_the_answer() {
    let server = TestServer::start().await;
    let mut stream = TcpStream::connect(server.address).await.unwrap();
    let request = "GET /api/socket HTTP/1.1\r\nHost: zoom.example\r\nConnection: Upgrade\r\n\
                   Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\n\
                   Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\
                   Sec-WebSocket-Protocol: zoom.9, zoom.1\r\n\r\n";
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut response = Vec::new();
    while !response.ends_with(b"\r\n\r\n") {
        response.push(soon("a byte", stream.read_u8()).await.unwrap());
    }
    let response = String::from_utf8(response).unwrap().to_lowercase();
    assert!(response.starts_with("http/1.1 101 "), "{response}");
    assert!(response.contains("\r\nsec-websocket-protocol: zoom.1\r\n"));
    // The example of RFC 6455 section 1.3.
    assert!(response.contains("\r\nsec-websocket-accept: s3pplmbitxaq9kygzzhzrbk+xoo=\r\n"));
}
