//! What a synthetic packet says about itself, and the codec headers around it.

use std::time::{SystemTime, UNIX_EPOCH};

use zoom_protocol::{ParticipantId, Source};

/// What a synthetic packet says about itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stamp {
    /// Who captured it.
    pub publisher: ParticipantId,
    /// From which source.
    pub source: Source,
    /// Which simulcast layer: 0 is the smallest.
    pub layer: u8,
    /// The number of the frame in its source; all layers of one picture have the same.
    pub frame: u32,
    /// Which packet of the frame, from 0.
    pub part: u16,
    /// How many packets the frame has.
    pub parts: u16,
    /// Whether the frame can be decoded without others; always so with sound.
    pub key: bool,
    /// When it was captured: microseconds since 1970-01-01T00:00:00Z, of the publisher's clock.
    pub captured_us: u64,
}

const MAGIC: [u8; 4] = *b"zoom";
/// Bytes of a stamp.
const BYTES: usize = 4 + 8 + 1 + 1 + 4 + 2 + 2 + 8;
/// An Opus packet of 20 ms, one frame, mono, CELT fullband (RFC 6716 section 3.1).
const OPUS_TOC: u8 = 0b1111_1000;
/// The start code of a VP8 key frame (RFC 6386 section 9.1).
const VP8_START: [u8; 3] = [0x9d, 0x01, 0x2a];

impl Stamp {
    /// An Opus packet with this stamp, `bytes` long or as long as it needs to be.
    pub fn opus(&self, bytes: usize) -> Vec<u8> {
        let mut packet = vec![OPUS_TOC];
        self.write(&mut packet);
        packet.resize(packet.len().max(bytes), 0);
        packet
    }

    /// A VP8 packet with this stamp: payload descriptor (RFC 7741 section 4.2) with a picture id
    /// of 15 bits and a TL0PICIDX, then on the first packet of a frame the frame's header with the
    /// picture's `size` in pixels. It is `bytes` long or as long as it needs to be.
    pub fn vp8(&self, size: (u16, u16), bytes: usize) -> Vec<u8> {
        let first = self.part == 0;
        let picture = (self.frame & 0x7fff) as u16;
        // X, S; then I, L, T.
        let mut packet = vec![0x80 | if first { 0x10 } else { 0 }, 0b1110_0000];
        packet.extend((picture | 0x8000).to_be_bytes());
        // TL0PICIDX: every frame is of the lowest temporal layer. TID 0.
        packet.extend([self.frame as u8, 0]);
        if first {
            // Show the frame; bit 0 is 0 for a key frame.
            packet.extend([0x10 | u8::from(!self.key), 0, 0]);
            if self.key {
                packet.extend(VP8_START);
                packet.extend(size.0.to_le_bytes());
                packet.extend(size.1.to_le_bytes());
            }
        }
        self.write(&mut packet);
        packet.resize(packet.len().max(bytes), 0);
        packet
    }

    /// Reads an Opus packet; `None` where there is no stamp.
    pub fn read_opus(packet: &[u8]) -> Option<Self> {
        Self::read(packet.get(1..)?, true)
    }

    /// Reads a VP8 packet, whatever the server has rewritten in its descriptor; `None` where there
    /// is no stamp.
    pub fn read_vp8(packet: &[u8]) -> Option<Self> {
        let first = *packet.first()?;
        let mut at = 1;
        if first & 0x80 != 0 {
            let flags = *packet.get(at)?;
            at += 1;
            if flags & 0x80 != 0 {
                at += if packet.get(at)? & 0x80 != 0 { 2 } else { 1 };
            }
            at += usize::from(flags & 0x40 != 0);
            at += usize::from(flags & 0x30 != 0);
        }
        let mut key = false;
        if first & 0x10 != 0 && first & 0x07 == 0 {
            key = packet.get(at)? & 1 == 0;
            at += if key { 10 } else { 3 };
        }
        Self::read(packet.get(at..)?, key)
    }

    fn write(&self, packet: &mut Vec<u8>) {
        packet.extend(MAGIC);
        packet.extend(self.publisher.0.to_be_bytes());
        packet.push(
            Source::ALL
                .iter()
                .position(|s| *s == self.source)
                .unwrap_or(0) as u8,
        );
        packet.push(self.layer);
        packet.extend(self.frame.to_be_bytes());
        packet.extend(self.part.to_be_bytes());
        packet.extend(self.parts.to_be_bytes());
        packet.extend(self.captured_us.to_be_bytes());
    }

    fn read(bytes: &[u8], key: bool) -> Option<Self> {
        let bytes: &[u8; BYTES] = bytes.first_chunk()?;
        let (magic, rest) = bytes.split_first_chunk::<4>()?;
        let (publisher, rest) = rest.split_first_chunk::<8>()?;
        let ([source, layer], rest) = rest.split_first_chunk::<2>()?;
        let (frame, rest) = rest.split_first_chunk::<4>()?;
        let (part, rest) = rest.split_first_chunk::<2>()?;
        let (parts, rest) = rest.split_first_chunk::<2>()?;
        let captured_us = rest.first_chunk::<8>()?;
        (*magic == MAGIC).then_some(())?;
        Some(Self {
            publisher: ParticipantId(u64::from_be_bytes(*publisher)),
            source: *Source::ALL.get(usize::from(*source))?,
            layer: *layer,
            frame: u32::from_be_bytes(*frame),
            part: u16::from_be_bytes(*part),
            parts: u16::from_be_bytes(*parts),
            key,
            captured_us: u64::from_be_bytes(*captured_us),
        })
    }
}

/// The clock of the stamps.
pub(super) fn unix_us() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    since.map_or(0, |since| since.as_micros() as u64)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stamp(part: u16, key: bool) -> Stamp {
        Stamp {
            publisher: ParticipantId(0x1234_5678_9abc_def0),
            source: Source::Camera,
            layer: 2,
            frame: 70_000,
            part,
            parts: 3,
            key,
            captured_us: 1_700_000_000_000_000,
        }
    }

    #[test]
    fn a_stamp_comes_out_of_its_packet_as_it_went_in() {
        for stamp in [stamp(0, true), stamp(0, false), stamp(1, false)] {
            let packet = stamp.vp8((1280, 720), 1_000);
            assert_eq!(packet.len(), 1_000);
            assert_eq!(Stamp::read_vp8(&packet), Some(stamp));
        }
        let packet = stamp(0, true).opus(0);
        assert_eq!(Stamp::read_opus(&packet), Some(stamp(0, true)));
    }

    #[test]
    fn what_is_no_stamp_is_none() {
        assert_eq!(Stamp::read_vp8(&[]), None);
        assert_eq!(Stamp::read_vp8(&[0x90; 100]), None);
        assert_eq!(Stamp::read_opus(&[0; 30]), None);
    }
}
