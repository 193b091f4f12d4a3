//! What gives way when a subscriber's way does not carry all, in which order, and what is told.

use std::time::Duration;

use zoom_protocol::SlotId;

use crate::{
    link::{Toward, Way},
    media::Shape,
    meeting::{LADDER, Meeting},
    watch,
    world::{person, stage},
};

fn seconds(seconds: f64) -> Duration {
    Duration::from_secs_f64(seconds)
}

/// Somebody with three others in tiles of falling size.
fn three_tiles(seed: u64) -> Meeting {
    let mut meeting = Meeting::of(seed, 4);
    for who in 1..4 {
        meeting.world.clients[who].camera = [true, true, false];
        meeting.world.clients[who].microphone = true;
        meeting.world.clients[who].level = Some(-70);
    }
    meeting.show(0, person(0), 1, (600, 338));
    meeting.show(0, person(1), 2, (320, 180));
    meeting.show(0, person(2), 3, (160, 90));
    meeting.run(4.0);
    meeting
}

#[test]
fn pictures_pause_smallest_first_are_told_and_come_back() {
    let mut meeting = three_tiles(21);
    let from = meeting.now();
    let way = meeting.steps(&[(0.0, 0.9e6), (8.0, 0.52e6), (16.0, 0.42e6), (26.0, 2.5e6)]);
    meeting.set(0, Toward::Client, way);
    meeting.run(38.0);
    let told = meeting.pauses(0);
    let first = |slot: SlotId| {
        let mut pauses = told
            .iter()
            .filter(|(_, other, paused)| *other == slot && *paused);
        pauses.next().map(|(at, ..)| *at)
    };
    let (smallest, middle) = (first(person(2)).unwrap(), first(person(1)).unwrap());
    assert!(smallest < middle, "{told:?}");
    let largest = meeting.layers(0, person(0), from, from + seconds(26.0));
    assert!(largest.iter().sum::<f64>() > 0.7, "{largest:?}");
    for slot in [person(1), person(2)] {
        let last = told.iter().rfind(|(_, other, _)| *other == slot).unwrap();
        assert!(!last.2 && last.0 < from + seconds(34.0), "{told:?}");
    }
    let end = meeting.now();
    for slot in [0, 1, 2].map(person) {
        let layers = meeting.layers(0, slot, end - seconds(3.0), end - seconds(1.0));
        assert!(layers.iter().sum::<f64>() > 0.95, "{slot}: {layers:?}");
        let sound = meeting.sound(0, slot);
        assert_eq!(watch::missing_sound(sound, from, end - seconds(1.0)), 0);
    }
}

#[test]
fn the_speaker_holds_out_longer_than_larger_pictures() {
    let mut meeting = three_tiles(22);
    meeting.world.clients[3].level = Some(-20);
    meeting.run(3.0);
    meeting.set(0, Toward::Client, Way::of(0.36e6));
    meeting.run(12.0);
    let end = meeting.now();
    let [first, second, speaker] = [0, 1, 2].map(|slot| {
        let layers = meeting.layers(0, person(slot), end - seconds(10.0), end - seconds(1.0));
        layers.iter().sum::<f64>()
    });
    assert!(speaker > 0.65, "{speaker}");
    assert!(first < 0.4 && second < 0.4, "{first} and {second}");
    assert!(
        meeting
            .pauses(0)
            .iter()
            .all(|(_, slot, _)| *slot != person(2))
    );
}

#[test]
fn more_that_turns_out_too_much_does_not_interrupt_the_speaker() {
    // Room for the speaker, or for one more, but not for all that is tried.
    for (seed, bps) in [(25, 0.36e6), (26, 0.5e6), (27, 0.5e6)] {
        let mut meeting = three_tiles(seed);
        meeting.world.clients[3].level = Some(-20);
        meeting.show(0, person(2), 3, (320, 180));
        meeting.run(3.0 + (seed % 7) as f64 * 0.113);
        meeting.set(0, Toward::Client, Way::of(bps));
        let from = meeting.now() + seconds(3.0);
        meeting.run(40.0);
        let end = meeting.now() - seconds(1.0);
        let still = meeting.longest_still(0, person(2), from, end);
        assert!(still <= seconds(0.2), "{bps} {seed}: {still:?}");
        let tried = [0, 1].map(|slot| meeting.layers(0, person(slot), from, end));
        let tried: f64 = tried.iter().flatten().sum();
        assert!(tried > 0.01, "nothing more was tried");
    }
}

#[test]
fn the_stage_holds_out_longest() {
    let mut meeting = three_tiles(23);
    meeting.world.clients[3].level = Some(-20);
    // A screen of about 360 kbit/s.
    meeting.world.clients[1].shapes[2] = Shape {
        bytes: 700,
        ..LADDER[1]
    };
    meeting.world.clients[1].screen = true;
    meeting.show(0, stage(0), 1, (640, 360));
    meeting.run(4.0);
    meeting.set(0, Toward::Client, Way::of(0.62e6));
    meeting.run(15.0);
    let end = meeting.now();
    let screen = meeting.layers(0, stage(0), end - seconds(5.0), end - seconds(1.0));
    assert!(screen.iter().sum::<f64>() > 0.95, "{screen:?}");
    assert!(
        meeting
            .pauses(0)
            .iter()
            .all(|(_, slot, _)| *slot != stage(0))
    );
    let others: f64 = [0, 1]
        .map(|slot| meeting.layers(0, person(slot), end - seconds(5.0), end))
        .iter()
        .flatten()
        .sum();
    assert_eq!(others, 0.0);
}

#[test]
fn sound_is_sent_on_a_way_that_carries_no_picture() {
    let mut meeting = three_tiles(24);
    let from = meeting.now();
    meeting.set(0, Toward::Client, Way::of(0.2e6));
    meeting.run(15.0);
    let end = meeting.now();
    for slot in [0, 1, 2].map(person) {
        let paused = meeting
            .pauses(0)
            .iter()
            .rfind(|(_, other, _)| *other == slot)
            .map(|told| told.2);
        assert_eq!(paused, Some(true));
        let sound = meeting.sound(0, slot);
        let missing = watch::missing_sound(sound, from + seconds(3.0), end - seconds(1.0));
        assert_eq!(missing, 0);
    }
}
