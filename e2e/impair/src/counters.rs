//! What a direction has done, and how long frames waited in its queue.

use std::time::Duration;

use serde::Serialize;

/// The longest wait that is told apart; longer ones count as this.
const LONGEST_WAIT_MS: usize = 10_000;

/// Since the start. Bytes are those of Ethernet frames without their check sequence.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub(crate) struct Counters {
    pub(crate) frames_in: u64,
    pub(crate) bytes_in: u64,
    pub(crate) frames_out: u64,
    pub(crate) bytes_out: u64,
    /// Lost on the way, singly or in bursts.
    pub(crate) frames_lost: u64,
    pub(crate) bytes_lost: u64,
    /// Refused at the end of a full queue.
    pub(crate) frames_dropped: u64,
    pub(crate) bytes_dropped: u64,
    pub(crate) frames_duplicated: u64,
    pub(crate) frames_reordered: u64,
    /// Given to the system, which did not take them: the machine is too slow for the link.
    pub(crate) frames_unsent: u64,
}

/// How long frames waited, by the millisecond.
#[derive(Clone, Debug)]
pub(crate) struct Waits {
    by_ms: Vec<u64>,
    frames: u64,
}

/// Of the frames that left the queue since the last reset.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub(crate) struct WaitSummary {
    pub(crate) frames: u64,
    pub(crate) p50_ms: usize,
    pub(crate) p95_ms: usize,
    pub(crate) p99_ms: usize,
    pub(crate) max_ms: usize,
}

impl Waits {
    pub(crate) fn new() -> Self {
        Self {
            by_ms: vec![0; LONGEST_WAIT_MS + 1],
            frames: 0,
        }
    }

    pub(crate) fn add(&mut self, wait: Duration) {
        let ms = usize::try_from(wait.as_millis()).unwrap_or(LONGEST_WAIT_MS);
        if let Some(count) = self.by_ms.get_mut(ms.min(LONGEST_WAIT_MS)) {
            *count += 1;
            self.frames += 1;
        }
    }

    pub(crate) fn reset(&mut self) {
        *self = Self::new();
    }

    pub(crate) fn summary(&self) -> WaitSummary {
        WaitSummary {
            frames: self.frames,
            p50_ms: self.quantile(0.5),
            p95_ms: self.quantile(0.95),
            p99_ms: self.quantile(0.99),
            max_ms: self.quantile(1.0),
        }
    }

    /// The least number of milliseconds that this share of the frames did not exceed.
    fn quantile(&self, share: f64) -> usize {
        let wanted = (self.frames as f64 * share).ceil() as u64;
        let mut seen = 0;
        self.by_ms
            .iter()
            .position(|count| {
                seen += count;
                seen >= wanted
            })
            .unwrap_or(LONGEST_WAIT_MS)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quantile_is_the_wait_that_so_many_did_not_exceed() {
        let mut waits = Waits::new();
        assert_eq!(waits.summary(), WaitSummary::default());
        for ms in 1..=100 {
            waits.add(Duration::from_millis(ms));
        }
        let expected = WaitSummary {
            frames: 100,
            p50_ms: 50,
            p95_ms: 95,
            p99_ms: 99,
            max_ms: 100,
        };
        assert_eq!(waits.summary(), expected);
        waits.add(Duration::from_secs(3_600));
        assert_eq!(waits.summary().max_ms, LONGEST_WAIT_MS);
    }
}
