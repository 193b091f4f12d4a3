//! What the server, the generator and the machine used while a sample was taken.

use std::{
    collections::HashSet,
    io,
    net::{SocketAddr, UdpSocket},
    time::{Duration, Instant},
};

use serde::{Deserialize, Serialize};

use crate::process::{self, Cpu, Machine};

/// Readings at one moment.
#[derive(Clone, Debug)]
pub(crate) struct Reading {
    at: Instant,
    server: Option<Cpu>,
    media_threads: Vec<u64>,
    generator: Cpu,
    machine: Machine,
}

/// What was used between two readings.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Used {
    /// How long it took, in seconds.
    pub seconds: f64,
    /// CPU time of the server.
    pub server: Cpu,
    /// CPU time of each of its media threads, in microseconds.
    pub media_threads_us: Vec<u64>,
    /// CPU time of the generator.
    pub generator: Cpu,
    /// The share of all processors' time that other processes used, from 0 to 1.
    pub others_share: f64,
    /// The share of all processors' time that was used at all, from 0 to 1.
    pub busy_share: f64,
}

impl Reading {
    /// Reads; `server` is the process that is watched.
    pub(crate) fn take(server: Option<u32>) -> io::Result<Self> {
        Ok(Self {
            at: Instant::now(),
            server: server.map(process::cpu).transpose()?,
            media_threads: server.map(media_threads).transpose()?.unwrap_or_default(),
            generator: process::cpu(std::process::id())?,
            machine: Machine::read(),
        })
    }

    /// What was used since then.
    pub(crate) fn until(&self, later: &Self) -> Used {
        let server = match (later.server, self.server) {
            (Some(later), Some(earlier)) => later - earlier,
            _ => Cpu::default(),
        };
        let media_threads = later.media_threads.iter().zip(&self.media_threads);
        let generator = later.generator - self.generator;
        let busy_us = later.machine.busy_us_since(self.machine);
        let known_us = server.total_us + generator.total_us;
        let busy_share = later.machine.busy_share_since(self.machine);
        let others = busy_us.saturating_sub(known_us) as f64 / busy_us.max(1) as f64;
        Used {
            seconds: later.at.duration_since(self.at).as_secs_f64(),
            server,
            media_threads_us: media_threads
                .map(|(late, early)| late.saturating_sub(*early))
                .collect(),
            generator,
            others_share: others * busy_share,
            busy_share,
        }
    }
}

impl Used {
    pub(crate) fn server_us(&self) -> u64 {
        self.server.total_us
    }
}

/// How long a counting server may take to answer.
const COUNTER_PATIENCE: Duration = Duration::from_secs(2);

/// Allocations of a counting server so far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Allocations {
    pub(crate) all: u64,
    pub(crate) bytes: u64,
    /// Those of the media threads.
    pub(crate) media_threads: u64,
}

/// Asks a counting server for its allocations so far.
pub(crate) fn allocations(counter: SocketAddr) -> io::Result<Allocations> {
    let socket = UdpSocket::bind((counter.ip(), 0))?;
    socket.set_read_timeout(Some(COUNTER_PATIENCE))?;
    socket.send_to(&[0], counter)?;
    let mut answer = [0; 16 * 1024];
    let (length, _) = socket.recv_from(&mut answer)?;
    let text = String::from_utf8_lossy(answer.get(..length).unwrap_or_default());
    Ok(sum(&text))
}

/// Adds up lines of a thread's allocations, their bytes, and its name.
fn sum(lines: &str) -> Allocations {
    let mut sum = Allocations::default();
    for line in lines.lines() {
        let mut words = line.splitn(3, ' ');
        let mut number = || words.next().and_then(|word| word.parse().ok()).unwrap_or(0);
        let (count, bytes): (u64, u64) = (number(), number());
        sum.all += count;
        sum.bytes += bytes;
        if words.next().is_some_and(is_media_thread) {
            sum.media_threads += count;
        }
    }
    sum
}

/// The CPU time of each media thread, in microseconds.
fn media_threads(pid: u32) -> io::Result<Vec<u64>> {
    let threads = process::threads(pid)?.into_iter();
    let media = threads.filter(|thread| is_media_thread(&thread.name));
    Ok(media.map(|thread| thread.us).collect())
}

/// Whether a thread of a server forwards media: `media-0` and so on, and not `media-tcp`.
fn is_media_thread(name: &str) -> bool {
    let number = name.strip_prefix("media-");
    number.is_some_and(|number| number.parse::<u32>().is_ok())
}

/// The ports that candidates of an SDP answer name (RFC 8839 section 5.1).
pub(crate) fn udp_ports(answer: &str) -> HashSet<u16> {
    let port = |line: &str| {
        let candidate = line.strip_prefix("a=candidate:")?;
        let mut fields = candidate.split(' ').skip(2);
        let udp = fields.next()?.eq_ignore_ascii_case("udp");
        udp.then(|| fields.nth(2)?.parse().ok()).flatten()
    };
    answer.lines().filter_map(port).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ports_are_those_of_udp_candidates() {
        let answer = "v=0\r\na=candidate:1 1 udp 2130706175 127.0.0.1 7882 typ host\r\n\
                      a=candidate:2 1 tcp 1 127.0.0.1 9 typ host tcptype passive\r\n";
        assert_eq!(udp_ports(answer), HashSet::from([7882]));
    }

    #[test]
    fn allocations_of_media_threads_are_told_apart() {
        let lines = "7 70 media-0\n5 50 tokio-runtime-w\n2 20 media-tcp\n1 10 media-1\n";
        let expected = Allocations {
            all: 15,
            bytes: 150,
            media_threads: 8,
        };
        assert_eq!(sum(lines), expected);
    }
}
