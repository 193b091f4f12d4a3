//! The scenarios: what happens in each, and how one is measured from start to end.

use std::{
    fs,
    path::PathBuf,
    process::{Command, Stdio},
    time::Duration,
};

use anyhow::{Context, Result, ensure};
use clap::{Args, ValueEnum};
use serde::{Deserialize, Serialize};

use crate::{
    floor::{self, FloorReport, Traffic},
    histogram::Percentiles,
    load::{LoadReport, Mode, Plan, RampStep, StormReport},
    server::{self, Server},
};

/// What is measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Scenario {
    /// One speaks at 1.4 Mbit/s, 100 watch.
    Lecture,
    /// Ten with cameras and microphones see each other.
    Meeting,
    /// 28 talk, without cameras.
    Talk,
    /// 500 join in 10 seconds while a meeting runs.
    Storm,
    /// A lecture to which viewers come until loss passes 0.01 % or p99 delay 5 ms.
    Ramp,
}

/// What may be chosen about a scenario.
#[derive(Clone, Debug, Default, Args)]
pub struct Options {
    /// Seconds that are measured.
    #[arg(long, default_value_t = 10, value_parser = clap::value_parser!(u64).range(1..=600))]
    pub seconds: u64,
    /// Viewers of a lecture, most viewers of a ramp, newcomers of a storm, people of a meeting or
    /// talk.
    #[arg(long, value_parser = clap::value_parser!(u64).range(2..=2_000))]
    pub receivers: Option<u64>,
    /// Payload of each camera in kbit/s.
    #[arg(long, value_parser = clap::value_parser!(u32).range(1..=20_000))]
    pub video_kbps: Option<u32>,
    /// Cameras send three layers.
    #[arg(long)]
    pub simulcast: bool,
    /// Prints one JSON object instead of a table.
    #[arg(long)]
    pub json: bool,
    /// Another server program to be measured, with the command line of `zoom`.
    #[arg(long)]
    pub server: Option<PathBuf>,
    /// Leaves out the second run, in which allocations are counted.
    #[arg(long)]
    pub no_allocations: bool,
}

/// How long allocations are counted.
const COUNTED_SECONDS: u64 = 3;
/// The least and the most time for each way of sending that the floor tries.
const FLOOR_SECONDS: (u64, u64) = (1, 5);

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
    /// CPU time of the server for each join, DTLS included, in milliseconds.
    pub cpu_ms_per_join: f64,
    /// Growth of the server's memory by each connected, silent participant, in KiB.
    pub rss_kib_per_participant: f64,
    /// Heap allocations for each forwarded packet, of the whole server; `null` when not counted.
    pub allocations_per_packet: Option<f64>,
    /// Bytes of them.
    pub allocated_bytes_per_packet: Option<f64>,
    /// The negotiated SRTP profile.
    pub srtp_profile: String,
    /// Where it was measured.
    pub machine: Machine,
    /// The load in full.
    pub load: LoadReport,
    /// The floor in full.
    pub floor: FloorReport,
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

impl Scenario {
    /// Its name on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Self::Lecture => "lecture",
            Self::Meeting => "meeting",
            Self::Talk => "talk",
            Self::Storm => "storm",
            Self::Ramp => "ramp",
        }
    }

    /// The load that it puts on a server.
    pub fn plan(self, options: &Options) -> Plan {
        let receivers = options.receivers.map(|number| number as usize);
        let lecture = Plan {
            mode: Mode::Steady,
            publishers: 1,
            receivers: receivers.unwrap_or(100),
            video_kbps: options.video_kbps.unwrap_or(1_400),
            frames_per_second: 30,
            payload_bytes: 1_100,
            key_frame_ms: 0,
            simulcast: options.simulcast,
            mute: false,
            seconds: options.seconds,
            warm_up: 2,
            threads: 1,
            more: 0,
            storm_seconds: 10,
            step: 20,
        };
        // 100 packets of 1100 bytes a second.
        let meeting = Plan {
            publishers: receivers.unwrap_or(10),
            receivers: 0,
            video_kbps: options.video_kbps.unwrap_or(880),
            frames_per_second: 25,
            ..lecture.clone()
        };
        match self {
            Self::Lecture => lecture,
            Self::Meeting => meeting,
            Self::Talk => Plan {
                publishers: receivers.unwrap_or(28),
                video_kbps: 0,
                ..meeting
            },
            Self::Storm => Plan {
                mode: Mode::Storm,
                publishers: 10,
                more: receivers.unwrap_or(500),
                ..meeting
            },
            Self::Ramp => Plan {
                mode: Mode::Ramp,
                receivers: 20,
                more: receivers.unwrap_or(400),
                ..lecture
            },
        }
    }
}

