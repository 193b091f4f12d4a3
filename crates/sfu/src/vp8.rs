//! The numbers inside VP8 payloads (RFC 7741 section 4.2) of one outgoing stream that is fed by
//! changing sources: a decoder that sees the picture id or TL0PICIDX jump takes frames for lost.

use str0m::rtp::{Vp8Descriptor, Vp8Patch};

/// What a packet's payload says that forwarding needs.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Vp8Packet {
    descriptor: Vp8Descriptor,
    /// Whether the picture id has 15 bits rather than 7.
    wide: bool,
    /// Whether a key frame begins with this packet.
    pub(crate) starts_key_frame: bool,
    /// Width and height in pixels, where a key frame begins.
    pub(crate) size: Option<(u16, u16)>,
}

impl Vp8Packet {
    /// Reads a payload; `None` where it is not VP8 (padding, say).
    pub(crate) fn parse(payload: &[u8]) -> Option<Self> {
        let descriptor = Vp8Descriptor::parse(payload).ok()?;
        let wide = payload.get(2).is_some_and(|byte| byte & 0x80 != 0);
        let starts_key_frame = descriptor.starts_keyframe(payload);
        let size = starts_key_frame.then(|| key_frame_size(payload)).flatten();
        Some(Self {
            descriptor,
            wide,
            starts_key_frame,
            size,
        })
    }
}

/// The size in a key frame's header (RFC 6386 section 9.1): after the three-byte frame tag come
/// the start code and 14 bits each of width and height.
fn key_frame_size(payload: &[u8]) -> Option<(u16, u16)> {
    // The descriptor is at most six bytes long and the frame tag three.
    let begin = (1..10).find(|at| payload.get(at + 3..at + 6) == Some(&[0x9d, 0x01, 0x2a]))?;
    let width = u16::from_le_bytes([*payload.get(begin + 6)?, *payload.get(begin + 7)?]);
    let height = u16::from_le_bytes([*payload.get(begin + 8)?, *payload.get(begin + 9)?]);
    Some((width & 0x3fff, height & 0x3fff))
}

/// Maps picture ids and TL0PICIDX of sources to those of one stream.
#[derive(Debug, Default)]
pub(crate) struct Vp8Rewriter {
    picture: Counter,
    tl0: Counter,
}

impl Vp8Rewriter {
    /// Begins a segment with the next packet, which starts a key frame.
    pub(crate) fn start(&mut self) {
        self.picture.offset = None;
        self.tl0.offset = None;
    }

    /// The patch for a packet of the segment.
    pub(crate) fn patch(&mut self, packet: &Vp8Packet) -> Option<Vp8Patch> {
        let mut patch = packet.descriptor.patch();
        if let Some(id) = packet.descriptor.picture_id() {
            let mask = if packet.wide { 0x7fff } else { 0x7f };
            patch = patch.picture_id(self.picture.map(id, mask));
        }
        if let Some(index) = packet.descriptor.tl0_pic_idx() {
            patch = patch.tl0_pic_idx(self.tl0.map(u16::from(index), 0xff) as u8);
        }
        patch.build().ok()
    }
}

/// A counter of `mask` + 1 values that goes on where it was when its source changes.
#[derive(Debug, Default)]
struct Counter {
    /// The newest value given out.
    newest: Option<u16>,
    /// What is added to the source's values during this segment.
    offset: Option<u16>,
}

impl Counter {
    fn map(&mut self, value: u16, mask: u16) -> u16 {
        let offset = match (self.offset, self.newest) {
            (Some(offset), _) => offset,
            (None, Some(newest)) => newest.wrapping_add(1).wrapping_sub(value),
            (None, None) => 0,
        };
        self.offset = Some(offset);
        let out = value.wrapping_add(offset) & mask;
        // A late packet of an earlier picture must not turn the newest back.
        let ahead = out.wrapping_sub(self.newest.unwrap_or(out)) & mask;
        if self.newest.is_none() || ahead <= mask / 2 {
            self.newest = Some(out);
        }
        out
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_key_frame_tells_its_size() {
        let payload = [
            0x90, 0x80, 0x92, 0x34, 0x50, 0x01, 0x00, 0x9d, 0x01, 0x2a, 0x80, 0x02, 0x68, 0x41, 0,
        ];
        let packet = Vp8Packet::parse(&payload).unwrap();
        assert!(packet.starts_key_frame);
        assert_eq!(packet.size, Some((640, 360)));
    }

    #[test]
    fn garbage_is_not_vp8() {
        assert!(Vp8Packet::parse(&[]).is_none());
        assert!(Vp8Packet::parse(&[0x90, 0x80]).is_none());
    }

    proptest! {
        #[test]
        fn no_payload_makes_the_reader_panic(payload: Vec<u8>) {
            let mut rewriter = Vp8Rewriter::default();
            if let Some(packet) = Vp8Packet::parse(&payload) {
                rewriter.patch(&packet);
            }
        }

        #[test]
        fn counters_go_on_by_one_where_the_source_changes(
            segments in prop::collection::vec((0_u16..0x8000, 1_u16..200), 1..20),
        ) {
            let mut counter = Counter::default();
            let mut newest: Option<u16> = None;
            for (first, pictures) in segments {
                counter.offset = None;
                for step in 0..pictures {
                    let out = counter.map((first + step) & 0x7fff, 0x7fff);
                    if let Some(newest) = newest {
                        prop_assert_eq!(out, (newest + 1) & 0x7fff);
                    }
                    newest = Some(out);
                }
            }
        }

        #[test]
        fn a_late_picture_keeps_its_place(first in 0_u16..0x8000, back in 1_u16..50) {
            let mut counter = Counter::default();
            counter.map(5, 0x7fff);
            counter.offset = None;
            let newest = counter.map(first, 0x7fff);
            let late = counter.map(first.wrapping_sub(back) & 0x7fff, 0x7fff);
            prop_assert_eq!(late, newest.wrapping_sub(back) & 0x7fff);
            prop_assert_eq!(counter.newest, Some(newest));
        }
    }
}
