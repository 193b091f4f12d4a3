//! What is older than its room keeps it is gone, from the answers and from the files.

use std::{fs, net::SocketAddr, path::Path, sync::mpsc};

use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    sync::oneshot,
};
use zoom_protocol::{AuthorId, Limits, PageAt, ParticipantId, Person};
use zoom_server::Server;
use zoom_store::{Change, Outcome, Store, WriteRequest};

use crate::{
    socket::support::config,
    waiting::{soon, until},
};

/// The year 2001.
const LONG_AGO_MS: u64 = 1_000_000_000_000;

/// Writes a message into a data folder that no server has.
fn say(dir: &Path, text: &str, unix_ms: u64) {
    let store = Store::open(dir, &Limits::default()).unwrap();
    let (sender, receiver) = mpsc::channel();
    let request = WriteRequest {
        room: "archive".parse().unwrap(),
        unix_ms,
        change: Change::Post {
            sender: Person {
                participant: ParticipantId(1),
                author: AuthorId(1),
                name: "Kim".parse().unwrap(),
                ordinal: 1,
            },
            client_id: format!("m{unix_ms}").parse().unwrap(),
            message: text.parse::<zoom_protocol::MessageText>().unwrap().into(),
            thread: None,
            to: None,
        },
    };
    store.write(
        request,
        Box::new(move |outcome| sender.send(outcome).unwrap()),
    );
    assert!(matches!(receiver.recv().unwrap(), Outcome::Posted { .. }));
    store.close();
}

fn texts(dir: &Path) -> usize {
    let store = Store::open(dir, &Limits::default()).unwrap();
    let page = store
        .page("archive", PageAt::After(0), None, 50, None)
        .unwrap();
    page.page.entries.len()
}

/// Whether a file of the folder has these bytes.
fn is_in_files(dir: &Path, text: &str) -> bool {
    fs::read_dir(dir)
        .unwrap()
        .map(|file| file.unwrap().path())
        .filter(|path| path.is_file())
        .any(|path| {
            let bytes = fs::read(path).unwrap();
            bytes
                .windows(text.len())
                .any(|window| window == text.as_bytes())
        })
}

/// Serves a folder while something is done with its operator's address.
async fn serving<F: Future<Output = ()>>(
    dir: &Path,
    change: impl FnOnce(&mut Limits),
    doing: impl FnOnce(SocketAddr) -> F,
) {
    let mut config = config(dir, change);
    config.metrics = Some(SocketAddr::from(([127, 0, 0, 1], 0)));
    let server = Server::open(config).await.unwrap();
    let address = server.metrics_addr().unwrap();
    let (stop, stopped) = oneshot::channel::<()>();
    let serving = tokio::spawn(server.serve(async { drop(stopped.await) }));
    doing(address).await;
    drop(stop);
    soon("the end of the server", serving).await.unwrap();
}

/// Sets for how many days the room keeps what is written.
async fn put(address: SocketAddr, media_type: &str, body: &str) -> (u16, Value) {
    let mut stream = TcpStream::connect(address).await.unwrap();
    let request = format!(
        "PUT /rooms/archive HTTP/1.1\r\nhost: {address}\r\ncontent-type: {media_type}\r\n\
         content-length: {}\r\nconnection: close\r\n\r\n{body}",
        body.len()
    );
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    let status = answer[9..12].parse().unwrap();
    let body = answer.split_once("\r\n\r\n").unwrap().1;
    (status, serde_json::from_str(body).unwrap_or_default())
}

#[tokio::test]
async fn what_is_older_than_all_rooms_keep_it_is_gone_from_the_files() {
    let dir = TempDir::new().unwrap();
    say(dir.path(), "xylophone from long ago", LONG_AGO_MS);
    assert!(is_in_files(dir.path(), "xylophone"));
    let change = |limits: &mut Limits| limits.retention_days = 30;
    serving(dir.path(), change, async |_| {
        until("the end of the old message", || {
            !is_in_files(dir.path(), "xylophone")
        })
        .await;
    })
    .await;
    assert_eq!(texts(dir.path()), 0);
    assert!(!is_in_files(dir.path(), "xyl"), "its terms are gone too");
}

#[tokio::test]
async fn a_room_keeps_for_good_until_its_operator_says_otherwise() {
    let dir = TempDir::new().unwrap();
    say(dir.path(), "xylophone from long ago", LONG_AGO_MS);
    serving(
        dir.path(),
        |_| {},
        async |address| {
            assert!(is_in_files(dir.path(), "xylophone"));
            let (status, kept) = put(address, "application/json", r#"{"retention_days":7}"#).await;
            assert_eq!(status, 200, "{kept}");
            assert_eq!(kept["kept_days"], json!(7));
            until("the end of the old message", || {
                !is_in_files(dir.path(), "xylophone")
            })
            .await;
        },
    )
    .await;
    assert_eq!(texts(dir.path()), 0);
}

#[tokio::test]
async fn a_setting_that_is_none_is_refused_and_changes_nothing() {
    let dir = TempDir::new().unwrap();
    say(dir.path(), "xylophone from long ago", LONG_AGO_MS);
    serving(
        dir.path(),
        |_| {},
        async |address| {
            for (media_type, body, expected) in [
                ("text/plain", r#"{"retention_days":1}"#, 415),
                ("application/json", "{}", 400),
                ("application/json", r#"{"retention_days":0}"#, 400),
                ("application/json", r#"{"retention_days":40000}"#, 400),
                ("application/json", r#"{"retention":1}"#, 400),
                ("application/json", "nonsense", 400),
            ] {
                let (status, answer) = put(address, media_type, body).await;
                assert_eq!(status, expected, "{body}");
                assert!(answer["message"].is_string(), "{body}");
            }
        },
    )
    .await;
    assert_eq!(texts(dir.path()), 1);
}
