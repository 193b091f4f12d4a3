//! Flows that share a bottleneck.

use super::{flow::Ladder, link::LinkConfig, world::World};

/// What the first flow gets of the second one's bitrate in the minute after both have begun, and
/// what both use of the link.
fn share(apart_s: f64, seed: u64) -> (f64, f64) {
    const BPS: f64 = 3e6;
    let ladders = vec![Ladder::fine(4e6); 2];
    let mut world = World::new(LinkConfig::steady(BPS), &ladders, apart_s, seed);
    world.advance(apart_s + 65.0);
    let [first, second] = [0, 1].map(|flow: usize| {
        let flow = &world.flows[flow];
        flow.through_bps(apart_s + 5.0, apart_s + 65.0)
    });
    (first / second, (first + second) / BPS)
}

#[test]
fn two_flows_that_begin_together_share_within_a_factor_of_two() {
    let (ratio, used) = share(0.0, 1);
    assert!((0.5..=2.0).contains(&ratio), "{ratio}");
    assert!(used >= 0.85, "{used}");
}

#[test]
fn a_flow_that_comes_later_gets_its_share() {
    for apart_s in [3.0, 10.0, 10.013, 10.026] {
        let (ratio, used) = share(apart_s, 1);
        assert!((0.5..=2.0).contains(&ratio), "{apart_s}: {ratio}");
        assert!(used >= 0.85, "{apart_s}: {used}");
    }
}
