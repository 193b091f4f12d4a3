//! What the system says about a process and about itself (`/proc`, Linux).

use std::{
    collections::HashSet,
    fs, io,
    ops::Sub,
    path::{Path, PathBuf},
};

use serde::{Deserialize, Serialize};

/// `USER_HZ`: microseconds of one tick in `/proc`, the same on all of Linux' architectures.
const TICK_US: u64 = 10_000;

/// CPU time that a process has used.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cpu {
    /// In the program, in microseconds, to 10 ms.
    pub user_us: u64,
    /// In the kernel on its behalf, in microseconds, to 10 ms.
    pub system_us: u64,
    /// Both together, in microseconds; exact as long as no thread has ended.
    pub total_us: u64,
}

impl Sub for Cpu {
    type Output = Self;

    /// What was used since `earlier`.
    fn sub(self, earlier: Self) -> Self {
        let user_us = self.user_us.saturating_sub(earlier.user_us);
        let system_us = self.system_us.saturating_sub(earlier.system_us);
        let ticks_us = user_us + system_us;
        let exact_us = self.total_us.saturating_sub(earlier.total_us);
        // Each of the two is rounded down to a tick; a larger difference means that a thread has
        // ended and taken its exact time with it.
        let exact = exact_us.abs_diff(ticks_us) <= 2 * TICK_US;
        Self {
            user_us,
            system_us,
            total_us: if exact { exact_us } else { ticks_us },
        }
    }
}

/// CPU time of a process since it began.
///
/// # Errors
/// A process that is not there.
pub fn cpu(pid: u32) -> io::Result<Cpu> {
    let folder = PathBuf::from(format!("/proc/{pid}"));
    let stat = fs::read_to_string(folder.join("stat"))?;
    let (user, system) = ticks(&stat).ok_or(io::ErrorKind::InvalidData)?;
    Ok(Cpu {
        user_us: user * TICK_US,
        system_us: system * TICK_US,
        total_us: exact_us(&folder.join("task"))?,
    })
}

/// Fields 14 and 15 of proc_pid_stat(5). The second may have blanks in it, and ends with the last
/// parenthesis.
fn ticks(stat: &str) -> Option<(u64, u64)> {
    let (_, after) = stat.rsplit_once(')')?;
    let mut fields = after.split_whitespace().skip(11);
    Some((fields.next()?.parse().ok()?, fields.next()?.parse().ok()?))
}

/// The time that the threads there are have run.
fn exact_us(tasks: &Path) -> io::Result<u64> {
    let mut nanoseconds = 0;
    for task in fs::read_dir(tasks)? {
        // One that ends while it is looked at has no file any more.
        nanoseconds += run_ns(&task?.path()).unwrap_or(0);
    }
    Ok(nanoseconds / 1_000)
}

/// A thread of a process.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Thread {
    /// Its name, which the system cuts off after 15 bytes.
    pub name: String,
    /// How long it has run, in microseconds.
    pub us: u64,
}

/// The threads of a process, in the order of their ids.
///
/// # Errors
/// A process that is not there.
pub fn threads(pid: u32) -> io::Result<Vec<Thread>> {
    let mut found = Vec::new();
    for task in fs::read_dir(format!("/proc/{pid}/task"))? {
        let path = task?.path();
        let id: Option<u32> = path.file_name().and_then(|id| id.to_str()?.parse().ok());
        // One that ends while it is looked at has no files any more.
        if let (Some(id), Ok(name), Some(ns)) =
            (id, fs::read_to_string(path.join("comm")), run_ns(&path))
        {
            let name = name.trim_end().to_owned();
            let us = ns / 1_000;
            found.push((id, Thread { name, us }));
        }
    }
    found.sort_by_key(|(id, _)| *id);
    Ok(found.into_iter().map(|(_, thread)| thread).collect())
}

/// Nanoseconds that the thread of this folder has run.
fn run_ns(task: &Path) -> Option<u64> {
    let text = fs::read_to_string(task.join("schedstat")).ok()?;
    text.split_whitespace().next()?.parse().ok()
}

/// Memory of a process that is in the machine's (RSS), in KiB.
///
/// # Errors
/// A process that is not there.
pub fn rss_kib(pid: u32) -> io::Result<u64> {
    let status = fs::read_to_string(format!("/proc/{pid}/status"))?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let value = line.and_then(|line| line.split_whitespace().next());
    let value = value.and_then(|value| value.parse().ok());
    value.ok_or(io::ErrorKind::InvalidData.into())
}

