//! A clock that jumps, stands still or goes back loses nobody who is heard.

use std::time::Duration;

use zoom_protocol::{Limits, MediaEndReason};
use zoom_sfu::{Protocol, Transport};

use crate::{
    client::Client,
    media::decode,
    world::{World, person, server},
};

const HOUR: Duration = Duration::from_secs(3_600);

/// Two people who hear and see each other.
fn call(seed: u64) -> World {
    let mut world = World::call(seed, 2);
    world.assign(0, person(0), 1, (320, 180));
    world.assign(1, person(0), 0, (320, 180));
    for client in &mut world.clients {
        client.microphone = true;
        client.camera = [true; 3];
    }
    world.run(Duration::from_secs(3));
    world
}

/// Has the server take what the clients send next at a time that lies ahead of theirs.
fn hear_all_ahead(world: &mut World, ahead: Duration) {
    for at in 0..world.clients.len() {
        let now = world.now;
        let due = world.clients[at].next_sound.max(now);
        for sent in world.clients[at].publish(due) {
            let transport = Transport {
                protocol: Protocol::Udp,
                source: sent.source,
                destination: server(),
            };
            world
                .sfu
                .handle_datagram(now + ahead, transport, &sent.payload);
        }
    }
    let now = world.now;
    world.sfu.handle_timeout(now + ahead);
    world.run(Duration::from_millis(1));
}

/// Lets time pass in which sound is heard without a gap.
fn assert_sound_goes_on(world: &mut World, time: Duration) {
    let heard: Vec<_> = (0..2)
        .map(|at| world.clients[at].sound(person(0)).len())
        .collect();
    world.run(time);
    let packets = time.as_millis() as usize / 20;
    for (at, heard) in heard.into_iter().enumerate() {
        assert_eq!(world.ended(at), None);
        let more = world.clients[at].sound(person(0)).len() - heard;
        assert!(more + 5 >= packets, "{more} of {packets} packets of sound");
    }
}

/// Lets time pass in which nothing is missing.
fn assert_goes_on(world: &mut World, time: Duration) {
    let begin = world.elapsed();
    assert_sound_goes_on(world, time);
    for at in 0..2 {
        let frames = decode(world.clients[at].picture(person(0)));
        let shown = frames.iter().filter(|frame| frame.at > begin).count();
        let expected = time.as_millis() as usize / 34;
        assert!(shown * 10 >= expected * 9, "{shown} of {expected} frames");
    }
}

#[test]
fn an_hour_that_is_jumped_over_loses_nobody_who_is_heard_then() {
    let mut world = call(131);
    hear_all_ahead(&mut world, HOUR);
    // From here on the server's clock stands still, because what it is told lies before it.
    assert_goes_on(&mut world, Duration::from_secs(5));
}

#[test]
fn an_hour_without_a_word_loses_all_and_they_can_come_back() {
    let mut world = call(132);
    let ahead = world.now + HOUR;
    world.sfu.handle_timeout(ahead);
    world.run(Duration::from_millis(20));
    for at in 0..2 {
        assert_eq!(world.ended(at), Some(MediaEndReason::Lost));
    }
    world.events.clear();
    world.now = ahead;
    for at in 0..2 {
        world.clients[at] = Client::new(at as u8 + 1, world.began, ahead, Duration::ZERO);
        world.clients[at].microphone = true;
        world.clients[at].camera = [true; 3];
        world.connect(at);
    }
    world.until_connected();
    world.run(Duration::from_secs(2));
    assert_goes_on(&mut world, Duration::from_secs(3));
}

#[test]
fn a_clock_that_goes_back_within_the_silence_that_is_allowed_loses_nobody() {
    let mut world = call(133);
    let silence = Duration::from_millis(Limits::default().silence_ms.into());
    let ahead = silence - Duration::from_secs(5);
    let now = world.now;
    world.sfu.handle_timeout(now + ahead);
    // A way along which time does not pass looks like one with an endless queue.
    assert_sound_goes_on(&mut world, ahead - Duration::from_secs(1));
    // The clock has caught up and goes on.
    assert_sound_goes_on(&mut world, Duration::from_secs(15));
    assert_goes_on(&mut world, Duration::from_secs(5));
}

#[test]
fn a_clock_that_stumbles_loses_nobody() {
    let mut world = call(134);
    for _ in 0..50 {
        let stumble = Duration::from_millis(world.random() % 400);
        let now = world.now;
        world.sfu.handle_timeout(now + stumble);
        assert_sound_goes_on(&mut world, Duration::from_millis(100));
    }
    assert_sound_goes_on(&mut world, Duration::from_secs(15));
    assert_goes_on(&mut world, Duration::from_secs(5));
}
