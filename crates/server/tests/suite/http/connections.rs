//! Connections: their number is bounded, slow ones end, and the end of the server waits for none.

use std::time::{Duration, Instant};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

use super::support::{Answer, Running};

#[tokio::test]
async fn a_half_sent_request_is_not_waited_for_long() {
    let server = Running::start_with(|config| config.limits.request_head_ms = 200).await;
    let mut slow = server.connect().await;
    slow.write_all(b"GET / HTTP/1.1\r\nhost: a\r\nx-slow: ")
        .await
        .unwrap();
    let mut answer = Vec::new();
    // The end comes from the server; without its limit this would never return.
    slow.read_to_end(&mut answer).await.unwrap();
    assert!(answer.is_empty() || answer.starts_with(b"HTTP/1.1 408"));
}

#[tokio::test]
async fn a_connection_too_many_is_told_so_and_a_place_becomes_free_again() {
    let server = Running::start_with(|config| config.limits.connections_per_address = 2).await;
    let held = [server.connect().await, server.connect().await];
    let refused = server.get("/", &[]).await;
    assert_eq!(refused.status, 503);
    assert!(!refused.header("retry-after").is_empty());
    drop(held);
    while server.get("/", &[]).await.status != 200 {}
}

#[tokio::test]
async fn a_head_that_is_too_large_is_refused() {
    let server = Running::start().await;
    let large = "x".repeat(40_000);
    let mut stream = server.connect().await;
    let request = format!("GET / HTTP/1.1\r\nhost: a\r\nx-large: {large}\r\n\r\n");
    // The server may answer and close before it has read everything.
    let _ = stream.write_all(request.as_bytes()).await;
    let mut status = [0; 12];
    match stream.read_exact(&mut status).await {
        Ok(_) => assert_eq!(&status, b"HTTP/1.1 431"),
        Err(error) => assert_eq!(error.kind(), std::io::ErrorKind::ConnectionReset),
    }
    assert_eq!(server.get("/", &[]).await.status, 200);
}

#[tokio::test]
async fn what_is_not_http_is_refused_and_harms_nobody() {
    let server = Running::start().await;
    for junk in [
        &b"\x16\x03\x01\x02\x00\x01\x00"[..],
        b"\0\0\0\0\r\n\r\n",
        b"GET / HTTP/9\r\n\r\n",
    ] {
        let mut stream = server.connect().await;
        stream.write_all(junk).await.unwrap();
        stream.shutdown().await.unwrap();
        let mut answer = Vec::new();
        let _ = stream.read_to_end(&mut answer).await;
        assert!(
            answer.is_empty() || answer.starts_with(b"HTTP/1.1 4"),
            "{answer:?}"
        );
    }
    assert_eq!(server.get("/", &[]).await.status, 200);
}

#[tokio::test]
async fn several_requests_share_a_connection() {
    let server = Running::start().await;
    let mut stream = server.connect().await;
    let one = b"HEAD / HTTP/1.1\r\nhost: a\r\n\r\n";
    let last = b"GET /robots.txt HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n";
    stream
        .write_all(&[&one[..], &last[..]].concat())
        .await
        .unwrap();
    let first = Answer::read(stream).await;
    assert_eq!(first.status, 200);
    assert!(first.text().contains("HTTP/1.1 200 OK") && first.text().contains("Disallow"));
}

#[tokio::test]
async fn the_server_ends_in_time_whatever_connections_do() {
    let server = Running::start_with(|config| config.limits.shutdown_ms = 300).await;
    let mut idle = server.connect().await;
    let mut half = server.connect().await;
    half.write_all(b"GET / HT").await.unwrap();
    // An answer shows that the server has seen both before it is told to end.
    assert_eq!(server.get("/", &[]).await.status, 200);
    let address = server.address;
    let start = Instant::now();
    server.stop().await;
    assert!(start.elapsed() < Duration::from_secs(10));
    assert_eq!(idle.read(&mut [0; 1]).await.unwrap_or(0), 0);
    assert!(TcpStream::connect(address).await.is_err());
}

#[tokio::test]
async fn a_browser_that_takes_nothing_is_not_waited_for_long() {
    let server = Running::start_with(|config| config.limits.write_timeout_ms = 200).await;
    let mut stream = server.connect().await;
    let request = b"GET /public/icons/preview.png HTTP/1.1\r\nhost: a\r\n\r\n";
    // Nothing is read here, so that the server cannot write its answers, reads no more requests,
    // and in the end closes; without its limit this would never return.
    while stream.write_all(request).await.is_ok() {}
    assert_eq!(server.get("/", &[]).await.status, 200);
}
