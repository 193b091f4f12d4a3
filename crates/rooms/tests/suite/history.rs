//! Older pages, read for one participant.

use zoom_protocol::{Answer, ErrorCode, History, Limits};
use zoom_rooms::{MemberRequest, Output, SocketId};

use crate::common::*;

fn history(world: &mut World, socket: SocketId, before: u64) -> Vec<Output> {
    world.request(socket, MemberRequest::History(History { before }))
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
fn one_page_is_read_at_a_time() {
    let mut world = World::with_entries(Limits::default(), entries(10));
    world.join(1, "Kim");
    world.hold_reads = true;
    let read = reads(&history(&mut world, s(1), 5)).remove(0);
    let outputs = history(&mut world, s(1), 5);
    assert_eq!(error(&outputs, s(1)), ErrorCode::Busy);
    let page = world.read(&read);
    world.feed(page);
    assert_eq!(reads(&history(&mut world, s(1), 5)).len(), 1);
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
fn nobody_reads_ahead_of_what_was_told() {
    let mut world = World::with_entries(Limits::default(), entries(3));
    world.join(1, "Kim");
    world.hold_appends = true;
    let append = appends(&world.post(s(1), "a", "hi")).remove(0);
    let outcome = world.append(&append);
    let Answer::History(page) = answer(&history(&mut world, s(1), 99), s(1)) else {
        panic!("no page");
    };
    assert_eq!(numbers(&page.entries), [1, 2, 3]);
    assert_eq!(told(&world.feed(outcome), s(1)), [4]);
}