/// CPU time of the whole machine, in ticks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Machine {
    busy: u64,
    all: u64,
}

impl Machine {
    /// As it is at this moment; nothing where the system does not tell.
    pub fn read() -> Self {
        let stat = fs::read_to_string("/proc/stat").unwrap_or_default();
        Self::parse(&stat).unwrap_or_default()
    }

    fn parse(stat: &str) -> Option<Self> {
        let line = stat.lines().next()?.strip_prefix("cpu ")?;
        // user nice system idle iowait irq softirq steal; what follows is in the first two.
        let fields: Vec<u64> = line
            .split_whitespace()
            .take(8)
            .filter_map(|field| field.parse().ok())
            .collect();
        let all = fields.iter().sum();
        let idle = fields.get(3)? + fields.get(4)?;
        Some(Self {
            busy: all - idle,
            all,
        })
    }

    /// Microseconds that any processor was busy since `earlier`.
    pub fn busy_us_since(self, earlier: Self) -> u64 {
        self.busy.saturating_sub(earlier.busy) * TICK_US
    }

    /// The share of all processors' time that was busy since `earlier`, from 0 to 1.
    pub fn busy_share_since(self, earlier: Self) -> f64 {
        let all = self.all.saturating_sub(earlier.all).max(1);
        self.busy.saturating_sub(earlier.busy) as f64 / all as f64
    }
}

/// Datagrams that the system has dropped at these local UDP ports because nobody read them.
pub fn udp_drops(ports: &HashSet<u16>) -> u64 {
    let tables = ["/proc/net/udp", "/proc/net/udp6"];
    let texts = tables.map(|path| fs::read_to_string(path).unwrap_or_default());
    texts.iter().map(|text| drops_in(text, ports)).sum()
}

fn drops_in(table: &str, ports: &HashSet<u16>) -> u64 {
    let drops = |line: &str| {
        let fields: Vec<&str> = line.split_whitespace().collect();
        let (_, port) = fields.get(1)?.rsplit_once(':')?;
        let port = u16::from_str_radix(port, 16).ok()?;
        ports.contains(&port).then_some(())?;
        fields.last()?.parse::<u64>().ok()
    };
    table.lines().skip(1).filter_map(drops).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_found_behind_a_name_with_blanks() {
        let stat = "7 (a (b) c) S 1 7 7 0 -1 4194560 100 0 0 0 31 12 0 0 20 0 9 0 100 0 0";
        assert_eq!(ticks(stat), Some((31, 12)));
        assert_eq!(ticks("nothing"), None);
    }

    #[test]
    fn exact_time_holds_unless_a_thread_took_some_with_it() {
        let at = |user_us, system_us, total_us| Cpu {
            user_us,
            system_us,
            total_us,
        };
        let exact = at(150_000, 60_000, 219_000) - at(100_000, 50_000, 151_000);
        assert_eq!(exact.total_us, 68_000);
        let ended = at(300_000, 60_000, 219_000) - at(100_000, 50_000, 151_000);
        assert_eq!(ended.total_us, 210_000);
    }

    #[test]
    fn this_process_uses_time_and_memory() {
        let pid = std::process::id();
        let before = cpu(pid).unwrap();
        let mut sum = 0_u64;
        while (cpu(pid).unwrap() - before).total_us == 0 {
            sum = std::hint::black_box(sum + 1);
        }
        assert!(rss_kib(pid).unwrap() > 100);
        assert!(!threads(pid).unwrap().is_empty());
    }

    #[test]
    fn drops_are_read_by_port() {
        let table = "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode ref pointer drops\n\
             1: 0100007F:1F90 00000000:0000 07 00000000:00000000 00:00000000 00000000 0 0 1 2 0 5\n\
             2: 0100007F:1F91 00000000:0000 07 00000000:00000000 00:00000000 00000000 0 0 1 2 0 70\n";
        assert_eq!(drops_in(table, &HashSet::from([0x1f90])), 5);
        assert_eq!(drops_in(table, &HashSet::from([0x1f90, 0x1f91])), 75);
    }

    #[test]
    fn the_machine_is_as_busy_as_it_says() {
        let before = Machine::parse("cpu  10 0 10 70 10 0 0 0 0 0\n").unwrap();
        let after = Machine::parse("cpu  40 0 30 110 20 0 0 0 0 0\n").unwrap();
        assert_eq!(after.busy_us_since(before), 500_000);
        assert!((after.busy_share_since(before) - 0.5).abs() < 1e-9);
    }
}
