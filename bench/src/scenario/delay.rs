//! Delay at a share of what the server can carry: a ramp finds the capacity, and a lecture of its
//! own measures.

use anyhow::Result;
use serde::{Deserialize, Serialize};

use super::{Bench, Report, Scenario};
use crate::load::{Mode, Plan, RampEnd, RampStep};

/// The share of the capacity at which delay is measured.
const SHARE: f64 = 0.7;

/// The capacity, and the share of it that was used.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct AtShare {
    /// The share of the capacity's viewers.
    pub share: f64,
    /// Viewers at the share.
    pub receivers: usize,
    /// Viewers at the capacity: the ramp's last good step.
    pub capacity_receivers: usize,
    /// Forwarded packets a second there.
    pub capacity_packets_per_second: f64,
    /// The share of one processor that the server used there.
    pub capacity_server_share: f64,
    /// What ended the ramp.
    pub limited_by: Option<RampEnd>,
    /// Whether that was not the server, which could have carried more.
    pub capacity_is_lower_bound: bool,
    /// The steps of the ramp.
    pub ramp: Vec<RampStep>,
}

/// Measures.
pub(super) fn run(bench: &Bench<'_>, plan: &Plan) -> Result<Report> {
    let ramp = bench.load(plan, &[])?;
    let receivers = share_of(ramp.receivers);
    let seconds = ramp.used.seconds.max(0.001);
    let at_share = AtShare {
        share: SHARE,
        receivers,
        capacity_receivers: ramp.receivers,
        capacity_packets_per_second: ramp.packets as f64 / seconds,
        capacity_server_share: ramp.used.server.total_us as f64 / seconds / 1e6,
        limited_by: ramp.ramp_end,
        capacity_is_lower_bound: !matches!(ramp.ramp_end, Some(RampEnd::Loss | RampEnd::Delay)),
        ramp: ramp.ramp,
    };
    let plan = Plan {
        mode: Mode::Steady,
        receivers,
        ..plan.clone()
    };
    let load = bench.load(&plan, &[])?;
    let mut report = bench.report(Scenario::Delay, &plan, load)?;
    report.at_share = Some(at_share);
    Ok(report)
}

fn share_of(receivers: usize) -> usize {
    ((receivers as f64 * SHARE).round() as usize).max(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn at_the_share_there_is_at_least_one_viewer() {
        assert_eq!(share_of(0), 1);
        assert_eq!(share_of(300), 210);
    }
}
