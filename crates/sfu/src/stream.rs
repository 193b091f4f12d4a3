//! One outgoing stream: the m-line of a slot, and whose media it carries just then.

use std::time::{Duration, Instant};

use zoom_protocol::ParticipantId;
use zoom_rtp::{ExtensionIds, Tag, rtcp::ReportBlock};

use crate::{
    history::History,
    meter::Meter,
    rewrite::SeqRewriter,
    ring::Packet,
    timeline::{Place, Timeline},
    vp8::{Vp8Patch, Vp8Rewriter},
    window::Window,
};

/// Key frames that a subscriber may ask for at once, and the time after which it may ask for one
/// more: a picture that breaks asks once or twice, a client that asks with every packet would make
/// the publisher send key frames alone.
const KEYS_AT_ONCE: u32 = 4;
const KEY_EVERY: Duration = Duration::from_secs(1);

/// Numbers that may be missing in a row. A receiver that misses half of all takes the next one for a
/// number of another round and opens nothing any more (RFC 3711 section 3.3.1), whoever comes into
/// the slot. As many are not repaired either.
const MOST_MISSING: u64 = 512;

/// What an m-line of the answer says about a stream.
#[derive(Clone, Debug)]
pub(crate) struct Line {
    pub(crate) mid: Tag,
    pub(crate) ssrc: u32,
    pub(crate) pt: u8,
    /// The SSRC and payload type of repairs (RFC 4588).
    pub(crate) rtx: Option<(u32, u8)>,
    /// The payload type of redundant sound (RFC 2198).
    pub(crate) red: Option<u8>,
    pub(crate) ids: ExtensionIds,
}

/// The numbers of a packet as the stream sends it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Numbers {
    /// The extended sequence number.
    pub(crate) seq: u64,
    pub(crate) timestamp: u32,
    pub(crate) marker: bool,
    pub(crate) patch: Vp8Patch,
}

/// What becomes of a packet at one stream.
#[derive(Debug)]
pub(crate) enum Verdict {
    /// It is sent.
    Send(Numbers),
    /// It is sent, and the stream's picture begins with it.
    Begin(Numbers),
    /// It is not sent.
    Skip,
    /// It is not sent because the stream waits for a key frame of this layer.
    NeedKey,
}

/// What a stream carries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Run {
    publisher: ParticipantId,
    epoch: (u64, u64),
    layer: usize,
}

/// What a stream has sent, for its sender reports.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Books {
    pub(crate) packets: u32,
    /// Bytes of payloads.
    pub(crate) bytes: u32,
    /// A point of the line from RTP time to the SFU's; `None` before the first packet.
    pub(crate) point: Option<Place>,
    /// Whether something was sent since the last report.
    pub(crate) fresh: bool,
}

/// An outgoing stream.
#[derive(Debug)]
pub(crate) struct OutStream {
    pub(crate) line: Line,
    pub(crate) rate: u32,
    seq: SeqRewriter,
    /// The highest extended sequence number of what is being forwarded.
    newest: u64,
    /// The numbers that were given out.
    sealed: Window,
    timeline: Timeline,
    vp8: Vp8Rewriter,
    run: Option<Run>,
    /// Whether packets were left out, so that the next one begins a segment.
    broken: bool,
    pub(crate) history: History,
    /// The next extended sequence number of repairs.
    pub(crate) rtx_seq: u64,
    pub(crate) books: Books,
    pub(crate) meter: Meter,
    /// The last datagram of sound, while each is sent twice.
    pub(crate) copy: Vec<u8>,
    /// Packets that were sent again since somebody else came into the slot.
    pub(crate) retransmitted: u64,
    /// What the subscriber last reported about the stream.
    pub(crate) reported: Option<ReportBlock>,
    keys: u32,
    keys_since: Option<Instant>,
}

impl OutStream {
    /// A stream for an m-line.
    pub(crate) fn new(line: Line, video: bool) -> Self {
        let seed = line.ssrc;
        Self {
            rate: if video { 90_000 } else { 48_000 },
            seq: SeqRewriter::new(seed),
            newest: 0,
            sealed: Window::default(),
            timeline: if video {
                Timeline::video(seed.rotate_left(16))
            } else {
                Timeline::audio(seed.rotate_left(16))
            },
            vp8: Vp8Rewriter::default(),
            run: None,
            broken: true,
            history: History::default(),
            rtx_seq: u64::from(seed.rotate_left(8) & 0x3fff) + 1,
            books: Books::default(),
            meter: Meter::default(),
            copy: Vec::new(),
            retransmitted: 0,
            reported: None,
            keys: KEYS_AT_ONCE,
            keys_since: None,
            line,
        }
    }

