//! What becomes of a message: it is edited, deleted and marked, and everybody is told once it is on
//! disk.

use zoom_protocol::{Answer, Delete, EntryBody, ErrorCode, Event, Limits};
use zoom_rooms::{Input, MemberRequest, Output};

use crate::common::*;

/// Kim has written number 1; Lee is there too.
fn two() -> World {
    let mut world = World::new(Limits::default());
    world.join(1, "Kim");
    world.join(2, "Lee");
    world.post(s(1), "a", "hi");
    world
}

#[test]
fn an_edit_is_answered_once_it_is_on_disk_and_told_to_everybody() {
    let mut world = two();
    world.hold_writes = true;
    let outputs = world.edit(s(1), 1, "hello");
    assert_eq!(outputs.len(), 1, "nothing before it is on disk");
    let outcome = world.write(&writes(&outputs)[0]);
    let outputs = world.feed(outcome);
    assert_eq!(answer(&outputs, s(1)), Answer::Done);
    for socket in [s(1), s(2)] {
        let [Event::EntryChanged { entry }] = &events(&outputs, socket)[..] else {
            panic!("{outputs:#?}");
        };
        let EntryBody::Message(message) = &entry.body else {
            panic!("{entry:?}");
        };
        assert_eq!(message.text.as_ref().unwrap().as_str(), "hello");
        assert_eq!(message.edited_ms, Some(world.now().unix_ms));
        assert_eq!((entry.number, entry.changed), (1, 2));
    }
}

#[test]
fn somebody_elses_message_stays_as_it_is() {
    let mut world = two();
    let before = world.disk.view(a(1));
    assert_eq!(error(&world.edit(s(2), 1, "x"), s(2)), ErrorCode::NotYours);
    assert_eq!(error(&world.delete(s(2), 1), s(2)), ErrorCode::NotYours);
    assert_eq!(error(&world.edit(s(2), 9, "x"), s(2)), ErrorCode::NoEntry);
    assert_eq!(world.disk.view(a(1)), before);
}

#[test]
fn who_comes_again_still_may_change_what_they_wrote() {
    let mut world = two();
    world.request(s(1), MemberRequest::Leave);
    let mut again = world.join_input(3, "Kim");
    again.author = a(1);
    world.feed(Input::Join(again));
    assert_eq!(answer(&world.edit(s(3), 1, "hello"), s(3)), Answer::Done);
}

#[test]
fn a_second_delete_is_done_and_told_to_nobody() {
    let mut world = two();
    let outputs = world.delete(s(1), 1);
    let [Event::EntryChanged { entry }] = &events(&outputs, s(2))[..] else {
        panic!("{outputs:#?}");
    };
    assert!(matches!(entry.body, EntryBody::Deleted { .. }));
    let outputs = world.delete(s(1), 1);
    assert_eq!(answer(&outputs, s(1)), Answer::Done);
    assert_eq!(events(&outputs, s(2)), []);
}

#[test]
fn of_an_edit_and_a_delete_that_race_the_one_that_is_written_first_decides() {
    let mut world = two();
    world.hold_writes = true;
    let mut writes_of = writes(&world.delete(s(1), 1));
    writes_of.extend(writes(&world.edit(s(1), 1, "too late")));
    let answers: Vec<Answer> = writes_of
        .iter()
        .map(|write| {
            let outcome = world.write(write);
            answer(&world.feed(outcome), s(1))
        })
        .collect();
    assert_eq!(answers[0], Answer::Done);
    let Answer::Error(refused) = &answers[1] else {
        panic!("{answers:?}");
    };
    assert_eq!(refused.code, ErrorCode::NotChangeable);
}

#[test]
fn an_emoji_is_told_with_who_put_it_there_and_how_many_have_it() {
    let mut world = two();
    world.mark(s(1), 1, "👏");
    let outputs = world.mark(s(2), 1, "👏");
    assert_eq!(answer(&outputs, s(2)), Answer::Done);
    let told = events(&outputs, s(1));
    let [
        Event::Marked {
            number: 1,
            changed: 3,
            by,
            on: true,
            count: 2,
            ..
        },
    ] = &told[..]
    else {
        panic!("{told:#?}");
    };
    assert_eq!((by.author, by.name.as_str()), (a(2), "Lee"));
    assert_eq!(events(&world.mark(s(2), 1, "👏"), s(1)), [], "it is there");
}

#[test]
fn edits_and_deletes_count_as_posts_and_emoji_for_themselves() {
    let mut limits = Limits::default();
    limits.posts_burst = 2;
    limits.posts_per_second = 1;
    limits.marks_burst = 2;
    limits.marks_per_second = 1;
    let mut world = World::with_entries(limits, entries(1));
    world.join(1, "Kim");
    world.post(s(1), "a", "hi");
    world.edit(s(1), 2, "hello");
    assert_eq!(error(&world.edit(s(1), 2, "x"), s(1)), ErrorCode::TooFast);
    assert_eq!(error(&world.delete(s(1), 2), s(1)), ErrorCode::TooFast);
    world.mark(s(1), 1, "👏");
    world.mark(s(1), 1, "❤️");
    assert_eq!(error(&world.mark(s(1), 1, "🎉"), s(1)), ErrorCode::TooFast);
    world.pass(1_000);
    assert_eq!(answer(&world.delete(s(1), 2), s(1)), Answer::Done);
}

#[test]
fn what_waits_for_the_disk_is_bounded_whatever_it_is() {
    let mut limits = Limits::default();
    limits.room_appends = 2;
    let mut world = World::with_entries(limits, entries(1));
    world.join(1, "Kim");
    world.hold_writes = true;
    world.mark(s(1), 1, "👏");
    world.mark(s(1), 1, "❤️");
    assert_eq!(error(&world.mark(s(1), 1, "🎉"), s(1)), ErrorCode::Busy);
    let delete = MemberRequest::Delete(Delete { number: 1 });
    assert_eq!(error(&world.request(s(1), delete), s(1)), ErrorCode::Busy);
}

#[test]
fn what_expires_is_told_to_everybody() {
    let mut world = two();
    let outputs = world.feed(Input::Expired { before: 2 });
    let expired = Event::Expired { before: 2 };
    assert_eq!(events(&outputs, s(1)), std::slice::from_ref(&expired));
    assert_eq!(events(&outputs, s(2)), [expired]);
    assert!(!outputs.contains(&Output::Empty));
}
