//! How peers come, end and are replaced, and what is left of them.

use std::time::Duration;

use zoom_protocol::{MediaEndReason, ParticipantId};
use zoom_sfu::{Command, Event, SfuStats, SrtpProfile, negotiate};

use crate::{
    client::Client,
    media::decode,
    world::{EVERYTHING, ROOM, World, person},
};

#[test]
fn a_peer_that_does_not_connect_in_time_ends() {
    let mut world = World::new(81);
    world.link.lost = 1_000;
    world.join();
    world.run(Duration::from_secs(29));
    assert_eq!(world.ended(0), None);
    world.run(Duration::from_secs(2));
    assert_eq!(world.ended(0), Some(MediaEndReason::NotConnected));
    assert_eq!(world.sfu.stats().peers, 0);
}

#[test]
fn a_peer_that_falls_silent_is_lost() {
    let mut world = World::call(82, 2);
    world.assign(1, person(0), 0, (320, 180));
    world.link.lost = 1_000;
    world.run(Duration::from_secs(20));
    assert_eq!(world.ended(0), None);
    world.run(Duration::from_secs(10));
    assert_eq!(world.ended(0), Some(MediaEndReason::Lost));
}

#[test]
fn a_replacement_finds_its_sources_and_slots_as_they_were() {
    let mut world = World::call(83, 2);
    world.assign(0, person(0), 1, (320, 180));
    world.assign(1, person(0), 0, (320, 180));
    for client in &mut world.clients {
        client.microphone = true;
        client.camera = [true; 3];
    }
    world.run(Duration::from_secs(2));
    world.clients[0] = Client::new(1, world.began, world.now, Duration::ZERO);
    world.clients[0].microphone = true;
    world.clients[0].camera = [true; 3];
    world.connect(0);
    let replaced = world.elapsed();
    world.run(Duration::from_secs(3));
    assert!(world.ended(0).is_none());
    assert!(decode(world.clients[0].picture(person(0))).len() > 60);
    let frames = decode(world.clients[1].picture(person(0)));
    assert!(frames.iter().filter(|frame| frame.at > replaced).count() > 60);
    assert_eq!(world.sfu.stats().peers, 2);
    assert_eq!(world.sfu.stats().ufrags, 2);
}

#[test]
fn who_leaves_is_gone_for_the_others() {
    let mut world = World::call(84, 2);
    world.assign(0, person(0), 1, (320, 180));
    world.clients[1].microphone = true;
    world.run(Duration::from_secs(1));
    let participant = world.clients[1].id;
    world.command(Command::RemovePeer { participant });
    world.run(Duration::from_millis(100));
    let before = world.clients[0].sound(person(0)).len();
    world.run(Duration::from_secs(1));
    assert_eq!(world.clients[0].sound(person(0)).len(), before);
    assert_eq!(world.sfu.stats().participants, 1);
    assert_eq!(world.sfu.stats().watched, 0);
}

#[test]
fn rooms_hear_nothing_of_each_other() {
    let mut world = World::call(85, 2);
    world.assign(0, person(0), 1, (320, 180));
    world.clients[1].microphone = true;
    world.join_room(1, zoom_protocol::RoomId(2));
    world.run(Duration::from_secs(2));
    assert!(world.clients[1].connected);
    assert!(world.clients[0].sound(person(0)).is_empty());
}

#[test]
fn a_thousand_peers_that_come_and_go_leave_nothing_behind() {
    let mut world = World::new(86);
    let offer = {
        let mut client = Client::new(1, world.began, world.now, Duration::ZERO);
        client.offer(1, 1, 0)
    };
    for number in 0..1_000_u64 {
        let (peer, _) = negotiate(&world.config, world.now, &offer).unwrap();
        let participant = ParticipantId(number);
        world.command(Command::AddPeer {
            room: ROOM,
            participant,
            number,
            peer: Box::new(peer),
        });
        world.command(Command::SetSources {
            participant,
            sources: EVERYTHING,
        });
        world.command(Command::Assign {
            subscriber: participant,
            slot: person(0),
            publisher: Some(ParticipantId(number / 2)),
            size: Some((320, 180)),
        });
        if number >= 10 {
            world.command(Command::RemovePeer {
                participant: ParticipantId(number - 10),
            });
        }
    }
    assert_eq!(world.sfu.stats().peers, 10);
    for number in 990..1_000 {
        world.command(Command::RemovePeer {
            participant: ParticipantId(number),
        });
    }
    world.run(Duration::from_secs(1));
    assert_eq!(world.sfu.stats(), SfuStats::default());
    assert_eq!(world.sfu.poll_timeout(), None);
}

#[test]
fn what_a_peer_sent_and_got_is_counted() {
    let mut world = World::call(87, 2);
    world.assign(0, person(0), 1, (320, 180));
    world.clients[1].microphone = true;
    world.run(Duration::from_secs(1));
    let sender = world.sfu.peer_stats(world.clients[1].id).unwrap();
    let receiver = world.sfu.peer_stats(world.clients[0].id).unwrap();
    assert!(sender.media_in >= 49 && receiver.media_out >= 49);
    assert!(sender.bytes_in > 49 * 60 && receiver.bytes_out > 49 * 60);
    assert_eq!(sender.srtp, Some(SrtpProfile::Aes256Gcm));
    assert!(world.sfu.peer_stats(ParticipantId(99)).is_none());
}

#[test]
fn a_peer_is_connected_once_and_told_so() {
    let world = World::call(88, 3);
    let connected = |event: &&(Duration, Event)| matches!(event.1, Event::Connected { .. });
    assert_eq!(world.events.iter().filter(connected).count(), 3);
}

#[test]
fn the_end_of_a_peer_says_which_of_its_participant_it_was() {
    let mut world = World::call(89, 1);
    world.clients[0] = Client::new(1, world.began, world.now, Duration::ZERO);
    let offer = world.clients[0].offer(4, 2, 1);
    let participant = world.clients[0].id;
    for number in [7, 8] {
        let (peer, _) = negotiate(&world.config, world.now, &offer).unwrap();
        world.command(Command::AddPeer {
            room: ROOM,
            participant,
            number,
            peer: Box::new(peer),
        });
    }
    world.run(Duration::from_secs(31));
    let ended = world.events.iter().filter_map(|(_, event)| match event {
        Event::Ended { number, .. } => Some(*number),
        Event::Connected { .. }
        | Event::Answered { .. }
        | Event::Speakers { .. }
        | Event::Picture { .. }
        | Event::Quality { .. }
        | Event::Report(_) => None,
    });
    assert_eq!(ended.collect::<Vec<_>>(), [8]);
}
