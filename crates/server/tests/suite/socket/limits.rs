//! What one client may take from a server, and that no other pays for more.

#![expect(
    clippy::wildcard_enum_match_arm,
    reason = "whatever else comes fails the test or is let go"
)]

use futures_util::{SinkExt, StreamExt};
use serde_json::json;
use tokio_tungstenite::tungstenite::Message;
use zoom_protocol::{Answer, ErrorCode, close_code};

use super::support::TestServer;
use crate::waiting::{soon, until};

#[tokio::test]
async fn who_does_not_say_hello_is_closed() {
    let server = TestServer::with(|limits| limits.hello_timeout_ms = 50).await;
    let mut client = server.connect().await;
    assert_eq!(client.closed().await.0, close_code::NO_HELLO);
}

#[tokio::test]
async fn who_says_hello_is_not_closed_for_it() {
    let server = TestServer::with(|limits| {
        limits.hello_timeout_ms = 1_000;
        limits.heartbeat_ms = 400;
    })
    .await;
    let mut client = server.hello().await;
    // Three pings come after the time for the hello has passed.
    for _ in 0..3 {
        let ping = soon("a ping", client.socket.next()).await.unwrap().unwrap();
        assert!(ping.is_ping(), "{ping:?}");
    }
    assert_eq!(
        client.request(json!({ "type": "ping" })).await,
        Answer::Done
    );
}

#[tokio::test]
async fn a_silent_client_is_pinged_and_then_closed() {
    let server = TestServer::with(|limits| {
        limits.heartbeat_ms = 100;
        limits.silence_ms = 2_000;
    })
    .await;
    let (mut kim, _) = server.join("silence", "Kim").await;
    let (lee, joined) = server.join("silence", "Lee").await;
    // Nothing reads this socket, so nothing answers its pings.
    let mut silent = lee;
    loop {
        // Kim reads, and so answers the pings.
        match kim.event().await {
            zoom_protocol::Event::ParticipantChanged { participant } => {
                assert_eq!(participant.person.participant, joined.you);
                assert!(!participant.connected);
                break;
            }
            other => assert!(matches!(
                other,
                zoom_protocol::Event::ParticipantJoined { .. }
            )),
        }
    }
    assert_eq!(silent.closed().await.0, close_code::SILENT);
    assert_eq!(kim.post("a", "alive").await, 1);
}

#[tokio::test]
async fn requests_beyond_the_rate_are_refused_and_answered_each() {
    let server = TestServer::with(|limits| {
        limits.requests_burst = 5;
        limits.requests_per_second = 1;
    })
    .await;
    let mut client = server.hello().await;
    let mut ids = Vec::new();
    for _ in 0..20 {
        ids.push(client.ask(json!({ "type": "ping" })).await);
    }
    let mut refused = 0;
    for id in ids {
        match client.answer_to(Some(id)).await {
            Answer::Done => {}
            Answer::Error(error) => {
                assert_eq!(error.code, ErrorCode::TooFast);
                refused += 1;
            }
            other => panic!("{other:?}"),
        }
    }
    assert!((10..=16).contains(&refused), "{refused}");
}

#[tokio::test]
async fn a_flood_of_refused_requests_is_closed() {
    let server = TestServer::with(|limits| limits.flood_refusals = 10).await;
    let (mut kim, _) = server.join("flood", "Kim").await;
    let mut flooder = server.hello().await;
    for _ in 0..12 {
        flooder.ask(json!({ "type": "nonsense" })).await;
    }
    assert_eq!(flooder.closed().await.0, close_code::FLOOD);
    assert_eq!(kim.post("a", "calm").await, 1);
}

#[tokio::test]
async fn a_flood_of_pings_is_closed() {
    let server = TestServer::with(|limits| {
        limits.requests_burst = 5;
        limits.requests_per_second = 1;
        limits.flood_refusals = 10;
    })
    .await;
    let mut client = server.hello().await;
    for _ in 0..100 {
        let ping = Message::Ping(Vec::new().into());
        if client.socket.send(ping).await.is_err() {
            break;
        }
    }
    assert_eq!(client.closed().await.0, close_code::FLOOD);
}

#[tokio::test]
async fn messages_beyond_the_rate_are_refused() {
    let server = TestServer::with(|limits| {
        limits.posts_burst = 2;
        limits.posts_per_second = 1;
    })
    .await;
    let (mut kim, _) = server.join("posts", "Kim").await;
    let mut ids = Vec::new();
    for number in 0..8 {
        let post = json!({ "type": "post", "client_id": format!("m{number}"), "text": "hi" });
        ids.push(kim.ask(post).await);
    }
    let (mut posted, mut refused) = (0, 0);
    for _ in ids {
        match kim.answer().await.1 {
            Answer::Posted(_) => posted += 1,
            Answer::Error(error) => {
                assert_eq!(error.code, ErrorCode::TooFast);
                refused += 1;
            }
            other => panic!("{other:?}"),
        }
    }
    assert!(posted >= 2 && refused >= 1, "{posted} and {refused}");
}

