//! Messages are found by parts of words, as who asks may read them, and as they are now.

use serde_json::{Value, json};
use zoom_protocol::{Answer, ErrorCode};

use super::support::{Client, TestServer, text_of};

async fn found(client: &mut Client, mut search: Value) -> (Vec<String>, bool) {
    search["type"] = json!("search");
    match client.request(search).await {
        Answer::Found(found) => {
            let texts = found.entries.iter().map(|it| text_of(it).to_owned());
            (texts.collect(), found.more)
        }
        other => panic!("nothing found: {other:?}"),
    }
}

#[tokio::test]
async fn what_was_said_is_found_by_parts_of_words_and_filters() {
    let server = TestServer::with(|limits| {
        limits.search_hits = 2;
        limits.searches_burst = 100;
    })
    .await;
    let (mut kim, _) = server.join("search", "김 철수").await;
    let (mut lee, _) = server.join("search", "Lee").await;
    let root = kim.post("a", "점심시간에 만나요").await;
    lee.post("b", "See https://meet.example for Lunch").await;
    lee.write("c", json!({ "text": "점심은 어디서?", "thread": root }))
        .await;
    let (texts, more) = found(&mut kim, json!({ "text": "점심" })).await;
    assert_eq!((texts.len(), more), (2, false));
    assert_eq!(
        texts[0], "점심은 어디서?",
        "the newest first, of threads too"
    );
    for (search, expected) in [
        (
            json!({ "text": "LUNCH" }),
            "See https://meet.example for Lunch",
        ),
        (
            json!({ "text": "점심", "sender": "철수" }),
            "점심시간에 만나요",
        ),
        (
            json!({ "text": "", "has": "link" }),
            "See https://meet.example for Lunch",
        ),
    ] {
        let (texts, _) = found(&mut kim, search).await;
        assert_eq!(texts, [expected]);
    }
    let (texts, more) = found(&mut kim, json!({ "text": "" })).await;
    assert_eq!((texts.len(), more), (2, true));
    let (rest, more) = found(&mut kim, json!({ "text": "", "before": 2 })).await;
    assert_eq!((rest, more), (vec!["점심시간에 만나요".to_owned()], false));
}

#[tokio::test]
async fn what_is_gone_or_between_others_is_not_found() {
    let server = TestServer::start().await;
    let (mut kim, _) = server.join("hidden", "Kim").await;
    let (mut lee, lee_in) = server.join("hidden", "Lee").await;
    let (mut park, _) = server.join("hidden", "Park").await;
    kim.write("a", json!({ "text": "a secret word", "to": lee_in.you }))
        .await;
    let edited = kim.post("b", "another secret").await;
    let deleted = kim.post("c", "the last secret").await;
    kim.done(json!({ "type": "edit", "number": edited, "text": "nothing" }))
        .await;
    kim.done(json!({ "type": "delete", "number": deleted }))
        .await;
    let search = json!({ "text": "secret" });
    let theirs = ["a secret word".to_owned()];
    assert_eq!(found(&mut lee, search.clone()).await.0, theirs);
    assert_eq!(found(&mut kim, search.clone()).await.0, theirs);
    assert_eq!(found(&mut park, search).await.0, [] as [String; 0]);
}

#[tokio::test]
async fn searches_that_are_too_long_or_too_many_are_refused() {
    let server = TestServer::with(|limits| limits.searches_burst = 3).await;
    let (mut kim, _) = server.join("much", "Kim").await;
    let long = json!({ "type": "search", "text": "가".repeat(201) });
    assert_eq!(kim.refused(long).await.0, ErrorCode::BadField);
    for _ in 0..2 {
        found(&mut kim, json!({ "text": "\" OR ( * ^ -" })).await;
    }
    let search = json!({ "type": "search", "text": "a" });
    assert_eq!(kim.refused(search).await.0, ErrorCode::TooFast);
}
