//! Looking into a room from its door: who is there, without being there.

#![expect(
    clippy::wildcard_enum_match_arm,
    reason = "whatever else comes fails the test or is let go"
)]

use serde_json::json;
use zoom_protocol::{Answer, ErrorCode, Looked};

use super::support::TestServer;

fn looked(answer: Answer) -> Looked {
    match answer {
        Answer::Looked(looked) => looked,
        other => panic!("{other:?}"),
    }
}

fn code(answer: Answer) -> ErrorCode {
    match answer {
        Answer::Error(error) => error.code,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn somebody_at_the_door_sees_who_is_there_as_it_is_at_that_moment() {
    let server = TestServer::start().await;
    let (mut kim, me) = server.join("Door", "Kim").await;
    let mut onlooker = server.hello().await;
    let look = json!({ "type": "look", "room": "door" });
    let first = looked(onlooker.request(look.clone()).await);
    assert_eq!(first.count, 1);
    assert_eq!(first.people[0].participant, me.you);
    assert_eq!(first.people[0].name.as_str(), "Kim");
    assert!(!first.call);
    kim.request(json!({ "type": "leave" })).await;
    assert_eq!(looked(onlooker.request(look).await), Looked::default());
}

#[tokio::test]
async fn a_look_opens_no_room_and_is_no_part_of_it() {
    let server = TestServer::start().await;
    let mut onlooker = server.hello().await;
    let look = json!({ "type": "look", "room": "nowhere" });
    assert_eq!(
        looked(onlooker.request(look.clone()).await),
        Looked::default()
    );
    assert_eq!(server.hub.counts().rooms, 0);
    let (_kim, joined) = server.join("nowhere", "Kim").await;
    assert_eq!(joined.participants.len(), 1);
    onlooker.request(look).await;
    assert_eq!(server.hub.counts().participants, 1);
}

#[tokio::test]
async fn who_is_inside_or_has_not_said_hello_does_not_look() {
    let server = TestServer::start().await;
    let look = json!({ "type": "look", "room": "door" });
    let mut stranger = server.connect().await;
    let refused = stranger.request(look.clone()).await;
    assert_eq!(code(refused), ErrorCode::HelloFirst);
    let (mut kim, _) = server.join("door", "Kim").await;
    assert_eq!(code(kim.request(look).await), ErrorCode::JoinedAlready);
    let mut onlooker = server.hello().await;
    let nameless = onlooker
        .request(json!({ "type": "look", "room": "a b" }))
        .await;
    assert_eq!(code(nameless), ErrorCode::BadRoomName);
}

#[tokio::test]
async fn one_address_looks_only_so_often() {
    let server = TestServer::with(|limits| {
        limits.looks_burst = 2;
        limits.looks_per_second = 1;
    })
    .await;
    let look = json!({ "type": "look", "room": "door" });
    let (mut one, mut other) = (server.hello().await, server.hello().await);
    looked(one.request(look.clone()).await);
    looked(other.request(look.clone()).await);
    assert_eq!(code(one.request(look).await), ErrorCode::TooFast);
}
