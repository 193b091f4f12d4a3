//! What is taken in, and what is refused on the way.

use tokio::io::AsyncWriteExt;

use super::support::{Person, TYPE, ask, begin, bytes, code, info, offset, patch, path_of};
use crate::{http::support::Answer, socket::support::TestServer, waiting::soon};

#[tokio::test]
async fn a_file_is_sent_in_one_piece_and_read_by_everybody() {
    let server = TestServer::start().await;
    let mut kim = Person::enter(&server, "a").await;
    let (mut lee, _) = server.join("a", "Lee").await;
    let content = bytes(300_000);
    let (_, file) = kim.share("회의록 3.bin", &content).await;
    assert_eq!(file.bytes, 300_000);
    assert_eq!(file.media_type, "application/octet-stream");
    assert_eq!(file.picture, None);
    let told = lee
        .find(|event| match serde_json::to_value(event).unwrap() {
            event if event["type"] == "entry" => Some(event["entry"]["body"]["files"].clone()),
            _ => None,
        })
        .await;
    assert_eq!(told[0]["hash"], file.hash.to_string());
    let read = ask(server.address, "GET", &path_of("a", &file), &[], b"").await;
    assert_eq!(read.status, 200);
    assert!(read.body == content);
}

#[tokio::test]
async fn a_file_is_sent_in_pieces_and_the_last_answer_is_given_again() {
    let server = TestServer::start().await;
    let mut kim = Person::enter(&server, "a").await;
    let content = bytes(100_000);
    let place = kim.place("a.bin", 100_000).await;
    let to = server.address;
    assert_eq!(offset(to, &place.path).await, "0");
    let first = patch(to, &place.path, 0, &content[..1]).await;
    assert_eq!((first.status, first.header("upload-offset")), (204, "1"));
    let second = patch(to, &place.path, 1, &content[1..70_000]).await;
    assert_eq!(
        (second.status, second.header("upload-offset")),
        (204, "70000")
    );
    assert_eq!(offset(to, &place.path).await, "70000");
    let head = ask(to, "HEAD", &place.path, &[], b"").await;
    assert_eq!(head.header("upload-length"), "100000");
    assert_eq!(head.header("cache-control"), "no-store");
    let file = info(&patch(to, &place.path, 70_000, &content[70_000..]).await);
    assert_eq!(info(&patch(to, &place.path, 100_000, b"").await), file);
    assert_eq!(offset(to, &place.path).await, "100000");
    let (_, files) = kim.post(&[&place]).await;
    assert_eq!(files, [file]);
}

#[tokio::test]
async fn a_file_without_bytes_is_a_file() {
    let server = TestServer::start().await;
    let mut kim = Person::enter(&server, "a").await;
    let (_, file) = kim.share("empty", b"").await;
    assert_eq!(file.bytes, 0);
    let read = ask(server.address, "GET", &path_of("a", &file), &[], b"").await;
    assert_eq!((read.status, read.body.len()), (200, 0));
}

#[tokio::test]
async fn bytes_for_another_place_are_refused_with_the_right_one() {
    let server = TestServer::start().await;
    let mut kim = Person::enter(&server, "a").await;
    let place = kim.place("a.bin", 10).await;
    patch(server.address, &place.path, 0, b"abcd").await;
    for wrong in [0, 3, 5, 10, 11, u64::MAX] {
        let answer = patch(server.address, &place.path, wrong, b"xy").await;
        assert_eq!(answer.status, 409, "{wrong}");
        assert_eq!(answer.header("upload-offset"), "4");
        assert_eq!(code(&answer), "bad_field");
    }
    patch(server.address, &place.path, 4, b"efghij").await;
    let late = patch(server.address, &place.path, 4, b"efghij").await;
    assert_eq!((late.status, late.header("upload-offset")), (409, "10"));
}

#[tokio::test]
async fn what_is_longer_than_was_said_is_not_kept() {
    let server = TestServer::start().await;
    let mut kim = Person::enter(&server, "a").await;
    let place = kim.place("a.bin", 100_000).await;
    let to = server.address;
    patch(to, &place.path, 0, &bytes(10)).await;
    // One that says so.
    let answer = patch(to, &place.path, 10, &bytes(100_000)).await;
    assert_eq!(
        (answer.status, code(&answer).as_str()),
        (413, "file_too_large")
    );
    // One that does not say how long it is.
    let headers = [
        TYPE,
        ("upload-offset", "10"),
        ("transfer-encoding", "chunked"),
    ];
    let mut stream = begin(to, "PATCH", &place.path, &headers).await;
    let chunk = [&b"186a0\r\n"[..], &bytes(100_000), b"\r\n"].concat();
    drop(stream.write_all(&chunk).await);
    drop(stream.write_all(b"0\r\n\r\n").await);
    let answer = soon("an answer", Answer::read(stream)).await;
    assert_eq!(answer.status, 413);
    assert_eq!(offset(to, &place.path).await, "10");
    // And one after the end.
    let whole = bytes(100_000);
    info(&patch(to, &place.path, 10, &whole[10..]).await);
    assert_eq!(patch(to, &place.path, 100_000, b"x").await.status, 413);
}

