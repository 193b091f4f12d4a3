//! A participant outlives their socket, and comes back on another one.

use zoom_protocol::{ErrorCode, Event, LeaveReason, Limits, SlotKind, Sources, close_code};
use zoom_rooms::{Input, MediaCommand, MemberRequest, Output, SocketId};

use crate::common::*;

const BACK: SocketId = SocketId(77);

fn connected(outputs: &[Output], to: SocketId) -> Vec<bool> {
    events(outputs, to)
        .into_iter()
        .map(|event| {
            let Event::ParticipantChanged { participant } = event else {
                panic!("{event:?}");
            };
            participant.connected
        })
        .collect()
}

#[test]
fn who_is_cut_off_is_shown_so_and_is_lost_after_the_time_to_resume() {
    let mut world = World::new(Limits::default());
    world.join(1, "Kim");
    world.join(2, "Lee");
    assert_eq!(connected(&world.disconnect(s(2)), s(1)), [false]);
    assert_eq!(world.pass(29_999), []);
    let lost = Event::ParticipantLeft {
        participant: p(2),
        reason: LeaveReason::Lost,
    };
    assert_eq!(events(&world.pass(1), s(1)), [lost]);
    let outputs = world.resume(2, BACK, 0);
    assert_eq!(resumed(&outputs, BACK), Err(ErrorCode::ResumeRefused));
}

#[test]
fn the_last_one_to_be_lost_leaves_an_empty_room() {
    let mut world = World::new(Limits::default());
    world.join(1, "Kim");
    assert!(!world.disconnect(s(1)).contains(&Output::Empty));
    assert_eq!(world.pass(30_000).last(), Some(&Output::Empty));
}

#[test]
fn who_comes_back_in_time_is_the_same_participant() {
    let mut world = World::new(Limits::default());
    world.join(1, "Kim");
    world.join_with_peer(2);
    world.view(s(2), &[1]);
    world.disconnect(s(2));
    world.pass(20_000);
    let outputs = world.resume(2, BACK, 0);
    let room = resumed(&outputs, BACK).unwrap();
    assert_eq!(room.you, p(2));
    assert!(room.peer, "media flowed meanwhile");
    assert_eq!(room.media, None);
    let shown = room
        .slots
        .iter()
        .find(|slot| slot.participant == Some(p(1)));
    assert_eq!(shown.unwrap().slot.kind, SlotKind::Person);
    assert_eq!(connected(&outputs, s(1)), [true]);
    assert_eq!(commands(&outputs), [], "nothing changed for the media");
    assert_eq!(world.pass(60_000), [], "they are not lost any more");
    assert_eq!(told(&world.post(s(1), "a", "hi"), BACK), [1]);
}

#[test]
fn a_second_socket_takes_over_from_the_first() {
    let mut world = World::new(Limits::default());
    world.join(1, "Kim");
    world.join(2, "Lee");
    world.typing(s(2), true);
    let outputs = world.resume(2, BACK, 0);
    assert!(resumed(&outputs, BACK).is_ok());
    assert_eq!(closes(&outputs), [(s(2), close_code::REPLACED)]);
    let typing = Event::Typing {
        participant: p(2),
        typing: false,
    };
    assert_eq!(events(&outputs, s(1)), [typing]);
    assert_eq!(
        world.disconnect(s(2)),
        [],
        "the old socket says nothing any more"
    );
    let outputs = world.typing(s(2), true);
    assert_eq!(error(&outputs, s(2)), ErrorCode::JoinFirst);
    assert!(told(&world.post(s(1), "a", "hi"), s(2)).is_empty());
}

#[test]
fn what_was_missed_comes_with_the_resume_and_nothing_comes_twice() {
    let mut world = World::with_entries(Limits::default(), entries(10));
    world.join(1, "Kim");
    world.join(2, "Lee");
    world.disconnect(s(2));
    for n in 0..3 {
        world.post(s(1), &format!("m{n}"), "hi");
    }
    world.edit(s(1), 11, "hello");
    world.hold_writes = true;
    let held = writes(&world.post(s(1), "m3", "hi")).remove(0);
    // The disk has the fourth; the room has yet to tell it.
    let outcome = world.write(&held);
    let outputs = world.resume(2, BACK, 10);
    let room = resumed(&outputs, BACK).unwrap();
    assert_eq!(room.timeline.entries, []);
    assert_eq!(numbers(&room.changes.unwrap()), [12, 13, 11, 15]);
    assert_eq!(room.last, 15);
    let outputs = world.feed(outcome);
    assert_eq!(told(&outputs, BACK), [] as [u64; 0]);
    assert_eq!(told(&outputs, s(1)), [15]);
    world.hold_writes = false;
    assert_eq!(told(&world.post(s(1), "m4", "hi"), BACK), [16]);
}

#[test]
fn what_comes_while_the_changes_are_read_is_told_behind_them() {
    let mut world = World::with_entries(Limits::default(), entries(10));
    world.join(1, "Kim");
    world.join(2, "Lee");
    world.disconnect(s(2));
    world.hold_reads = true;
    let outputs = world.resume(2, BACK, 7);
    let read = reads(&outputs).remove(0);
    let page = world.read(&read);
    assert!(told(&world.post(s(1), "late", "hi"), BACK).is_empty());
    let outputs = world.feed(page);
    let room = resumed(&outputs, BACK).unwrap();
    assert_eq!(numbers(&room.changes.unwrap()), [8, 9, 10]);
    assert_eq!(told(&outputs, BACK), [11]);
    assert_eq!(told(&outputs, s(1)), [] as [u64; 0]);
}

