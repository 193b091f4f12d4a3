//! What was received of a stream, for receiver reports (RFC 3550 section 6.4, appendices A.3 and
//! A.8).

use std::time::{Duration, Instant};

use crate::rtcp::{ReportBlock, ntp_short, short_from_duration};

/// A change of the way's length above which a packet says nothing of jitter: the source's timestamps
/// jumped (another camera, a computer that slept), and one such step would show for hundreds of
/// packets.
const LONGEST_JITTER_STEP: Duration = Duration::from_secs(5);

/// The books of one received stream. Packets that were sent again under another SSRC do not belong
/// in them: a report is to show what the way loses.
#[derive(Clone, Debug)]
pub struct ReceptionStats {
    clock_rate: u32,
    /// The lowest and the highest index received.
    indices: Option<(u64, u64)>,
    received: u64,
    /// In ticks of the RTP clock, times 16 (appendix A.8).
    jitter: u64,
    last_packet: Option<(Instant, u32)>,
    /// The middle bits of the last sender report's time, and when it arrived.
    last_sender_report: Option<(u32, Instant)>,
    /// What was expected and received when the last report was made.
    reported: (u64, u64),
    fraction_lost: u8,
}

impl ReceptionStats {
    /// `clock_rate` is that of the stream's timestamps in hertz.
    #[must_use]
    pub fn new(clock_rate: u32) -> Self {
        Self {
            clock_rate,
            indices: None,
            received: 0,
            jitter: 0,
            last_packet: None,
            last_sender_report: None,
            reported: (0, 0),
            fraction_lost: 0,
        }
    }

    /// Counts a packet. `index` is its sequence number with the number of wraps above the lower 16
    /// bits; a packet that comes twice counts twice.
    pub fn on_packet(&mut self, index: u64, timestamp: u32, arrival: Instant) {
        self.received += 1;
        let (lowest, highest) = self.indices.unwrap_or((index, index));
        self.indices = Some((lowest.min(index), highest.max(index)));
        // A late packet was late for reasons of its own, and a picture's packets share a timestamp
        // but not the moment of their sending: neither says how even the way is.
        if index < highest {
            return;
        }
        match self.last_packet {
            Some((_, last)) if last == timestamp => return,
            Some((last_arrival, last)) => {
                let passed = arrival.saturating_duration_since(last_arrival);
                self.add_jitter(passed, timestamp.wrapping_sub(last).cast_signed());
            }
            None => {}
        }
        self.last_packet = Some((arrival, timestamp));
    }

    fn add_jitter(&mut self, passed: Duration, sent_ticks: i32) {
        let rate = u128::from(self.clock_rate);
        let passed_ticks = passed.as_nanos() * rate / 1_000_000_000;
        let passed_ticks = i64::try_from(passed_ticks).unwrap_or(i64::MAX);
        let step = passed_ticks
            .saturating_sub(i64::from(sent_ticks))
            .unsigned_abs();
        if step <= LONGEST_JITTER_STEP.as_secs() * u64::from(self.clock_rate) {
            self.jitter = self.jitter + step - ((self.jitter + 8) >> 4);
        }
    }

    /// Remembers a sender report of this stream, so that its sender can measure the round trip.
    pub fn on_sender_report(&mut self, ntp: u64, now: Instant) {
        self.last_sender_report = Some((ntp_short(ntp), now));
    }

    /// The block on this stream for a report that is sent at `now`. Its fraction of lost packets
    /// is that since the last call.
    pub fn report(&mut self, ssrc: u32, now: Instant) -> ReportBlock {
        let expected = self.expected();
        let (expected_before, received_before) = self.reported;
        self.reported = (expected, self.received);
        let expected_since = expected.saturating_sub(expected_before);
        let received_since = self.received.saturating_sub(received_before);
        let lost_since = expected_since.saturating_sub(received_since);
        let fraction = (lost_since << 8).checked_div(expected_since).unwrap_or(0);
        self.fraction_lost = u8::try_from(fraction).unwrap_or(u8::MAX);

        let (last_report, delay) = match self.last_sender_report {
            Some((middle, at)) => (
                middle,
                short_from_duration(now.saturating_duration_since(at)),
            ),
            None => (0, 0),
        };
        let highest = self
            .indices
            .map_or(0, |(_, highest)| highest & u64::from(u32::MAX));
        let lost = self.lost().clamp(-0x80_0000, 0x7f_ffff);
        ReportBlock {
            ssrc,
            fraction_lost: self.fraction_lost,
            lost: i32::try_from(lost).unwrap_or(0),
            highest: u32::try_from(highest).unwrap_or(0),
            jitter: u32::try_from(self.jitter >> 4).unwrap_or(u32::MAX),
            last_report,
            delay,
        }
    }

    /// Packets received, duplicates among them.
    #[must_use]
    pub fn received(&self) -> u64 {
        self.received
    }

    /// Packets that were sent between the lowest and the highest received, these included.
    #[must_use]
    pub fn expected(&self) -> u64 {
        self.indices
            .map_or(0, |(lowest, highest)| (highest - lowest).saturating_add(1))
    }

    /// Packets lost in all; below zero when duplicates arrived.
    #[must_use]
    pub fn lost(&self) -> i64 {
        self.expected()
            .cast_signed()
            .saturating_sub(self.received.cast_signed())
    }

    /// The share of packets lost between the last two reports, in 1/256.
    #[must_use]
    pub fn fraction_lost(&self) -> u8 {
        self.fraction_lost
    }

    /// How unevenly packets arrive: the smoothed mean deviation of RFC 3550 section 6.4.1.
    #[must_use]
    pub fn jitter(&self) -> Duration {
        let nanos = (self.jitter >> 4).saturating_mul(1_000_000_000);
        Duration::from_nanos(nanos.checked_div(u64::from(self.clock_rate)).unwrap_or(0))
    }
}
