//! An ICE-TCP connection carries a call as UDP does.

use std::time::Duration;

use crate::{
    media::decode,
    world::{World, person},
};

#[test]
fn people_over_tcp_and_udp_hear_and_see_each_other() {
    let mut world = World::new(95);
    world.join();
    world.join_over_tcp();
    world.until_connected();
    world.assign(0, person(0), 1, (320, 180));
    world.assign(1, person(0), 0, (320, 180));
    for client in &mut world.clients {
        client.microphone = true;
        client.camera = [true; 3];
    }
    world.run(Duration::from_secs(2));
    for client in &world.clients {
        assert!(decode(client.picture(person(0))).len() > 50);
        assert!(client.sound(person(0)).len() > 90);
    }
}
