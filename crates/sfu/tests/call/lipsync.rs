//! Sound and picture of a slot can be brought together again by their sender reports.

use std::time::Duration;

use zoom_protocol::SlotId;

use crate::{
    client::Client,
    media::Received,
    world::{World, person},
};

/// What one report says of a packet: when it was captured by the report, and when it really was,
/// as microseconds.
fn errors(client: &Client, slot: SlotId, video: bool, from: usize) -> Vec<i64> {
    let mid = client.mid_of(slot, video);
    let rate = if video { 90_000 } else { 48_000 };
    let packets: &[Received] = if video {
        client.picture(slot)
    } else {
        client.sound(slot)
    };
    let reports: Vec<_> = client.reports[from..]
        .iter()
        .filter(|r| r.mid == mid)
        .collect();
    assert!(reports.len() >= 3, "{} reports", reports.len());
    let mut errors = Vec::new();
    for report in reports {
        // The packet that was sent next before the report.
        let behind = |packet: &&Received| report.rtp.wrapping_sub(packet.timestamp) as i32 >= 0;
        let Some(packet) = packets
            .iter()
            .filter(behind)
            .min_by_key(|packet| report.rtp.wrapping_sub(packet.timestamp))
        else {
            continue;
        };
        let ticks = i64::from(report.rtp.wrapping_sub(packet.timestamp));
        let captured = report.ntp.as_micros() as i64 - ticks * 1_000_000 / rate;
        errors.push(captured - packet.label.captured.as_micros() as i64);
    }
    errors
}

/// Checks that all reports of a slot agree about the captures, up to one constant: the offset
/// between the clocks and the time that the fastest report was under way.
fn assert_true(world: &World, slot: SlotId, from: usize) {
    let client = &world.clients[0];
    let sound = errors(client, slot, false, from);
    let picture = errors(client, slot, true, from);
    let all: Vec<_> = sound.iter().chain(&picture).collect();
    let (least, most) = (**all.iter().min().unwrap(), **all.iter().max().unwrap());
    assert!(
        most - least <= 20_000,
        "reports disagree by {} us: sound {sound:?}, picture {picture:?}",
        most - least
    );
}

fn slow_pictures(seed: u64) -> World {
    let mut world = World::new(seed);
    world.join();
    // Clocks that have nothing to do with the server's.
    world.join_with(Duration::from_secs(3_600));
    world.join_with(Duration::from_secs(86_400));
    world.until_connected();
    for (client, lag) in [(1, 300), (2, 40)] {
        world.clients[client].camera = [true; 3];
        world.clients[client].microphone = true;
        world.clients[client].camera_lag = Duration::from_millis(lag);
    }
    world
}

#[test]
fn reports_are_true_though_the_picture_takes_300_ms_longer_than_the_sound() {
    let mut world = slow_pictures(51);
    world.run(Duration::from_secs(3));
    world.assign(0, person(0), 1, (640, 360));
    world.run(Duration::from_secs(20));
    assert_true(&world, person(0), 0);
    assert_eq!(world.clients[0].zero_reports, 0);
}

#[test]
fn reports_stay_true_when_the_slot_changes_person() {
    let mut world = slow_pictures(52);
    world.run(Duration::from_secs(3));
    for turn in 0..6 {
        world.assign(0, person(0), 1 + turn % 2, (640, 360));
        world.run(Duration::from_millis(600));
        let from = world.clients[0].reports.len();
        world.run(Duration::from_secs(16));
        assert_true(&world, person(0), from);
    }
    assert_eq!(world.clients[0].zero_reports, 0);
}

#[test]
fn reports_are_true_again_once_a_newcomer_has_reported() {
    let mut world = slow_pictures(53);
    world.assign(0, person(0), 1, (640, 360));
    world.run(Duration::from_secs(2));
    let from = world.clients[0].reports.len();
    world.run(Duration::from_secs(20));
    assert_true(&world, person(0), from);
    assert_eq!(world.clients[0].zero_reports, 0);
}

#[test]
fn slots_that_never_carried_anything_send_no_reports() {
    let mut world = World::call(54, 2);
    world.assign(0, person(0), 1, (640, 360));
    world.clients[1].microphone = true;
    world.run(Duration::from_secs(5));
    let client = &world.clients[0];
    let sound = client.mid_of(person(0), false);
    assert!(!client.reports.is_empty());
    assert!(client.reports.iter().all(|report| report.mid == sound));
    assert_eq!(client.zero_reports, 0);
}
