//! Strangers reach nobody: the address gate.

use std::{net::SocketAddr, time::Duration};

use zoom_protocol::Limits;

use crate::world::{World, person};

fn stranger() -> SocketAddr {
    SocketAddr::from(([203, 0, 113, 9], 4_444))
}

/// A DTLS 1.2 ClientHello as any client would begin with (RFC 5246 section 7.4.1.2).
fn client_hello() -> Vec<u8> {
    let mut body = vec![0xfe, 0xfd];
    body.extend([7; 32]);
    body.extend([0, 0]);
    body.extend([0, 2, 0xc0, 0x2b, 1, 0]);
    let length = body.len() as u8;
    let mut handshake = vec![1, 0, 0, length, 0, 0, 0, 0, 0, 0, 0, length];
    handshake.extend(body);
    let mut record = vec![
        22,
        0xfe,
        0xfd,
        0,
        0,
        0,
        0,
        0,
        0,
        0,
        0,
        0,
        handshake.len() as u8,
    ];
    record.extend(handshake);
    record
}

/// An RTP packet that nobody sealed.
fn rtp() -> Vec<u8> {
    rtp_of(9)
}

fn rtp_of(ssrc: u32) -> Vec<u8> {
    let mut packet = vec![0x80, 111, 0, 1, 0, 0, 0, 1];
    packet.extend(ssrc.to_be_bytes());
    packet.extend([0; 100]);
    packet
}

/// A STUN binding request that names a user but knows no password (RFC 8489).
fn forged_request(ufrag: &str) -> Vec<u8> {
    let user = format!("{ufrag}:abcd");
    let mut attributes = vec![0, 6, 0, user.len() as u8];
    attributes.extend(user.as_bytes());
    attributes.resize(attributes.len().next_multiple_of(4), 0);
    attributes.extend([0, 0x24, 0, 4, 0x6e, 0, 0, 0xff]);
    attributes.extend([0, 8, 0, 20]);
    attributes.extend([3; 20]);
    let mut request = vec![0, 1, 0, attributes.len() as u8, 0x21, 0x12, 0xa4, 0x42];
    request.extend([5; 12]);
    request.extend(attributes);
    request
}

fn attacks() -> Vec<Vec<u8>> {
    let mut all = vec![
        client_hello(),
        rtp(),
        vec![0x80, 200, 0, 6, 0, 0, 0, 0],
        vec![],
        vec![0; 20],
        vec![22],
        vec![128],
        vec![0xff; 1_500],
        forged_request("none"),
        client_hello()[..20].to_vec(),
        vec![20, 0xfe, 0xfd, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1],
        vec![21, 0xfe, 0xfd, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2, 2, 40],
    ];
    all.push([forged_request("none"), vec![0; 3]].concat());
    all
}

#[test]
fn a_stream_of_hostile_datagrams_keeps_no_call_from_connecting() {
    let mut world = World::new(61);
    world.join();
    let near = SocketAddr::from(([10, 0, 0, 1], 9));
    for _ in 0..300 {
        for attack in attacks() {
            world.inject(stranger(), &attack);
            world.inject(near, &attack);
        }
        world.run(Duration::from_millis(2));
    }
    assert!(world.clients[0].connected);
    let connected = world.events.first().unwrap().0;
    assert!(
        connected < Duration::from_millis(300),
        "after {connected:?}"
    );
}

#[test]
fn a_forged_request_with_the_right_name_teaches_no_address() {
    let mut world = World::new(62);
    let at = world.join();
    let ufrag = world.ufrags[at].clone();
    assert!(world.sfu.has_ufrag(&ufrag));
    for _ in 0..100 {
        world.inject(stranger(), &forged_request(&ufrag));
        world.inject(stranger(), &client_hello());
        world.run(Duration::from_millis(2));
    }
    assert!(world.clients[at].connected);
    assert_eq!(world.sfu.stats().addresses, 1);
    assert!(world.sfu.stats().dropped_stun >= 100);
    assert!(world.sfu.stats().dropped_strangers >= 100);
}

