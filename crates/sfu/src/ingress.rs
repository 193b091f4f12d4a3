//! What a peer's media brings: opened, placed, and taken for forwarding.

use zoom_protocol::Source;
use zoom_rtp::{AudioLevel, RtpHeader, is_rtcp, srtp::SrtpError};

use crate::{Sfu, incoming::Payload, members::Place, peer::Peer, red::Red};

/// A packet of media, by itself or repaired.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Arrived {
    pub(crate) source: Source,
    pub(crate) layer: usize,
    pub(crate) ssrc: u32,
    /// The extended sequence number.
    pub(crate) seq: u64,
    pub(crate) timestamp: u32,
    pub(crate) marker: bool,
    pub(crate) level: Option<AudioLevel>,
    pub(crate) orientation: Option<u8>,
    /// Whether the stream took the place of an earlier one.
    pub(crate) replaced: bool,
}

impl Sfu {
    /// Takes an RTP or RTCP datagram from an address of the peer at `place`.
    pub(crate) fn media_in(&mut self, place: Place, datagram: &[u8]) {
        if is_rtcp(datagram) {
            if self.open_control(place, datagram) {
                self.control_in(place);
            }
        } else if let Some((arrived, payload)) = self.open_media(place, datagram) {
            if payload == Payload::Red {
                self.redundant_in(place, &arrived);
            } else {
                self.packet_in(place, &arrived);
            }
        }
        self.arm(place);
    }

    /// Takes a packet that repeats earlier ones: those of them that never came, then itself.
    fn redundant_in(&mut self, place: Place, arrived: &Arrived) {
        let Some(red) = Red::read(&self.payload) else {
            return;
        };
        let whole = std::mem::take(&mut self.payload);
        let earlier = red.earlier();
        for (at, block) in earlier.iter().enumerate() {
            let back = (earlier.len() - at) as u64;
            let Some(seq) = arrived.seq.checked_sub(back) else {
                continue;
            };
            let Some(bytes) = whole.get(block.begin..block.end) else {
                continue;
            };
            if bytes.is_empty() || !self.is_first(place, arrived.ssrc, seq) {
                continue;
            }
            self.payload.clear();
            self.payload.extend_from_slice(bytes);
            let recovered = Arrived {
                seq,
                timestamp: arrived.timestamp.wrapping_sub(block.offset),
                marker: false,
                replaced: false,
                ..*arrived
            };
            self.packet_in(place, &recovered);
        }
        self.payload.clear();
        let primary = whole.get(red.primary..).unwrap_or_default();
        self.payload.extend_from_slice(primary);
        self.packet_in(place, arrived);
        // The larger buffer serves for the next packet.
        if self.payload.capacity() < whole.capacity() {
            self.payload = whole;
        }
    }

    /// Notes a packet of a stream; returns whether it is the first time.
    fn is_first(&mut self, place: Place, ssrc: u32, seq: u64) -> bool {
        let Some(session) = self.session_mut(place) else {
            return false;
        };
        let found = session.streams.find(ssrc);
        let stream = found.and_then(|at| session.streams.at_mut(at));
        stream.is_some_and(|stream| stream.window.note(seq))
    }

    fn open_control(&mut self, place: Place, datagram: &[u8]) -> bool {
        let now = self.now;
        let Some(peer) = self.members.peer_at_mut(place) else {
            return false;
        };
        let Some(session) = peer.session.as_deref_mut() else {
            return false;
        };
        match session.receiver.open_rtcp(datagram, &mut self.plain) {
            Ok(()) => {
                heard(peer, datagram, now);
                true
            }
            Err(error) => {
                self.not_opened(error);
                false
            }
        }
    }

    /// Opens a packet into `self.payload`.
    fn open_media(&mut self, place: Place, datagram: &[u8]) -> Option<(Arrived, Payload)> {
        let now = self.now;
        let Some(header) = RtpHeader::parse(datagram) else {
            self.stats.dropped_garbage += 1;
            return None;
        };
        let peer = self.members.peer_at_mut(place)?;
        let session = peer.session.as_deref_mut()?;
        let opened = session
            .receiver
            .open_rtp(&header, datagram, &mut self.payload);
        let index = match opened {
            Ok(opened) => opened.index,
            Err(error) => {
                self.not_opened(error);
                return None;
            }
        };
        heard(peer, datagram, now);
        let session = peer.session.as_deref_mut()?;
        let values = peer.inputs.ids.read(header.extensions(datagram));
        if let Some(sequence) = values.transport_cc {
            session.feedback.on_packet(sequence, now);
        }
        let unpadded = header.unpad(&self.payload)?.len();
        self.payload.truncate(unpadded);
        let kind = peer.inputs.payload(header.payload_type)?;
        let (at, replaced) = session
            .streams
            .place(&peer.inputs, &header, &values, kind)?;
        let stream = session.streams.at_mut(at)?;
        stream.stats.on_packet(index, header.timestamp, now);
        stream.fresh = true;
        let (source, layer, repairs) = (stream.source, stream.layer, stream.repairs);
        if repairs != (kind == Payload::Rtx) {
            return None;
        }
        let mut arrived = Arrived {
            source,
            layer,
            ssrc: header.ssrc,
            seq: index,
            timestamp: header.timestamp,
            marker: header.marker,
            level: values.audio_level,
            orientation: values.orientation,
            replaced,
        };
        let stream = if repairs {
            // RFC 4588 section 4: the original sequence number comes first. Padding that a browser
            // probes with has none.
            let original = *self.payload.first_chunk::<2>()?;
            self.payload.drain(..original.len());
            let at = session.streams.repaired(source, layer)?;
            let stream = session.streams.at_mut(at)?;
            arrived.ssrc = stream.ssrc;
            arrived.seq = stream.window.extend(u16::from_be_bytes(original))?;
            stream
        } else {
            stream
        };
        // It may have come by itself and by repair.
        if !stream.window.note(arrived.seq) {
            return None;
        }
        if let Some(nack) = &mut stream.nack {
            let answer = if repairs {
                nack.on_answer(arrived.seq, now)
            } else {
                nack.on_packet(arrived.seq, now);
                None
            };
            if let Some(time) = answer {
                session.round_trip.on_answer(now, time);
            }
        }
        Some((arrived, kind))
    }

    fn not_opened(&mut self, error: SrtpError) {
        match error {
            SrtpError::Replayed => self.totals.dropped_replayed += 1,
            SrtpError::TooManyStreams => self.stats.dropped_streams += 1,
            SrtpError::TooShort
            | SrtpError::NotAuthentic
            | SrtpError::UnencryptedRtcp
            | SrtpError::KeyMaterial
            | SrtpError::Exhausted => self.totals.dropped_unauthentic += 1,
            _ => {}
        }
    }
}

/// Notes that something came that only the peer could have sent.
fn heard(peer: &mut Peer, datagram: &[u8], now: std::time::Instant) {
    peer.heard_at = now;
    peer.meter_in.add(now, datagram.len());
}
