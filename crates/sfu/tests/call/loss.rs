//! Retransmission repairs what the network loses.

use std::time::Duration;

use crate::{
    media::decode,
    world::{Link, World, person},
};

#[test]
fn five_percent_of_loss_on_both_ways_are_repaired() {
    let mut world = World::new(31);
    world.link = Link {
        delay: Duration::from_millis(20),
        jitter: Duration::from_millis(4),
        lost: 0,
    };
    world.join();
    world.join();
    world.until_connected();
    world.assign(0, person(0), 1, (640, 360));
    world.clients[1].camera = [true; 3];
    world.run(Duration::from_secs(1));
    world.link.lost = 50;
    world.run(Duration::from_secs(20));
    // What was lost near the end comes without further loss.
    world.link.lost = 0;
    world.run(Duration::from_secs(1));
    let frames = decode(world.clients[0].picture(person(0)));
    assert!(frames.len() > 560, "{} frames", frames.len());
    let keys = frames.iter().filter(|frame| frame.label.key).count();
    assert!(keys <= 4, "{keys} key frames");
}
