//! The numbers inside VP8 payloads (RFC 7741 section 4.2) of one outgoing stream that is fed by
//! changing sources: a decoder that sees the picture id or TL0PICIDX jump takes frames for lost.

/// What a packet's payload says that forwarding needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Vp8Packet {
    picture_id: Option<PictureId>,
    /// Where TL0PICIDX lies, and its value.
    tl0: Option<(u8, u8)>,
    /// Whether a key frame begins with this packet.
    pub(crate) starts_key_frame: bool,
    /// Width and height in pixels, where a key frame begins.
    pub(crate) size: Option<(u16, u16)>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct PictureId {
    /// Where it lies in the payload.
    at: u8,
    /// Whether it has 15 bits rather than 7.
    wide: bool,
    value: u16,
}

impl Vp8Packet {
    /// Reads a payload; `None` where it is not VP8 (padding, say).
    pub(crate) fn parse(payload: &[u8]) -> Option<Self> {
        let first = *payload.first()?;
        let mut at = 1_u8;
        let mut next = || {
            let byte = payload.get(usize::from(at)).copied();
            at += 1;
            byte.map(|byte| (at - 1, byte))
        };
        let (mut picture_id, mut tl0) = (None, None);
        if first & 0x80 != 0 {
            let (_, flags) = next()?;
            if flags & 0x80 != 0 {
                let (at, high) = next()?;
                let wide = high & 0x80 != 0;
                let mut value = u16::from(high & 0x7f);
                if wide {
                    value = value << 8 | u16::from(next()?.1);
                }
                picture_id = Some(PictureId { at, wide, value });
            }
            if flags & 0x40 != 0 {
                tl0 = Some(next()?);
            }
            if flags & 0x30 != 0 {
                next()?;
            }
        }
        let (_, tag) = next()?;
        // The first packet of the first partition; the lowest bit of the frame tag is 0 for a key
        // frame (RFC 6386 section 9.1).
        let starts_key_frame = first & 0x17 == 0x10 && tag & 1 == 0;
        let size = starts_key_frame.then(|| key_frame_size(payload)).flatten();
        Some(Self {
            picture_id,
            tl0,
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

    /// The numbers for a packet of the segment.
    pub(crate) fn patch(&mut self, packet: &Vp8Packet) -> Vp8Patch {
        let picture_id = packet.picture_id.map(|id| {
            let mask = if id.wide { 0x7fff } else { 0x7f };
            let value = self.picture.map(id.value, mask);
            PictureId { value, ..id }
        });
        let tl0 = packet.tl0.map(|(at, index)| {
            let value = self.tl0.map(u16::from(index), 0xff);
            (at, value as u8)
        });
        Vp8Patch { picture_id, tl0 }
    }
}

/// What is written over the numbers of a payload.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Vp8Patch {
    picture_id: Option<PictureId>,
    tl0: Option<(u8, u8)>,
}

impl Vp8Patch {
    /// Writes the numbers into a copy of the payload that they were read from.
    pub(crate) fn apply(&self, payload: &mut [u8]) {
        if let Some(PictureId { at, wide, value }) = self.picture_id {
            let at = usize::from(at);
            let [high, low] = value.to_be_bytes();
            if wide {
                if let Some([first, second]) = payload.get_mut(at..at + 2) {
                    (*first, *second) = (high | 0x80, low);
                }
            } else if let Some(byte) = payload.get_mut(at) {
                *byte = low & 0x7f;
            }
        }
        if let Some((at, value)) = self.tl0
            && let Some(byte) = payload.get_mut(usize::from(at))
        {
            *byte = value;
        }
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
    fn a_patch_changes_the_numbers_alone() {
        let first = [0x90, 0xe0, 0x80, 0x05, 0x07, 0x00, 0x01, 0xaa];
        let second = [0x90, 0xe0, 0xff, 0xff, 0xff, 0x00, 0x01, 0xaa];
        let mut rewriter = Vp8Rewriter::default();
        rewriter.patch(&Vp8Packet::parse(&first).unwrap());
        rewriter.start();
        let mut payload = second;
        let patch = rewriter.patch(&Vp8Packet::parse(&second).unwrap());
        patch.apply(&mut payload);
        assert_eq!(payload, [0x90, 0xe0, 0x80, 0x06, 0x08, 0x00, 0x01, 0xaa]);
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
                let mut copy = payload.clone();
                rewriter.patch(&packet).apply(&mut copy);
                let again = Vp8Packet::parse(&copy).unwrap();
                prop_assert_eq!(again.starts_key_frame, packet.starts_key_frame);
                prop_assert_eq!(copy.len(), payload.len());
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
