//! The forwarding process: one thread, one socket.

use std::{
    collections::HashMap,
    io::{self, BufRead, IoSlice, Write},
    net::{Ipv4Addr, SocketAddr},
    os::fd::AsRawFd,
    thread,
};

use anyhow::{Context, Result};
use mio::{Events, Interest, Poll, Token, net::UdpSocket};
use nix::{
    cmsg_space,
    errno::Errno,
    sys::socket::{ControlMessage, MsgFlags, MultiHeaders, SockaddrStorage, sendmmsg, sendmsg},
};

use super::{
    Sending, Task,
    seal::{Header, Key},
};
use crate::batch::{self, Batch};

/// Batches that are received before what came is sent.
const BATCHES_PER_TURN: usize = 4;
/// Messages of one `sendmmsg`; the system takes no more.
const MESSAGES: usize = 1_024;
/// The most segments and bytes of one run (`UDP_MAX_SEGMENTS`, and what fits IPv4's length field).
const RUN_SEGMENTS: usize = 64;
const RUN_BYTES: usize = 65_000;

/// Forwards until its standard input ends. What to forward is read from there, as a line of JSON;
/// the port is told on standard output.
///
/// # Errors
/// A task that cannot be read, or no socket.
pub fn forward() -> Result<()> {
    let mut line = String::new();
    io::stdin().lock().read_line(&mut line)?;
    let task: Task = serde_json::from_str(&line).context("the task cannot be read")?;
    let socket = batch::open(Ipv4Addr::LOCALHOST.into())?;
    let mut out = io::stdout().lock();
    writeln!(out, "{}", socket.local_addr()?.port())?;
    out.flush()?;
    // Whoever started it is gone when its standard input ends.
    thread::spawn(|| {
        let _ = io::copy(&mut io::stdin().lock(), &mut io::sink());
        std::process::exit(0);
    });
    Forwarder::new(&task, socket)?.run()
}

struct Forwarder {
    socket: UdpSocket,
    sending: Sending,
    sources: HashMap<SocketAddr, Source>,
    receivers: Vec<Receiver>,
    touched: Vec<usize>,
    plain: MultiHeaders<SockaddrStorage>,
    segmented: MultiHeaders<SockaddrStorage>,
}

struct Source {
    key: Key,
    video: Vec<usize>,
    audio: Vec<usize>,
}

/// A receiver, and what waits to be sent to it.
struct Receiver {
    address: SockaddrStorage,
    key: Key,
    bytes: Vec<u8>,
    lengths: Vec<usize>,
}

/// Datagrams of one receiver that leave together: bytes, and the length of each but the last.
struct Run<'a> {
    address: SockaddrStorage,
    bytes: &'a [u8],
    segment: usize,
}

impl Forwarder {
    fn new(task: &Task, socket: UdpSocket) -> Result<Self> {
        let mut sources = HashMap::new();
        for (number, publisher) in task.publishers.iter().enumerate() {
            let source = Source {
                key: Key::new(task.long_keys, number)?,
                video: publisher.video.clone(),
                audio: publisher.audio.clone(),
            };
            sources.insert(publisher.address, source);
        }
        let receiver = |(number, address): (usize, &SocketAddr)| -> Result<Receiver> {
            Ok(Receiver {
                address: (*address).into(),
                key: Key::new(task.long_keys, number)?,
                bytes: Vec::new(),
                lengths: Vec::new(),
            })
        };
        let receivers = task.receivers.iter().enumerate().map(receiver);
        Ok(Self {
            socket,
            sending: task.sending,
            sources,
            receivers: receivers.collect::<Result<_>>()?,
            touched: Vec::new(),
            plain: MultiHeaders::preallocate(MESSAGES, None),
            segmented: MultiHeaders::preallocate(MESSAGES, Some(cmsg_space!(u16))),
        })
    }

    fn run(mut self) -> Result<()> {
        let mut poll = Poll::new()?;
        let token = Token(0);
        poll.registry()
            .register(&mut self.socket, token, Interest::READABLE)?;
        let mut events = Events::with_capacity(4);
        let mut batch = Batch::new();
        loop {
            if let Err(error) = poll.poll(&mut events, None)
                && error.kind() != io::ErrorKind::Interrupted
            {
                return Err(error.into());
            }
            let mut more = true;
            while more {
                for _ in 0..BATCHES_PER_TURN {
                    let came = batch.receive(&self.socket)?;
                    self.take(&mut batch)?;
                    more = came == batch::BATCH;
                    if !more {
                        break;
                    }
                }
                self.send()?;
            }
        }
    }

    /// Opens each packet and seals it for everybody who gets it.
    fn take(&mut self, batch: &mut Batch) -> Result<()> {
        for (source, packet) in batch.packets() {
            let Some(source) = source.and_then(|source| self.sources.get(&source)) else {
                continue;
            };
            let Some(header) = Header::read(packet) else {
                continue;
            };
            let to = if header.video {
                &source.video
            } else {
                &source.audio
            };
            if to.is_empty() {
                continue;
            }
            let Some(payload) = source.key.open(&header, packet) else {
                continue;
            };
            for place in to {
                let Some(receiver) = self.receivers.get_mut(*place) else {
                    continue;
                };
                if receiver.lengths.is_empty() {
                    self.touched.push(*place);
                }
                let before = receiver.bytes.len();
                receiver.key.seal(&header, payload, &mut receiver.bytes)?;
                receiver.lengths.push(receiver.bytes.len() - before);
            }
        }
        Ok(())
    }

