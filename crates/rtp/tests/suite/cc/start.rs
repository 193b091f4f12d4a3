//! The first seconds, and a way that falls silent.

use super::{
    flow::Ladder,
    link::{LinkConfig, Loss},
    world::World,
};

#[test]
fn a_wide_link_is_found_within_two_seconds() {
    for one_way_ms in [5.0, 25.0, 50.0, 100.0] {
        let config = LinkConfig {
            one_way_ms,
            ..LinkConfig::steady(10e6)
        };
        let world = World::run(config, 2.5e6, 10.0);
        let reached_s = world
            .flow()
            .first(0.0, |sample| sample.sending_bps >= 2.5e6)
            .unwrap();
        assert!(reached_s <= 2.0, "{one_way_ms}: {reached_s}");
    }
}

#[test]
fn a_narrow_link_is_not_flooded_by_the_first_probes() {
    let mut world = World::new(LinkConfig::steady(250e3), &[Ladder::fine(2.5e6)], 0.0, 5);
    world.advance(20.0);
    let longest_ms = world.longest_wait_ms(0.0, 20.0);
    let used = world.flow().through_bps(3.0, 20.0) / 250e3;
    assert!(longest_ms <= 250.0, "{longest_ms}");
    assert!(used >= 0.75, "{used}");
}

#[test]
fn a_way_that_falls_silent_is_not_flooded_and_found_again() {
    let mut world = World::new(LinkConfig::steady(3e6), &[Ladder::fine(2.5e6)], 0.0, 6);
    world.advance(10.0);
    let before = world.flow().controller.estimate_bps();
    assert!(before > 2_400_000);
    world.link.config.loss = Loss::Random(1.0);
    world.advance(1.0);
    assert!(world.flow().controller.estimate_bps() < before * 3 / 4);
    world.advance(9.0);
    assert!(world.flow().controller.estimate_bps() <= 100_000);
    world.link.config.loss = Loss::None;
    world.advance(3.0);
    let after = world.flow().controller.estimate_bps();
    assert!(after > 2_400_000, "{after}");
}
