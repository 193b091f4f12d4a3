//! A way to a subscriber that carries only so much, and sometimes less or more (the
//! variable-capacity cases of RFC 8867).

use std::time::Duration;

use crate::{
    link::{Toward, Way},
    meeting::Meeting,
    watch,
    world::person,
};

/// Four cameras with sound in one person's tiles, each for its middle layer.
fn four_cameras(seed: u64) -> Meeting {
    let mut meeting = Meeting::of(seed, 5);
    for who in 1..5 {
        meeting.world.clients[who].camera = [true, true, false];
        meeting.world.clients[who].microphone = true;
        meeting.show(0, person(who as u8 - 1), who, (640, 360));
    }
    meeting
}

/// One camera of three layers with sound in one person's large tile.
fn one_camera(seed: u64) -> Meeting {
    let mut meeting = Meeting::of(seed, 2);
    meeting.world.clients[1].camera = [true; 3];
    meeting.world.clients[1].microphone = true;
    meeting.show(0, person(0), 1, (1280, 720));
    meeting
}

fn seconds(seconds: f64) -> Duration {
    Duration::from_secs_f64(seconds)
}

#[test]
fn a_drop_to_a_fifth_leaves_no_queue_after_a_second_and_no_gap_in_the_sound() {
    let mut meeting = one_camera(11);
    let way = meeting.steps(&[(0.0, 2.5e6), (12.0, 0.5e6), (24.0, 2.5e6)]);
    let from = meeting.now();
    meeting.set(0, Toward::Client, way);
    meeting.run(36.0);
    let drop = from + seconds(12.0);
    let rise = from + seconds(24.0);
    let gone = meeting.queue_gone(0, drop);
    let before = meeting.through(0, Toward::Client, from + seconds(6.0), drop);
    let after = meeting.through(0, Toward::Client, rise + seconds(8.0), rise + seconds(12.0));
    let sound = meeting.sound(0, person(0));
    let silence = watch::longest_silence(sound, from + seconds(1.0), from + seconds(35.0));
    let missing = watch::missing_sound(sound, from, from + seconds(35.0));
    assert!(gone <= seconds(1.0), "{gone:?}");
    assert!(after >= 0.9 * before, "{before} before, {after} after");
    assert_eq!(missing, 0);
    assert!(silence <= Duration::from_millis(250), "{silence:?}");
}

/// What a dip from 2.5 Mbit/s and back did.
struct Dip {
    /// How long after the drop there was a queue.
    queue: Duration,
    /// How long after the return it took until a second of the former picture had passed.
    back: Duration,
    silence: Duration,
    missing: usize,
}

/// A dip to so much, at different moments between two frames and two feedbacks.
fn dips(bps: f64) -> impl Iterator<Item = Dip> {
    (1..=6_u8).map(move |seed| {
        let mut meeting = one_camera(u64::from(seed) + 40);
        let late = f64::from(seed) * 0.017;
        let way = meeting.steps(&[(0.0, 2.5e6), (8.0 + late, bps), (18.0 + late, 2.5e6)]);
        let from = meeting.now();
        meeting.set(0, Toward::Client, way);
        meeting.run(29.0);
        let (drop, rise) = (from + seconds(8.0 + late), from + seconds(18.0 + late));
        let before = meeting.through(0, Toward::Client, from + seconds(4.0), drop);
        let good = |tenths: &u32| {
            let begin = rise + Duration::from_millis(100) * *tenths;
            let end = begin + seconds(1.0);
            let through = meeting.through(0, Toward::Client, begin, end);
            through >= 0.9 * before && meeting.layers(0, person(0), begin, end)[2] >= 0.9
        };
        let back = (0..90)
            .find(good)
            .map_or(Duration::MAX, |tenths| Duration::from_millis(100) * tenths);
        let sound = meeting.sound(0, person(0));
        let (begin, end) = (from + seconds(1.0), from + seconds(28.0));
        Dip {
            queue: meeting.queue_gone(0, drop),
            back,
            silence: watch::longest_silence(sound, begin, end),
            missing: watch::missing_sound(sound, begin, end),
        }
    })
}

#[test]
fn a_dip_to_an_eighth_leaves_no_queue_after_a_second_and_is_left_behind_within_eight() {
    for dip in dips(0.3e6) {
        assert!(dip.queue <= seconds(1.0), "{:?}", dip.queue);
        assert!(dip.back <= seconds(8.0), "{:?}", dip.back);
        assert!(dip.silence <= seconds(0.25), "{:?}", dip.silence);
        assert_eq!(dip.missing, 0);
    }
}

