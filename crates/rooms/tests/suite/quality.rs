//! How well connections do: told to everybody, gathered, and forgotten with the peer.

use zoom_protocol::{
    Event, Limits, MediaEndReason, Quality, QualityDirection, QualityLevel, QualityReason,
};
use zoom_rooms::{Input, Output, SocketId};

use crate::common::*;

const GOOD: Quality = Quality {
    level: QualityLevel::Good,
    reason: QualityReason::None,
    direction: None,
};
const POOR: Quality = Quality {
    level: QualityLevel::Poor,
    reason: QualityReason::Loss,
    direction: Some(QualityDirection::Up),
};

fn told(outputs: &[Output], to: SocketId) -> Vec<Vec<(u64, Option<Quality>)>> {
    let mut told = Vec::new();
    for event in events(outputs, to) {
        if let Event::Quality { changes } = event {
            let changes = changes.iter().map(|it| (it.participant.0, it.quality));
            told.push(changes.collect());
        }
    }
    told
}

fn quality(world: &mut World, id: u64, quality: Quality) -> Vec<Output> {
    world.feed(Input::Quality {
        participant: p(id),
        quality,
    })
}

/// 1 and 2 see and hear, 3 only writes.
fn three() -> World {
    let mut world = World::new(Limits::default());
    world.join_with_peer(1);
    world.join_with_peer(2);
    world.join(3, "Park");
    world
}

#[test]
fn everybody_is_told_and_who_comes_later_sees_it() {
    let mut world = three();
    let outputs = quality(&mut world, 1, POOR);
    for to in [1, 2, 3] {
        assert_eq!(told(&outputs, s(to)), [vec![(1, Some(POOR))]]);
    }
    let newcomer = joined(&world.join(4, "Choi"), s(4));
    let known: Vec<_> = newcomer.participants.iter().map(|it| it.quality).collect();
    assert_eq!(known, [Some(POOR), None, None, None]);
}

#[test]
fn what_changes_within_a_while_is_told_together_as_it_is_in_the_end() {
    let mut world = three();
    quality(&mut world, 1, GOOD);
    assert!(told(&quality(&mut world, 1, POOR), s(3)).is_empty());
    assert!(told(&quality(&mut world, 2, POOR), s(3)).is_empty());
    assert!(told(&quality(&mut world, 1, GOOD), s(3)).is_empty());
    assert!(told(&world.pass(1_999), s(3)).is_empty());
    let outputs = world.pass(1);
    assert_eq!(
        told(&outputs, s(3)),
        [vec![(1, Some(GOOD)), (2, Some(POOR))]]
    );
    assert_eq!(world.room.poll_timeout(), None);
}

#[test]
fn the_same_again_is_no_news() {
    let mut world = three();
    quality(&mut world, 1, POOR);
    assert_eq!(quality(&mut world, 1, POOR), []);
    assert_eq!(world.room.poll_timeout(), None);
}

#[test]
fn it_is_not_known_any_more_when_the_peer_ends_or_is_another() {
    let mut world = three();
    let first = negotiations(&world.media(s(1), true, offer(9, 3, 1)))[0].negotiation;
    quality(&mut world, 1, POOR);
    world.pass(2_000);
    let outputs = world.media(s(1), true, offer(9, 3, 1));
    assert_eq!(told(&outputs, s(3)), [vec![(1, None)]]);
    world.pass(2_000);
    let of_the_first = world.feed(Input::MediaEnded {
        participant: p(1),
        made_by: first,
        reason: MediaEndReason::Lost,
    });
    assert!(told(&of_the_first, s(3)).is_empty());
    let last = negotiations(&world.media(s(1), true, offer(9, 3, 1)))[0].negotiation;
    quality(&mut world, 1, POOR);
    world.pass(2_000);
    let outputs = world.feed(Input::MediaEnded {
        participant: p(1),
        made_by: last,
        reason: MediaEndReason::Lost,
    });
    assert_eq!(told(&outputs, s(3)), [vec![(1, None)]]);
    assert_eq!(quality(&mut world, 1, POOR), [], "of a peer that is gone");
}

#[test]
fn who_leaves_leaves_nothing_to_tell() {
    let mut world = three();
    quality(&mut world, 2, GOOD);
    quality(&mut world, 1, POOR);
    world.request(s(1), zoom_rooms::MemberRequest::Leave);
    assert!(told(&world.pass(10_000), s(3)).is_empty());
    assert_eq!(world.room.poll_timeout(), None);
}
