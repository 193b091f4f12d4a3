//! The echo returns what it gets, frame by frame, and answers what RFC 6455 asks it to.

use futures_util::{SinkExt, StreamExt};
use tokio_tungstenite::tungstenite::Message;
use zoom_protocol::close_code;

use super::raw::Raw;
use super::support::TestServer;
use crate::waiting::{soon, until};

#[tokio::test]
async fn text_and_binary_come_back_as_they_went() {
    let server = TestServer::start().await;
    let mut echo = server.handshake("/api/echo", &[]).await.unwrap();
    for message in [
        Message::text("안녕 👩‍👧"),
        Message::text(""),
        Message::binary(vec![0, 255, 128]),
        Message::binary(Vec::new()),
        Message::text("x".repeat(300_000)),
        Message::binary(vec![7; 65_536]),
    ] {
        echo.send(message.clone()).await.unwrap();
        let back = soon("an echo", echo.next()).await.unwrap().unwrap();
        assert!(back == message, "{} bytes", message.len());
    }
}

#[tokio::test]
async fn fragments_come_back_as_fragments_with_the_pong_between() {
    let server = TestServer::start().await;
    let mut raw = Raw::open(&server, "/api/echo").await;
    raw.send(0x01, b"one ").await;
    raw.send(0x89, b"alive?").await;
    raw.send(0x00, b"").await;
    raw.send(0x80, b"two").await;
    assert_eq!(raw.frame().await, (0x01, b"one ".to_vec()));
    assert_eq!(raw.frame().await, (0x8a, b"alive?".to_vec()));
    assert_eq!(raw.frame().await, (0x00, Vec::new()));
    assert_eq!(raw.frame().await, (0x80, b"two".to_vec()));
}

#[tokio::test]
async fn a_character_cut_by_a_fragment_comes_back_whole() {
    let server = TestServer::start().await;
    let mut raw = Raw::open(&server, "/api/echo").await;
    raw.send(0x01, &"가".as_bytes()[..1]).await;
    raw.send(0x80, &"가".as_bytes()[1..]).await;
    assert_eq!(raw.frame().await, (0x01, vec![0xea]));
    assert_eq!(raw.frame().await, (0x80, vec![0xb0, 0x80]));
}

#[tokio::test]
async fn the_masks_of_a_client_are_taken_off() {
    let server = TestServer::start().await;
    let mut raw = Raw::open(&server, "/api/echo").await;
    raw.write(&[0x82, 0x85, 1, 2, 3, 4, 0, 0, 0, 0, 0]).await;
    assert_eq!(raw.frame().await, (0x82, vec![1, 2, 3, 4, 1]));
}

#[tokio::test]
async fn text_that_is_not_utf_8_closes_with_1007_before_its_frame_ends() {
    let server = TestServer::start().await;
    let mut raw = Raw::open(&server, "/api/echo").await;
    raw.write(&[0x81, 0x80 | 100, 0, 0, 0, 0, b'a', 0xff]).await;
    assert_eq!(raw.close_code().await, close_code::INVALID_UTF8);
}

#[tokio::test]
async fn text_that_ends_within_a_character_closes_with_1007() {
    let server = TestServer::start().await;
    let mut raw = Raw::open(&server, "/api/echo").await;
    raw.send(0x81, &"가".as_bytes()[..2]).await;
    assert_eq!(raw.close_code().await, close_code::INVALID_UTF8);
}

#[tokio::test]
async fn frames_out_of_order_close_with_1002() {
    let server = TestServer::start().await;
    for frames in [
        &[0x80][..],
        &[0x00],
        &[0x01, 0x81],
        &[0x02, 0x01],
        &[0x83],
        &[0x0a],
    ] {
        let mut raw = Raw::open(&server, "/api/echo").await;
        for first in frames {
            raw.send(*first, b"a").await;
        }
        assert_eq!(raw.close_code().await, 1002, "{frames:x?}");
    }
}

#[tokio::test]
async fn a_goodbye_is_answered_by_the_same_goodbye() {
    let server = TestServer::start().await;
    let mut raw = Raw::open(&server, "/api/echo").await;
    raw.send(0x88, b"\x03\xe8bye").await;
    assert_eq!(raw.frame().await, (0x88, b"\x03\xe8bye".to_vec()));
    raw.ended().await;
}

#[tokio::test]
async fn a_message_beyond_the_largest_closes_with_1009() {
    let server = TestServer::with(|limits| limits.echo_message_bytes = 100).await;
    let mut raw = Raw::open(&server, "/api/echo").await;
    raw.send(0x02, &[0; 60]).await;
    assert_eq!(raw.frame().await, (0x02, vec![0; 60]));
    raw.send(0x80, &[0; 41]).await;
    assert_eq!(raw.close_code().await, close_code::TOO_BIG);
}

#[tokio::test]
async fn a_silent_client_is_pinged_and_then_closed() {
    let server = TestServer::with(|limits| {
        limits.heartbeat_ms = 50;
        limits.silence_ms = 1_000;
    })
    .await;
    let mut raw = Raw::open(&server, "/api/echo").await;
    assert_eq!(raw.frame().await, (0x89, Vec::new()));
    assert_eq!(raw.close_code().await, close_code::SILENT);
}

#[tokio::test]
async fn a_client_that_stops_reading_is_let_go() {
    let server = TestServer::with(|limits| {
        limits.write_timeout_ms = 100;
        limits.close_ms = 100;
    })
    .await;
    let mut raw = Raw::open(&server, "/api/echo").await;
    // More than the buffers of both systems hold; the server stops reading before that.
    raw.flood(64 * 1024 * 1024).await;
    until("a free place", || server.hub.counts().sockets == 0).await;
}
