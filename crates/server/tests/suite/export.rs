//! A room taken away whole.

use std::{path::Path, sync::mpsc};

use serde_json::Value;
use tempfile::TempDir;
use tokio::{net::TcpStream, sync::oneshot};
use zoom_protocol::{AuthorId, Limits, Message, MessageText, ParticipantId, Person};
use zoom_server::Server;
use zoom_store::{Change, Store, WriteRequest};

use crate::{
    http::support::{Answer, ask},
    socket::support::config,
    waiting::soon,
};

fn person(id: u64, name: &str) -> Person {
    Person {
        participant: ParticipantId(id),
        author: AuthorId(id),
        name: name.parse().unwrap(),
        ordinal: 1,
    }
}

/// Fills a room before a server has its folder.
fn fill(dir: &Path, changes: Vec<Change>) {
    let store = Store::open(dir, &Limits::default()).unwrap();
    for (place, change) in changes.into_iter().enumerate() {
        let (sender, receiver) = mpsc::channel();
        let request = WriteRequest {
            room: "회의실".parse().unwrap(),
            unix_ms: 1_700_000_000_000 + place as u64,
            change,
        };
        store.write(
            request,
            Box::new(move |outcome| sender.send(outcome).unwrap()),
        );
        receiver.recv().unwrap();
    }
    store.close();
}

fn post(id: u64, client_id: &str, text: &str, thread: Option<u64>, to: Option<Person>) -> Change {
    Change::Post {
        sender: person(id, "김 <b>철수</b>"),
        client_id: client_id.parse().unwrap(),
        message: Message::from(text.parse::<MessageText>().unwrap()),
        thread,
        to,
    }
}

/// What a server with this folder answers.
async fn answer(dir: &Path, path: &str) -> Answer {
    let server = Server::open(config(dir, |_| {})).await.unwrap();
    let address = server.local_addr();
    let (stop, stopped) = oneshot::channel::<()>();
    let serving = tokio::spawn(server.serve(async { drop(stopped.await) }));
    let stream = TcpStream::connect(address).await.unwrap();
    let host = address.to_string();
    let answer = soon("the export", ask(stream, &host, "GET", path, &[])).await;
    drop(stop);
    soon("the end of the server", serving).await.unwrap();
    answer
}

/// The text of an answer that came in chunks (RFC 9112 section 7.1).
fn text(answer: &Answer) -> String {
    assert_eq!(answer.header("transfer-encoding"), "chunked");
    let mut rest = &answer.body[..];
    let mut whole = Vec::new();
    loop {
        let end = rest.windows(2).position(|two| two == b"\r\n").unwrap();
        let size = std::str::from_utf8(&rest[..end]).unwrap();
        let size = usize::from_str_radix(size, 16).unwrap();
        if size == 0 {
            return String::from_utf8(whole).unwrap();
        }
        whole.extend_from_slice(&rest[end + 2..end + 2 + size]);
        rest = &rest[end + 2 + size + 2..];
    }
}

const ROOM: &str = "/api/rooms/%ED%9A%8C%EC%9D%98%EC%8B%A4";

fn conversation() -> Vec<Change> {
    vec![
        post(1, "a", "**안녕** <script>alert(1)</script>", None, None),
        post(2, "b", "a reply", Some(1), None),
        post(1, "c", "between us", None, Some(person(2, "Lee"))),
        post(1, "d", "to be deleted", None, None),
        Change::Delete {
            number: 4,
            author: AuthorId(1),
        },
    ]
}

#[tokio::test]
async fn the_json_has_every_entry_that_everybody_may_read() {
    let dir = TempDir::new().unwrap();
    fill(dir.path(), conversation());
    let answer = answer(dir.path(), &format!("{ROOM}/export.json")).await;
    assert_eq!(answer.status, 200);
    let export: Value = serde_json::from_str(&text(&answer)).unwrap();
    assert_eq!(export["format"], "zoom-timeline");
    assert_eq!(export["version"], 1);
    assert_eq!(export["room"], "회의실");
    let numbers: Vec<u64> = export["entries"]
        .as_array()
        .unwrap()
        .iter()
        .map(|entry| entry["number"].as_u64().unwrap())
        .collect();
    assert_eq!(numbers, [1, 2, 4], "not the private one");
    assert_eq!(export["entries"][1]["thread"], 1);
    assert_eq!(export["entries"][2]["body"]["type"], "deleted");
    assert!(!text(&answer).contains("between us"));
}

#[tokio::test]
async fn a_room_of_many_pages_is_whole_and_in_order() {
    let dir = TempDir::new().unwrap();
    let changes = (1..=501).map(|n| post(1, &format!("m{n}"), &format!("text {n}"), None, None));
    fill(dir.path(), changes.collect());
    let answer = answer(dir.path(), &format!("{ROOM}/export.json")).await;
    let export: Value = serde_json::from_str(&text(&answer)).unwrap();
    let entries = export["entries"].as_array().unwrap();
    let numbers: Vec<u64> = entries
        .iter()
        .filter_map(|e| e["number"].as_u64())
        .collect();
    assert_eq!(numbers, (1..=501).collect::<Vec<u64>>());
}

#[tokio::test]
async fn the_page_opens_alone_and_runs_nothing() {
    let dir = TempDir::new().unwrap();
    fill(dir.path(), conversation());
    let answer = answer(dir.path(), &format!("{ROOM}/export.html?lang=ko")).await;
    assert_eq!(answer.status, 200);
    let page = text(&answer);
    assert!(page.starts_with("<!doctype html>"));
    assert!(page.trim_end().ends_with("</html>"));
    assert!(page.contains("<html lang=\"ko\">"));
    assert!(page.contains("<strong>안녕</strong>"), "{page}");
    assert!(page.contains("&lt;script&gt;"), "{page}");
    assert!(page.contains("김 &lt;b&gt;철수"), "{page}");
    assert!(page.contains("삭제한 메시지입니다."));
    for wrong in [
        "<script",
        "<b>",
        "between us",
        "to be deleted",
        "src=\"http",
        "<link",
    ] {
        assert!(!page.contains(wrong), "{wrong} in {page}");
    }
}

#[tokio::test]
async fn an_export_is_saved_and_not_shown() {
    let dir = TempDir::new().unwrap();
    fill(dir.path(), conversation());
    let answer = answer(dir.path(), &format!("{ROOM}/export.html")).await;
    let disposition = answer.header("content-disposition");
    assert!(disposition.starts_with("attachment; "), "{disposition}");
    assert!(answer.header("content-security-policy").contains("sandbox"));
}

#[tokio::test]
async fn what_is_no_room_has_no_export() {
    let dir = TempDir::new().unwrap();
    let answer = answer(dir.path(), "/api/rooms/a%20b/export.json").await;
    assert_eq!(answer.status, 404);
}
