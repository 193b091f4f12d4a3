//! What a scenario has shown: one JSON object.

use std::fs;

use serde::{Deserialize, Serialize};

use super::{Scenario, cores::Cores, delay::AtShare, flat::Flat, idle::Idle};
use crate::{
    floor::FloorReport,
    histogram::Percentiles,
    load::{LoadReport, RampStep, StormReport},
};

/// What a scenario has shown.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Report {
    /// Which.
    pub scenario: String,
    /// Whether the figures say something about the server.
    pub valid: bool,
    /// Why they do not.
    pub reasons: Vec<String>,
    /// CPU time of the server for each forwarded packet, in microseconds.
    pub cpu_us_per_packet: f64,
    /// The same of the floor.
    pub floor_us_per_packet: f64,
    /// The one through the other.
    pub ratio_to_floor: f64,
    /// Forwarded packets that were received.
    pub packets: u64,
    /// Lost packets of all that should have come, before repair.
    pub loss: f64,
    /// From the publisher's stamp to the receiver's kernel, in microseconds.
    pub delay_us: Percentiles,
    /// The same through the floor, by its cheapest way of sending.
    pub floor_delay_us: Percentiles,
    /// The one less the other: what the server adds to the way through the kernel.
    pub added_delay_us: Added,
    /// CPU time of the server for each join, DTLS included, in milliseconds.
    pub cpu_ms_per_join: f64,
    /// Growth of the server's memory by each connected, silent participant, in KiB.
    pub rss_kib_per_participant: f64,
    /// Heap allocations for each forwarded packet, of the whole server; `null` when not counted.
    pub allocations_per_packet: Option<f64>,
    /// Bytes of them.
    pub allocated_bytes_per_packet: Option<f64>,
    /// Those of the media threads among them: the way of an established packet, and nothing of
    /// signalling.
    pub media_thread_allocations_per_packet: Option<f64>,
    /// The negotiated SRTP profile.
    pub srtp_profile: String,
    /// Where it was measured.
    pub machine: Machine,
    /// The load in full.
    pub load: LoadReport,
    /// The floor in full.
    pub floor: FloorReport,
    /// Of `delay`: the capacity of which this is a share.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub at_share: Option<AtShare>,
    /// Of `flat`: the steps.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub flat: Option<Flat>,
    /// Of `cores`: one thread and two.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cores: Option<Cores>,
    /// Of `idle`: without anybody, and with silent people.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub idle: Option<Idle>,
}

/// Differences of two delays' percentiles, in microseconds. Each is that of two numbers, not a
/// percentile of differences, and may be negative where both are as good as equal.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Added {
    /// Of the medians.
    pub p50: i64,
    /// Of what 99 of 100 are within.
    pub p99: i64,
    /// Of what 999 of 1000 are within.
    pub p999: i64,
}

impl Added {
    fn of(all: Percentiles, floor: Percentiles) -> Self {
        let less = |all: u64, floor: u64| all as i64 - floor as i64;
        Self {
            p50: less(all.p50, floor.p50),
            p99: less(all.p99, floor.p99),
            p999: less(all.p999, floor.p999),
        }
    }
}

/// Where it was measured.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Machine {
    /// Processors that this process may use.
    pub processors: usize,
    /// What they are.
    pub model: String,
    /// The kernel's version.
    pub kernel: String,
}

impl Machine {
    /// This one.
    pub fn read() -> Self {
        let info = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
        let model = info.lines().find(|line| line.starts_with("model name"));
        let model = model.and_then(|line| line.split_once(": "));
        let kernel = fs::read_to_string("/proc/sys/kernel/osrelease").unwrap_or_default();
        Self {
            processors: std::thread::available_parallelism().map_or(0, usize::from),
            model: model.map_or_else(String::new, |(_, model)| model.to_owned()),
            kernel: kernel.trim().to_owned(),
        }
    }
}

impl Report {
    /// What happened in a storm, where there was one.
    pub fn storm(&self) -> Option<&StormReport> {
        self.load.storm.as_ref()
    }

    /// The steps of a ramp.
    pub fn ramp(&self) -> &[RampStep] {
        &self.load.ramp
    }
}

impl Report {
    /// What a load says; the floor and the allocations are not known yet.
    pub fn of(scenario: Scenario, load: LoadReport) -> Self {
        Self {
            scenario: scenario.name().to_owned(),
            valid: load.valid,
            reasons: load.reasons.clone(),
            cpu_us_per_packet: load.cpu_us_per_packet,
            packets: load.packets,
            loss: load.loss,
            delay_us: load.delay_us,
            cpu_ms_per_join: load.cpu_ms_per_join,
            rss_kib_per_participant: load.rss_kib_per_participant,
            srtp_profile: load.srtp_profile.clone(),
            machine: Machine::read(),
            load,
            ..Self::default()
        }
    }

    /// Takes the allocations of another run.
    pub fn with_allocations(&mut self, load: &LoadReport) {
        self.allocations_per_packet = load.allocations_per_packet;
        self.allocated_bytes_per_packet = load.allocated_bytes_per_packet;
        self.media_thread_allocations_per_packet = load.media_thread_allocations_per_packet;
    }

    /// Takes the sample back.
    pub(super) fn doubt(&mut self, reason: String) {
        self.valid = false;
        self.reasons.push(reason);
    }

    /// Takes the floor of the same load.
    pub fn with_floor(&mut self, floor: FloorReport) {
        self.floor_us_per_packet = floor.us_per_packet;
        self.ratio_to_floor = self.cpu_us_per_packet / floor.us_per_packet;
        let cheapest = floor
            .tried
            .iter()
            .min_by(|a, b| a.us_per_packet.total_cmp(&b.us_per_packet));
        self.floor_delay_us = cheapest.map(|tried| tried.delay_us).unwrap_or_default();
        self.added_delay_us = Added::of(self.delay_us, self.floor_delay_us);
        self.floor = floor;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_report_has_the_fields_that_others_read() {
        let report = Report::of(Scenario::Lecture, LoadReport::default());
        let json = serde_json::to_value(&report).unwrap();
        let names = [
            "scenario",
            "valid",
            "cpu_us_per_packet",
            "floor_us_per_packet",
            "ratio_to_floor",
            "packets",
            "loss",
            "rss_kib_per_participant",
            "allocations_per_packet",
            "srtp_profile",
        ];
        for name in names {
            assert!(json.get(name).is_some(), "{name}");
        }
        for name in ["p50", "p99", "p999"] {
            assert!(json["delay_us"].get(name).is_some(), "{name}");
        }
        assert_eq!(json["scenario"], "lecture");
    }

    #[test]
    fn the_ratio_is_to_the_floor_of_the_same_run() {
        let load = LoadReport {
            cpu_us_per_packet: 6.0,
            ..LoadReport::default()
        };
        let mut report = Report::of(Scenario::Meeting, load);
        report.with_floor(FloorReport {
            us_per_packet: 1.5,
            ..FloorReport::default()
        });
        assert!((report.ratio_to_floor - 4.0).abs() < 1e-9);
    }

    #[test]
    fn added_delay_is_what_is_beyond_the_floors() {
        let delay = |p50, p99| Percentiles {
            p50,
            p99,
            ..Percentiles::default()
        };
        let added = Added::of(delay(90, 400), delay(100, 250));
        assert_eq!((added.p50, added.p99), (-10, 150));
    }
}
