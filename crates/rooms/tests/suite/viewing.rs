//! Who is in whose slots: what is shown, what is off, who speaks, who goes.

use zoom_protocol::{ErrorCode, Event, Limits, SlotAssignment, SlotId, SlotKind, Sources};
use zoom_rooms::{MediaCommand, MemberRequest, Output};

use crate::common::*;

const WATCHER: u64 = 1;

/// Five people with peers; the first is the one who watches.
fn five() -> World {
    let mut world = World::new(Limits::default());
    for id in 1..=5 {
        world.join_with_peer(id);
    }
    world
}

fn slot(kind: SlotKind, index: u8) -> SlotId {
    SlotId { kind, index }
}

fn person(index: u8) -> SlotId {
    slot(SlotKind::Person, index)
}

fn voice(index: u8) -> SlotId {
    slot(SlotKind::Voice, index)
}

fn stage(index: u8) -> SlotId {
    slot(SlotKind::Stage, index)
}

/// What the watcher's client is told of its slots.
fn told_slots(outputs: &[Output]) -> Vec<(SlotId, Option<u64>)> {
    let mut told = Vec::new();
    for event in events(outputs, s(WATCHER)) {
        if let Event::Slots { slots } = event {
            let pair = |s: SlotAssignment| (s.slot, s.participant.map(|id| id.0));
            told.extend(slots.into_iter().map(pair));
        }
    }
    told
}

type Assigned = (SlotId, Option<u64>, Option<(u16, u16)>);

/// What the media thread is told of the watcher's slots.
fn assigned(outputs: &[Output]) -> Vec<Assigned> {
    let mut assigned = Vec::new();
    for command in commands(outputs) {
        if let MediaCommand::Assign {
            subscriber,
            slot,
            publisher,
            size,
        } = command
            && subscriber == p(WATCHER)
        {
            assigned.push((slot, publisher.map(|id| id.0), size));
        }
    }
    assigned
}

#[test]
fn shown_people_get_slots_in_the_order_of_importance() {
    let mut world = five();
    let outputs = world.view(s(1), &[3, 2, 1, 9]);
    let size = Some((320, 180));
    assert_eq!(
        assigned(&outputs),
        [(person(0), Some(3), size), (person(1), Some(2), size)],
        "neither oneself nor who is not here"
    );
    assert_eq!(
        told_slots(&outputs),
        [(person(0), Some(3)), (person(1), Some(2))]
    );
}

#[test]
fn who_is_still_shown_stays_and_only_changes_are_told() {
    let mut world = five();
    world.view(s(1), &[3, 2, 4]);
    let outputs = world.view(s(1), &[5, 4, 3]);
    assert_eq!(told_slots(&outputs), [(person(1), Some(5))]);
    let outputs = world.view(s(1), &[3, 4, 5]);
    assert_eq!(told_slots(&outputs), []);
    assert_eq!(assigned(&outputs), []);
}

#[test]
fn another_size_is_told_to_the_media_thread_alone() {
    let mut world = five();
    world.view(s(1), &[3]);
    let outputs = world.view_tiles(s(1), vec![camera(3, 1280, 720)]);
    assert_eq!(
        assigned(&outputs),
        [(person(0), Some(3), Some((1280, 720)))]
    );
    assert_eq!(told_slots(&outputs), []);
}

#[test]
fn who_is_hidden_loses_the_slot() {
    let mut world = five();
    world.view(s(1), &[3, 2]);
    let outputs = world.view(s(1), &[2]);
    assert_eq!(assigned(&outputs), [(person(0), None, None)]);
    assert_eq!(told_slots(&outputs), [(person(0), None)]);
    assert_eq!(
        told_slots(&world.view(s(1), &[2, 3])),
        [(person(0), Some(3))]
    );
}

#[test]
fn who_speaks_while_hidden_keeps_the_slot_without_a_picture_until_they_cease() {
    let mut world = five();
    world.view(s(1), &[3, 2]);
    world.speakers(&[3]);
    let outputs = world.view(s(1), &[2]);
    assert_eq!(assigned(&outputs), [(person(0), Some(3), None)]);
    assert_eq!(told_slots(&outputs), []);
    assert_eq!(told_slots(&world.speakers(&[])), [(person(0), None)]);
}

#[test]
fn a_camera_that_is_off_takes_the_picture_and_leaves_the_slot() {
    let mut world = five();
    world.view(s(1), &[3]);
    let muted = Sources {
        microphone: true,
        ..OFF
    };
    let outputs = world.publish(s(3), muted);
    assert_eq!(assigned(&outputs), [(person(0), Some(3), None)]);
    assert_eq!(told_slots(&outputs), []);
    let on = Sources {
        camera: true,
        ..muted
    };
    let outputs = world.publish(s(3), on);
    assert_eq!(assigned(&outputs), [(person(0), Some(3), Some((320, 180)))]);
}

#[test]
fn a_tile_without_an_area_shows_no_picture() {
    let mut world = five();
    let outputs = world.view_tiles(s(1), vec![camera(3, 0, 180)]);
    assert_eq!(assigned(&outputs), [(person(0), Some(3), None)]);
}

