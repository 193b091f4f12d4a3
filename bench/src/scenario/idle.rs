//! What a server uses that has nothing to forward: without a room, and with people who are silent.

use std::{thread, time::Duration};

use anyhow::{Context, Result};
use serde::{Deserialize, Serialize};

use super::{Bench, Report, Scenario, measure};
use crate::{load::Plan, process, server::Server};

/// Silent people: a class with its teacher.
pub(super) const PEOPLE: usize = 51;
/// Until a server that has just started is left alone.
const SETTLE: Duration = Duration::from_secs(2);

/// Without anybody, and with silent people.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Idle {
    /// Memory without a room, in KiB.
    pub empty_rss_kib: u64,
    /// CPU time without a room, in microseconds for each second.
    pub empty_cpu_us_per_second: f64,
    /// Silent people, all connected.
    pub people: usize,
    /// CPU time with them, in percent of a processor.
    pub silent_cpu_percent: f64,
    /// Growth of memory by each of them, in KiB.
    pub silent_rss_kib_per_participant: f64,
}

/// Measures. No packet is forwarded, so that there is neither a floor nor anything for each packet.
pub(super) fn run(bench: &Bench<'_>, plan: &Plan) -> Result<Report> {
    let server = Server::start(&bench.program, &[])?;
    thread::sleep(SETTLE);
    let cpu = |server: &Server| process::cpu(server.pid()).context("the server has gone");
    let before = cpu(&server)?;
    thread::sleep(Duration::from_secs(plan.seconds));
    let used = cpu(&server)? - before;
    let empty_rss_kib = process::rss_kib(server.pid())?;
    let load = measure(&server, plan, &[])?;
    server.stop()?;
    let idle = Idle {
        empty_rss_kib,
        empty_cpu_us_per_second: used.total_us as f64 / plan.seconds.max(1) as f64,
        people: load.people,
        silent_cpu_percent: load.used.server.total_us as f64 / 1e4 / load.used.seconds.max(0.001),
        silent_rss_kib_per_participant: load.rss_kib_per_participant,
    };
    let mut report = Report::of(Scenario::Idle, load);
    report.idle = Some(idle);
    Ok(report)
}
