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
#[derive(Clone, Copy, Debug)]
pub(crate) struct Reading {
    at: Instant,
    server: Option<Cpu>,
    generator: Cpu,
    machine: Machine,
}

/// What was used between two readings.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize)]
pub struct Used {
    /// How long it took, in seconds.
    pub seconds: f64,
    /// CPU time of the server.
    pub server: Cpu,
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
            generator: process::cpu(std::process::id())?,
            machine: Machine::read(),
        })
    }

    /// What was used since then.
    pub(crate) fn until(self, later: Self) -> Used {
        let server = match (later.server, self.server) {
            (Some(later), Some(earlier)) => later - earlier,
            _ => Cpu::default(),
        };
        let generator = later.generator - self.generator;
        let busy_us = later.machine.busy_us_since(self.machine);
        let known_us = server.total_us + generator.total_us;
        let busy_share = later.machine.busy_share_since(self.machine);
        let others = busy_us.saturating_sub(known_us) as f64 / busy_us.max(1) as f64;
        Used {
            seconds: later.at.duration_since(self.at).as_secs_f64(),
            server,
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

/// Allocations of a counting server so far, and their bytes.
pub(crate) fn allocations(counter: SocketAddr) -> io::Result<(u64, u64)> {
    let socket = UdpSocket::bind((counter.ip(), 0))?;
    socket.set_read_timeout(Some(COUNTER_PATIENCE))?;
    socket.send_to(&[0], counter)?;
    let mut answer = [0; 16];
    socket.recv_from(&mut answer)?;
    let [count, bytes] = [0, 8].map(|at| {
        let number = answer[at..].first_chunk().copied().unwrap_or_default();
        u64::from_be_bytes(number)
    });
    Ok((count, bytes))
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
}
