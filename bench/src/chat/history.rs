//! How long it takes to come into a room with many messages, and into one with few.

use std::{path::Path, time::Instant};

use anyhow::Result;
use clap::Args;
use serde::Serialize;
use zoom_client::{
    Client, ConnectOptions,
    protocol::{Join, Limits, Sources},
};
use zoom_store::Store;

use super::store::Writer;
use crate::{
    fill::write_all,
    histogram::{Histogram, Percentiles},
    load::source_address,
    server::{Server, built},
};

/// Rooms of two sizes that people come into.
#[derive(Args, Clone, Debug)]
pub struct HistoryOptions {
    /// Messages of the long room.
    #[arg(long, default_value_t = 100_000)]
    pub messages: u64,
    /// Messages of the short room.
    #[arg(long, default_value_t = 100)]
    pub few: u64,
    /// How often each is entered.
    #[arg(long, default_value_t = 300)]
    pub times: usize,
    /// Prints one JSON object instead of a table.
    #[arg(long)]
    pub json: bool,
}

/// What [`history`] has shown.
#[derive(Clone, Debug, Serialize)]
pub struct HistoryReport {
    /// The long room.
    pub long: Opening,
    /// The short room.
    pub short: Opening,
    /// How long the server took to start on that data folder, in milliseconds.
    pub start_ms: f64,
}

/// How long it takes to come into a room.
#[derive(Clone, Debug, Serialize)]
pub struct Opening {
    /// Messages in it.
    pub messages: u64,
    /// Entries of the page that came.
    pub entries: usize,
    /// The first time, nobody being there and nothing of the room having been read, in
    /// microseconds.
    pub first_us: u64,
    /// From `join` to `joined` with the newest page, in microseconds.
    pub joined_us: Percentiles,
    /// 95 of 100 are at most this, in microseconds.
    pub joined_p95_us: u64,
}

/// Fills two rooms, starts a server on them, and comes into them by turns.
///
/// # Errors
/// What does not start or refuses.
pub fn history(options: &HistoryOptions) -> Result<HistoryReport> {
    let data = tempfile::tempdir()?;
    let rooms = [("long", options.messages), ("short", options.few)];
    fill(data.path(), &rooms)?;
    let program = built("zoom-tireless", "zoom-bench")?;
    let begun = Instant::now();
    let server = Server::start_on(data, &program)?;
    let start_ms = begun.elapsed().as_secs_f64() * 1e3;
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    let [long, short] = runtime.block_on(enter(server.url(), options.times, &rooms))?;
    server.stop()?;
    Ok(HistoryReport {
        long,
        short,
        start_ms,
    })
}

fn fill(data: &Path, rooms: &[(&str, u64)]) -> Result<()> {
    let store = Store::open(data, &Limits::default())?;
    for (place, (room, count)) in rooms.iter().enumerate() {
        let mut writer = Writer::new(room, place as u64)?;
        write_all(&store, *count, || writer.next())?;
    }
    store.close();
    Ok(())
}

async fn enter(url: &str, times: usize, rooms: &[(&str, u64); 2]) -> Result<[Opening; 2]> {
    let mut openings = rooms.map(|(_, messages)| Opening {
        messages,
        entries: 0,
        first_us: 0,
        joined_us: Percentiles::default(),
        joined_p95_us: 0,
    });
    let mut all = [Histogram::default(), Histogram::default()];
    for time in 0..times.max(1) {
        for (place, (room, _)) in rooms.iter().enumerate() {
            let connect = ConnectOptions {
                local: Some(source_address(time)),
                ..ConnectOptions::default()
            };
            let (client, _events) = Client::connect_with(url, connect).await?;
            let join = Join {
                identity: None,
                room: room.parse()?,
                name: format!("Visitor {time}").parse()?,
                sources: Sources::default(),
                media: None,
            };
            let begun = Instant::now();
            let joined = client.join(join).await?;
            let taken = begun.elapsed().as_micros() as u64;
            openings[place].entries = joined.timeline.entries.len();
            if time == 0 {
                openings[place].first_us = taken;
            }
            all[place].add(taken);
            client.leave().await?;
        }
    }
    for (opening, times) in openings.iter_mut().zip(&all) {
        opening.joined_us = times.percentiles();
        opening.joined_p95_us = times.percentile(950);
    }
    Ok(openings)
}
