//! Time as a value that comes from outside.

use std::time::Instant;

/// One reading of both clocks, taken once where an input enters a core.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Now {
    /// The monotonic clock, for timeouts and rates.
    pub mono: Instant,
    /// Milliseconds since 1970-01-01T00:00:00Z, for what people and files see.
    pub unix_ms: u64,
}
