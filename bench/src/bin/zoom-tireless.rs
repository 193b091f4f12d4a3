//! The server without bounds on how fast one participant writes: the same library that the program
//! `zoom` runs. For measuring how fast all of them may write, and for nothing else.

use std::{
    net::{IpAddr, SocketAddr},
    path::PathBuf,
};

use anyhow::Result;
use clap::Parser;
use tokio::runtime::Runtime;
use zoom_server::{MediaSettings, Server, ServerConfig};

/// Serves people who never tire.
#[derive(Parser)]
#[command(name = "zoom-tireless")]
struct Arguments {
    #[arg(long)]
    listen: SocketAddr,
    #[arg(long)]
    media_port: u16,
    #[arg(long)]
    advertise: IpAddr,
    #[arg(long)]
    data: PathBuf,
    /// Taken for the sake of those who start it as they start `zoom`; it logs nothing.
    #[arg(long)]
    log: String,
}

fn main() -> Result<()> {
    let arguments = Arguments::parse();
    let mut config = ServerConfig::new(arguments.data);
    config.listen = arguments.listen;
    config.media = MediaSettings {
        port: arguments.media_port,
        advertise: vec![arguments.advertise],
        ..config.media
    };
    let limits = &mut config.limits;
    for limit in [
        &mut limits.posts_burst,
        &mut limits.posts_per_second,
        &mut limits.searches_burst,
        &mut limits.searches_per_second,
        &mut limits.requests_burst,
        &mut limits.requests_per_second,
        &mut limits.joins_burst,
        &mut limits.joins_per_second,
    ] {
        *limit = 1_000_000;
    }
    Runtime::new()?.block_on(async {
        let server = Server::open(config).await?;
        for link in server.links() {
            println!("{link}");
        }
        println!("Ctrl-C ends it.");
        server
            .serve(async {
                // Without signals it serves until it is killed.
                if tokio::signal::ctrl_c().await.is_err() {
                    std::future::pending::<()>().await;
                }
            })
            .await;
        Ok(())
    })
}
