//! The numbers of packets that a participant chooses freely: sequence numbers, timestamps and the
//! moments at which they come.
//!
//! The bytes are records of five: what happens, and two numbers.

use std::{
    collections::BTreeSet,
    time::{Duration, Instant},
};

use zoom_rtp::{
    FeedbackRecorder, NackTracker, ReceptionStats,
    rtcp::{self, Rtcp, write},
};

use crate::guest;

/// Bytes of transport-wide feedback with its head, at most.
const FEEDBACK_BYTES: usize = 1_100;

struct Stream {
    began: Instant,
    now: Instant,
    newest: u64,
    received: BTreeSet<u16>,
    feedback: FeedbackRecorder,
    nack: NackTracker,
    stats: ReceptionStats,
}

/// Keeps the books of a stream, and reads back what they say.
///
/// # Panics
///
/// Where the books tell of packets that did not come, or ask for none of those that are missing.
pub fn run(data: &[u8]) {
    let now = guest::first_instant();
    let mut stream = Stream {
        began: now,
        now,
        newest: 1 << 16,
        received: BTreeSet::new(),
        feedback: FeedbackRecorder::new(),
        nack: NackTracker::new(),
        stats: ReceptionStats::new(90_000),
    };
    for record in data.as_chunks::<5>().0.iter().take(512) {
        let [what, a, b, c, d] = *record;
        let (first, second) = (u16::from_be_bytes([a, b]), u16::from_be_bytes([c, d]));
        match what % 8 {
            0..=3 => stream.packet(first, second),
            4 => stream.ask(second),
            5 => stream.tell(),
            6 => stream.pass(first, second),
            _ => stream.report(first),
        }
    }
    stream.tell();
}

impl Stream {
    fn packet(&mut self, sequence: u16, after: u16) {
        self.now += Duration::from_micros(u64::from(after) * 10);
        let step = sequence.wrapping_sub(self.newest as u16).cast_signed();
        let index = self.newest.saturating_add_signed(step.into());
        self.newest = self.newest.max(index);
        self.received.insert(sequence);
        self.feedback.on_packet(sequence, self.now);
        if sequence & 1 == 0 {
            self.nack.on_packet(index, self.now);
        } else if let Some(time) = self.nack.on_answer(index, self.now) {
            assert!(time <= self.now - self.began);
        }
        let timestamp = u32::from(after).wrapping_mul(u32::from(sequence));
        self.stats.on_packet(index, timestamp, self.now);
        assert!(self.stats.expected() >= 1);
    }

    fn ask(&mut self, rtt_ms: u16) {
        let mut lost = Vec::new();
        let rtt = Duration::from_millis(rtt_ms.into());
        self.nack.poll(self.now, rtt, &mut lost);
        assert!(lost.len() <= write::MOST_NACK_ENTRIES);
        assert!(lost.len() <= self.nack.missing());
        let mut written = Vec::new();
        let taken = write::nack(&mut written, 1, 2, &lost);
        assert_eq!(taken, lost.len());
        if let Some(Rtcp::Nack { lost: read, .. }) = rtcp::read(&written).next() {
            assert!(read.eq(lost));
        } else {
            assert!(lost.is_empty());
        }
    }

    fn tell(&mut self) {
        let mut message = Vec::new();
        // Each message tells of some packet at least.
        for _ in 0..=self.received.len() + 512 {
            message.clear();
            if !self.feedback.build(1, 2, &mut message, self.now) {
                return;
            }
            assert!(message.len() <= FEEDBACK_BYTES);
            let mut packets = rtcp::read(&message);
            let Some(Rtcp::TransportFeedback(feedback)) = packets.next() else {
                panic!("feedback of {} bytes cannot be read back", message.len());
            };
            assert!(packets.next().is_none());
            let mut arrived = feedback.packets().filter(|(_, at)| at.is_some());
            assert!(arrived.clone().count() > 0);
            assert!(arrived.all(|(sequence, _)| self.received.contains(&sequence)));
        }
        panic!("feedback has no end");
    }

    fn pass(&mut self, ms: u16, what: u16) {
        self.now += Duration::from_millis(ms.into());
        if what & 1 != 0 {
            self.nack
                .on_key_frame(self.newest.saturating_sub(u64::from(what >> 1)));
        }
        let due = self.nack.next_due();
        assert_eq!(due.is_some(), self.nack.missing() > 0);
    }

    fn report(&mut self, ntp: u16) {
        self.stats.on_sender_report(u64::from(ntp) << 30, self.now);
        let block = self.stats.report(2, self.now);
        let mut written = Vec::new();
        write::receiver_report(&mut written, 1, &[block]);
        let read = rtcp::read(&written).next();
        let Some(Rtcp::ReceiverReport { mut blocks, .. }) = read else {
            panic!("a report came back as {read:?}");
        };
        assert_eq!(blocks.next(), Some(block));
    }
}
