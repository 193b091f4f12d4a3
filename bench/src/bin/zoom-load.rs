//! The load generator: puts a load on a server that runs already, and prints what it has shown.

use std::net::SocketAddr;

use anyhow::Result;
use clap::Parser;
use zoom_bench::{load, report};

/// Puts a load on a zoom server and prints what it has shown.
#[derive(Parser)]
#[command(name = "zoom-load")]
struct Arguments {
    /// The server, such as http://127.0.0.1:8080.
    url: String,
    /// The server's process, whose CPU time and memory are read.
    #[arg(long)]
    watch: Option<u32>,
    /// Where a counting server tells its allocations.
    #[arg(long)]
    count_from: Option<SocketAddr>,
    /// The server's process runs under callgrind, which is to count while it is measured.
    #[arg(long, requires = "watch")]
    callgrind: bool,
    /// Prints one JSON object instead of a table.
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    plan: load::Plan,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<()> {
    let arguments = Arguments::parse();
    let watched = load::Watched {
        pid: arguments.watch,
        counter: arguments.count_from,
        callgrind: arguments.callgrind,
    };
    let report = load::run(&arguments.url, &arguments.plan, watched).await?;
    if arguments.json {
        println!("{}", serde_json::to_string(&report)?);
    } else {
        print!("{}", report::load_table(&report));
    }
    Ok(())
}
