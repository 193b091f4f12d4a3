//! Further offers of one connection: more slots, an ICE restart, refusals.

use std::time::Duration;

use zoom_protocol::{MediaEndReason, MediaOffer};
use zoom_sfu::Command;

use crate::{
    media::decode,
    world::{World, person},
};

/// Sends another offer and gives the answer to the client, if there is one.
fn reoffer(world: &mut World, who: usize, offer: MediaOffer) -> Result<(), String> {
    let participant = world.clients[who].id;
    world.command(Command::Reoffer {
        participant,
        request: 17,
        offer,
    });
    let answer = world.answers(|request| request == 17).pop();
    let answer = answer.unwrap().map_err(|error| error.to_string())?;
    world.clients[who].answered(&answer);
    world.wake(who);
    Ok(())
}

#[test]
fn more_slots_come_with_another_offer_while_media_flows() {
    let mut world = World::call(71, 2);
    for client in &mut world.clients {
        client.microphone = true;
        client.camera = [true; 3];
    }
    world.assign(0, person(0), 1, (320, 180));
    world.assign(1, person(0), 0, (320, 180));
    world.run(Duration::from_secs(1));
    // Assigned before the slot is there: it applies once it is.
    world.assign(0, person(8), 1, (640, 360));
    let offer = world.clients[0].offer(9, 2, 1);
    reoffer(&mut world, 0, offer).unwrap();
    world.run(Duration::from_secs(2));
    assert!(decode(world.clients[0].picture(person(0))).len() > 80);
    assert!(decode(world.clients[0].picture(person(8))).len() > 50);
    assert!(decode(world.clients[1].picture(person(0))).len() > 80);
    assert_eq!(world.clients[0].zero_reports, 0);
}

#[test]
fn an_ice_restart_changes_the_name_and_media_goes_on() {
    let mut world = World::call(72, 2);
    world.clients[0].microphone = true;
    world.clients[1].microphone = true;
    world.assign(0, person(0), 1, (320, 180));
    world.assign(1, person(0), 0, (320, 180));
    world.run(Duration::from_secs(1));
    let before = world.ufrags[0].clone();
    let offer = world.clients[0].restart_offer();
    reoffer(&mut world, 0, offer).unwrap();
    world.note_ufrag(0);
    let after = world.ufrags[0].clone();
    assert_ne!(before, after);
    assert!(world.sfu.has_ufrag(&after) && !world.sfu.has_ufrag(&before));
    let restarted = world.elapsed();
    world.run(Duration::from_secs(3));
    for client in &world.clients {
        let sound = client.sound(person(0));
        let since = sound.iter().filter(|packet| packet.at > restarted).count();
        assert!(since > 140, "{since} packets after the restart");
    }
    assert_eq!(world.sfu.stats().ufrags, 2);
}

/// The lines of an answer that a browser expects to find again.
fn lasting(world: &World, request: u64) -> Vec<String> {
    let answer = world.answers(|number| number == request).pop();
    let answer = answer.unwrap().unwrap().answer;
    let wanted = ["a=ssrc", "a=msid:", "m=", "a=rtpmap", "a=ice-ufrag"];
    let lasts = |line: &&str| wanted.iter().any(|start| line.starts_with(start));
    let mut lines: Vec<String> = answer.lines().filter(lasts).map(str::to_owned).collect();
    let origin = answer.lines().nth(1).unwrap();
    lines.push(origin.split(' ').nth(1).unwrap().to_owned());
    lines
}

#[test]
fn another_answer_says_what_the_one_before_it_said_and_is_a_version_later() {
    let mut world = World::call(75, 1);
    let mut versions = Vec::new();
    let mut said: Vec<Vec<String>> = Vec::new();
    for request in [31, 32] {
        let participant = world.clients[0].id;
        let offer = world.clients[0].offer(request as u8 - 26, 2, 1);
        world.command(Command::Reoffer {
            participant,
            request,
            offer,
        });
        let answer = world.answers(|number| number == request).pop().unwrap();
        let answer = answer.unwrap();
        world.clients[0].answered(&answer);
        let origin = answer.answer.lines().nth(1).unwrap().to_owned();
        versions.push(origin.split(' ').nth(2).unwrap().to_owned());
        said.push(lasting(&world, request));
    }
    assert_eq!(versions, ["2", "3"]);
    assert!(said[0].len() > 40);
    for line in &said[0] {
        assert!(said[1].contains(line), "{line} is not said again");
    }
}

#[test]
fn a_refused_offer_ends_the_peer_and_says_why() {
    let mut world = World::call(73, 2);
    let mut offer = world.clients[0].offer(6, 2, 1);
    offer.slots.remove(0);
    let refusal = reoffer(&mut world, 0, offer).unwrap_err();
    assert!(!refusal.is_empty());
    assert_eq!(world.ended(0), Some(MediaEndReason::Failed));
    assert!(world.ended(1).is_none());
    assert_eq!(world.sfu.stats().peers, 1);
}

#[test]
fn an_offer_for_a_peer_that_has_ended_is_answered_too() {
    let mut world = World::call(74, 1);
    let offer = world.clients[0].offer(6, 2, 1);
    let participant = world.clients[0].id;
    world.command(Command::RemovePeer { participant });
    assert_eq!(
        reoffer(&mut world, 0, offer),
        Err("The peer has ended.".to_owned())
    );
}
