//! People who write as fast as they are answered, over real sockets.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use anyhow::{Context, Result};
use tokio::{task::JoinSet, time::sleep};
use zoom_client::{
    Client, ConnectOptions, Events,
    protocol::{Answer, Join, Post, Request, Sources},
};

use super::{ChatOptions, LoadReport, text::text};
use crate::{
    histogram::Histogram,
    load::{Reading, source_address},
};

/// Before the sample begins.
const WARM_UP: Duration = Duration::from_secs(2);

/// What all writers share.
#[derive(Default)]
struct Shared {
    /// Whether answers count.
    counts: AtomicBool,
    ended: AtomicBool,
    events: AtomicU64,
}

/// Has everybody come, write, and be counted.
///
/// # Errors
/// A server that cannot be reached, refuses somebody, or does not keep a message.
pub async fn load(url: &str, options: &ChatOptions, watch: Option<u32>) -> Result<LoadReport> {
    let shared = Arc::new(Shared::default());
    let mut writers = Vec::new();
    let mut listeners = JoinSet::new();
    let mut silent = Vec::new();
    for number in 0..options.rooms * options.people.max(1) {
        let (client, events) = arrive(url, options.rooms, number).await?;
        listeners.spawn(listen(events, Arc::clone(&shared)));
        if number < options.rooms {
            writers.push(client);
        } else {
            silent.push(client);
        }
    }
    let mut writing = JoinSet::new();
    for (place, client) in writers.iter().enumerate() {
        for lane in 0..options.waiting.max(1) {
            let lane = place * options.waiting.max(1) + lane;
            writing.spawn(write(client.clone(), lane as u64, Arc::clone(&shared)));
        }
    }
    sleep(WARM_UP).await;
    shared.counts.store(true, Ordering::Relaxed);
    let before = Reading::take(watch)?;
    let events = shared.events.load(Ordering::Relaxed);
    sleep(Duration::from_secs(options.seconds)).await;
    shared.counts.store(false, Ordering::Relaxed);
    let used = before.until(&Reading::take(watch)?);
    let events = shared.events.load(Ordering::Relaxed) - events;
    shared.ended.store(true, Ordering::Relaxed);
    let mut all = Histogram::default();
    let mut acknowledged = 0;
    while let Some(written) = writing.join_next().await {
        let (count, latencies) = written??;
        acknowledged += count;
        all.merge(&latencies);
    }
    drop((writers, silent));
    Ok(LoadReport {
        acknowledged,
        per_second: acknowledged as f64 / used.seconds.max(0.001),
        acknowledgement_us: all.percentiles(),
        events,
        used,
    })
}

/// The first of each room come first.
async fn arrive(url: &str, rooms: usize, number: usize) -> Result<(Client, Events)> {
    let options = ConnectOptions {
        local: Some(source_address(number)),
        ..ConnectOptions::default()
    };
    let (client, events) = Client::connect_with(url, options).await?;
    client
        .join(Join {
            identity: None,
            room: format!("chat-{}", number % rooms).parse()?,
            name: format!("Writer {number}").parse()?,
            sources: Sources::default(),
            media: None,
        })
        .await
        .with_context(|| format!("person {number} could not join"))?;
    Ok((client, events))
}

async fn listen(mut events: Events, shared: Arc<Shared>) {
    while events.next().await.is_some() {
        shared.events.fetch_add(1, Ordering::Relaxed);
    }
}

/// Writes one message after the other until the end.
async fn write(client: Client, lane: u64, shared: Arc<Shared>) -> Result<(u64, Histogram)> {
    let (mut count, mut latencies) = (0, Histogram::default());
    let mut number = lane << 32;
    while !shared.ended.load(Ordering::Relaxed) {
        number += 1;
        let post = Post::text(format!("{number:x}").parse()?, text(number).parse()?);
        let begun = Instant::now();
        let answer = client.request(Request::Post(post)).await?;
        let taken = begun.elapsed();
        anyhow::ensure!(matches!(answer, Answer::Posted(_)), "not kept: {answer:?}");
        if shared.counts.load(Ordering::Relaxed) {
            count += 1;
            latencies.add(taken.as_micros() as u64);
        }
    }
    Ok((count, latencies))
}
