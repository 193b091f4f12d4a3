//! Raised hands keep their order, and reactions pass.

use zoom_protocol::{Answer, ErrorCode, Event, Limits};
use zoom_rooms::{Output, SocketId};

use crate::common::*;

/// The places of hands as one socket learns of them.
fn hands(outputs: &[Output], to: SocketId) -> Vec<(u64, Option<u64>)> {
    let mut hands = Vec::new();
    for event in events(outputs, to) {
        if let Event::ParticipantChanged { participant } = event {
            hands.push((participant.person.participant.0, participant.hand));
        }
    }
    hands
}

fn reactions(outputs: &[Output], to: SocketId) -> Vec<(u64, String)> {
    let mut reactions = Vec::new();
    for event in events(outputs, to) {
        if let Event::Reaction {
            participant,
            reaction,
        } = event
        {
            reactions.push((participant.0, reaction.to_string()));
        }
    }
    reactions
}

fn three() -> World {
    let mut world = World::new(Limits::default());
    for (id, name) in [(1, "Kim"), (2, "Lee"), (3, "Park")] {
        world.join(id, name);
    }
    world
}

#[test]
fn everybody_learns_of_a_raised_hand_and_of_its_place() {
    let mut world = three();
    let outputs = world.hand(s(2), true);
    assert_eq!(answer(&outputs, s(2)), Answer::Done);
    for to in [1, 2, 3] {
        assert_eq!(hands(&outputs, s(to)), [(2, Some(1))]);
    }
    assert_eq!(hands(&world.hand(s(1), true), s(3)), [(1, Some(2))]);
    assert_eq!(hands(&world.hand(s(2), false), s(3)), [(2, None)]);
    // Who raises it again comes after those who waited.
    assert_eq!(hands(&world.hand(s(2), true), s(3)), [(2, Some(3))]);
}

#[test]
fn a_hand_that_is_up_keeps_its_place_and_one_that_is_down_is_no_news() {
    let mut world = three();
    world.hand(s(1), true);
    world.hand(s(2), true);
    let again = world.hand(s(1), true);
    assert_eq!(answer(&again, s(1)), Answer::Done);
    assert_eq!(events(&again, s(3)), []);
    assert_eq!(events(&world.hand(s(3), false), s(1)), []);
    let newcomer = joined(&world.join(4, "Choi"), s(4));
    let places: Vec<_> = newcomer.participants.iter().map(|p| p.hand).collect();
    assert_eq!(places, [Some(1), Some(2), None, None]);
}

#[test]
fn a_hand_survives_a_broken_line_and_goes_with_its_owner() {
    let mut world = three();
    world.hand(s(1), true);
    let broken = world.disconnect(s(1));
    assert_eq!(hands(&broken, s(2)), [(1, Some(1))]);
    let back = resumed(&world.resume(1, SocketId(7), 0), SocketId(7)).unwrap();
    assert_eq!(back.participants[0].hand, Some(1));
    world.disconnect(SocketId(7));
    world.pass(30_000);
    let newcomer = joined(&world.join(1, "Kim"), s(1));
    assert!(newcomer.participants.iter().all(|p| p.hand.is_none()));
    // The order goes on where it was.
    assert_eq!(hands(&world.hand(s(1), true), s(2)), [(1, Some(2))]);
}

#[test]
fn everybody_sees_a_reaction_once_and_nobody_who_comes_later() {
    let mut world = three();
    let outputs = world.react(s(1), "👏");
    assert_eq!(answer(&outputs, s(1)), Answer::Done);
    for to in [1, 2, 3] {
        assert_eq!(reactions(&outputs, s(to)), [(1, "👏".to_owned())]);
    }
    world.disconnect(s(2));
    world.react(s(1), "🎉");
    let back = world.resume(2, SocketId(7), 0);
    assert_eq!(reactions(&back, SocketId(7)), []);
}

#[test]
fn somebody_who_reacts_without_end_is_slowed_down() {
    let mut world = three();
    for _ in 0..10 {
        assert_eq!(answer(&world.react(s(1), "👍"), s(1)), Answer::Done);
    }
    let outputs = world.react(s(1), "👍");
    assert_eq!(error(&outputs, s(1)), ErrorCode::TooFast);
    assert_eq!(events(&outputs, s(2)), []);
    assert_eq!(answer(&world.react(s(2), "👍"), s(2)), Answer::Done);
    world.pass(1_000);
    assert_eq!(answer(&world.react(s(1), "👍"), s(1)), Answer::Done);
}

#[test]
fn a_room_that_roars_tells_no_more_than_one_can_see() {
    let mut limits = Limits::default();
    limits.room_reactions_burst = 2;
    limits.room_reactions_per_second = 1;
    let mut world = World::new(limits);
    for id in 1..=4 {
        world.join(id, "Kim");
    }
    world.react(s(1), "👏");
    world.react(s(2), "👏");
    let outputs = world.react(s(3), "👏");
    assert_eq!(error(&outputs, s(3)), ErrorCode::Busy);
    assert_eq!(reactions(&outputs, s(4)), []);
    world.pass(1_000);
    assert_eq!(reactions(&world.react(s(3), "👏"), s(4)).len(), 1);
}
