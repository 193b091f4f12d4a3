//! The store alone: the same messages, without sockets, rooms and JSON.

use std::{
    sync::{Arc, Mutex, PoisonError, mpsc},
    time::{Duration, Instant},
};

use anyhow::{Context, Result, bail};
use serde::Serialize;
use zoom_client::protocol::{AuthorId, Limits, MessageText, ParticipantId, Person, RoomName};
use zoom_store::{Change, Outcome, Store, WriteRequest};

use super::{ChatOptions, text::text};
use crate::{
    histogram::{Histogram, Percentiles},
    process,
};

/// What the store has shown.
#[derive(Clone, Debug, Default, Serialize)]
pub struct StoreReport {
    /// Messages that were on disk each second.
    pub per_second: f64,
    /// From the request to the reply, in microseconds.
    pub reply_us: Percentiles,
    /// CPU time for each message, in microseconds.
    pub cpu_us: f64,
}

/// A room, and who writes there.
pub(crate) struct Writer {
    name: RoomName,
    person: Person,
    written: u64,
}

impl Writer {
    pub(crate) fn new(room: &str, place: u64) -> Result<Self> {
        Ok(Self {
            name: room.parse()?,
            person: Person {
                participant: ParticipantId(place.wrapping_mul(0x9e37_79b9_7f4a_7c15)),
                author: AuthorId(place.wrapping_mul(0xc2b2_ae3d_27d4_eb4f)),
                name: format!("Writer {place}").parse()?,
                ordinal: 1,
            },
            written: 0,
        })
    }

    /// The next message.
    pub(crate) fn next(&mut self) -> Result<WriteRequest> {
        self.written += 1;
        let said: MessageText = text(self.written).parse()?;
        Ok(WriteRequest {
            room: self.name.clone(),
            unix_ms: self.written,
            change: Change::Post {
                sender: self.person.clone(),
                client_id: format!("{:x}-{}", self.person.author.0, self.written).parse()?,
                message: said.into(),
                thread: None,
                to: None,
            },
        })
    }
}

/// Writes in all rooms at once, each message after the reply to the one before.
pub(super) fn measure(options: &ChatOptions) -> Result<StoreReport> {
    let data = tempfile::tempdir()?;
    let store = Store::open(data.path(), &Limits::default())?;
    let mut writers = (0..options.rooms)
        .map(|room| Writer::new(&format!("store-{room}"), room as u64))
        .collect::<Result<Vec<_>>>()?;
    let (replied, replies) = mpsc::channel();
    let latencies = Arc::new(Mutex::new(Histogram::default()));
    let send = |writer: &mut Writer, place: usize| -> Result<()> {
        let request = writer.next()?;
        let (replied, latencies) = (replied.clone(), Arc::clone(&latencies));
        let begun = Instant::now();
        let reply = move |outcome| {
            let taken = begun.elapsed().as_micros() as u64;
            let mut all = latencies.lock().unwrap_or_else(PoisonError::into_inner);
            all.add(taken);
            // Nobody listens any more when the time is over.
            let _ = replied.send((place, matches!(outcome, Outcome::Posted { .. })));
        };
        store.write(request, Box::new(reply));
        Ok(())
    };
    for (place, writer) in writers.iter_mut().enumerate() {
        for _ in 0..options.waiting {
            send(writer, place)?;
        }
    }
    let pid = std::process::id();
    let (begun, cpu) = (Instant::now(), process::cpu(pid)?);
    let time = Duration::from_secs(options.seconds.min(5));
    let mut count = 0_u64;
    while begun.elapsed() < time {
        let (place, is_kept) = replies.recv()?;
        if !is_kept {
            bail!("a message was not kept");
        }
        count += 1;
        send(writers.get_mut(place).context("no such writer")?, place)?;
    }
    let seconds = begun.elapsed().as_secs_f64();
    let used = process::cpu(pid)? - cpu;
    store.close();
    let all = latencies.lock().unwrap_or_else(PoisonError::into_inner);
    Ok(StoreReport {
        per_second: count as f64 / seconds,
        reply_us: all.percentiles(),
        cpu_us: used.total_us as f64 / count.max(1) as f64,
    })
}
