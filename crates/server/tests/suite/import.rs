//! A room taken in from its export: as it was, all of it or nothing.

use std::net::SocketAddr;

use base64::{Engine, engine::general_purpose::STANDARD};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::{io::AsyncWriteExt, net::TcpStream, sync::oneshot, task::JoinHandle};
use zoom_server::Server;

use crate::{
    files::support::kept,
    http::support::Answer,
    socket::support::{Client, config, connect, text_of},
    waiting::soon,
};

/// A server with an operator's address.
struct Place {
    pages: SocketAddr,
    operator: SocketAddr,
    data: TempDir,
    stop: oneshot::Sender<()>,
    serving: JoinHandle<()>,
}

impl Place {
    async fn start() -> Self {
        let data = TempDir::new().unwrap();
        let mut config = config(data.path(), |limits| limits.file_bytes = 100_000);
        config.metrics = Some(SocketAddr::from(([127, 0, 0, 1], 0)));
        let server = Server::open(config).await.unwrap();
        let (pages, operator) = (server.local_addr(), server.metrics_addr().unwrap());
        let (stop, stopped) = oneshot::channel::<()>();
        let serving = tokio::spawn(server.serve(async { drop(stopped.await) }));
        Self {
            pages,
            operator,
            data,
            stop,
            serving,
        }
    }

    async fn stop(self) {
        drop(self.stop);
        soon("the end of the server", self.serving).await.unwrap();
    }

    async fn import(&self, path: &str, document: &str) -> (u16, Value) {
        let mut stream = TcpStream::connect(self.operator).await.unwrap();
        let head = format!(
            "POST /rooms/{path} HTTP/1.1\r\nhost: {}\r\nconnection: close\r\n\
             content-type: application/json\r\ncontent-length: {}\r\n\r\n",
            self.operator,
            document.len()
        );
        stream.write_all(head.as_bytes()).await.unwrap();
        drop(stream.write_all(document.as_bytes()).await);
        let answer = soon("an answer", Answer::read(stream)).await;
        (answer.status, serde_json::from_slice(&answer.body).unwrap())
    }

    async fn refused(&self, document: &str, status: u16, words: &str) {
        let (found, answer) = self.import("b/import", document).await;
        let message = answer["message"].as_str().unwrap();
        assert_eq!(found, status, "{message}");
        assert!(message.contains(words), "{message}");
        let export = self.export("b").await;
        assert_eq!(export["entries"], json!([]));
        let left = kept(self.data.path(), "uploads");
        assert_eq!(left, Vec::<String>::new());
    }

    async fn export(&self, room: &str) -> Value {
        let mut stream = TcpStream::connect(self.pages).await.unwrap();
        // Without chunks.
        let head = format!(
            "GET /api/rooms/{room}/export.json?files=1 HTTP/1.0\r\nhost: {}\r\n\r\n",
            self.pages
        );
        stream.write_all(head.as_bytes()).await.unwrap();
        let answer = soon("an export", Answer::read(stream)).await;
        assert_eq!(answer.status, 200);
        serde_json::from_slice(&answer.body).unwrap()
    }

    async fn enter(&self, room: &str) -> Client {
        let mut client = connect(self.pages).await;
        client.hello(json!({})).await;
        client.join(room, "Kim").await;
        client
    }
}

/// A document without what differs from room to room: when, where, and under which ids people are.
fn without_ids(mut document: Value) -> Value {
    fn walk(value: &mut Value, names: &mut Vec<String>) {
        match value {
            Value::Object(object) => {
                for (key, value) in object {
                    if key == "author" {
                        let name = value.as_str().unwrap().to_owned();
                        let place = names.iter().position(|known| *known == name);
                        let place = place.unwrap_or_else(|| {
                            names.push(name);
                            names.len() - 1
                        });
                        *value = json!(place);
                    }
                    walk(value, names);
                }
            }
            Value::Array(list) => list.iter_mut().for_each(|value| walk(value, names)),
            _ => {}
        }
    }
    document["room"] = json!(null);
    document["exported_ms"] = json!(null);
    walk(&mut document, &mut Vec::new());
    document
}

