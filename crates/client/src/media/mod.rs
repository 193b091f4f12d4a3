//! A peer without eyes and ears: it publishes synthetic sound and pictures, and counts what comes.
//!
//! A [`Draft`] makes the offer, with the sending m-lines and the slots of the page's layout; with
//! the server's answer it becomes a running [`Peer`]. Every packet carries a [`Stamp`] that says
//! who sent it, which part of which frame of which layer it is, and when it was captured, so that
//! a receiver can tell what was lost, doubled, torn or late: a [`Report`] has the figures.

mod draft;
mod keys;
mod net;
mod peer;
mod report;
mod sending;
mod stamp;

pub use draft::{Draft, MediaOptions, SlotCounts, Way};
pub use keys::Keys;
pub use peer::{Change, MediaError, Peer};
pub use report::{Report, SentReport, SlotReport, StreamReport};
pub use stamp::Stamp;
