//! What a peer has counted.

use std::collections::{BTreeMap, BTreeSet};

use str0m::rtp::RtpPacket;
use zoom_protocol::{ParticipantId, SlotId, Source};

use super::stamp::{Stamp, unix_us};

/// What a peer has counted since it began.
#[derive(Clone, Debug, Default)]
pub struct Report {
    /// ICE and DTLS are done.
    pub connected: bool,
    /// The peer has ended.
    pub ended: bool,
    /// What came in each slot; a slot in which nothing came is not there.
    pub slots: BTreeMap<SlotId, SlotReport>,
    /// What was sent of each source.
    pub sent: BTreeMap<Source, SentReport>,
    /// Datagrams that the client itself could not send: a full buffer.
    pub unsent: u64,
}

/// What came in a slot.
#[derive(Clone, Debug, Default)]
pub struct SlotReport {
    /// Sound.
    pub audio: StreamReport,
    /// Pictures.
    pub video: StreamReport,
}

/// What was sent of a source.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SentReport {
    /// Packets, of all layers.
    pub packets: u64,
    /// Key frames, of all layers.
    pub key_frames: u64,
    /// Key frames that were asked for.
    pub asked: u64,
}

/// What came in one stream. Retransmissions that str0m has put in their place count as the packets
/// that they stand for.
#[derive(Clone, Debug, Default)]
pub struct StreamReport {
    /// Packets, each counted once.
    pub packets: u64,
    /// Packets that came again.
    pub duplicates: u64,
    /// Bytes of payload.
    pub bytes: u64,
    /// Sequence numbers that are missing just then between the first and the last.
    pub missing: u64,
    /// Packets without a stamp: padding, or not of a client like this.
    pub unstamped: u64,
    /// Frames that began.
    pub frames: u64,
    /// Key frames that began.
    pub key_frames: u64,
    /// Frames that began, by layer.
    pub by_layer: [u64; 3],
    /// Times that a frame could not have been decoded: it was no key frame, and did not follow the
    /// frame before it of the same publisher and layer. Counted in the order of arrival.
    pub breaks: u64,
    /// Frames that began, by publisher.
    pub publishers: BTreeMap<ParticipantId, u64>,
    /// The last stamp.
    pub last: Option<Stamp>,
    /// Microseconds from the last packet's capture to its arrival; meaningful on one machine.
    pub delay_us: u64,
    /// The largest `delay_us`.
    pub worst_delay_us: u64,
    /// The last packet's level (RFC 6464), in dB below overload.
    pub level: Option<u8>,
    /// Sender reports whose RTP time is 0, which map nothing.
    pub empty_sender_reports: u64,
    /// Microseconds that the last sender report maps the last packet later than it was captured:
    /// the same for sound and picture of one publisher when they are in step (RFC 3550 section
    /// 6.4.1).
    pub report_offset_us: Option<i64>,
    order: Order,
}

impl StreamReport {
    /// Counts a packet. `clock_hz` is that of the RTP time.
    pub(super) fn count(&mut self, packet: &RtpPacket, stamp: Option<Stamp>, clock_hz: u32) {
        if !self.order.take(*packet.seq_no) {
            self.duplicates += 1;
            return;
        }
        self.packets += 1;
        self.bytes += packet.payload.len() as u64;
        self.missing = self.order.missing.len() as u64;
        self.level = packet.header.ext_vals.audio_level.map(i8::unsigned_abs);
        let Some(stamp) = stamp else {
            self.unstamped += 1;
            return;
        };
        self.delay_us = unix_us().saturating_sub(stamp.captured_us);
        self.worst_delay_us = self.worst_delay_us.max(self.delay_us);
        self.compare_with_sender_report(packet, stamp, clock_hz);
        if stamp.part == 0 {
            self.begin_frame(stamp);
        }
        self.last = Some(stamp);
    }

    fn begin_frame(&mut self, stamp: Stamp) {
        self.frames += 1;
        self.key_frames += u64::from(stamp.key);
        if let Some(layer) = self.by_layer.get_mut(usize::from(stamp.layer)) {
            *layer += 1;
        }
        *self.publishers.entry(stamp.publisher).or_default() += 1;
        let follows = self.last.is_some_and(|last| {
            last.publisher == stamp.publisher
                && last.layer == stamp.layer
                && last.frame.wrapping_add(1) == stamp.frame
                && last.part + 1 == last.parts
        });
        self.breaks += u64::from(!stamp.key && !follows);
    }

    fn compare_with_sender_report(&mut self, packet: &RtpPacket, stamp: Stamp, clock_hz: u32) {
        let Some(report) = packet.last_sender_info else {
            return;
        };
        let rtp_time = report.rtp_time.numer() as u32;
        if rtp_time == 0 {
            self.empty_sender_reports += 1;
            return;
        }
        let since = report.ntp_time.duration_since(std::time::UNIX_EPOCH);
        let Ok(since) = since else { return };
        let ticks = packet.header.timestamp.wrapping_sub(rtp_time) as i32;
        let after_us = i64::from(ticks) * 1_000_000 / i64::from(clock_hz.max(1));
        let mapped_us = since.as_micros() as i64 + after_us;
        self.report_offset_us = Some(mapped_us - stamp.captured_us as i64);
    }
}

/// Which sequence numbers have come.
#[derive(Clone, Debug, Default)]
struct Order {
    highest: Option<u64>,
    missing: BTreeSet<u64>,
}

/// Gaps longer than this are not filled any more; they stay counted.
const MOST_MISSING: u64 = 10_000;

impl Order {
    /// Takes a number; false when it came before.
    fn take(&mut self, number: u64) -> bool {
        let Some(highest) = self.highest else {
            self.highest = Some(number);
            return true;
        };
        if number > highest {
            let from = (highest + 1).max(number.saturating_sub(MOST_MISSING));
            self.missing.extend(from..number);
            self.highest = Some(number);
            return true;
        }
        self.missing.remove(&number)
    }
}

impl Report {
    /// All streams that sound came in, with their slots.
    pub fn heard(&self) -> impl Iterator<Item = (SlotId, &StreamReport)> {
        let audio = self
            .slots
            .iter()
            .map(|(slot, report)| (*slot, &report.audio));
        audio.filter(|(_, stream)| stream.packets > 0)
    }

    /// All streams that pictures came in, with their slots.
    pub fn seen(&self) -> impl Iterator<Item = (SlotId, &StreamReport)> {
        let video = self
            .slots
            .iter()
            .map(|(slot, report)| (*slot, &report.video));
        video.filter(|(_, stream)| stream.packets > 0)
    }

    /// Frames of sound that began from this publisher, over all slots.
    pub fn frames_heard_of(&self, publisher: ParticipantId) -> u64 {
        let of = |(_, stream): (SlotId, &StreamReport)| stream.publishers.get(&publisher).copied();
        self.heard().filter_map(of).sum()
    }

    /// Pictures that began from this publisher, over all slots.
    pub fn frames_seen_of(&self, publisher: ParticipantId) -> u64 {
        let of = |(_, stream): (SlotId, &StreamReport)| stream.publishers.get(&publisher).copied();
        self.seen().filter_map(of).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_gap_is_counted_until_it_is_filled() {
        let mut order = Order::default();
        for number in [10, 11, 14] {
            assert!(order.take(number));
        }
        assert_eq!(order.missing.len(), 2);
        assert!(order.take(12));
        assert!(!order.take(12), "it came before");
        assert!(!order.take(9), "it was not missed");
        assert_eq!(order.missing.len(), 1);
    }
}
