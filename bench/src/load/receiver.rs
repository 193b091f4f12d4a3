//! What one person receives: opened, counted, and reported back as a browser does, with
//! transport-wide feedback, receiver reports and requests for what is missing.

use std::{
    collections::HashMap,
    time::{Duration, Instant},
};

use anyhow::Result;
use zoom_client::media::{Keys, Stamp};
use zoom_rtp::{
    FeedbackRecorder, NackTracker, ReceptionStats, RtpHeader, SrtpReceiver, SrtpSender,
    rtcp::{self, Rtcp, write},
};

use super::{Counts, keys};
use crate::{
    batch,
    sequence::{Arrival, Sequence},
};

/// Streams of one person: two for each slot, a repair stream for each picture, and those of people
/// who have left.
const MOST_STREAMS: usize = 256;
/// Between two receiver reports.
const REPORT_INTERVAL: Duration = Duration::from_secs(1);
/// What is taken for a round trip before what is missing is asked for again.
const ROUND_TRIP: Duration = Duration::from_millis(20);
/// Clock rates of Opus and of pictures, in hertz.
const SOUND_RATE: u32 = 48_000;
const PICTURE_RATE: u32 = 90_000;

/// The payload types that were negotiated.
#[derive(Clone, Copy, Debug)]
pub(crate) struct PayloadTypes {
    pub(crate) opus: u8,
    pub(crate) vp8: u8,
    pub(crate) rtx: Option<u8>,
}

/// What an answer says of the streams that will come.
#[derive(Clone, Debug, Default)]
pub(crate) struct Announced {
    /// The id of the transport-wide sequence number's header extension.
    transport_cc: Option<u8>,
    /// Repair streams, and the streams that they repair (RFC 5576 section 4.2).
    repairs: HashMap<u32, u32>,
}

/// The URI of the transport-wide sequence number's header extension.
const TRANSPORT_CC: &str =
    "http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01";

impl Announced {
    /// Reads an answer.
    pub(crate) fn read(answer: &str) -> Self {
        let mut announced = Self::default();
        for line in answer.lines() {
            if let Some(value) = line.strip_prefix("a=extmap:")
                && let Some((id, TRANSPORT_CC)) = value.trim_end().split_once(' ')
            {
                let id = id.split_once('/').map_or(id, |(id, _)| id);
                announced.transport_cc = announced.transport_cc.or(id.parse().ok());
            } else if let Some(pair) = line.strip_prefix("a=ssrc-group:FID ")
                && let Some((first, repair)) = pair.trim_end().split_once(' ')
                && let (Ok(first), Ok(repair)) = (first.parse(), repair.parse())
            {
                announced.repairs.insert(repair, first);
            }
        }
        announced
    }
}

/// One person's receiving end.
pub(crate) struct Receiver {
    sealing: SrtpSender,
    opening: SrtpReceiver,
    types: PayloadTypes,
    announced: Announced,
    /// Who reports.
    ssrc: u32,
    streams: Vec<Stream>,
    /// The stream that the last packet was of: bursts are of one.
    last: usize,
    feedback: FeedbackRecorder,
    next_report: Instant,
    /// The earliest of all that is due.
    due: Instant,
    /// One moment by both clocks: of the kernel's stamps, and of what is due.
    epoch: (u64, Instant),
    payload: Vec<u8>,
    packet: Vec<u8>,
    lost: Vec<u16>,
}

struct Stream {
    ssrc: u32,
    /// What came by itself.
    sequence: Sequence,
    /// What came by itself or by a repair.
    whole: Sequence,
    stats: ReceptionStats,
    missing: NackTracker,
    /// The index of the last packet, from which those of repairs follow.
    index: u64,
}

/// What a datagram was.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Came {
    /// A media packet that came for the first time.
    Media,
    /// Anything else.
    Other,
}

impl Receiver {
    pub(crate) fn new(agreed: &Keys, types: PayloadTypes, announced: Announced) -> Result<Self> {
        let (sealing, opening) = keys::session(agreed, MOST_STREAMS)?;
        let now = Instant::now();
        Ok(Self {
            sealing,
            opening,
            types,
            announced,
            ssrc: getrandom::u32()?,
            streams: Vec::new(),
            last: 0,
            feedback: FeedbackRecorder::new(),
            next_report: now + REPORT_INTERVAL,
            due: now + REPORT_INTERVAL,
            epoch: (batch::unix_us(), now),
            payload: Vec::new(),
            packet: Vec::new(),
            lost: Vec::new(),
        })
    }

