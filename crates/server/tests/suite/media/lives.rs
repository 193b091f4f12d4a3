//! Socket, participant and peer have separate lives: each may end and begin again without the
//! others, and without anybody else noticing.
#![expect(clippy::wildcard_enum_match_arm, reason = "a test fails by a panic")]

use zoom_client::{
    Client,
    media::{Change, Draft, MediaOptions, SlotCounts},
};
use zoom_protocol::{ErrorCode, Join, MediaEndReason, MediaOffer};

use super::house::{Guest, House, ON, assert_nothing_lost};
use crate::waiting::{soon, until};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn media_flow_while_a_socket_is_broken_and_after_its_resume() {
    let house = House::start().await;
    let mut a = house.guest("A").await;
    let b = house.guest("B").await;
    b.sees_and_hears(a.id, 10).await;
    a.client.break_off().await;
    b.room_is("A's socket to be missed", |room| {
        !room.others[&a.id].connected
    })
    .await;
    b.sees_and_hears(a.id, 30).await;
    a.sees_and_hears(b.id, 30).await;

    a.resume().await;
    assert!(a.joined.peer, "the server still has the peer");
    b.room_is("A's socket to be back", |room| room.others[&a.id].connected)
        .await;
    b.sees_and_hears(a.id, 10).await;
    a.sees_and_hears(b.id, 10).await;
    assert_eq!(house.media.counters().offers, 2);
    assert_nothing_lost(&a);
    assert_nothing_lost(&b);
    house.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_leaves_and_joins_again_is_seen_again() {
    let house = House::start().await;
    let stays = house.guest("Stays").await;
    for _ in 0..3 {
        let comes = house.guest("Comes").await;
        stays.sees_and_hears(comes.id, 10).await;
        comes.sees_and_hears(stays.id, 10).await;
        let id = comes.id;
        comes.leave().await;
        stays
            .room_is("the leave", |room| !room.others.contains_key(&id))
            .await;
    }
    assert_nothing_lost(&stays);
    house.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_replaced_peer_goes_on_where_the_earlier_one_was() {
    let house = House::start().await;
    let mut a = house.guest("A").await;
    let b = house.guest("B").await;
    all_see(&a, &b, 10).await;
    for _ in 0..2 {
        a.replace_peer(ON).await;
        all_see(&a, &b, 10).await;
    }
    // Replacing is no end that anybody is told of.
    assert!(a.room.borrow().media_ended.is_empty());
    assert_nothing_lost(&b);
    house.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_peer_that_falls_silent_is_told_as_lost_and_can_be_replaced() {
    let house = House::start().await;
    let mut a = house.guest("A").await;
    let b = house.guest("B").await;
    all_see(&a, &b, 5).await;
    a.peer.vanish();
    let room = a
        .room_is("the end of the peer", |room| !room.media_ended.is_empty())
        .await;
    assert_eq!(room.media_ended, [MediaEndReason::Lost]);
    a.replace_peer(ON).await;
    all_see(&a, &b, 10).await;
    house.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_ice_restart_keeps_the_media() {
    let house = House::start().await;
    let a = house.guest("A").await;
    let b = house.guest("B").await;
    all_see(&a, &b, 10).await;
    reoffer(&a, Change::IceRestart).await;
    all_see(&a, &b, 60).await;
    assert!(a.room.borrow().media_ended.is_empty());
    assert_nothing_lost(&b);
    house.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn more_slots_show_more_people() {
    let house = House::start().await;
    let options = MediaOptions {
        slots: SlotCounts {
            person: 1,
            voice: 1,
            stage: 1,
        },
        ..MediaOptions::default()
    };
    let a = house.guest_with("A", ON, options).await;
    let guests = [house.guest("B").await, house.guest("C").await];
    a.room_is("both to be there", |room| room.others.len() == 2)
        .await;
    let shown = |id| a.peer.report().frames_seen_of(id) > 0;
    a.media_is("one of both", |report| report.seen().count() == 1)
        .await;
    assert!(guests.iter().filter(|guest| shown(guest.id)).count() == 1);
    reoffer(&a, Change::Slots(SlotCounts::default())).await;
    for guest in &guests {
        a.sees_and_hears(guest.id, 10).await;
    }
    house.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_refused_reoffer_ends_that_peer_alone() {
    let house = House::start().await;
    let mut a = house.guest("A").await;
    let b = house.guest("B").await;
    let c = house.guest("C").await;
    all_see(&a, &b, 5).await;
    let refused = a.client.media(garbage(), false).await.unwrap_err();
    assert_eq!(refused.code(), Some(ErrorCode::BadOffer), "{refused}");
    let room = a
        .room_is("the end of the peer", |room| !room.media_ended.is_empty())
        .await;
    assert_eq!(room.media_ended, [MediaEndReason::Failed]);
    all_see(&b, &c, 20).await;
    a.replace_peer(ON).await;
    all_see(&a, &b, 10).await;
    assert_nothing_lost(&c);
    house.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_peer_that_never_connects_ends() {
    let house = House::with(|config| config.limits.peer_connect_ms = 500).await;
    let (client, mut events) = Client::connect(&house.url()).await.unwrap();
    let (_draft, offer) = Draft::new(MediaOptions::default()).unwrap();
    let join = Join {
        identity: None,
        room: "r".parse().unwrap(),
        name: "Silent".parse().unwrap(),
        sources: ON,
        media: Some(offer),
    };
    let joined = client.join(join).await.unwrap();
    assert!(joined.peer);
    let ended = events.find(|event| match event {
        zoom_protocol::Event::MediaEnded { reason } => Some(reason),
        _ => None,
    });
    let reason = soon("the end of the peer", ended).await;
    assert_eq!(reason, Some(MediaEndReason::NotConnected));
    let media = house.media.clone();
    // The room is left, with a participant and without a peer.
    until("the peer to be gone", || media.counters().load == 1).await;
    client.leave().await.unwrap();
    until("the room to be gone", || media.counters().load == 0).await;
    house.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn garbage_is_no_first_offer_and_the_room_is_told_nothing() {
    let house = House::start().await;
    let (client, _events) = Client::connect(&house.url()).await.unwrap();
    let join = Join {
        identity: None,
        room: "r".parse().unwrap(),
        name: "Garbage".parse().unwrap(),
        sources: ON,
        media: Some(garbage()),
    };
    let refused = client.join(join).await.unwrap_err();
    assert_eq!(refused.code(), Some(ErrorCode::BadOffer), "{refused}");
    house.stop().await;
}

fn garbage() -> MediaOffer {
    MediaOffer {
        offer: "v=0\r\nthis is no offer".into(),
        sources: Default::default(),
        slots: Vec::new(),
    }
}

async fn reoffer(guest: &Guest, change: Change) {
    let offer = guest.peer.offer(change).await.unwrap();
    let answer = guest.client.media(offer, false).await.unwrap();
    guest.peer.accept(answer).await.unwrap();
}

async fn all_see(a: &Guest, b: &Guest, more: u64) {
    a.sees_and_hears(b.id, more).await;
    b.sees_and_hears(a.id, more).await;
}
