//! People in one room hear and see each other.

use std::time::Duration;

use crate::{
    media::decode,
    world::{World, person, voice},
};

#[test]
fn two_people_hear_and_see_each_other() {
    let mut world = World::call(1, 2);
    world.assign(0, person(0), 1, (1280, 720));
    world.assign(1, person(0), 0, (1280, 720));
    for client in &mut world.clients {
        client.microphone = true;
        client.camera = [true; 3];
    }
    world.run(Duration::from_secs(5));
    for (at, other) in [(0, 2), (1, 1)] {
        let client = &world.clients[at];
        let sound = client.sound(person(0));
        assert!(sound.len() > 220, "{} packets of sound", sound.len());
        assert!(sound.iter().all(|packet| packet.label.publisher == other));
        assert!(sound.windows(2).all(|pair| pair[0].seq + 1 == pair[1].seq));
        let frames = decode(client.picture(person(0)));
        assert!(frames.len() > 135, "{} frames", frames.len());
        assert_eq!(frames.last().unwrap().label.layer, 2);
    }
}

#[test]
fn three_people_hear_and_see_each_other() {
    let mut world = World::call(2, 3);
    for to in 0..3 {
        for (slot, who) in (0..3).filter(|who| *who != to).enumerate() {
            world.assign(to, person(slot as u8), who, (320, 180));
        }
    }
    for client in &mut world.clients {
        client.microphone = true;
        client.camera = [true; 3];
    }
    world.run(Duration::from_secs(4));
    for client in &world.clients {
        for slot in [0, 1] {
            let frames = decode(client.picture(person(slot)));
            assert!(frames.len() > 100, "{} frames", frames.len());
            assert_eq!(frames.last().unwrap().label.layer, 0);
            assert!(client.sound(person(slot)).len() > 180);
        }
    }
}

#[test]
fn nobody_gets_what_is_not_assigned_to_them() {
    let mut world = World::call(3, 2);
    for client in &mut world.clients {
        client.microphone = true;
        client.camera = [true; 3];
    }
    world.run(Duration::from_secs(2));
    assert!(
        world
            .clients
            .iter()
            .all(|client| client.received.is_empty())
    );
}

#[test]
fn a_voice_slot_carries_the_microphone_alone() {
    let mut world = World::call(4, 2);
    world.assign(0, voice(1), 1, (320, 180));
    world.clients[1].microphone = true;
    world.clients[1].camera = [true; 3];
    world.run(Duration::from_secs(1));
    assert!(world.clients[0].sound(voice(1)).len() > 45);
    assert_eq!(world.clients[0].received.len(), 1);
}
