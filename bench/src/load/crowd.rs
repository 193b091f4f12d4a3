//! Everybody's way into the rooms, and the samples that are taken there.

use std::{
    collections::HashSet,
    io::{IsTerminal, Write},
    net::{IpAddr, Ipv4Addr, SocketAddr},
    time::{Duration, Instant},
};

use anyhow::{Context, Result, ensure};
use tokio::time::sleep;
use zoom_client::{
    Client, ConnectOptions,
    protocol::{Join, ParticipantId, Sources, Tile, TileSource},
};

use super::{
    Mode, Plan,
    driver::{Driver, Sample},
    offer::Draft,
    peer::Peer,
    report::{LoadReport, RampStep, StormReport},
    watch::{self, Reading, udp_ports},
};
use crate::{instructions, process};

/// A server bounds what one address may do; loopback has many.
const PEOPLE_PER_ADDRESS: usize = 50;
/// Joins that wait for their answers at the same time.
const JOINS_AT_ONCE: usize = 4;
/// How long everybody together may take to connect.
const CONNECT_PATIENCE: Duration = Duration::from_secs(60);
/// Between two looks at whether everybody is connected.
const LOOK: Duration = Duration::from_millis(50);
/// After everybody is connected, until the server's memory is read.
const SETTLE: Duration = Duration::from_millis(500);
/// Newcomers of a storm share rooms of this many: classes that begin at the same hour.
const STORM_ROOM: usize = 50;
/// One step of a ramp: until the newcomers have pictures, and measured.
const RAMP_SETTLE: Duration = Duration::from_millis(1_500);
const RAMP_SAMPLE: Duration = Duration::from_secs(3);
/// Where a ramp ends.
const RAMP_LOSS: f64 = 1e-4;
const RAMP_P99_US: u64 = 5_000;

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

