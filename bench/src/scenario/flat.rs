//! Whether a packet costs the same however many there are to receive: ever more receivers, and
//! equally many packets a second for all of them together.
//!
//! Bursts and packets are the same in every step; what is lowered is how often a burst comes. Packets
//! are small, so that the few receivers of the first step do not need a link of their own.

use anyhow::Result;
use serde::{Deserialize, Serialize};

use super::{Bench, Report, Scenario};
use crate::load::{LoadReport, Plan};

/// Receivers of the last step.
pub(super) const MOST_RECEIVERS: usize = 1_000;
/// Receivers of the steps.
const STEPS: [usize; 4] = [10, 50, 250, MOST_RECEIVERS];
/// Bursts a second, over all receivers. With one a second for the most receivers there is a whole
/// number for each step.
const BURSTS_PER_SECOND: usize = 1_000;
/// Packets of a burst, and bytes of each. A receiver reports about once for each burst and once a
/// second: the longer bursts are, the less of that is counted as the cost of packets.
const BURST: usize = 20;
const PAYLOAD_BYTES: u16 = 200;
/// Seconds of media before a step is measured: the key frames of the beginning, which are longer, are
/// over then.
const WARM_UP: u64 = 4;
/// Receivers of one room: a room holds 1,000 people, its publisher among them.
const ROOM: usize = 250;

/// The steps, and how far apart they are.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Flat {
    /// The steps.
    pub steps: Vec<FlatStep>,
    /// How much more the dearest step's packet costs than the cheapest's, in percent.
    pub spread_percent: f64,
    /// The same of the floor.
    pub floor_spread_percent: f64,
}

/// One step.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct FlatStep {
    /// People who watched.
    pub receivers: usize,
    /// Their rooms, each with a publisher.
    pub rooms: usize,
    /// Forwarded packets a second.
    pub packets_per_second: f64,
    /// CPU time of the server for each of them, in microseconds.
    pub cpu_us_per_packet: f64,
    /// The same of the floor.
    pub floor_us_per_packet: f64,
    /// The one through the other.
    pub ratio_to_floor: f64,
    /// RTCP datagrams that the server received, for each forwarded packet: the rarer a receiver's
    /// packets, the fewer of them share a report.
    pub feedback_per_packet: f64,
    /// Packets of repair streams, padding of probes among them, for each forwarded packet.
    pub repairs_per_packet: f64,
    /// Lost packets of all that should have come.
    pub loss: f64,
    /// Delay of 99 of 100 packets, in microseconds.
    pub delay_p99_us: u64,
    /// Whether the generator kept up.
    pub valid: bool,
}

/// The load of one step; `lecture` says what is not of this scenario.
pub(super) fn plan(receivers: usize, lecture: Plan) -> Plan {
    let bursts = (BURSTS_PER_SECOND / receivers.max(1)).max(1) as u32;
    let rooms = receivers.div_ceil(ROOM).max(1);
    Plan {
        rooms,
        publishers: 1,
        receivers,
        frames_per_second: bursts,
        payload_bytes: PAYLOAD_BYTES,
        video_kbps: bursts * (BURST * usize::from(PAYLOAD_BYTES) * 8 / 1_000) as u32,
        simulcast: false,
        mute: true,
        warm_up: WARM_UP,
        ..lecture
    }
}

/// The steps up to so many receivers: those that divide the bursts evenly.
fn steps(most: usize) -> Vec<usize> {
    let mut steps: Vec<usize> = STEPS.into_iter().filter(|step| *step < most).collect();
    if BURSTS_PER_SECOND.is_multiple_of(most) && most >= STEPS[0] {
        steps.push(most);
    }
    steps
}

/// Measures.
pub(super) fn run(bench: &Bench<'_>, last: &Plan) -> Result<Report> {
    let mut flat = Flat::default();
    let (mut report, mut reasons) = (Report::default(), Vec::new());
    for receivers in steps(last.receivers) {
        eprintln!("flat: {receivers} receivers");
        let plan = plan(receivers, last.clone());
        let load = bench.load(&plan, &[])?;
        let why = load.reasons.iter();
        reasons.extend(why.map(|reason| format!("{receivers} receivers: {reason}")));
        let floor = bench.floor(&plan, &load)?;
        flat.steps.push(step(&plan, &load, floor.us_per_packet));
        report = Report::of(Scenario::Flat, load);
        report.with_floor(floor);
        if receivers == last.receivers && !bench.options.no_allocations {
            report.with_allocations(&bench.allocations(&plan)?);
        }
    }
    flat.spread_percent = spread(flat.steps.iter().map(|step| step.cpu_us_per_packet));
    flat.floor_spread_percent = spread(flat.steps.iter().map(|step| step.floor_us_per_packet));
    report.flat = Some(flat);
    report.valid = reasons.is_empty();
    report.reasons = reasons;
    Ok(report)
}

fn step(plan: &Plan, load: &LoadReport, floor_us: f64) -> FlatStep {
    FlatStep {
        receivers: plan.receivers,
        rooms: plan.rooms,
        packets_per_second: load.packets as f64 / load.used.seconds.max(0.001),
        cpu_us_per_packet: load.cpu_us_per_packet,
        floor_us_per_packet: floor_us,
        ratio_to_floor: load.cpu_us_per_packet / floor_us,
        feedback_per_packet: load.feedback as f64 / load.packets.max(1) as f64,
        repairs_per_packet: load.repairs as f64 / load.packets.max(1) as f64,
        loss: load.loss,
        delay_p99_us: load.delay_us.p99,
        valid: load.valid,
    }
}

/// How much larger the largest is than the smallest, in percent.
fn spread(values: impl Iterator<Item = f64> + Clone) -> f64 {
    let most = values.clone().fold(0.0, f64::max);
    let least = values.fold(f64::INFINITY, f64::min);
    if least > 0.0 && least.is_finite() {
        (most / least - 1.0) * 100.0
    } else {
        0.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::Options;

    #[test]
    fn every_step_has_the_same_bursts_and_packets_a_second() {
        let lecture = Scenario::Lecture.plan(&Options::default());
        for receivers in steps(MOST_RECEIVERS) {
            let plan = plan(receivers, lecture.clone());
            assert_eq!(plan.frame(), (BURST * usize::from(PAYLOAD_BYTES), BURST));
            let each = plan.frames_per_second as usize * BURST;
            assert_eq!(each * receivers, BURSTS_PER_SECOND * BURST);
            assert!(plan.receivers <= plan.rooms * ROOM);
        }
    }

    #[test]
    fn steps_end_with_the_number_that_is_asked_for() {
        assert_eq!(steps(1_000), [10, 50, 250, 1_000]);
        assert_eq!(steps(100), [10, 50, 100]);
        assert_eq!(steps(20), [10, 20]);
    }

    #[test]
    fn the_spread_is_from_the_cheapest_to_the_dearest() {
        assert!((spread([2.0, 2.2, 2.1].into_iter()) - 10.0).abs() < 1e-9);
        assert!(spread(std::iter::empty()).abs() < 1e-9);
    }
}
