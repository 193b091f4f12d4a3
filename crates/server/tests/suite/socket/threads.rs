//! Threads, mentions and pages of them.

use serde_json::{Value, json};
use zoom_protocol::{EntryBody, ErrorCode};

use super::support::{TestServer, text_of};

fn reply(to: u64, text: &str) -> Value {
    json!({ "text": text, "thread": to })
}

#[tokio::test]
async fn a_thread_is_read_apart_and_its_root_says_how_long_it_is() {
    let server = TestServer::start().await;
    let (mut kim, _) = server.join("thread", "Kim").await;
    let (mut lee, _) = server.join("thread", "Lee").await;
    let root = kim.post("a", "lunch?").await;
    let first = lee.write("b", reply(root, "yes")).await;
    assert_eq!(first.thread, Some(root));
    kim.post("c", "beside it").await;
    let second = kim.write("d", reply(root, "where?")).await;
    assert_eq!(lee.entry().await.1, "lunch?");
    assert_eq!(lee.entry().await.1, "yes", "threads are told like all else");

    let page = lee.history(json!({})).await;
    let texts: Vec<_> = page.entries.iter().map(text_of).collect();
    assert_eq!(texts, ["lunch?", "beside it"]);
    let replies = page.entries[0].replies.unwrap();
    assert_eq!((replies.count, replies.last_ms), (2, second.time_ms));
    let thread = lee.history(json!({ "thread": root })).await;
    let texts: Vec<_> = thread.entries.iter().map(text_of).collect();
    assert_eq!(texts, ["yes", "where?"]);

    let gone = json!({ "type": "delete", "number": second.number });
    kim.done(gone).await;
    let page = lee.history(json!({})).await;
    assert_eq!(page.entries[0].replies.unwrap().count, 1);
}

#[tokio::test]
async fn there_is_no_thread_below_a_reply_nor_below_nothing() {
    let server = TestServer::start().await;
    let (mut kim, _) = server.join("deep", "Kim").await;
    let root = kim.post("a", "hi").await;
    let below = kim.write("b", reply(root, "hello")).await.number;
    for (to, wanted) in [(below, ErrorCode::BadThread), (99, ErrorCode::NoEntry)] {
        let post = json!({ "type": "post", "client_id": "c", "text": "?", "thread": to });
        assert_eq!(kim.refused(post).await.0, wanted);
    }
}

#[tokio::test]
async fn a_thread_that_is_too_long_takes_no_more() {
    let server = TestServer::with(|limits| limits.thread_messages = 3).await;
    let (mut kim, _) = server.join("long", "Kim").await;
    let root = kim.post("a", "hi").await;
    for n in 0..3 {
        kim.write(&format!("r{n}"), reply(root, "and")).await;
    }
    let post = json!({ "type": "post", "client_id": "r3", "text": "and", "thread": root });
    assert_eq!(kim.refused(post).await.0, ErrorCode::TooMany);
    kim.post("b", "in the timeline there is space").await;
}

#[tokio::test]
async fn mentions_come_with_the_message_and_a_flood_of_them_is_refused() {
    let server = TestServer::start().await;
    let (mut kim, joined) = server.join("mentions", "Kim").await;
    let author = joined.participants[0].person.author;
    let mention = json!({ "author": author, "name": "Kim" });
    let entry = kim
        .write("a", json!({ "text": "@Kim hi", "mentions": [mention] }))
        .await;
    let EntryBody::Message(message) = &entry.body else {
        panic!("{entry:?}");
    };
    assert_eq!(message.mentions[0].author, author);
    let many: Vec<&Value> = vec![&mention; 51];
    for request in [
        json!({ "type": "post", "client_id": "b", "text": "@Kim", "mentions": many }),
        json!({ "type": "edit", "number": entry.number, "text": "@Kim", "mentions": many }),
    ] {
        let (code, message) = kim.refused(request).await;
        assert_eq!(code, ErrorCode::BadField);
        assert!(message.contains("mentions"), "{message}");
    }
}

#[tokio::test]
async fn pages_lead_to_a_time_to_a_number_and_on_from_there() {
    let server = TestServer::with(|limits| {
        limits.page_entries = 4;
        limits.posts_burst = 100;
    })
    .await;
    let (mut kim, _) = server.join("jumps", "Kim").await;
    for n in 1..=12 {
        kim.post(&format!("m{n}"), "hi").await;
    }
    let mut page = async |at: Value| {
        let page = kim.history(json!({ "page": at })).await;
        let numbers: Vec<_> = page.entries.iter().map(|entry| entry.number).collect();
        (numbers, page.more_before, page.more_after)
    };
    assert_eq!(
        page(json!({ "around": 6 })).await,
        (vec![4, 5, 6, 7], true, true)
    );
    assert_eq!(
        page(json!({ "after": 7 })).await,
        (vec![8, 9, 10, 11], true, true)
    );
    assert_eq!(page(json!({ "after": 11 })).await, (vec![12], true, false));
    assert_eq!(
        page(json!({ "since": 0 })).await,
        (vec![1, 2, 3, 4], false, true)
    );
    assert_eq!(
        page(json!({ "since": u64::MAX >> 12 })).await.0,
        [] as [u64; 0]
    );
}

#[tokio::test]
async fn a_message_with_files_that_were_not_uploaded_is_refused() {
    let server = TestServer::start().await;
    let (mut kim, _) = server.join("files", "Kim").await;
    let post = json!({ "type": "post", "client_id": "a", "files": ["no-such-upload"] });
    assert_eq!(kim.refused(post).await.0, ErrorCode::NoUpload);
    let post = json!({ "type": "post", "client_id": "a" });
    assert_eq!(kim.refused(post).await.0, ErrorCode::BadText);
}
