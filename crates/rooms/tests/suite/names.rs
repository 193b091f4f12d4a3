//! Two people may have one name and are told apart by a number.

use zoom_protocol::{Limits, ParticipantId};
use zoom_rooms::MemberRequest;

use crate::common::*;

fn ordinal(world: &mut World, id: u64, name: &str) -> u32 {
    let room = joined(&world.join(id, name), s(id));
    let me = |p: &&zoom_protocol::Participant| p.person.participant == ParticipantId(id);
    room.participants.iter().find(me).unwrap().person.ordinal
}

#[test]
fn equal_names_get_the_smallest_free_number_from_two() {
    let mut world = World::new(Limits::default());
    assert_eq!(ordinal(&mut world, 1, "Kim"), 1);
    assert_eq!(ordinal(&mut world, 2, "kim"), 2);
    assert_eq!(ordinal(&mut world, 3, "Kim"), 3);
    assert_eq!(ordinal(&mut world, 4, "Lee"), 1);
    world.request(s(2), MemberRequest::Leave);
    assert_eq!(ordinal(&mut world, 5, "KIM"), 2);
    world.request(s(1), MemberRequest::Leave);
    assert_eq!(
        ordinal(&mut world, 6, "Kim"),
        4,
        "others of that name are there"
    );
}

#[test]
fn a_number_is_kept_as_long_as_its_owner_may_come_back() {
    let mut world = World::new(Limits::default());
    ordinal(&mut world, 1, "Kim");
    ordinal(&mut world, 2, "Kim");
    world.disconnect(s(2));
    assert_eq!(ordinal(&mut world, 3, "Kim"), 3);
    world.pass(30_000);
    assert_eq!(ordinal(&mut world, 4, "Kim"), 2);
}
