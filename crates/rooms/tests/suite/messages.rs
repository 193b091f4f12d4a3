//! A message is answered once it is on disk, and everybody sees the same order.

use zoom_protocol::{Answer, EntryBody, ErrorCode, Event, Limits, Posted};
use zoom_rooms::{AppendOutcome, AppendRefusal, Input, MemberRequest, Output, SocketId};

use crate::common::*;

#[test]
fn a_message_is_answered_first_and_then_told_to_everybody() {
    let mut world = World::new(Limits::default());
    world.join(1, "Kim");
    world.join(2, "Lee");
    world.hold_appends = true;
    let outputs = world.post(s(1), "a", "안녕");
    let append = appends(&outputs).remove(0);
    assert_eq!(
        outputs.len(),
        1,
        "nothing before it is on disk: {outputs:?}"
    );
    assert_eq!(append.unix_ms, world.now().unix_ms);

    let outcome = world.append(&append);
    let outputs = world.feed(outcome);
    let [
        Output::Answer {
            answer: Answer::Posted(Posted { number: 1, .. }),
            ..
        },
        Output::Event {
            event: Event::Entry { entry },
            ..
        },
    ] = &outputs[..]
    else {
        panic!("{outputs:#?}");
    };
    assert_eq!(entry.sender.name.as_str(), "Kim");
    let body = EntryBody::Message("안녕".parse::<zoom_protocol::MessageText>().unwrap().into());
    assert_eq!(entry.body, body);
    assert_eq!(told(&outputs, s(1)), [1], "its sender too");
    assert_eq!(told(&outputs, s(2)), [1]);
}

#[test]
fn a_repeat_is_answered_and_not_told_again() {
    let mut world = World::new(Limits::default());
    world.join(1, "Kim");
    let first = answer(&world.post(s(1), "a", "hi"), s(1));
    let outputs = world.post(s(1), "a", "something else");
    assert_eq!(answer(&outputs, s(1)), first);
    assert_eq!(events(&outputs, s(1)), []);
}

#[test]
fn a_message_that_was_not_kept_is_refused_and_not_told() {
    for (refusal, code) in [
        (AppendRefusal::StorageFull, ErrorCode::StorageFull),
        (AppendRefusal::StorageFailed, ErrorCode::StorageFailed),
        (AppendRefusal::Busy, ErrorCode::Busy),
    ] {
        let mut world = World::new(Limits::default());
        world.join(1, "Kim");
        world.hold_appends = true;
        let append = appends(&world.post(s(1), "a", "hi")).remove(0).append;
        let outcome = AppendOutcome::Refused(refusal);
        let outputs = world.feed(Input::Appended { append, outcome });
        assert_eq!(error(&outputs, s(1)), code);
        assert_eq!(events(&outputs, s(1)), []);
        world.hold_appends = false;
        assert_eq!(told(&world.post(s(1), "a", "hi"), s(1)), [1]);
    }
}

#[test]
fn too_many_messages_that_wait_for_the_disk_are_refused() {
    let mut limits = Limits::default();
    limits.room_appends = 3;
    let mut world = World::new(limits);
    world.join(1, "Kim");
    world.hold_appends = true;
    let mut waiting = Vec::new();
    for n in 0..3 {
        waiting.extend(appends(&world.post(s(1), &format!("m{n}"), "hi")));
    }
    let outputs = world.post(s(1), "m3", "hi");
    assert_eq!(error(&outputs, s(1)), ErrorCode::Busy);
    let outcome = world.append(&waiting[0]);
    world.feed(outcome);
    assert_eq!(appends(&world.post(s(1), "m3", "hi")).len(), 1);
}

#[test]
fn a_flood_of_messages_is_slowed_down_to_the_rate() {
    let mut limits = Limits::default();
    limits.posts_burst = 3;
    limits.posts_per_second = 2;
    let mut world = World::new(limits);
    world.join(1, "Kim");
    world.join(2, "Lee");
    let post = |world: &mut World, n: u64| {
        let outputs = world.post(s(1), &format!("m{n}"), "hi");
        !matches!(answer(&outputs, s(1)), Answer::Error(error) if error.code == ErrorCode::TooFast)
    };
    assert_eq!(
        [0, 1, 2, 3].map(|n| post(&mut world, n)),
        [true, true, true, false]
    );
    world.pass(500);
    assert_eq!([4, 5].map(|n| post(&mut world, n)), [true, false]);
    assert_eq!(told(&world.post(s(2), "of-another", "hi"), s(1)), [5]);
}

#[test]
fn a_message_whose_sender_has_gone_is_still_told_to_the_others() {
    let mut world = World::new(Limits::default());
    world.join(1, "Kim");
    world.join(2, "Lee");
    world.hold_appends = true;
    let append = appends(&world.post(s(1), "a", "hi")).remove(0);
    world.request(s(1), MemberRequest::Leave);
    let outcome = world.append(&append);
    let outputs = world.feed(outcome);
    assert_eq!(answers(&outputs, s(1)), []);
    assert_eq!(told(&outputs, s(2)), [1]);
}

#[test]
fn a_room_with_a_message_on_its_way_to_the_disk_is_not_empty() {
    let mut world = World::new(Limits::default());
    world.join(1, "Kim");
    world.hold_appends = true;
    let append = appends(&world.post(s(1), "a", "hi")).remove(0);
    let outputs = world.request(s(1), MemberRequest::Leave);
    assert!(!outputs.contains(&Output::Empty));
    let outcome = world.append(&append);
    assert_eq!(world.feed(outcome), [Output::Empty]);
}

#[test]
fn the_answer_goes_to_the_line_that_asked_and_to_no_other() {
    let mut world = World::new(Limits::default());
    world.join(1, "Kim");
    world.hold_appends = true;
    let append = appends(&world.post(s(1), "a", "hi")).remove(0);
    let back = SocketId(77);
    world.resume(1, back, 0);
    let outcome = world.append(&append);
    let outputs = world.feed(outcome);
    assert_eq!(answers(&outputs, s(1)), []);
    assert_eq!(answers(&outputs, back), []);
    assert_eq!(told(&outputs, back), [1]);
    world.hold_appends = false;
    let again = answer(&world.post(back, "a", "hi"), back);
    assert!(matches!(again, Answer::Posted(Posted { number: 1, .. })));
}