    /// When something is to be sent.
    pub(crate) fn due(&self) -> Instant {
        self.due
    }

    /// Streams that media came in.
    pub(crate) fn streams(&self) -> usize {
        self.streams.len()
    }

    /// Takes an RTP packet. `arrived_us` is the kernel's stamp: a generator that is busy must not
    /// look to the server like a link that is full.
    pub(crate) fn rtp(&mut self, bytes: &[u8], arrived_us: u64, counts: &mut Counts) -> Came {
        let Some(header) = RtpHeader::parse(bytes) else {
            return Came::Other;
        };
        let arrival = self.moment(arrived_us);
        if Some(header.payload_type) == self.types.rtx {
            counts.repairs += 1;
            self.repair(&header, bytes, arrival, counts);
            return Came::Other;
        }
        let video = header.payload_type == self.types.vp8;
        if !video && header.payload_type != self.types.opus {
            return Came::Other;
        }
        let place = self.place(header.ssrc, video);
        let Some(stream) = self.streams.get_mut(place) else {
            return Came::Other;
        };
        if !counts.take(&mut stream.sequence, header.sequence) {
            return Came::Other;
        }
        if video {
            counts.video_packets += 1;
            counts.video_bytes += bytes.len() as u64;
        } else {
            counts.audio_bytes += bytes.len() as u64;
        }
        stream.whole.take(header.sequence);
        match self.opening.open_rtp(&header, bytes, &mut self.payload) {
            Ok(opened) => {
                stream.index = opened.index;
                stream.missing.on_packet(opened.index, arrival);
                stream
                    .stats
                    .on_packet(opened.index, header.timestamp, arrival);
                let due = stream.missing.next_due();
                self.due = due.map_or(self.due, |due| due.min(self.due));
            }
            Err(_) => {
                counts.undecrypted += 1;
                return Came::Media;
            }
        }
        self.note_for_feedback(&header, bytes, arrival);
        let payload = header.unpad(&self.payload).unwrap_or_default();
        let stamp = if video {
            Stamp::read_vp8(payload)
        } else {
            Stamp::read_opus(payload)
        };
        match stamp {
            Some(stamp) => {
                let delay = arrived_us.saturating_sub(stamp.captured_us);
                counts.delay_us.add(delay);
            }
            None => counts.unstamped += 1,
        }
        Came::Media
    }

    /// A packet of a repair stream: the number of the one that it brings, then that one's payload
    /// (RFC 4588 section 4); or padding.
    fn repair(&mut self, header: &RtpHeader, bytes: &[u8], arrival: Instant, counts: &mut Counts) {
        if self
            .opening
            .open_rtp(header, bytes, &mut self.payload)
            .is_err()
        {
            return;
        }
        self.note_for_feedback(header, bytes, arrival);
        let payload = header.unpad(&self.payload).unwrap_or_default();
        let (Some((number, _)), Some(of)) = (
            payload.split_first_chunk(),
            self.announced.repairs.get(&header.ssrc),
        ) else {
            return;
        };
        let number = u16::from_be_bytes(*number);
        if let Some(stream) = self.streams.iter_mut().find(|stream| stream.ssrc == *of) {
            if stream.whole.take(number) == Arrival::Late {
                counts.repaired += 1;
            }
            let behind = (stream.index as u16).wrapping_sub(number);
            let index = stream.index.checked_sub(behind.into());
            if let Some(index) = index {
                stream.missing.on_packet(index, arrival);
            }
        }
    }

    /// Takes RTCP.
    pub(crate) fn rtcp(&mut self, bytes: &[u8], arrived_us: u64) {
        let arrival = self.moment(arrived_us);
        if self.opening.open_rtcp(bytes, &mut self.payload).is_err() {
            return;
        }
        for packet in rtcp::read(&self.payload) {
            if let Rtcp::SenderReport { ssrc, ntp, .. } = packet
                && let Some(stream) = self.streams.iter_mut().find(|s| s.ssrc == ssrc)
            {
                stream.stats.on_sender_report(ntp, arrival);
            }
        }
    }

