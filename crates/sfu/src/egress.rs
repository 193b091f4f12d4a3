//! What leaves for one peer in one turn: its packets one behind the other in one buffer, so that
//! those of one length can leave as one segmented send.

use zoom_protocol::{Limits, SlotId};
use zoom_rtp::{
    ExtensionValues, NewHeader,
    cc::{CcAction, SentKind},
    write_header,
};

use crate::{
    Sfu, Transmit, Transport, control,
    history::Reference,
    members::Place,
    moment::Moment,
    peer::Peer,
    red,
    ring::Stored,
    session::Session,
    stream::{Numbers, OutStream},
};

/// Bytes of an RTP header with the extensions that are sent as a rule; congestion control counts
/// with it before the header is written.
const HEADER_BYTES: usize = 28;
/// The padding of one packet that probes (RFC 3550 section 5.1: its last byte counts all).
const PADDING: [u8; 255] = {
    let mut padding = [0; 255];
    padding[254] = 255;
    padding
};
/// The padding flag in a header's first byte.
const PADDED: u8 = 0x20;

/// Packets of a probe that leave in one turn: a burst of 16 KiB.
const MOST_PROBES: usize = 64;

/// A packet that waits to be sealed for one subscriber.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Queued {
    pub(crate) slot: SlotId,
    pub(crate) numbers: Numbers,
    pub(crate) from: Reference,
    /// Whether it was sent before.
    pub(crate) again: bool,
}

/// Datagrams of one peer.
#[derive(Debug, Default)]
pub(crate) struct Outbox {
    pub(crate) bytes: Vec<u8>,
    /// Where each datagram ends.
    ends: Vec<usize>,
}

impl Outbox {
    pub(crate) fn clear(&mut self) {
        self.bytes.clear();
        self.ends.clear();
    }

    /// Where the next datagram begins.
    pub(crate) fn begin(&self) -> usize {
        self.ends.last().copied().unwrap_or(0)
    }

    /// Ends a datagram that was written behind the others.
    pub(crate) fn end(&mut self) {
        self.ends.push(self.bytes.len());
    }

    /// Takes back what was written since the last end.
    pub(crate) fn take_back(&mut self) {
        self.bytes.truncate(self.begin());
    }

    pub(crate) fn count(&self) -> usize {
        self.ends.len()
    }

