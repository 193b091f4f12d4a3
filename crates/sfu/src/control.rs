//! RTCP: what a peer says about what it receives and sends, and what it is told.

use std::time::Duration;

use zoom_rtp::rtcp::{self, ReportBlock, Rtcp};

use crate::{
    MediaTotals, Sfu,
    clock::Report,
    egress::{Outbox, Queued},
    members::Place,
    moment::Moment,
    peer::{Peer, index},
    session::REPORT_EVERY,
};

/// Bytes of one compound packet: below what any way carries in one piece.
const COMPOUND_BYTES: usize = 1_150;
/// Report blocks of one packet (RFC 3550 section 6.4.1 counts them with five bits).
const BLOCKS: usize = 31;
/// Packets that one request may ask for again; a browser's holds at most 1,000 numbers, and a
/// client that asks for more gets these.
const MOST_NACKED: usize = 1_024;
/// The round trip where none has been measured.
const USUAL_ROUND_TRIP: Duration = Duration::from_millis(100);

impl Sfu {
    /// Takes the compound packet that was opened last, of the peer at `place`.
    pub(crate) fn control_in(&mut self, place: Place) {
        let plain = std::mem::take(&mut self.plain);
        let now = Moment::new(self.began, self.now);
        for packet in rtcp::read(&plain) {
            match packet {
                Rtcp::SenderReport {
                    ssrc,
                    ntp,
                    rtp,
                    packets,
                    blocks,
                    ..
                } => {
                    self.sender_report(place, now, ssrc, ntp, rtp, packets);
                    self.blocks(place, now, blocks);
                }
                Rtcp::ReceiverReport { blocks, .. } => self.blocks(place, now, blocks),
                Rtcp::Nack { media_ssrc, lost } => self.nacked(place, now, media_ssrc, lost),
                Rtcp::Pli { media_ssrc } => self.key_asked(place, media_ssrc),
                Rtcp::Fir { requests } => {
                    for request in requests {
                        self.key_asked(place, request.media_ssrc);
                    }
                }
                Rtcp::TransportFeedback(feedback) => {
                    if let Some(session) = self.session_mut(place) {
                        session.cc.on_feedback(now.at, &feedback);
                    }
                    self.give_way(place);
                }
                Rtcp::Remb { bitrate_bps } => {
                    if let Some(session) = self.session_mut(place) {
                        session.cc.on_remb(now.at, bitrate_bps);
                    }
                }
                // A stream that ends is found out by its silence.
                Rtcp::Bye { .. } | Rtcp::Other => {}
            }
        }
        self.plain = plain;
    }

    fn sender_report(
        &mut self,
        place: Place,
        now: Moment,
        ssrc: u32,
        ntp: u64,
        timestamp: u32,
        packets: u32,
    ) {
        let Some(peer) = self.members.peer_at_mut(place) else {
            return;
        };
        let Some(session) = peer.session.as_deref_mut() else {
            return;
        };
        let found = session.streams.find(ssrc);
        let Some(stream) = found.and_then(|at| session.streams.at_mut(at)) else {
            return;
        };
        stream.stats.on_sender_report(ntp, now.at);
        let (source, layer, repairs) = (stream.source, stream.layer, stream.repairs);
        // Whatever the publisher's clock counts from, its reports are compared with each other.
        let seconds_us = (ntp >> 32) as i64 * 1_000_000;
        let fraction_us = (((ntp & 0xffff_ffff) * 1_000_000) >> 32) as i64;
        let publisher_us = seconds_us + fraction_us;
        // A stream that has sent nothing has no RTP time yet.
        if repairs || timestamp == 0 || packets == 0 || ntp == 0 {
            return;
        }
        tracing::trace!(?source, layer, timestamp, publisher_us, "report");
        peer.clock.observe(publisher_us, now.us);
        if let Some(layer) = peer.track_mut(source).layers.get_mut(layer) {
            layer.report = Some(Report {
                publisher_us,
                timestamp,
            });
        }
    }

    fn blocks(&mut self, place: Place, now: Moment, blocks: impl Iterator<Item = ReportBlock>) {
        let Some(peer) = self.members.peer_at_mut(place) else {
            return;
        };
        let Some(session) = peer.session.as_deref_mut() else {
            return;
        };
        for block in blocks {
            let Some((slot, video)) = peer.slots.of_ssrc(block.ssrc) else {
                continue;
            };
            let Some(slot) = peer.slots.get_mut(slot) else {
                continue;
            };
            let stream = match &mut slot.video {
                Some(stream) if video => stream,
                Some(_) | None => &mut slot.audio,
            };
            stream.reported = Some(block);
            session.lost(block.fraction_lost, now.at);
            let round_trip = rtcp::round_trip(now.ntp(), block.last_report, block.delay);
            if let Some(round_trip) = round_trip {
                session.round_trip.on_report(now.at, round_trip);
                session.cc.on_round_trip(round_trip);
            }
        }
    }

    fn nacked(&mut self, place: Place, now: Moment, ssrc: u32, lost: impl Iterator<Item = u16>) {
        let age = self.limits.resend_ms;
        let Some(peer) = self.members.peer_at_mut(place) else {
            return;
        };
        let Some((slot, true)) = peer.slots.of_ssrc(ssrc) else {
            return;
        };
        let session = peer.session.as_ref();
        let round_trip = session.and_then(|session| session.round_trip.at(now.at));
        let round_trip = round_trip.unwrap_or(USUAL_ROUND_TRIP).as_millis() as u32;
        // What is missing of a picture that is held back would fill the queue that it made room in.
        let Some(stream) = peer
            .slots
            .get_mut(slot)
            .filter(|slot| slot.target.is_some() || slot.reason.is_none())
            .and_then(|slot| slot.video.as_mut())
        else {
            return;
        };
        let mut asked = 0;
        for sequence in lost.take(MOST_NACKED) {
            asked += 1;
            if let Some((numbers, from)) = stream.history.again(sequence, now.ms, age, round_trip) {
                peer.queue.push(Queued {
                    slot,
                    numbers,
                    from,
                    again: true,
                });
            }
        }
        self.totals.nacked_by_subscribers += asked;
        self.mark_dirty(place);
    }

