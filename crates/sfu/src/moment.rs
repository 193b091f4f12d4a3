//! The time of one turn, in the units that the media needs.

use std::time::{Duration, Instant};

use zoom_rtp::rtcp;

/// What NTP times of sender reports count from, before the SFU began. RFC 3550 section 6.4.1
/// allows time since some beginning instead of the time of day; 0 would mean that there is none.
const NTP_LEAD: Duration = Duration::from_secs(86_400);

/// A time.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Moment {
    pub(crate) at: Instant,
    /// Microseconds since the SFU began, the clock of timelines.
    pub(crate) us: i64,
    /// Milliseconds since the SFU began, wrapping.
    pub(crate) ms: u32,
}

impl Moment {
    pub(crate) fn new(began: Instant, at: Instant) -> Self {
        let since = at.saturating_duration_since(began);
        Self {
            at,
            us: i64::try_from(since.as_micros()).unwrap_or(i64::MAX),
            ms: since.as_millis() as u32,
        }
    }

    /// The time in sender reports (RFC 3550 section 4).
    pub(crate) fn ntp(&self) -> u64 {
        let since = Duration::from_micros(self.us.unsigned_abs());
        rtcp::ntp_from_unix(since.saturating_add(NTP_LEAD))
    }
}
