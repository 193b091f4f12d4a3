//! The media core of zoom: a selective forwarding unit without sockets, clocks or threads.
//!
//! Datagrams and commands go in, datagrams and events come out. One [`Sfu`] holds whole rooms and
//! belongs to one media thread; [`negotiate`] is the part of a join that costs milliseconds and
//! runs on some other thread, as handshakes do. Media is its own, on `zoom-rtp`; str0m reads offers
//! and writes answers, and brings what understands STUN and DTLS.
//!
//! What it does not do: it opens no socket, reads no clock and starts no task (the driver gives it
//! every [`Instant`](std::time::Instant)); it does no RFC 4571 framing; it does not know who may do
//! what, which person belongs into which slot, or any message of the wire but the media offer.
//!
//! The way of a packet: `gate` finds the peer that a datagram belongs to, `ingress` opens it with
//! the keys of the peer's `session` (`connect` has them from the `handshake`) and finds its stream (`incoming`),
//! `forward` keeps it in the `ring` of its layer and finds who watches the track (`slots` keeps
//! that), a `stream` of each gives it its own numbers (`rewrite`, `timeline`, `vp8`), and `egress`
//! composes what each peer gets in a turn in one buffer. `control` reads and writes RTCP, `history`
//! knows what may be sent again, `budget` and `allocate` decide which layers the way to each
//! carries.

mod allocate;
mod budget;
mod clock;
mod config;
mod connect;
mod control;
mod egress;
mod forward;
mod gate;
mod handshake;
mod history;
mod idle;
mod incoming;
mod ingress;
mod io;
mod layers;
mod lives;
mod members;
mod meter;
mod moment;
mod negotiate;
mod offer;
mod peer;
mod profile;
mod quality;
mod red;
mod report;
mod reporting;
mod rewrite;
mod ring;
mod rise;
mod round_trip;
mod session;
mod sfu;
mod slots;
mod speakers;
mod stats;
mod stream;
mod timeline;
mod track;
mod vp8;
mod window;

pub use config::{Candidate, Certificate, CertificateError, SfuConfig};
pub use gate::peek_ufrag;
pub use handshake::{Handshaken, Handshaking};
pub use io::{Command, Event, Protocol, Transmit, Transport};
pub use negotiate::{OfferError, negotiate};
pub use peer::PreparedPeer;
pub use profile::SrtpProfile;
pub use report::{DowngradeReason, LayerReport, MediaReport, MediaTotals, SlotReport, TrackReport};
pub use sfu::Sfu;
pub use stats::{PeerStats, SfuStats};

#[cfg(feature = "fuzzing")]
#[doc(hidden)]
pub mod fuzzing;
