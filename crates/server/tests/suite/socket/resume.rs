//! A participant outlives the socket and comes back by the token, also after a restart.

#![expect(
    clippy::wildcard_enum_match_arm,
    reason = "whatever else comes fails the test or is let go"
)]

use serde_json::json;
use zoom_protocol::{ErrorCode, Event, close_code};

use super::support::{TestServer, text_of};

#[tokio::test]
async fn a_broken_socket_comes_back_as_the_same_participant_with_what_it_missed() {
    let server = TestServer::start().await;
    let (mut kim, _) = server.join("resume", "Kim").await;
    let (mut lee, joined) = server.join("resume", "Lee").await;
    lee.post("a", "before").await;
    lee.cut();
    kim.find(|event| match event {
        Event::ParticipantChanged { participant } => (!participant.connected).then_some(()),
        _ => None,
    })
    .await;
    kim.post("b", "meanwhile").await;
    let (mut lee, welcome) = server.resume(&joined.resume_token, 1).await;
    let resumed = welcome.resumed.unwrap();
    assert_eq!(resumed.you, joined.you);
    assert_eq!(resumed.participants.len(), 2);
    assert!(resumed.participants.iter().all(|p| p.connected));
    let changes = resumed.changes.unwrap();
    let texts: Vec<_> = changes.iter().map(text_of).collect();
    assert_eq!(texts, ["meanwhile"]);
    assert_eq!(lee.post("c", "back").await, 3);
    let back = kim
        .find(|event| match event {
            Event::ParticipantChanged { participant } => Some(participant),
            _ => None,
        })
        .await;
    assert!(back.connected && back.person.participant == joined.you);
}

#[tokio::test]
async fn a_message_sent_again_after_a_break_is_not_a_second_one() {
    let server = TestServer::start().await;
    let (mut kim, joined) = server.join("break", "Kim").await;
    assert_eq!(kim.post("a", "once").await, 1);
    kim.cut();
    let (mut kim, _) = server.resume(&joined.resume_token, 1).await;
    assert_eq!(kim.post("a", "once").await, 1);
    assert_eq!(kim.post("b", "next").await, 2);
}

#[tokio::test]
async fn the_token_of_the_resume_is_good_as_well() {
    let server = TestServer::start().await;
    let (kim, joined) = server.join("chain", "Kim").await;
    kim.cut();
    let (again, welcome) = server.resume(&joined.resume_token, 0).await;
    again.cut();
    let token = welcome.resumed.unwrap().resume_token;
    let (_kim, welcome) = server.resume(&token, 0).await;
    assert_eq!(welcome.resumed.unwrap().you, joined.you);
}

#[tokio::test]
async fn the_socket_before_is_closed_when_its_participant_comes_back_on_another() {
    let server = TestServer::start().await;
    let (mut old, joined) = server.join("replaced", "Kim").await;
    let (mut new, welcome) = server.resume(&joined.resume_token, 0).await;
    assert_eq!(welcome.resumed.unwrap().participants.len(), 1);
    assert_eq!(old.closed().await.0, close_code::REPLACED);
    assert_eq!(new.post("a", "mine").await, 1);
}

#[tokio::test]
async fn somebody_who_left_does_not_come_back_by_the_token() {
    let server = TestServer::start().await;
    let (mut kim, joined) = server.join("left", "Kim").await;
    kim.request(json!({ "type": "leave" })).await;
    kim.closed().await;
    let (mut kim, welcome) = server.resume(&joined.resume_token, 0).await;
    assert_eq!(welcome.refused.unwrap().code, ErrorCode::ResumeRefused);
    assert_ne!(kim.join("left", "Kim").await.you, joined.you);
}

#[tokio::test]
async fn somebody_who_was_away_too_long_does_not_come_back_by_the_token() {
    let server = TestServer::with(|limits| limits.resume_ms = 20).await;
    let (mut lee, _) = server.join("late", "Lee").await;
    let (kim, joined) = server.join("late", "Kim").await;
    kim.cut();
    lee.find(|event| matches!(event, Event::ParticipantLeft { .. }).then_some(()))
        .await;
    let (_, welcome) = server.resume(&joined.resume_token, 0).await;
    assert_eq!(welcome.refused.unwrap().code, ErrorCode::ResumeRefused);
}

#[tokio::test]
async fn a_forged_token_is_refused_in_the_language_of_hello() {
    let server = TestServer::start().await;
    let (_kim, joined) = server.join("forged", "Kim").await;
    let mut forged = joined.resume_token.clone();
    let last = if forged.pop() == Some('A') { 'B' } else { 'A' };
    forged.push(last);
    for token in [forged.as_str(), "", "not a token", &"A".repeat(2_000)] {
        let mut client = server.connect().await;
        let hello = json!({ "language": "ko", "resume": { "token": token, "after": 0 } });
        let refused = client.hello(hello).await.refused.unwrap();
        assert_eq!(refused.code, ErrorCode::ResumeRefused);
        assert!(refused.message.contains("다시 입장"), "{}", refused.message);
    }
}

