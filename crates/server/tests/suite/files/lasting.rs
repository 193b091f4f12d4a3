//! How long bytes stay: as long as a message has them, and no longer.

use std::{fs, sync::Arc};

use super::support::{Person, ask, bytes, kept, path_of};
use crate::{socket::support::TestServer, waiting::until};

#[tokio::test]
async fn the_bytes_go_with_the_last_message_that_has_them() {
    let server = TestServer::start().await;
    let mut kim = Person::enter(&server, "a").await;
    let (first, file) = kim.share("one.bin", b"the same bytes").await;
    let (second, same) = kim.share("two.bin", b"the same bytes").await;
    assert_eq!(file.hash, same.hash);
    assert_eq!(kept(server.folder(), "files").len(), 1);
    kim.delete(first).await;
    let get = async |file| {
        ask(server.address, "GET", &path_of("a", file), &[], b"")
            .await
            .status
    };
    assert_eq!(get(&file).await, 404, "its name is gone");
    assert_eq!(get(&same).await, 200);
    kim.delete(second).await;
    assert_eq!(get(&same).await, 404);
    until("the bytes to go", || {
        kept(server.folder(), "files").is_empty()
    })
    .await;
}

#[tokio::test]
async fn the_same_file_in_two_rooms_stays_until_both_are_rid_of_it() {
    let server = TestServer::start().await;
    let mut kim = Person::enter(&server, "a").await;
    let mut lee = Person::enter(&server, "b").await;
    let (in_a, file) = kim.share("a.bin", b"shared").await;
    let (in_b, _) = lee.share("a.bin", b"shared").await;
    kim.delete(in_a).await;
    // Another one goes after it, so that the first was looked at.
    let (other, _) = kim.share("other.bin", b"other").await;
    kim.delete(other).await;
    until("the other to go", || {
        kept(server.folder(), "files").len() == 1
    })
    .await;
    let read = ask(server.address, "GET", &path_of("b", &file), &[], b"").await;
    assert_eq!(read.body, b"shared");
    lee.delete(in_b).await;
    until("the bytes to go", || {
        kept(server.folder(), "files").is_empty()
    })
    .await;
}

#[tokio::test]
async fn a_small_form_goes_with_its_picture() {
    let server = TestServer::start().await;
    let mut kim = Person::enter(&server, "a").await;
    let picture = super::pictures::png(1_000, 10);
    let (number, _) = kim.share("a.png", &picture).await;
    assert_eq!(kept(server.folder(), "thumbnails").len(), 1);
    kim.delete(number).await;
    until("both to go", || {
        let is_empty = |folder| kept(server.folder(), folder).is_empty();
        is_empty("files") && is_empty("thumbnails")
    })
    .await;
}

#[tokio::test]
async fn what_a_crash_left_goes_at_the_next_start_and_the_rest_stays() {
    let server = TestServer::start().await;
    let mut kim = Person::enter_as(&server, "a", "the-same-person-each-time").await;
    let (_, posted) = kim.share("a.bin", b"posted").await;
    let (_, waiting) = kim.upload("b.bin", b"not posted yet").await;
    let data = server.stop().await;
    let place = |hash: &str| {
        let folder = data.path().join("files").join(&hash[..2]);
        fs::create_dir_all(&folder).unwrap();
        folder.join(&hash[2..])
    };
    // A message was deleted, and its bytes were about to go; an upload was moved, and not noted.
    let lost = "ab".repeat(32);
    fs::write(place(&lost), b"lost").unwrap();
    fs::write(data.path().join("uploads").join("half"), b"without a note").unwrap();
    fs::write(
        data.path().join("uploads").join("x.seen"),
        b"half a picture",
    )
    .unwrap();
    let strange = data.path().join("files").join("README");
    fs::write(&strange, b"somebody else's").unwrap();
    let server = TestServer::on(Arc::clone(&data), |_| {}).await;
    until("the lost bytes to go", || !place(&lost).exists()).await;
    for file in [posted, waiting] {
        assert!(place(&file.hash.to_string()).exists());
    }
    assert!(strange.exists(), "what is not ours is not deleted");
    let uploads = kept(server.folder(), "uploads");
    assert!(
        uploads.iter().all(|name| name.ends_with(".note")),
        "{uploads:?}"
    );
}

#[tokio::test]
async fn a_message_that_was_deleted_before_a_crash_does_not_keep_its_bytes() {
    let server = TestServer::start().await;
    let mut kim = Person::enter(&server, "a").await;
    let (number, file) = kim.share("a.bin", b"deleted").await;
    kim.delete(number).await;
    until("the bytes to go", || {
        kept(server.folder(), "files").is_empty()
    })
    .await;
    let data = server.stop().await;
    // As if the crash had come before they went.
    let hash = file.hash.to_string();
    let folder = data.path().join("files").join(&hash[..2]);
    fs::create_dir_all(&folder).unwrap();
    fs::write(folder.join(&hash[2..]), b"deleted").unwrap();
    let server = TestServer::on(data, |_| {}).await;
    until("the bytes to go", || {
        kept(server.folder(), "files").is_empty()
    })
    .await;
}

#[tokio::test]
async fn an_upload_that_is_given_up_takes_its_bytes_along_and_a_message_keeps_them() {
    let server = TestServer::start().await;
    let mut kim = Person::enter(&server, "a").await;
    let (given_up, _) = kim.upload("a.bin", b"given up").await;
    let (posted, file) = kim.upload("b.bin", b"posted").await;
    kim.post(&[&posted]).await;
    for place in [given_up, posted] {
        let answer = ask(server.address, "DELETE", &place.path, &[], b"").await;
        assert_eq!(answer.status, 204);
    }
    until("one to go", || kept(server.folder(), "files").len() == 1).await;
    let read = ask(server.address, "GET", &path_of("a", &file), &[], b"").await;
    assert_eq!(read.body, b"posted");
}

#[tokio::test]
async fn a_deleted_file_is_not_brought_back_by_its_old_upload() {
    let server = TestServer::start().await;
    let mut kim = Person::enter(&server, "a").await;
    let (place, _) = kim.upload("a.bin", &bytes(100)).await;
    let (number, _) = kim.post(&[&place]).await;
    kim.delete(number).await;
    until("the bytes to go", || {
        kept(server.folder(), "files").is_empty()
    })
    .await;
    let post = serde_json::json!({ "type": "post", "client_id": "x", "files": [place.upload] });
    let (refused, _) = kim.client.refused(post).await;
    assert_eq!(refused, zoom_protocol::ErrorCode::NoUpload);
}
