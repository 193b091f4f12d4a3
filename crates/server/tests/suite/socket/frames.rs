//! What a socket does with frames that do not belong there.

use futures_util::SinkExt;
use serde_json::json;
use tokio_tungstenite::tungstenite::Message;
use zoom_protocol::{Answer, close_code};

use super::raw::Raw;
use super::support::TestServer;

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
    raw.try_write(&rest).await;
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
    raw.write(&[0x81, 2, b'{', b'}']).await;
    assert_eq!(raw.close_code().await, 1002);
}

#[tokio::test]
async fn a_request_in_fragments_with_a_ping_between_is_answered() {
    let server = TestServer::start().await;
    let mut raw = Raw::open(&server, "/api/socket").await;
    raw.send(0x01, br#"{"id":1,"ty"#).await;
    raw.send(0x89, b"alive?").await;
    raw.send(0x80, br#"pe":"ping"}"#).await;
    assert_eq!(raw.frame().await, (0x8a, b"alive?".to_vec()));
    assert_eq!(raw.frame().await.0, 0x81);
}

#[tokio::test]
async fn a_goodbye_is_answered_by_a_goodbye_with_its_code() {
    let server = TestServer::start().await;
    let mut raw = Raw::open(&server, "/api/socket").await;
    raw.send(0x88, &[0x0f, 0xa0]).await;
    assert_eq!(raw.close_code().await, 4000);
    raw.ended().await;
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
