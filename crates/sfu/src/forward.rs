//! From a publisher's track to its subscribers: what sessions say, and which packet goes where.

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    time::{Duration, Instant, SystemTime},
};

use str0m::{
    media::{KeyframeRequest, SenderFeedback},
    rtp::{ExtensionValues, RtpPacket},
};
use zoom_protocol::{MediaEndReason, ParticipantId, Source};

use crate::{
    Event, Sfu,
    clock::{self, Report},
    layers,
    peer::{carries, picture_of},
    sfu::Watcher,
    stream::Verdict,
    track::Packet,
    vp8::Vp8Packet,
};

impl Sfu {
    /// Takes what a session says.
    pub(crate) fn on_event(&mut self, who: ParticipantId, event: str0m::Event) {
        match event {
            str0m::Event::RtpPacket(packet) => self.on_packet(who, &packet),
            str0m::Event::SenderFeedback(feedback) => self.on_report(who, &feedback),
            str0m::Event::KeyframeRequest(request) => self.on_key_request(who, request),
            str0m::Event::Connected => self.on_connected(who),
            str0m::Event::IceConnectionStateChange(state) => {
                tracing::debug!(participant = %who, ?state, "ICE");
            }
            // What the offer told already, an end that `Rtc::is_alive` tells, or what the
            // configuration of the session leaves out.
            str0m::Event::MediaAdded(_)
            | str0m::Event::MediaChanged(_)
            | str0m::Event::StreamPaused(_)
            | str0m::Event::EgressBitrateEstimate(_)
            | str0m::Event::Closed
            | _ => {}
        }
    }

    fn on_connected(&mut self, who: ParticipantId) {
        let Some(peer) = self.peer_mut(who) else {
            return;
        };
        if std::mem::replace(&mut peer.connected, true) {
            return;
        }
        tracing::info!(participant = %who, "peer connected");
        self.tell(Event::Connected { participant: who });
        self.apply_assignments(who);
    }

    fn on_report(&mut self, who: ParticipantId, feedback: &SenderFeedback) {
        let received_us = self.to_us(feedback.received_at);
        let Some(peer) = self.peer_mut(who) else {
            return;
        };
        let (Some(source), Some(layer)) = (
            peer.sources.get(&feedback.mid).copied(),
            layers::place(feedback.rid.as_deref()),
        ) else {
            return;
        };
        let info = &feedback.sender_info;
        let timestamp = info.rtp_time.numer() as u32;
        let since_1970 = info.ntp_time.duration_since(SystemTime::UNIX_EPOCH);
        let Some(publisher_us) = since_1970
            .ok()
            .and_then(|t| i64::try_from(t.as_micros()).ok())
        else {
            return;
        };
        // A stream that has sent nothing has no RTP time yet.
        if timestamp == 0 || info.sender_packet_count == 0 {
            return;
        }
        tracing::trace!(participant = %who, ?source, layer, timestamp, publisher_us, "report");
        peer.clock.observe(publisher_us, received_us);
        peer.track_mut(source).layers[layer].report = Some(Report {
            publisher_us,
            timestamp,
        });
    }

    fn on_key_request(&mut self, who: ParticipantId, request: KeyframeRequest) {
        let Some(peer) = self.peer_mut(who) else {
            return;
        };
        let Some(slot) = peer.pictures.get(&request.mid).copied() else {
            return;
        };
        let Some(state) = peer.slots.get(&slot) else {
            return;
        };
        let (Some(publisher), Some(source)) = (state.publisher, picture_of(slot.kind)) else {
            return;
        };
        let layer = state
            .video
            .as_ref()
            .and_then(|video| video.layer_of(publisher));
        if let Some(layer) = layer.or(state.target) {
            self.want_key(publisher, source, layer);
        }
    }

    fn on_packet(&mut self, who: ParticipantId, rtp: &RtpPacket) {
        let now = self.now;
        let now_us = self.to_us(now);
        let Some(participant) = self.participants.get_mut(&who) else {
            return;
        };
        let (sources, room) = (participant.sources, participant.room);
        let Some(peer) = participant.peer.as_mut() else {
            return;
        };
        let Some((source, layer)) = peer.identify(&rtp.header) else {
            return;
        };
        let rate = if source.is_video() { 90_000 } else { 48_000 };
        if rtp.time.frequency().get() != rate {
            return;
        }
        peer.stats.media_in += 1;
        let vp8 = source
            .is_video()
            .then(|| Vp8Packet::parse(&rtp.payload))
            .flatten();
        let report = peer.track(source).layers[layer].report;
        let timestamp = rtp.header.timestamp;
        let capture = clock::capture(&peer.clock, report, timestamp, rate, now_us);
        let track = peer.track_mut(source);
        let entry = &mut track.layers[layer];
        let begins = entry.packet_came(rtp.header.ssrc, now);
        if let Some(vp8) = vp8.filter(|vp8| vp8.starts_key_frame) {
            entry.key_frame_came(vp8.size);
        }
        let mut epoch = (track.epoch, 0);
        if begins && source.is_video() {
            tracing::debug!(participant = %who, ?source, layer, "layer flows");
            self.retarget(who, source);
        }
        // What is off is not forwarded, whatever the browser sends.
        if !sources.is_on(source) {
            return;
        }
        let values = &rtp.header.ext_vals;
        if source == Source::Microphone {
            let Some(room) = room.and_then(|room| self.rooms.get_mut(&room)) else {
                return;
            };
            let Some(spurt) = room.speakers.heard(who, values.audio_level, now) else {
                return;
            };
            epoch.1 = spurt;
        }
        let packet = Packet {
            source,
            layer,
            epoch,
            seq: *rtp.seq_no,
            timestamp,
            marker: rtp.header.marker,
            capture,
            payload: rtp.payload.clone(),
            vp8,
            extensions: ExtensionValues {
                audio_level: values.audio_level,
                voice_activity: values.voice_activity,
                video_orientation: values.video_orientation,
                ..ExtensionValues::default()
            },
        };
        tracing::trace!(
            participant = %who,
            ?source,
            layer,
            seq = packet.seq,
            timestamp,
            capture_us = capture.at_us,
            "media"
        );
        let kept = self.limits.layer_packets as usize;
        if source.is_video()
            && let Some(peer) = self.peer_mut(who)
        {
            peer.track_mut(source).layers[layer].keep(&packet, kept);
        }
        self.forward(who, &packet);
    }

