//! What is said to one person is between the two, on every way that leads to it.

use serde_json::json;
use zoom_protocol::{ErrorCode, Event};

use super::support::{TestServer, text_of};

const KIM: &str = "kim-0123456789abcdefghij";
const LEE: &str = "lee-0123456789abcdefghij";

#[tokio::test]
async fn a_message_to_one_person_is_between_the_two_now_and_later() {
    let server = TestServer::start().await;
    let mut kim = server.hello().await;
    kim.join_as("private", "Kim", KIM).await;
    let mut lee = server.hello().await;
    let lee_in = lee.join_as("private", "Lee", LEE).await;
    let (mut park, park_in) = server.join("private", "Park").await;
    let secret = kim
        .write("a", json!({ "text": "just you", "to": lee_in.you }))
        .await
        .number;
    lee.done(json!({ "type": "mark", "number": secret, "reaction": "👍", "on": true }))
        .await;
    kim.done(json!({ "type": "edit", "number": secret, "text": "only you" }))
        .await;
    kim.post("b", "everybody").await;
    assert_eq!(lee.entry().await.1, "just you");
    assert_eq!(park.entry().await.1, "everybody");
    let told = park.take_events();
    let about = |event: &Event| matches!(event, Event::Marked { .. } | Event::EntryChanged { .. });
    assert!(!told.iter().any(about), "{told:?}");

    for request in [
        json!({ "type": "edit", "number": secret, "text": "mine" }),
        json!({ "type": "delete", "number": secret }),
        json!({ "type": "mark", "number": secret, "reaction": "👏", "on": true }),
        json!({ "type": "post", "client_id": "x", "text": "?", "thread": secret }),
    ] {
        assert_eq!(park.refused(request).await.0, ErrorCode::NoEntry);
    }
    for page in [json!({ "before": 99 }), json!({ "around": secret })] {
        let seen = park.history(json!({ "page": page })).await;
        let texts: Vec<_> = seen.entries.iter().map(text_of).collect();
        assert_eq!(texts, ["everybody"]);
    }
    park.cut();
    let (_park, welcome) = server.resume(&park_in.resume_token, 0).await;
    assert_eq!(welcome.resumed.unwrap().timeline.entries.len(), 1);

    let server = server.restart(|_| {}).await;
    let mut lee = server.hello().await;
    let again = lee.join_as("private", "Lee", LEE).await;
    let texts: Vec<_> = again.timeline.entries.iter().map(text_of).collect();
    assert_eq!(texts, ["only you", "everybody"]);
    let (_other, other) = server.join("private", "Lee").await;
    assert_eq!(other.timeline.entries.len(), 1, "a name is no identity");
}

#[tokio::test]
async fn it_goes_to_nobody_who_is_not_here() {
    let server = TestServer::start().await;
    let (mut kim, _) = server.join("alone", "Kim").await;
    let post = json!({ "type": "post", "client_id": "a", "text": "hi", "to": "0123456789abcdef" });
    assert_eq!(kim.refused(post).await.0, ErrorCode::NotHere);
}
