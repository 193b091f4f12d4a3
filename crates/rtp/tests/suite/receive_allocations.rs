//! The receiving side allocates nothing for a packet once its buffers have grown.

use std::time::{Duration, Instant};

use zoom_rtp::rtcp::{ReportBlock, Rtcp, read, write};
use zoom_rtp::{FeedbackRecorder, NackTracker, ReceptionStats};

use crate::allocations;

/// A minute's tenth of a lossy stream: packets, requests, reports, feedback, and the reading of
/// all that was written.
struct Receiver {
    start: Instant,
    sent: u64,
    stats: ReceptionStats,
    tracker: NackTracker,
    recorder: FeedbackRecorder,
    lost: Vec<u16>,
    written: Vec<u8>,
}

impl Receiver {
    fn run(&mut self, packets: u64) -> usize {
        let mut read_items = 0;
        for _ in 0..packets {
            self.sent += 1;
            let now = self.start + Duration::from_millis(5) * u32::try_from(self.sent).unwrap();
            if self.sent % 20 < 2 {
                continue;
            }
            let [.., high, low] = self.sent.to_be_bytes();
            self.recorder
                .on_packet(u16::from_be_bytes([high, low]), now);
            self.tracker.on_packet(self.sent, now);
            self.stats
                .on_packet(self.sent, u32::try_from(self.sent * 450).unwrap(), now);

            self.lost.clear();
            self.written.clear();
            self.tracker
                .poll(now, Duration::from_millis(40), &mut self.lost);
            write::nack(&mut self.written, 1, 2, &self.lost);
            if self.recorder.next_due(now).is_some_and(|due| due <= now) {
                self.recorder.build(1, 2, &mut self.written, now);
            }
            let report: ReportBlock = self.stats.report(2, now);
            write::receiver_report(&mut self.written, 1, &[report]);
            for packet in read(&self.written) {
                read_items += match packet {
                    Rtcp::ReceiverReport { blocks, .. } => blocks.count(),
                    Rtcp::Nack { lost, .. } => lost.count(),
                    Rtcp::TransportFeedback(feedback) => feedback.packets().count(),
                    Rtcp::SenderReport { .. }
                    | Rtcp::Pli { .. }
                    | Rtcp::Fir { .. }
                    | Rtcp::Remb { .. }
                    | Rtcp::Bye { .. }
                    | Rtcp::Other => 0,
                };
            }
        }
        read_items
    }
}

#[test]
fn a_warm_receiver_allocates_nothing() {
    let mut receiver = Receiver {
        start: Instant::now(),
        sent: 0,
        stats: ReceptionStats::new(90_000),
        tracker: NackTracker::new(),
        recorder: FeedbackRecorder::new(),
        lost: Vec::new(),
        written: Vec::new(),
    };
    receiver.run(2_000);
    let before = allocations::so_far();
    let items = receiver.run(10_000);
    let after = allocations::so_far();
    assert!(items > 20_000, "{items}");
    assert_eq!(after - before, 0);
}
