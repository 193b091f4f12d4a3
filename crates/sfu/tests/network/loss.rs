//! Loss, reordering and duplication that have nothing to do with capacity.

use std::time::Duration;

use crate::{
    link::{Loss, Toward, Way},
    meeting::Meeting,
    watch,
    world::person,
};

/// The first watches the second for a while; the networks of those in `at` are of this kind.
fn watching(seed: u64, at: &[usize], way: &Way, seconds: f64) -> (Meeting, Duration, Duration) {
    let mut meeting = Meeting::new(seed);
    let set = |meeting: &Meeting, way: &Way| {
        for who in at.iter().copied() {
            for toward in [Toward::Server, Toward::Client] {
                meeting.set(who, toward, way.clone());
            }
        }
    };
    // The ways are as long from the beginning.
    let good = Way {
        loss: Loss::None,
        ..way.clone()
    };
    for _ in 0..2 {
        meeting.join();
    }
    set(&meeting, &good);
    meeting.world.until_connected();
    meeting.world.clients[1].camera = [true, true, false];
    meeting.world.clients[1].microphone = true;
    meeting.show(0, person(0), 1, (640, 360));
    meeting.run(3.0);
    set(&meeting, way);
    let from = meeting.now();
    meeting.run(seconds);
    let to = meeting.now();
    // What was lost near the end comes without further loss.
    set(&meeting, &good);
    meeting.run(1.0);
    (meeting, from, to)
}

fn lossy(loss: Loss) -> Way {
    Way {
        delay: Duration::from_millis(50),
        loss,
        ..Way::default()
    }
}

#[test]
fn five_percent_of_loss_with_a_round_trip_of_100_ms_is_hardly_seen() {
    let (meeting, from, to) = watching(1, &[0], &lossy(Loss::Random(0.05)), 60.0);
    let frozen = meeting.frozen(0, person(0), from, to);
    let layers = meeting.layers(0, person(0), from, to);
    let (repairs, lost) = meeting.repairs(0, Toward::Client);
    assert!(repairs as f64 <= 1.3 * lost as f64, "{repairs} for {lost}");
    assert!(frozen <= 0.01, "{frozen}");
    assert!(layers[1] >= 0.99, "{layers:?}");
}

#[test]
fn ten_percent_of_loss_in_bursts_is_repaired() {
    let bursts = Loss::Bursts {
        enter: 0.02,
        leave: 0.10,
        lost: 0.6,
    };
    let (meeting, from, to) = watching(2, &[0], &lossy(bursts), 40.0);
    let frozen = meeting.frozen(0, person(0), from, to);
    let layers = meeting.layers(0, person(0), from, to);
    let (repairs, lost) = meeting.repairs(0, Toward::Client);
    assert!(repairs as f64 <= 1.3 * lost as f64, "{repairs} for {lost}");
    assert!(frozen <= 0.15, "{frozen}");
    assert!(layers[1] >= 0.95, "{layers:?}");
}

#[test]
fn reordering_and_duplication_lose_nothing_and_deliver_nothing_twice() {
    let way = Way {
        delay: Duration::from_millis(30),
        jitter: Duration::from_millis(20),
        reorders: true,
        doubled: 0.05,
        ..Way::default()
    };
    let (meeting, from, to) = watching(3, &[0, 1], &way, 20.0);
    let picture = meeting.world.clients[0].picture(person(0));
    let sound = meeting.sound(0, person(0));
    assert!(!watch::doubled(picture) && !watch::doubled(sound));
    let layers = meeting.layers(0, person(0), from, to);
    assert!(layers[1] > 0.995, "{layers:?}");
    assert_eq!(watch::missing_sound(sound, from, to), 0);
    assert_eq!(meeting.frozen(0, person(0), from, to), 0.0);
}

#[test]
fn an_uplink_that_loses_five_percent_is_repaired_before_anybody_sees_it() {
    let (meeting, from, to) = watching(4, &[1], &lossy(Loss::Random(0.05)), 30.0);
    let frozen = meeting.frozen(0, person(0), from, to);
    let layers = meeting.layers(0, person(0), from, to);
    let (repairs, lost) = meeting.repairs(1, Toward::Server);
    assert!(frozen <= 0.01, "{frozen}");
    assert!(layers[1] >= 0.99, "{layers:?}");
    assert!(repairs as f64 <= 1.3 * lost as f64, "{repairs} for {lost}");
    let (repairs, _) = meeting.repairs(0, Toward::Client);
    assert_eq!(repairs, 0, "nothing was lost there");
}

#[test]
fn a_publisher_far_away_that_receives_nothing_is_asked_once_in_a_round_trip() {
    let way = Way {
        delay: Duration::from_millis(200),
        loss: Loss::Random(0.05),
        ..Way::default()
    };
    let (meeting, _, _) = watching(5, &[1], &way, 30.0);
    let (repairs, lost) = meeting.repairs(1, Toward::Server);
    assert!(repairs as f64 <= 1.3 * lost as f64, "{repairs} for {lost}");
}
