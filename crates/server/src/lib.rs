//! The server of zoom: pages, the WebSocket, media threads, and the tasks that drive the cores.
//!
//! [`Server::open`] takes everything that can be refused (port, data folder, certificate) and
//! [`Server::serve`] runs until it is told to stop; [`run`] does both. What a person types on a
//! command line, and what is printed there, is the business of the program `zoom`.

mod addresses;
mod config;
mod error;
mod export;
mod files;
mod http;
pub mod hub;
mod import;
pub mod media;
mod operator;
mod pages;
mod retention;
mod server;
mod site;
pub mod socket;
mod tls;

use std::future::Future;

pub use addresses::own_addresses;
pub use config::{MediaSettings, ServerConfig, TlsSettings};
pub use error::ServerError;
pub use files::Files;
pub use server::Server;
pub use tls::TlsError;

/// Opens the server and serves until `shutdown` is ready, then ends in order.
///
/// # Errors
/// What [`Server::open`] refuses.
pub async fn run(
    config: ServerConfig,
    shutdown: impl Future<Output = ()> + Send,
) -> Result<(), ServerError> {
    Server::open(config).await?.serve(shutdown).await;
    Ok(())
}
