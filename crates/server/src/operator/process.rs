//! What the system says of this process, where it says it in files.

use std::fs;

/// Clock ticks of a second in `/proc`, which Linux fixed for programs whatever its own clock does.
const TICKS_PER_SECOND: f64 = 100.0;

/// A reading; `None` for what this system does not tell.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Process {
    /// Memory in RAM, in bytes.
    pub(super) resident_bytes: Option<u64>,
    /// User and system time of all threads, in seconds.
    pub(super) cpu_seconds: Option<f64>,
}

pub(super) fn read() -> Process {
    // On other systems than Linux the files are not there.
    let text = |path: &str| fs::read_to_string(path).unwrap_or_default();
    Process {
        resident_bytes: resident(&text("/proc/self/status")),
        cpu_seconds: cpu(&text("/proc/self/stat")),
    }
}

/// From `VmRSS:     1234 kB`.
fn resident(status: &str) -> Option<u64> {
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmRSS:"))?;
    let kib: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    kib.checked_mul(1_024)
}

/// The 14th and 15th field; the second is the program's name in parentheses, which may have spaces.
fn cpu(stat: &str) -> Option<f64> {
    let (_, fields) = stat.rsplit_once(')')?;
    let mut fields = fields.split_ascii_whitespace().skip(11);
    let user: u32 = fields.next()?.parse().ok()?;
    let system: u32 = fields.next()?.parse().ok()?;
    Some((f64::from(user) + f64::from(system)) / TICKS_PER_SECOND)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_files_of_the_system_are_read() {
        let status = "Name:\tzoom\nVmHWM:\t 9 kB\nVmRSS:\t   20480 kB\n";
        assert_eq!(resident(status), Some(20 * 1_024 * 1_024));
        let stat = "42 (zoom (a) b) S 1 42 42 0 -1 4194560 9 0 0 0 150 25 0 0 20 0 8 0";
        assert_eq!(cpu(stat), Some(1.75));
        assert_eq!((resident(""), cpu("")), (None, None));
    }
}
