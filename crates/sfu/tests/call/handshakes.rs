//! Handshakes that are done elsewhere: late, not at all, with somebody else, or with a panic.

use std::time::Duration;

use str0m::{Candidate, Rtc, RtcConfig, config::DtlsCert, crypto::from_feature_flags};
use zoom_protocol::MediaEndReason;
use zoom_sfu::{Command, Event};

use crate::{
    client::Client,
    world::{World, person},
};

/// A world whose workers take this long.
fn slow(seed: u64, worker: Duration) -> World {
    let mut world = World::new(seed);
    world.worker = Some(worker);
    world
}

/// A client with this certificate.
fn with_certificate(world: &World, certificate: DtlsCert) -> Client {
    let number = world.clients.len() as u8 + 1;
    let mut client = Client::new(number, world.began, world.now, Duration::ZERO);
    let mut rtc: Rtc = RtcConfig::new()
        .set_dtls_cert(certificate)
        .set_rtp_mode(true)
        .clear_codecs()
        .enable_opus(true, false)
        .enable_vp8(true)
        .build(world.now);
    let candidate = Candidate::builder().udp().host(client.address).build();
    rtc.add_local_candidate(candidate.unwrap());
    client.rtc = rtc;
    client
}

fn certificate() -> DtlsCert {
    let provider = from_feature_flags().dtls_provider;
    provider.generate_certificate().unwrap()
}

#[test]
fn media_goes_on_while_somebody_elses_handshake_takes_its_time() {
    let mut world = slow(91, Duration::from_millis(1));
    let (one, two) = (world.join(), world.join());
    world.until_connected();
    world.assign(one, person(0), two, (320, 180));
    world.clients[two].microphone = true;
    world.run(Duration::from_secs(1));
    world.worker = Some(Duration::from_millis(400));
    let late = world.join();
    let before = world.clients[one].sound(person(0)).len();
    world.run(Duration::from_millis(400));
    assert!(!world.clients[late].connected, "it takes longer");
    assert!(world.clients[one].sound(person(0)).len() >= before + 19);
    world.until_connected();
    assert_eq!(world.sfu.stats().dropped_handshakes, 0);
}

#[test]
fn what_nobody_has_time_for_is_counted_and_the_client_sends_it_again() {
    let mut world = slow(92, Duration::from_millis(2));
    world.left = 2;
    world.join();
    world.until_connected();
    assert!(world.sfu.stats().dropped_handshakes >= 2);
}

#[test]
fn a_handshake_of_a_peer_that_has_left_changes_nothing() {
    let mut world = slow(93, Duration::from_millis(100));
    let (one, two) = (world.join(), world.join());
    world.run(Duration::from_millis(80));
    let participant = world.clients[one].id;
    world.command(Command::RemovePeer { participant });
    // Another is in its place by the time that its handshake comes back.
    world.clients.remove(one);
    world.until_connected();
    let stats = world.sfu.stats();
    assert_eq!((stats.peers, stats.participants), (1, 1));
    let connected = |(_, event): &&(Duration, Event)| matches!(event, Event::Connected { .. });
    assert_eq!(world.events.iter().filter(connected).count(), 1);
    assert!(world.ended(two - 1).is_none());
}

#[test]
fn who_has_another_certificate_than_the_offer_says_does_not_connect() {
    let mut world = World::new(94);
    let client = with_certificate(&world, certificate());
    let at = world.enter_with(client, |offer| {
        let other = offer
            .offer
            .lines()
            .find(|line| line.starts_with("a=fingerprint:"));
        let other = other.unwrap().to_owned();
        let (head, digits) = other.split_at(other.len() - 2);
        let digit = if digits == "00" { "01" } else { "00" };
        offer.offer = offer.offer.replace(&other, &format!("{head}{digit}"));
    });
    world.run(Duration::from_secs(2));
    assert_eq!(world.ended(at), Some(MediaEndReason::NotConnected));
    assert_eq!(world.sfu.stats().peers, 0);
}

#[test]
fn a_handshake_that_panics_ends_its_peer_and_the_others_go_on() {
    let mut world = World::call(95, 2);
    world.assign(0, person(0), 1, (320, 180));
    world.clients[1].microphone = true;
    world.run(Duration::from_secs(1));
    // The library hands on a certificate in a buffer of its caller's, and panics when it is larger.
    let mut large = certificate();
    large.certificate.resize(6_000, 0);
    let client = with_certificate(&world, large);
    let before = world.clients[0].sound(person(0)).len();
    let at = world.enter_with(client, |_| ());
    world.run(Duration::from_secs(1));
    assert_eq!(world.ended(at), Some(MediaEndReason::NotConnected));
    assert!(world.clients[0].sound(person(0)).len() >= before + 49);
    assert_eq!(world.sfu.stats().peers, 2);
}

#[test]
fn a_browser_that_closes_its_connection_has_left_at_once() {
    let mut world = World::call(96, 2);
    world.clients[0].rtc.close().unwrap();
    world.wake(0);
    world.run(Duration::from_millis(100));
    assert_eq!(world.ended(0), Some(MediaEndReason::Lost));
    assert!(world.ended(1).is_none());
}