const PERSON: &str =
    r#"{"participant":"00000000000000a1","author":"00000000000000b1","name":"김","ordinal":1}"#;

fn entry(number: u64, rest: &str) -> String {
    format!(
        r#"{{"number":{number},"changed":{number},"time_ms":{number},"sender":{PERSON},"client_id":"c{number}",{rest}}}"#
    )
}

fn says(number: u64, text: &str) -> String {
    entry(
        number,
        &format!(r#""body":{{"type":"message","text":"{text}"}}"#),
    )
}

fn document(entries: &[String], files: &str) -> String {
    let entries = entries.join(",");
    format!(
        r#"{{"format":"zoom-timeline","version":1,"room":"a","exported_ms":1,"entries":[{entries}]{files}}}"#
    )
}

/// A document with everything that a timeline has, and its file.
fn whole() -> String {
    let bytes = b"%PDF-1.7 a paper";
    let hash = "HASH";
    let marks = r#""marks":[{"reaction":"👍","count":2,"people":[{"author":"00000000000000b1","name":"김"},{"author":"00000000000000b2","name":"Lee"}],"mine":false}],"replies":{"count":1,"last_ms":7},"#;
    let file = format!(
        r#""body":{{"type":"message","files":[{{"hash":"{hash}","name":"종이.pdf","media_type":"text/html","bytes":3}}]}}"#
    );
    let entries = [
        entry(
            1,
            &format!(
                r#"{marks}"body":{{"type":"message","text":"회의실에서 만나요","edited_ms":5}}"#
            ),
        ),
        entry(4, r#""body":{"type":"deleted","deleted_ms":6}"#),
        entry(6, &file),
        entry(
            7,
            r#""thread":1,"body":{"type":"message","text":"a reply"}"#,
        ),
        entry(
            9,
            &format!(r#""body":{{"type":"call","people":[{PERSON}],"count":3,"ended_ms":9}}"#),
        ),
    ];
    let digest = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, bytes);
    let digits: String = digest
        .as_ref()
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    let files = format!(r#","files":{{"HASH":"{}"}}"#, STANDARD.encode(bytes));
    document(&entries, &files).replace("HASH", &digits)
}

#[tokio::test]
async fn an_import_is_exported_again_as_it_was_and_goes_on() {
    let place = Place::start().await;
    let (status, answer) = place.import("b/import", &whole()).await;
    assert_eq!(
        (status, answer),
        (
            200,
            json!({ "room": "b", "entries": 5, "files": 1, "bytes": 16, "left_out": 0 })
        )
    );
    let first = place.export("b").await;
    let file = &first["entries"][2]["body"]["files"][0];
    assert_eq!(file["media_type"], "application/pdf", "as its bytes say");
    assert_eq!(file["bytes"], 16);
    assert_eq!(first["entries"][0]["replies"]["count"], 1);
    assert_ne!(first["entries"][0]["sender"]["author"], "00000000000000b1");

    let other = Place::start().await;
    assert_eq!(other.import("c/import", &first.to_string()).await.0, 200);
    let second = other.export("c").await;
    assert_eq!(without_ids(second), without_ids(first));

    let mut kim = other.enter("c").await;
    let reply = kim
        .write("r", json!({ "text": "me too", "thread": 1 }))
        .await;
    assert_eq!(reply.number, 10);
    let found = kim
        .request(json!({ "type": "search", "text": "회의실" }))
        .await;
    assert!(format!("{found:?}").contains("만나요"), "{found:?}");
    let page = kim.history(json!({ "page": { "around": 1 } })).await;
    assert_eq!(text_of(&page.entries[0]), "회의실에서 만나요");
    place.stop().await;
    other.stop().await;
}

#[tokio::test]
async fn what_cannot_be_taken_in_is_refused_and_leaves_nothing() {
    let place = Place::start().await;
    let one = [says(1, "one")];
    let good = document(&one, "");
    for (wrong, status, words) in [
        (good.replace("zoom-timeline", "other"), 422, "format"),
        (
            good.replace("\"version\":1", "\"version\":2"),
            422,
            "version",
        ),
        (
            good.replace("\"version\":1,", ""),
            422,
            "version: it is missing",
        ),
        (
            good[..good.len() - 5].to_owned(),
            400,
            "ends before its end",
        ),
        (format!("{good} x"), 400, "follows its end"),
        ("[]".to_owned(), 400, "built"),
        (String::new(), 400, "ends before its end"),
        ("[".repeat(100_000), 400, "built"),
        (format!("{{\"x\":{}", "[".repeat(100_000)), 400, "too deep"),
        (
            good.replace("\"time_ms\":1,", "\"time_ms\":4102444800000,"),
            422,
            "entries[0] (number 1): time_ms: it is more than a day ahead",
        ),
        (
            document(&[says(1, "a"), says(1, "b")], ""),
            422,
            "entries[1] (number 1): number",
        ),
        (
            document(&[says(7, &"x".repeat(8_001))], ""),
            422,
            "entries[0] (number 7): body",
        ),
        (
            document(&[entry(3, r#""body":{"type":"message"}"#)], ""),
            422,
            "a text or a file",
        ),
        (
            document(
                &[
                    says(1, "a"),
                    entry(3, r#""thread":2,"body":{"type":"message","text":"x"}"#),
                ],
                "",
            ),
            422,
            "thread",
        ),
        (whole().replace("JVBERi", "JVBERj"), 422, "another SHA-256"),
        (whole().replace("JVBERi", "!!!!"), 400, "Base64"),
        (
            whole().split(",\"files\":{\"").next().unwrap().to_owned() + "}",
            422,
            "?files=1",
        ),
        (
            document(
                &one,
                &format!(
                    r#","files":{{"{}":"{}"}}"#,
                    "ab".repeat(32),
                    "AAAA".repeat(40_000)
                ),
            ),
            413,
            "larger",
        ),
    ] {
        place.refused(&wrong, status, words).await;
    }
    assert_eq!(kept(place.data.path(), "files"), Vec::<String>::new());
    let (status, _) = place.import("a%20b/import", &good).await;
    assert_eq!(status, 400);
    place.stop().await;
}

#[tokio::test]
async fn files_without_bytes_are_left_out_where_that_is_asked_for() {
    let place = Place::start().await;
    let document = whole().split(",\"files\":{\"").next().unwrap().to_owned() + "}";
    let (status, answer) = place.import("b/import?files=drop", &document).await;
    assert_eq!((status, &answer["left_out"]), (200, &json!(1)));
    let export = place.export("b").await;
    assert_eq!(export["entries"][2]["body"]["type"], "deleted");
    place.stop().await;
}

#[tokio::test]
async fn a_room_with_people_or_entries_is_left_alone() {
    let place = Place::start().await;
    let mut kim = place.enter("b").await;
    let (status, answer) = place.import("b/import", &whole()).await;
    assert_eq!(status, 409, "{answer}");
    kim.post("a", "said").await;
    kim.done(json!({ "type": "leave" })).await;
    drop(kim);
    let occupied = async {
        loop {
            let (status, answer) = place.import("b/import", &whole()).await;
            assert_eq!(status, 409);
            if answer["message"]
                .as_str()
                .unwrap()
                .contains("entries already")
            {
                return;
            }
        }
    };
    soon("the end of the room", occupied).await;
    assert_eq!(
        place.export("b").await["entries"].as_array().unwrap().len(),
        1
    );
    place.stop().await;
}
