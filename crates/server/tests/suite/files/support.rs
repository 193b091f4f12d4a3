//! Somebody in a room who sends files, and a client that speaks HTTP with bodies.
#![expect(
    clippy::wildcard_enum_match_arm,
    reason = "whatever else comes fails the test"
)]

use std::{net::SocketAddr, path::Path};

use serde_json::json;
use tokio::{io::AsyncWriteExt, net::TcpStream};
use zoom_protocol::{Answer as Said, EntryBody, ErrorCode, FileInfo, UploadPlace};

use crate::{
    http::support::Answer,
    socket::support::{Client, TestServer},
    waiting::soon,
};

pub(super) const TYPE: (&str, &str) = ("content-type", "application/offset+octet-stream");

/// One request with a body, and its answer.
pub(super) async fn ask(
    address: SocketAddr,
    method: &str,
    path: &str,
    headers: &[(&str, &str)],
    body: &[u8],
) -> Answer {
    let length = body.len().to_string();
    let mut headers = headers.to_vec();
    if method == "PATCH" {
        headers.push(("content-length", &length));
    }
    let mut stream = begin(address, method, path, &headers).await;
    // A refusal may come before the end of the body.
    drop(stream.write_all(body).await);
    soon("an answer", Answer::read(stream)).await
}

/// A request of which the head alone was sent.
pub(super) async fn begin(
    address: SocketAddr,
    method: &str,
    path: &str,
    headers: &[(&str, &str)],
) -> TcpStream {
    let mut stream = TcpStream::connect(address).await.unwrap();
    let mut head = format!("{method} {path} HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\n");
    for (name, value) in headers {
        head += &format!("{name}: {value}\r\n");
    }
    stream.write_all((head + "\r\n").as_bytes()).await.unwrap();
    stream
}

/// Puts bytes behind the first `offset` ones of an upload.
pub(super) async fn patch(address: SocketAddr, path: &str, offset: u64, body: &[u8]) -> Answer {
    let offset = offset.to_string();
    let headers = [TYPE, ("upload-offset", &offset)];
    ask(address, "PATCH", path, &headers, body).await
}

/// How many bytes of an upload are there.
pub(super) async fn offset(address: SocketAddr, path: &str) -> String {
    let answer = ask(address, "HEAD", path, &[], b"").await;
    assert_eq!(answer.status, 200);
    answer.header("upload-offset").to_owned()
}

pub(super) fn code(answer: &Answer) -> String {
    let body: serde_json::Value = serde_json::from_str(answer.text()).unwrap();
    assert!(!body["message"].as_str().unwrap().is_empty());
    body["code"].as_str().unwrap().to_owned()
}

pub(super) fn info(answer: &Answer) -> FileInfo {
    assert_eq!(answer.status, 200, "{}", answer.text());
    serde_json::from_str(answer.text()).unwrap()
}

/// The path of a file, with its name encoded.
pub(super) fn path_of(room: &str, file: &FileInfo) -> String {
    let encode = |text: &str| {
        let bytes = text.bytes().map(|byte| match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'.' | b'-' | b'_' => (byte as char).into(),
            _ => format!("%{byte:02X}"),
        });
        bytes.collect::<String>()
    };
    let name = encode(file.name.as_str());
    format!("/api/rooms/{}/files/{}/{name}", encode(room), file.hash)
}

/// Somebody in a room.
pub(super) struct Person {
    pub(super) client: Client,
    pub(super) address: SocketAddr,
    posts: u32,
}

impl Person {
    pub(super) async fn enter(server: &TestServer, room: &str) -> Self {
        let (client, _) = server.join(room, "Kim").await;
        Self::new(server, client)
    }

    pub(super) async fn enter_as(server: &TestServer, room: &str, identity: &str) -> Self {
        let mut client = server.hello().await;
        client.join_as(room, "Kim", identity).await;
        Self::new(server, client)
    }

    fn new(server: &TestServer, client: Client) -> Self {
        Self {
            client,
            address: server.address,
            posts: 0,
        }
    }

    /// A place for a file of so many bytes.
    pub(super) async fn place(&mut self, name: &str, bytes: u64) -> UploadPlace {
        let upload = json!({ "type": "upload", "name": name, "bytes": bytes });
        match self.client.request(upload).await {
            Said::Upload(place) => place,
            other => panic!("no place: {other:?}"),
        }
    }

    /// Why there is no place for a file of so many bytes.
    pub(super) async fn no_place(&mut self, name: &str, bytes: u64) -> ErrorCode {
        let upload = json!({ "type": "upload", "name": name, "bytes": bytes });
        self.client.refused(upload).await.0
    }

    /// Sends a whole file; its upload and what it became.
    pub(super) async fn upload(&mut self, name: &str, content: &[u8]) -> (UploadPlace, FileInfo) {
        let place = self.place(name, content.len() as u64).await;
        let answer = patch(self.address, &place.path, 0, content).await;
        (place, info(&answer))
    }

    /// Posts uploads; the number of the message and its files.
    pub(super) async fn post(&mut self, uploads: &[&UploadPlace]) -> (u64, Vec<FileInfo>) {
        self.posts += 1;
        let uploads: Vec<_> = uploads.iter().map(|place| &place.upload).collect();
        let client_id = format!("post-{}", self.posts);
        let entry = self
            .client
            .write(&client_id, json!({ "files": uploads }))
            .await;
        match entry.body {
            EntryBody::Message(message) => (entry.number, message.files),
            other => panic!("no message: {other:?}"),
        }
    }

    /// Sends a file and posts it; the number of the message and the file.
    pub(super) async fn share(&mut self, name: &str, content: &[u8]) -> (u64, FileInfo) {
        let (place, file) = self.upload(name, content).await;
        let (number, files) = self.post(&[&place]).await;
        assert_eq!(files, std::slice::from_ref(&file));
        (number, file)
    }

    pub(super) async fn delete(&mut self, number: u64) {
        let delete = json!({ "type": "delete", "number": number });
        let answer = self.client.request(delete).await;
        assert!(!matches!(answer, Said::Error(_)), "{answer:?}");
    }
}

/// The files in the data folder's folder of this name, however deep.
pub(crate) fn kept(data: &Path, folder: &str) -> Vec<String> {
    fn walk(folder: &Path, found: &mut Vec<String>) {
        for file in std::fs::read_dir(folder).into_iter().flatten() {
            let path = file.unwrap().path();
            if path.is_dir() {
                walk(&path, found);
            } else {
                found.push(path.file_name().unwrap().to_str().unwrap().to_owned());
            }
        }
    }
    let mut found = Vec::new();
    walk(&data.join(folder), &mut found);
    found.sort();
    found
}

/// So many bytes that are no kind of file, the same each time.
pub(super) fn bytes(count: usize) -> Vec<u8> {
    (0..count).map(|n| (n * 7 + n / 251) as u8).collect()
}
