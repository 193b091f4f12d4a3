//! Only the loudest microphones flow, and the room is told who speaks.

use std::time::Duration;

use zoom_protocol::{Limits, ParticipantId};

use crate::world::{World, person};

fn room(seed: u64, loudest: u32, levels: &[Option<i8>]) -> World {
    let mut limits = Limits::default();
    limits.loudest = loudest;
    let mut world = World::with_limits(seed, limits);
    // The first one listens.
    for _ in 0..=levels.len() {
        world.join();
    }
    world.until_connected();
    for (at, level) in levels.iter().enumerate() {
        world.assign(0, person(at as u8), at + 1, (320, 180));
        world.clients[at + 1].level = *level;
        world.clients[at + 1].microphone = true;
    }
    world
}

/// Packets of each slot since the last count.
fn heard(world: &World, slots: u8, before: &mut Vec<usize>) -> Vec<usize> {
    before.resize(usize::from(slots), 0);
    let total: Vec<_> = (0..slots)
        .map(|s| world.clients[0].sound(person(s)).len())
        .collect();
    let since = total
        .iter()
        .zip(before.iter())
        .map(|(now, then)| now - then)
        .collect();
    *before = total;
    since
}

#[test]
fn only_the_loudest_flow() {
    let mut world = room(41, 2, &[Some(-20), Some(-30), Some(-70), Some(-80)]);
    let mut counts = Vec::new();
    world.run(Duration::from_secs(2));
    heard(&world, 4, &mut counts);
    world.run(Duration::from_secs(1));
    let since = heard(&world, 4, &mut counts);
    assert!(since[0] >= 49 && since[1] >= 49, "{since:?}");
    assert_eq!(since[2..], [0, 0]);

    world.clients[4].level = Some(-15);
    world.clients[2].level = Some(-90);
    world.run(Duration::from_secs(2));
    heard(&world, 4, &mut counts);
    world.run(Duration::from_secs(1));
    let since = heard(&world, 4, &mut counts);
    assert!(since[0] >= 49 && since[3] >= 49, "{since:?}");
    assert_eq!((since[1], since[2]), (0, 0));
}

#[test]
fn a_microphone_without_a_level_is_heard() {
    let mut world = room(42, 1, &[Some(-90), None]);
    world.run(Duration::from_secs(2));
    let mut counts = Vec::new();
    heard(&world, 2, &mut counts);
    world.run(Duration::from_secs(1));
    assert_eq!(heard(&world, 2, &mut counts), [0, 50]);
}

#[test]
fn the_room_is_told_who_speaks_the_loudest_first_and_when_it_is_quiet() {
    let mut world = room(43, 3, &[Some(-40), Some(-20), Some(-90)]);
    world.run(Duration::from_secs(2));
    let (first, second) = (ParticipantId(2), ParticipantId(3));
    assert_eq!(world.ranked().last(), Some(&vec![second, first]));
    let told = world.ranked().len();
    world.run(Duration::from_secs(2));
    assert_eq!(world.ranked().len(), told);
    for client in &mut world.clients {
        client.level = Some(-127);
    }
    world.run(Duration::from_secs(6));
    assert_eq!(world.ranked().last(), Some(&vec![]));
}