    /// Takes what a later answer says; the SSRCs are what they were.
    pub(crate) fn answered(&mut self, line: Line) {
        let (ssrc, rtx) = (self.line.ssrc, self.line.rtx);
        self.line = line;
        self.line.ssrc = ssrc;
        self.line.rtx = rtx;
    }

    /// The layer that is being forwarded, if it is this publisher's.
    pub(crate) fn layer_of(&self, publisher: ParticipantId) -> Option<usize> {
        self.run
            .filter(|run| run.publisher == publisher)
            .map(|run| run.layer)
    }

    /// Ends what is being forwarded; the next packet begins anew.
    pub(crate) fn stop(&mut self) {
        self.run = None;
    }

    /// Whether the subscriber may ask for a key frame once more.
    pub(crate) fn may_ask_for_key(&mut self, now: Instant) -> bool {
        let since = *self.keys_since.get_or_insert(now);
        let earned = now.saturating_duration_since(since).as_secs() / KEY_EVERY.as_secs();
        if earned > 0 {
            self.keys_since = Some(now);
            let earned = u32::try_from(earned).unwrap_or(KEYS_AT_ONCE);
            self.keys = self.keys.saturating_add(earned).min(KEYS_AT_ONCE);
        }
        let may = self.keys > 0;
        self.keys = self.keys.saturating_sub(1);
        may
    }

    /// Decides about a packet of sound.
    pub(crate) fn sound(&mut self, publisher: ParticipantId, packet: &Packet) -> Verdict {
        let run = Run {
            publisher,
            epoch: packet.epoch,
            layer: packet.layer,
        };
        let begins = self.run != Some(run);
        if begins {
            self.begin(run);
        }
        match self.rewrite(packet) {
            // A receiver may stretch the pause before the first packet of a spurt
            // (RFC 3551 section 4.1).
            Some(numbers) => Verdict::Send(Numbers {
                marker: begins || packet.marker,
                ..numbers
            }),
            None => Verdict::Skip,
        }
    }

    /// Decides about a packet of a picture, where `target` is the layer that the stream should
    /// carry.
    pub(crate) fn picture(
        &mut self,
        publisher: ParticipantId,
        target: usize,
        packet: &Packet,
    ) -> Verdict {
        let run = Run {
            publisher,
            epoch: packet.epoch,
            layer: packet.layer,
        };
        if self.run == Some(run) {
            return match self.rewrite(packet) {
                Some(numbers) => Verdict::Send(numbers),
                None => Verdict::Skip,
            };
        }
        if packet.layer != target {
            return Verdict::Skip;
        }
        if !packet.starts_key_frame() {
            return Verdict::NeedKey;
        }
        self.begin(run);
        match self.rewrite(packet) {
            Some(numbers) => Verdict::Begin(numbers),
            None => Verdict::Skip,
        }
    }

    fn begin(&mut self, run: Run) {
        self.run = Some(run);
        self.broken = true;
        self.timeline.start();
        self.vp8.start();
    }

    fn rewrite(&mut self, packet: &Packet) -> Option<Numbers> {
        let Some(place) = self.timeline.map(packet.timestamp, packet.capture) else {
            self.broken = true;
            return None;
        };
        if self.broken {
            self.seq.start(packet.seq);
            self.broken = false;
            self.newest = packet.seq;
        } else if packet.seq > self.newest.saturating_add(MOST_MISSING) {
            self.seq.leave_out();
            self.seq.start(packet.seq);
        }
        self.newest = self.newest.max(packet.seq);
        let seq = self.seq.map(packet.seq)?;
        // A number that is sealed twice with different contents would give the key away
        // (RFC 7714 section 9.1).
        if !self.sealed.note(seq) {
            return None;
        }
        self.books.point = Some(place);
        let patch = packet.vp8.as_ref().map(|vp8| self.vp8.patch(vp8));
        Some(Numbers {
            seq,
            timestamp: place.timestamp,
            marker: packet.marker,
            patch: patch.unwrap_or_default(),
        })
    }
}
