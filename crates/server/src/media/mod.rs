//! Media threads: the sockets and clocks that drive [`zoom_sfu`].
//!
//! A [`MediaPool`] holds plain OS threads without an async runtime. Each owns one UDP port and one
//! [`Sfu`](zoom_sfu::Sfu); a room is opened on the least loaded thread and stays there, so that a
//! packet meets no lock, no channel and no second thread between its receipt and its forwarding.
//! [`RoomMedia`] is what the rest of the server holds of a room's media.

mod acceptor;
mod address;
mod config;
mod connection;
mod core;
mod counters;
mod framing;
mod pool;
mod ports;
mod queue;
mod room;
mod seats;
mod socket;
mod thread;
mod workers;

pub use config::{MediaConfig, PortKind, StartError};
pub use counters::MediaCounters;
pub use pool::MediaPool;
pub use room::{Busy, ConnectError, RoomMedia};
