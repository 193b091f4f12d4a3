//! What one person's network is to the others: nothing.

use std::time::Duration;

use crate::{
    link::{Loss, Toward, Way},
    meeting::{LADDER_BPS, Meeting},
    world::{Link, person},
};

fn seconds(seconds: f64) -> Duration {
    Duration::from_secs_f64(seconds)
}

#[test]
fn each_of_twenty_receivers_gets_what_its_way_carries() {
    let mut meeting = Meeting::of(31, 21);
    let capacities = [0.3e6, 0.8e6, 2.4e6, 10e6];
    for who in 1..21 {
        meeting.set(who, Toward::Client, Way::of(capacities[who % 4]));
    }
    // One of those with room to spare loses much.
    let lossy = Way {
        loss: Loss::Random(0.1),
        ..Way::of(10e6)
    };
    meeting.set(3, Toward::Client, lossy);
    meeting.world.clients[0].camera = [true; 3];
    meeting.world.clients[0].microphone = true;
    for who in 1..21 {
        meeting.show(who, person(0), 0, (1280, 720));
    }
    meeting.run(14.0);
    let end = meeting.now() - seconds(1.0);
    for who in 1..21 {
        let layers = meeting.layers(who, person(0), end - seconds(5.0), end);
        let frozen = meeting.frozen(who, person(0), end - seconds(5.0), end);
        let expected = LADDER_BPS
            .iter()
            .rposition(|bps| bps * 1.25 < capacities[who % 4])
            .unwrap();
        if who != 3 {
            assert!(layers[expected] > 0.95, "{who}: {layers:?}");
            assert_eq!(frozen, 0.0, "{who}");
        }
    }
}

#[test]
fn a_publisher_with_a_bad_uplink_harms_nobody_elses_picture() {
    let mut meeting = Meeting::of(32, 4);
    for who in 0..3 {
        meeting.world.clients[who].camera = [true, true, false];
    }
    let bad = Way {
        loss: Loss::Bursts {
            enter: 0.05,
            leave: 0.10,
            lost: 0.8,
        },
        jitter: Duration::from_millis(60),
        reorders: true,
        ..Way::of(0.5e6)
    };
    meeting.set(0, Toward::Server, bad);
    let from = meeting.now() + seconds(3.0);
    for who in 0..3 {
        meeting.show(3, person(who), who.into(), (640, 360));
    }
    meeting.run(15.0);
    let end = meeting.now() - seconds(1.0);
    let bad = meeting.frozen(3, person(0), from, end);
    assert!(bad > 0.0, "the way was not bad");
    for who in 1..3 {
        let layers = meeting.layers(3, person(who), from, end);
        let frozen = meeting.frozen(3, person(who), from, end);
        assert!(layers[1] > 0.98, "{who}: {layers:?}");
        assert_eq!(frozen, 0.0, "{who}");
    }
}

#[test]
fn a_late_joiner_sees_a_picture_at_once() {
    let mut meeting = Meeting::of(33, 2);
    meeting.world.clients[0].camera = [true; 3];
    meeting.world.clients[0].microphone = true;
    meeting.show(1, person(0), 0, (1280, 720));
    meeting.run(5.0);
    meeting.world.link = Link::default();
    let late = meeting.join();
    meeting.show(late, person(0), 0, (1280, 720));
    while !meeting.world.clients[late].connected {
        meeting.world.run(Duration::from_millis(5));
    }
    let connected = meeting.now();
    meeting.run(1.0);
    let packets = meeting.world.clients[late].picture(person(0));
    let first = packets.iter().find(|packet| packet.label.key).unwrap();
    let parts = packets.iter().filter(|packet| {
        packet.label.frame == first.label.frame && packet.label.layer == first.label.layer
    });
    let complete = parts.map(|packet| packet.at).max().unwrap();
    assert!(complete - connected < Duration::from_millis(300));
    let end = meeting.now();
    meeting.run(1.0);
    let frozen = meeting.frozen(
        late,
        person(0),
        complete + Duration::from_millis(300),
        end + seconds(1.0),
    );
    assert_eq!(frozen, 0.0);
}
