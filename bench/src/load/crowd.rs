//! Everybody's way into the rooms, and the samples that are taken there.

use std::{
    collections::HashSet,
    net::SocketAddr,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, ensure};
use tokio::time::sleep;
use zoom_client::{
    Client,
    protocol::{ParticipantId, Sources, Tile, TileSource},
};

use super::{
    Mode, Plan,
    arrive::{arrive, source_address},
    driver::{Driver, Sample},
    offer::Draft,
    peer::{Peer, Role},
    progress::Progress,
    report::{LoadReport, held_back},
    watch::{self, Allocations, Reading, udp_ports},
};
use crate::{instructions, process};

/// How long everybody together may take to connect.
pub(super) const CONNECT_PATIENCE: Duration = Duration::from_secs(60);
/// Between two looks at whether everybody is connected.
pub(super) const LOOK: Duration = Duration::from_millis(50);
/// After everybody is connected, until the server's memory is read.
const SETTLE: Duration = Duration::from_millis(500);
/// How long it may take until everybody has all pictures, and between two looks at that. A sample
/// without them says that it is not valid.
const PICTURES_PATIENCE: Duration = Duration::from_secs(20);
const PICTURES_LOOK: Duration = Duration::from_secs(1);
/// Person slots of the page.
const PERSON_SLOTS: usize = 9;

/// What else is known of the server under load.
#[derive(Clone, Copy, Debug, Default)]
pub struct Watched {
    /// Its process, whose CPU time and memory are read.
    pub pid: Option<u32>,
    /// Where it tells its allocations, if it counts them.
    pub counter: Option<SocketAddr>,
    /// Whether it runs under callgrind, which is to count while a sample is taken.
    pub callgrind: bool,
}

/// Puts a load on the server at `url` and tells what it has shown.
///
/// # Errors
/// A server that cannot be reached or refuses somebody.
pub async fn run(url: &str, plan: &Plan, watched: Watched) -> Result<LoadReport> {
    let mut crowd = Crowd::new(url, plan, watched)?;
    crowd.gather().await?;
    let report = match plan.mode {
        Mode::Steady => crowd.steady().await,
        Mode::Storm => crowd.storm().await,
        Mode::Ramp => crowd.ramp().await,
    };
    crowd.progress.end();
    report
}

/// Everybody who is there, and what makes them run.
pub(super) struct Crowd<'a> {
    pub(super) url: &'a str,
    pub(super) plan: &'a Plan,
    watched: Watched,
    drivers: Vec<Driver>,
    /// Their sockets, which are closed by being dropped.
    clients: Vec<Client>,
    /// Who publishes in each room.
    publishers: Vec<Vec<ParticipantId>>,
    pub(super) receivers: usize,
    pub(super) joined: usize,
    server_ports: HashSet<u16>,
    pub(super) progress: Progress,
    rss_empty: u64,
    rss_silent: u64,
    join_cpu_us: u64,
}

impl<'a> Crowd<'a> {
    fn new(url: &'a str, plan: &'a Plan, watched: Watched) -> Result<Self> {
        let drivers = (0..plan.threads)
            .map(Driver::start)
            .collect::<Result<_, _>>()?;
        Ok(Self {
            url,
            plan,
            watched,
            drivers,
            clients: Vec::new(),
            publishers: vec![Vec::new(); plan.rooms],
            receivers: 0,
            joined: 0,
            server_ports: HashSet::new(),
            progress: Progress::new(),
            rss_empty: 0,
            rss_silent: 0,
            join_cpu_us: 0,
        })
    }

