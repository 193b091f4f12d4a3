//! Times as RTCP carries them, and the round trip that follows from them (RFC 3550 section 6.4.1).

use std::time::Duration;

/// Seconds from the epoch of NTP (1900) to that of Unix (1970).
const NTP_TO_UNIX_SECONDS: u64 = 2_208_988_800;

/// By how much a report may claim to have waited longer than the whole way took. Receivers round
/// their delay, some to whole milliseconds, which shows where the way is short.
const ROUNDING: Duration = Duration::from_millis(2);

/// The time since the Unix epoch as an NTP timestamp: seconds since 1900 in 32.32 fixed point,
/// modulo 2^32 seconds.
#[must_use]
pub fn ntp_from_unix(since_epoch: Duration) -> u64 {
    let seconds = since_epoch.as_secs().wrapping_add(NTP_TO_UNIX_SECONDS);
    let fraction = (u64::from(since_epoch.subsec_nanos()) << 32) / 1_000_000_000;
    seconds << 32 | fraction
}

/// The inverse of [`ntp_from_unix`], to about a nanosecond, for times from 1970 to 2036. Earlier
/// ones (a sender without a clock of the day counts from zero) are `None`.
#[must_use]
pub fn unix_from_ntp(ntp: u64) -> Option<Duration> {
    let seconds = (ntp >> 32).checked_sub(NTP_TO_UNIX_SECONDS)?;
    let nanos = ((ntp & 0xffff_ffff) * 1_000_000_000) >> 32;
    Some(Duration::from_secs(seconds) + Duration::from_nanos(nanos))
}

/// The middle 32 bits of an NTP timestamp: seconds in 16.16 fixed point, as in `last_report`.
#[must_use]
pub fn ntp_short(ntp: u64) -> u32 {
    let [_, _, a, b, c, d, _, _] = ntp.to_be_bytes();
    u32::from_be_bytes([a, b, c, d])
}

/// A span in 1/65,536 s, as in `delay`; about 18 hours at most.
#[must_use]
pub fn short_from_duration(span: Duration) -> u32 {
    u32::try_from(span.as_nanos() * 65_536 / 1_000_000_000).unwrap_or(u32::MAX)
}

/// The round trip that a report block shows: `now` less the time of our sender report that it
/// answers, less the time it waited at the receiver.
///
/// `now` is the NTP time of the block's arrival by the clock that stamped our reports. `None` where
/// no sender report was received yet, and where the receiver claims to have waited longer than the
/// time that passed. A receiver can lie: the result says no more than what it wrote.
#[must_use]
pub fn round_trip(now: u64, last_report: u32, delay: u32) -> Option<Duration> {
    if last_report == 0 {
        return None;
    }
    let span = ntp_short(now)
        .wrapping_sub(last_report)
        .wrapping_sub(delay)
        .cast_signed();
    let length = Duration::from_nanos(u64::from(span.unsigned_abs()) * 1_000_000_000 / 65_536);
    if span >= 0 {
        Some(length)
    } else if length <= ROUNDING {
        Some(Duration::ZERO)
    } else {
        None
    }
}
