//! A bad network between two interfaces, in one process: delay, jitter, loss, a narrow line.
//!
//! It takes Ethernet frames from one interface and gives them to the other, in both directions,
//! under conditions that lines of JSON on standard input set and change; reports are lines of JSON
//! on standard output. It needs neither the system's traffic control nor more rights than those of
//! a network namespace of one's own. It looks into no frame and changes none, and it ends when its
//! standard input does.
//!
//! Segmentation and checksum offload must be off on both pairs (`ethtool -K IF tx off tso off
//! gso off gro off`), or frames are longer than a network carries and their checksums wrong.
//!
//! ```sh
//! zoom-impair --server far0 --client near0 --seed 1
//! {"command":"set","down":{"delay_ms":50,"loss":0.05},"up":{"delay_ms":50}}
//! {"command":"report","every_ms":100}
//! ```

mod conditions;
mod counters;
mod direction;
mod port;
mod random;

use std::{
    fs::File,
    io::{Read, Write, stdin, stdout},
    os::fd::AsFd,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, ensure};
use clap::Parser;
use nix::{
    errno::Errno,
    poll::{PollFd, PollFlags, ppoll},
    sys::time::TimeSpec,
};
use serde::Serialize;

use crate::{
    conditions::Command,
    direction::{Direction, DirectionReport},
    port::Port,
    random::Random,
};

/// The longest line of standard input, many times what a command needs.
const MOST_LINE_BYTES: usize = 65_536;

/// Frames taken from one interface before the other has its turn.
const MOST_FRAMES_A_TURN: usize = 64;

/// A bad network between two interfaces.
#[derive(Parser)]
struct Arguments {
    /// The interface towards the server.
    #[arg(long)]
    server: String,
    /// The interface towards the client.
    #[arg(long)]
    client: String,
    /// The same seed throws the same dice.
    #[arg(long, default_value_t = 1)]
    seed: u64,
}

/// One line of standard output.
#[derive(Serialize)]
#[serde(tag = "event", rename_all = "snake_case")]
enum Line<'a> {
    /// Frames pass from now on.
    Ready,
    Report(&'a Report),
}

#[derive(Serialize)]
struct Report {
    /// Since the program began.
    at_ms: f64,
    down: DirectionReport,
    up: DirectionReport,
}

/// A direction and the interface where it ends.
struct Way {
    direction: Direction,
    to: Port,
}

impl Way {
    fn deliver(&mut self, now: Instant) {
        while let Some(frame) = self.direction.poll(now) {
            if !self.to.send(&frame) {
                self.direction.count_unsent();
            }
        }
    }
}

struct Link {
    began: Instant,
    down: Way,
    up: Way,
    report_every: Option<Duration>,
    next_report: Option<Instant>,
}

fn main() -> Result<()> {
    let arguments = Arguments::parse();
    let way = |name: &str, seed| -> Result<Way> {
        Ok(Way {
            direction: Direction::new(Random::new(seed)),
            to: Port::open(name)?,
        })
    };
    let link = Link {
        began: Instant::now(),
        down: way(&arguments.client, arguments.seed)?,
        // Another row of dice, or both directions would lose the same frames.
        up: way(&arguments.server, !arguments.seed)?,
        report_every: None,
        next_report: None,
    };
    link.run()
}

impl Link {
    fn run(mut self) -> Result<()> {
        // Unbuffered, so that nothing waits where poll does not see it.
        let mut input = File::from(stdin().as_fd().try_clone_to_owned()?);
        let mut line = Vec::new();
        let mut frame = vec![0; 65_536];
        print(&Line::Ready)?;
        loop {
            let now = Instant::now();
            self.down.deliver(now);
            self.up.deliver(now);
            if self.next_report.is_some_and(|due| due <= now) {
                self.next_report = self.report_every.map(|every| now + every);
                self.report(now)?;
            }
            let ready = self.wait(&input)?;
            if ready.client {
                take(&self.down.to, &mut self.up.direction, &mut frame)?;
            }
            if ready.server {
                take(&self.up.to, &mut self.down.direction, &mut frame)?;
            }
            if ready.input && !self.hear(&mut input, &mut line)? {
                return Ok(());
            }
        }
    }

    /// Until something is due or comes in.
    fn wait(&self, input: &File) -> Result<Ready> {
        let due = [
            self.down.direction.next_due(),
            self.up.direction.next_due(),
            self.next_report,
        ];
        let timeout = due
            .into_iter()
            .flatten()
            .min()
            .map(|due| TimeSpec::from(due.saturating_duration_since(Instant::now())));
        let mut polled = [
            PollFd::new(self.down.to.as_fd(), PollFlags::POLLIN),
            PollFd::new(self.up.to.as_fd(), PollFlags::POLLIN),
            PollFd::new(input.as_fd(), PollFlags::POLLIN),
        ];
        match ppoll(&mut polled, timeout, None) {
            Ok(_) => {}
            Err(Errno::EINTR) => return Ok(Ready::default()),
            Err(error) => return Err(error).context("waiting"),
        }
        let [client, server, input] = polled.map(|polled| polled.any().unwrap_or(true));
        Ok(Ready {
            client,
            server,
            input,
        })
    }

    /// Does what the lines that have come say; false at their end.
    fn hear(&mut self, input: &mut File, line: &mut Vec<u8>) -> Result<bool> {
        let mut piece = [0; 4_096];
        let length = input.read(&mut piece)?;
        for byte in piece.iter().take(length) {
            if *byte == b'\n' {
                let text = String::from_utf8_lossy(line).into_owned();
                line.clear();
                let command = Command::read(&text).with_context(|| format!("line {text:?}"))?;
                self.obey(command)?;
            } else {
                ensure!(line.len() < MOST_LINE_BYTES, "a line is too long");
                line.push(*byte);
            }
        }
        Ok(length > 0)
    }

    fn obey(&mut self, command: Command) -> Result<()> {
        match command {
            Command::Set { down, up } => {
                for (way, conditions) in [(&mut self.down, down), (&mut self.up, up)] {
                    if let Some(conditions) = conditions {
                        way.direction.set(conditions);
                    }
                }
                Ok(())
            }
            Command::Reset => {
                self.down.direction.reset_waits();
                self.up.direction.reset_waits();
                Ok(())
            }
            Command::Report { every_ms } => {
                let now = Instant::now();
                self.report_every = every_ms.map(Duration::from_millis);
                self.next_report = self.report_every.map(|every| now + every);
                self.report(now)
            }
        }
    }

    fn report(&mut self, now: Instant) -> Result<()> {
        print(&Line::Report(&Report {
            at_ms: now.duration_since(self.began).as_secs_f64() * 1e3,
            down: self.down.direction.report(now),
            up: self.up.direction.report(now),
        }))
    }
}

/// Where something has come in.
#[derive(Default)]
struct Ready {
    client: bool,
    server: bool,
    input: bool,
}

/// Takes the frames that wait at a port.
fn take(from: &Port, direction: &mut Direction, frame: &mut [u8]) -> Result<()> {
    for _ in 0..MOST_FRAMES_A_TURN {
        let Some(length) = from.receive(frame)? else {
            return Ok(());
        };
        if let Some(frame) = frame.get(..length) {
            direction.push(Instant::now(), frame);
        }
    }
    Ok(())
}

fn print(line: &Line<'_>) -> Result<()> {
    let mut text = serde_json::to_vec(line)?;
    text.push(b'\n');
    let mut output = stdout().lock();
    output.write_all(&text)?;
    output.flush()?;
    Ok(())
}