/// Measures a scenario: the server under load, the floor of the same load, and allocations.
///
/// # Errors
/// A program that cannot be built or started, or a server that refuses the load.
pub fn run(scenario: Scenario, options: &Options) -> Result<Report> {
    let plan = scenario.plan(options);
    let program = match &options.server {
        Some(program) => program.clone(),
        None => server::built("zoom", "zoom")?,
    };
    let started = Server::start(&program, &[])?;
    let load = measure(&started, &plan, &[])?;
    started.stop()?;
    let mut report = Report::of(scenario, load);

    let (least, most) = FLOOR_SECONDS;
    let time = Duration::from_secs((options.seconds / 2).clamp(least, most));
    let mut traffic = Traffic::of(&plan, &report.load);
    if scenario == Scenario::Ramp {
        // The joins of the steps left out: those who were there in the step that is reported.
        traffic.receivers = report.load.people;
    }
    report.with_floor(floor::floor(&traffic, time)?);

    if !options.no_allocations {
        let counted = Server::start(&server::built("zoom-counted", "zoom-bench")?, &[])?;
        let counter = counted
            .counter()
            .context("the counting server has no counter")?;
        let plan = Plan {
            mode: Mode::Steady,
            seconds: options.seconds.min(COUNTED_SECONDS),
            ..plan
        };
        let load = measure(&counted, &plan, &[format!("--count-from={counter}")])?;
        counted.stop()?;
        report.allocations_per_packet = load.allocations_per_packet;
        report.allocated_bytes_per_packet = load.allocated_bytes_per_packet;
    }
    Ok(report)
}

/// Runs the generator against a server.
///
/// # Errors
/// A generator that fails.
pub fn measure(server: &Server, plan: &Plan, more: &[String]) -> Result<LoadReport> {
    let output = Command::new(server::built("zoom-load", "zoom-bench")?)
        .arg(server.url())
        .arg(format!("--watch={}", server.pid()))
        .arg("--json")
        .args(plan.arguments())
        .args(more)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .spawn()?
        .wait_with_output()?;
    ensure!(
        output.status.success(),
        "the generator failed: {}",
        output.status
    );
    serde_json::from_slice(&output.stdout).context("the generator's report cannot be read")
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

    /// Takes the floor of the same load.
    pub fn with_floor(&mut self, floor: FloorReport) {
        self.floor_us_per_packet = floor.us_per_packet;
        self.ratio_to_floor = self.cpu_us_per_packet / floor.us_per_packet;
        let cheapest = floor
            .tried
            .iter()
            .min_by(|a, b| a.us_per_packet.total_cmp(&b.us_per_packet));
        self.floor_delay_us = cheapest.map(|tried| tried.delay_us).unwrap_or_default();
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
    fn a_lecture_has_as_many_viewers_as_are_asked_for() {
        let options = Options {
            seconds: 3,
            receivers: Some(7),
            ..Options::default()
        };
        let plan = Scenario::Lecture.plan(&options);
        assert_eq!((plan.publishers, plan.receivers, plan.seconds), (1, 7, 3));
        assert_eq!(Scenario::Talk.plan(&options).publishers, 7);
    }
}
