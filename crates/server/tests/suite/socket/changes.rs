//! Messages are edited, deleted and marked by who may, and everybody sees the same.

#![expect(
    clippy::wildcard_enum_match_arm,
    reason = "whatever else comes is let go"
)]

use serde_json::{Value, json};
use zoom_protocol::{Entry, EntryBody, ErrorCode, Event, close_code};

use super::support::{Client, TestServer, text_of};

/// The secret of a browser.
const KIM: &str = "kim-0123456789abcdefghij";

fn edit(number: u64, text: &str) -> Value {
    json!({ "type": "edit", "number": number, "text": text })
}

fn delete(number: u64) -> Value {
    json!({ "type": "delete", "number": number })
}

fn mark(number: u64, reaction: &str, on: bool) -> Value {
    json!({ "type": "mark", "number": number, "reaction": reaction, "on": on })
}

/// The next change of a message that a client is told of.
async fn changed(client: &mut Client) -> Entry {
    client
        .find(|event| match event {
            Event::EntryChanged { entry } => Some(*entry),
            _ => None,
        })
        .await
}

#[tokio::test]
async fn an_edit_is_told_to_everybody_and_stays() {
    let server = TestServer::start().await;
    let (mut kim, _) = server.join("edit", "Kim").await;
    let (mut lee, _) = server.join("edit", "Lee").await;
    let number = kim.post("a", "helo").await;
    kim.done(edit(number, "hello")).await;
    let entry = changed(&mut lee).await;
    assert_eq!((entry.number, text_of(&entry)), (number, "hello"));
    assert!(entry.changed > number);
    let server = server.restart(|_| {}).await;
    let (_lee, joined) = server.join("edit", "Lee").await;
    let EntryBody::Message(message) = &joined.timeline.entries[0].body else {
        panic!("{joined:?}");
    };
    assert_eq!(message.text.as_ref().unwrap().as_str(), "hello");
    assert!(message.edited_ms.is_some());
}

#[tokio::test]
async fn who_comes_again_with_the_same_identity_may_change_their_messages_and_nobody_else() {
    let server = TestServer::start().await;
    let mut kim = server.hello().await;
    let first = kim.join_as("who", "Kim", KIM).await;
    let number = kim.post("a", "mine").await;
    kim.done(json!({ "type": "leave" })).await;
    let server = server.restart(|_| {}).await;

    let (mut lee, _) = server.join("who", "Kim").await;
    for request in [edit(number, "theirs"), delete(number)] {
        assert_eq!(lee.refused(request).await.0, ErrorCode::NotYours);
    }
    let mut kim = server.hello().await;
    let again = kim.join_as("who", "Kim", KIM).await;
    let author = |joined: &zoom_protocol::Joined| {
        let mut people = joined.participants.iter().map(|it| &it.person);
        people
            .find(|it| it.participant == joined.you)
            .unwrap()
            .author
    };
    assert_ne!(first.you, again.you);
    assert_eq!(author(&first), author(&again));
    kim.done(edit(number, "still mine")).await;
    let mut elsewhere = server.hello().await;
    let elsewhere = elsewhere.join_as("elsewhere", "Kim", KIM).await;
    assert_ne!(
        author(&first),
        author(&elsewhere),
        "not known from room to room"
    );
}

#[tokio::test]
async fn what_was_deleted_is_gone_and_deleting_it_again_is_nothing() {
    let server = TestServer::start().await;
    let (mut kim, _) = server.join("delete", "Kim").await;
    let (mut lee, _) = server.join("delete", "Lee").await;
    let number = kim.post("a", "oh no").await;
    kim.done(delete(number)).await;
    let entry = changed(&mut lee).await;
    assert!(matches!(entry.body, EntryBody::Deleted { .. }), "{entry:?}");
    kim.done(delete(number)).await;
    assert_eq!(
        kim.refused(edit(number, "no")).await.0,
        ErrorCode::NotChangeable
    );
    assert_eq!(
        lee.refused(mark(number, "👏", true)).await.0,
        ErrorCode::NotChangeable
    );
    kim.post("b", "after it").await;
    assert_eq!(
        lee.entry().await.1,
        "after it",
        "nothing was told in between"
    );
    let page = lee.history(json!({})).await;
    assert!(matches!(page.entries[0].body, EntryBody::Deleted { .. }));
    assert_eq!(
        kim.refused(delete(99)).await.0,
        ErrorCode::NoEntry,
        "there never was one"
    );
}

