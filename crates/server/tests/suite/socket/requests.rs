//! Every request gets exactly one answer, and a wrong one says what is wrong with it.

use serde_json::json;
use zoom_protocol::{Answer, ErrorCode};

use super::support::TestServer;
use crate::waiting::until;

#[tokio::test]
async fn hello_is_answered_by_the_limits() {
    let server = TestServer::start().await;
    let welcome = server.connect().await.hello(json!({})).await;
    assert_eq!(&welcome.limits, server.hub.limits());
    assert!(welcome.server.starts_with("zoom "));
    assert!(welcome.resumed.is_none() && welcome.refused.is_none());
}

#[tokio::test]
async fn malformed_json_is_refused_without_an_id() {
    let server = TestServer::start().await;
    let mut client = server.hello().await;
    let (id, code, message) = client.refused_text("{\"id\":1,").await;
    assert_eq!((id, code), (None, ErrorCode::BadJson));
    assert!(message.contains("JSON"), "{message}");
}

#[tokio::test]
async fn a_message_without_an_id_or_a_type_is_refused() {
    let server = TestServer::start().await;
    let mut client = server.hello().await;
    let (id, code, _) = client.refused_text(r#"{"type":"ping"}"#).await;
    assert_eq!((id, code), (None, ErrorCode::BadMessage));
    let (id, code, _) = client.refused_text(r#"{"id":7}"#).await;
    assert_eq!((id, code), (Some(7), ErrorCode::BadMessage));
}

#[tokio::test]
async fn an_unknown_type_is_refused_by_its_name() {
    let server = TestServer::start().await;
    let mut client = server.hello().await;
    let (code, message) = client.refused(json!({ "type": "dance" })).await;
    assert_eq!(code, ErrorCode::UnknownType);
    assert!(message.contains("dance"), "{message}");
}

#[tokio::test]
async fn a_wrong_or_missing_field_is_named() {
    let server = TestServer::start().await;
    let (mut client, _) = server.join("fields", "Kim").await;
    let (code, message) = client
        .refused(json!({ "type": "typing", "typing": "yes" }))
        .await;
    assert_eq!(code, ErrorCode::BadField);
    assert!(message.contains("typing"), "{message}");
    let (code, message) = client.refused(json!({ "type": "history" })).await;
    assert_eq!(code, ErrorCode::BadField);
    assert!(message.contains("page"), "{message}");
}

#[tokio::test]
async fn names_that_may_not_be_are_refused_with_the_reason() {
    let server = TestServer::start().await;
    let mut client = server.hello().await;
    let long = "x".repeat(65);
    for (room, name, wanted) in [
        ("", "Kim", ErrorCode::BadRoomName),
        ("a b", "Kim", ErrorCode::BadRoomName),
        (&long, "Kim", ErrorCode::BadRoomName),
        ("room", "", ErrorCode::BadDisplayName),
        ("room", &long, ErrorCode::BadDisplayName),
        ("room", "Kim\u{7}", ErrorCode::BadDisplayName),
        ("room", "Kim\u{202e}", ErrorCode::BadDisplayName),
    ] {
        let join = json!({ "type": "join", "room": room, "name": name });
        let (code, message) = client.refused(join).await;
        assert_eq!(code, wanted, "{room:?} {name:?}");
        assert!(message.starts_with("a "), "{message}");
    }
    client.join("room", "Kim").await;
}

#[tokio::test]
async fn messages_that_are_empty_too_long_or_have_control_characters_are_refused() {
    let server = TestServer::start().await;
    let (mut client, _) = server.join("texts", "Kim").await;
    let long = "가".repeat(8_001);
    for text in ["", " \n ", "a\u{0}b", long.as_str()] {
        let post = json!({ "type": "post", "client_id": "a", "text": text });
        assert_eq!(client.refused(post).await.0, ErrorCode::BadText);
    }
    let post = json!({ "type": "post", "client_id": "a b", "text": "hi" });
    assert_eq!(client.refused(post).await.0, ErrorCode::BadClientId);
    assert_eq!(client.post("a", &long[3..]).await, 1);
}

#[tokio::test]
async fn nothing_comes_before_hello() {
    let server = TestServer::start().await;
    let mut client = server.connect().await;
    for fields in [
        json!({ "type": "join", "room": "early", "name": "Kim" }),
        json!({ "type": "post", "client_id": "a", "text": "hi" }),
        json!({ "type": "ping" }),
    ] {
        assert_eq!(client.refused(fields).await.0, ErrorCode::HelloFirst);
    }
    client.hello(json!({})).await;
    client.join("early", "Kim").await;
}

#[tokio::test]
async fn hello_is_said_once() {
    let server = TestServer::start().await;
    let mut client = server.hello().await;
    let again = client.refused(json!({ "type": "hello" })).await;
    assert_eq!(again.0, ErrorCode::HelloTwice);
}

#[tokio::test]
async fn a_socket_joins_once() {
    let server = TestServer::start().await;
    let (mut client, _) = server.join("first", "Kim").await;
    for room in ["first", "second"] {
        let join = json!({ "type": "join", "room": room, "name": "Kim" });
        assert_eq!(client.refused(join).await.0, ErrorCode::JoinedAlready);
    }
}

#[tokio::test]
async fn what_needs_a_room_is_refused_outside() {
    let server = TestServer::start().await;
    let mut client = server.hello().await;
    for fields in [
        json!({ "type": "post", "client_id": "a", "text": "hi" }),
        json!({ "type": "history", "page": { "before": 1 } }),
        json!({ "type": "edit", "number": 1, "text": "hi" }),
        json!({ "type": "delete", "number": 1 }),
        json!({ "type": "mark", "number": 1, "reaction": "👏", "on": true }),
        json!({ "type": "search", "text": "hi" }),
        json!({ "type": "upload", "name": "a.png", "bytes": 1 }),
        json!({ "type": "leave" }),
        json!({ "type": "view", "tiles": [] }),
    ] {
        assert_eq!(client.refused(fields).await.0, ErrorCode::JoinFirst);
    }
}

#[tokio::test]
async fn a_large_message_without_an_offer_is_refused_and_the_socket_stays() {
    let server = TestServer::start().await;
    let mut client = server.hello().await;
    let post = json!({ "type": "post", "client_id": "a", "text": "x".repeat(70_000) });
    assert_eq!(client.refused(post).await.0, ErrorCode::TooLarge);
    let join = json!({ "type": "join", "room": "large", "name": "Kim", "pad": "x".repeat(70_000) });
    assert_eq!(client.refused(join).await.0, ErrorCode::TooLarge);
    assert_eq!(
        client.request(json!({ "type": "ping" })).await,
        Answer::Done
    );
}

#[tokio::test]
async fn a_large_message_with_an_offer_is_read() {
    let server = TestServer::start().await;
    let (mut client, _) = server.join("offers", "Kim").await;
    let media = json!({ "offer": "x".repeat(200_000), "sources": {}, "slots": [] });
    let offer = json!({ "type": "media", "replace": true, "media": media });
    assert_eq!(client.refused(offer).await.0, ErrorCode::BadOffer);
}

#[tokio::test]
async fn an_offer_that_is_garbage_refuses_the_whole_join_and_it_may_be_said_again() {
    let server = TestServer::start().await;
    let (mut other, _) = server.join("garbage", "Lee").await;
    let mut client = server.hello().await;
    let media = json!({ "offer": "v=0\r\nnonsense", "sources": {}, "slots": [] });
    let join = json!({ "type": "join", "room": "garbage", "name": "Kim", "media": media });
    for _ in 0..2 {
        let (code, message) = client.refused(join.clone()).await;
        assert_eq!(code, ErrorCode::BadOffer);
        assert!(!message.is_empty());
    }
    let joined = client.join("garbage", "Kim").await;
    assert_eq!(joined.participants.len(), 2);
    let newcomer = other.event().await;
    assert!(
        matches!(newcomer, zoom_protocol::Event::ParticipantJoined { ref participant }
            if participant.person.participant == joined.you),
        "the refused joins made an event: {newcomer:?}"
    );
}

#[tokio::test]
async fn an_offer_with_200_m_lines_is_refused_by_their_number() {
    let server = TestServer::start().await;
    let mut sdp = String::from("v=0\r\no=- 1 2 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\n");
    for mid in 0..200 {
        sdp.push_str(&format!(
            "m=audio 9 UDP/TLS/RTP/SAVPF 111\r\nc=IN IP4 0.0.0.0\r\na=mid:{mid}\r\n\
             a=recvonly\r\na=rtpmap:111 opus/48000/2\r\n"
        ));
    }
    let mut client = server.hello().await;
    let media = json!({ "offer": sdp, "sources": {}, "slots": [] });
    let join = json!({ "type": "join", "room": "many", "name": "Kim", "media": media });
    let (code, message) = client.refused(join).await;
    assert_eq!(code, ErrorCode::BadOffer);
    assert!(message.contains("64"), "{message}");
}

#[tokio::test]
async fn offers_beyond_the_rate_are_refused_without_being_read() {
    let server = TestServer::with(|limits| {
        limits.offers_burst = 2;
        limits.offers_per_minute = 1;
    })
    .await;
    let (mut client, _) = server.join("offers", "Kim").await;
    let media = json!({ "offer": "garbage", "sources": {}, "slots": [] });
    let offer = json!({ "type": "media", "replace": true, "media": media });
    for wanted in [ErrorCode::BadOffer, ErrorCode::BadOffer, ErrorCode::TooFast] {
        assert_eq!(client.refused(offer.clone()).await.0, wanted);
    }
}

#[tokio::test]
async fn a_room_that_can_take_no_more_says_that_it_is_busy() {
    let server = TestServer::with(|limits| limits.room_queue = 0).await;
    let mut client = server.hello().await;
    let join = json!({ "type": "join", "room": "busy", "name": "Kim" });
    assert_eq!(client.refused(join).await.0, ErrorCode::Busy);
    assert_eq!(server.hub.counts().rooms, 0);
}

#[tokio::test]
async fn errors_are_written_in_the_language_of_hello() {
    let server = TestServer::start().await;
    let mut korean = server.connect().await;
    korean.hello(json!({ "language": "ko-KR" })).await;
    let (code, message) = korean.refused(json!({ "type": "leave" })).await;
    assert_eq!(code, ErrorCode::JoinFirst);
    assert!(message.contains("방에"), "{message}");
    let mut other = server.connect().await;
    other.hello(json!({ "language": "fr" })).await;
    let (_, message) = other.refused(json!({ "type": "leave" })).await;
    assert!(message.contains("room"), "{message}");
}

#[tokio::test]
async fn leaving_is_answered_and_then_the_socket_is_closed() {
    let server = TestServer::start().await;
    let (mut client, _) = server.join("leaving", "Kim").await;
    assert_eq!(
        client.request(json!({ "type": "leave" })).await,
        Answer::Done
    );
    assert_eq!(client.closed().await.0, 1000);
    until("an empty house", || {
        let counts = server.hub.counts();
        counts.rooms == 0 && counts.sockets == 0
    })
    .await;
}

#[tokio::test]
async fn fields_that_are_not_known_are_ignored() {
    let server = TestServer::start().await;
    let mut client = server.hello().await;
    let ping = json!({ "type": "ping", "later": { "than": "this version" } });
    assert_eq!(client.request(ping).await, Answer::Done);
}