#[tokio::test]
async fn joins_of_one_address_beyond_the_rate_are_refused_and_the_socket_stays() {
    let server = TestServer::with(|limits| {
        limits.joins_burst = 3;
        limits.joins_per_second = 1;
    })
    .await;
    let mut visitors = Vec::new();
    for _ in 0..12 {
        visitors.push(server.hello().await);
    }
    for visitor in &mut visitors {
        let join = json!({ "type": "join", "room": "joins", "name": "Kim" });
        visitor.ask(join).await;
    }
    let mut refused = 0;
    for visitor in &mut visitors {
        match visitor.answer().await.1 {
            Answer::Joined(_) => {}
            Answer::Error(error) => {
                assert_eq!(error.code, ErrorCode::TooFast);
                let ping = json!({ "type": "ping" });
                assert_eq!(visitor.request(ping).await, Answer::Done);
                refused += 1;
            }
            other => panic!("{other:?}"),
        }
    }
    assert!((1..=9).contains(&refused), "{refused}");
}

#[tokio::test]
async fn a_client_that_stops_reading_is_closed_and_holds_nobody_up() {
    let server = TestServer::with(|limits| {
        limits.socket_queue = 16;
        limits.posts_burst = 1_000_000;
        limits.posts_per_second = 1_000_000;
        limits.requests_burst = 1_000_000;
        limits.requests_per_second = 1_000_000;
    })
    .await;
    let (mut kim, _) = server.join("slow", "Kim").await;
    let (slow, joined) = server.join("slow", "Lee").await;
    let text = "가".repeat(8_000);
    let mut number = 0;
    let mut closed = false;
    // What the systems' own buffers take is some megabytes; the bound here is generous.
    while !closed {
        number += 1;
        assert!(number < 4_000, "the slow client was never closed");
        assert_eq!(kim.post(&format!("m{number}"), &text).await, number);
        closed = kim.take_events().iter().any(|event| {
            matches!(event, zoom_protocol::Event::ParticipantChanged { participant }
                if participant.person.participant == joined.you && !participant.connected)
        });
    }
    assert_eq!(kim.post("last", "still here").await, number + 1);
    let mut slow = slow;
    assert_eq!(slow.closed().await.0, close_code::TOO_SLOW);
    let (_, welcome) = server.resume(&joined.resume_token, 0).await;
    assert_eq!(welcome.resumed.unwrap().you, joined.you);
}

#[tokio::test]
async fn ten_thousand_joins_and_leaves_leave_nothing_behind() {
    let server = TestServer::with(|limits| {
        limits.joins_burst = 1_000_000;
        limits.joins_per_second = 1_000_000;
    })
    .await;
    let server = std::sync::Arc::new(server);
    let mut guests = tokio::task::JoinSet::new();
    for guest in 0..20_u32 {
        let server = std::sync::Arc::clone(&server);
        guests.spawn(async move {
            for visit in 0..500_u32 {
                let room = format!("visit-{}", (guest * 7 + visit) % 50);
                let (mut client, _) = server.join(&room, "Kim").await;
                if visit % 4 == 0 {
                    // Somebody's line breaks, and they come back to leave.
                    let (other, joined) = server.join(&room, "Lee").await;
                    other.cut();
                    let (mut other, welcome) = server.resume(&joined.resume_token, 0).await;
                    assert!(welcome.resumed.is_some());
                    other.request(json!({ "type": "leave" })).await;
                }
                client.request(json!({ "type": "leave" })).await;
                assert_eq!(client.closed().await.0, close_code::NORMAL);
            }
        });
    }
    while let Some(guest) = guests.join_next().await {
        guest.unwrap();
    }
    until("an empty house", || {
        let counts = server.hub.counts();
        (counts.rooms, counts.participants, counts.sockets) == (0, 0, 0)
    })
    .await;
}

#[tokio::test]
async fn stopping_says_goodbye_to_everybody() {
    let server = TestServer::start().await;
    let (mut kim, _) = server.join("stop", "Kim").await;
    let mut echo = server.handshake("/api/echo", &[]).await.unwrap();
    let hub = server.hub.clone();
    let stopping = tokio::spawn(server.stop());
    assert_eq!(kim.closed().await.0, close_code::GOING_AWAY);
    match soon("a goodbye", echo.next()).await {
        Some(Ok(Message::Close(Some(frame)))) => {
            assert_eq!(u16::from(frame.code), close_code::GOING_AWAY);
        }
        other => panic!("{other:?}"),
    }
    drop((kim, echo));
    stopping.await.unwrap();
    assert_eq!((hub.counts().sockets, hub.counts().rooms), (0, 0));
}
