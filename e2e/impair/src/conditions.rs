//! What a direction of the link does to frames, and the lines that change it while it runs.

use anyhow::{Result, ensure};
use serde::Deserialize;

/// Delays beyond this are a mistake in a unit, and would fill the memory.
const MOST_DELAY_MS: f64 = 10_000.0;

/// Below this one frame takes longer than any test.
const LEAST_RATE_KBIT: f64 = 1.0;

/// One direction of the link. Nothing given is a cable: no delay, no loss, no limit.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Conditions {
    /// One way, after the queue.
    pub(crate) delay_ms: f64,
    /// Evenly from 0 to this is added to the delay. It changes no order: a frame never arrives
    /// before the one that was sent before it.
    pub(crate) jitter_ms: f64,
    /// The share of frames that is lost, each by a throw of its own, after the queue.
    pub(crate) loss: f64,
    /// Losses that come together, besides `loss`.
    pub(crate) burst: Option<Burst>,
    /// What goes through in a second, Ethernet headers included; without it everything.
    pub(crate) rate_kbit: Option<f64>,
    /// How long a queue may grow before frames are dropped at its end, at the rate of the moment.
    pub(crate) queue_ms: f64,
    /// The share of frames that is held back by `reorder_ms` and overtaken by others.
    pub(crate) reorder: f64,
    /// How long those are held back.
    pub(crate) reorder_ms: f64,
    /// The share of frames that arrives twice.
    pub(crate) duplicate: f64,
}

impl Default for Conditions {
    fn default() -> Self {
        Self {
            delay_ms: 0.0,
            jitter_ms: 0.0,
            loss: 0.0,
            burst: None,
            rate_kbit: None,
            // The bottleneck queue of RFC 8867, section 5.
            queue_ms: 300.0,
            reorder: 0.0,
            reorder_ms: 20.0,
            duplicate: 0.0,
        }
    }
}

/// Loss by the model of Gilbert and Elliott: a good and a bad state, each frame may change it.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Burst {
    /// The probability that a frame finds the state turned from good to bad.
    pub(crate) enter: f64,
    /// The probability that a frame finds the state turned from bad to good; a burst is on
    /// average 1 / `leave` frames long.
    pub(crate) leave: f64,
    /// The share of frames that is lost in the bad state.
    pub(crate) loss: f64,
}

impl Conditions {
    fn check(&self) -> Result<()> {
        let burst = self.burst.as_ref();
        for (name, share) in [
            ("loss", self.loss),
            ("reorder", self.reorder),
            ("duplicate", self.duplicate),
            ("burst.enter", burst.map_or(0.0, |burst| burst.enter)),
            ("burst.leave", burst.map_or(0.0, |burst| burst.leave)),
            ("burst.loss", burst.map_or(0.0, |burst| burst.loss)),
        ] {
            ensure!(
                (0.0..=1.0).contains(&share),
                "{name} is a share from 0 to 1"
            );
        }
        for (name, delay) in [
            ("delay_ms", self.delay_ms),
            ("jitter_ms", self.jitter_ms),
            ("queue_ms", self.queue_ms),
            ("reorder_ms", self.reorder_ms),
        ] {
            ensure!(
                (0.0..=MOST_DELAY_MS).contains(&delay),
                "{name} is from 0 to {MOST_DELAY_MS}"
            );
        }
        if let Some(rate) = self.rate_kbit {
            ensure!(
                rate.is_finite() && rate >= LEAST_RATE_KBIT,
                "rate_kbit is at least {LEAST_RATE_KBIT}"
            );
        }
        Ok(())
    }
}

/// One line of standard input.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(tag = "command", rename_all = "snake_case", deny_unknown_fields)]
pub(crate) enum Command {
    /// Replaces the conditions of the directions it names, frames under way excepted.
    Set {
        /// From the server to the client.
        down: Option<Conditions>,
        /// From the client to the server.
        up: Option<Conditions>,
    },
    /// Forgets the queueing delays seen so far; counters go on.
    Reset,
    /// Prints a report now and, with `every_ms`, again and again until the next such line.
    Report {
        /// From 1 on.
        every_ms: Option<u64>,
    },
}

impl Command {
    /// Reads a line.
    ///
    /// # Errors
    ///
    /// When it is no command, or a value is outside its range.
    pub(crate) fn read(line: &str) -> Result<Self> {
        let command: Self = serde_json::from_str(line)?;
        match &command {
            Self::Set { down, up } => {
                for conditions in [down, up].into_iter().flatten() {
                    conditions.check()?;
                }
            }
            Self::Report { every_ms } => {
                ensure!(*every_ms != Some(0), "every_ms is at least 1");
            }
            Self::Reset => {}
        }
        Ok(command)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_line_does_not_name_is_a_cable() {
        let line = r#"{"command":"set","down":{"loss":0.05,"delay_ms":50}}"#;
        let Command::Set { down, up } = Command::read(line).unwrap() else {
            panic!("another command");
        };
        let expected = Conditions {
            loss: 0.05,
            delay_ms: 50.0,
            ..Conditions::default()
        };
        assert_eq!((down, up), (Some(expected), None));
    }

    #[test]
    fn a_value_outside_its_range_is_refused() {
        for down in [
            r#"{"loss":5}"#,
            r#"{"loss":-0.1}"#,
            r#"{"delay_ms":1e9}"#,
            r#"{"rate_kbit":0}"#,
            r#"{"burst":{"enter":2,"leave":0.1,"loss":1}}"#,
            r#"{"los":0.1}"#,
        ] {
            let line = format!(r#"{{"command":"set","down":{down}}}"#);
            assert!(Command::read(&line).is_err(), "{down}");
        }
        assert!(Command::read(r#"{"command":"report","every_ms":0}"#).is_err());
    }
}
