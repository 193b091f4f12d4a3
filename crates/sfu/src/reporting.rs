//! Makes the reports about peers.

use std::time::Duration;

use zoom_protocol::Source;

use crate::{
    DowngradeReason, Event, LayerReport, MediaReport, Sfu, SlotReport, TrackReport, members::Place,
    peer::picture_of,
};

impl Sfu {
    /// Reports on a peer if it is its turn.
    pub(crate) fn report(&mut self, place: Place) {
        let now = self.now;
        let every = Duration::from_millis(self.limits.report_ms.into());
        let Some(peer) = self.members.peer_at_mut(place) else {
            return;
        };
        if peer.report_at.is_none_or(|at| at > now) {
            return;
        }
        peer.report_at = Some(now + every);
        if let Some(report) = self.report_on(place) {
            self.judge(place, &report);
            self.tell(Event::Report(Box::new(report)));
        }
    }

    /// Tells how well a peer's connection does, where a report changes that.
    fn judge(&mut self, place: Place, report: &MediaReport) {
        let participant = self.members.at_mut(place);
        let peer = participant.and_then(|it| it.peer.as_deref_mut());
        if let Some(quality) = peer.and_then(|peer| peer.quality.take(report)) {
            self.tell(Event::Quality {
                participant: report.participant,
                quality,
            });
        }
    }

    fn report_on(&mut self, place: Place) -> Option<MediaReport> {
        let now = self.now;
        let mut slots = self.slot_reports(place)?;
        let participant = self.members.at_mut(place)?;
        let (id, room) = (participant.id, participant.room?);
        let peer = participant.peer.as_deref_mut()?;
        let session = peer.session.as_deref()?;
        let state = session.cc.state();
        let mut tracks_in = Vec::new();
        for source in Source::ALL {
            let track = &peer.tracks[crate::peer::index(source)];
            let mut layers = Vec::new();
            for stream in session.streams.iter() {
                if stream.source != source || stream.repairs {
                    continue;
                }
                let layer = &track.layers[stream.layer];
                let missing = stream
                    .stats
                    .expected()
                    .saturating_sub(stream.window.count());
                layers.push(LayerReport {
                    layer: stream.layer as u8,
                    bitrate_bps: layer.bps,
                    packets: stream.window.count(),
                    lost: missing,
                    jitter_ms: (stream.stats.received() > 1)
                        .then(|| stream.stats.jitter().as_secs_f32() * 1_000.0),
                    nacked: stream.nacked,
                    keys_asked: layer.keys_asked,
                });
            }
            layers.sort_by_key(|layer| layer.layer);
            if !layers.is_empty() {
                tracks_in.push(TrackReport { source, layers });
            }
        }
        for report in &mut slots {
            if let Some(slot) = peer.slots.get_mut(report.slot) {
                let video = slot.video.as_mut().map_or(0, |video| video.meter.bps(now));
                report.bitrate_bps = slot.audio.meter.bps(now) + video;
            }
        }
        let round_trip = state.rtt.or(session.round_trip.at(now));
        Some(MediaReport {
            participant: id,
            room,
            estimate_bps: Some(state.estimate_bps),
            rtt_ms: round_trip.map(|rtt| rtt.as_secs_f32() * 1_000.0),
            loss_out: state.loss,
            bitrate_in_bps: peer.meter_in.bps(now),
            bitrate_out_bps: peer.meter_out.bps(now),
            srtp: peer.stats.srtp,
            tracks_in,
            slots,
        })
    }

    fn slot_reports(&self, place: Place) -> Option<Vec<SlotReport>> {
        let participant = self.members.at(place)?;
        let peer = participant.peer.as_deref()?;
        let mut reports = Vec::new();
        for (id, slot) in peer.slots.iter() {
            let Some(publisher) = slot.publisher else {
                continue;
            };
            let video = slot.video.as_ref();
            let source = picture_of(id.kind);
            let published = source.is_some_and(|source| {
                let publisher = self.members.get(publisher);
                publisher.is_some_and(|publisher| publisher.sources.is_on(source))
            });
            let reason = match (video, slot.wanted) {
                (None, _) => None,
                (Some(_), None) => Some(DowngradeReason::Hidden),
                (Some(_), Some(_)) if !published => Some(DowngradeReason::NotPublished),
                (Some(_), Some(_)) => slot.reason,
            };
            reports.push(SlotReport {
                slot: id,
                publisher,
                layer_wanted: slot.wanted.map(|layer| layer as u8),
                layer_sent: video
                    .and_then(|video| video.layer_of(publisher))
                    .map(|layer| layer as u8),
                bitrate_bps: 0,
                retransmitted: video.map_or(0, |video| video.retransmitted),
                reason,
            });
        }
        Some(reports)
    }
}
