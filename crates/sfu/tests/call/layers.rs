//! The layer fits the tile; what is hidden is not sent; changes leave no visible break.

use std::time::Duration;

use zoom_sfu::Command;

use crate::{
    media::{Frame, decode},
    world::{Link, World, person},
};

fn watching(seed: u64, size: (u16, u16)) -> World {
    let mut world = World::call(seed, 2);
    world.assign(0, person(0), 1, size);
    world.clients[1].camera = [true; 3];
    world.run(Duration::from_secs(2));
    world
}

fn frames(world: &World) -> Vec<Frame> {
    decode(world.clients[0].picture(person(0)))
}

fn layer(world: &World) -> u8 {
    frames(world).last().unwrap().label.layer
}

fn longest_break(frames: &[Frame]) -> Duration {
    let breaks = frames.windows(2).map(|pair| pair[1].at - pair[0].at);
    breaks.max().unwrap()
}

#[test]
fn a_larger_tile_gets_a_larger_layer_without_a_break() {
    let mut world = watching(21, (300, 170));
    assert_eq!(layer(&world), 0);
    for (size, expected) in [
        ((640, 360), 1),
        ((1280, 720), 2),
        ((640, 360), 1),
        ((200, 100), 0),
    ] {
        world.assign(0, person(0), 1, size);
        world.run(Duration::from_secs(1));
        assert_eq!(layer(&world), expected);
    }
    let longest = longest_break(&frames(&world));
    assert!(
        longest < Duration::from_millis(120),
        "a break of {longest:?}"
    );
}

#[test]
fn a_hidden_tile_stops_within_a_second_and_comes_back_with_a_key_frame() {
    let mut world = watching(22, (640, 360));
    let command = Command::Assign {
        subscriber: world.clients[0].id,
        slot: person(0),
        publisher: Some(world.clients[1].id),
        size: None,
    };
    world.clients[1].microphone = true;
    world.command(command);
    world.run(Duration::from_millis(100));
    let before = world.clients[0].picture(person(0)).len();
    world.run(Duration::from_secs(2));
    assert_eq!(world.clients[0].picture(person(0)).len(), before);
    assert!(world.clients[0].sound(person(0)).len() > 90);

    let shown = world.elapsed();
    world.assign(0, person(0), 1, (640, 360));
    world.run(Duration::from_secs(1));
    let frames = frames(&world);
    let back = frames.iter().find(|frame| frame.at > shown).unwrap();
    assert!(back.label.key && back.at - shown < Duration::from_millis(300));
}

#[test]
fn a_layer_that_stops_is_replaced_by_the_next_smaller() {
    let mut world = watching(23, (1280, 720));
    assert_eq!(layer(&world), 2);
    world.clients[1].camera = [true, true, false];
    world.run(Duration::from_secs(3));
    assert_eq!(layer(&world), 1);
    let longest = longest_break(&frames(&world));
    assert!(
        longest < Duration::from_millis(700),
        "a break of {longest:?}"
    );
    world.clients[1].camera = [true; 3];
    world.run(Duration::from_secs(2));
    assert_eq!(layer(&world), 2);
    frames(&world);
}

#[test]
fn a_camera_that_is_on_only_later_flows_in_three_layers_without_another_offer() {
    let mut world = World::call(24, 4);
    for (to, size) in [(0, (300, 170)), (1, (640, 360)), (2, (1280, 720))] {
        world.assign(to, person(0), 3, size);
    }
    world.run(Duration::from_secs(5));
    world.clients[3].camera = [true; 3];
    world.run(Duration::from_secs(2));
    for to in 0..3 {
        let frames = decode(world.clients[to].picture(person(0)));
        assert_eq!(usize::from(frames.last().unwrap().label.layer), to);
    }
}

#[test]
fn a_change_of_person_in_a_slot_is_continuous() {
    let mut world = World::call(25, 3);
    for client in &mut world.clients[1..] {
        client.camera = [true; 3];
        client.microphone = true;
    }
    world.run(Duration::from_secs(1));
    for turn in 0..6 {
        world.assign(0, person(0), 1 + turn % 2, (640, 360));
        world.run(Duration::from_secs(1));
    }
    let frames = frames(&world);
    assert_eq!(frames.iter().filter(|frame| frame.label.key).count(), 6);
    let longest = frames
        .windows(2)
        .map(|pair| pair[1].at - pair[0].at)
        .max()
        .unwrap();
    assert!(
        longest < Duration::from_millis(200),
        "a break of {longest:?}"
    );
    let sound = world.clients[0].sound(person(0));
    assert!(sound.windows(2).all(|pair| pair[0].seq + 1 == pair[1].seq));
    let ahead = |a: u32, b: u32| b.wrapping_sub(a) as i32 > 0;
    assert!(
        sound
            .windows(2)
            .all(|pair| ahead(pair[0].timestamp, pair[1].timestamp))
    );
}

#[test]
fn key_frames_are_asked_for_at_once_but_not_for_everybody_alone() {
    let mut world = World::call(26, 8);
    world.clients[0].camera = [true; 3];
    world.run(Duration::from_secs(2));
    let asked = world.clients[0].keys_asked;
    for to in 1..8 {
        world.assign(to, person(0), 0, (1280, 720));
    }
    world.run(Duration::from_millis(150));
    for to in 1..8 {
        assert!(!world.clients[to].picture(person(0)).is_empty());
    }
    assert_eq!(world.clients[0].keys_asked, asked + 1);
    world.run(Duration::from_secs(3));
    assert_eq!(world.clients[0].keys_asked, asked + 1);
}

#[test]
fn layers_change_without_a_break_on_a_network_that_reorders() {
    let mut world = World::new(27);
    world.link = Link {
        delay: Duration::from_millis(20),
        jitter: Duration::from_millis(6),
        lost: 0,
    };
    world.join();
    world.join();
    world.until_connected();
    world.clients[1].camera = [true; 3];
    for turn in 0..12 {
        let size = [(300, 170), (640, 360), (1280, 720)][turn % 3];
        world.assign(0, person(0), 1, size);
        world.run(Duration::from_secs(1));
    }
    assert!(frames(&world).len() > 330);
}
