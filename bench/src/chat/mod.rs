//! Conversations under load: how many messages are kept, how soon, and how long a long room takes to
//! open.

mod history;
mod load;
mod report;
mod store;
mod text;

use std::{
    io::Read,
    process::{Command, Stdio},
};

use anyhow::{Context, Result, ensure};
use clap::Args;
use serde::{Deserialize, Serialize};

use crate::{
    histogram::Percentiles,
    load::Used,
    server::{Server, built},
};

pub use history::{HistoryOptions, HistoryReport, history};
pub use load::load;
pub use report::{chat_table, history_table};
pub use store::StoreReport;
pub(crate) use store::Writer;

/// Messages that are written at once in each of many rooms.
#[derive(Args, Clone, Debug)]
pub struct ChatOptions {
    /// Rooms.
    #[arg(long, default_value_t = 200)]
    pub rooms: usize,
    /// People in each; the first writes, everybody is told.
    #[arg(long, default_value_t = 2)]
    pub people: usize,
    /// Messages that each writer has on their way at once.
    #[arg(long, default_value_t = 1)]
    pub waiting: usize,
    /// How long is measured, in seconds.
    #[arg(long, default_value_t = 10)]
    pub seconds: u64,
    /// Prints one JSON object instead of a table.
    #[arg(long)]
    pub json: bool,
}

/// What [`chat`] has shown.
#[derive(Clone, Debug, Serialize)]
pub struct ChatReport {
    /// Rooms.
    pub rooms: usize,
    /// People in each.
    pub people: usize,
    /// Messages that each writer had on their way at once.
    pub waiting: usize,
    /// Over the server.
    pub server: LoadReport,
    /// The same into the store, without a server.
    pub store: StoreReport,
}

/// What the generator has counted.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct LoadReport {
    /// Messages that were acknowledged in the sample.
    pub acknowledged: u64,
    /// Of them each second.
    pub per_second: f64,
    /// From just before a message is sent to its acknowledgement, in microseconds.
    pub acknowledgement_us: Percentiles,
    /// Events that people were told.
    pub events: u64,
    /// What was used meanwhile.
    pub used: Used,
}

/// Measures: a server, and a generator in a process of its own.
///
/// # Errors
/// What does not start, or ends early.
pub fn chat(options: &ChatOptions) -> Result<ChatReport> {
    let store = store::measure(options)?;
    let server = Server::start(&built("zoom-tireless", "zoom-bench")?, &[])?;
    let mut command = Command::new(std::env::current_exe()?);
    command.args(["chat-load", server.url()]);
    command.arg("--watch").arg(server.pid().to_string());
    for (name, value) in [
        ("--rooms", options.rooms),
        ("--people", options.people),
        ("--waiting", options.waiting),
        ("--seconds", options.seconds as usize),
    ] {
        command.arg(name).arg(value.to_string());
    }
    let mut generator = command.stdout(Stdio::piped()).spawn()?;
    let mut said = String::new();
    let stdout = generator.stdout.as_mut();
    stdout
        .context("a generator without output")?
        .read_to_string(&mut said)?;
    ensure!(generator.wait()?.success(), "the generator failed");
    server.stop()?;
    Ok(ChatReport {
        rooms: options.rooms,
        people: options.people,
        waiting: options.waiting,
        server: serde_json::from_str(&said)?,
        store,
    })
}