#[tokio::test]
async fn edits_that_race_a_delete_end_deleted_for_everybody() {
    let server = TestServer::with(|limits| limits.posts_burst = 1_000).await;
    let mut kim = server.hello().await;
    kim.join_as("race", "Kim", KIM).await;
    let mut window = server.hello().await;
    window.join_as("race", "Kim", KIM).await;
    let (mut lee, _) = server.join("race", "Lee").await;
    for round in 0..10 {
        let number = kim.post(&format!("m{round}"), "hi").await;
        let edited = window.ask(edit(number, "edited")).await;
        let deleted = kim.ask(delete(number)).await;
        window.answer_to(Some(edited)).await;
        kim.answer_to(Some(deleted)).await;
        let mut last = changed(&mut lee).await;
        while !matches!(last.body, EntryBody::Deleted { .. }) {
            last = changed(&mut lee).await;
        }
        assert_eq!(last.number, number);
        let page = lee.history(json!({})).await;
        let there = page.entries.last().unwrap();
        assert!(matches!(there.body, EntryBody::Deleted { .. }));
    }
}

#[tokio::test]
async fn emoji_are_counted_by_people_and_told_with_their_names() {
    let server = TestServer::start().await;
    let (mut kim, _) = server.join("marks", "Kim").await;
    let (mut lee, _) = server.join("marks", "Lee").await;
    let number = kim.post("a", "lunch?").await;
    kim.done(mark(number, "👍", true)).await;
    lee.done(mark(number, "👍", true)).await;
    lee.done(mark(number, "👍", true)).await;
    lee.done(mark(number, "🎉", true)).await;
    lee.done(mark(number, "🎉", false)).await;
    let mut told = Vec::new();
    while told.len() < 4 {
        told.push(
            kim.find(|event| match event {
                Event::Marked { by, on, count, .. } => Some((by.name.to_string(), on, count)),
                _ => None,
            })
            .await,
        );
    }
    let told: Vec<_> = told
        .iter()
        .map(|(name, on, n)| (name.as_str(), *on, *n))
        .collect();
    let expected = [
        ("Kim", true, 1),
        ("Lee", true, 2),
        ("Lee", true, 1),
        ("Lee", false, 0),
    ];
    assert_eq!(told, expected);
    let page = kim.history(json!({})).await;
    let [marked] = &page.entries[0].marks[..] else {
        panic!("{page:?}");
    };
    let names: Vec<_> = marked.people.iter().map(|it| it.name.as_str()).collect();
    assert_eq!(
        (names, marked.count, marked.mine),
        (vec!["Kim", "Lee"], 2, true)
    );
}

#[tokio::test]
async fn emoji_and_their_people_are_as_many_as_they_may_be() {
    let server = TestServer::with(|limits| {
        limits.marks = 3;
        limits.mark_authors = 2;
    })
    .await;
    let (mut kim, _) = server.join("many", "Kim").await;
    let (mut lee, _) = server.join("many", "Lee").await;
    let (mut park, _) = server.join("many", "Park").await;
    let number = kim.post("a", "hi").await;
    for emoji in ["👍", "🎉", "👏"] {
        kim.done(mark(number, emoji, true)).await;
    }
    assert_eq!(
        kim.refused(mark(number, "🚀", true)).await.0,
        ErrorCode::TooMany
    );
    lee.done(mark(number, "👍", true)).await;
    assert_eq!(
        park.refused(mark(number, "👍", true)).await.0,
        ErrorCode::TooMany
    );
    kim.done(mark(number, "👍", false)).await;
    park.done(mark(number, "👍", true)).await;
    assert_eq!(
        kim.refused(mark(number, "not an emoji", true)).await.0,
        ErrorCode::BadField
    );
}

#[tokio::test]
async fn ten_thousand_emoji_at_once_are_a_flood_that_hurts_nobody_else() {
    let server = TestServer::start().await;
    let (mut kim, _) = server.join("flood", "Kim").await;
    let (mut mallory, _) = server.join("flood", "Mallory").await;
    let number = kim.post("a", "hi").await;
    for round in 0..10_000 {
        let request = mark(number, "👏", round % 2 == 0);
        if mallory.try_ask(request).await.is_err() {
            break;
        }
    }
    assert_eq!(mallory.closed().await.0, close_code::FLOOD);
    assert!(kim.post("b", "still here").await > number);
    let page = kim.history(json!({})).await;
    assert!(page.entries[0].marks.len() <= 1);
}