    /// Seals what is due and hands it to `send`.
    pub(crate) fn poll(&mut self, now: Instant, mut send: impl FnMut(&[u8])) {
        if now < self.due {
            return;
        }
        let (mut out, mut lost) = (
            std::mem::take(&mut self.packet),
            std::mem::take(&mut self.lost),
        );
        let sealing = &mut self.sealing;
        let mut seal = |out: &mut Vec<u8>| {
            if sealing.seal_rtcp(out, 0).is_ok() {
                send(out);
            }
            out.clear();
        };
        out.clear();
        let any = self.streams.first().map_or(0, |stream| stream.ssrc);
        while self.feedback.next_due(now).is_some_and(|due| due <= now)
            && self.feedback.build(self.ssrc, any, &mut out, now)
        {
            seal(&mut out);
        }
        for stream in &mut self.streams {
            lost.clear();
            stream.missing.poll(now, ROUND_TRIP, &mut lost);
            let mut rest = lost.as_slice();
            while !rest.is_empty() {
                let told = write::nack(&mut out, self.ssrc, stream.ssrc, rest);
                seal(&mut out);
                rest = rest.get(told.max(1)..).unwrap_or_default();
            }
        }
        if self.next_report <= now {
            self.next_report = now + REPORT_INTERVAL;
            let reports = self.streams.iter_mut();
            let reports: Vec<_> = reports.map(|s| s.stats.report(s.ssrc, now)).collect();
            // One packet has 5 bits for their number (RFC 3550 section 6.4.2).
            for blocks in reports.chunks(31) {
                write::receiver_report(&mut out, self.ssrc, blocks);
                seal(&mut out);
            }
        }
        (self.packet, self.lost) = (out, lost);
        let missing = self.streams.iter().filter_map(|s| s.missing.next_due());
        let first = missing.chain(self.feedback.next_due(now)).min();
        self.due = first.map_or(self.next_report, |due| due.min(self.next_report));
    }

    fn note_for_feedback(&mut self, header: &RtpHeader, bytes: &[u8], arrival: Instant) {
        let mut extensions = header.extensions(bytes);
        let value = extensions.find(|(id, _)| Some(*id) == self.announced.transport_cc);
        if let Some((_, &[high, low])) = value {
            self.feedback
                .on_packet(u16::from_be_bytes([high, low]), arrival);
            if let Some(due) = self.feedback.next_due(arrival) {
                self.due = due.min(self.due);
            }
        }
    }

    fn place(&mut self, ssrc: u32, video: bool) -> usize {
        if self.streams.get(self.last).is_none_or(|s| s.ssrc != ssrc) {
            let known = self.streams.iter().position(|stream| stream.ssrc == ssrc);
            self.last = known.unwrap_or(self.streams.len());
        }
        if self.last == self.streams.len() && self.last < MOST_STREAMS {
            let rate = if video { PICTURE_RATE } else { SOUND_RATE };
            self.streams.push(Stream {
                ssrc,
                sequence: Sequence::default(),
                whole: Sequence::default(),
                stats: ReceptionStats::new(rate),
                missing: NackTracker::new(),
                index: 0,
            });
        }
        self.last
    }

    /// A stamp of the kernel by the other clock.
    fn moment(&self, arrived_us: u64) -> Instant {
        let (stamp, instant) = self.epoch;
        let since = Duration::from_micros(arrived_us.saturating_sub(stamp));
        let before = Duration::from_micros(stamp.saturating_sub(arrived_us));
        (instant + since).checked_sub(before).unwrap_or(instant)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_tells_the_extension_and_what_repairs_what() {
        let answer = "v=0\r\na=extmap:4/sendonly urn:ietf:params:rtp-hdrext:sdes:mid\r\n\
             a=extmap:3 http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01\r\n\
             a=ssrc-group:FID 10 20\r\na=ssrc:10 cname:x\r\n";
        let announced = Announced::read(answer);
        assert_eq!(announced.transport_cc, Some(3));
        assert_eq!(announced.repairs, HashMap::from([(20, 10)]));
    }
}
