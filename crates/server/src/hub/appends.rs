//! What became of the messages that were to be kept.

use std::sync::atomic::{AtomicU64, Ordering};

use zoom_rooms::AppendOutcome;

/// Counts outcomes, over all rooms.
#[derive(Debug, Default)]
pub(super) struct Appends {
    appended: AtomicU64,
    repeated: AtomicU64,
    refused: AtomicU64,
}

/// A reading of the outcomes since the start.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct AppendCounts {
    /// On disk as a further entry.
    pub(crate) appended: u64,
    /// Sent again, and on disk already.
    pub(crate) repeated: u64,
    /// Not kept: the disk is full or failed, or too much waited for it.
    pub(crate) refused: u64,
}

impl Appends {
    pub(super) fn count(&self, outcome: AppendOutcome) {
        let counter = match outcome {
            AppendOutcome::Appended { .. } => &self.appended,
            AppendOutcome::Repeat { .. } => &self.repeated,
            AppendOutcome::Refused(_) => &self.refused,
        };
        counter.fetch_add(1, Ordering::Relaxed);
    }

    pub(super) fn read(&self) -> AppendCounts {
        AppendCounts {
            appended: self.appended.load(Ordering::Relaxed),
            repeated: self.repeated.load(Ordering::Relaxed),
            refused: self.refused.load(Ordering::Relaxed),
        }
    }
}