    /// Everybody joins; then sending begins.
    async fn gather(&mut self) -> Result<()> {
        self.rss_empty = self.rss()?;
        let before = Reading::take(self.watched.pid)?;
        let rooms = self.plan.rooms;
        let publishing = self.plan.publishers * rooms;
        for place in 0..publishing {
            self.join_one(place % rooms, true).await?;
        }
        // Publishers came one after another, and see each other only from here on.
        for (place, client) in self.clients.iter().enumerate() {
            let (room, turn) = (place % rooms, place / rooms);
            let me = self.publishers[room].get(turn).copied();
            client.view(self.tiles(room, me)).await?;
        }
        self.add_receivers(self.plan.receivers).await?;
        self.wait_for_all().await?;
        let used = before.until(&Reading::take(self.watched.pid)?);
        self.join_cpu_us = used.server_us();
        sleep(SETTLE).await;
        self.rss_silent = self.rss()?;
        for driver in &self.drivers {
            driver.send()?;
        }
        self.warm_up().await
    }

    /// Waits until media has run for a while, and until everybody has the pictures that they are to
    /// see: a server may begin with few of them and find out that there is room for more.
    async fn warm_up(&mut self) -> Result<()> {
        let least = Duration::from_secs(self.plan.warm_up);
        self.wait_with("warming up", least).await?;
        let deadline = Instant::now() + PICTURES_PATIENCE;
        loop {
            for driver in &self.drivers {
                driver.begin().await?;
            }
            self.wait_with("waiting for pictures", PICTURES_LOOK)
                .await?;
            let held_back = held_back(&self.read().await?, self.plan);
            if held_back.is_none() || Instant::now() > deadline {
                return Ok(());
            }
        }
    }

    /// So many more watch; the rooms get them in turn.
    pub(super) async fn add_receivers(&mut self, count: usize) -> Result<()> {
        for _ in 0..count {
            self.join_one(self.receivers % self.plan.rooms, false)
                .await?;
            self.receivers += 1;
        }
        Ok(())
    }

    async fn join_one(&mut self, room: usize, publishes: bool) -> Result<()> {
        let draft = Draft::new(self.plan.simulcast)?;
        let number = self.joined;
        self.joined += 1;
        self.progress.say(&format!("joining: {}", self.joined));
        let has_video = self.plan.has_video();
        let sources = Sources {
            microphone: publishes && !self.plan.mute,
            camera: publishes && has_video,
            ..Sources::default()
        };
        let name = format!("load-{room}");
        let arrived = arrive(self.url, number, &name, sources, draft).await?;
        self.server_ports.extend(udp_ports(&arrived.answer.answer));
        if publishes {
            self.publishers[room].push(arrived.you);
        } else {
            arrived.client.view(self.tiles(room, None)).await?;
        }
        let others = self.plan.publishers - usize::from(publishes);
        let role = Role {
            expects: others > 0 && (has_video || !self.plan.mute),
            pictures: if has_video {
                others.min(PERSON_SLOTS)
            } else {
                0
            },
            publish: publishes.then_some((self.plan, arrived.you)),
        };
        let peer = Peer::new(
            arrived.draft,
            &arrived.answer,
            source_address(number),
            arrived.joined_at,
            role,
        )?;
        self.drivers[number % self.drivers.len()].add(peer)?;
        self.clients.push(arrived.client);
        Ok(())
    }

    /// What the page shows: the room's first publishers, as many as there are person slots.
    fn tiles(&self, room: usize, me: Option<ParticipantId>) -> Vec<Tile> {
        let others = self.publishers[room].iter().filter(|id| Some(**id) != me);
        let (width, height) = if self.plan.publishers > 2 {
            (640, 360)
        } else {
            (1_280, 720)
        };
        others
            .take(PERSON_SLOTS)
            .map(|id| Tile {
                participant: *id,
                source: TileSource::Camera,
                width,
                height,
            })
            .collect()
    }

    pub(super) async fn wait_for_all(&mut self) -> Result<()> {
        let deadline = Instant::now() + CONNECT_PATIENCE;
        loop {
            let sample = self.read().await?;
            if sample.connected >= sample.people {
                return Ok(());
            }
            let text = format!("connecting: {} of {}", sample.connected, sample.people);
            self.progress.say(&text);
            ensure!(
                Instant::now() < deadline,
                "only {} of {} people connected within {} s",
                sample.connected,
                sample.people,
                CONNECT_PATIENCE.as_secs()
            );
            sleep(LOOK).await;
        }
    }

