//! Uploads that break off, and go on later.

use tokio::io::AsyncWriteExt;

use super::support::{Person, TYPE, ask, begin, bytes, code, info, kept, offset, patch};
use crate::{socket::support::TestServer, waiting::until};

#[tokio::test]
async fn what_arrived_before_a_connection_broke_stays() {
    let server = TestServer::start().await;
    let mut kim = Person::enter(&server, "a").await;
    let content = bytes(200_000);
    let place = kim.place("a.bin", 200_000).await;
    let headers = [TYPE, ("upload-offset", "0"), ("content-length", "200000")];
    let mut stream = begin(server.address, "PATCH", &place.path, &headers).await;
    stream.write_all(&content[..123_456]).await.unwrap();
    drop(stream);
    // Asking ends what is under way.
    let folder = server.folder().join("uploads");
    let there = || std::fs::metadata(folder.join(place.upload.as_str())).map_or(0, |m| m.len());
    until("the bytes", || there() == 123_456).await;
    assert_eq!(offset(server.address, &place.path).await, "123456");
    let rest = patch(server.address, &place.path, 123_456, &content[123_456..]).await;
    assert_eq!(info(&rest).bytes, 200_000);
}

#[tokio::test]
async fn who_comes_back_does_not_wait_for_a_dead_connection() {
    let server = TestServer::start().await;
    let mut kim = Person::enter(&server, "a").await;
    let place = kim.place("a.bin", 10).await;
    // Nothing more will come of this one, and nobody knows.
    let headers = [TYPE, ("upload-offset", "0"), ("content-length", "10")];
    let mut dead = begin(server.address, "PATCH", &place.path, &headers).await;
    dead.write_all(b"abcd").await.unwrap();
    // It may not have come so far yet: it is ended either way.
    let start: usize = offset(server.address, &place.path).await.parse().unwrap();
    let rest = &b"abcdefghij"[start..];
    let answer = patch(server.address, &place.path, start as u64, rest).await;
    assert_eq!(info(&answer).bytes, 10);
    drop(dead);
}

#[tokio::test]
async fn an_upload_goes_on_after_a_restart_and_a_whole_one_is_posted() {
    let server = TestServer::start().await;
    let who = "the-same-person-each-time";
    let mut kim = Person::enter_as(&server, "a", who).await;
    let half = kim.place("half.bin", 10).await;
    patch(server.address, &half.path, 0, b"abcde").await;
    let (whole, file) = kim.upload("whole.bin", &bytes(1_000)).await;
    let untouched = kim.place("untouched.bin", 10).await;
    let server = server.restart(|_| {}).await;
    let mut kim = Person::enter_as(&server, "a", who).await;
    assert_eq!(offset(server.address, &half.path).await, "5");
    info(&patch(server.address, &half.path, 5, b"fghij").await);
    assert_eq!(
        info(&patch(server.address, &whole.path, 1_000, b"").await),
        file
    );
    let (_, files) = kim.post(&[&half, &whole]).await;
    assert_eq!(files[1], file);
    // Of which nothing came, nothing was to be kept.
    let answer = patch(server.address, &untouched.path, 0, b"").await;
    assert_eq!(answer.status, 404);
}

#[tokio::test]
async fn an_upload_is_of_who_asked_for_it_and_for_that_room() {
    let server = TestServer::start().await;
    let mut kim = Person::enter(&server, "a").await;
    let (place, _) = kim.upload("a.bin", b"abc").await;
    let half = kim.place("half.bin", 3).await;
    let post = |place: &zoom_protocol::UploadPlace| serde_json::json!({ "type": "post", "client_id": "x", "files": [place.upload] });
    for room in ["a", "b"] {
        let mut lee = Person::enter(&server, room).await;
        let (refused, _) = lee.client.refused(post(&place)).await;
        assert_eq!(refused, zoom_protocol::ErrorCode::NoUpload, "{room}");
    }
    let (refused, _) = kim.client.refused(post(&half)).await;
    assert_eq!(refused, zoom_protocol::ErrorCode::NoUpload);
    kim.post(&[&place]).await;
}

#[tokio::test]
async fn the_same_post_again_is_the_same_message() {
    let server = TestServer::start().await;
    let mut kim = Person::enter(&server, "a").await;
    let (place, _) = kim.upload("a.bin", b"abc").await;
    let files = serde_json::json!({ "files": [place.upload] });
    let first = kim.client.write("one", files.clone()).await;
    assert_eq!(kim.client.write("one", files).await, first);
}

#[tokio::test]
async fn an_upload_of_which_nothing_comes_for_too_long_is_gone() {
    let server = TestServer::with(|limits| limits.upload_ms = 0).await;
    let mut kim = Person::enter(&server, "a").await;
    let place = kim.place("a.bin", 10).await;
    let answer = patch(server.address, &place.path, 0, b"abc").await;
    assert_eq!((answer.status, code(&answer).as_str()), (404, "no_upload"));
    assert_eq!(
        ask(server.address, "HEAD", &place.path, &[], b"")
            .await
            .status,
        404
    );
    assert!(kept(server.folder(), "uploads").is_empty());
}

#[tokio::test]
async fn who_is_silent_within_a_request_is_let_go_and_what_came_stays() {
    let server = TestServer::with(|limits| limits.silence_ms = 100).await;
    let (client, _) = server.join("a", "Kim").await;
    drop(client);
    let mut kim = Person::enter(&server, "a").await;
    let place = kim.place("a.bin", 10).await;
    let headers = [TYPE, ("upload-offset", "0"), ("content-length", "10")];
    let mut silent = begin(server.address, "PATCH", &place.path, &headers).await;
    silent.write_all(b"abc").await.unwrap();
    let answer = crate::http::support::Answer::read(silent).await;
    assert_eq!((answer.status, answer.header("upload-offset")), (204, "3"));
}
