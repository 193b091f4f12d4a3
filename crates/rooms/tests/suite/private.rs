//! A message to one person is told to the two and to nobody else.

use zoom_protocol::{Answer, ErrorCode, Event, Limits};
use zoom_rooms::{Input, MemberRequest, Output, SocketId};

use crate::common::*;

/// Kim, Lee and Park, of whom Kim writes to Lee: the message is number 1.
fn three() -> (World, Vec<Output>) {
    let mut world = World::new(Limits::default());
    for (id, name) in [(1, "Kim"), (2, "Lee"), (3, "Park")] {
        world.join(id, name);
    }
    let outputs = world.post_with(s(1), "a", |post| post.to = Some(p(2)));
    (world, outputs)
}

#[test]
fn only_the_two_are_told_of_it_and_of_what_becomes_of_it() {
    let (mut world, outputs) = three();
    let Answer::Posted(posted) = answer(&outputs, s(1)) else {
        panic!("{outputs:?}");
    };
    assert_eq!(posted.entry.to.unwrap().author, a(2));
    let mut rounds = vec![outputs];
    rounds.push(world.mark(s(2), 1, "👏"));
    rounds.push(world.edit(s(1), 1, "said better"));
    rounds.push(world.delete(s(1), 1));
    for outputs in rounds {
        assert_eq!(events(&outputs, s(1)).len(), 1);
        assert_eq!(events(&outputs, s(2)).len(), 1);
        assert_eq!(events(&outputs, s(3)), []);
    }
}

#[test]
fn to_others_it_is_as_if_it_were_not_there() {
    let (mut world, _) = three();
    for outputs in [
        world.edit(s(3), 1, "mine"),
        world.delete(s(3), 1),
        world.mark(s(3), 1, "👏"),
        world.post_with(s(3), "b", |post| post.thread = Some(1)),
    ] {
        assert_eq!(error(&outputs, s(3)), ErrorCode::NoEntry);
    }
}

#[test]
fn another_window_of_the_same_person_is_told_too() {
    let (mut world, _) = three();
    let mut window = world.join_input(4, "Lee");
    window.author = a(2);
    world.feed(Input::Join(window));
    let outputs = world.post_with(s(1), "b", |post| post.to = Some(p(2)));
    assert_eq!(told(&outputs, s(4)), [2]);
    assert_eq!(told(&outputs, s(3)), [] as [u64; 0]);
}

#[test]
fn it_goes_to_somebody_who_is_here_and_into_no_thread() {
    let (mut world, _) = three();
    world.post(s(1), "root", "hi");
    let outputs = world.post_with(s(1), "b", |post| {
        post.to = Some(p(2));
        post.thread = Some(2);
    });
    assert_eq!(error(&outputs, s(1)), ErrorCode::BadThread);
    world.disconnect(s(2));
    let outputs = world.post_with(s(1), "c", |post| post.to = Some(p(2)));
    assert_eq!(told(&outputs, s(1)), [3], "they may come back");
    world.pass(30_000);
    let outputs = world.post_with(s(1), "d", |post| post.to = Some(p(2)));
    assert_eq!(error(&outputs, s(1)), ErrorCode::NotHere);
}

#[test]
fn pages_and_what_was_missed_are_read_as_who_asks() {
    let (mut world, _) = three();
    let other = world.join(4, "Choi");
    assert_eq!(joined(&other, s(4)).timeline.entries, []);
    assert_eq!(reads(&other)[0].viewer, a(4));
    let outputs = world.resume(2, SocketId(77), 0);
    assert_eq!(reads(&outputs)[0].viewer, a(2));
    let room = resumed(&outputs, SocketId(77)).unwrap();
    assert_eq!(numbers(&room.timeline.entries), [1]);
}

#[test]
fn who_reads_meanwhile_is_not_told_of_what_is_not_theirs() {
    let (mut world, _) = three();
    world.hold_reads = true;
    let outputs = world.join(4, "Choi");
    let read = reads(&outputs).remove(0);
    let page = world.read(&read);
    world.post_with(s(1), "b", |post| post.to = Some(p(2)));
    world.post(s(1), "c", "for all");
    let outputs = world.feed(page);
    assert_eq!(told(&outputs, s(4)), [3]);
    let history = MemberRequest::History(zoom_protocol::History::before(9));
    let read = reads(&world.request(s(3), history)).remove(0);
    let page = world.read(&read);
    world.post_with(s(1), "d", |post| post.to = Some(p(2)));
    let outputs = world.feed(page);
    assert!(
        !events(&outputs, s(3))
            .iter()
            .any(|event| matches!(event, Event::Entry { .. }))
    );
}
