//! A line on standard error for whoever waits.

use std::{
    io::{IsTerminal, Write},
    time::{Duration, Instant},
};

/// Lines in a log come this far apart.
const LOG_PAUSE: Duration = Duration::from_secs(2);

/// A line on standard error: rewritten on a terminal, now and then a new one in a log.
pub(super) struct Progress {
    terminal: bool,
    said_at: Option<Instant>,
    length: usize,
}

impl Progress {
    pub(super) fn new() -> Self {
        Self {
            terminal: std::io::stderr().is_terminal(),
            said_at: None,
            length: 0,
        }
    }

    pub(super) fn say(&mut self, text: &str) {
        let mut out = std::io::stderr().lock();
        // Nobody may be there to read it.
        if self.terminal {
            let _ = write!(out, "\r{text:<width$}", width = self.length);
            let _ = out.flush();
            self.length = text.chars().count();
        } else if self.said_at.is_none_or(|at| at.elapsed() >= LOG_PAUSE) {
            let _ = writeln!(out, "{text}");
            self.said_at = Some(Instant::now());
        }
    }

    pub(super) fn end(&mut self) {
        if self.terminal && self.length > 0 {
            let _ = writeln!(std::io::stderr());
        }
    }
}
