//! A capacity that stays, drops and comes back (the variable-capacity cases of RFC 8867).

use super::{flow::Ladder, link::LinkConfig, world::World};

#[test]
fn a_steady_limit_is_used_with_a_short_queue() {
    let world = World::run(LinkConfig::steady(1e6), 2.5e6, 60.0);
    let used = world.flow().through_bps(5.0, 60.0) / 1e6;
    let queued_ms = world.flow().queued_ms(5.0, 60.0, 950);
    assert!(used >= 0.85, "{used}");
    assert!(queued_ms <= 100.0, "{queued_ms}");
}

#[test]
fn the_queue_that_a_drop_to_a_fifth_causes_is_gone_within_a_second() {
    // At different moments between two frames and between two feedbacks.
    for late_s in [0.0, 0.017, 0.034, 0.051, 0.068, 0.085] {
        let at_s = 10.0 + late_s;
        let config = LinkConfig::steps(&[(0.0, 2.5e6), (at_s, 0.5e6)]);
        let world = World::run(config, 2.5e6, 25.0);
        let gone_s = world.queue_gone(at_s + 0.05).unwrap() - at_s;
        assert!(gone_s <= 1.0, "{at_s}: {gone_s}");
        let used = world.flow().through_bps(at_s + 2.0, 25.0) / 0.5e6;
        assert!(used >= 0.85, "{at_s}: {used}");
    }
}

#[test]
fn a_capacity_that_comes_back_is_used_within_eight_seconds() {
    for late_s in [0.0, 1.0, 2.0, 3.0] {
        let back_s = 25.0 + late_s;
        let config = LinkConfig::steps(&[(0.0, 2.5e6), (10.0, 0.5e6), (back_s, 2.5e6)]);
        let world = World::run(config, 2.5e6, back_s + 10.0);
        let before = world.flow().through_bps(5.0, 10.0);
        let used_s = world
            .flow()
            .first(back_s, |sample| sample.sending_bps >= 0.9 * before)
            .unwrap();
        assert!(used_s - back_s <= 8.0, "{back_s}: {used_s}");
    }
}

#[test]
fn a_capacity_that_comes_and_goes_is_followed() {
    // In the manner of RFC 8867 section 5.1.
    let steps = [(0.0, 1e6), (40.0, 2.5e6), (60.0, 0.6e6), (80.0, 1e6)];
    let world = World::run(LinkConfig::steps(&steps), 4e6, 100.0);
    let flow = world.flow();
    for (from_s, to_s, bps) in [
        (5.0, 40.0, 1e6),
        (45.0, 60.0, 2.5e6),
        (62.0, 80.0, 0.6e6),
        (84.0, 100.0, 1e6),
    ] {
        let used = flow.through_bps(from_s, to_s) / bps;
        let queued_ms = flow.queued_ms(from_s, to_s, 950);
        assert!(used >= 0.85, "{from_s}: {used}");
        assert!(queued_ms <= 100.0, "{from_s}: {queued_ms}");
    }
}

#[test]
fn a_deep_dip_is_survived_and_left_behind() {
    let steps = [(0.0, 2.5e6), (20.0, 0.3e6), (40.0, 2.5e6)];
    let world = World::run(LinkConfig::steps(&steps), 2.5e6, 60.0);
    let flow = world.flow();
    let before = flow.through_bps(10.0, 20.0);
    let used = flow.through_bps(22.0, 40.0) / 0.3e6;
    let queued_ms = flow.queued_ms(22.0, 40.0, 950);
    let back_s = flow
        .first(40.0, |sample| sample.sending_bps >= 0.9 * before)
        .unwrap()
        - 40.0;
    let gone_s = world.queue_gone(20.05).unwrap() - 20.0;
    assert!(used >= 0.75, "{used}");
    assert!(queued_ms <= 150.0, "{queued_ms}");
    // An eighth of the capacity: what was under way when it was noticed takes more than a second.
    assert!(gone_s <= 2.5, "{gone_s}");
    assert!(back_s <= 8.0, "{back_s}");
}

