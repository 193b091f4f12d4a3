//! How much may be sent.

use serde_json::json;
use zoom_protocol::ErrorCode;

use super::support::{Person, ask, bytes, kept, path_of};
use crate::{socket::support::TestServer, waiting::until};

#[tokio::test]
async fn a_file_that_is_too_large_gets_no_place() {
    let server = TestServer::with(|limits| limits.file_bytes = 1_000).await;
    let mut kim = Person::enter(&server, "a").await;
    kim.place("fits.bin", 1_000).await;
    assert_eq!(
        kim.no_place("large.bin", 1_001).await,
        ErrorCode::FileTooLarge
    );
    assert_eq!(
        kim.no_place("large.bin", u64::MAX).await,
        ErrorCode::FileTooLarge
    );
}

#[tokio::test]
async fn a_room_takes_files_until_it_is_full_and_again_when_one_is_deleted() {
    let server = TestServer::with(|limits| limits.room_file_bytes = 1_000).await;
    let mut kim = Person::enter(&server, "a").await;
    let mut lee = Person::enter(&server, "a").await;
    let (number, _) = kim.share("a.bin", &bytes(600)).await;
    assert_eq!(lee.no_place("b.bin", 401).await, ErrorCode::RoomFilesFull);
    // What is on its way counts too.
    let waiting = lee.place("b.bin", 300).await;
    assert_eq!(kim.no_place("c.bin", 200).await, ErrorCode::RoomFilesFull);
    ask(server.address, "DELETE", &waiting.path, &[], b"").await;
    kim.place("c.bin", 200).await;
    kim.delete(number).await;
    kim.place("d.bin", 800).await;
    // Another room has nothing to do with it.
    Person::enter(&server, "b")
        .await
        .place("e.bin", 1_000)
        .await;
}

#[tokio::test]
async fn the_same_content_again_costs_a_room_nothing() {
    let server = TestServer::with(|limits| limits.room_file_bytes = 1_000).await;
    let mut kim = Person::enter(&server, "a").await;
    let (place, file) = kim.upload("a.bin", &bytes(900)).await;
    kim.post(&[&place]).await;
    let mut lee = Person::enter(&server, "a").await;
    let again = json!({ "type": "post", "client_id": "again", "files": [place.upload] });
    assert_eq!(
        lee.client.refused(again.clone()).await.0,
        ErrorCode::NoUpload
    );
    let answer = kim.client.request(again).await;
    assert!(
        matches!(answer, zoom_protocol::Answer::Posted(_)),
        "{answer:?}"
    );
    let read = ask(server.address, "HEAD", &path_of("a", &file), &[], b"").await;
    assert_eq!(read.status, 200);
    assert_eq!(kim.no_place("b.bin", 101).await, ErrorCode::RoomFilesFull);
}

#[tokio::test]
async fn a_message_whose_files_the_room_has_no_space_for_is_refused() {
    let server = TestServer::start().await;
    let who = "the-same-person-each-time";
    let mut kim = Person::enter_as(&server, "a", who).await;
    let (first, _) = kim.upload("a.bin", &bytes(600)).await;
    let (second, _) = kim.upload("b.bin", &bytes(601)).await;
    // The operator allows less from here on.
    let server = server
        .restart(|limits| limits.room_file_bytes = 1_200)
        .await;
    let mut kim = Person::enter_as(&server, "a", who).await;
    let (number, _) = kim.post(&[&first]).await;
    let post = json!({ "type": "post", "client_id": "two", "files": [second.upload] });
    assert_eq!(kim.client.refused(post).await.0, ErrorCode::RoomFilesFull);
    kim.delete(number).await;
    kim.post(&[&second]).await;
}

#[tokio::test]
async fn somebody_has_so_many_uploads_at_a_time() {
    let server = TestServer::with(|limits| limits.uploads = 3).await;
    let mut kim = Person::enter(&server, "a").await;
    let (posted, _) = kim.upload("a.bin", b"a").await;
    for name in ["b.bin", "c.bin"] {
        kim.place(name, 10).await;
    }
    assert_eq!(kim.no_place("d.bin", 10).await, ErrorCode::TooMany);
    Person::enter(&server, "a").await.place("e.bin", 10).await;
    kim.post(&[&posted]).await;
    let place = kim.place("d.bin", 10).await;
    assert_eq!(kim.no_place("f.bin", 10).await, ErrorCode::TooMany);
    ask(server.address, "DELETE", &place.path, &[], b"").await;
    kim.place("f.bin", 10).await;
}

#[tokio::test]
async fn the_server_has_so_many_uploads_at_a_time_and_forgets_those_in_messages_first() {
    let server = TestServer::with(|limits| limits.uploads_waiting = 2).await;
    let mut kim = Person::enter(&server, "a").await;
    let mut lee = Person::enter(&server, "b").await;
    let (_, file) = kim.share("a.bin", b"a").await;
    let place = kim.place("b.bin", 10).await;
    lee.place("c.bin", 10).await;
    assert_eq!(lee.no_place("d.bin", 10).await, ErrorCode::Busy);
    let read = ask(server.address, "GET", &path_of("a", &file), &[], b"").await;
    assert_eq!(read.body, b"a");
    ask(server.address, "DELETE", &place.path, &[], b"").await;
    lee.place("d.bin", 10).await;
    until("its note to go", || {
        kept(server.folder(), "uploads").is_empty()
    })
    .await;
}

#[tokio::test]
async fn names_that_are_paths_or_hide_something_get_no_place() {
    let server = TestServer::start().await;
    let mut kim = Person::enter(&server, "a").await;
    for name in [
        "",
        "..",
        "../../etc/passwd",
        "a\\b",
        "a\0b",
        "gpj.\u{202e}exe",
        "a/b",
    ] {
        assert_eq!(
            kim.no_place(name, 10).await,
            ErrorCode::BadFileName,
            "{name:?}"
        );
    }
}
