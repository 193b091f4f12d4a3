//! From a publisher's track to its subscribers: which packet goes where.

use zoom_protocol::{ParticipantId, Source};

use crate::{
    Sfu, clock, egress::Queued, history::Reference, ingress::Arrived, members::Place,
    moment::Moment, peer::carries, ring::Packet, sfu::Watcher, stream::Verdict, vp8::Vp8Packet,
};
use std::time::Duration;

/// Bytes around a payload, of the header with its extensions and of the tag: where a picture is
/// small they are a good part of what the way has to carry.
const AROUND_BYTES: usize = 44;

impl Sfu {
    /// Takes a packet whose payload was opened last, of the peer at `place`.
    pub(crate) fn packet_in(&mut self, place: Place, arrived: &Arrived) {
        let now = Moment::new(self.began, self.now);
        let Arrived { source, layer, .. } = *arrived;
        let Some(participant) = self.members.at_mut(place) else {
            return;
        };
        let (who, sources, room) = (participant.id, participant.sources, participant.room);
        let Some(peer) = participant.peer.as_deref_mut() else {
            return;
        };
        if arrived.replaced {
            self.epochs += 1;
            peer.track_mut(source).epoch = self.epochs;
        }
        peer.stats.media_in += 1;
        self.totals.media_in += 1;
        let rate = if source.is_video() { 90_000 } else { 48_000 };
        let vp8 = source
            .is_video()
            .then(|| Vp8Packet::parse(&self.payload))
            .flatten();
        let report = peer.track(source).layers[layer].report;
        let capture = clock::capture(&peer.clock, report, arrived.timestamp, rate, now.us);
        let key = vp8.filter(|vp8| vp8.starts_key_frame);
        if key.is_some() {
            peer.key_came(arrived);
        }
        let track = peer.track_mut(source);
        let mut epoch = (track.epoch, 0);
        let entry = &mut track.layers[layer];
        let bytes = self.payload.len() + AROUND_BYTES;
        let begins = entry.packet_came(arrived.ssrc, bytes, now.at);
        if let Some(key) = key {
            entry.key_frame_came(key.size);
        }
        if begins {
            self.publishing.insert(place);
        }
        if begins && source.is_video() {
            tracing::debug!(participant = %who, ?source, layer, "layer flows");
            self.retarget(who, source);
        }
        // What is off is not forwarded, whatever the browser sends.
        if !sources.is_on(source) {
            return;
        }
        if source == Source::Microphone {
            let Some(room) = room.and_then(|room| self.rooms.get_mut(&room)) else {
                return;
            };
            let level = arrived.level.map(|level| level.level_dbov);
            let Some(spurt) = room.speakers.heard(who, level, now.at) else {
                return;
            };
            epoch.1 = spurt;
        }
        let mut packet = Packet {
            id: 0,
            source,
            layer,
            epoch,
            seq: arrived.seq,
            timestamp: arrived.timestamp,
            marker: arrived.marker,
            capture,
            vp8,
            level: arrived.level,
            orientation: arrived.orientation,
            came_at: now.at,
        };
        tracing::trace!(
            participant = %who,
            ?source,
            layer,
            seq = packet.seq,
            timestamp = packet.timestamp,
            capture_us = capture.at_us,
            "media"
        );
        let most = if source.is_video() {
            self.limits.resend_video_packets
        } else {
            self.limits.resend_audio_packets
        };
        let age = Duration::from_millis(self.limits.resend_ms.into());
        let Some(peer) = self.members.peer_at_mut(place) else {
            return;
        };
        let ring = &mut peer.track_mut(source).layers[layer].ring;
        packet.id = ring.push(packet, &mut self.payload, most as usize, age);
        self.forward(place, who, &packet);
    }

    /// Hands a packet to all who watch its track.
    fn forward(&mut self, place: Place, publisher: ParticipantId, packet: &Packet) {
        let Some(watchers) = self.watchers.get_mut(&publisher).map(std::mem::take) else {
            return;
        };
        let mut need_key = false;
        for watcher in &watchers {
            if carries(watcher.slot.kind, packet.source) {
                need_key |= self.forward_to(place, publisher, *watcher, packet);
            }
        }
        if let Some(entry) = self.watchers.get_mut(&publisher) {
            *entry = watchers;
        }
        if need_key {
            self.want_key(publisher, packet.source, packet.layer);
        }
    }

    /// Queues a packet for one subscriber; returns whether that one waits for a key frame.
    fn forward_to(
        &mut self,
        place: Place,
        publisher: ParticipantId,
        watcher: Watcher,
        packet: &Packet,
    ) -> bool {
        let room = self.members.at(place).and_then(|p| p.room);
        let Some(subscriber) = self.members.at_mut(watcher.subscriber) else {
            return false;
        };
        let same_room = subscriber.room == room;
        let Some(peer) = subscriber.peer.as_deref_mut() else {
            return false;
        };
        if !peer.is_connected() || !same_room {
            return false;
        }
        let Some(slot) = peer.slots.get_mut(watcher.slot) else {
            return false;
        };
        let target = slot.target;
        let Some(stream) = slot.stream(packet.source) else {
            return false;
        };
        let verdict = match (packet.source.is_video(), target) {
            (false, _) => stream.sound(publisher, packet),
            (true, Some(target)) => stream.picture(publisher, target, packet),
            (true, None) => Verdict::Skip,
        };
        let (numbers, begins) = match verdict {
            Verdict::Send(numbers) => (numbers, false),
            Verdict::Begin(numbers) => (numbers, true),
            Verdict::Skip => return false,
            Verdict::NeedKey => return true,
        };
        peer.queue.push(Queued {
            slot: watcher.slot,
            numbers,
            from: Reference {
                publisher: place,
                source: packet.source,
                layer: packet.layer as u8,
                id: packet.id,
            },
            again: false,
        });
        if !std::mem::replace(&mut peer.dirty, true) {
            self.dirty.push(watcher.subscriber);
        }
        if begins {
            tracing::debug!(
                subscriber = %subscriber.id,
                slot = %watcher.slot,
                %publisher,
                layer = packet.layer,
                "picture begins"
            );
            let most = self.limits.layer_packets as usize;
            let overtook = self
                .members
                .peer_at(place)
                .map(|peer| {
                    let ring = &peer.track(packet.source).layers[packet.layer].ring;
                    ring.overtook(packet, most)
                })
                .unwrap_or_default();
            for packet in &overtook {
                self.forward_to(place, publisher, watcher, packet);
            }
        }
        false
    }
}
