//! The WebSocket: what a client says there, and what it gets.

mod raw;
pub(crate) mod support;

mod changes;
mod echo;
mod frames;
mod handshake;
mod kill;
mod limits;
mod look;
mod private;
mod requests;
mod resume;
mod rooms;
mod search;
mod threads;
