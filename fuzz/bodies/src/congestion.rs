//! What a receiver says of the way to it, true or not.
//!
//! The bytes are steps (see `steps`): packets that are sent, feedback that tells of them or of
//! others, the receiver's own estimates, and time that passes.

use std::time::{Duration, Instant};

use zoom_rtp::{
    cc::{CcAction, CcConfig, CongestionController, SentKind},
    rtcp::{self, Rtcp, write},
};

use crate::{guest, steps::Steps};

const CONFIG: CcConfig = CcConfig {
    start_bps: 300_000,
    min_bps: 30_000,
    max_bps: 50_000_000,
};
/// Probes that may be asked for at one moment.
const PROBES: usize = 64;

struct Way {
    now: Instant,
    controller: CongestionController,
    /// The first packet that no feedback has told of.
    untold: u16,
    next: u16,
    messages: u8,
    reference: u32,
}

/// Sends, and believes the receiver.
///
/// # Panics
///
/// Where the estimate leaves its bounds, or probing has no end.
pub fn run(data: &[u8]) {
    let now = guest::first_instant();
    let mut way = Way {
        now,
        controller: CongestionController::new(CONFIG, now),
        untold: 0,
        next: 0,
        messages: 0,
        reference: 100,
    };
    for (kind, content) in Steps(data).take(256) {
        way.step(kind, content);
        way.check();
    }
}

impl Way {
    fn step(&mut self, kind: u8, content: &[u8]) {
        match kind % 8 {
            0 => {
                for size in content {
                    self.send(usize::from(*size) * 6, SentKind::Media);
                }
            }
            1 => {
                let deltas: Vec<_> = content.iter().map(|byte| delta(*byte)).collect();
                let base = self.untold;
                self.untold = base.wrapping_add(deltas.len() as u16);
                self.tell(base, self.reference, &deltas);
            }
            2 => {
                for packet in rtcp::read(content) {
                    self.hear(&packet);
                }
            }
            3 => {
                let ms = number(content) % 5_000;
                self.now += Duration::from_millis(ms);
                self.reference = self.reference.wrapping_add((ms / 64) as u32);
            }
            4 => {
                let (wanted, sending) = content.split_at(content.len() / 2);
                self.controller
                    .set_wanted(self.now, number(wanted), number(sending));
            }
            5 => self
                .controller
                .on_round_trip(Duration::from_micros(number(content))),
            6 => {
                let Some((&[high, low, t0, t1, t2], rest)) = content.split_first_chunk() else {
                    return;
                };
                let base = self.next.wrapping_sub(u16::from_be_bytes([high, low]));
                let deltas = rest.as_chunks::<2>().0.iter();
                let deltas: Vec<_> = deltas
                    .map(|bytes| Some(i16::from_be_bytes(*bytes)).filter(|delta| *delta != 1))
                    .collect();
                self.tell(base, u32::from_be_bytes([0, t0, t1, t2]), &deltas);
            }
            _ => self.controller.on_remb(self.now, number(content)),
        }
    }

    fn send(&mut self, bytes: usize, kind: SentKind) {
        let sequence = self.controller.on_sent(self.now, bytes, kind);
        self.next = sequence.wrapping_add(1);
    }

    fn tell(&mut self, base: u16, reference: u32, deltas: &[Option<i16>]) {
        let mut message = Vec::new();
        self.messages = self.messages.wrapping_add(1);
        write::transport_feedback(&mut message, 1, 2, self.messages, base, reference, deltas);
        for packet in rtcp::read(&message) {
            self.hear(&packet);
        }
    }

    fn hear(&mut self, packet: &Rtcp<'_>) {
        match packet {
            Rtcp::TransportFeedback(feedback) => self.controller.on_feedback(self.now, feedback),
            Rtcp::Remb { bitrate_bps } => self.controller.on_remb(self.now, *bitrate_bps),
            Rtcp::SenderReport { .. }
            | Rtcp::ReceiverReport { .. }
            | Rtcp::Nack { .. }
            | Rtcp::Pli { .. }
            | Rtcp::Fir { .. }
            | Rtcp::Bye { .. }
            | Rtcp::Other => {}
        }
    }

    fn check(&mut self) {
        let mut asked = 0;
        while let CcAction::Probe { bytes, packets } = self.controller.poll(self.now) {
            asked += 1;
            assert!(asked <= PROBES, "probing has no end");
            let size = (bytes / packets.max(1)).clamp(1, 1_200);
            for _ in 0..bytes.div_ceil(size) {
                self.send(size, SentKind::Probe);
            }
        }
        let bounds = CONFIG.min_bps..=CONFIG.max_bps;
        let state = self.controller.state();
        assert!(
            bounds.contains(&self.controller.estimate_bps()),
            "{state:?}"
        );
        assert!((0.0..=1.0).contains(&state.loss), "{state:?}");
        assert!(
            state.queue_ms.is_finite() && state.queue_ms >= 0.0,
            "{state:?}"
        );
        let _ = self.controller.next_due();
    }
}

/// A difference in units of 250 µs, or a packet that did not come.
fn delta(byte: u8) -> Option<i16> {
    match byte {
        0xff => None,
        0xf0.. => Some((i16::from(byte) - 0xf7) * 400),
        _ => Some(byte.into()),
    }
}

/// The last eight bytes, big-endian.
fn number(content: &[u8]) -> u64 {
    content
        .iter()
        .fold(0, |number, byte| number << 8 | u64::from(*byte))
}
