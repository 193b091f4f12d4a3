//! Hours of a call at the rates of a real one: 50 packets of sound a second and pictures beside them,
//! with some loss, past every number that wraps around.
//!
//! What is run with everything else is most of an hour. A day is five minutes:
//!
//! ```sh
//! ZOOM_CALL_HOURS=26 cargo nextest run -p zoom-sfu --no-capture hours
//! ```

use std::time::Duration;

use zoom_sfu::{Event, MediaReport};

use crate::{
    client::PICTURE_EVERY,
    media::Received,
    world::{World, person},
};

const MINUTE: Duration = Duration::from_secs(60);
/// When a program has run for so long, 2^32 milliseconds have passed for the fifth time, and within
/// two minutes the middle bits of NTP times wrap, and timestamps of sound (2^32 at 48 kHz) and of
/// pictures (at 90 kHz) that count from its start.
const ALL_WRAP: Duration = Duration::from_secs(21_474_836);
/// Of 1000 datagrams.
const LOST: u64 = 10;
/// The publisher, and those who watch.
const PUBLISHER: usize = 1;
const WATCHERS: [usize; 2] = [0, 2];

/// What somebody has heard and seen, looked over once a minute.
#[derive(Default)]
struct Watcher {
    sound: Option<Received>,
    picture: Option<Received>,
    heard: u64,
    seen: u64,
    /// How often the numbers came around: sequence numbers of sound and picture, their timestamps.
    wraps: [u32; 4],
    /// The least and the most by which sender reports are off, in microseconds.
    off: Option<(i64, i64)>,
}

impl Watcher {
    fn look(&mut self, world: &mut World, at: usize) {
        let client = &mut world.clients[at];
        let [sound, picture] = [false, true].map(|video| {
            let mid = client.mid_of(person(0), video);
            let mut packets = client.received.remove(&mid).unwrap_or_default();
            packets.sort_by_key(|packet| packet.seq);
            let reports = client.reports.iter().filter(|report| report.mid == mid);
            let rate = if video { 90_000 } else { 48_000 };
            for report in reports {
                self.compare(report.ntp, report.rtp, rate, &packets);
            }
            packets
        });
        client.reports.clear();
        for packet in sound {
            self.hear(packet);
        }
        for packet in picture {
            self.see(packet);
        }
    }

    /// Compares what a report says of the packet before it with when that was captured.
    fn compare(&mut self, ntp: Duration, rtp: u32, rate: i64, packets: &[Received]) {
        let ahead =
            |packet: &&Received| i64::from(rtp.wrapping_sub(packet.timestamp).cast_signed());
        let before = packets.iter().filter(|packet| ahead(packet) >= 0);
        let Some(packet) = before.min_by_key(ahead) else {
            return;
        };
        let captured_us = ntp.as_micros() as i64 - ahead(&packet) * 1_000_000 / rate;
        let off = captured_us - packet.label.captured.as_micros() as i64;
        let (least, most) = self.off.unwrap_or((off, off));
        self.off = Some((least.min(off), most.max(off)));
    }

    /// What is not there was lost on the way, and nothing else is missing.
    fn hear(&mut self, packet: Received) {
        if let Some(last) = self.sound.replace(packet.clone()) {
            let frames = packet.label.frame - last.label.frame;
            assert!(frames > 0, "twice: {:?}", packet.label);
            assert_eq!(
                packet.seq - last.seq,
                u64::from(frames),
                "{:?}",
                packet.label
            );
            let passed = packet.timestamp.wrapping_sub(last.timestamp);
            assert_eq!(passed, frames * 960, "{:?}", packet.label);
            self.wraps[0] += u32::from(packet.seq >> 16 > last.seq >> 16);
            self.wraps[2] += u32::from(packet.timestamp < last.timestamp);
        }
        self.heard += 1;
    }

    /// Everything came, by itself or by repair.
    fn see(&mut self, packet: Received) {
        if let Some(last) = self.picture.replace(packet.clone()) {
            assert_eq!(packet.seq, last.seq + 1, "{:?}", packet.label);
            let frames = packet.label.frame - last.label.frame;
            assert!(frames <= 1, "{:?}", packet.label);
            let id = |packet: &Received| u16::from_be_bytes([packet.payload[2], packet.payload[3]]);
            let ids = id(&packet).wrapping_sub(id(&last)) & 0x7fff;
            assert_eq!(u32::from(ids), frames, "{:?}", packet.label);
            let captured = packet.label.captured - last.label.captured;
            let passed = packet.timestamp.wrapping_sub(last.timestamp);
            let off = i64::from(passed) - captured.as_micros() as i64 * 9 / 100;
            assert!(off.abs() <= 1, "off by {off}: {:?}", packet.label);
            self.wraps[1] += u32::from(packet.seq >> 16 > last.seq >> 16);
            self.wraps[3] += u32::from(packet.timestamp < last.timestamp);
        }
        self.seen += 1;
    }
}

