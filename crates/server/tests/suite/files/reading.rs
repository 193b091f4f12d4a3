//! Files as they are given out: what they are, which part, and that nothing in them runs.

use super::support::{Person, ask, bytes, code, path_of};
use crate::{http::support::Answer, socket::support::TestServer};

async fn get(server: &TestServer, path: &str, headers: &[(&str, &str)]) -> Answer {
    ask(server.address, "GET", path, headers, b"").await
}

#[tokio::test]
async fn a_file_may_be_kept_for_ever_and_asked_for_again() {
    let server = TestServer::start().await;
    let mut kim = Person::enter(&server, "방 1".replace(' ', "-").as_str()).await;
    let (_, file) = kim.share("a.bin", &bytes(1_000)).await;
    let path = path_of("방-1", &file);
    let whole = get(&server, &path, &[]).await;
    assert_eq!(whole.status, 200);
    assert_eq!(
        whole.header("cache-control"),
        "private, max-age=31536000, immutable"
    );
    assert_eq!(whole.header("accept-ranges"), "bytes");
    let tag = whole.header("etag").to_owned();
    assert_eq!(tag, format!("\"{}\"", file.hash));
    let again = get(&server, &path, &[("if-none-match", &tag)]).await;
    assert_eq!((again.status, again.body.len()), (304, 0));
    assert_eq!(again.header("etag"), tag);
    let head = ask(
        server.address,
        "HEAD",
        &path,
        &[("range", "bytes=0-1")],
        b"",
    )
    .await;
    assert_eq!((head.status, head.body.len()), (200, 0));
    assert_eq!(head.header("content-length"), "1000");
    assert_eq!(head.header("etag"), tag);
}

#[tokio::test]
async fn a_part_of_a_file_is_given_out() {
    let server = TestServer::start().await;
    let mut kim = Person::enter(&server, "a").await;
    let content = bytes(200_000);
    let (_, file) = kim.share("a.bin", &content).await;
    let path = path_of("a", &file);
    let tag = format!("\"{}\"", file.hash);
    for (range, part) in [
        ("bytes=0-0", 0..1),
        ("bytes=100-", 100..200_000),
        ("bytes=65535-65536", 65_535..65_537),
        ("bytes=-5", 199_995..200_000),
        ("bytes=199999-300000", 199_999..200_000),
    ] {
        let answer = get(&server, &path, &[("range", range), ("if-range", &tag)]).await;
        assert_eq!(answer.status, 206, "{range}");
        let said = format!("bytes {}-{}/200000", part.start, part.end - 1);
        assert_eq!(answer.header("content-range"), said);
        assert_eq!(answer.header("content-length"), part.len().to_string());
        assert!(answer.body == content[part]);
    }
    let behind = get(&server, &path, &[("range", "bytes=200000-")]).await;
    assert_eq!(behind.status, 416);
    assert_eq!(behind.header("content-range"), "bytes */200000");
    for headers in [
        [("range", "bytes=0-1"), ("if-range", "\"another\"")],
        [
            ("range", "bytes=0-1"),
            ("if-range", "Mon, 23 Nov 2026 06:43:04 GMT"),
        ],
        [("range", "bytes=0-1,5-6"), ("accept", "*/*")],
        [("range", "bytes=5-4"), ("accept", "*/*")],
    ] {
        let answer = get(&server, &path, &headers).await;
        assert_eq!(answer.status, 200, "{headers:?}");
        assert!(answer.body == content);
    }
}

/// What the headers of every file promise.
fn cannot_run(answer: &Answer) {
    let policy = answer.header("content-security-policy");
    assert_eq!(policy, "sandbox; default-src 'none'");
    assert_eq!(answer.header("x-content-type-options"), "nosniff");
    assert_eq!(answer.header("cross-origin-resource-policy"), "same-origin");
    assert_eq!(answer.header("x-frame-options"), "DENY");
}

#[tokio::test]
async fn pages_drawings_and_documents_are_for_saving_whatever_they_are_called() {
    let server = TestServer::start().await;
    let mut kim = Person::enter(&server, "a").await;
    let mut zip = b"PK\x03\x04".to_vec();
    zip.extend_from_slice(&bytes(500));
    for (name, content, media_type) in [
        (
            "page.html",
            &b"<!doctype html><script>alert(1)</script>"[..],
            "application/octet-stream",
        ),
        (
            "page.png",
            b"<!doctype html><script>alert(1)</script>",
            "application/octet-stream",
        ),
        (
            "drawing.svg",
            b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>",
            "application/octet-stream",
        ),
        ("script.js", b"alert(1)", "application/octet-stream"),
        ("paper.pdf", b"%PDF-1.7 /JS", "application/pdf"),
        ("notes.txt", b"just a text", "application/octet-stream"),
        ("bomb.zip", &zip, "application/zip"),
        (
            "page.gif",
            b"GIF89a/*<script>*/=1;alert(1)",
            "application/octet-stream",
        ),
        (
            "page.jpg",
            b"\xff\xd8\xff\xe0<script>alert(1)</script>",
            "application/octet-stream",
        ),
    ] {
        let (_, file) = kim.share(name, content).await;
        assert_eq!(file.media_type, media_type, "{name}");
        assert_eq!(file.picture, None, "{name}");
        let answer = get(&server, &path_of("a", &file), &[]).await;
        assert_eq!(answer.header("content-type"), media_type, "{name}");
        let disposition = answer.header("content-disposition");
        assert!(
            disposition.starts_with("attachment; "),
            "{name} {disposition}"
        );
        cannot_run(&answer);
        assert_eq!(answer.body, content, "{name}");
    }
}