    fn send(&mut self) -> Result<()> {
        let touched = std::mem::take(&mut self.touched);
        let most = match self.sending {
            Sending::Sendmmsg => 1,
            Sending::Gso | Sending::SendmmsgGso => RUN_SEGMENTS,
        };
        let mut runs = Vec::with_capacity(touched.len());
        for place in &touched {
            runs_of(&self.receivers[*place], most, &mut runs);
        }
        let socket = self.socket.as_raw_fd();
        match self.sending {
            Sending::Sendmmsg => send_many(socket, &mut self.plain, &runs, None)?,
            Sending::Gso => {
                for run in &runs {
                    send_run(socket, run)?;
                }
            }
            Sending::SendmmsgGso => {
                // A call's messages share their control message, and so the segment's length.
                runs.sort_by_key(|run| run.segment);
                for same in runs.chunk_by(|a, b| a.segment == b.segment) {
                    let segment = same.first().map(|run| run.segment as u16);
                    send_many(socket, &mut self.segmented, same, segment)?;
                }
            }
        }
        drop(runs);
        for place in &touched {
            let receiver = &mut self.receivers[*place];
            receiver.bytes.clear();
            receiver.lengths.clear();
        }
        self.touched = touched;
        self.touched.clear();
        Ok(())
    }
}

/// Cuts what waits for a receiver into runs of equal lengths, the last of which may be shorter.
fn runs_of<'a>(receiver: &'a Receiver, most: usize, runs: &mut Vec<Run<'a>>) {
    let (mut begin, mut at) = (0, 0);
    while let Some(segment) = receiver.lengths.get(at).copied() {
        let (mut bytes, mut count) = (segment, 1);
        while let Some(next) = receiver.lengths.get(at + count).copied() {
            if count == most || next > segment || bytes + next > RUN_BYTES {
                break;
            }
            bytes += next;
            count += 1;
            if next < segment {
                break;
            }
        }
        runs.push(Run {
            address: receiver.address,
            bytes: &receiver.bytes[begin..begin + bytes],
            segment,
        });
        begin += bytes;
        at += count;
    }
}

fn send_run(socket: i32, run: &Run<'_>) -> Result<()> {
    let segment = run.segment as u16;
    let control = [ControlMessage::UdpGsoSegments(&segment)];
    let control = if run.bytes.len() > run.segment {
        &control[..]
    } else {
        &[]
    };
    let slices = [IoSlice::new(run.bytes)];
    match sendmsg(
        socket,
        &slices,
        control,
        MsgFlags::MSG_DONTWAIT,
        Some(&run.address),
    ) {
        Ok(_) => Ok(()),
        Err(error) => forgive(error),
    }
}

fn send_many(
    socket: i32,
    headers: &mut MultiHeaders<SockaddrStorage>,
    runs: &[Run<'_>],
    segment: Option<u16>,
) -> Result<()> {
    for some in runs.chunks(MESSAGES) {
        let slices: Vec<[IoSlice<'_>; 1]> =
            some.iter().map(|run| [IoSlice::new(run.bytes)]).collect();
        let addresses: Vec<Option<SockaddrStorage>> =
            some.iter().map(|run| Some(run.address)).collect();
        let segment = segment.as_ref();
        let control: Vec<ControlMessage<'_>> = segment
            .map(ControlMessage::UdpGsoSegments)
            .into_iter()
            .collect();
        let flags = MsgFlags::MSG_DONTWAIT;
        // What the system does not take is dropped, as a server would.
        if let Err(error) = sendmmsg(socket, headers, &slices, &addresses, &control, flags) {
            forgive(error)?;
        }
    }
    Ok(())
}

/// A full buffer, or a receiver that has gone.
fn forgive(error: Errno) -> Result<()> {
    let passing = [
        Errno::EAGAIN,
        Errno::ECONNREFUSED,
        Errno::EINTR,
        Errno::ENOBUFS,
    ];
    if passing.contains(&error) {
        Ok(())
    } else {
        Err(error.into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn receiver(lengths: &[usize]) -> Receiver {
        let address: SocketAddr = "127.0.0.1:9".parse().unwrap();
        Receiver {
            address: address.into(),
            key: Key::new(false, 0).unwrap(),
            bytes: vec![0; lengths.iter().sum()],
            lengths: lengths.to_vec(),
        }
    }

    #[test]
    fn a_run_ends_with_the_first_shorter_datagram() {
        let receiver = receiver(&[9, 9, 4, 9, 12]);
        let mut runs = Vec::new();
        runs_of(&receiver, RUN_SEGMENTS, &mut runs);
        let found: Vec<_> = runs
            .iter()
            .map(|run| (run.bytes.len(), run.segment))
            .collect();
        assert_eq!(found, [(22, 9), (9, 9), (12, 12)]);
        runs.clear();
        runs_of(&receiver, 1, &mut runs);
        assert_eq!(runs.len(), 5);
    }
}
