//! A door for fuzzing: what only sealed packets reach, without the seal.

use crate::{
    clock::{PublisherClock, Report, capture},
    rewrite::SeqRewriter,
    timeline::Timeline,
    vp8::{Vp8Packet, Vp8Rewriter},
};

/// The numbers of one outgoing stream, and the clock of who is in it.
#[derive(Debug)]
pub struct Rewriting {
    rate: u32,
    sequence: SeqRewriter,
    timeline: Timeline,
    vp8: Vp8Rewriter,
    clock: PublisherClock,
    report: Option<Report>,
}

impl Rewriting {
    /// A stream of pictures, or else of sound.
    pub fn new(is_video: bool, seed: u32) -> Self {
        Self {
            rate: if is_video { 90_000 } else { 48_000 },
            sequence: SeqRewriter::new(seed),
            timeline: if is_video {
                Timeline::video(seed)
            } else {
                Timeline::audio(seed)
            },
            vp8: Vp8Rewriter::default(),
            clock: PublisherClock::default(),
            report: None,
        }
    }

    /// Another source begins, whose first packet has this extended sequence number.
    pub fn start(&mut self, incoming: u64, is_other_person: bool) {
        self.sequence.start(incoming);
        self.timeline.start();
        self.vp8.start();
        if is_other_person {
            self.clock = PublisherClock::default();
            self.report = None;
        }
    }

    /// A sender report, with its time in microseconds of the publisher's clock.
    pub fn report(&mut self, publisher_us: i64, timestamp: u32, now_us: i64) {
        self.clock.observe(publisher_us, now_us);
        self.report = Some(Report {
            publisher_us,
            timestamp,
        });
    }

    /// The extended sequence number of a packet.
    pub fn sequence(&mut self, incoming: u64) -> Option<u64> {
        self.sequence.map(incoming)
    }

    /// The timestamp of a packet, and the microsecond of the server's clock that belongs to it.
    pub fn place(&mut self, timestamp: u32, now_us: i64) -> Option<(u32, i64)> {
        let capture = capture(&self.clock, self.report, timestamp, self.rate, now_us);
        let place = self.timeline.map(timestamp, capture)?;
        Some((place.timestamp, place.at_us))
    }

    /// Writes the numbers of a picture's payload anew; whether a key frame begins with it.
    pub fn picture(&mut self, payload: &mut [u8]) -> Option<bool> {
        let packet = Vp8Packet::parse(payload)?;
        self.vp8.patch(&packet).apply(payload);
        Some(packet.starts_key_frame)
    }
}
