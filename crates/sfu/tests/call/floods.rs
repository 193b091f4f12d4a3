//! Packets that were sent before, that are cut off, and that strangers send in great numbers.

use std::{collections::HashSet, net::SocketAddr, time::Duration};

use crate::{
    client::Sent,
    world::{World, person},
};

/// Two people of whom the first hears the second.
fn call(seed: u64) -> World {
    let mut world = World::call(seed, 2);
    world.assign(0, person(0), 1, (320, 180));
    world.clients[1].microphone = true;
    world.run(Duration::from_secs(1));
    world
}

/// The next media that the second sends, at the time when it does.
fn next_media(world: &mut World) -> Vec<Sent> {
    let client = &world.clients[1];
    let due = client.next_sound.min(client.next_picture);
    let just_before = Duration::from_nanos(1);
    world.run((due - world.now).saturating_sub(just_before));
    world.now = due;
    world.clients[1].publish(due)
}

fn is_media(sent: &&Sent) -> bool {
    matches!(sent.payload.first(), Some(128..=191))
}

/// Lets media flow, and returns a copy of what was sent.
fn copies(world: &mut World, packets: usize) -> Vec<Vec<u8>> {
    let mut copies = Vec::new();
    while copies.len() < packets {
        let sent = next_media(world);
        copies.extend(
            sent.iter()
                .filter(is_media)
                .map(|sent| sent.payload.clone()),
        );
        world.fly(sent);
    }
    world.run(Duration::from_millis(100));
    copies
}

#[test]
fn packets_that_come_again_are_forwarded_once() {
    let mut world = call(111);
    // More than the window remembers.
    let copies = copies(&mut world, 1_100);
    let before = world.sfu.stats();
    let heard = world.clients[0].sound(person(0)).len();
    let own = world.clients[1].address;
    for copy in &copies {
        world.inject(own, copy);
        world.inject(own, copy);
    }
    let after = world.sfu.stats();
    let again = after.totals.dropped_replayed - before.totals.dropped_replayed;
    assert_eq!(again, 2 * copies.len() as u64);
    assert_eq!(after.totals.media_in, before.totals.media_in);
    world.clients[1].microphone = false;
    world.run(Duration::from_millis(200));
    let sound = world.clients[0].sound(person(0));
    assert!(sound.len() <= heard + 1, "what is under way may come");
    let frames: HashSet<u32> = sound.iter().map(|packet| packet.label.frame).collect();
    assert_eq!(frames.len(), sound.len());
}

#[test]
fn packets_that_come_again_from_elsewhere_reach_nobody() {
    let mut world = call(112);
    let copies = copies(&mut world, 50);
    let before = world.sfu.stats();
    let elsewhere = SocketAddr::from(([203, 0, 113, 9], 4_444));
    for copy in &copies {
        world.inject(elsewhere, copy);
    }
    let after = world.sfu.stats();
    assert_eq!(
        after.dropped_strangers - before.dropped_strangers,
        copies.len() as u64
    );
    assert_eq!(after.totals.packets_in, before.totals.packets_in);
}

#[test]
fn packets_that_are_cut_off_take_no_number_from_the_whole_ones() {
    let mut world = call(113);
    world.clients[1].camera = [true, false, false];
    let own = world.clients[1].address;
    let heard = world.clients[0].sound(person(0)).len();
    let before = world.sfu.stats();
    let mut cut = 0;
    for _ in 0..40 {
        let sent = next_media(&mut world);
        for whole in sent.iter().filter(is_media) {
            let step = whole.payload.len() / 60 + 1;
            for length in (0..whole.payload.len()).step_by(step) {
                world.inject(own, &whole.payload[..length]);
                cut += 1;
            }
        }
        world.fly(sent);
    }
    world.run(Duration::from_millis(100));
    let after = world.sfu.stats();
    let dropped = after.dropped_garbage - before.dropped_garbage + after.totals.dropped_unauthentic
        - before.totals.dropped_unauthentic;
    assert_eq!(dropped, cut);
    let sound = world.clients[0].sound(person(0));
    assert!(sound.len() >= heard + 20);
    let first = sound.first().unwrap().label.frame;
    let all = (first..)
        .zip(sound)
        .all(|(frame, packet)| packet.label.frame == frame);
    assert!(all, "nothing is missing");
}

#[test]
fn a_flood_from_strangers_leaves_nothing_behind() {
    let mut world = call(114);
    let ufrag = world.ufrags[1].clone();
    let before = world.sfu.stats();
    let begin = world.clients[0].sound(person(0)).len();
    let mut request = vec![0, 1, 0, 0, 0x21, 0x12, 0xa4, 0x42];
    request.extend([5; 12]);
    let user = format!("{ufrag}:abcd");
    request.extend([0, 6, 0, user.len() as u8]);
    request.extend(user.as_bytes());
    request.resize(request.len().next_multiple_of(4), 0);
    request.extend([0, 8, 0, 20]);
    request.extend([9; 20]);
    request[3] = (request.len() - 20) as u8;
    for number in 0..100_000_u32 {
        let [_, a, b, c] = number.to_be_bytes();
        let stranger = SocketAddr::from(([198, a, b, c], 1_024 + (number % 60_000) as u16));
        let mut datagram = match number % 4 {
            0 => vec![0x80, 111, b, c, 0, 0, 0, 1],
            1 => vec![0x80, 200, 0, 6, 0, 0, b, c],
            2 => vec![22, 0xfe, 0xfd, 0, 0, 0, 0, 0, 0, 0, 0, 0, 100],
            _ => request.clone(),
        };
        if number % 4 != 3 {
            datagram.resize(200, c);
        }
        world.inject(stranger, &datagram);
        if number % 100 == 0 {
            world.run(Duration::from_millis(1));
        }
    }
    let after = world.sfu.stats();
    let dropped = |stats: &zoom_sfu::SfuStats| stats.dropped_strangers + stats.dropped_stun;
    assert_eq!(dropped(&after) - dropped(&before), 100_000);
    let kept = |stats: &zoom_sfu::SfuStats| {
        (
            stats.participants,
            stats.peers,
            stats.addresses,
            stats.ufrags,
            stats.timers,
        )
    };
    assert_eq!(kept(&after), kept(&before));
    let heard = world.clients[0].sound(person(0)).len() - begin;
    assert!(heard >= 48, "{heard} of 50 packets of sound");
}
