//! A message is answered once it is on disk, and everybody sees the same order.

use zoom_protocol::{Answer, AuthorId, EntryBody, ErrorCode, Event, Limits, Mention, MessageText};
use zoom_rooms::{Input, MemberRequest, Output, SocketId, WriteOutcome};

use crate::common::*;

#[test]
fn a_message_is_answered_first_and_then_told_to_everybody() {
    let mut world = World::new(Limits::default());
    world.join(1, "Kim");
    world.join(2, "Lee");
    world.hold_writes = true;
    let outputs = world.post(s(1), "a", "안녕");
    let write = writes(&outputs).remove(0);
    assert_eq!(
        outputs.len(),
        1,
        "nothing before it is on disk: {outputs:?}"
    );
    assert_eq!(write.unix_ms, world.now().unix_ms);

    let outcome = world.write(&write);
    let outputs = world.feed(outcome);
    let [
        Output::Answer {
            answer: Answer::Posted(posted),
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
    assert_eq!(posted.entry, **entry);
    assert_eq!(entry.number, 1);
    assert_eq!(entry.sender.name.as_str(), "Kim");
    assert_eq!(entry.sender.author, a(1));
    let body = EntryBody::Message("안녕".parse::<MessageText>().unwrap().into());
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
    for code in [
        ErrorCode::StorageFull,
        ErrorCode::StorageFailed,
        ErrorCode::Busy,
        ErrorCode::NoUpload,
        ErrorCode::BadThread,
    ] {
        let mut world = World::new(Limits::default());
        world.join(1, "Kim");
        world.hold_writes = true;
        let write = writes(&world.post(s(1), "a", "hi")).remove(0).write;
        let outcome = WriteOutcome::Refused(code);
        let outputs = world.feed(Input::Written { write, outcome });
        assert_eq!(error(&outputs, s(1)), code);
        assert_eq!(events(&outputs, s(1)), []);
        world.hold_writes = false;
        assert_eq!(told(&world.post(s(1), "a", "hi"), s(1)), [1]);
    }
}

#[test]
fn too_many_messages_that_wait_for_the_disk_are_refused() {
    let mut limits = Limits::default();
    limits.room_appends = 3;
    let mut world = World::new(limits);
    world.join(1, "Kim");
    world.hold_writes = true;
    let mut waiting = Vec::new();
    for n in 0..3 {
        waiting.extend(writes(&world.post(s(1), &format!("m{n}"), "hi")));
    }
    let outputs = world.post(s(1), "m3", "hi");
    assert_eq!(error(&outputs, s(1)), ErrorCode::Busy);
    let outcome = world.write(&waiting[0]);
    world.feed(outcome);
    assert_eq!(writes(&world.post(s(1), "m3", "hi")).len(), 1);
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
    world.hold_writes = true;
    let write = writes(&world.post(s(1), "a", "hi")).remove(0);
    world.request(s(1), MemberRequest::Leave);
    let outcome = world.write(&write);
    let outputs = world.feed(outcome);
    assert_eq!(answers(&outputs, s(1)), []);
    assert_eq!(told(&outputs, s(2)), [1]);
}

#[test]
fn a_room_with_a_message_on_its_way_to_the_disk_is_not_empty() {
    let mut world = World::new(Limits::default());
    world.join(1, "Kim");
    world.hold_writes = true;
    let write = writes(&world.post(s(1), "a", "hi")).remove(0);
    let outputs = world.request(s(1), MemberRequest::Leave);
    assert!(!outputs.contains(&Output::Empty));
    let outcome = world.write(&write);
    assert_eq!(world.feed(outcome), [Output::Empty]);
}

#[test]
fn the_answer_goes_to_the_line_that_asked_and_to_no_other() {
    let mut world = World::new(Limits::default());
    world.join(1, "Kim");
    world.hold_writes = true;
    let write = writes(&world.post(s(1), "a", "hi")).remove(0);
    let back = SocketId(77);
    world.resume(1, back, 0);
    let outcome = world.write(&write);
    let outputs = world.feed(outcome);
    assert_eq!(answers(&outputs, s(1)), []);
    assert_eq!(answers(&outputs, back), []);
    assert_eq!(told(&outputs, back), [1]);
    world.hold_writes = false;
    let Answer::Posted(again) = answer(&world.post(back, "a", "hi"), back) else {
        panic!("not posted");
    };
    assert_eq!(again.entry.number, 1);
}

#[test]
fn a_message_without_words_or_files_is_none() {
    let mut world = World::new(Limits::default());
    world.join(1, "Kim");
    let outputs = world.post_with(s(1), "a", |post| post.text = None);
    assert_eq!(error(&outputs, s(1)), ErrorCode::BadText);
    let outputs = world.post_with(s(1), "a", |post| {
        post.text = None;
        post.files = vec!["upload-1".parse().unwrap()];
    });
    assert_eq!(writes(&outputs).len(), 1);
}

#[test]
fn a_flood_of_mentions_or_of_files_is_refused_before_anything_is_written() {
    let mut limits = Limits::default();
    limits.mentions = 2;
    limits.message_files = 1;
    let mut world = World::new(limits);
    world.join(1, "Kim");
    let mention = |n| Mention {
        author: AuthorId(n),
        name: "Lee".parse().unwrap(),
    };
    let outputs = world.post_with(s(1), "a", |post| {
        post.mentions = (0..3).map(mention).collect()
    });
    assert_eq!(error(&outputs, s(1)), ErrorCode::BadField);
    assert_eq!(writes(&outputs), []);
    let file = |n: u32| format!("upload-{n}").parse().unwrap();
    let outputs = world.post_with(s(1), "a", |post| post.files = (0..2).map(file).collect());
    assert_eq!(error(&outputs, s(1)), ErrorCode::BadField);
    let outputs = world.post_with(s(1), "a", |post| {
        post.mentions = (0..2).map(mention).collect();
        post.files = vec![file(0)];
    });
    assert_eq!(told(&outputs, s(1)), [1]);
}
