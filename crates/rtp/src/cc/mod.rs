//! Congestion control of one peer, at the sending side: how many bits a second its way can carry,
//! from what its receiver says of when packets arrived.
//!
//! The base is Google Congestion Control (draft-ietf-rmcat-gcc-02) over transport-wide feedback
//! (draft-holmer-rmcat-transport-wide-cc-extensions-01), with parts of our own where the draft is
//! too slow for a picture or too hard on a radio link. `docs/decisions/0006-congestion-control.md`
//! has the figures.
//!
//! | file | what it answers | source |
//! | --- | --- | --- |
//! | `history` | when was packet n sent, and what became of it | |
//! | `gap` | which packets is a receiver silent about because they did not come | ours |
//! | `acknowledged` | how much arrived over the last moments | gcc-02 5.5 |
//! | `arrival` | how much longer was each burst under way than the one before | gcc-02 5.1, 5.2 |
//! | `trendline` | does the delay grow | in place of gcc-02 5.3 |
//! | `detector` | does it grow by more than is usual | gcc-02 5.4 |
//! | `rate` | so what rate does the delay allow | gcc-02 5.5 |
//! | `queue` | how long do packets wait | ours |
//! | `step` | did the way itself become longer | ours |
//! | `drain` | how is a long queue emptied at once | ours |
//! | `loss` | is the loss congestion, or the way's own | in place of gcc-02 6 |
//! | `probe` | does the way carry more than is there to send | ours |
//! | `silence` | what if nothing is heard any more | ours |
//! | `controller` | what holds the parts, and the least of all bounds | gcc-02 4 |
//! | `controller/feedback` | what follows from a feedback | gcc-02 4 |
//!
//! Nothing here allocates once the history has its size, nothing waits, and the time comes from
//! outside. What a receiver says is not trusted: it can lower its own rate and nothing else.

mod acknowledged;
mod arrival;
mod controller;
mod detector;
mod drain;
mod gap;
mod history;
mod loss;
mod probe;
mod queue;
mod rate;
mod silence;
mod step;
mod trendline;

use std::time::Duration;

pub use controller::CongestionController;

/// Where the estimate begins and within which bounds it stays, in bits a second.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CcConfig {
    /// The estimate before anything is known.
    pub start_bps: u64,
    /// The estimate never goes below this: what keeps sound flowing.
    pub min_bps: u64,
    /// The estimate never goes above this.
    pub max_bps: u64,
}

impl CcConfig {
    /// The same with the minimum below the maximum and the start between them.
    fn in_order(self) -> Self {
        let max_bps = self.max_bps.max(1);
        let min_bps = self.min_bps.clamp(1, max_bps);
        Self {
            start_bps: self.start_bps.clamp(min_bps, max_bps),
            min_bps,
            max_bps,
        }
    }
}

/// Why a packet is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SentKind {
    /// Sound or picture.
    Media,
    /// Something that was lost, once more.
    Repair,
    /// Padding or repairs that [`CcAction::Probe`] asked for.
    Probe,
}

/// What the sender is to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CcAction {
    /// Nothing until [`CongestionController::next_due`].
    None,
    /// Send a burst at once that is not media.
    Probe {
        /// So many bytes, headers included; a little more does no harm.
        bytes: usize,
        /// In at least so many packets.
        packets: usize,
    },
}

/// What the delay says of the way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Usage {
    /// A queue empties.
    Underuse,
    /// Nothing changes.
    Normal,
    /// A queue grows.
    Overuse,
}

/// What sets the estimate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LimitedBy {
    /// Nothing was heard yet.
    Start,
    /// The delay, or what was proved so far.
    Delay,
    /// Loss that looks like congestion.
    Loss,
    /// The receiver's own estimate.
    Remb,
    /// Nothing is heard any more.
    Silence,
}

/// The figures behind an estimate.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct CcState {
    /// The most that may be sent, bits a second.
    pub estimate_bps: u64,
    /// What arrived over the last half second, bits a second.
    pub acknowledged_bps: u64,
    /// The round trip, by reports if there are any, else by feedback (which adds its waiting).
    pub rtt: Option<Duration>,
    /// Loss over the last two seconds, 0 to 1.
    pub loss: f32,
    /// How long packets wait in queues on the way, filtered.
    pub queue_ms: f32,
    /// What the delay says.
    pub usage: Usage,
    /// What sets the estimate.
    pub limited_by: LimitedBy,
}
