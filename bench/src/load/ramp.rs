//! Viewers who come step by step, until the server or the generator cannot keep up.

use std::time::Duration;

use anyhow::{Context, Result};
use tokio::time::sleep;

use super::{
    crowd::Crowd,
    report::{LoadReport, RampEnd, RampStep},
};

/// One step: until the newcomers have pictures, and measured.
const SETTLE: Duration = Duration::from_millis(1_500);
const SAMPLE: Duration = Duration::from_secs(3);
/// Each step adds at least this share of those who are there, so that a long way has few steps.
const GROWTH: f64 = 0.1;
/// Where a ramp ends.
const MOST_LOSS: f64 = 1e-4;
const MOST_P99_US: u64 = 5_000;

impl Crowd<'_> {
    /// Receivers are added until loss or delay is too much, or the generator too slow. The report is
    /// that of the last step in which neither was so.
    pub(super) async fn ramp(&mut self) -> Result<LoadReport> {
        let people = self.joined;
        let mut steps = Vec::new();
        let mut last_good = None;
        let end = loop {
            let began = self.begin().await?;
            self.wait_with("ramp", SAMPLE).await?;
            let report = self.end(&began).await?;
            steps.push(self.step(&report));
            let end = end_at(&report);
            if end.is_none() || last_good.is_none() {
                last_good = Some(report);
            }
            if let Some(end) = end {
                break end;
            }
            let more = self.more();
            if self.receivers + more > self.plan.more {
                break RampEnd::Viewers;
            }
            self.add_receivers(more).await?;
            self.wait_for_all().await?;
            sleep(SETTLE).await;
        };
        let mut report = last_good.context("a ramp has at least one step")?;
        report.ramp = steps;
        report.ramp_end = Some(end);
        self.with_memory(report, people)
    }

    /// How many come next: the same number to each room.
    fn more(&self) -> usize {
        let grown = (self.receivers as f64 * GROWTH) as usize;
        let rooms = self.plan.rooms;
        grown.max(self.plan.step).div_ceil(rooms) * rooms
    }

    fn step(&self, report: &LoadReport) -> RampStep {
        let seconds = report.used.seconds.max(0.001);
        RampStep {
            receivers: self.receivers,
            packets_per_second: report.packets as f64 / seconds,
            cpu_us_per_packet: report.cpu_us_per_packet,
            server_share: report.used.server_us() as f64 / seconds / 1e6,
            loss: report.loss,
            delay_us: report.delay_us,
            valid: report.valid,
            reasons: report.reasons.clone(),
        }
    }
}

/// Why a ramp ends with this step, if it does. A generator that lags comes before all else: what
/// was late or lost then may have been so because of it.
fn end_at(report: &LoadReport) -> Option<RampEnd> {
    if !report.valid {
        Some(RampEnd::Generator)
    } else if report.loss > MOST_LOSS {
        Some(RampEnd::Loss)
    } else if report.delay_us.p99 > MOST_P99_US {
        Some(RampEnd::Delay)
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_step_that_is_not_valid_ends_a_ramp_as_the_generators_limit() {
        let mut report = LoadReport {
            valid: true,
            ..LoadReport::default()
        };
        assert_eq!(end_at(&report), None);
        report.delay_us.p99 = 6_000;
        assert_eq!(end_at(&report), Some(RampEnd::Delay));
        report.loss = 0.01;
        assert_eq!(end_at(&report), Some(RampEnd::Loss));
        report.doubt("it lags".to_owned());
        assert_eq!(end_at(&report), Some(RampEnd::Generator));
    }
}
