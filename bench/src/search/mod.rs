//! Searching in a store with a million messages, over the socket and without it.

mod language;
mod queries;
mod random;
mod world;

use std::time::Instant;

use anyhow::{Context, Result};
use clap::Args;
use serde::Serialize;
use zoom_client::{
    Client,
    protocol::{AuthorId, Join, Limits, RoomName, Search, Sources},
};
use zoom_store::Store;

use crate::{
    fill::write_all,
    histogram::Histogram,
    load::{Reading, Used},
    server::{Server, built},
};
use queries::KINDS;
use random::Random;
use world::{World, room_name};

/// Rooms with a great many messages, and people who look for some.
#[derive(Args, Clone, Debug)]
pub struct SearchOptions {
    /// Messages in the store.
    #[arg(long, default_value_t = 1_000_000)]
    pub messages: u64,
    /// Rooms; the first has half of the messages.
    #[arg(long, default_value_t = 100)]
    pub rooms: usize,
    /// Searches of each kind.
    #[arg(long, default_value_t = 200)]
    pub times: usize,
    /// Leaves out the socket.
    #[arg(long)]
    pub store_alone: bool,
    /// Prints one JSON object instead of a table.
    #[arg(long)]
    pub json: bool,
}

/// What [`search`] has shown.
#[derive(Clone, Debug, Serialize)]
pub struct SearchReport {
    /// Messages in the store.
    pub messages: u64,
    /// Rooms.
    pub rooms: usize,
    /// How long it took to write them, in seconds.
    pub fill_seconds: f64,
    /// The size of the database with its index, in MiB.
    pub database_mib: u64,
    /// Each kind of search.
    pub kinds: Vec<KindReport>,
    /// All of them.
    pub all: KindReport,
    /// What was used while they were asked over the socket.
    pub used: Option<Used>,
}

/// How long searches of one kind took.
#[derive(Clone, Debug, Serialize)]
pub struct KindReport {
    /// Which.
    pub kind: String,
    /// Over the socket, from the request to the answer.
    pub socket: Option<Times>,
    /// In the store alone.
    pub store: Times,
    /// Hits of one search on the average; a page of them at most.
    pub hits: f64,
    /// What took longest over the socket, or in the store.
    pub slowest: String,
}

/// Percentiles, in microseconds.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Times {
    /// Half of them took at most this.
    pub p50_us: u64,
    /// 95 of 100 did.
    pub p95_us: u64,
    /// 99 of 100 did.
    pub p99_us: u64,
    /// All did.
    pub max_us: u64,
}

impl Times {
    fn of(all: &Histogram) -> Self {
        let usual = all.percentiles();
        Self {
            p50_us: usual.p50,
            p95_us: all.percentile(950),
            p99_us: usual.p99,
            max_us: usual.max,
        }
    }
}

/// Fills a store, and searches in it.
///
/// # Errors
/// What does not start or refuses.
pub fn search(options: &SearchOptions) -> Result<SearchReport> {
    let data = tempfile::tempdir()?;
    let mut world = World::new(options.messages, options.rooms)?;
    let store = Store::open(data.path(), &Limits::default())?;
    let begun = Instant::now();
    write_all(&store, options.messages, || world.next())?;
    let fill_seconds = begun.elapsed().as_secs_f64();
    store.close();
    let database = std::fs::metadata(data.path().join("zoom.db"))?;
    eprintln!("searching");
    let store = Store::open(data.path(), &Limits::default())?;
    let alone = in_store(&store, &world, options)?;
    store.close();
    let (over_socket, used) = match options.store_alone {
        true => (Vec::new(), None),
        false => {
            let server = Server::start_on(data, &built("zoom-tireless", "zoom-bench")?)?;
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build()?;
            let (all, used) = runtime.block_on(over_socket(&server, &world, options))?;
            server.stop()?;
            (all, Some(used))
        }
    };
    let mut all_alone = Taken::default();
    let mut all_over_socket = Taken::default();
    let mut kinds = Vec::new();
    for (place, (kind, _)) in KINDS.iter().enumerate() {
        let alone = alone.get(place).context("a kind was left out")?;
        let over_socket = over_socket.get(place);
        all_alone.merge(alone);
        if let Some(taken) = over_socket {
            all_over_socket.merge(taken);
        }
        kinds.push(report(kind, alone, over_socket));
    }
    let all_over_socket = used.is_some().then_some(&all_over_socket);
    Ok(SearchReport {
        messages: options.messages,
        rooms: options.rooms,
        fill_seconds,
        database_mib: database.len() >> 20,
        kinds,
        all: report("all", &all_alone, all_over_socket),
        used,
    })
}