#[tokio::test]
async fn sound_and_films_are_shown_and_still_run_nothing() {
    let server = TestServer::start().await;
    let mut kim = Person::enter(&server, "a").await;
    for (content, media_type) in [
        (
            &b"ID3\x04\0\0\0\0\0\0<script>alert(1)</script>"[..],
            "audio/mpeg",
        ),
        (b"\0\0\0\x14ftypisom\0\0\0\0isom", "video/mp4"),
        (b"\x1a\x45\xdf\xa3\x9f\x42\x82\x84webm", "video/webm"),
    ] {
        let (_, file) = kim.share("page.html", content).await;
        let answer = get(&server, &path_of("a", &file), &[]).await;
        assert_eq!(answer.header("content-type"), media_type);
        assert!(answer.header("content-disposition").starts_with("inline; "));
        cannot_run(&answer);
    }
}

#[tokio::test]
async fn names_of_any_script_come_back_whole() {
    let server = TestServer::start().await;
    let mut kim = Person::enter(&server, "a").await;
    for (name, encoded) in [
        ("회의록.txt", "%ED%9A%8C%EC%9D%98%EB%A1%9D.txt"),
        ("ملف.bin", "%D9%85%D9%84%D9%81.bin"),
        ("a;b=\"c\" %41.txt", "a%3Bb%3D%22c%22%20%2541.txt"),
        ("👩\u{200d}💻.txt", "%F0%9F%91%A9%E2%80%8D%F0%9F%92%BB.txt"),
    ] {
        let (_, file) = kim.share(name, name.as_bytes()).await;
        assert_eq!(file.name.as_str(), name);
        let answer = get(&server, &path_of("a", &file), &[]).await;
        assert_eq!(answer.status, 200, "{name}");
        let disposition = answer.header("content-disposition");
        let whole = format!("; filename*=UTF-8''{encoded}");
        assert!(disposition.ends_with(&whole), "{disposition}");
        assert!(disposition.is_ascii());
    }
}

#[tokio::test]
async fn a_file_is_read_only_by_its_room_its_content_and_its_name() {
    let server = TestServer::start().await;
    let mut kim = Person::enter(&server, "a").await;
    let mut lee = Person::enter(&server, "b").await;
    let (_, file) = kim.share("a.bin", b"of one room").await;
    lee.share("b.bin", b"of another room").await;
    let hash = file.hash;
    for path in [
        format!("/api/rooms/b/files/{hash}/a.bin"),
        format!("/api/rooms/c/files/{hash}/a.bin"),
        format!("/api/rooms/a/files/{hash}/b.bin"),
        format!("/api/rooms/a/files/{hash}/page.html"),
        format!("/api/rooms/a/files/{}/a.bin", "0".repeat(64)),
        format!(
            "/api/rooms/a/files/{}/a.bin",
            hash.to_string().to_uppercase()
        ),
        "/api/rooms/a/files/..%2f..%2fzoom.db/a.bin".to_owned(),
        "/api/rooms/a/files/%2e%2e/%2e%2e".to_owned(),
        format!("/api/rooms/a/files/{hash}/..%2f..%2f..%2fsecret"),
        format!("/api/rooms/a/files/{hash}/%00"),
        format!("/api/rooms/a/files/{hash}/%FF"),
        format!("/api/rooms/%2e%2e/files/{hash}/a.bin"),
    ] {
        let answer = get(&server, &path, &[]).await;
        assert_eq!(answer.status, 404, "{path}");
        assert_eq!(code(&answer), "no_entry", "{path}");
    }
    assert_eq!(get(&server, &path_of("a", &file), &[]).await.status, 200);
    // A room is the same however its name is written.
    assert_eq!(get(&server, &path_of("A", &file), &[]).await.status, 200);
}

#[tokio::test]
async fn an_upload_that_is_in_no_message_is_read_by_nobody() {
    let server = TestServer::start().await;
    let mut kim = Person::enter(&server, "a").await;
    let (place, file) = kim.upload("a.bin", b"not yet").await;
    assert_eq!(get(&server, &path_of("a", &file), &[]).await.status, 404);
    kim.post(&[&place]).await;
    assert_eq!(get(&server, &path_of("a", &file), &[]).await.status, 200);
}