    pub(super) async fn wait_with(&mut self, what: &str, time: Duration) -> Result<()> {
        let end = Instant::now() + time;
        loop {
            let left = end.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Ok(());
            }
            sleep(left.min(Duration::from_secs(1))).await;
            let sample = self.read().await?;
            let text = format!(
                "{what}: {} people, {} packets, loss {:.4} %, delay p99 {} µs, {} s left",
                sample.people,
                sample.counts.packets,
                sample.counts.loss() * 100.0,
                sample.counts.delay_us.percentile(990),
                end.saturating_duration_since(Instant::now()).as_secs(),
            );
            self.progress.say(&text);
        }
    }

    pub(super) async fn begin(&self) -> Result<Began> {
        self.callgrind(true)?;
        for driver in &self.drivers {
            driver.begin().await?;
        }
        Ok(Began {
            reading: Reading::take(self.watched.pid)?,
            allocations: self.watched.counter.map(watch::allocations).transpose()?,
            drops: process::udp_drops(&self.server_ports),
        })
    }

    pub(super) async fn end(&self, began: &Began) -> Result<LoadReport> {
        let later = Reading::take(self.watched.pid)?;
        let sample = self.read().await?;
        let allocations = self.watched.counter.map(watch::allocations).transpose()?;
        self.callgrind(false)?;
        let used = began.reading.until(&later);
        let mut report = LoadReport::of(&sample, used, self.plan);
        let own = process::udp_drops(&sample.ports);
        if own > 0 {
            report.doubt(format!(
                "the generator's sockets had no room for {own} datagrams"
            ));
        }
        report.server_drops = process::udp_drops(&self.server_ports) - began.drops;
        report.receivers = self.receivers;
        if let (Some(before), Some(after)) = (began.allocations, allocations) {
            let each = |now: u64, then: u64| {
                now.saturating_sub(then) as f64 / report.packets.max(1) as f64
            };
            report.allocations_per_packet = Some(each(after.all, before.all));
            report.allocated_bytes_per_packet = Some(each(after.bytes, before.bytes));
            report.media_thread_allocations_per_packet =
                Some(each(after.media_threads, before.media_threads));
        }
        Ok(report)
    }

    fn callgrind(&self, on: bool) -> Result<()> {
        match self.watched.pid {
            Some(pid) if self.watched.callgrind => instructions::switch(pid, on),
            _ => Ok(()),
        }
    }

    async fn read(&self) -> Result<Sample> {
        let mut all = Sample::default();
        for driver in &self.drivers {
            all.merge(driver.read().await?);
        }
        Ok(all)
    }

    fn rss(&self) -> Result<u64> {
        let read = self.watched.pid.map(process::rss_kib).transpose();
        Ok(read.context("the server has gone")?.unwrap_or(0))
    }

    /// What is the same however a load goes on.
    pub(super) fn with_memory(&self, mut report: LoadReport, people: usize) -> Result<LoadReport> {
        let grown = |rss: u64| rss.saturating_sub(self.rss_empty) as f64 / people.max(1) as f64;
        report.rss_kib_empty = self.rss_empty;
        report.rss_kib_per_participant = grown(self.rss_silent);
        report.rss_kib_per_participant_after = grown(self.rss()?);
        report.cpu_ms_per_join = self.join_cpu_us as f64 / 1_000.0 / people.max(1) as f64;
        Ok(report)
    }

    pub(super) async fn steady(&mut self) -> Result<LoadReport> {
        let began = self.begin().await?;
        self.wait_with("measuring", Duration::from_secs(self.plan.seconds))
            .await?;
        let report = self.end(&began).await?;
        self.with_memory(report, self.joined)
    }
}

/// A sample's beginning.
pub(super) struct Began {
    reading: Reading,
    allocations: Option<Allocations>,
    drops: u64,
}
