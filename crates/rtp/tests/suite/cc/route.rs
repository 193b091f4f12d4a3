//! A way that becomes longer without becoming narrower: another route, another radio cell.

use super::{flow::Ladder, link::LinkConfig, world::World};

/// For how many seconds of the ten after the way has become longer by so much less than `share` of
/// the bitrate of before was sent. At different moments between two frames and two feedbacks.
fn below(config: &LinkConfig, longer_ms: f64, share: f64) -> Vec<f64> {
    let moments = (0..8).map(|step: u8| (u64::from(step) + 1, f64::from(step) * 0.0125));
    let lows = moments.map(|(seed, late_s)| {
        let at_s = 12.0 + late_s;
        let mut world = World::new(config.clone(), &[Ladder::fine(2.5e6)], 0.0, seed);
        world.advance(at_s);
        world.link.config.one_way_ms += longer_ms;
        world.advance(10.0);
        let flow = world.flow();
        let before = flow.through_bps(6.0, 12.0);
        let after = flow.samples.iter().filter(|sample| sample.at_s > at_s);
        let low = after.filter(|sample| sample.sending_bps < before * share);
        low.count() as f64 * 0.01
    });
    lows.collect()
}

fn worst(seconds: &[f64]) -> f64 {
    seconds.iter().copied().fold(0.0, f64::max)
}

#[test]
fn a_way_that_becomes_longer_changes_nothing_where_it_was_not_full() {
    for one_way_ms in [10.0, 25.0, 75.0] {
        for longer_ms in [60.0, 100.0, 200.0] {
            let config = LinkConfig {
                one_way_ms,
                ..LinkConfig::steady(10e6)
            };
            let low_s = below(&config, longer_ms, 0.85);
            assert!(worst(&low_s) <= 0.2, "{one_way_ms} {longer_ms}: {low_s:?}");
        }
    }
}

#[test]
fn a_way_that_becomes_longer_under_jitter_is_found_out_soon() {
    for longer_ms in [60.0, 100.0] {
        let config = LinkConfig {
            jitter_ms: 5.0,
            ..LinkConfig::steady(10e6)
        };
        let low_s = below(&config, longer_ms, 0.5);
        assert!(worst(&low_s) <= 0.5, "{longer_ms}: {low_s:?}");
    }
}

#[test]
fn a_full_way_that_becomes_longer_is_found_out_soon() {
    for longer_ms in [60.0, 100.0] {
        let low_s = below(&LinkConfig::steady(2e6), longer_ms, 0.5);
        assert!(worst(&low_s) <= 0.8, "{longer_ms}: {low_s:?}");
        let config = LinkConfig::steady(2e6);
        let mut world = World::new(config, &[Ladder::fine(2.5e6)], 0.0, 1);
        world.advance(12.0);
        world.link.config.one_way_ms += longer_ms;
        world.advance(20.0);
        let used = world.flow().through_bps(14.0, 32.0) / 2e6;
        let queued_ms = world.flow().queued_ms(14.0, 32.0, 950);
        assert!(used >= 0.85, "{longer_ms}: {used}");
        assert!(queued_ms <= 100.0, "{longer_ms}: {queued_ms}");
    }
}

#[test]
fn a_way_that_becomes_shorter_changes_nothing() {
    let config = LinkConfig {
        one_way_ms: 100.0,
        ..LinkConfig::steady(10e6)
    };
    assert!(worst(&below(&config, -80.0, 0.95)) <= 0.0);
}

/// The bitrate that is sent over a way that stands still for so long each few seconds, as a share of
/// what it carries or is wanted, and the longest time of less than a quarter of that.
fn with_standstills(bps: f64, ms: f64) -> (f64, f64) {
    let most = bps.min(2e6);
    let times = (0..12).map(|time| f64::from(time) * 3.317 + 10.0);
    let config = LinkConfig {
        standstills: times.map(|at_s| (at_s, at_s + ms / 1e3)).collect(),
        ..LinkConfig::steady(bps)
    };
    let mut world = World::new(config, &[Ladder::fine(2e6)], 0.0, 1);
    world.advance(50.0);
    let flow = world.flow();
    let (mut longest, mut low) = (0, 0);
    for sample in flow.samples.iter().filter(|sample| sample.at_s > 10.0) {
        low = if sample.sending_bps < most / 4.0 {
            low + 1
        } else {
            0
        };
        longest = longest.max(low);
    }
    (
        flow.through_bps(10.0, 50.0) / most,
        f64::from(longest) * 0.01,
    )
}

#[test]
fn a_way_that_stands_still_for_a_moment_is_not_given_up() {
    for (bps, share) in [(10e6, 0.95), (1.5e6, 0.85)] {
        for ms in [100.0, 150.0, 250.0] {
            let (used, low_s) = with_standstills(bps, ms);
            assert!(used >= share, "{bps} {ms}: {used}");
            assert!(low_s <= 0.3, "{bps} {ms}: {low_s}");
        }
    }
}