#[test]
fn a_screen_goes_on_the_stage_beside_its_owners_person_slot() {
    let mut world = five();
    let sources = Sources {
        microphone: true,
        camera: true,
        screen: true,
        screen_audio: false,
    };
    world.publish(s(2), sources);
    let tiles = vec![screen(2, 1920, 1080), camera(2, 160, 90)];
    let outputs = world.view_tiles(s(1), tiles);
    assert_eq!(
        assigned(&outputs),
        [
            (person(0), Some(2), Some((160, 90))),
            (stage(0), Some(2), Some((1920, 1080)))
        ]
    );
    let outputs = world.publish(
        s(2),
        Sources {
            screen: false,
            ..sources
        },
    );
    assert_eq!(assigned(&outputs), [(stage(0), Some(2), None)]);
}

#[test]
fn a_screens_sound_is_heard_where_the_screen_is_not_shown() {
    let mut world = five();
    let sources = Sources {
        screen: true,
        screen_audio: true,
        ..OFF
    };
    let outputs = world.publish(s(2), sources);
    assert_eq!(assigned(&outputs), [(stage(0), Some(2), None)]);
    assert_eq!(told_slots(&outputs), [(stage(0), Some(2))]);
    let outputs = world.publish(s(2), OFF);
    assert_eq!(told_slots(&outputs), [(stage(0), None)]);
}

#[test]
fn who_speaks_without_being_shown_gets_a_voice_slot() {
    let mut world = five();
    world.view(s(1), &[2]);
    let outputs = world.speakers(&[2, 3, 1, 4]);
    assert_eq!(
        assigned(&outputs),
        [(voice(0), Some(3), None), (voice(1), Some(4), None)]
    );
    // Shown from here on: heard through the person slot, and not twice.
    let outputs = world.view(s(1), &[2, 3]);
    assert_eq!(
        told_slots(&outputs),
        [(person(1), Some(3)), (voice(0), None)]
    );
}

#[test]
fn who_has_not_spoken_for_the_longest_makes_room_for_a_voice() {
    let mut limits = Limits::default();
    limits.loudest = 3;
    let mut world = World::new(limits);
    for id in 1..=9 {
        world.join_with_peer(id);
    }
    world.speakers(&[2, 3, 4]);
    world.speakers(&[3]);
    world.speakers(&[4, 3]);
    world.speakers(&[3]);
    // Two ceased before four; three still speaks.
    assert_eq!(told_slots(&world.speakers(&[5, 3])), [(voice(0), Some(5))]);
    assert_eq!(
        told_slots(&world.speakers(&[6, 5, 3])),
        [(voice(2), Some(6))]
    );
    assert_eq!(
        told_slots(&world.speakers(&[7, 6, 5])),
        [(voice(1), Some(7))]
    );
    let unheard = told_slots(&world.speakers(&[8, 7, 6]));
    assert_eq!(unheard, [(voice(0), Some(8))]);
}

#[test]
fn everybody_is_told_who_speaks_the_loudest_first() {
    let mut limits = Limits::default();
    limits.loudest = 2;
    let mut world = World::new(limits);
    for id in 1..=4 {
        world.join_with_peer(id);
    }
    let told = |outputs: &[Output]| -> Vec<Event> {
        let mut events = events(outputs, s(4));
        events.retain(|event| matches!(event, Event::Speakers { .. }));
        events
    };
    let speakers = |ids: &[u64]| Event::Speakers {
        participants: ids.iter().map(|id| p(*id)).collect(),
    };
    assert_eq!(told(&world.speakers(&[3, 9, 1, 2])), [speakers(&[3, 1])]);
    assert_eq!(told(&world.speakers(&[3, 1, 4])), [], "nothing changed");
    let outputs = world.request(s(3), MemberRequest::Leave);
    assert_eq!(told(&outputs), [speakers(&[1])]);
    assert_eq!(told(&world.speakers(&[])), [speakers(&[])]);
}

#[test]
fn a_departure_frees_the_slot_and_says_so() {
    let mut world = five();
    world.view(s(1), &[3, 2]);
    world.speakers(&[4]);
    let outputs = world.request(s(3), MemberRequest::Leave);
    assert_eq!(told_slots(&outputs), [(person(0), None)]);
    let outputs = world.request(s(4), MemberRequest::Leave);
    assert_eq!(told_slots(&outputs), [(voice(0), None)]);
    let removed = MediaCommand::RemovePeer { participant: p(4) };
    assert_eq!(commands(&outputs).last(), Some(&removed));
}

#[test]
fn who_is_cut_off_keeps_their_slots_and_others_keep_seeing_them() {
    let mut world = five();
    world.view(s(1), &[3, 2]);
    let outputs = world.disconnect(s(3));
    assert_eq!(commands(&outputs), []);
}

#[test]
fn too_many_tiles_are_refused_and_the_view_stays() {
    let mut limits = Limits::default();
    limits.view_tiles = 2;
    let mut world = World::new(limits);
    for id in 1..=4 {
        world.join_with_peer(id);
    }
    world.view(s(1), &[2]);
    let outputs = world.view(s(1), &[2, 3, 4]);
    assert_eq!(error(&outputs, s(1)), ErrorCode::TooManyTiles);
    assert_eq!(commands(&outputs), []);
}

#[test]
fn publishing_is_told_to_everybody_once() {
    let mut world = five();
    let on = Sources {
        microphone: true,
        camera: true,
        ..OFF
    };
    assert_eq!(
        events(&world.publish(s(2), on), s(1)),
        [],
        "nothing changed"
    );
    let outputs = world.publish(s(2), OFF);
    for id in 1..=5 {
        let [Event::ParticipantChanged { participant }] = &events(&outputs, s(id))[..] else {
            panic!("{outputs:#?}");
        };
        assert_eq!(participant.sources, OFF);
    }
}
