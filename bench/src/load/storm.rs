//! Many who come at once while a meeting runs.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use anyhow::{Result, ensure};
use tokio::{task::JoinSet, time::sleep};
use zoom_client::{Client, protocol::Sources};

use super::{
    arrive::{arrive, settle},
    browser::Recordings,
    crowd::{CONNECT_PATIENCE, Crowd, LOOK},
    driver::Driver,
    offer::Draft,
    report::{LoadReport, StormReport},
};

/// Joins that wait for their answers at the same time.
const JOINS_AT_ONCE: usize = 32;
/// Newcomers share rooms of this many: classes that begin at the same hour.
const STORM_ROOM: usize = 50;

impl Crowd<'_> {
    /// A quiet sample, and one in which many come.
    pub(super) async fn storm(&mut self) -> Result<LoadReport> {
        let people = self.joined;
        let mut report = self.steady().await?;
        let recordings = Recordings::read()?;
        let drafts = (0..self.plan.more)
            .map(|number| recordings.draft(number))
            .collect::<Result<Vec<_>>>()?;
        let newcomers = Arc::new(Driver::start(self.plan.threads)?);
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
            offers: Recordings::names(),
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
    async fn let_in(&mut self, driver: &Arc<Driver>, drafts: Vec<Draft>) -> Result<Vec<Client>> {
        let begin = Instant::now();
        let count = drafts.len().max(1) as u32;
        let gap = Duration::from_secs(self.plan.storm_seconds) / count;
        let mut waiting = JoinSet::new();
        let mut clients = Vec::new();
        for (place, draft) in drafts.into_iter().enumerate() {
            sleep((begin + gap * place as u32).saturating_duration_since(Instant::now())).await;
            self.progress.say(&format!("storm: {}", place + 1));
            let (url, number) = (self.url.to_owned(), self.joined + place);
            let driver = Arc::clone(driver);
            waiting.spawn(async move {
                let room = format!("storm-{}", place / STORM_ROOM);
                let arrived = arrive(&url, number, &room, Sources::default(), draft).await?;
                settle(&driver, number, arrived)
            });
            while waiting.len() >= JOINS_AT_ONCE {
                let Some(done) = waiting.join_next().await else {
                    break;
                };
                clients.push(done??);
            }
        }
        while let Some(done) = waiting.join_next().await {
            clients.push(done??);
        }
        Ok(clients)
    }
}
