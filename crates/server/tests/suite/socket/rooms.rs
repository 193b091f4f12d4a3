//! People in a room: who is there, what is written in which order, who is typing.

#![expect(
    clippy::wildcard_enum_match_arm,
    reason = "whatever else comes fails the test or is let go"
)]

use serde_json::json;
use zoom_protocol::{Answer, Event, LeaveReason, Page};

use super::support::{TestServer, text_of};
use crate::waiting::until;

#[tokio::test]
async fn those_who_are_there_see_who_comes_and_who_goes() {
    let server = TestServer::start().await;
    let (mut kim, me) = server.join("door", "Kim").await;
    let (mut lee, joined) = server.join("door", "Lee").await;
    let names: Vec<_> = joined
        .participants
        .iter()
        .map(|p| p.person.name.as_str())
        .collect();
    assert_eq!(names, ["Kim", "Lee"]);
    assert_eq!(joined.participants[0].person.participant, me.you);
    match kim.event().await {
        Event::ParticipantJoined { participant } => {
            assert_eq!(participant.person.participant, joined.you)
        }
        other => panic!("{other:?}"),
    }
    assert_eq!(lee.request(json!({ "type": "leave" })).await, Answer::Done);
    let left = Event::ParticipantLeft {
        participant: joined.you,
        reason: LeaveReason::Left,
    };
    assert_eq!(kim.event().await, left);
}

#[tokio::test]
async fn a_broken_socket_is_told_and_after_a_while_its_participant_is_lost() {
    let server = TestServer::with(|limits| limits.resume_ms = 50).await;
    let (mut kim, _) = server.join("tunnel", "Kim").await;
    let (lee, joined) = server.join("tunnel", "Lee").await;
    kim.event().await;
    lee.cut();
    match kim.event().await {
        Event::ParticipantChanged { participant } => assert!(!participant.connected),
        other => panic!("{other:?}"),
    }
    let lost = Event::ParticipantLeft {
        participant: joined.you,
        reason: LeaveReason::Lost,
    };
    assert_eq!(kim.event().await, lost);
}

#[tokio::test]
async fn two_people_of_one_name_are_told_apart() {
    let server = TestServer::start().await;
    let (_first, one) = server.join("names", "김철수").await;
    let (_second, two) = server.join("names", "김철수").await;
    assert_ne!(one.you, two.you);
    let ordinals: Vec<_> = two.participants.iter().map(|p| p.person.ordinal).collect();
    assert_eq!(ordinals, [1, 2]);
}

#[tokio::test]
async fn a_room_is_the_same_however_its_name_is_written() {
    let server = TestServer::start().await;
    let (_first, one) = server.join("Straße", "Kim").await;
    let (_second, two) = server.join("STRASSE", "Lee").await;
    assert_eq!(one.room.as_str(), "Straße");
    assert_eq!(two.room.as_str(), "Straße");
    assert_eq!(two.participants.len(), 2);
    let counts = server.hub.counts();
    assert_eq!((counts.rooms, counts.participants), (1, 2));
}

#[tokio::test]
async fn rooms_do_not_hear_each_other() {
    let server = TestServer::start().await;
    let (mut kim, _) = server.join("one", "Kim").await;
    let (mut lee, _) = server.join("two", "Lee").await;
    assert_eq!(lee.post("a", "elsewhere").await, 1);
    assert_eq!(kim.post("a", "here").await, 1);
    assert_eq!(kim.entry().await, (1, "here".into()));
}

