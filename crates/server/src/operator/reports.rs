//! The last report on every peer.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use tokio::{sync::mpsc, time::timeout};
use zoom_protocol::{Limits, ParticipantId, RoomId};
use zoom_sfu::MediaReport;

/// So many times may a report fail to come before its peer counts as gone.
const MISSED: u32 = 3;

/// The last reports. Cheap to clone.
#[derive(Clone, Debug)]
pub(super) struct Reports {
    shared: Arc<Mutex<Table>>,
    /// How long a report counts.
    counts: Duration,
}

type Table = BTreeMap<(RoomId, ParticipantId), Reported>;

/// A report and when it came.
#[derive(Clone, Debug)]
pub(super) struct Reported {
    pub(super) report: Arc<MediaReport>,
    pub(super) at: Instant,
}

impl Reports {
    pub(super) fn new(limits: &Limits) -> Self {
        let every = Duration::from_millis(limits.report_ms.into());
        Self {
            shared: Arc::default(),
            counts: every * MISSED,
        }
    }

    /// Keeps what comes until no more can come.
    pub(super) async fn keep(self, mut source: mpsc::Receiver<Box<MediaReport>>) {
        loop {
            let next = if self.lock().is_empty() {
                source.recv().await
            } else {
                match timeout(self.counts, source.recv()).await {
                    Ok(next) => next,
                    Err(_) => {
                        self.sweep(Instant::now());
                        continue;
                    }
                }
            };
            let Some(report) = next else {
                return;
            };
            self.take(*report, Instant::now());
        }
    }

    pub(super) fn take(&self, report: MediaReport, now: Instant) {
        let mut table = self.lock();
        let key = (report.room, report.participant);
        let reported = Reported {
            report: Arc::new(report),
            at: now,
        };
        // Whoever is gone leaves when somebody comes, so that there are never more than peers were
        // connected within the last reports.
        if table.insert(key, reported).is_none() {
            table.retain(|_, reported| self.is_of_now(reported, now));
        }
    }

    /// Those that count, by room and participant.
    pub(super) fn latest(&self) -> Vec<Reported> {
        self.latest_at(Instant::now())
    }

    pub(super) fn latest_at(&self, now: Instant) -> Vec<Reported> {
        self.sweep(now);
        self.lock().values().cloned().collect()
    }

    fn sweep(&self, now: Instant) {
        self.lock()
            .retain(|_, reported| self.is_of_now(reported, now));
    }

    fn is_of_now(&self, reported: &Reported, now: Instant) -> bool {
        now.saturating_duration_since(reported.at) <= self.counts
    }

    fn lock(&self) -> MutexGuard<'_, Table> {
        // The table is whole between any two statements, so a panic elsewhere spoils nothing.
        self.shared.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