    /// Hands a packet to all who watch its track.
    fn forward(&mut self, publisher: ParticipantId, packet: &Packet) {
        let Some(watchers) = self.watchers.get_mut(&publisher).map(std::mem::take) else {
            return;
        };
        let mut need_key = false;
        let mut failed = Vec::new();
        for watcher in &watchers {
            if !carries(watcher.slot.kind, packet.source) {
                continue;
            }
            match self.forward_to(publisher, *watcher, packet) {
                Ok(Sent::NeedKey) => need_key = true,
                Ok(Sent::Done) => {}
                Err(Panicked) => failed.push(watcher.subscriber),
            }
        }
        if let Some(entry) = self.watchers.get_mut(&publisher) {
            *entry = watchers;
        }
        if need_key {
            self.want_key(publisher, packet.source, packet.layer);
        }
        for who in failed {
            tracing::warn!(participant = %who, "the session panicked");
            self.end(who, MediaEndReason::Failed);
        }
    }

    fn forward_to(
        &mut self,
        publisher: ParticipantId,
        watcher: Watcher,
        packet: &Packet,
    ) -> Result<Sent, Panicked> {
        let began = self.began;
        let now = self.now;
        let clock = |us: i64| at_us(began, us).min(now);
        let room = self.participants.get(&publisher).and_then(|p| p.room);
        let Some(subscriber) = self.participants.get_mut(&watcher.subscriber) else {
            return Ok(Sent::Done);
        };
        let Some(peer) = subscriber.peer.as_deref_mut() else {
            return Ok(Sent::Done);
        };
        if !peer.connected || subscriber.room != room {
            return Ok(Sent::Done);
        }
        let Some(slot) = peer.slots.get_mut(&watcher.slot) else {
            return Ok(Sent::Done);
        };
        let target = slot.target;
        let Some(stream) = slot.stream(packet.source) else {
            return Ok(Sent::Done);
        };
        let verdict = match (packet.source.is_video(), target) {
            (false, _) => stream.sound(publisher, packet, clock),
            (true, Some(target)) => stream.picture(publisher, target, packet, clock),
            (true, None) => Verdict::Skip,
        };
        let (write, begins) = match verdict {
            Verdict::Send(write) => (write, false),
            Verdict::Begin(write) => (write, true),
            Verdict::Skip => return Ok(Sent::Done),
            Verdict::NeedKey => return Ok(Sent::NeedKey),
        };
        let rtc = &mut peer.rtc;
        catch_unwind(AssertUnwindSafe(|| stream.write(rtc, write))).map_err(|_| Panicked)?;
        peer.stats.media_out += 1;
        self.mark_dirty(watcher.subscriber);
        if begins {
            tracing::debug!(
                subscriber = %watcher.subscriber,
                slot = %watcher.slot,
                %publisher,
                layer = packet.layer,
                "picture begins"
            );
            let overtook = self
                .peer_mut(publisher)
                .map(|peer| peer.track(packet.source).layers[packet.layer].overtook(packet))
                .unwrap_or_default();
            for packet in &overtook {
                self.forward_to(publisher, watcher, packet)?;
            }
        }
        Ok(Sent::Done)
    }

    /// Microseconds of the clock of timelines.
    fn to_us(&self, at: Instant) -> i64 {
        match at.checked_duration_since(self.began) {
            Some(since) => i64::try_from(since.as_micros()).unwrap_or(i64::MAX),
            None => {
                let before = self.began.duration_since(at);
                -i64::try_from(before.as_micros()).unwrap_or(i64::MAX)
            }
        }
    }
}

/// What became of a packet.
enum Sent {
    Done,
    NeedKey,
}

/// A session panicked.
struct Panicked;

/// The instant of a time of the clock of timelines.
fn at_us(began: Instant, us: i64) -> Instant {
    let distance = Duration::from_micros(us.unsigned_abs());
    let at = if us >= 0 {
        began.checked_add(distance)
    } else {
        began.checked_sub(distance)
    };
    at.unwrap_or(began)
}
