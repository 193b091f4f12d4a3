//! Somebody's connection is said to do badly while it does, in the direction in which it does.

use std::time::Duration;

use zoom_protocol::{QualityDirection, QualityLevel, QualityReason};
use zoom_sfu::Event;

use crate::world::{World, person};

/// What was told last of this client.
fn last(world: &World, at: usize) -> (QualityLevel, QualityReason, Option<QualityDirection>) {
    let id = world.clients[at].id;
    let told = world
        .events
        .iter()
        .rev()
        .find_map(|(_, event)| match event {
            Event::Quality {
                participant,
                quality,
            } if *participant == id => Some((quality.level, quality.reason, quality.direction)),
            Event::Quality { .. }
            | Event::Report(_)
            | Event::Picture { .. }
            | Event::Connected { .. }
            | Event::Ended { .. }
            | Event::Answered { .. }
            | Event::Speakers { .. } => None,
        });
    told.expect("something is told within a few reports")
}

#[test]
fn a_way_that_begins_to_lose_and_ceases_is_told_both_times() {
    let good = (QualityLevel::Good, QualityReason::None, None);
    let mut world = World::new(41);
    world.join();
    world.join();
    world.until_connected();
    world.assign(0, person(0), 1, (320, 180));
    world.clients[1].camera = [true, false, false];
    world.run(Duration::from_secs(6));
    assert_eq!([last(&world, 0), last(&world, 1)], [good; 2]);
    world.link.lost = 150;
    world.run(Duration::from_secs(8));
    let (level, reason, direction) = last(&world, 1);
    assert_eq!((level, reason), (QualityLevel::Poor, QualityReason::Loss));
    assert_eq!(direction, Some(QualityDirection::Up));
    world.link.lost = 0;
    world.run(Duration::from_secs(20));
    assert_eq!([last(&world, 0), last(&world, 1)], [good; 2]);
}

#[test]
fn a_way_to_a_browser_that_loses_is_told_for_as_long_as_it_does() {
    let mut world = World::new(42);
    world.join();
    world.join();
    world.until_connected();
    world.assign(0, person(0), 1, (320, 180));
    world.clients[1].camera = [true, false, false];
    world.clients[1].microphone = true;
    world.run(Duration::from_secs(6));
    world.link.lost = 150;
    world.run(Duration::from_secs(14));
    for _ in 0..30 {
        world.run(Duration::from_secs(1));
        let (level, reason, direction) = last(&world, 0);
        assert!(level >= QualityLevel::Fair, "{:?}", world.elapsed());
        assert_eq!(reason, QualityReason::Loss, "{:?}", world.elapsed());
        assert_eq!(direction, Some(QualityDirection::Down));
    }
}