/// A call that begins when the program is so old, and is so long; returns what was heard and seen.
fn call(age: Duration, minutes: u32, picture_every: Duration, watching: &[usize]) -> Vec<Watcher> {
    let mut world = World::new(131);
    world.run(age);
    for _ in 0..=watching.len() {
        world.join();
    }
    world.until_connected();
    for watcher in watching {
        world.assign(*watcher, person(0), PUBLISHER, (320, 180));
    }
    let publisher = &mut world.clients[PUBLISHER];
    publisher.picture_every = picture_every;
    publisher.camera = [true, false, false];
    publisher.microphone = true;
    let mut watchers: Vec<_> = watching.iter().map(|_| Watcher::default()).collect();
    for minute in 1..=minutes {
        world.link.lost = LOST;
        world.run(MINUTE.saturating_sub(Duration::from_secs(1)));
        // What was lost is repaired before it is looked at.
        world.link.lost = 0;
        world.run(Duration::from_secs(1));
        for (watcher, at) in watchers.iter_mut().zip(watching) {
            watcher.look(&mut world, *at);
        }
        for (_, event) in world.events.drain(..) {
            check(&event, minute);
        }
    }
    let keys = world.clients[PUBLISHER].keys_asked;
    assert!(keys <= 3, "{keys} key frames were asked for");
    watchers
}

/// Nobody leaves, and the ways look as they are.
fn check(event: &Event, minute: u32) {
    match event {
        Event::Report(report) => check_report(report, minute),
        Event::Ended { .. } => panic!("ended in minute {minute}"),
        Event::Picture { paused, .. } => assert!(!paused, "paused in minute {minute}"),
        Event::Quality { .. }
        | Event::Connected { .. }
        | Event::Answered { .. }
        | Event::Speakers { .. } => {}
    }
}

fn check_report(report: &MediaReport, minute: u32) {
    if report.slots.is_empty() {
        return;
    }
    let estimate_bps = report.estimate_bps.unwrap();
    assert!(
        estimate_bps > 1_000_000,
        "{estimate_bps} in minute {minute}"
    );
    if let Some(rtt_ms) = report.rtt_ms {
        assert!(
            (19.5..20.5).contains(&rtt_ms),
            "{rtt_ms} in minute {minute}"
        );
    }
    assert!(
        report.loss_out < 0.1,
        "{} in minute {minute}",
        report.loss_out
    );
}

fn assert_whole(watcher: &Watcher, minutes: u32, picture_every: Duration) {
    let packets = |every: Duration| f64::from(minutes * 60) / every.as_secs_f64();
    let heard = watcher.heard as f64 / packets(Duration::from_millis(20));
    // A packet passes two ways.
    assert!((0.975..=1.0).contains(&heard), "{heard} of the sound");
    let seen = watcher.seen as f64 / packets(picture_every);
    assert!((0.999..1.01).contains(&seen), "{seen} of the pictures");
    let (least, most) = watcher.off.unwrap();
    assert!(
        most - least <= 1_000,
        "reports are off by {least} to {most} us"
    );
}

#[test]
fn a_call_passes_every_number_that_wraps_with_the_age_of_the_program() {
    let watchers = call(ALL_WRAP - MINUTE * 10, 40, PICTURE_EVERY, &WATCHERS[..1]);
    for watcher in &watchers {
        assert_whole(watcher, 40, PICTURE_EVERY);
        let [sound, picture, ..] = watcher.wraps;
        assert!(sound >= 1 && picture >= 1, "{:?}", watcher.wraps);
    }
}

#[test]
fn a_call_goes_on_for_as_many_hours_as_are_asked_for() {
    let asked = std::env::var("ZOOM_CALL_HOURS");
    let hours = asked.map_or(0.1, |hours| hours.parse().unwrap());
    let minutes = (hours * 60.0) as u32;
    let picture_every = Duration::from_millis(200);
    for watcher in &call(Duration::ZERO, minutes, picture_every, &WATCHERS) {
        assert_whole(watcher, minutes, picture_every);
        let [sound, picture, sound_time, picture_time] = watcher.wraps;
        println!(
            "{} packets of sound and {} of pictures; sequence numbers came around {sound} and \
             {picture} times, timestamps {sound_time} and {picture_time} times",
            watcher.heard, watcher.seen
        );
        let came_around = |ticks: f64| (hours * 3_600.0 * ticks / 2_f64.powi(32)) as u32;
        assert!(sound_time >= came_around(48e3) && picture_time >= came_around(90e3));
        assert!(u64::from(sound) >= watcher.heard / 65_536);
        assert!(u64::from(picture) >= watcher.seen / 65_536);
    }
}