#[test]
fn who_missed_more_than_a_page_gets_the_newest_page() {
    let mut limits = Limits::default();
    limits.page_entries = 5;
    let mut world = World::with_entries(limits, entries(20));
    world.join(1, "Kim");
    for (after, page, changes) in [
        (14, vec![16, 17, 18, 19, 20], None),
        (15, vec![], Some(vec![16, 17, 18, 19, 20])),
        (18, vec![], Some(vec![19, 20])),
        (20, vec![], Some(vec![])),
        (0, vec![16, 17, 18, 19, 20], None),
        (21, vec![16, 17, 18, 19, 20], None),
    ] {
        let socket = SocketId(100 + after);
        let room = resumed(&world.resume(1, socket, after), socket).unwrap();
        assert_eq!(numbers(&room.timeline.entries), page, "after {after}");
        let told = room.changes.map(|changes| numbers(&changes));
        assert_eq!(told, changes, "after {after}");
        assert_eq!(room.last, 20);
    }
}

#[test]
fn after_a_restart_a_participant_is_made_again_with_the_same_id() {
    let mut world = World::with_entries(Limits::default(), entries(2));
    world.join(1, "Kim");
    let mut input = world.resume_input(2, BACK, 1);
    input.recreate = true;
    let outputs = world.feed(Input::Resume(input));
    let room = resumed(&outputs, BACK).unwrap();
    assert_eq!(room.you, p(2));
    assert!(!room.peer);
    assert_eq!(numbers(&room.changes.unwrap()), [2]);
    let [Event::ParticipantJoined { participant }] = &events(&outputs, s(1))[..] else {
        panic!("{outputs:#?}");
    };
    assert_eq!(participant.person.participant, p(2));
    assert_eq!(participant.sources, OFF);
}

#[test]
fn views_find_people_who_come_back_after_a_restart() {
    let mut world = World::new(Limits::default());
    world.join_with_peer(1);
    world.view(s(1), &[2]);
    let mut input = world.resume_input(2, BACK, 0);
    input.recreate = true;
    let outputs = world.feed(Input::Resume(input));
    let told = events(&outputs, s(1));
    assert!(matches!(
        told[..],
        [Event::ParticipantJoined { .. }, Event::Slots { .. }]
    ));
}

#[test]
fn a_resume_that_is_cut_off_while_it_waits_leaves_everything_as_it_was() {
    let mut world = World::with_entries(Limits::default(), entries(3));
    world.join(1, "Kim");
    world.disconnect(s(1));
    world.hold_reads = true;
    let read = reads(&world.resume(1, BACK, 1)).remove(0);
    world.disconnect(BACK);
    let page = world.read(&read);
    assert_eq!(world.feed(page), []);
    assert_eq!(world.pass(30_000).last(), Some(&Output::Empty));
}

#[test]
fn who_is_lost_while_their_page_is_read_is_refused() {
    let mut world = World::with_entries(Limits::default(), entries(3));
    world.join(1, "Kim");
    world.disconnect(s(1));
    world.pass(29_000);
    world.hold_reads = true;
    let read = reads(&world.resume(1, BACK, 1)).remove(0);
    world.pass(1_000);
    let page = world.read(&read);
    let outputs = world.feed(page);
    assert_eq!(resumed(&outputs, BACK), Err(ErrorCode::ResumeRefused));
}

#[test]
fn a_timeline_that_cannot_be_read_refuses_the_resume_and_keeps_the_participant() {
    let mut world = World::with_entries(Limits::default(), entries(3));
    world.join(1, "Kim");
    world.disconnect(s(1));
    world.hold_reads = true;
    let read = reads(&world.resume(1, BACK, 1)).remove(0);
    let outputs = world.feed(read_failed(&read));
    assert_eq!(resumed(&outputs, BACK), Err(ErrorCode::StorageFailed));
    world.hold_reads = false;
    let again = SocketId(78);
    assert!(resumed(&world.resume(1, again, 1), again).is_ok());
}

#[test]
fn a_full_room_still_takes_its_own_people_back() {
    let mut limits = Limits::default();
    limits.room_participants = 1;
    let mut world = World::new(limits);
    world.join(1, "Kim");
    assert!(resumed(&world.resume(1, BACK, 0), BACK).is_ok());
    let mut input = world.resume_input(2, SocketId(78), 0);
    input.recreate = true;
    let outputs = world.feed(Input::Resume(input));
    assert_eq!(resumed(&outputs, SocketId(78)), Err(ErrorCode::RoomFull));
}

#[test]
fn who_left_does_not_come_back() {
    let mut world = World::new(Limits::default());
    world.join(1, "Kim");
    world.join(2, "Lee");
    world.request(s(2), MemberRequest::Leave);
    let outputs = world.resume(2, BACK, 0);
    assert_eq!(resumed(&outputs, BACK), Err(ErrorCode::ResumeRefused));
}

#[test]
fn sources_are_kept_while_somebody_is_cut_off() {
    let mut world = World::new(Limits::default());
    world.join(1, "Kim");
    let on = Sources {
        microphone: true,
        ..OFF
    };
    let outputs = world.publish(s(1), on);
    let set = MediaCommand::SetSources {
        participant: p(1),
        sources: on,
    };
    assert_eq!(commands(&outputs), [set]);
    world.disconnect(s(1));
    let room = resumed(&world.resume(1, BACK, 0), BACK).unwrap();
    assert_eq!(room.participants[0].sources, on);
    assert!(room.participants[0].connected);
}
