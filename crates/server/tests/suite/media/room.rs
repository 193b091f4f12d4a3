//! Ten people in a room see and hear each other, and nobody's coming and going costs another an
//! offer.

use super::house::{House, ON, all_see_and_hear_each_other, assert_nothing_lost};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_people_see_and_hear_each_other() {
    let house = House::start().await;
    let a = house.guest("A").await;
    let b = house.guest("B").await;
    a.sees_and_hears(b.id, 30).await;
    b.sees_and_hears(a.id, 30).await;
    assert_nothing_lost(&a);
    assert_nothing_lost(&b);
    house.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn ten_people_see_and_hear_each_other_and_nothing_is_lost() {
    let house = House::with(|config| config.limits.loudest = 10).await;
    let mut guests = Vec::new();
    for number in 0..10 {
        guests.push(house.guest(&format!("Guest {number}")).await);
    }
    all_see_and_hear_each_other(&guests, 60).await;
    for guest in &guests {
        assert_nothing_lost(guest);
    }
    let counters = house.media.counters();
    assert_eq!(counters.dropped, 0, "{counters:?}");
    assert_eq!(counters.faults, 0, "{counters:?}");
    house.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn with_ten_joining_and_leaving_everybody_makes_one_offer() {
    let house = House::start().await;
    let first = house.guest("First").await;
    let mut others = Vec::new();
    for number in 1..10 {
        others.push(house.guest(&format!("Guest {number}")).await);
        let offers = house.media.counters().offers;
        assert_eq!(offers, 1 + others.len() as u64);
    }
    first
        .room_is("everybody to be there", |room| room.others.len() == 9)
        .await;
    for other in others {
        first
            .media_is("a picture", |report| report.frames_seen_of(other.id) > 0)
            .await;
        other.leave().await;
    }
    first
        .room_is("everybody to be gone", |room| room.others.is_empty())
        .await;
    let last = house.guest("Last").await;
    first.sees_and_hears(last.id, 10).await;
    assert_eq!(house.media.counters().offers, 11);
    assert_nothing_lost(&first);
    assert!(first.room.borrow().media_ended.is_empty());
    house.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_loudest_alone_are_heard_when_everybody_speaks() {
    let house = House::with(|config| config.limits.loudest = 2).await;
    let listener = house.guest("Listener").await;
    let mut speakers = Vec::new();
    for number in 0..4u8 {
        let options = zoom_client::media::MediaOptions {
            // The last two are much louder than the first two.
            loudness: if number < 2 { 70 } else { 20 },
            ..Default::default()
        };
        let name = format!("Speaker {number}");
        speakers.push(house.guest_with(&name, ON, options).await);
    }
    listener
        .publish(zoom_protocol::Sources {
            camera: true,
            ..Default::default()
        })
        .await;
    let loud: Vec<_> = speakers[2..].iter().map(|guest| guest.id).collect();
    listener
        .room_is("the loud ones to be told", |room| {
            room.speakers.len() == 2 && loud.iter().all(|id| room.speakers.contains(id))
        })
        .await;
    for speaker in &loud {
        listener.sees_and_hears(*speaker, 25).await;
    }
    let quiet = speakers[0].id;
    let before = listener.peer.report().frames_heard_of(quiet);
    listener.sees_and_hears(loud[0], 25).await;
    let after = listener.peer.report().frames_heard_of(quiet);
    assert!(after <= before + 1, "{before} and then {after}");
    house.stop().await;
}
