//! Loss that is not congestion, jitter and reordering.

use super::{
    link::{LinkConfig, Loss},
    world::World,
};

fn lossy(bps: f64, one_way_ms: f64, loss: Loss) -> LinkConfig {
    LinkConfig {
        one_way_ms,
        loss,
        ..LinkConfig::steady(bps)
    }
}

#[test]
fn five_percent_of_random_loss_costs_little_of_the_link() {
    let world = World::run(lossy(2e6, 50.0, Loss::Random(0.05)), 3e6, 60.0);
    let used = world.flow().through_bps(10.0, 60.0) / 2e6;
    let queued_ms = world.flow().queued_ms(10.0, 60.0, 950);
    assert!(used >= 0.85, "{used}");
    assert!(queued_ms <= 100.0, "{queued_ms}");
}

#[test]
fn ten_percent_of_random_loss_without_a_queue_leaves_the_estimate_alone() {
    let world = World::run(lossy(10e6, 50.0, Loss::Random(0.10)), 2e6, 60.0);
    let flow = world.flow();
    let sent = flow.through_bps(10.0, 60.0) / 2e6;
    assert!(sent >= 0.95, "{sent}");
}

#[test]
fn ten_percent_of_bursty_loss_does_not_collapse_the_estimate() {
    let bursts = Loss::Bursts {
        enter: 0.02,
        leave: 0.10,
        lost: 0.6,
    };
    let world = World::run(lossy(2e6, 50.0, bursts), 3e6, 60.0);
    let flow = world.flow();
    let lost = 1.0 - flow.delivered_bytes as f64 / flow.through_bytes as f64;
    let used = flow.through_bps(10.0, 60.0) / 2e6;
    assert!((0.07..0.13).contains(&lost), "{lost}");
    assert!(used >= 0.7, "{used}");
    let worst = (10..55).map(|from_s| flow.through_bps(f64::from(from_s), f64::from(from_s + 5)));
    let worst = worst.fold(f64::INFINITY, f64::min) / 2e6;
    assert!(worst >= 0.5, "{worst}");
}

#[test]
fn jitter_does_not_drive_the_estimate_down() {
    for reorders in [false, true] {
        let config = LinkConfig {
            jitter_ms: 10.0,
            reorders,
            ..LinkConfig::steady(10e6)
        };
        let world = World::run(config, 2.5e6, 60.0);
        let sent = world.flow().through_bps(5.0, 60.0) / 2.5e6;
        assert!(sent >= 0.95, "{sent}");
    }
}

#[test]
fn jitter_does_not_keep_a_full_link_from_being_used() {
    let config = LinkConfig {
        jitter_ms: 10.0,
        ..LinkConfig::steady(1e6)
    };
    let world = World::run(config, 2.5e6, 60.0);
    let used = world.flow().through_bps(5.0, 60.0) / 1e6;
    let queued_ms = world.flow().queued_ms(5.0, 60.0, 950);
    assert!(used >= 0.8, "{used}");
    assert!(queued_ms <= 100.0, "{queued_ms}");
}

#[test]
fn a_link_without_a_queue_is_shared_by_loss() {
    // A policer: what does not fit is dropped and nothing is late.
    let config = LinkConfig {
        queue_ms: 50.0,
        ..LinkConfig::steady(1e6)
    };
    let world = World::run(config, 2.5e6, 60.0);
    let flow = world.flow();
    let used = flow.through_bps(10.0, 60.0) / 1e6;
    let lost = 1.0 - flow.through_bytes as f64 / flow.sent_bytes as f64;
    assert!(used >= 0.6, "{used}");
    assert!(lost <= 0.2, "{lost}");
}
