//! Congestion control allocates nothing once it has run for some seconds.

use std::time::{Duration, Instant};

use zoom_rtp::cc::{CcAction, CcConfig, CongestionController, SentKind};

use crate::allocations;

/// Sends 500 packets a second with a twentieth lost, with feedback each 50 ms, and probes.
fn run(controller: &mut CongestionController, epoch: Instant, from_ms: u64, to_ms: u64) -> usize {
    let mut told = [(0, None); 512];
    let mut filled = 0;
    let mut probes = 0;
    for ms in from_ms..=to_ms {
        let now = epoch + Duration::from_millis(ms);
        let mut packets = u64::from(ms % 2 == 0);
        if let CcAction::Probe { packets: more, .. } = controller.poll(now) {
            packets += more as u64;
            probes += 1;
        }
        for packet in 0..packets {
            let sequence = controller.on_sent(now, 1_100, SentKind::Media);
            let lost = (ms / 2 + packet) % 20 == 0;
            if let Some(slot) = told.get_mut(filled) {
                *slot = (sequence, (!lost).then_some(ms as i64 * 1_000 + 20_000));
                filled += 1;
            }
        }
        if ms % 50 == 0 {
            controller.set_wanted(now, 3_000_000, 1_000_000);
            controller.on_arrivals(now, told.iter().take(filled).copied());
            filled = 0;
        }
    }
    probes
}

#[test]
fn a_minute_of_a_warm_controller_allocates_nothing() {
    let epoch = Instant::now();
    let config = CcConfig {
        start_bps: 300_000,
        min_bps: 50_000,
        max_bps: 3_000_000,
    };
    let mut controller = CongestionController::new(config, epoch);
    assert!(
        run(&mut controller, epoch, 1, 5_000) > 0,
        "nothing was probed"
    );
    let before = allocations::so_far();
    run(&mut controller, epoch, 5_001, 65_000);
    assert_eq!(allocations::so_far() - before, 0);
}