#[tokio::test]
async fn a_request_that_lies_about_itself_does_no_harm() {
    let server = TestServer::start().await;
    let mut kim = Person::enter(&server, "a").await;
    let place = kim.place("a.bin", 10).await;
    let to = server.address;
    for (headers, status) in [
        (vec![("upload-offset", "0")], 415),
        (
            vec![("upload-offset", "0"), ("content-type", "text/plain")],
            415,
        ),
        (vec![TYPE], 400),
        (vec![TYPE, ("upload-offset", "")], 400),
        (vec![TYPE, ("upload-offset", "-1")], 400),
        (vec![TYPE, ("upload-offset", "1e3")], 400),
        (vec![TYPE, ("upload-offset", "99999999999999999999")], 400),
    ] {
        let answer = ask(to, "PATCH", &place.path, &headers, b"abc").await;
        assert_eq!(answer.status, status, "{headers:?}");
        assert_eq!(code(&answer), "bad_field");
    }
    for length in ["-1", "abc", "99999999999999999999999", "5, 6"] {
        let headers = [TYPE, ("upload-offset", "0"), ("content-length", length)];
        let stream = begin(to, "PATCH", &place.path, &headers).await;
        let answer = soon("an answer", Answer::read(stream)).await;
        assert_eq!(answer.status, 400, "{length}");
    }
    assert_eq!(offset(to, &place.path).await, "0");
    assert_eq!(ask(to, "GET", &place.path, &[], b"").await.status, 405);
    assert_eq!(ask(to, "POST", &place.path, &[], b"").await.status, 405);
}

#[tokio::test]
async fn nobody_finds_an_upload_without_its_name() {
    let server = TestServer::start().await;
    for path in [
        "/api/uploads/AAAAAAAAAAAAAAAAAAAAAA",
        "/api/uploads/..%2f..%2fzoom.db",
        "/api/uploads/%2e%2e",
        "/api/uploads/a.note",
        "/api/uploads/%FF",
        "/api/uploads/%ED%95%9C",
    ] {
        for method in ["HEAD", "PATCH", "DELETE"] {
            let headers = [TYPE, ("upload-offset", "0")];
            let answer = ask(server.address, method, path, &headers, b"").await;
            assert!([400, 404].contains(&answer.status), "{method} {path}");
        }
    }
}

#[tokio::test]
async fn a_page_of_another_site_can_neither_send_nor_ask_nor_give_up() {
    let server = TestServer::start().await;
    let mut kim = Person::enter(&server, "a").await;
    let place = kim.place("a.bin", 3).await;
    let own = format!("http://{}", server.address);
    for (origin, is_own) in [
        ("https://evil.example", false),
        ("null", false),
        (&own, true),
    ] {
        for method in ["HEAD", "PATCH", "DELETE"] {
            let headers = [TYPE, ("upload-offset", "0"), ("origin", origin)];
            let answer = ask(server.address, method, &place.path, &headers, b"").await;
            assert_eq!(answer.status != 403, is_own, "{method} {origin}");
        }
    }
}

#[tokio::test]
async fn an_upload_that_is_given_up_is_gone_with_its_bytes() {
    let server = TestServer::start().await;
    let mut kim = Person::enter(&server, "a").await;
    let place = kim.place("a.bin", 10).await;
    patch(server.address, &place.path, 0, b"abc").await;
    let answer = ask(server.address, "DELETE", &place.path, &[], b"").await;
    assert_eq!(answer.status, 204);
    let answer = patch(server.address, &place.path, 3, b"d").await;
    assert_eq!((answer.status, code(&answer).as_str()), (404, "no_upload"));
    assert_eq!(
        super::support::kept(server.folder(), "uploads"),
        Vec::<String>::new()
    );
}

#[tokio::test]
async fn refusals_speak_the_language_of_who_asks() {
    let server = TestServer::start().await;
    let ask = |language| {
        let headers = [("accept-language", language)];
        async move { ask(server.address, "DELETE", "/api/uploads/none", &headers, b"").await }
    };
    let korean = ask("ko-KR,ko;q=0.9").await;
    let english = ask("en").await;
    assert_eq!(code(&korean), code(&english));
    assert_ne!(korean.text(), english.text());
}
