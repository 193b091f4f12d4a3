//! A client of zoom in Rust: a program that joins a room as a participant.
//!
//! [`Client`] speaks the protocol of PROTOCOL.md over a WebSocket: requests are methods, each of
//! which waits for its one answer; what happens in the room comes through [`Events`], in order.
//! [`files`] sends the bytes of a file; [`media`] is a peer that publishes synthetic sound and pictures and counts what it receives,
//! for bots that test, measure or stand in for people.
//!
//! ```no_run
//! # async fn meet() -> Result<(), Box<dyn std::error::Error>> {
//! use zoom_client::{Client, protocol::{Event, Join, Sources}};
//!
//! let (client, mut events) = Client::connect("http://127.0.0.1:8080").await?;
//! let joined = client
//!     .join(Join {
//!         room: "blue-otter-42".parse()?,
//!         name: "Bot".parse()?,
//!         identity: None,
//!         sources: Sources::default(),
//!         media: None,
//!     })
//!     .await?;
//! client.post("greeting-1".parse()?, "Hello, room!".parse()?).await?;
//! while let Some(event) = events.next().await {
//!     if let Event::ParticipantJoined { participant } = event {
//!         println!("{} has come to {}", participant.person.name, joined.room);
//!     }
//! }
//! # Ok(())
//! # }
//! ```
//!
//! What it does not do: it does not reconnect by itself (a lost socket ends the [`Events`], and
//! [`ConnectOptions::resume`] brings the participant back), and it has no codecs.

mod chat;
mod client;
mod error;
pub mod files;
mod line;
pub mod media;
mod options;
mod tls;

pub use client::{Client, End, Events};
pub use error::ClientError;
pub use options::{ConnectOptions, Trust};
pub use zoom_protocol as protocol;
