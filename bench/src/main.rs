//! Measures a scenario: starts the server, the generator and the floor, and stops them.

use std::{process::ExitCode, time::Duration};

use anyhow::Result;
use clap::{Parser, Subcommand};
use serde::Serialize;
use zoom_bench::{
    chat::{self, ChatOptions, HistoryOptions},
    fill::{self, FillOptions},
    floor, instructions,
    load::LoadReport,
    report,
    scenario::{self, Options, Scenario},
    search::{self, SearchOptions},
};

/// Measures zoom.
#[derive(Parser)]
#[command(name = "zoom-bench")]
struct Arguments {
    #[command(subcommand)]
    what: What,
}

#[derive(Subcommand)]
enum What {
    /// One speaks at 1.4 Mbit/s, 100 watch.
    Lecture(Options),
    /// Ten with cameras and microphones see each other.
    Meeting(Options),
    /// 28 talk, without cameras.
    Talk(Options),
    /// 500 join in 10 seconds while a meeting runs.
    Storm(Options),
    /// A lecture to which viewers come until loss or delay is too much.
    Ramp(Options),
    /// Delay of a lecture at 70 % of the capacity, which a ramp finds first.
    Delay(Options),
    /// CPU per packet with 10 to 1,000 receivers at equal total packets a second.
    Flat(Options),
    /// CPU per packet of two media threads with a room each, against one with one.
    Cores(Options),
    /// Memory and CPU without a room, and with 51 silent people.
    Idle(Options),
    /// Instructions per forwarded packet, by callgrind.
    Instructions(Options),
    /// The floor alone, of the traffic of a lecture.
    Floor(Options),
    /// 200 rooms in which somebody writes: acknowledged messages a second.
    Chat(ChatOptions),
    /// Coming into a room with 100,000 messages, and into one with 100.
    History(HistoryOptions),
    /// Searching among 1,000,000 messages.
    Search(SearchOptions),
    /// Fills a room of a data folder, for measuring what else is to be done with it.
    Fill(FillOptions),
    /// The generator of `chat`; started by it.
    #[command(hide = true)]
    ChatLoad {
        /// The server.
        url: String,
        /// Its process.
        #[arg(long)]
        watch: Option<u32>,
        #[command(flatten)]
        options: ChatOptions,
    },
    /// The forwarder of the floor; started by the others.
    #[command(hide = true)]
    FloorForwarder,
}

fn main() -> Result<ExitCode> {
    match Arguments::parse().what {
        What::Lecture(options) => measure(Scenario::Lecture, &options),
        What::Meeting(options) => measure(Scenario::Meeting, &options),
        What::Talk(options) => measure(Scenario::Talk, &options),
        What::Storm(options) => measure(Scenario::Storm, &options),
        What::Ramp(options) => measure(Scenario::Ramp, &options),
        What::Delay(options) => measure(Scenario::Delay, &options),
        What::Flat(options) => measure(Scenario::Flat, &options),
        What::Cores(options) => measure(Scenario::Cores, &options),
        What::Idle(options) => measure(Scenario::Idle, &options),
        What::Instructions(options) => {
            let counted = instructions::count(&options)?;
            let mut text = format!(
                "{:.0} instructions per packet ({} packets); profile in {}\n",
                counted.instructions_per_packet, counted.packets, counted.profile
            );
            for reason in &counted.reasons {
                text += &format!("but: {reason}\n");
            }
            show(&options, &counted, &text)
        }
        What::Floor(options) => {
            let plan = Scenario::Lecture.plan(&options);
            let traffic = floor::Traffic::of(&plan, &as_planned(&plan));
            let time = Duration::from_secs(options.seconds);
            let floor = floor::floor(&traffic, time)?;
            let mut text = String::new();
            for tried in &floor.tried {
                text += &format!("{:?} {:.3} µs\n", tried.sending, tried.us_per_packet);
            }
            show(&options, &floor, &text)
        }
        What::Chat(options) => {
            let report = chat::chat(&options)?;
            print(options.json, &report, &chat::chat_table(&report))
        }
        What::History(options) => {
            let report = chat::history(&options)?;
            print(options.json, &report, &chat::history_table(&report))
        }
        What::Search(options) => {
            let report = search::search(&options)?;
            print(options.json, &report, &search::search_table(&report))
        }
        What::Fill(options) => {
            fill::fill(&options)?;
            Ok(ExitCode::SUCCESS)
        }
        What::ChatLoad {
            url,
            watch,
            options,
        } => {
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build()?;
            let report = runtime.block_on(chat::load(&url, &options, watch))?;
            print(true, &report, "")
        }
        What::FloorForwarder => {
            floor::forward()?;
            Ok(ExitCode::SUCCESS)
        }
    }
}

fn measure(scenario: Scenario, options: &Options) -> Result<ExitCode> {
    let report = scenario::run(scenario, options)?;
    show(options, &report, &report::scenario_table(&report))
}

fn show(options: &Options, report: &impl Serialize, table: &str) -> Result<ExitCode> {
    print(options.json, report, table)
}

fn print(json: bool, report: &impl Serialize, table: &str) -> Result<ExitCode> {
    if json {
        println!("{}", serde_json::to_string(report)?);
    } else {
        print!("{table}");
    }
    Ok(ExitCode::SUCCESS)
}

/// What a load would show in which every packet of a lecture came.
fn as_planned(plan: &zoom_bench::load::Plan) -> LoadReport {
    /// Header, extensions and tag of a packet.
    const AROUND: f64 = 40.0;
    let (frame, parts) = plan.frame();
    let video = u64::from(plan.frames_per_second) * parts as u64 * plan.receivers as u64;
    let mut report = LoadReport {
        people: plan.receivers + plan.publishers,
        packets: video + 50 * plan.receivers as u64,
        video_packets: video,
        video_bytes: frame as f64 / parts as f64 + AROUND,
        audio_bytes: zoom_bench::load::SOUND_BYTES as f64 + AROUND,
        ..LoadReport::default()
    };
    report.used.seconds = 1.0;
    report
}
