//! Instructions per forwarded packet, counted by callgrind: they repeat where times do not.

use std::{fs, process::Command};

use anyhow::{Context, Result, ensure};
use serde::{Deserialize, Serialize};

use crate::{
    load::Plan,
    scenario::{Options, Scenario, measure},
    server::{self, Server},
};

/// callgrind runs a server some fifty times slower.
const RECEIVERS: usize = 10;
const VIDEO_KBPS: u32 = 700;

/// What was counted.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Instructions {
    /// In the program, of all its threads, for each forwarded packet. The kernel's are not counted.
    pub instructions_per_packet: f64,
    /// All of them.
    pub instructions: u64,
    /// Forwarded packets that were received meanwhile.
    pub packets: u64,
    /// Lost packets of all that should have come.
    pub loss: f64,
    /// What was not as it should be meanwhile. Lateness and a busy machine change nothing about
    /// instructions; pictures that were held back do, for there is less to share what a timer costs.
    pub reasons: Vec<String>,
    /// The profile, for `callgrind_annotate`.
    pub profile: String,
}

/// Counts in a small lecture.
///
/// # Errors
/// Without valgrind, or when the server does not start under it.
pub fn count(options: &Options) -> Result<Instructions> {
    let plan = Plan {
        receivers: options
            .receivers
            .map_or(RECEIVERS, |number| number as usize),
        video_kbps: options.video_kbps.unwrap_or(VIDEO_KBPS),
        ..Scenario::Lecture.plan(options)
    };
    let program = match &options.server {
        Some(program) => program.clone(),
        None => server::built("zoom", "zoom")?,
    };
    let profile = std::env::temp_dir().join(format!("zoom.callgrind.{}", std::process::id()));
    let out = format!("--callgrind-out-file={}", profile.display());
    let wrapper = [
        "valgrind",
        "--tool=callgrind",
        "--instr-atstart=no",
        "-q",
        &out,
    ];
    let started = Server::start(&program, &wrapper)?;
    let load = measure(&started, &plan, &["--callgrind".to_owned()])?;
    started.stop()?;
    let text = fs::read_to_string(&profile).context("callgrind wrote no profile")?;
    let instructions = total(&text).context("callgrind's profile has no total")?;
    ensure!(load.packets > 0, "nothing was forwarded");
    Ok(Instructions {
        instructions_per_packet: instructions as f64 / load.packets as f64,
        instructions,
        packets: load.packets,
        loss: load.loss,
        reasons: load.reasons,
        profile: profile.display().to_string(),
    })
}

/// The total of a profile.
fn total(profile: &str) -> Option<u64> {
    let numbers = |name: &str| {
        let mut lines = profile.lines().filter_map(|line| line.strip_prefix(name));
        lines.next()?.trim().parse().ok()
    };
    numbers("totals:").or_else(|| numbers("summary:"))
}

/// Switches counting on or off in a process that runs under callgrind.
///
/// # Errors
/// When it does not.
pub(crate) fn switch(pid: u32, on: bool) -> Result<()> {
    let state = if on { "--instr=on" } else { "--instr=off" };
    let output = Command::new("callgrind_control")
        .args([state, &pid.to_string()])
        .output();
    let output = output.context("callgrind_control does not start")?;
    ensure!(output.status.success(), "callgrind does not count");
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_total_of_a_profile_is_found() {
        assert_eq!(
            total("events: Ir\nfn=a\n1 2\ntotals: 123456\n"),
            Some(123_456)
        );
        assert_eq!(total("summary: 99\n"), Some(99));
        assert_eq!(total("nothing"), None);
    }
}