#[tokio::test]
async fn after_a_restart_everybody_comes_back_as_who_they_were() {
    let server = TestServer::start().await;
    let (mut kim, one) = server.join("restart", "Kim").await;
    let (mut lee, two) = server.join("restart", "Kim").await;
    kim.post("a", "before").await;
    let server = server.restart(|_| {}).await;
    assert_eq!(kim.closed().await.0, close_code::GOING_AWAY);
    assert_eq!(lee.closed().await.0, close_code::GOING_AWAY);
    let (mut kim, welcome) = server.resume(&one.resume_token, 1).await;
    let resumed = welcome.resumed.unwrap();
    assert_eq!(resumed.you, one.you);
    assert_eq!(resumed.changes, Some(Vec::new()));
    assert!(!resumed.peer);
    let (_lee, welcome) = server.resume(&two.resume_token, 0).await;
    let resumed = welcome.resumed.unwrap();
    assert_eq!(resumed.you, two.you);
    assert_eq!(resumed.participants.len(), 2);
    assert_eq!(resumed.timeline.entries.len(), 1);
    assert_eq!(
        kim.post("a", "before").await,
        1,
        "sent again, not written again"
    );
}

#[tokio::test]
async fn after_a_restart_people_of_one_name_keep_their_numbers_in_whatever_order_they_come() {
    let server = TestServer::start().await;
    let (_first, one) = server.join("numbers", "Kim").await;
    let (_second, two) = server.join("numbers", "Kim").await;
    let server = server.restart(|_| {}).await;
    let (_second, welcome) = server.resume(&two.resume_token, 0).await;
    let back = welcome.resumed.unwrap();
    assert_eq!(back.participants[0].person.ordinal, 2);
    let (_third, _) = server.join("numbers", "Kim").await;
    let (_first, welcome) = server.resume(&one.resume_token, 0).await;
    let back = welcome.resumed.unwrap();
    let ordinals = back.participants.iter().map(|other| other.person.ordinal);
    assert_eq!(ordinals.collect::<Vec<_>>(), [2, 3, 1]);
}

#[tokio::test]
async fn after_a_restart_a_token_is_good_for_a_bounded_time() {
    let server = TestServer::start().await;
    let (_kim, joined) = server.join("expired", "Kim").await;
    let server = server.restart(|limits| limits.resume_token_ms = 0).await;
    // The clock has moved on by a millisecond at least: the server was stopped and started.
    let (_, welcome) = server.resume(&joined.resume_token, 0).await;
    assert_eq!(welcome.refused.unwrap().code, ErrorCode::ResumeRefused);
}

#[tokio::test]
async fn another_server_does_not_take_the_token() {
    let server = TestServer::start().await;
    let (_kim, joined) = server.join("other", "Kim").await;
    let other = TestServer::start().await;
    let (_, welcome) = other.resume(&joined.resume_token, 0).await;
    assert_eq!(welcome.refused.unwrap().code, ErrorCode::ResumeRefused);
}

#[tokio::test]
async fn a_request_right_behind_the_resume_belongs_to_the_room() {
    let server = TestServer::start().await;
    let (kim, joined) = server.join("pipeline", "Kim").await;
    kim.cut();
    let mut kim = server.connect().await;
    let token = joined.resume_token;
    let hello = json!({ "type": "hello", "resume": { "token": token, "after": 0 } });
    let hello = kim.ask(hello).await;
    let post = json!({ "type": "post", "client_id": "a", "text": "at once" });
    let post = kim.ask(post).await;
    assert!(matches!(
        kim.answer_to(Some(hello)).await,
        zoom_protocol::Answer::Welcome(welcome) if welcome.resumed.is_some()
    ));
    assert!(matches!(
        kim.answer_to(Some(post)).await,
        zoom_protocol::Answer::Posted(_)
    ));
}

#[tokio::test]
async fn a_request_right_behind_a_refused_resume_is_answered_as_well() {
    let server = TestServer::start().await;
    let (_lee, _) = server.join("pipeline", "Lee").await;
    for others_are_there in [true, false] {
        let room = if others_are_there {
            "pipeline"
        } else {
            "empty"
        };
        let (mut kim, joined) = server.join(room, "Kim").await;
        kim.request(json!({ "type": "leave" })).await;
        kim.closed().await;
        let mut kim = server.connect().await;
        let token = joined.resume_token;
        let hello = json!({ "type": "hello", "resume": { "token": token, "after": 0 } });
        let hello = kim.ask(hello).await;
        let post = json!({ "type": "post", "client_id": "a", "text": "too early" });
        let post = kim.ask(post).await;
        assert!(matches!(
            kim.answer_to(Some(hello)).await,
            zoom_protocol::Answer::Welcome(welcome) if welcome.refused.is_some()
        ));
        assert!(matches!(
            kim.answer_to(Some(post)).await,
            zoom_protocol::Answer::Error(error) if error.code == ErrorCode::JoinFirst
        ));
        kim.join(room, "Kim").await;
        assert_eq!(kim.post("a", "in time").await, 1);
    }
}