#[test]
fn rtp_from_the_own_address_before_dtls_ends_nothing() {
    let mut world = World::new(63);
    let at = world.join();
    let own = world.clients[at].address;
    for _ in 0..100 {
        world.inject(own, &rtp());
        world.run(Duration::from_millis(1));
    }
    assert!(world.clients[at].connected);
    assert!(world.ended(at).is_none());
}

#[test]
fn hostile_datagrams_do_not_disturb_a_call() {
    let mut world = World::call(64, 2);
    world.assign(0, person(0), 1, (320, 180));
    world.clients[1].microphone = true;
    let own = world.clients[0].address;
    for _ in 0..100 {
        for attack in attacks() {
            world.inject(stranger(), &attack);
            world.inject(own, &attack);
        }
        world.run(Duration::from_millis(10));
    }
    assert!(world.clients[0].sound(person(0)).len() >= 48);
    assert!(world.ended(0).is_none() && world.ended(1).is_none());
}

#[test]
fn datagrams_of_any_content_end_nobody() {
    let mut world = World::call(65, 1);
    let own = world.clients[0].address;
    for _ in 0..5_000 {
        let length = world.random() as usize % 200;
        let mut datagram: Vec<u8> = (0..length).map(|_| world.random() as u8).collect();
        if let Some(first) = datagram.first_mut() {
            // Mostly such as pass for STUN, DTLS, RTP or RTCP.
            *first = [0, 1, 20, 22, 23, 63, 128, 144, 191][*first as usize % 9];
        }
        world.inject(own, &datagram);
    }
    world.run(Duration::from_secs(1));
    assert!(world.ended(0).is_none());
}

#[test]
fn a_datagram_that_no_ethernet_frame_holds_reaches_nobody() {
    let mut world = World::call(66, 1);
    let own = world.clients[0].address;
    let before = world.sfu.stats().dropped_garbage;
    world.inject(own, &[0x80; 1_501]);
    assert_eq!(world.sfu.stats().dropped_garbage, before + 1);
    assert!(world.ended(0).is_none());
}

#[test]
fn packets_that_nobody_sealed_take_no_place_of_a_stream() {
    let mut world = World::call(67, 2);
    world.assign(0, person(0), 1, (320, 180));
    world.clients[1].microphone = true;
    world.run(Duration::from_secs(1));
    let own = world.clients[1].address;
    for ssrc in 0..1_000 {
        world.inject(own, &rtp_of(ssrc));
    }
    assert!(world.sfu.stats().totals.dropped_unauthentic >= 1_000);
    let before = world.clients[0].sound(person(0)).len();
    world.run(Duration::from_secs(1));
    let after = world.clients[0].sound(person(0)).len();
    assert!(after >= before + 48, "what flowed goes on");
    world.clients[1].camera = [true; 3];
    world.run(Duration::from_secs(3));
    assert!(!world.clients[0].picture(person(0)).is_empty());
}

/// A STUN request that a client sends within the next seconds.
fn check_of(world: &mut World, at: usize) -> Vec<u8> {
    for _ in 0..1_000 {
        world.now += Duration::from_millis(10);
        let sent = world.clients[at].wake(world.now);
        let is_request = |payload: &[u8]| payload.starts_with(&[0, 1]);
        let check = sent.iter().find(|sent| is_request(&sent.payload));
        let check = check.map(|sent| sent.payload.clone());
        world.fly(sent);
        if let Some(check) = check {
            return check;
        }
    }
    panic!("no check within 10 s");
}

#[test]
fn who_takes_an_address_over_again_and_again_does_not_get_to_keep_it() {
    let mut world = World::call(68, 4);
    world.assign(0, person(0), 1, (320, 180));
    // Two of them, so that the owner has to prove its address more often than each.
    let checks = [2, 1, 3, 1].map(|at| check_of(&mut world, at));
    let own = world.clients[1].address;
    for _ in 0..=Limits::default().peer_addresses_proved {
        for check in &checks {
            world.inject(own, check);
        }
    }
    world.clients[1].microphone = true;
    world.run(Duration::from_secs(1));
    assert!(world.clients[0].sound(person(0)).len() >= 40);
}