    /// A subscriber asks for a key frame of one of the streams that it is sent.
    fn key_asked(&mut self, place: Place, ssrc: u32) {
        let now = self.now;
        let Some(peer) = self.members.peer_at_mut(place) else {
            return;
        };
        let Some((id, true)) = peer.slots.of_ssrc(ssrc) else {
            return;
        };
        let Some(slot) = peer.slots.get_mut(id) else {
            return;
        };
        let (Some(publisher), Some(video)) = (slot.publisher, slot.video.as_mut()) else {
            return;
        };
        if !video.may_ask_for_key(now) {
            return;
        }
        self.totals.keys_wanted += 1;
        let source = crate::peer::picture_of(id.kind);
        let layer = video.layer_of(publisher).or(slot.target);
        if let (Some(source), Some(layer)) = (source, layer) {
            self.want_key(publisher, source, layer);
        }
    }
}

/// Writes the control packets that are due.
pub(crate) fn write(
    peer: &mut Peer,
    outbox: &mut Outbox,
    lost: &mut Vec<u16>,
    now: Moment,
    totals: &mut MediaTotals,
) {
    let Peer {
        session: Some(session),
        tracks,
        stats,
        ..
    } = peer
    else {
        return;
    };
    let ssrc = session.ssrc;
    let round_trip = session.round_trip.at(now.at).unwrap_or(USUAL_ROUND_TRIP);
    for stream in session.streams.iter_mut() {
        let Some(nack) = stream.nack.as_mut() else {
            continue;
        };
        if nack.overflowed() {
            // What cannot be repaired any more needs a key frame.
            tracks[index(stream.source)].layers[stream.layer].want_key();
        }
        if nack.next_due().is_none_or(|due| due > now.at) {
            continue;
        }
        lost.clear();
        nack.poll(now.at, round_trip, lost);
        rtcp::write::nack(&mut outbox.bytes, ssrc, stream.ssrc, lost);
        stream.nacked += lost.len() as u64;
        totals.nacked_to_publishers += lost.len() as u64;
        if outbox.bytes.len() - outbox.begin() > COMPOUND_BYTES {
            seal(&mut session.sender, outbox);
        }
    }
    for key in session.keys.drain(..) {
        rtcp::write::pli(&mut outbox.bytes, ssrc, key);
        totals.keys_asked += 1;
        stats.keys_asked += 1;
    }
    if session
        .feedback
        .next_due(now.at)
        .is_some_and(|due| due <= now.at)
    {
        let media = session
            .streams
            .iter()
            .next()
            .map_or(0, |stream| stream.ssrc);
        session
            .feedback
            .build(ssrc, media, &mut outbox.bytes, now.at);
    }
    if outbox.bytes.len() > outbox.begin() {
        seal(&mut session.sender, outbox);
    }
    if now.at >= session.report_at {
        session.report_at = now.at + REPORT_EVERY;
        reports(peer, outbox, now);
    }
}

/// Writes sender reports of all streams that have sent something, with what came in.
fn reports(peer: &mut Peer, outbox: &mut Outbox, now: Moment) {
    let Some(session) = peer.session.as_deref_mut() else {
        return;
    };
    let mut blocks = Vec::new();
    for stream in session.streams.iter_mut() {
        if std::mem::take(&mut stream.fresh) {
            blocks.push(stream.stats.report(stream.ssrc, now.at));
        }
    }
    let mut blocks = blocks.chunks(BLOCKS);
    let ntp = now.ntp();
    for (_, slot) in peer.slots.iter_mut() {
        for stream in [Some(&mut slot.audio), slot.video.as_mut()]
            .into_iter()
            .flatten()
        {
            let Some(point) = stream.books.point else {
                continue;
            };
            if !std::mem::take(&mut stream.books.fresh) {
                continue;
            }
            let ticks = (now.us - point.at_us) * i64::from(stream.rate) / 1_000_000;
            let timestamp = point.timestamp.wrapping_add(ticks as u32);
            let line = &stream.line;
            rtcp::write::sender_report(
                &mut outbox.bytes,
                line.ssrc,
                ntp,
                timestamp,
                stream.books.packets,
                stream.books.bytes,
                blocks.next().unwrap_or_default(),
            );
            rtcp::write::sdes_cname(&mut outbox.bytes, line.ssrc, line.mid.as_str());
            if outbox.bytes.len() - outbox.begin() > COMPOUND_BYTES {
                seal(&mut session.sender, outbox);
            }
        }
    }
    for blocks in blocks {
        rtcp::write::receiver_report(&mut outbox.bytes, session.ssrc, blocks);
        if outbox.bytes.len() - outbox.begin() > COMPOUND_BYTES {
            seal(&mut session.sender, outbox);
        }
    }
    if outbox.bytes.len() > outbox.begin() {
        seal(&mut session.sender, outbox);
    }
}

fn seal(sender: &mut zoom_rtp::srtp::SrtpSender, outbox: &mut Outbox) {
    let start = outbox.begin();
    match sender.seal_rtcp(&mut outbox.bytes, start) {
        Ok(()) => outbox.end(),
        Err(error) => {
            tracing::debug!(%error, "a control packet could not be sealed");
            outbox.take_back();
        }
    }
}
