//! What a second media thread brings: two threads with a room each, against one thread with one.

use anyhow::Result;
use serde::{Deserialize, Serialize};

use super::{Bench, Report, Scenario};
use crate::load::{LoadReport, Mode, Plan};

/// From so many processors on, two threads are to carry nearly twice as much: the generator and the
/// kernel have some of their own then.
const PROCESSORS: usize = 8;
/// Threads of the generator on such a machine.
const GENERATOR_THREADS: u64 = 4;

/// One thread and two.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Cores {
    /// One media thread, one room.
    pub one: Side,
    /// Two media threads, two rooms.
    pub two: Side,
    /// CPU time for each packet with two, through that with one.
    pub cpu_ratio: f64,
    /// Packets a second with two, through those with one. With fewer than eight processors both had
    /// the same load in each room, so that this says only whether they carried it; with eight and
    /// more both were loaded until they could not carry more.
    pub throughput_factor: f64,
    /// Whether the latter was the case.
    pub throughput_is_capacity: bool,
}

/// A server with so many threads and rooms.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Side {
    /// Forwarded packets a second.
    pub packets_per_second: f64,
    /// Most of them that it carried; `null` where that was not looked for.
    pub capacity_packets_per_second: Option<f64>,
    /// CPU time for each, in microseconds.
    pub cpu_us_per_packet: f64,
    /// The share of a processor that each media thread used.
    pub thread_shares: Vec<f64>,
    /// Loss.
    pub loss: f64,
    /// Delay of 99 of 100 packets, in microseconds.
    pub delay_p99_us: u64,
    /// Whether the generator kept up.
    pub valid: bool,
}

/// Measures; `plan` is the load of one room.
pub(super) fn run(bench: &Bench<'_>, plan: &Plan) -> Result<Report> {
    let many = std::thread::available_parallelism().is_ok_and(|number| number.get() >= PROCESSORS);
    let plan = Plan {
        threads: if many {
            GENERATOR_THREADS
        } else {
            plan.threads
        },
        ..plan.clone()
    };
    let (one_load, one) = side(bench, &plan, 1, many)?;
    let two_plan = rooms(&plan, 2);
    let (two_load, two) = side(bench, &plan, 2, many)?;
    let throughput = |side: &Side| {
        let most = side.capacity_packets_per_second;
        most.unwrap_or(side.packets_per_second)
    };
    let cores = Cores {
        cpu_ratio: two.cpu_us_per_packet / one.cpu_us_per_packet.max(f64::MIN_POSITIVE),
        throughput_factor: throughput(&two) / throughput(&one).max(f64::MIN_POSITIVE),
        throughput_is_capacity: many,
        one,
        two,
    };
    let floor = bench.floor(&two_plan, &two_load)?;
    let mut report = Report::of(Scenario::Cores, two_load);
    report.with_floor(floor);
    for reason in one_load.reasons {
        report.doubt(format!("with one thread: {reason}"));
    }
    if cores.two.thread_shares.len() != 2 {
        report.doubt("the server had not two media threads".to_owned());
    }
    report.cores = Some(cores);
    Ok(report)
}

fn side(
    bench: &Bench<'_>,
    plan: &Plan,
    threads: usize,
    capacity: bool,
) -> Result<(LoadReport, Side)> {
    let plan = rooms(plan, threads);
    let arguments = ["--media-threads".to_owned(), threads.to_string()];
    let load = bench.load(&plan, &arguments)?;
    let per_second = |load: &LoadReport| load.packets as f64 / load.used.seconds.max(0.001);
    let capacity = capacity.then(|| -> Result<f64> {
        let ramp = Plan {
            mode: Mode::Ramp,
            more: super::RAMP_RECEIVERS * threads,
            ..plan.clone()
        };
        Ok(per_second(&bench.load(&ramp, &arguments)?))
    });
    let share = |us: &u64| *us as f64 / 1e6 / load.used.seconds.max(0.001);
    let side = Side {
        packets_per_second: per_second(&load),
        capacity_packets_per_second: capacity.transpose()?,
        cpu_us_per_packet: load.cpu_us_per_packet,
        thread_shares: load.used.media_threads_us.iter().map(share).collect(),
        loss: load.loss,
        delay_p99_us: load.delay_us.p99,
        valid: load.valid,
    };
    Ok((load, side))
}

/// The same load in each of so many rooms.
fn rooms(plan: &Plan, rooms: usize) -> Plan {
    Plan {
        rooms,
        receivers: plan.receivers * rooms,
        ..plan.clone()
    }
}
