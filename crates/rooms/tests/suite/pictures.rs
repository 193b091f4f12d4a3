//! Pictures that the way to a subscriber does not carry: who is told, and until when it holds.

use zoom_protocol::{Event, Limits, MediaEndReason, SlotId, SlotKind};
use zoom_rooms::{Input, Output, SocketId};

use crate::common::*;

const BACK: SocketId = SocketId(77);
const FIRST: SlotId = SlotId {
    kind: SlotKind::Person,
    index: 0,
};

/// Three people with peers; the first sees the two others.
fn three() -> World {
    let mut world = World::new(Limits::default());
    for id in 1..=3 {
        world.join_with_peer(id);
    }
    world.view(s(1), &[2, 3]);
    world
}

/// The way to the first does not carry the picture of `publisher`, or does again.
fn picture(world: &mut World, publisher: u64, paused: bool) -> Vec<Output> {
    world.feed(Input::Picture {
        participant: p(1),
        slot: FIRST,
        publisher: p(publisher),
        paused,
    })
}

fn told(paused: bool) -> Event {
    Event::Picture {
        slot: FIRST,
        paused,
    }
}

/// The slots that are paused as somebody who comes back is told.
fn paused(world: &mut World) -> Vec<SlotId> {
    resumed(&world.resume(1, BACK, 0), BACK).unwrap().paused
}

#[test]
fn a_pause_is_told_once_and_to_the_one_whose_slot_it_is() {
    let mut world = three();
    let outputs = picture(&mut world, 2, true);
    assert_eq!(outputs.len(), 1);
    assert_eq!(events(&outputs, s(1)), [told(true)]);
    assert_eq!(picture(&mut world, 2, true), []);
    assert_eq!(events(&picture(&mut world, 2, false), s(1)), [told(false)]);
    assert_eq!(picture(&mut world, 2, false), []);
}

#[test]
fn who_comes_back_is_told_what_is_paused() {
    let mut world = three();
    picture(&mut world, 2, true);
    world.disconnect(s(1));
    assert_eq!(paused(&mut world), [FIRST]);
    assert_eq!(events(&picture(&mut world, 2, false), BACK), [told(false)]);
}

#[test]
fn a_pause_while_somebody_is_away_is_in_what_they_come_back_to() {
    let mut world = three();
    world.disconnect(s(1));
    assert_eq!(picture(&mut world, 2, true), []);
    assert_eq!(paused(&mut world), [FIRST]);
}

#[test]
fn who_comes_into_a_slot_is_not_paused_there() {
    let mut world = three();
    picture(&mut world, 2, true);
    world.view(s(1), &[3]);
    world.join_with_peer(4);
    world.view(s(1), &[3, 4]);
    assert_eq!(
        picture(&mut world, 2, true),
        [],
        "said of who is there no more"
    );
    assert_eq!(paused(&mut world), []);
    assert_eq!(events(&picture(&mut world, 4, true), BACK), [told(true)]);
}

#[test]
fn another_size_changes_nothing_about_a_pause() {
    let mut world = three();
    picture(&mut world, 2, true);
    world.view_tiles(s(1), vec![camera(2, 1280, 720)]);
    assert_eq!(paused(&mut world), [FIRST]);
}

#[test]
fn nothing_is_paused_after_the_end_of_a_peer() {
    let mut world = World::new(Limits::default());
    let made_by = negotiations(&world.join_with_peer(1))[0].negotiation;
    world.join_with_peer(2);
    world.view(s(1), &[2]);
    picture(&mut world, 2, true);
    let outputs = world.feed(Input::MediaEnded {
        participant: p(1),
        made_by,
        reason: MediaEndReason::Lost,
    });
    let ended = Event::MediaEnded {
        reason: MediaEndReason::Lost,
    };
    assert_eq!(events(&outputs, s(1)), [ended]);
    world.media(s(1), true, offer(9, 3, 1));
    assert_eq!(paused(&mut world), []);
}

#[test]
fn a_slot_that_a_replacement_lacks_is_not_paused() {
    let mut world = three();
    picture(&mut world, 2, true);
    world.media(s(1), true, offer(0, 3, 0));
    assert_eq!(paused(&mut world), []);
}
