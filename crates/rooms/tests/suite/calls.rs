//! The record of a call: it begins, people come, and it ends.

use zoom_protocol::{CallRecord, Entry, EntryBody, ErrorCode, Event, Limits, MediaEndReason};
use zoom_rooms::{Change, Input, MemberRequest, Output, WriteOutcome};

use crate::common::*;

/// The states of calls that one socket is told of, in order.
fn calls(outputs: &[Output], to: zoom_rooms::SocketId) -> Vec<(u64, CallRecord)> {
    let call = |entry: Entry| match entry.body {
        EntryBody::Call(record) => Some((entry.number, record)),
        _ => None,
    };
    events(outputs, to)
        .into_iter()
        .filter_map(|event| match event {
            Event::Entry { entry } | Event::EntryChanged { entry } => call(*entry),
            _ => None,
        })
        .collect()
}

fn names(record: &CallRecord) -> Vec<u64> {
    record.people.iter().map(|it| it.participant.0).collect()
}

#[test]
fn a_call_begins_when_two_could_see_and_hear_and_somebody_has_something_on() {
    let mut world = World::new(Limits::default());
    world.join(9, "Who only reads");
    assert_eq!(writes(&world.join_with_peer(1)), []);
    let mut silent = world.join_input(3, "Silent");
    silent.media = Some(Box::new(offer(1, 1, 1)));
    let outputs = world.feed(Input::Join(silent));
    let [(1, record)] = &calls(&outputs, s(9))[..] else {
        panic!("{outputs:#?}");
    };
    assert_eq!((names(record), record.count), (vec![1, 3], 2));
    assert_eq!(record.ended_ms, None);
}

#[test]
fn people_without_anything_on_are_no_call() {
    let mut world = World::new(Limits::default());
    for id in [1, 2] {
        let mut silent = world.join_input(id, "Silent");
        silent.media = Some(Box::new(offer(1, 1, 1)));
        assert_eq!(writes(&world.feed(Input::Join(silent))), []);
    }
    let on = zoom_protocol::Sources {
        microphone: true,
        ..OFF
    };
    assert_eq!(calls(&world.publish(s(1), on), s(2)).len(), 1);
}

#[test]
fn who_comes_is_written_down_at_most_every_two_seconds() {
    let mut limits = Limits::default();
    limits.call_people = 3;
    let mut world = World::new(limits);
    world.join_with_peer(1);
    world.join_with_peer(2);
    for id in [3, 4, 5] {
        assert_eq!(writes(&world.join_with_peer(id)), []);
    }
    let outputs = world.pass(2_000);
    let [(1, record)] = &calls(&outputs, s(1))[..] else {
        panic!("{outputs:#?}");
    };
    assert_eq!((names(record), record.count), (vec![1, 2, 3], 5));
    assert_eq!(world.pass(60_000), [], "nothing more to say");
}

#[test]
fn who_comes_again_is_counted_once() {
    let mut world = World::new(Limits::default());
    world.join_with_peer(1);
    world.join_with_peer(2);
    world.request(s(2), MemberRequest::Leave);
    let mut again = world.join_input(3, "Person 2");
    again.author = a(2);
    again.media = Some(Box::new(offer(1, 1, 1)));
    world.feed(Input::Join(again));
    assert_eq!(
        writes(&world.pass(60_000)),
        [],
        "the same call, the same two"
    );
}

#[test]
fn a_call_ends_at_the_moment_in_which_fewer_than_two_were_left() {
    let mut world = World::new(Limits::default());
    world.join_with_peer(1);
    world.join_with_peer(2);
    world.pass(60_000);
    let left_ms = world.now().unix_ms;
    assert_eq!(writes(&world.request(s(2), MemberRequest::Leave)), []);
    assert_eq!(calls(&world.pass(9_999), s(1)), []);
    let outputs = world.pass(1);
    let [(1, record)] = &calls(&outputs, s(1))[..] else {
        panic!("{outputs:#?}");
    };
    assert_eq!(record.ended_ms, Some(left_ms));
    assert_eq!(world.pass(60_000), []);
    let outputs = world.join_with_peer(3);
    assert_eq!(calls(&outputs, s(1))[0].0, 3, "another call");
}

