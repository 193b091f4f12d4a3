//! One outgoing stream: the m-line of a slot, and whose media it carries just then.

use std::time::{Duration, Instant};

use str0m::{
    Rtc,
    media::{Mid, Pt},
    rtp::{RtpWrite, Ssrc},
};
use zoom_protocol::{Limits, ParticipantId};

use crate::{rewrite::SeqRewriter, timeline::Timeline, track::Packet, vp8::Vp8Rewriter};

/// What is kept to be sent again.
#[derive(Clone, Copy, Debug)]
struct Resend {
    packets: usize,
    age: Duration,
    /// The largest share of retransmissions in what is sent.
    share: f32,
}

/// What becomes of a packet at one stream.
#[derive(Debug)]
pub(crate) enum Verdict {
    /// It is sent.
    Send(RtpWrite),
    /// It is sent, and the stream's picture begins with it.
    Begin(RtpWrite),
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

/// An outgoing stream.
#[derive(Debug)]
pub(crate) struct OutStream {
    mid: Mid,
    ssrc: Ssrc,
    rtx: Option<Ssrc>,
    pt: Pt,
    resend: Resend,
    /// Whether str0m knows the stream. It does from the first packet on: before that its sender
    /// reports would tell the RTP time 0.
    declared: bool,
    seq: SeqRewriter,
    timeline: Timeline,
    vp8: Vp8Rewriter,
    run: Option<Run>,
    /// Whether packets were left out, so that the next one begins a segment.
    broken: bool,
}

impl OutStream {
    /// A stream that str0m declared for an m-line when it accepted the offer.
    pub(crate) fn new(
        limits: &Limits,
        mid: Mid,
        (ssrc, rtx): (Ssrc, Option<Ssrc>),
        pt: Pt,
        video: bool,
    ) -> Self {
        let seed = *ssrc;
        let packets = if video {
            limits.resend_video_packets
        } else {
            limits.resend_audio_packets
        };
        Self {
            mid,
            ssrc,
            rtx,
            pt,
            resend: Resend {
                packets: packets as usize,
                age: Duration::from_millis(limits.resend_ms.into()),
                share: limits.resend_percent as f32 / 100.0,
            },
            declared: true,
            seq: SeqRewriter::new(seed),
            timeline: if video {
                Timeline::video(seed.rotate_left(16))
            } else {
                Timeline::audio(seed.rotate_left(16))
            },
            vp8: Vp8Rewriter::default(),
            run: None,
            broken: true,
        }
    }

    pub(crate) fn mid(&self) -> Mid {
        self.mid
    }

    /// Takes the payload type of a later answer.
    pub(crate) fn set_pt(&mut self, pt: Pt) {
        self.pt = pt;
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

    /// Makes the stream known to str0m, under the SSRC that the answer told.
    pub(crate) fn declare(&mut self, rtc: &mut Rtc) {
        if self.declared {
            return;
        }
        let mut api = rtc.direct_api();
        let stream = api.declare_stream_tx(self.ssrc, self.rtx, self.mid, None);
        let Resend {
            packets,
            age,
            share,
        } = self.resend;
        stream.set_rtx_cache(packets, age, Some(share));
        self.declared = true;
    }

    /// Makes a stream that never sent unknown to str0m until it is used.
    pub(crate) fn conceal(&mut self, rtc: &mut Rtc) {
        if self.declared && !self.timeline.is_used() {
            rtc.direct_api().remove_stream_tx(self.ssrc);
            self.declared = false;
        }
    }

    /// Hands a packet to str0m.
    pub(crate) fn write(&mut self, rtc: &mut Rtc, write: RtpWrite) {
        self.declare(rtc);
        if let Some(stream) = rtc.direct_api().stream_tx(&self.ssrc) {
            stream.write_rtp(write);
        }
    }

    /// Decides about a packet of sound.
    pub(crate) fn sound(
        &mut self,
        publisher: ParticipantId,
        packet: &Packet,
        clock: impl Fn(i64) -> Instant,
    ) -> Verdict {
        let run = Run {
            publisher,
            epoch: packet.epoch,
            layer: packet.layer,
        };
        let begins = self.run != Some(run);
        if begins {
            self.begin(run);
        }
        match self.rewrite(packet, clock) {
            // A receiver may stretch the pause before the first packet of a spurt
            // (RFC 3551 section 4.1).
            Some(write) if begins => Verdict::Send(write.marker(true)),
            Some(write) => Verdict::Send(write.marker(packet.marker)),
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
        clock: impl Fn(i64) -> Instant,
    ) -> Verdict {
        let run = Run {
            publisher,
            epoch: packet.epoch,
            layer: packet.layer,
        };
        if self.run == Some(run) {
            return match self.rewrite(packet, clock) {
                Some(write) => Verdict::Send(write.marker(packet.marker).nackable(true)),
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
        match self.rewrite(packet, clock) {
            Some(write) => Verdict::Begin(write.marker(packet.marker).nackable(true)),
            None => Verdict::Skip,
        }
    }

    fn begin(&mut self, run: Run) {
        self.run = Some(run);
        self.broken = true;
        self.timeline.start();
        self.vp8.start();
    }

    fn rewrite(&mut self, packet: &Packet, clock: impl Fn(i64) -> Instant) -> Option<RtpWrite> {
        let Some(place) = self.timeline.map(packet.timestamp, packet.capture) else {
            self.broken = true;
            return None;
        };
        if self.broken {
            self.seq.start(packet.seq);
            self.broken = false;
        }
        let seq = self.seq.map(packet.seq)?;
        let wallclock = clock(place.at_us);
        let write = RtpWrite::new(
            self.pt,
            seq.into(),
            place.timestamp,
            wallclock,
            packet.payload.clone(),
        )
        .ext_vals(packet.extensions.clone());
        let patch = packet.vp8.as_ref().and_then(|vp8| self.vp8.patch(vp8));
        Some(match patch {
            Some(patch) => write.vp8_patch(patch),
            None => write,
        })
    }
}
