//! Receivers that lie, clocks that jump, and senders that have nothing to send.

use std::time::{Duration, Instant};

use zoom_rtp::cc::{CcAction, CcConfig, CongestionController, LimitedBy, SentKind};

use super::{
    flow::{Flow, Ladder, at},
    link::{LinkConfig, Random},
    world::World,
};

const CONFIG: CcConfig = CcConfig {
    start_bps: 300_000,
    min_bps: 50_000,
    max_bps: 5_000_000,
};

/// Sends 25 packets each 50 ms for so many rounds and lets `answer` make the feedback of each round
/// from sequence numbers and sending times in microseconds.
fn rounds(
    controller: &mut CongestionController,
    epoch: Instant,
    from: i64,
    count: i64,
    mut answer: impl FnMut(&[(u16, i64)]) -> Vec<(u16, Option<i64>)>,
) {
    for round in from..from + count {
        let begin_us = round * 50_000;
        let sent: Vec<(u16, i64)> = (0..25)
            .map(|packet| {
                let sent_us = begin_us + packet * 2_000;
                let sequence = controller.on_sent(at(epoch, sent_us), 1_000, SentKind::Media);
                (sequence, sent_us)
            })
            .collect();
        let now = at(epoch, begin_us + 90_000);
        controller.on_arrivals(now, answer(&sent));
        let _ = controller.poll(now);
        assert!((50_000..=5_000_000).contains(&controller.estimate_bps()));
        let state = controller.state();
        assert!(state.queue_ms.is_finite() && (0.0..=1.0).contains(&state.loss));
    }
}

fn honest(sent: &[(u16, i64)]) -> Vec<(u16, Option<i64>)> {
    let arrivals = sent
        .iter()
        .map(|(sequence, at)| (*sequence, Some(at + 20_000)));
    arrivals.collect()
}

#[test]
fn no_feedback_brings_the_estimate_out_of_its_bounds() {
    for seed in 0..40 {
        let mut random = Random::new(seed);
        let epoch = Instant::now();
        let mut controller = CongestionController::new(CONFIG, epoch);
        controller.set_wanted(epoch, u64::MAX, u64::MAX);
        rounds(&mut controller, epoch, 0, 200, |sent| {
            let (first, at_us) = sent[0];
            let packets = (random.unit() * 60.0) as u16;
            let wild = 10f64.powf(random.unit() * 18.0);
            (0..packets)
                .map(|_| {
                    let sequence = first.wrapping_add((random.unit() * 70_000.0) as u32 as u16);
                    let arrival_us = at_us.wrapping_add(((random.unit() - 0.5) * wild) as i64);
                    (sequence, random.chance(0.8).then_some(arrival_us))
                })
                .chain([
                    (first, Some(i64::MAX)),
                    (first.wrapping_add(1), Some(i64::MIN)),
                ])
                .collect()
        });
    }
}

#[test]
fn packets_that_were_not_sent_and_old_news_change_nothing() {
    let epoch = Instant::now();
    let mut plain = CongestionController::new(CONFIG, epoch);
    rounds(&mut plain, epoch, 0, 100, honest);

    let mut lied_to = CongestionController::new(CONFIG, epoch);
    let mut before = Vec::new();
    rounds(&mut lied_to, epoch, 0, 100, |sent| {
        let mut told = honest(sent);
        let last = sent[24].0;
        for ahead in 1..200 {
            told.push((last.wrapping_add(ahead), Some(1)));
        }
        told.extend(before.iter().map(|(sequence, _)| (*sequence, Some(7))));
        before = honest(sent);
        told
    });
    assert_eq!(plain.estimate_bps(), lied_to.estimate_bps());
    assert_eq!(plain.state(), lied_to.state());
}

#[test]
fn a_clock_that_jumps_is_followed() {
    let epoch = Instant::now();
    let mut controller = CongestionController::new(CONFIG, epoch);
    rounds(&mut controller, epoch, 0, 100, honest);
    let before = controller.estimate_bps();
    for jump_us in [3_600_000_000, -7_200_000_000, 1i64 << 50] {
        let moved = |sent: &[(u16, i64)]| {
            let told = honest(sent).into_iter();
            told.map(|(sequence, at)| (sequence, at.map(|at| at + jump_us)))
                .collect()
        };
        rounds(&mut controller, epoch, 100, 40, moved);
    }
    assert!(controller.estimate_bps() >= before);
    assert!(controller.state().queue_ms < 1.0);
}

#[test]
fn a_receiver_cannot_raise_the_estimate_beyond_what_is_configured() {
    let epoch = Instant::now();
    let mut controller = CongestionController::new(CONFIG, epoch);
    for report in 0..100 {
        let now = at(epoch, report * 1_000_000);
        controller.on_remb(now, u64::MAX);
        assert!(controller.estimate_bps() <= 5_000_000);
    }
    assert_eq!(controller.estimate_bps(), 5_000_000);
}

#[test]
fn the_estimate_of_the_receiver_is_a_bound_that_times_out() {
    let epoch = Instant::now();
    let mut controller = CongestionController::new(CONFIG, epoch);
    rounds(&mut controller, epoch, 0, 100, honest);
    let free = controller.estimate_bps();
    let now = at(epoch, 5_050_000);
    controller.on_remb(now, 120_000);
    assert_eq!(controller.estimate_bps(), 120_000);
    assert_eq!(controller.state().limited_by, LimitedBy::Remb);
    rounds(&mut controller, epoch, 101, 110, honest);
    assert!(controller.estimate_bps() >= free);
}

#[test]
fn who_sends_little_neither_loses_the_estimate_nor_gains_one() {
    // A minute of sound on a link on which a picture was sent before.
    let mut world = World::new(LinkConfig::steady(3e6), &[Ladder::fine(2e6)], 0.0, 9);
    world.advance(20.0);
    let before = world.flow().controller.estimate_bps();
    world.flows[0].set_ladder(Ladder(vec![0.0]));
    world.advance(60.0);
    let after = world.flow().controller.estimate_bps();
    assert!(after >= before * 9 / 10, "{before} {after}");

    // And a minute of nothing but sound.
    let mut world = World::new(LinkConfig::steady(3e6), &[Ladder(vec![0.0])], 0.0, 9);
    world.advance(60.0);
    let flow: &Flow = world.flow();
    assert!(flow.controller.estimate_bps() <= 300_000);
    assert_eq!(flow.probe_bytes, 0);
}

#[test]
fn whoever_gives_no_feedback_gets_no_probes_and_keeps_the_start() {
    let epoch = Instant::now();
    let mut controller = CongestionController::new(CONFIG, epoch);
    controller.set_wanted(epoch, 5_000_000, 300_000);
    for packet in 0..1000 {
        let now = at(epoch, packet * 20_000);
        controller.on_sent(now, 1_000, SentKind::Media);
        assert_eq!(controller.poll(now), CcAction::None);
    }
    assert_eq!(controller.estimate_bps(), 300_000);
    assert_eq!(controller.next_due(), None);
    controller.on_round_trip(Duration::from_millis(80));
    assert_eq!(controller.state().rtt, Some(Duration::from_millis(80)));
}