    /// Hands on runs of datagrams: those of a run have one length, but the last may be shorter.
    fn send(&self, transport: Transport, send: &mut impl FnMut(Transmit<'_>)) {
        let mut from = 0;
        let mut run: Option<(usize, usize)> = None;
        let mut emit = |begin: usize, end: usize, segment: usize| {
            if let Some(contents) = self.bytes.get(begin..end) {
                send(Transmit {
                    transport,
                    contents,
                    segment,
                });
            }
        };
        for end in self.ends.iter().copied() {
            let length = end - from;
            run = match run {
                Some((begin, segment)) if length == segment => Some((begin, segment)),
                Some((begin, segment)) if length < segment => {
                    emit(begin, end, segment);
                    None
                }
                Some((begin, segment)) => {
                    emit(begin, from, segment);
                    Some((from, length))
                }
                None => Some((from, length)),
            };
            from = end;
        }
        if let Some((begin, segment)) = run {
            emit(begin, from, segment);
        }
    }
}

impl Sfu {
    /// Hands on all that is to be sent, and arms the timers. To be called once per turn, when all
    /// that came has been handed in.
    pub fn drain(&mut self, mut send: impl FnMut(Transmit<'_>)) {
        self.shake_hands();
        loop {
            for (transport, datagram) in self.signals.drain(..) {
                send(Transmit {
                    transport,
                    contents: &datagram,
                    segment: datagram.len(),
                });
            }
            let Some(place) = self.dirty.pop() else {
                break;
            };
            let now = Moment::new(self.began, self.now);
            let Some(peer) = self.members.peer_at_mut(place) else {
                continue;
            };
            if !std::mem::take(&mut peer.dirty) {
                continue;
            }
            self.compose(place, now);
            if let Some(way) = self.members.peer_at(place).and_then(|peer| peer.way) {
                self.outbox.send(way, &mut send);
            }
            self.arm(place);
        }
    }

    /// Writes all that waits for one peer into the outbox.
    fn compose(&mut self, place: Place, now: Moment) {
        let Self {
            members,
            outbox,
            lost,
            limits,
            totals,
            ..
        } = self;
        outbox.clear();
        let Some(peer) = members.peer_at_mut(place) else {
            return;
        };
        let mut queue = std::mem::take(&mut peer.queue);
        for queued in queue.drain(..) {
            let Some((peer, Some(publisher))) = members.with_peer(place, queued.from.publisher)
            else {
                continue;
            };
            let layers = &publisher.track(queued.from.source).layers;
            let ring = layers
                .get(usize::from(queued.from.layer))
                .map(|layer| &layer.ring);
            let stored = ring.and_then(|ring| ring.get(queued.from.id));
            let before = ring
                .filter(|_| !queued.from.source.is_video())
                .and_then(|ring| ring.get(queued.from.id.checked_sub(1)?));
            let Peer {
                session: Some(session),
                slots,
                stats,
                ..
            } = peer
            else {
                continue;
            };
            let stream = slots
                .get_mut(queued.slot)
                .and_then(|slot| slot.stream(queued.from.source));
            let (Some(stored), Some(stream)) = (stored, stream) else {
                continue;
            };
            let written = if queued.again {
                write_again(session, stream, outbox, &queued, stored, now)
            } else {
                write_media(
                    session,
                    stream,
                    outbox,
                    &queued,
                    (stored, before),
                    limits,
                    now,
                )
            };
            match written {
                Ok(bytes) if queued.again => {
                    totals.retransmitted += 1;
                    totals.repair_bytes += bytes as u64;
                }
                Ok(_) => {
                    stats.media_out += 1;
                    totals.media_out += 1;
                }
                Err(NotWritten) => outbox.take_back(),
            }
        }
        let Some(peer) = members.peer_at_mut(place) else {
            return;
        };
        // The memory serves again.
        peer.queue = queue;
        // Behind the media: what is shorter than the last of them leaves in the same send.
        control::write(peer, outbox, lost, now, totals);
        totals.repair_bytes += probe(peer, outbox, now);
        peer.meter_out.add(now.at, outbox.bytes.len());
        peer.stats.packets_out += outbox.count() as u64;
        peer.stats.bytes_out += outbox.bytes.len() as u64;
        totals.packets_out += outbox.count() as u64;
        totals.bytes_out += outbox.bytes.len() as u64;
    }
}

/// A packet was left out.
struct NotWritten;

/// Writes and seals a packet of media, with the one before it where that helps; returns its bytes.
fn write_media(
    session: &mut Session,
    stream: &mut OutStream,
    outbox: &mut Outbox,
    queued: &Queued,
    (stored, before): (&Stored, Option<&Stored>),
    limits: &Limits,
    now: Moment,
) -> Result<usize, NotWritten> {
    let line = &stream.line;
    let numbers = &queued.numbers;
    let repeated = before.filter(|before| session.is_lossy(now.at) && before.precedes(stored));
    let red = line.red.zip(repeated);
    let repeats = red.map_or(0, |(_, before)| before.payload.len());
    let bytes = HEADER_BYTES + stored.payload.len() + repeats + session.sender.overhead();
    let twice = !queued.from.source.is_video() && line.red.is_none() && session.is_lossy(now.at);
    if twice && !stream.copy.is_empty() {
        // What is sent a second time is the same datagram: whoever has it drops the copy as a
        // replay (RFC 3711 section 3.3.2).
        outbox.bytes.extend_from_slice(&stream.copy);
        outbox.end();
        stream.meter.add(now.at, stream.copy.len());
    }
    let values = ExtensionValues {
        // The SSRC is in the answer; the mid is for receivers that have not found the stream yet.
        mid: stream.reported.is_none().then_some(line.mid),
        // Of what is sent twice, nobody could tell which of the two arrived.
        transport_cc: (!twice).then(|| session.cc.on_sent(now.at, bytes, SentKind::Media)),
        audio_level: stored.packet.level,
        orientation: stored.packet.orientation,
        ..ExtensionValues::default()
    };
    let header = NewHeader {
        marker: numbers.marker,
        payload_type: red.map_or(line.pt, |(red, _)| red),
        sequence: numbers.seq as u16,
        timestamp: numbers.timestamp,
        ssrc: line.ssrc,
    };
    let start = outbox.begin();
    let header_len = write_header(&mut outbox.bytes, &header, &line.ids, &values);
    if let Some((_, before)) = red {
        let offset = before.ticks_to(stored);
        red::write(&mut outbox.bytes, line.pt, offset, &before.payload);
    }
    outbox.bytes.extend_from_slice(&stored.payload);
    if let Some(payload) = outbox.bytes.get_mut(start + header_len..) {
        numbers.patch.apply(payload);
    }
    seal(session, outbox, header_len, numbers.seq)?;
    stream.copy.clear();
    if twice && let Some(datagram) = outbox.bytes.get(start..) {
        stream.copy.extend_from_slice(datagram);
    }
    if stream.line.rtx.is_some() {
        let most = limits.resend_video_packets as usize;
        stream
            .history
            .note(numbers, queued.from, now.ms, most, limits.resend_ms);
    }
    stream.books.packets = stream.books.packets.wrapping_add(1);
    let payload = stored.payload.len() as u32;
    stream.books.bytes = stream.books.bytes.wrapping_add(payload);
    stream.books.fresh = true;
    stream.meter.add(now.at, bytes);
    session.earn(bytes, limits.resend_percent);
    Ok(bytes)
}

/// Writes and seals a packet that was sent before, as RFC 4588 section 4 has it; returns its bytes.
fn write_again(
    session: &mut Session,
    stream: &mut OutStream,
    outbox: &mut Outbox,
    queued: &Queued,
    stored: &Stored,
    now: Moment,
) -> Result<usize, NotWritten> {
    let Some((ssrc, payload_type)) = stream.line.rtx else {
        return Err(NotWritten);
    };
    let numbers = &queued.numbers;
    let bytes = HEADER_BYTES + 2 + stored.payload.len() + session.sender.overhead();
    if !session.spend(bytes) {
        return Err(NotWritten);
    }
    let seq = stream.rtx_seq;
    stream.rtx_seq += 1;
    let values = ExtensionValues {
        // Reports speak of the media alone, and a receiver that has not found the repairs yet
        // drops them.
        mid: Some(stream.line.mid),
        transport_cc: Some(session.cc.on_sent(now.at, bytes, SentKind::Repair)),
        orientation: stored.packet.orientation,
        ..ExtensionValues::default()
    };
    let header = NewHeader {
        marker: numbers.marker,
        payload_type,
        sequence: seq as u16,
        timestamp: numbers.timestamp,
        ssrc,
    };
    let start = outbox.begin();
    let header_len = write_header(&mut outbox.bytes, &header, &stream.line.ids, &values);
    let original = numbers.seq as u16;
    outbox.bytes.extend_from_slice(&original.to_be_bytes());
    outbox.bytes.extend_from_slice(&stored.payload);
    if let Some(payload) = outbox.bytes.get_mut(start + header_len + 2..) {
        numbers.patch.apply(payload);
    }
    seal(session, outbox, header_len, seq)?;
    stream.retransmitted += 1;
    stream.meter.add(now.at, bytes);
    Ok(bytes)
}

/// Sends padding where congestion control wants to know whether the way carries more; returns its
/// bytes. Padding goes by a stream of repairs, whose gaps nobody misses.
fn probe(peer: &mut Peer, outbox: &mut Outbox, now: Moment) -> u64 {
    let Some(session) = peer.session.as_deref_mut() else {
        return 0;
    };
    let mut streams = peer.slots.iter_mut().filter_map(|(_, slot)| {
        let stream = slot.video.as_mut()?;
        Some((stream.line.rtx?, stream))
    });
    let Some(((ssrc, payload_type), stream)) = streams.next() else {
        return 0;
    };
    let each = HEADER_BYTES + PADDING.len() + session.sender.overhead();
    let mut sent = 0;
    while let CcAction::Probe { bytes, .. } = session.cc.poll(now.at) {
        for _ in 0..bytes.div_ceil(each) {
            if sent == MOST_PROBES {
                return (sent * each) as u64;
            }
            sent += 1;
            let seq = stream.rtx_seq;
            stream.rtx_seq += 1;
            let values = ExtensionValues {
                mid: stream.reported.is_none().then_some(stream.line.mid),
                transport_cc: Some(session.cc.on_sent(now.at, each, SentKind::Probe)),
                ..ExtensionValues::default()
            };
            let header = NewHeader {
                marker: false,
                payload_type,
                sequence: seq as u16,
                timestamp: stream.books.point.map_or(1, |point| point.timestamp),
                ssrc,
            };
            let start = outbox.begin();
            let header_len = write_header(&mut outbox.bytes, &header, &stream.line.ids, &values);
            if let Some(first) = outbox.bytes.get_mut(start) {
                *first |= PADDED;
            }
            outbox.bytes.extend_from_slice(&PADDING);
            if seal(session, outbox, header_len, seq).is_err() {
                outbox.take_back();
                return (sent * each) as u64;
            }
        }
    }
    (sent * each) as u64
}

/// Seals the datagram that was just written and ends it.
fn seal(
    session: &mut Session,
    outbox: &mut Outbox,
    header_len: usize,
    seq: u64,
) -> Result<(), NotWritten> {
    let start = outbox.begin();
    let sealed = session
        .sender
        .seal_rtp(&mut outbox.bytes, start, header_len, seq);
    if let Err(error) = sealed {
        tracing::debug!(%error, "a packet could not be sealed");
        return Err(NotWritten);
    }
    outbox.end();
    Ok(())
}
