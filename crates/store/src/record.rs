//! What reads bring back.

use zoom_protocol::{Entry, Page, RoomName};

/// A room that was written in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RoomRecord {
    /// Its name as its first visitor wrote it.
    pub name: RoomName,
    /// The number of its last entry or change.
    pub last_number: u64,
    /// For how many days it keeps what is written; as the program's settings say where it is
    /// missing.
    pub retention_days: Option<u32>,
    /// The bytes of its files, each once.
    pub file_bytes: u64,
    /// The call that has not ended.
    pub open_call: Option<OpenCall>,
}

/// A call that has not ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OpenCall {
    /// The call.
    pub entry: Entry,
    /// When it began or last changed, milliseconds since 1970-01-01T00:00:00Z.
    pub changed_ms: u64,
}

/// A page, and when it was read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PageRead {
    /// The page.
    pub page: Page,
    /// The room's last number at that moment: whatever has a number up to it is in the page, where
    /// it belongs there. 0 for a room that was never written in.
    pub last: u64,
}

/// What changed, and when that was read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ChangesRead {
    /// Every entry that is new or changed, as it is, in the order of their changes; missing where
    /// they are too many, or where some may have expired.
    pub changes: Option<Vec<Entry>>,
    /// The room's last number at that moment.
    pub last: u64,
}