#[test]
fn a_call_ends_at_once_when_nobody_is_left_and_the_room_waits_for_that() {
    let mut world = World::new(Limits::default());
    world.join_with_peer(1);
    world.join_with_peer(2);
    world.request(s(2), MemberRequest::Leave);
    world.hold_writes = true;
    let outputs = world.request(s(1), MemberRequest::Leave);
    assert!(!outputs.contains(&Output::Empty));
    let write = writes(&outputs).remove(0);
    assert!(
        matches!(&write.change, Change::CallChanged { record, .. } if record.ended_ms.is_some())
    );
    let outcome = world.write(&write);
    assert_eq!(world.feed(outcome), [Output::Empty]);
    assert_eq!(world.room.poll_timeout(), None);
}

#[test]
fn a_call_that_ends_before_its_beginning_is_on_disk_is_written_down_whole() {
    let mut world = World::new(Limits::default());
    world.hold_writes = true;
    world.join_with_peer(1);
    let began = writes(&world.join_with_peer(2)).remove(0);
    world.request(s(1), MemberRequest::Leave);
    world.request(s(2), MemberRequest::Leave);
    let outcome = world.write(&began);
    let ended = writes(&world.feed(outcome)).remove(0);
    let outcome = world.write(&ended);
    assert_eq!(world.feed(outcome), [Output::Empty]);
    let EntryBody::Call(record) = &world.disk.view(a(1))[0].body else {
        panic!("no call");
    };
    assert!(record.ended_ms.is_some());
}

#[test]
fn a_peer_that_is_replaced_is_the_same_call() {
    let mut world = World::new(Limits::default());
    world.hold_offers = true;
    let made = |world: &mut World, id| {
        let negotiate = negotiations(&world.join_with_peer(id)).remove(0);
        world.feed(agreed(&negotiate));
        negotiate.negotiation
    };
    made(&mut world, 1);
    let made_by = made(&mut world, 2);
    world.hold_offers = false;
    world.feed(Input::MediaEnded {
        participant: p(2),
        made_by,
        reason: MediaEndReason::Lost,
    });
    world.pass(5_000);
    world.media(s(2), true, offer(1, 1, 1));
    assert_eq!(writes(&world.pass(60_000)), []);
}

#[test]
fn a_beginning_that_the_disk_did_not_keep_is_tried_again() {
    let mut world = World::new(Limits::default());
    world.hold_writes = true;
    world.join_with_peer(1);
    let write = writes(&world.join_with_peer(2)).remove(0).write;
    let outcome = WriteOutcome::Refused(ErrorCode::StorageFull);
    assert_eq!(writes(&world.feed(Input::Written { write, outcome })), []);
    world.hold_writes = false;
    assert_eq!(calls(&world.pass(2_000), s(1)).len(), 1);
}

#[test]
fn a_call_whose_entry_has_expired_is_begun_anew() {
    let mut world = World::new(Limits::default());
    world.join_with_peer(1);
    world.join_with_peer(2);
    world.disk.expire(2);
    world.pass(2_000);
    let outputs = world.join_with_peer(3);
    let [(_, record)] = &calls(&outputs, s(1))[..] else {
        panic!("{outputs:#?}");
    };
    assert_eq!(record.count, 3);
}

#[test]
fn a_call_that_the_last_run_left_open_is_ended_where_it_was_last_seen() {
    let mut world = World::new(Limits::default());
    world.join_with_peer(1);
    world.join_with_peer(2);
    let record = CallRecord {
        count: 2,
        ..CallRecord::default()
    };
    let disk = world.disk.clone();
    let mut world = World::new(Limits::default());
    world.disk = disk;
    let outputs = world.feed(Input::CallLeftOpen {
        number: 1,
        record,
        last_ms: 77,
    });
    assert_eq!(writes(&outputs).len(), 1);
    assert!(outputs.contains(&Output::Empty));
    let EntryBody::Call(record) = &world.disk.view(a(1))[0].body else {
        panic!("no call");
    };
    assert_eq!(record.ended_ms, Some(77));
}
