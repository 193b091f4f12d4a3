//! Who is typing: told to the others, over by itself, and over with the message.

use zoom_protocol::{Event, Limits};
use zoom_rooms::{Output, SocketId};

use crate::common::*;

fn typed(outputs: &[Output], to: SocketId) -> Vec<bool> {
    let mut typed = Vec::new();
    for event in events(outputs, to) {
        if let Event::Typing { typing, .. } = event {
            typed.push(typing);
        }
    }
    typed
}

fn two() -> World {
    let mut world = World::new(Limits::default());
    world.join(1, "Kim");
    world.join(2, "Lee");
    world
}

#[test]
fn the_others_are_told_when_it_begins_and_ends() {
    let mut world = two();
    let outputs = world.typing(s(1), true);
    assert_eq!(typed(&outputs, s(2)), [true]);
    assert_eq!(events(&outputs, s(1)), []);
    assert!(
        typed(&world.typing(s(1), true), s(2)).is_empty(),
        "known already"
    );
    assert_eq!(typed(&world.typing(s(1), false), s(2)), [false]);
    assert!(typed(&world.typing(s(1), false), s(2)).is_empty());
}

#[test]
fn it_ends_by_itself_unless_it_is_said_again() {
    let mut world = two();
    world.typing(s(1), true);
    world.pass(5_000);
    world.typing(s(1), true);
    assert!(typed(&world.pass(5_999), s(2)).is_empty());
    assert_eq!(typed(&world.pass(1), s(2)), [false]);
    assert_eq!(world.room.poll_timeout(), None);
}

#[test]
fn it_ends_with_the_message() {
    let mut world = two();
    world.typing(s(1), true);
    let outputs = world.post(s(1), "a", "hi");
    assert!(matches!(
        events(&outputs, s(2))[..],
        [Event::Typing { typing: false, .. }, Event::Entry { .. }]
    ));
}

#[test]
fn it_ends_when_the_line_breaks() {
    let mut world = two();
    world.typing(s(1), true);
    assert_eq!(typed(&world.disconnect(s(1)), s(2)), [false]);
}

#[test]
fn a_newcomer_learns_who_is_typing() {
    let mut world = two();
    world.typing(s(1), true);
    assert_eq!(joined(&world.join(3, "Park"), s(3)).typing, [p(1)]);
}
