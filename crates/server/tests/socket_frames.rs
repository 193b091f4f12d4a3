//! What a socket does with frames that do not belong there.

mod support;

use futures_util::SinkExt;
use serde_json::json;
use support::{TestServer, soon};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};
use tokio_tungstenite::tungstenite::Message;
use zoom_protocol::{Answer, close_code};

/// A connection after its handshake, byte by byte.
struct Raw(TcpStream);

impl Raw {
    async fn open(server: &TestServer, path: &str) -> Self {
        let mut stream = TcpStream::connect(server.address).await.unwrap();
        let request = format!(
            "GET {path} HTTP/1.1\r\nHost: {}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\
             Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\
             Sec-WebSocket-Protocol: zoom.1\r\n\r\n",
            server.address
        );
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            head.push(soon("a byte", stream.read_u8()).await.unwrap());
        }
        assert!(head.starts_with(b"HTTP/1.1 101 "));
        Self(stream)
    }

    /// Sends a frame with a mask of zeroes.
    async fn send(&mut self, first: u8, payload: &[u8]) {
        let mut frame = vec![
            first,
            0x80 | u8::try_from(payload.len()).unwrap(),
            0,
            0,
            0,
            0,
        ];
        frame.extend_from_slice(payload);
        self.0.write_all(&frame).await.unwrap();
    }

    /// Reads frames up to a close and returns its code.
    async fn close_code(&mut self) -> u16 {
        loop {
            let first = soon("a frame", self.0.read_u8()).await.unwrap();
            let length = match self.0.read_u8().await.unwrap() {
                126 => u64::from(self.0.read_u16().await.unwrap()),
                127 => self.0.read_u64().await.unwrap(),
                length => length.into(),
            };
            let mut payload = vec![0; usize::try_from(length).unwrap()];
            self.0.read_exact(&mut payload).await.unwrap();
            if first & 0x0f == 8 {
                return u16::from_be_bytes([payload[0], payload[1]]);
            }
        }
    }
}

#[tokio::test]
async fn a_binary_frame_closes_with_1003() {
    let server = TestServer::start().await;
    let mut client = server.hello().await;
    client
        .socket
        .send(Message::binary(vec![1, 2, 3]))
        .await
        .unwrap();
    assert_eq!(client.closed().await.0, close_code::UNSUPPORTED_DATA);
}

#[tokio::test]
async fn text_that_is_not_utf_8_closes_with_1007() {
    let server = TestServer::start().await;
    let mut raw = Raw::open(&server, "/api/socket").await;
    raw.send(0x81, b"\"\xed\xa0\x80\"").await;
    assert_eq!(raw.close_code().await, close_code::INVALID_UTF8);
}

#[tokio::test]
async fn text_that_is_not_utf_8_in_a_later_fragment_closes_with_1007() {
    let server = TestServer::start().await;
    let mut raw = Raw::open(&server, "/api/socket").await;
    raw.send(0x01, b"{\"id\":").await;
    raw.send(0x00, b"\xff").await;
    assert_eq!(raw.close_code().await, close_code::INVALID_UTF8);
}

#[tokio::test]
async fn a_message_beyond_the_largest_offer_closes_with_1009() {
    let server = TestServer::start().await;
    let mut client = server.hello().await;
    // The server may hang up before all of it is out.
    drop(
        client
            .socket
            .send(Message::text("x".repeat(256 * 1024 + 1)))
            .await,
    );
    assert_eq!(client.closed().await.0, close_code::TOO_BIG);
}

#[tokio::test]
async fn fragments_that_add_up_beyond_the_largest_offer_close_with_1009() {
    let server = TestServer::start().await;
    let mut raw = Raw::open(&server, "/api/socket").await;
    raw.send(0x01, &[b'x'; 125]).await;
    let mut rest = Vec::new();
    for _ in 0..256 * 1024 / 125 + 1 {
        rest.extend_from_slice(&[0x00, 0x80 | 125, 0, 0, 0, 0]);
        rest.extend_from_slice(&[b'x'; 125]);
    }
    drop(raw.0.write_all(&rest).await);
    assert_eq!(raw.close_code().await, close_code::TOO_BIG);
}

#[tokio::test]
async fn bytes_that_are_no_frame_close_with_1002() {
    let server = TestServer::start().await;
    for first in [0xf1, 0x83, 0x09, 0x80] {
        let mut raw = Raw::open(&server, "/api/socket").await;
        raw.send(first, b"?").await;
        assert_eq!(raw.close_code().await, 1002, "{first:#x}");
    }
}

#[tokio::test]
async fn frames_without_a_mask_close_with_1002() {
    let server = TestServer::start().await;
    let mut raw = Raw::open(&server, "/api/socket").await;
    raw.0.write_all(&[0x81, 2, b'{', b'}']).await.unwrap();
    assert_eq!(raw.close_code().await, 1002);
}

#[tokio::test]
async fn a_request_in_fragments_with_a_ping_between_is_answered() {
    let server = TestServer::start().await;
    let mut raw = Raw::open(&server, "/api/socket").await;
    raw.send(0x01, br#"{"id":1,"ty"#).await;
    raw.send(0x89, b"alive?").await;
    raw.send(0x80, br#"pe":"ping"}"#).await;
    let mut pong = [0; 8];
    soon("a pong", raw.0.read_exact(&mut pong)).await.unwrap();
    assert_eq!(&pong, b"\x8a\x06alive?");
    assert_eq!(raw.0.read_u8().await.unwrap(), 0x81);
}

#[tokio::test]
async fn a_goodbye_is_answered_by_a_goodbye_with_its_code() {
    let server = TestServer::start().await;
    let mut raw = Raw::open(&server, "/api/socket").await;
    raw.send(0x88, &[0x0f, 0xa0]).await;
    assert_eq!(raw.close_code().await, 4000);
    assert_eq!(soon("the end", raw.0.read(&mut [0; 8])).await.unwrap(), 0);
}

#[tokio::test]
async fn what_one_socket_does_wrong_harms_no_other() {
    let server = TestServer::start().await;
    let (mut good, _) = server.join("quiet", "Kim").await;
    for payload in [&b"\xff\xff"[..], b"\0", b"{"] {
        let mut raw = Raw::open(&server, "/api/socket").await;
        raw.send(0x81, payload).await;
        raw.send(0xff, payload).await;
        raw.close_code().await;
    }
    assert_eq!(good.post("a", "still here").await, 1);
    assert_eq!(good.request(json!({ "type": "ping" })).await, Answer::Done);
}