#[test]
fn a_dip_to_a_fifth_leaves_no_queue_after_two_thirds_of_a_second() {
    for dip in dips(0.5e6) {
        assert!(dip.queue <= seconds(0.65), "{:?}", dip.queue);
        assert!(dip.back <= seconds(8.0), "{:?}", dip.back);
        assert!(dip.silence <= seconds(0.25), "{:?}", dip.silence);
        assert_eq!(dip.missing, 0);
    }
}

#[test]
fn a_drop_into_a_queue_that_overflows_leaves_a_picture_within_four_seconds() {
    for (bps, least) in [(0.25e6, 0.85), (0.3e6, 0.95), (0.35e6, 0.95)] {
        let mut meeting = Meeting::of(71, 2);
        meeting.set(0, Toward::Client, Way::of(bps));
        meeting.world.clients[1].camera = [true; 3];
        meeting.world.clients[1].microphone = true;
        meeting.show(0, person(0), 1, (1280, 720));
        let from = meeting.now() + seconds(4.0);
        meeting.run(12.0);
        let end = meeting.now() - seconds(1.0);
        let layers = meeting.layers(0, person(0), from, end);
        assert!(layers[0] >= least, "{bps}: {layers:?}");
    }
}

#[test]
fn a_picture_that_just_fits_is_there_after_a_drop_and_comes_back_within_eight_seconds() {
    // The picture needs 155 kbit/s, and sound 40.
    for (bps, least) in [(0.25e6, 0.9), (0.3e6, 0.98)] {
        for seed in 1..=6_u8 {
            let mut meeting = one_camera(u64::from(seed) + 60);
            let drop = 6.0 + f64::from(seed) * 0.113;
            let way = meeting.steps(&[(0.0, 2.5e6), (drop, bps)]);
            let from = meeting.now();
            meeting.set(0, Toward::Client, way);
            meeting.run(60.0);
            let end = from + seconds(59.0);
            let without = meeting.longest_still(0, person(0), from + seconds(drop), end);
            let layers = meeting.layers(0, person(0), from + seconds(drop + 8.0), end);
            assert!(without <= seconds(8.0), "{bps} {seed}: {without:?}");
            assert!(layers[0] >= least, "{bps} {seed}: {layers:?}");
        }
    }
}

#[test]
fn a_steady_limit_is_used_as_far_as_layers_allow_with_a_short_queue() {
    // Beside sound, the most that fits is two pictures of the smallest layer, one of the middle and
    // one of the smallest, one and three, three and one.
    for (bps, most) in [(0.6e6, 0.78), (1.0e6, 0.84), (1.3e6, 0.87), (2.0e6, 0.91)] {
        for seed in 1..=3_u8 {
            let mut meeting = four_cameras(u64::from(seed) + 13);
            meeting.run(f64::from(seed) * 0.113);
            meeting.set(0, Toward::Client, Way::of(bps));
            let from = meeting.now() + seconds(6.0);
            meeting.run(30.0);
            let to = meeting.now();
            let used = meeting.through(0, Toward::Client, from, to) / bps;
            let waited = meeting.waited_p95(0, from, to);
            assert!(used >= 0.95 * most, "{bps} {seed}: {used}");
            assert!(waited <= seconds(0.1), "{bps} {seed}: {waited:?}");
        }
    }
}

#[test]
fn a_capacity_that_comes_and_goes_is_followed() {
    // In the manner of RFC 8867 section 5.1.
    let mut meeting = four_cameras(14);
    let way = meeting.steps(&[(0.0, 1e6), (20.0, 2.5e6), (40.0, 0.6e6), (60.0, 1e6)]);
    let from = meeting.now();
    meeting.set(0, Toward::Client, way);
    meeting.run(75.0);
    // As much as the steps between the layers of four cameras allow: of 2.5 Mbit/s three of the
    // middle layer and one of the smallest are 75 %.
    for (begin, end, bps, most) in [
        (6.0, 20.0, 1e6, 0.75),
        (28.0, 40.0, 2.5e6, 0.74),
        (43.0, 60.0, 0.6e6, 0.48),
        (68.0, 75.0, 1e6, 0.65),
    ] {
        let (begin, end) = (from + seconds(begin), from + seconds(end));
        let used = meeting.through(0, Toward::Client, begin, end) / bps;
        let waited = meeting.waited_p95(0, begin, end);
        let sound = meeting.sound(0, person(0));
        let missing = watch::missing_sound(sound, begin, end);
        assert!(used >= most, "{begin:?}: {used}");
        assert!(
            waited <= Duration::from_millis(100),
            "{begin:?}: {waited:?}"
        );
        assert_eq!(missing, 0);
        let probed = meeting.probed(0, begin, end);
        assert!(probed <= 0.05, "{begin:?}: {probed}");
    }
}
