//! The media core of zoom: a selective forwarding unit without sockets, clocks or threads.
//!
//! Datagrams and commands go in, datagrams and events come out. One [`Sfu`] holds whole rooms and
//! belongs to one media thread; [`negotiate`] is the part of a join that costs milliseconds and
//! runs on some other thread. It stands on str0m, one `Rtc` per peer, in RTP mode.
//!
//! What it does not do: it opens no socket, reads no clock and starts no task (the driver gives it
//! every [`Instant`](std::time::Instant)); it does no RFC 4571 framing; it does not know who may do
//! what, which person belongs into which slot, or any message of the wire but the media offer.

mod config;
mod io;
mod negotiate;
mod peer;
mod sfu;

pub use config::{Candidate, Certificate, CertificateError, SfuConfig};
pub use io::{Command, Event, Output, Protocol, Transport};
pub use negotiate::{OfferError, negotiate};
pub use peer::PreparedPeer;
pub use sfu::{Sfu, peek_ufrag};
