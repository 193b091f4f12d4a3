//! What was acknowledged survives a kill, and what was not is written once when it is sent again.

use std::{
    collections::BTreeMap,
    env, future,
    io::{BufRead, BufReader},
    net::SocketAddr,
    path::Path,
    process::{Child, Command, Stdio},
};

use serde_json::json;
use zoom_protocol::{Answer, EntryBody, Page};
use zoom_server::Server;

use super::support::{Client, config, connect, text_of};
use crate::waiting::soon;

/// Names the data folder to the process that is to serve it.
const FOLDER: &str = "ZOOM_TEST_FOLDER";
const MESSAGES: u32 = 200;

/// This test is two processes: without the variable it is the client, which starts itself again
/// as the server and kills it.
#[tokio::test(flavor = "multi_thread")]
async fn a_kill_loses_nothing_that_was_acknowledged() {
    if let Some(folder) = env::var_os(FOLDER) {
        return serve(Path::new(&folder)).await;
    }
    let test = "socket::kill::a_kill_loses_nothing_that_was_acknowledged";
    let folder = tempfile::TempDir::new().unwrap();

    let (mut killed, address) = start(test, folder.path()).await;
    let mut kim = connect(address).await;
    kim.hello(json!({})).await;
    let joined = kim.join("kill", "Kim").await;
    let mut asked = BTreeMap::new();
    for number in 0..MESSAGES {
        asked.insert(kim.ask(post(number)).await, number);
    }
    let mut acknowledged = BTreeMap::new();
    while let Some((id, answer)) = kim.answer_before_the_end().await {
        acknowledged.insert(asked[&id.unwrap()], number_of(&answer));
        if acknowledged.len() == 20 {
            killed.kill();
        }
    }
    assert!(acknowledged.len() >= 20);

    let (mut server, address) = start(test, folder.path()).await;
    let mut kim = connect(address).await;
    let token = joined.resume_token;
    let welcome = kim
        .hello(json!({ "resume": { "token": token, "after": 0 } }))
        .await;
    assert_eq!(welcome.resumed.unwrap().you, joined.you);
    for number in 0..MESSAGES {
        let answer = kim.request(post(number)).await;
        if let Some(before) = acknowledged.get(&number) {
            assert_eq!(*before, number_of(&answer), "message {number}");
        }
    }
    let mut texts = Vec::new();
    let mut before = u64::from(MESSAGES) + 1;
    while before > 1 {
        let page = history(&mut kim, before).await;
        before = page.entries[0].number;
        texts.splice(0..0, page.entries.iter().map(|e| text_of(e).to_owned()));
    }
    let wanted: Vec<_> = (0..MESSAGES).map(|number| number.to_string()).collect();
    assert_eq!(
        texts, wanted,
        "each once, in the order in which they were sent"
    );
    server.kill();
}

/// As above: two processes.
#[tokio::test(flavor = "multi_thread")]
async fn after_a_kill_who_comes_back_learns_what_became_of_what_they_have() {
    if let Some(folder) = env::var_os(FOLDER) {
        return serve(Path::new(&folder)).await;
    }
    let test = "socket::kill::after_a_kill_who_comes_back_learns_what_became_of_what_they_have";
    let folder = tempfile::TempDir::new().unwrap();
    let (mut killed, address) = start(test, folder.path()).await;
    let mut kim = connect(address).await;
    kim.hello(json!({})).await;
    let kim_in = kim.join("kill", "Kim").await;
    let mut lee = connect(address).await;
    lee.hello(json!({})).await;
    let lee_in = lee.join("kill", "Lee").await;
    for number in 1..=4 {
        kim.request(post(number)).await;
        assert_eq!(lee.entry().await.0, u64::from(number));
    }
    lee.cut();
    for change in [
        json!({ "type": "edit", "number": 1, "text": "edited" }),
        json!({ "type": "delete", "number": 2 }),
        json!({ "type": "mark", "number": 3, "reaction": "👏", "on": true }),
    ] {
        kim.done(change).await;
    }
    let reply = kim
        .write("r", json!({ "text": "reply", "thread": 4 }))
        .await;
    killed.kill();

    let (mut server, address) = start(test, folder.path()).await;
    let mut lee = connect(address).await;
    let resume = json!({ "token": lee_in.resume_token, "after": 4 });
    let resumed = lee
        .hello(json!({ "resume": resume }))
        .await
        .resumed
        .unwrap();
    assert_eq!(resumed.last, reply.number);
    let mut changes = resumed.changes.unwrap();
    assert!(changes.is_sorted_by_key(|entry| entry.changed));
    changes.sort_by_key(|entry| entry.number);
    let numbers: Vec<_> = changes.iter().map(|entry| entry.number).collect();
    assert_eq!(numbers, [1, 2, 3, 4, reply.number]);
    assert_eq!(text_of(&changes[0]), "edited");
    assert!(matches!(changes[1].body, EntryBody::Deleted { .. }));
    assert_eq!(changes[2].marks[0].count, 1);
    assert_eq!(changes[3].replies.unwrap().count, 1);

    let mut kim = connect(address).await;
    let resume = json!({ "token": kim_in.resume_token, "after": resumed.last });
    let back = kim
        .hello(json!({ "resume": resume }))
        .await
        .resumed
        .unwrap();
    assert_eq!(back.changes, Some(Vec::new()));
    let again = kim
        .write("r", json!({ "text": "reply", "thread": 4 }))
        .await;
    assert_eq!(again, reply, "sent again, not written again");
    kim.done(json!({ "type": "edit", "number": 3, "text": "still mine" }))
        .await;
    server.kill();
}

/// A server process, killed at the latest when the test ends.
struct Process(Child);

impl Process {
    fn kill(&mut self) {
        self.0.kill().unwrap();
        self.0.wait().unwrap();
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.kill();
    }
}

fn post(number: u32) -> serde_json::Value {
    json!({ "type": "post", "client_id": format!("m{number}"), "text": number.to_string() })
}

fn number_of(answer: &Answer) -> u64 {
    let Answer::Posted(posted) = answer else {
        panic!("not posted: {answer:?}");
    };
    posted.entry.number
}

async fn history(client: &mut Client, before: u64) -> Page {
    let answer = client
        .request(json!({ "type": "history", "page": { "before": before } }))
        .await;
    let Answer::History(page) = answer else {
        panic!("no page: {answer:?}");
    };
    page
}

/// Starts a test again as a server, and learns its address.
async fn start(test: &str, folder: &Path) -> (Process, SocketAddr) {
    let mut child = Command::new(env::current_exe().unwrap())
        .args(["--exact", test, "--nocapture"])
        .env(FOLDER, folder)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let process = Process(child);
    let address = tokio::task::spawn_blocking(move || {
        lines.map_while(Result::ok).find_map(|line| {
            let (_, address) = line.split_once("listens on ")?;
            address.parse().ok()
        })
    });
    let address = soon("an address", address).await.unwrap();
    (
        process,
        address.expect("a server that says where it listens"),
    )
}

/// Serves until it is killed.
async fn serve(folder: &Path) {
    let config = config(folder, |limits| {
        limits.posts_burst = MESSAGES;
        limits.requests_burst = 10 * MESSAGES;
        limits.room_appends = MESSAGES;
        limits.posts_per_second = 1_000;
    });
    let server = Server::open(config).await.unwrap();
    println!("\nlistens on {}", server.local_addr());
    server.serve(future::pending()).await;
}
