//! Media that tells on itself: every packet carries who made it, of which layer and frame, and
//! when it was captured; and a receiver that checks what a decoder needs.

use std::time::Duration;

/// Ends every payload that a client sends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Label {
    pub(crate) publisher: u8,
    pub(crate) layer: u8,
    pub(crate) frame: u32,
    /// The packet's place in its frame, and how many there are.
    pub(crate) part: u8,
    pub(crate) parts: u8,
    pub(crate) key: bool,
    /// Since the world began.
    pub(crate) captured: Duration,
}

const LABEL_BYTES: usize = 17;

impl Label {
    fn write(self, to: &mut Vec<u8>) {
        to.extend([self.publisher, self.layer]);
        to.extend(self.frame.to_be_bytes());
        to.extend([self.part, self.parts, u8::from(self.key)]);
        to.extend((self.captured.as_micros() as u64).to_be_bytes());
    }

    pub(crate) fn read(payload: &[u8]) -> Self {
        let label = &payload[payload.len() - LABEL_BYTES..];
        Self {
            publisher: label[0],
            layer: label[1],
            frame: u32::from_be_bytes(label[2..6].try_into().unwrap()),
            part: label[6],
            parts: label[7],
            key: label[8] != 0,
            captured: Duration::from_micros(u64::from_be_bytes(label[9..17].try_into().unwrap())),
        }
    }
}

/// A packet of sound.
pub(crate) fn sound(label: Label) -> Vec<u8> {
    let mut payload = vec![0x78; 40];
    label.write(&mut payload);
    payload
}

/// The sizes of a camera's layers.
pub(crate) const SIZES: [(u16, u16); 3] = [(320, 180), (640, 360), (1280, 720)];

/// How the frames of a layer are cut into packets.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Shape {
    pub(crate) parts: u8,
    /// The parts of a key frame.
    pub(crate) key_parts: u8,
    /// Bytes of picture in each part.
    pub(crate) bytes: usize,
}

impl Shape {
    /// Little to carry for a test: a packet a frame, and a few for a key frame.
    pub(crate) fn small(layer: u8) -> Self {
        Self {
            parts: 1,
            key_parts: 2 + layer,
            bytes: 700,
        }
    }
}

/// A packet of a VP8 picture (RFC 7741) with picture id, TL0PICIDX and TID, and so many bytes of
/// picture.
pub(crate) fn picture(label: Label, picture_id: u16, tl0: u8, bytes: usize) -> Vec<u8> {
    let first = label.part == 0;
    let mut payload = vec![
        if first { 0x90 } else { 0x80 },
        0xe0,
        0x80 | (picture_id >> 8) as u8,
        picture_id as u8,
        tl0,
        0x00,
    ];
    if first {
        payload.extend([u8::from(!label.key), 0, 0]);
        if label.key {
            let (width, height) = SIZES[usize::from(label.layer)];
            payload.extend([0x9d, 0x01, 0x2a]);
            payload.extend(width.to_le_bytes());
            payload.extend(height.to_le_bytes());
        }
    }
    payload.extend(vec![0x55; bytes]);
    label.write(&mut payload);
    payload
}

/// A packet as a client received it.
#[derive(Clone, Debug)]
pub(crate) struct Received {
    pub(crate) at: Duration,
    pub(crate) seq: u64,
    pub(crate) timestamp: u32,
    pub(crate) marker: bool,
    pub(crate) label: Label,
    pub(crate) payload: Vec<u8>,
}

/// A frame that a decoder could show.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Frame {
    pub(crate) at: Duration,
    pub(crate) label: Label,
    pub(crate) timestamp: u32,
}

/// Plays a slot's picture and panics where a decoder would stumble: a gap in sequence numbers, a
/// picture id or timestamp that does not follow, a delta frame without the frame before it.
pub(crate) fn decode(packets: &[Received]) -> Vec<Frame> {
    let mut packets: Vec<_> = packets.iter().collect();
    packets.sort_by_key(|packet| packet.seq);
    let mut frames: Vec<Frame> = Vec::new();
    let mut shown: Option<(Label, u16, u8)> = None;
    for pair in packets.windows(2) {
        assert_eq!(
            pair[0].seq + 1,
            pair[1].seq,
            "gap before {:?}",
            pair[1].label
        );
    }
    let mut at = 0;
    while at < packets.len() {
        let first = packets[at];
        let parts = usize::from(first.label.parts);
        let Some(frame) = packets.get(at..at + parts) else {
            // The last frame may still be on its way.
            break;
        };
        let id = picture_id(&first.payload);
        let tl0 = first.payload[4];
        // A frame may be cut off where another layer or person begins: nothing refers to it.
        let cut = frame.iter().skip(1).position(|packet| {
            packet.label.key && packet.label.part == 0 && packet.timestamp != first.timestamp
        });
        if let Some(cut) = cut {
            shown = shown.map(|(label, ..)| (label, id, tl0));
            at += cut + 1;
            continue;
        }
        for (part, packet) in frame.iter().enumerate() {
            assert_eq!(usize::from(packet.label.part), part, "in {:?}", first.label);
            assert_eq!(
                packet.label.frame, first.label.frame,
                "in {:?}",
                first.label
            );
            assert_eq!(packet.timestamp, first.timestamp, "in {:?}", first.label);
            assert_eq!(picture_id(&packet.payload), id, "in {:?}", first.label);
            assert_eq!(packet.marker, part + 1 == parts, "in {:?}", first.label);
        }
        if let Some((before, before_id, before_tl0)) = shown {
            assert_eq!(
                id,
                (before_id + 1) & 0x7fff,
                "picture id of {:?}",
                first.label
            );
            assert_eq!(
                tl0,
                before_tl0.wrapping_add(1),
                "TL0PICIDX of {:?}",
                first.label
            );
            let ahead = first
                .timestamp
                .wrapping_sub(frames.last().unwrap().timestamp) as i32;
            assert!(ahead > 0, "the time goes back at {:?}", first.label);
            let follows = before.publisher == first.label.publisher
                && before.layer == first.label.layer
                && before.frame + 1 == first.label.frame;
            assert!(
                first.label.key || follows,
                "{:?} after {before:?}",
                first.label
            );
        } else {
            assert!(first.label.key, "begins with {:?}", first.label);
        }
        shown = Some((first.label, id, tl0));
        frames.push(Frame {
            at: frame.iter().map(|packet| packet.at).max().unwrap(),
            label: first.label,
            timestamp: first.timestamp,
        });
        at += parts;
    }
    frames
}

fn picture_id(payload: &[u8]) -> u16 {
    u16::from_be_bytes([payload[2] & 0x7f, payload[3]])
}
