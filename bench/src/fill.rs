//! Rooms that are full before anybody comes: written straight into a store.

use std::{path::PathBuf, sync::mpsc, time::Instant};

use anyhow::{Result, ensure};
use clap::Args;
use zoom_client::protocol::Limits;
use zoom_store::{Outcome, Store, WriteRequest};

use crate::chat::Writer;

/// Messages that wait for the disk at once.
const AT_ONCE: u64 = 4_096;
/// Messages after which it is said how far it is.
const SAID_EVERY: u64 = 50_000;

/// A room that is filled.
#[derive(Args, Clone, Debug)]
pub struct FillOptions {
    /// The data folder; it is made where it is not there.
    #[arg(long)]
    pub data: PathBuf,
    /// The room's name.
    #[arg(long, default_value = "long")]
    pub room: String,
    /// Messages of it.
    #[arg(long, default_value_t = 100_000)]
    pub messages: u64,
}

/// Fills one room.
///
/// # Errors
/// What the store refuses.
pub fn fill(options: &FillOptions) -> Result<()> {
    let store = Store::open(&options.data, &Limits::default())?;
    let mut writer = Writer::new(&options.room, 0)?;
    write_all(&store, options.messages, || writer.next())?;
    store.close();
    Ok(())
}

/// Writes `count` messages, many at once, and returns when they are on disk.
///
/// # Errors
/// What the store refuses.
pub(crate) fn write_all(
    store: &Store,
    count: u64,
    mut next: impl FnMut() -> Result<WriteRequest>,
) -> Result<()> {
    let (replied, replies) = mpsc::channel();
    let begun = Instant::now();
    let (mut sent, mut kept) = (0, 0);
    while kept < count {
        if sent < count && sent - kept < AT_ONCE {
            let replied = replied.clone();
            let reply = move |outcome| {
                let is_kept = matches!(outcome, Outcome::Posted { repeat: false, .. });
                // Whoever fills has given up then.
                let _ = replied.send(is_kept);
            };
            store.write(next()?, Box::new(reply));
            sent += 1;
        } else {
            ensure!(replies.recv()?, "a message was not kept");
            kept += 1;
            if kept % SAID_EVERY == 0 {
                let seconds = begun.elapsed().as_secs_f64();
                eprintln!("{kept} of {count} messages written, {seconds:.0} s");
            }
        }
    }
    Ok(())
}
