//! What is off is not forwarded, whatever a client sends.

use std::time::Duration;

use zoom_protocol::Sources;
use zoom_sfu::Command;

use crate::{
    media::decode,
    world::{EVERYTHING, World, person, stage},
};

fn set(world: &mut World, who: usize, sources: Sources) {
    let participant = world.clients[who].id;
    world.command(Command::SetSources {
        participant,
        sources,
    });
}

#[test]
fn a_muted_microphone_is_not_forwarded_though_it_sends() {
    let mut world = World::call(11, 2);
    world.assign(0, person(0), 1, (320, 180));
    world.clients[1].microphone = true;
    world.run(Duration::from_secs(1));
    set(
        &mut world,
        1,
        Sources {
            microphone: false,
            ..EVERYTHING
        },
    );
    world.run(Duration::from_millis(50));
    let before = world.clients[0].sound(person(0)).len();
    world.run(Duration::from_secs(2));
    assert_eq!(world.clients[0].sound(person(0)).len(), before);

    set(&mut world, 1, EVERYTHING);
    world.run(Duration::from_secs(1));
    let sound = world.clients[0].sound(person(0));
    assert!(sound.len() > before + 40);
    // The gap in time is no gap in numbers.
    assert!(sound.windows(2).all(|pair| pair[0].seq + 1 == pair[1].seq));
    let silence = sound[before]
        .timestamp
        .wrapping_sub(sound[before - 1].timestamp);
    assert!(
        (2 * 48_000..3 * 48_000).contains(&silence),
        "{silence} ticks"
    );
}

#[test]
fn a_camera_that_is_off_is_not_forwarded_and_begins_again_with_a_key_frame() {
    let mut world = World::call(12, 2);
    world.assign(0, person(0), 1, (320, 180));
    world.clients[1].camera = [true; 3];
    world.run(Duration::from_secs(1));
    set(
        &mut world,
        1,
        Sources {
            camera: false,
            ..EVERYTHING
        },
    );
    world.run(Duration::from_millis(50));
    let before = world.clients[0].picture(person(0)).len();
    assert!(before > 20);
    world.run(Duration::from_secs(2));
    assert_eq!(world.clients[0].picture(person(0)).len(), before);
    set(&mut world, 1, EVERYTHING);
    world.run(Duration::from_secs(1));
    let frames = decode(world.clients[0].picture(person(0)));
    assert!(frames.len() > 45, "{} frames", frames.len());
}

#[test]
fn a_screen_goes_through_a_stage_slot_and_not_through_a_person_slot() {
    let mut world = World::call(13, 2);
    world.assign(0, person(0), 1, (320, 180));
    world.assign(0, stage(0), 1, (1920, 1080));
    world.clients[1].screen = true;
    world.run(Duration::from_secs(2));
    assert!(world.clients[0].picture(person(0)).is_empty());
    assert!(decode(world.clients[0].picture(stage(0))).len() > 50);
    set(
        &mut world,
        1,
        Sources {
            screen: false,
            ..EVERYTHING
        },
    );
    world.run(Duration::from_millis(50));
    let before = world.clients[0].picture(stage(0)).len();
    world.run(Duration::from_secs(1));
    assert_eq!(world.clients[0].picture(stage(0)).len(), before);
}

#[test]
fn before_a_participant_says_what_is_on_nothing_is() {
    let mut world = World::call(14, 2);
    world.assign(0, person(0), 1, (320, 180));
    set(&mut world, 1, Sources::default());
    world.clients[1].microphone = true;
    world.clients[1].camera = [true; 3];
    world.run(Duration::from_secs(1));
    assert!(world.clients[0].received.is_empty());
}