#[tokio::test]
async fn a_message_is_answered_first_and_then_told_to_everybody() {
    let server = TestServer::start().await;
    let (mut kim, me) = server.join("chat", "Kim").await;
    let (mut lee, _) = server.join("chat", "Lee").await;
    kim.event().await;
    kim.ask(json!({ "type": "post", "client_id": "a1", "text": "안녕 <b>\n세상" }))
        .await;
    let answer = kim.text().await;
    assert!(answer.contains(r#""type":"posted""#), "{answer}");
    let event = kim.text().await;
    assert!(event.contains(r#""type":"entry""#), "{event}");
    match lee.event().await {
        Event::Entry { entry } => {
            assert_eq!((entry.number, text_of(&entry)), (1, "안녕 <b>\n세상"));
            assert_eq!(entry.sender.participant, me.you);
            assert_eq!(entry.client_id.as_str(), "a1");
        }
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn the_same_client_id_again_is_the_same_message() {
    let server = TestServer::start().await;
    let (mut kim, _) = server.join("twice", "Kim").await;
    let (mut lee, _) = server.join("twice", "Lee").await;
    assert_eq!(kim.post("a", "once").await, 1);
    assert_eq!(kim.post("a", "once").await, 1);
    assert_eq!(lee.post("a", "another's a").await, 2);
    assert_eq!(lee.entry().await, (1, "once".into()));
    assert_eq!(lee.entry().await, (2, "another's a".into()));
}

#[tokio::test]
async fn everybody_sees_the_same_order_without_a_gap() {
    let server = TestServer::start().await;
    let mut clients = Vec::new();
    for name in ["Kim", "Lee", "Park"] {
        clients.push(server.join("order", name).await.0);
    }
    for round in 0..5 {
        for client in &mut clients {
            let post = json!({ "type": "post", "client_id": format!("m{round}"), "text": "hi" });
            client.ask(post).await;
        }
    }
    let mut orders = Vec::new();
    for client in &mut clients {
        let mut order = Vec::new();
        while order.len() < 15 {
            let entry = client
                .find(|event| match event {
                    Event::Entry { entry } => Some(entry),
                    _ => None,
                })
                .await;
            order.push((entry.number, entry.sender.participant, entry.client_id));
        }
        orders.push(order);
    }
    let numbers: Vec<_> = orders[0].iter().map(|entry| entry.0).collect();
    assert_eq!(numbers, (1..=15).collect::<Vec<_>>());
    assert_eq!(orders[0], orders[1]);
    assert_eq!(orders[0], orders[2]);
}

#[tokio::test]
async fn the_timeline_is_read_page_by_page() {
    let server = TestServer::with(|limits| {
        limits.page_entries = 4;
        limits.posts_burst = 100;
    })
    .await;
    let (mut kim, _) = server.join("pages", "Kim").await;
    for number in 1..=10 {
        assert_eq!(kim.post(&format!("m{number}"), "hi").await, number);
    }
    let (mut lee, joined) = server.join("pages", "Lee").await;
    assert_eq!(numbers(&joined.timeline), ([7, 8, 9, 10].to_vec(), true));
    let mut page = async |before: u64| match lee
        .request(json!({ "type": "history", "page": { "before": before } }))
        .await
    {
        Answer::History(page) => numbers(&page),
        other => panic!("{other:?}"),
    };
    assert_eq!(page(7).await, ([3, 4, 5, 6].to_vec(), true));
    assert_eq!(page(3).await, ([1, 2].to_vec(), false));
    assert_eq!(page(1).await, (Vec::new(), false));
}

#[tokio::test]
async fn what_was_said_is_there_when_the_room_opens_again() {
    let server = TestServer::start().await;
    let (mut kim, _) = server.join("Again", "Kim").await;
    kim.post("a", "yesterday").await;
    kim.request(json!({ "type": "leave" })).await;
    until("a closed room", || server.hub.counts().rooms == 0).await;
    let server = server.restart(|_| {}).await;
    let (mut lee, joined) = server.join("again", "Lee").await;
    assert_eq!(joined.room.as_str(), "Again");
    assert_eq!(numbers(&joined.timeline), (vec![1], false));
    assert_eq!(text_of(&joined.timeline.entries[0]), "yesterday");
    assert_eq!(lee.post("b", "today").await, 2);
}

#[tokio::test]
async fn everybody_else_sees_who_is_typing() {
    let server = TestServer::start().await;
    let (mut kim, me) = server.join("typing", "Kim").await;
    let (mut lee, _) = server.join("typing", "Lee").await;
    let typing = |typing| Event::Typing {
        participant: me.you,
        typing,
    };
    kim.request(json!({ "type": "typing", "typing": true }))
        .await;
    assert_eq!(lee.event().await, typing(true));
    kim.post("a", "done").await;
    assert_eq!(lee.event().await, typing(false));
    assert_eq!(lee.entry().await, (1, "done".into()));
    assert!(!kim.take_events().contains(&typing(true)));
}

#[tokio::test]
async fn a_full_room_says_so_and_takes_the_next_when_somebody_leaves() {
    let server = TestServer::with(|limits| limits.room_participants = 1).await;
    let (mut kim, _) = server.join("small", "Kim").await;
    let mut lee = server.hello().await;
    let join = json!({ "type": "join", "room": "small", "name": "Lee" });
    assert_eq!(
        lee.refused(join).await.0,
        zoom_protocol::ErrorCode::RoomFull
    );
    kim.request(json!({ "type": "leave" })).await;
    kim.closed().await;
    lee.join("small", "Lee").await;
}

fn numbers(page: &Page) -> (Vec<u64>, bool) {
    let numbers = page.entries.iter().map(|entry| entry.number).collect();
    (numbers, page.more_before)
}
