//! The load on the floor: senders and receivers as the generator has them, without ICE and DTLS.

use std::{
    collections::HashMap,
    io::{BufRead, BufReader, Write},
    net::{Ipv4Addr, SocketAddr},
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use anyhow::{Context, Result, ensure};
use mio::{Events, Interest, Poll, Token, net::UdpSocket};

use super::{
    Publisher, Sending, Task, Traffic, Tried,
    seal::{HEADER, Header, Key, TAG},
};
use crate::{
    batch::{self, Batch},
    load::Counts,
    process,
    sequence::Sequence,
};

/// Between two sound packets.
const SOUND_INTERVAL: Duration = Duration::from_millis(20);
/// Between the beginnings of two publishers.
const STAGGER: Duration = Duration::from_millis(11);
/// Of media before it is measured.
const WARM_UP: Duration = Duration::from_millis(700);

/// Measures one way of sending for so long.
///
/// # Errors
/// A forwarder that does not start, or through which nothing comes.
pub fn measure(traffic: &Traffic, sending: Sending, time: Duration) -> Result<Tried> {
    let open = || batch::open(Ipv4Addr::LOCALHOST.into());
    let senders: Vec<UdpSocket> = (0..traffic.publishers)
        .map(|_| open())
        .collect::<Result<_, _>>()?;
    let receivers: Vec<UdpSocket> = (0..traffic.receivers)
        .map(|_| open())
        .collect::<Result<_, _>>()?;
    let forwarder = Process::start(&task(traffic, sending, &senders, &receivers)?)?;
    let mut load = Load::new(traffic, forwarder.address, senders, receivers)?;
    load.run_until(Instant::now() + WARM_UP)?;
    load.counts = Counts::default();
    let before = process::cpu(forwarder.child.id())?;
    load.run_until(Instant::now() + time)?;
    let used = process::cpu(forwarder.child.id())? - before;
    ensure!(load.counts.packets > 0, "nothing came through the floor");
    Ok(Tried {
        sending,
        us_per_packet: used.total_us as f64 / load.counts.packets as f64,
        packets: load.counts.packets,
        loss: load.counts.loss(),
        delay_us: load.counts.delay_us.percentiles(),
    })
}

fn task(
    traffic: &Traffic,
    sending: Sending,
    senders: &[UdpSocket],
    receivers: &[UdpSocket],
) -> Result<Task> {
    let (video, audio) = (traffic.video_receivers(), traffic.audio_receivers());
    let publishers = senders.iter().zip(video.into_iter().zip(audio));
    let publisher = |(socket, (video, audio)): (&UdpSocket, (Vec<usize>, Vec<usize>))| {
        let address = socket.local_addr()?;
        Ok(Publisher {
            address,
            video,
            audio,
        })
    };
    Ok(Task {
        sending,
        long_keys: traffic.long_keys,
        publishers: publishers.map(publisher).collect::<Result<_>>()?,
        receivers: receivers
            .iter()
            .map(UdpSocket::local_addr)
            .collect::<Result<_, _>>()?,
    })
}

/// The forwarder as a process of its own; it ends when this is dropped.
struct Process {
    child: Child,
    address: SocketAddr,
}

impl Process {
    fn start(task: &Task) -> Result<Self> {
        let mut child = Command::new(crate::server::beside("zoom-bench")?)
            .arg("floor-forwarder")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .context("the floor does not start")?;
        let mut told = String::new();
        let mut port = None;
        if let (Some(stdin), Some(stdout)) = (child.stdin.as_mut(), child.stdout.as_mut()) {
            writeln!(stdin, "{}", serde_json::to_string(task)?)?;
            BufReader::new(stdout).read_line(&mut told)?;
            port = told.trim().parse().ok();
        }
        let mut process = Self {
            child,
            address: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
        };
        process
            .address
            .set_port(port.context("the floor did not start")?);
        Ok(process)
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

struct Load<'a> {
    traffic: &'a Traffic,
    forwarder: SocketAddr,
    poll: Poll,
    senders: Vec<Sender>,
    receivers: Vec<Receiver>,
    batch: Batch,
    counts: Counts,
    payload: Vec<u8>,
}

struct Sender {
    socket: UdpSocket,
    key: Key,
    number: u32,
    sequences: [u16; 2],
    next_sound: Option<Instant>,
    next_picture: Option<Instant>,
}

struct Receiver {
    socket: UdpSocket,
    streams: HashMap<u32, Sequence>,
}

impl<'a> Load<'a> {
    fn new(
        traffic: &'a Traffic,
        forwarder: SocketAddr,
        senders: Vec<UdpSocket>,
        receivers: Vec<UdpSocket>,
    ) -> Result<Self> {
        let poll = Poll::new()?;
        let mut ready = Vec::new();
        for (index, mut socket) in receivers.into_iter().enumerate() {
            poll.registry()
                .register(&mut socket, Token(index), Interest::READABLE)?;
            ready.push(Receiver {
                socket,
                streams: HashMap::new(),
            });
        }
        let begin = Instant::now();
        let sender = |(number, socket): (usize, UdpSocket)| -> Result<Sender> {
            let begin = begin + STAGGER * number as u32;
            Ok(Sender {
                socket,
                key: Key::new(traffic.long_keys, number)?,
                number: number as u32,
                sequences: [0; 2],
                next_sound: traffic.audio.then_some(begin),
                next_picture: traffic.video.then_some(begin + Duration::from_millis(7)),
            })
        };
        let senders = senders.into_iter().enumerate().map(sender);
        Ok(Self {
            traffic,
            forwarder,
            poll,
            senders: senders.collect::<Result<_>>()?,
            receivers: ready,
            batch: Batch::new(),
            counts: Counts::default(),
            payload: vec![0x33; traffic.video_bytes.max(traffic.audio_bytes)],
        })
    }

    fn run_until(&mut self, end: Instant) -> Result<()> {
        let mut events = Events::with_capacity(1_024);
        loop {
            let now = Instant::now();
            if now >= end {
                return Ok(());
            }
            let due = self.senders.iter().filter_map(Sender::next).min();
            let wake = due.map_or(end, |due| due.min(end));
            let timeout = wake.saturating_duration_since(now);
            if let Err(error) = self.poll.poll(&mut events, Some(timeout))
                && error.kind() != std::io::ErrorKind::Interrupted
            {
                return Err(error.into());
            }
            for event in &events {
                self.send_what_is_due()?;
                self.receive(event.token().0)?;
            }
            self.send_what_is_due()?;
        }
    }

    fn send_what_is_due(&mut self) -> Result<()> {
        let now = Instant::now();
        let traffic = self.traffic;
        let interval = Duration::from_secs(1) / traffic.frames_per_second.max(1);
        let (sound, picture) = (
            self.payload
                .get(..traffic.audio_bytes - HEADER - TAG)
                .unwrap_or_default(),
            self.payload
                .get(..traffic.video_bytes - HEADER - TAG)
                .unwrap_or_default(),
        );
        for sender in &mut self.senders {
            while let Some(due) = sender.next_sound.filter(|due| *due <= now) {
                sender.next_sound = Some(due + SOUND_INTERVAL);
                sender.send(false, sound, self.forwarder)?;
            }
            while let Some(due) = sender.next_picture.filter(|due| *due <= now) {
                sender.next_picture = Some(due + interval);
                for _ in 0..traffic.packets_per_frame {
                    sender.send(true, picture, self.forwarder)?;
                }
            }
        }
        Ok(())
    }

    fn receive(&mut self, index: usize) -> Result<()> {
        let Some(receiver) = self.receivers.get_mut(index) else {
            return Ok(());
        };
        loop {
            let came = self.batch.receive(&receiver.socket)?;
            for datagram in self.batch.datagrams() {
                let Some(header) = Header::read(datagram.bytes) else {
                    continue;
                };
                let sequence = receiver.streams.entry(header.stream).or_default();
                if self.counts.take(sequence, header.sequence) {
                    let delay = (datagram.arrived_us as u32).wrapping_sub(header.time_us);
                    self.counts.delay_us.add(delay.into());
                }
            }
            if came < batch::BATCH {
                return Ok(());
            }
        }
    }
}

impl Sender {
    fn next(&self) -> Option<Instant> {
        let due = [self.next_sound, self.next_picture];
        due.into_iter().flatten().min()
    }

    fn send(&mut self, video: bool, payload: &[u8], to: SocketAddr) -> Result<()> {
        let sequence = &mut self.sequences[usize::from(video)];
        *sequence = sequence.wrapping_add(1);
        let header = Header {
            video,
            sequence: *sequence,
            time_us: batch::unix_us() as u32,
            stream: self.number * 2 + u32::from(video),
        };
        let mut packet = Vec::with_capacity(payload.len() + HEADER + TAG);
        self.key.seal(&header, payload, &mut packet)?;
        // What a full buffer does not take is missed at the receivers.
        let _ = self.socket.send_to(&packet, to);
        Ok(())
    }
}
