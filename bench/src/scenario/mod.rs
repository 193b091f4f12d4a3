//! The scenarios: what happens in each, and how one is measured from start to end.

mod cores;
mod delay;
mod flat;
mod idle;
mod report;

use std::{
    path::PathBuf,
    process::{Command, Stdio},
    time::Duration,
};

use anyhow::{Context, Result, ensure};
use clap::{Args, ValueEnum};

use crate::{
    floor::{self, FloorReport, Traffic},
    load::{LoadReport, Mode, Plan},
    server::{self, Server},
};

pub use cores::{Cores, Side};
pub use delay::AtShare;
pub use flat::{Flat, FlatStep};
pub use idle::Idle;
pub use report::{Added, Machine, Report};

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
    /// A lecture at 70 % of the capacity that a ramp has found.
    Delay,
    /// Ever more receivers at equal total packets a second.
    Flat,
    /// A room for each of two media threads, against one room and one thread.
    Cores,
    /// No room, and a room in which nobody sends.
    Idle,
}

/// What may be chosen about a scenario.
#[derive(Clone, Debug, Default, Args)]
pub struct Options {
    /// Seconds that are measured.
    #[arg(long, default_value_t = 10, value_parser = clap::value_parser!(u64).range(1..=600))]
    pub seconds: u64,
    /// Viewers of a lecture or of each room of `cores`, most viewers of a ramp or of `flat`,
    /// newcomers of a storm, people of a meeting or talk, silent people of `idle`.
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

/// Most viewers of a ramp; a room holds 1,000 people.
const RAMP_RECEIVERS: usize = 900;
/// How long allocations are counted.
const COUNTED_SECONDS: u64 = 3;
/// The least and the most time for each way of sending that the floor tries.
const FLOOR_SECONDS: (u64, u64) = (1, 5);

impl Scenario {
    /// Its name on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Self::Lecture => "lecture",
            Self::Meeting => "meeting",
            Self::Talk => "talk",
            Self::Storm => "storm",
            Self::Ramp => "ramp",
            Self::Delay => "delay",
            Self::Flat => "flat",
            Self::Cores => "cores",
            Self::Idle => "idle",
        }
    }

    /// The load that it puts on a server.
    pub fn plan(self, options: &Options) -> Plan {
        let receivers = options.receivers.map(|number| number as usize);
        let lecture = Plan {
            mode: Mode::Steady,
            rooms: 1,
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
            Self::Ramp | Self::Delay => Plan {
                mode: Mode::Ramp,
                receivers: 20,
                more: receivers.unwrap_or(RAMP_RECEIVERS),
                ..lecture
            },
            Self::Flat => flat::plan(receivers.unwrap_or(flat::MOST_RECEIVERS), lecture),
            Self::Cores => lecture,
            Self::Idle => Plan {
                publishers: 0,
                receivers: receivers.unwrap_or(idle::PEOPLE),
                video_kbps: 0,
                mute: true,
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
    let bench = Bench::new(options)?;
    let plan = scenario.plan(options);
    match scenario {
        Scenario::Lecture
        | Scenario::Meeting
        | Scenario::Talk
        | Scenario::Storm
        | Scenario::Ramp => {
            let load = bench.load(&plan, &[])?;
            bench.report(scenario, &plan, load)
        }
        Scenario::Delay => delay::run(&bench, &plan),
        Scenario::Flat => flat::run(&bench, &plan),
        Scenario::Cores => cores::run(&bench, &plan),
        Scenario::Idle => idle::run(&bench, &plan),
    }
}

/// What is measured, and with which options.
struct Bench<'a> {
    options: &'a Options,
    program: PathBuf,
}

impl<'a> Bench<'a> {
    fn new(options: &'a Options) -> Result<Self> {
        let program = match &options.server {
            Some(program) => program.clone(),
            None => server::built("zoom", "zoom")?,
        };
        Ok(Self { options, program })
    }

    /// Puts a load on a server of its own that is started with these arguments.
    fn load(&self, plan: &Plan, arguments: &[String]) -> Result<LoadReport> {
        let started = Server::start_with(&self.program, &[], arguments)?;
        let load = measure(&started, plan, &[])?;
        started.stop()?;
        Ok(load)
    }

    /// The floor of a load that was put on a server.
    fn floor(&self, plan: &Plan, load: &LoadReport) -> Result<FloorReport> {
        let (least, most) = FLOOR_SECONDS;
        let time = Duration::from_secs((self.options.seconds / 2).clamp(least, most));
        floor::floor(&Traffic::of(plan, load), time)
    }

    /// The report of a load, with its floor and its allocations.
    fn report(&self, scenario: Scenario, plan: &Plan, load: LoadReport) -> Result<Report> {
        let floor = self.floor(plan, &load)?;
        let mut report = Report::of(scenario, load);
        report.with_floor(floor);
        if !self.options.no_allocations {
            report.with_allocations(&self.allocations(plan)?);
        }
        Ok(report)
    }

    /// A shorter run of the same load on a server that counts its allocations.
    fn allocations(&self, plan: &Plan) -> Result<LoadReport> {
        let counted = Server::start(&server::built("zoom-counted", "zoom-bench")?, &[])?;
        let counter = counted
            .counter()
            .context("the counting server has no counter")?;
        let plan = Plan {
            mode: Mode::Steady,
            seconds: self.options.seconds.min(COUNTED_SECONDS),
            ..plan.clone()
        };
        let load = measure(&counted, &plan, &[format!("--count-from={counter}")])?;
        counted.stop()?;
        Ok(load)
    }
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

#[cfg(test)]
mod tests {
    use super::*;

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
