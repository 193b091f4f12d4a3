//! Older pages, read for one participant.

use zoom_protocol::{Answer, ErrorCode, Event, History, Limits, Page, PageAt};
use zoom_rooms::{MemberRequest, Output, SocketId, Wanted};

use crate::common::*;

fn history(world: &mut World, socket: SocketId, before: u64) -> Vec<Output> {
    world.request(socket, MemberRequest::History(History::before(before)))
}

fn page(outputs: &[Output], to: SocketId) -> Page {
    match answer(outputs, to) {
        Answer::History(page) => page,
        other => panic!("{other:?}"),
    }
}

#[test]
fn pages_lead_back_from_what_one_has() {
    let mut limits = Limits::default();
    limits.page_entries = 4;
    let mut world = World::with_entries(limits, entries(10));
    let newest = joined(&world.join(1, "Kim"), s(1)).timeline;
    assert_eq!(numbers(&newest.entries), [7, 8, 9, 10]);
    assert!(newest.more_before);
    for (before, expected, more) in [
        (7, vec![3, 4, 5, 6], true),
        (3, vec![1, 2], false),
        (1, vec![], false),
        (u64::MAX, vec![7, 8, 9, 10], true),
    ] {
        let Answer::History(page) = answer(&history(&mut world, s(1), before), s(1)) else {
            panic!("no page before {before}");
        };
        assert_eq!(numbers(&page.entries), expected);
        assert_eq!(page.more_before, more);
    }
}

#[test]
fn a_few_pages_are_read_at_a_time() {
    let mut limits = Limits::default();
    limits.participant_reads = 2;
    let mut world = World::with_entries(limits, entries(10));
    world.join(1, "Kim");
    world.hold_reads = true;
    let read = reads(&history(&mut world, s(1), 5)).remove(0);
    assert_eq!(reads(&history(&mut world, s(1), 5)).len(), 1);
    let outputs = history(&mut world, s(1), 5);
    assert_eq!(error(&outputs, s(1)), ErrorCode::Busy);
    let page = world.read(&read);
    world.feed(page);
    assert_eq!(reads(&history(&mut world, s(1), 5)).len(), 1);
}

#[test]
fn a_thread_is_read_like_the_timeline_and_for_the_one_who_asks() {
    let mut world = World::with_entries(Limits::default(), entries(2));
    world.join(1, "Kim");
    world.post_with(s(1), "a", |post| post.thread = Some(2));
    world.post(s(1), "b", "beside it");
    world.post_with(s(1), "c", |post| post.thread = Some(2));
    let ask = MemberRequest::History(History {
        page: PageAt::After(0),
        thread: Some(2),
    });
    let outputs = world.request(s(1), ask);
    let read = reads(&outputs).remove(0);
    assert_eq!(read.viewer, a(1));
    assert!(matches!(
        read.wanted,
        Wanted::Page {
            thread: Some(2),
            ..
        }
    ));
    assert_eq!(numbers(&page(&outputs, s(1)).entries), [3, 5]);
}

#[test]
fn a_page_that_cannot_be_read_is_said() {
    let mut world = World::with_entries(Limits::default(), entries(10));
    world.join(1, "Kim");
    world.hold_reads = true;
    let read = reads(&history(&mut world, s(1), 5)).remove(0);
    let outputs = world.feed(read_failed(&read));
    assert_eq!(error(&outputs, s(1)), ErrorCode::StorageFailed);
}

#[test]
fn a_page_for_a_line_that_is_gone_is_dropped() {
    let mut world = World::with_entries(Limits::default(), entries(10));
    world.join(1, "Kim");
    world.hold_reads = true;
    let read = reads(&history(&mut world, s(1), 5)).remove(0);
    world.disconnect(s(1));
    let page = world.read(&read);
    assert_eq!(world.feed(page), []);
}

#[test]
fn what_is_told_while_a_page_is_read_is_told_again_behind_it() {
    let mut world = World::with_entries(Limits::default(), entries(3));
    world.join(1, "Kim");
    world.join(2, "Lee");
    world.post(s(1), "early", "hi");
    world.hold_reads = true;
    let read = reads(&history(&mut world, s(1), 3)).remove(0);
    let stale = world.read(&read);
    world.mark(s(2), 2, "👏");
    let outputs = world.feed(stale);
    assert_eq!(page(&outputs, s(1)).entries[1].marks, []);
    assert!(matches!(
        events(&outputs, s(1))[..],
        [Event::Marked {
            number: 2,
            changed: 5,
            ..
        }]
    ));
    assert_eq!(events(&outputs, s(2)), [], "who read nothing has it");

    let read = reads(&history(&mut world, s(1), 3)).remove(0);
    world.mark(s(2), 2, "❤️");
    let fresh = world.read(&read);
    let outputs = world.feed(fresh);
    assert_eq!(page(&outputs, s(1)).entries[1].marks.len(), 2);
    assert_eq!(events(&outputs, s(1)), [], "it is in what was read");
}

#[test]
fn a_page_that_too_much_was_told_during_is_read_again() {
    let mut limits = Limits::default();
    limits.room_appends = 2;
    let mut world = World::with_entries(limits, entries(3));
    world.join(1, "Kim");
    world.hold_reads = true;
    let read = reads(&history(&mut world, s(1), 9)).remove(0);
    let stale = world.read(&read);
    for n in 0..3 {
        world.post(s(1), &format!("m{n}"), "hi");
    }
    let outputs = world.feed(stale);
    let again = reads(&outputs).remove(0);
    let fresh = world.read(&again);
    let outputs = world.feed(fresh);
    assert_eq!(numbers(&page(&outputs, s(1)).entries), [1, 2, 3, 4, 5, 6]);
    assert_eq!(events(&outputs, s(1)), []);
}
