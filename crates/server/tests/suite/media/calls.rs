//! A call stands in the timeline: that it began, who was there, and that it ended, also when the
//! server did.

#![expect(clippy::wildcard_enum_match_arm, reason = "a test fails by a panic")]

use zoom_client::{
    Client,
    media::{Draft, MediaOptions},
};
use zoom_protocol::{CallRecord, EntryBody, Event, Join, Joined, Sources};

use super::house::{House, ON};
use crate::waiting::soon;

async fn enter(house: &House, name: &str) -> (Client, zoom_client::Events, Joined) {
    let (client, events) = Client::connect(&house.url()).await.unwrap();
    let (_, offer) = Draft::new(MediaOptions::default()).unwrap();
    let joined = client.join(join(name, ON, Some(offer))).await.unwrap();
    (client, events, joined)
}

fn join(name: &str, sources: Sources, media: Option<zoom_protocol::MediaOffer>) -> Join {
    Join {
        room: "call".parse().unwrap(),
        name: name.parse().unwrap(),
        identity: None,
        sources,
        media,
    }
}

/// What the events say next of a call that is as wanted.
async fn call(
    events: &mut zoom_client::Events,
    is_so: impl Fn(&CallRecord) -> bool,
) -> (u64, CallRecord) {
    let told = events.find(|event| match event {
        Event::Entry { entry } | Event::EntryChanged { entry } => match entry.body {
            EntryBody::Call(record) if is_so(&record) => Some((entry.number, record)),
            _ => None,
        },
        _ => None,
    });
    soon("a call", told).await.unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_call_is_written_down_and_ends_with_the_last_two() {
    let house = House::with(|config| config.limits.call_end_ms = 50).await;
    let (reader, mut told) = Client::connect(&house.url()).await.unwrap();
    reader
        .join(join("Reader", Sources::default(), None))
        .await
        .unwrap();
    let (kim, _, kim_in) = enter(&house, "Kim").await;
    let (lee, _, _) = enter(&house, "Lee").await;
    let (number, record) = call(&mut told, |record| record.ended_ms.is_none()).await;
    assert_eq!(record.count, 2);
    assert_eq!(record.people[0].participant, kim_in.you);
    let (park, ..) = enter(&house, "Park").await;
    let (_, record) = call(&mut told, |record| record.count == 3).await;
    assert_eq!(record.people.len(), 3);
    for client in [kim, lee] {
        client.leave().await.unwrap();
    }
    let (ended, _) = call(&mut told, |record| record.ended_ms.is_some()).await;
    assert_eq!(ended, number, "one entry");
    drop(park);
    house.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_call_that_the_server_did_not_see_the_end_of_is_ended_when_the_room_opens_again() {
    let house = House::start().await;
    let (_kim, mut told, _) = enter(&house, "Kim").await;
    let _lee = enter(&house, "Lee").await;
    call(&mut told, |record| record.ended_ms.is_none()).await;
    let house = house.restart().await;
    let (reader, mut told) = Client::connect(&house.url()).await.unwrap();
    let joined = reader
        .join(join("Reader", Sources::default(), None))
        .await
        .unwrap();
    let EntryBody::Call(record) = &joined.timeline.entries[0].body else {
        panic!("{joined:?}");
    };
    // The room opened for the reader, whose page may have been read before the end was written.
    if record.ended_ms.is_none() {
        call(&mut told, |record| record.ended_ms.is_some()).await;
    }
    house.stop().await;
}
