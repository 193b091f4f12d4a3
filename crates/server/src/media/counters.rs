//! What the media threads count, for tests and for whoever watches a server.

use std::sync::atomic::{AtomicU64, Ordering};

/// Counters of all media threads of a pool, written with `Relaxed`.
#[derive(Debug, Default)]
pub(super) struct Counters {
    pub received: AtomicU64,
    pub sent: AtomicU64,
    pub dropped: AtomicU64,
    pub turns: AtomicU64,
    pub faults: AtomicU64,
    pub offers: AtomicU64,
}

/// A reading of what the media threads of a pool have done since they started.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct MediaCounters {
    /// Datagrams that came, those of strangers too.
    pub received: u64,
    /// Datagrams that the system took.
    pub sent: u64,
    /// Datagrams dropped, because a send buffer was full or the system refused them.
    pub dropped: u64,
    /// Turns of the threads' loops.
    pub turns: u64,
    /// Faults of a thread, each of which ended its peers.
    pub faults: u64,
    /// Offers that came, first ones and later ones.
    pub offers: u64,
    /// Rooms and peers there are.
    pub load: u64,
    /// ICE-TCP connections there are.
    pub connections: u64,
}

impl Counters {
    /// Reads them; `load` and `connections` come from elsewhere.
    pub(super) fn read(&self, load: u64, connections: u64) -> MediaCounters {
        MediaCounters {
            received: self.received.load(Ordering::Relaxed),
            sent: self.sent.load(Ordering::Relaxed),
            dropped: self.dropped.load(Ordering::Relaxed),
            turns: self.turns.load(Ordering::Relaxed),
            faults: self.faults.load(Ordering::Relaxed),
            offers: self.offers.load(Ordering::Relaxed),
            load,
            connections,
        }
    }
}
