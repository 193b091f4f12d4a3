//! A client of zoom in Rust: a program that joins a room as a participant.
//!
//! [`Client`] speaks the protocol of PROTOCOL.md over a WebSocket: requests are methods, each of
//! which waits for its one answer; what happens in the room comes through [`Events`], in order.
//! [`media`] is a peer that publishes synthetic sound and pictures and counts what it receives,
//! for bots that test, measure or stand in for people.
//!
//! What it does not do: it does not reconnect by itself (a lost socket ends the [`Events`], and
//! [`ConnectOptions::resume`] brings the participant back), and it has no codecs.

mod client;
mod error;
mod line;
pub mod media;
mod options;
mod tls;

pub use client::{Client, End, Events};
pub use error::ClientError;
pub use options::{ConnectOptions, Trust};
pub use zoom_protocol as protocol;