/// What searches of one kind took.
#[derive(Default)]
struct Taken {
    times: Histogram,
    hits: usize,
    count: usize,
    slowest_us: u64,
    slowest: String,
}

impl Taken {
    fn add(&mut self, search: &Search, us: u64, hits: usize) {
        self.times.add(us);
        self.hits += hits;
        self.count += 1;
        if us > self.slowest_us {
            self.slowest_us = us;
            self.slowest = serde_json::to_string(search).unwrap_or_default();
        }
    }

    fn merge(&mut self, other: &Self) {
        self.times.merge(&other.times);
        self.hits += other.hits;
        self.count += other.count;
        if other.slowest_us > self.slowest_us {
            self.slowest_us = other.slowest_us;
            self.slowest.clone_from(&other.slowest);
        }
    }
}

fn report(kind: &str, alone: &Taken, over_socket: Option<&Taken>) -> KindReport {
    KindReport {
        kind: kind.to_owned(),
        socket: over_socket.map(|taken| Times::of(&taken.times)),
        store: Times::of(&alone.times),
        hits: alone.hits as f64 / alone.count.max(1) as f64,
        slowest: over_socket.unwrap_or(alone).slowest.clone(),
    }
}

/// The searches of a kind, the same each time, and the room they are made in.
fn searches(
    place: usize,
    world: &World,
    options: &SearchOptions,
) -> Result<(RoomName, Vec<Search>)> {
    let mut random = Random::new(1_000 + place as u64);
    let (_, make) = KINDS.get(place).context("no such kind")?;
    let is_last = place + 1 == KINDS.len();
    let room = if is_last {
        options.rooms.saturating_sub(1)
    } else {
        0
    };
    let all = (0..options.times).map(|_| make(world, &mut random));
    Ok((room_name(room).parse()?, all.collect()))
}

fn in_store(store: &Store, world: &World, options: &SearchOptions) -> Result<Vec<Taken>> {
    let hits = Limits::default().search_hits;
    let mut all = Vec::new();
    for place in 0..KINDS.len() {
        let (room, searches) = searches(place, world, options)?;
        let mut taken = Taken::default();
        for search in searches {
            let begun = Instant::now();
            let found = store.search(room.key(), &search, hits, AuthorId(1))?;
            let us = begun.elapsed().as_micros() as u64;
            taken.add(&search, us, found.entries.len());
        }
        all.push(taken);
    }
    Ok(all)
}

async fn over_socket(
    server: &Server,
    world: &World,
    options: &SearchOptions,
) -> Result<(Vec<Taken>, Used)> {
    let before = Reading::take(Some(server.pid()))?;
    let mut all = Vec::new();
    for place in 0..KINDS.len() {
        let (room, searches) = searches(place, world, options)?;
        let (client, _events) = Client::connect(server.url()).await?;
        client
            .join(Join {
                identity: None,
                room,
                name: "Seeker".parse()?,
                sources: Sources::default(),
                media: None,
            })
            .await?;
        let mut taken = Taken::default();
        for search in searches {
            let begun = Instant::now();
            let found = client.search(search.clone()).await?;
            let us = begun.elapsed().as_micros() as u64;
            taken.add(&search, us, found.entries.len());
        }
        client.leave().await?;
        all.push(taken);
    }
    let used = before.until(&Reading::take(Some(server.pid()))?);
    Ok((all, used))
}

/// What [`search`] has shown.
pub fn search_table(report: &SearchReport) -> String {
    let mut table = format!(
        "{} messages in {} rooms, half of them in one; written in {:.0} s, {} MiB\n\
         {:36} {:^31} {:^31} {:>5}\n",
        report.messages,
        report.rooms,
        report.fill_seconds,
        report.database_mib,
        "ms: p50, p95, p99, most",
        "over the socket",
        "store alone",
        "hits",
    );
    for kind in report.kinds.iter().chain([&report.all]) {
        let socket = kind.socket.as_ref().map_or(String::new(), times);
        table += &format!(
            "{:36} {socket:>31} {:>31} {:>5.1}  {}\n",
            kind.kind,
            times(&kind.store),
            kind.hits,
            kind.slowest,
        );
    }
    if let Some(used) = &report.used {
        let others = used.others_share * 100.0;
        table += &format!(
            "machine {:.0} % busy, {others:.0} % by others\n",
            used.busy_share * 100.0
        );
    }
    table
}

fn times(times: &Times) -> String {
    let ms = |us: u64| us as f64 / 1e3;
    format!(
        "{:7.2} {:7.2} {:7.2} {:7.2}",
        ms(times.p50_us),
        ms(times.p95_us),
        ms(times.p99_us),
        ms(times.max_us)
    )
}