struct Crowd<'a> {
    url: &'a str,
    plan: &'a Plan,
    watched: Watched,
    drivers: Vec<Driver>,
    /// Their sockets, which are closed by being dropped.
    clients: Vec<Client>,
    publishers: Vec<ParticipantId>,
    receivers: usize,
    joined: usize,
    server_ports: HashSet<u16>,
    progress: Progress,
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
            publishers: Vec::new(),
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
        for _ in 0..self.plan.publishers {
            self.join_one(true).await?;
        }
        // Publishers came one after another, and see each other only from here on.
        for (client, you) in self.clients.iter().zip(&self.publishers) {
            client.view(self.tiles(Some(*you))).await?;
        }
        self.add_receivers(self.plan.receivers).await?;
        self.wait_for_all().await?;
        let used = before.until(Reading::take(self.watched.pid)?);
        self.join_cpu_us = used.server_us();
        sleep(SETTLE).await;
        self.rss_silent = self.rss()?;
        for driver in &self.drivers {
            driver.send()?;
        }
        self.wait_with("warming up", Duration::from_secs(self.plan.warm_up))
            .await
    }

    async fn add_receivers(&mut self, count: usize) -> Result<()> {
        for _ in 0..count {
            self.join_one(false).await?;
        }
        self.receivers += count;
        Ok(())
    }

    async fn join_one(&mut self, publishes: bool) -> Result<()> {
        let draft = Draft::new(self.plan.simulcast)?;
        let number = self.joined;
        self.joined += 1;
        self.progress.say(&format!("joining: {}", self.joined));
        let sources = Sources {
            microphone: publishes && !self.plan.mute,
            camera: publishes && self.plan.has_video(),
            ..Sources::default()
        };
        let arrived = arrive(self.url, number, "load", sources, draft).await?;
        self.server_ports.extend(udp_ports(&arrived.answer.answer));
        if publishes {
            self.publishers.push(arrived.you);
        } else {
            arrived.client.view(self.tiles(None)).await?;
        }
        let others = self.plan.publishers - usize::from(publishes);
        let expects = others > 0 && (self.plan.has_video() || !self.plan.mute);
        let publish = publishes.then_some((self.plan, arrived.you));
        let peer = Peer::new(
            arrived.draft,
            &arrived.answer,
            source_address(number).into(),
            arrived.joined_at,
            expects,
            publish,
        )?;
        self.drivers[number % self.drivers.len()].add(peer)?;
        self.clients.push(arrived.client);
        Ok(())
    }

    /// What the page shows: the first publishers, as many as there are person slots.
    fn tiles(&self, me: Option<ParticipantId>) -> Vec<Tile> {
        let others = self.publishers.iter().filter(|id| Some(**id) != me);
        let (width, height) = if self.plan.publishers > 2 {
            (640, 360)
        } else {
            (1_280, 720)
        };
        others
            .take(9)
            .map(|id| Tile {
                participant: *id,
                source: TileSource::Camera,
                width,
                height,
            })
            .collect()
    }

    async fn wait_for_all(&mut self) -> Result<()> {
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

    async fn wait_with(&mut self, what: &str, time: Duration) -> Result<()> {
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

    async fn begin(&self) -> Result<Began> {
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

    async fn end(&self, began: &Began) -> Result<LoadReport> {
        let later = Reading::take(self.watched.pid)?;
        let sample = self.read().await?;
        let allocations = self.watched.counter.map(watch::allocations).transpose()?;
        self.callgrind(false)?;
        let used = began.reading.until(later);
        let mut report = LoadReport::of(&sample, used, self.plan.threads);
        let own = process::udp_drops(&sample.ports);
        if own > 0 {
            report.doubt(format!(
                "the generator's sockets had no room for {own} datagrams"
            ));
        }
        report.server_drops = process::udp_drops(&self.server_ports) - began.drops;
        report.receivers = self.receivers;
        if let (Some(before), Some(after)) = (began.allocations, allocations) {
            let each = |number: u64| number as f64 / report.packets.max(1) as f64;
            report.allocations_per_packet = Some(each(after.0 - before.0));
            report.allocated_bytes_per_packet = Some(each(after.1 - before.1));
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
    fn with_memory(&self, mut report: LoadReport, people: usize) -> Result<LoadReport> {
        let grown = |rss: u64| rss.saturating_sub(self.rss_empty) as f64 / people.max(1) as f64;
        report.rss_kib_empty = self.rss_empty;
        report.rss_kib_per_participant = grown(self.rss_silent);
        report.rss_kib_per_participant_after = grown(self.rss()?);
        report.cpu_ms_per_join = self.join_cpu_us as f64 / 1_000.0 / people.max(1) as f64;
        Ok(report)
    }

    async fn steady(&mut self) -> Result<LoadReport> {
        let began = self.begin().await?;
        self.wait_with("measuring", Duration::from_secs(self.plan.seconds))
            .await?;
        let report = self.end(&began).await?;
        self.with_memory(report, self.joined)
    }

    /// A quiet sample, and one in which many come.
    async fn storm(&mut self) -> Result<LoadReport> {
        let people = self.joined;
        let mut report = self.steady().await?;
        let drafts = (0..self.plan.more)
            .map(|_| Draft::new(self.plan.simulcast))
            .collect::<Result<Vec<_>>>()?;
        let newcomers = Driver::start(self.plan.threads)?;
        newcomers.begin().await?;
        let began = self.begin().await?;
        let clients = self.let_in(&newcomers, drafts).await?;
        let deadline = Instant::now() + CONNECT_PATIENCE;
        let came = loop {
            let came = newcomers.read().await?;
            if came.connected + came.ended >= came.people || Instant::now() > deadline {
                break came;
            }
            sleep(LOOK).await;
        };
        let during = self.end(&began).await?;
        let quiet_us = report.used.server_us() as f64 / report.used.seconds;
        let joins_us = during.used.server_us() as f64 - quiet_us * during.used.seconds;
        report.storm = Some(StormReport {
            joins: came.people,
            connected: came.connected,
            seconds: during.used.seconds,
            cpu_ms_per_join: joins_us.max(0.0) / 1_000.0 / came.people.max(1) as f64,
            join_to_connected_ms: came.connect_ms.percentiles(),
            delay_us: during.delay_us,
            loss: during.loss,
            p99_to_quiet: during.delay_us.p99 as f64 / report.delay_us.p99.max(1) as f64,
        });
        if came.connected < came.people {
            report.doubt(format!(
                "{} newcomers never connected",
                came.people - came.connected
            ));
        }
        for reason in during.reasons {
            report.doubt(format!("during the storm: {reason}"));
        }
        drop(clients);
        ensure!(
            people == self.joined,
            "the meeting changed during the storm"
        );
        Ok(report)
    }

    /// Lets newcomers join, evenly over the seconds of the storm.
    async fn let_in(&mut self, driver: &Driver, drafts: Vec<Draft>) -> Result<Vec<Client>> {
        let begin = Instant::now();
        let count = drafts.len().max(1) as u32;
        let gap = Duration::from_secs(self.plan.storm_seconds) / count;
        let mut waiting = tokio::task::JoinSet::new();
        let mut clients = Vec::new();
        for (place, draft) in drafts.into_iter().enumerate() {
            sleep((begin + gap * place as u32).saturating_duration_since(Instant::now())).await;
            self.progress.say(&format!("storm: {}", place + 1));
            let (url, number) = (self.url.to_owned(), self.joined + place);
            waiting.spawn(async move {
                let room = format!("storm-{}", place / STORM_ROOM);
                let arrived = arrive(&url, number, &room, Sources::default(), draft).await;
                arrived.map(|arrived| (number, arrived))
            });
            while let Some(done) = waiting.try_join_next() {
                clients.push(settle(driver, done??)?);
            }
            while waiting.len() >= JOINS_AT_ONCE * 8 {
                let Some(done) = waiting.join_next().await else {
                    break;
                };
                clients.push(settle(driver, done??)?);
            }
        }
        while let Some(done) = waiting.join_next().await {
            clients.push(settle(driver, done??)?);
        }
        Ok(clients)
    }

    /// Receivers are added until loss or delay is too much, or the generator too slow.
    async fn ramp(&mut self) -> Result<LoadReport> {
        let people = self.joined;
        let mut steps = Vec::new();
        let mut last_good = None;
        loop {
            let began = self.begin().await?;
            self.wait_with("ramp", RAMP_SAMPLE).await?;
            let report = self.end(&began).await?;
            let seconds = report.used.seconds.max(0.001);
            steps.push(RampStep {
                receivers: self.receivers,
                packets_per_second: report.packets as f64 / seconds,
                cpu_us_per_packet: report.cpu_us_per_packet,
                server_share: report.used.server_us() as f64 / seconds / 1e6,
                loss: report.loss,
                delay_us: report.delay_us,
                valid: report.valid,
            });
            let over = report.loss > RAMP_LOSS || report.delay_us.p99 > RAMP_P99_US;
            let stop = over || !report.valid;
            if !stop || last_good.is_none() {
                last_good = Some(report);
            }
            if stop || self.receivers + self.plan.step > self.plan.more {
                break;
            }
            self.add_receivers(self.plan.step).await?;
            self.wait_for_all().await?;
            sleep(RAMP_SETTLE).await;
        }
        let mut report = last_good.context("a ramp has at least one step")?;
        report.ramp = steps;
        self.with_memory(report, people)
    }
}

/// A sample's beginning.
struct Began {
    reading: Reading,
    allocations: Option<(u64, u64)>,
    drops: u64,
}

/// Somebody who has joined and whose peer does not run yet.
struct Arrived {
    client: Client,
    you: ParticipantId,
    answer: zoom_client::protocol::MediaAnswer,
    draft: Draft,
    joined_at: Instant,
}

/// Connects and joins.
async fn arrive(
    url: &str,
    number: usize,
    room: &str,
    sources: Sources,
    draft: Draft,
) -> Result<Arrived> {
    let options = ConnectOptions {
        local: Some(source_address(number).into()),
        ..ConnectOptions::default()
    };
    // Nobody reads the events; the client drops them then.
    let (client, _) = Client::connect_with(url, options).await?;
    let joined_at = Instant::now();
    let joined = client
        .join(Join {
            room: room.parse()?,
            name: format!("Load {number}").parse()?,
            sources,
            media: Some(draft.offer.clone()),
        })
        .await
        .with_context(|| format!("person {number} could not join"))?;
    let answer = joined.media.context("the server answered without media")?;
    Ok(Arrived {
        client,
        you: joined.you,
        answer,
        draft,
        joined_at,
    })
}

/// Has a newcomer's peer run.
fn settle(driver: &Driver, (number, arrived): (usize, Arrived)) -> Result<Client> {
    let local: IpAddr = source_address(number).into();
    let Arrived {
        client,
        answer,
        draft,
        joined_at,
        ..
    } = arrived;
    driver.add(Peer::new(draft, &answer, local, joined_at, false, None)?)?;
    Ok(client)
}

/// The loopback address of a person.
fn source_address(number: usize) -> Ipv4Addr {
    let place = (number / PEOPLE_PER_ADDRESS) as u32;
    Ipv4Addr::from_bits(Ipv4Addr::LOCALHOST.to_bits() + place)
}

/// A line on standard error for whoever waits.
struct Progress {
    terminal: bool,
    said_at: Option<Instant>,
    length: usize,
}

/// Lines in a log come this far apart.
const LOG_PAUSE: Duration = Duration::from_secs(2);

impl Progress {
    fn new() -> Self {
        Self {
            terminal: std::io::stderr().is_terminal(),
            said_at: None,
            length: 0,
        }
    }

    fn say(&mut self, text: &str) {
        let mut out = std::io::stderr().lock();
        // Nobody may be there to read it.
        if self.terminal {
            let _ = write!(out, "\r{text:<width$}", width = self.length);
            let _ = out.flush();
            self.length = text.chars().count();
        } else if self.said_at.is_none_or(|at| at.elapsed() >= LOG_PAUSE) {
            let _ = writeln!(out, "{text}");
            self.said_at = Some(Instant::now());
        }
    }

    fn end(&mut self) {
        if self.terminal && self.length > 0 {
            let _ = writeln!(std::io::stderr());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn people_come_from_as_many_addresses_as_they_need() {
        assert_eq!(source_address(0), Ipv4Addr::new(127, 0, 0, 1));
        assert_eq!(source_address(49), Ipv4Addr::new(127, 0, 0, 1));
        assert_eq!(source_address(50), Ipv4Addr::new(127, 0, 0, 2));
        assert!(source_address(2_000).is_loopback());
    }
}