#[test]
fn a_drop_to_an_eighth_is_answered_with_the_first_feedback_that_can_tell() {
    // Before it, the queue grows by seven milliseconds each millisecond.
    for (one_way_ms, mean_s, worst_s) in [(10.0, 1.1, 1.3), (25.0, 1.35, 1.6)] {
        let gone = (0..10).map(|step: u8| {
            let at_s = 12.0 + f64::from(step) * 0.01;
            let config = LinkConfig {
                one_way_ms,
                ..LinkConfig::steps(&[(0.0, 2.5e6), (at_s, 0.3e6)])
            };
            let world = World::run(config, 2.5e6, 20.0);
            world.queue_gone(at_s + 0.05).unwrap() - at_s
        });
        let gone: Vec<f64> = gone.collect();
        let mean = gone.iter().sum::<f64>() / 10.0;
        let worst = gone.iter().copied().fold(0.0, f64::max);
        assert!(mean <= mean_s, "{one_way_ms}: {gone:?}");
        assert!(worst <= worst_s, "{one_way_ms}: {gone:?}");
    }
}

#[test]
fn three_layers_do_not_hide_that_there_is_room_for_the_next() {
    let steps = [(0.0, 2.5e6), (20.0, 0.35e6), (40.0, 2.5e6)];
    let mut world = World::new(LinkConfig::steps(&steps), &[Ladder::three()], 0.0, 3);
    world.advance(60.0);
    let flow = world.flow();
    let up_s = flow
        .first(0.0, |sample| sample.sending_bps > 1.5e6)
        .unwrap();
    let back_s = flow
        .first(40.0, |sample| sample.sending_bps > 1.5e6)
        .unwrap()
        - 40.0;
    assert!(up_s <= 3.0, "{up_s}");
    assert!(back_s <= 8.0, "{back_s}");
    let low = flow
        .samples
        .iter()
        .filter(|sample| sample.at_s > 23.0 && sample.at_s < 40.0 && sample.sending_bps < 190e3);
    let low_s = low.count() as f64 * 0.01;
    assert!(
        low_s < 1.0,
        "the lowest layer fits, but was not sent for {low_s} s"
    );
    let probes = flow.probe_bytes as f64 / flow.sent_bytes as f64;
    assert!(probes < 0.05, "{probes}");
}

#[test]
fn key_frames_on_a_full_link_neither_starve_the_picture_nor_let_the_queue_stay() {
    let mut world = World::new(LinkConfig::steady(1.5e6), &[Ladder::fine(4e6)], 0.0, 4);
    world.flows[0].set_key_frames(6.0, 90);
    world.advance(60.0);
    let flow = world.flow();
    let used = flow.through_bps(5.0, 60.0) / 1.5e6;
    assert!(used >= 0.8, "{used}");
    let queued_ms = flow.queued_ms(5.0, 60.0, 950);
    assert!(queued_ms <= 150.0, "{queued_ms}");
    let paused = flow
        .samples
        .iter()
        .filter(|sample| sample.at_s > 5.0 && sample.sending_bps < 0.3e6);
    let paused_s = paused.count() as f64 * 0.01;
    assert!(paused_s < 1.0, "{paused_s}");
}

#[test]
fn a_key_frame_for_which_there_is_room_takes_no_picture_away() {
    // Between two frames and between two feedbacks, at different moments.
    for one_way_ms in [10.0, 18.0, 25.0, 40.0] {
        let config = LinkConfig {
            one_way_ms,
            ..LinkConfig::steady(2.5e6)
        };
        let mut world = World::new(config, &[Ladder::three()], 0.0, 5);
        world.flows[0].set_key_frames(5.0, 97);
        world.advance(60.0);
        let flow = world.flow();
        let lower = flow
            .samples
            .iter()
            .filter(|sample| sample.at_s > 5.0 && sample.sending_bps < 1.5e6);
        let lower_s = lower.count() as f64 * 0.01;
        assert!(lower_s == 0.0, "{one_way_ms}: lower for {lower_s} s");
    }
}
