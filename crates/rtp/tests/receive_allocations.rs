//! The receiving side allocates nothing for a packet once its buffers have grown.

#![expect(clippy::unwrap_used, reason = "a test fails by a panic")]

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use std::time::{Duration, Instant};

use zoom_rtp::rtcp::{ReportBlock, Rtcp, read, write};
use zoom_rtp::{FeedbackRecorder, NackTracker, ReceptionStats};

thread_local! {
    static ALLOCATIONS: Cell<u64> = const { Cell::new(0) };
}

struct Counting;

#[expect(
    unsafe_code,
    reason = "an allocator is the only way to count allocations"
)]
// SAFETY: every call goes to the system's allocator unchanged; counting allocates nothing.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        ALLOCATIONS.with(|count| count.set(count.get() + 1));
        // SAFETY: the caller's promises are passed on.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        // SAFETY: the caller's promises are passed on.
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static COUNTING: Counting = Counting;

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
    let before = ALLOCATIONS.with(Cell::get);
    let items = receiver.run(10_000);
    let after = ALLOCATIONS.with(Cell::get);
    assert!(items > 20_000, "{items}");
    assert_eq!(after - before, 0);
}
