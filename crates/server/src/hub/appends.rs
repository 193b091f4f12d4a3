//! What became of the messages that were to be kept.

use std::sync::atomic::{AtomicU64, Ordering};

use zoom_protocol::ErrorCode;
use zoom_rooms::WriteOutcome;

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
    /// Counts what became of a message.
    pub(super) fn count(&self, outcome: &WriteOutcome) {
        let counter = match outcome {
            WriteOutcome::Posted { repeat: false, .. } => &self.appended,
            WriteOutcome::Posted { repeat: true, .. } => &self.repeated,
            WriteOutcome::Refused(
                ErrorCode::Busy | ErrorCode::StorageFull | ErrorCode::StorageFailed,
            ) => &self.refused,
            // What may not be is no fault of the disk.
            WriteOutcome::Refused(_)
            | WriteOutcome::Changed { .. }
            | WriteOutcome::Marked { .. }
            | WriteOutcome::Unchanged => return,
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
