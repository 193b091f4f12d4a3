//! Prints what congestion control costs: nanoseconds for each packet sent, and for each feedback
//! about 25 packets. To be run with optimization:
//!
//! ```text
//! cargo run --release -p zoom-rtp --example congestion_cost
//! ```

use std::time::{Duration, Instant};

use zoom_rtp::cc::{CcConfig, CongestionController, SentKind};

/// Packets between two feedbacks: 500 a second, a feedback each 50 ms.
const PACKETS: u32 = 25;

/// Feedbacks of a run: a bit less than three hours.
const ROUNDS: u32 = 200_000;

fn main() {
    let epoch = Instant::now();
    let config = CcConfig {
        start_bps: 300_000,
        min_bps: 50_000,
        max_bps: 20_000_000,
    };
    let mut controller = CongestionController::new(config, epoch);
    let (mut sending, mut hearing) = (Duration::ZERO, Duration::ZERO);
    let mut told = Vec::with_capacity(PACKETS as usize);
    let mut now = epoch;
    for round in 0..ROUNDS {
        told.clear();
        let began = Instant::now();
        for packet in 0..PACKETS {
            now += Duration::from_millis(2);
            let sequence = controller.on_sent(now, 1_100, SentKind::Media);
            // Each packet arrives 20 ms later, give or take, and one in fifty does not.
            let at_us = (now - epoch).as_micros() as i64 + 20_000 + i64::from(packet % 7) * 300;
            told.push((sequence, (packet + round % 50 != 49).then_some(at_us)));
        }
        sending += began.elapsed();
        let began = Instant::now();
        controller.on_arrivals(now, told.iter().copied());
        hearing += began.elapsed();
    }
    let packets = f64::from(ROUNDS) * f64::from(PACKETS);
    println!(
        "{:.1} ns a packet sent, {:.0} ns a feedback, estimate {} kbit/s",
        sending.as_nanos() as f64 / packets,
        hearing.as_nanos() as f64 / f64::from(ROUNDS),
        controller.estimate_bps() / 1_000,
    );
}
