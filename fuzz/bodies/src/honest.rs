//! Packets as a browser sends them, which fuzzing begins with.

use zoom_rtp::{AudioLevel, ExtensionIds, ExtensionValues, NewHeader, Tag, write_header};

/// The ids of header extensions in the guests' offer, as Chromium gives them.
pub const IDS: ExtensionIds = ExtensionIds {
    mid: Some(4),
    rid: Some(10),
    repaired_rid: Some(11),
    transport_cc: Some(3),
    audio_level: Some(1),
    orientation: Some(13),
};

/// The beginning of a key frame of VP8 (RFC 7741 section 4.2, RFC 6386 section 9.1).
pub const KEY_FRAME: [u8; 16] = [
    0x90, 0xe0, 0x92, 0x34, 0x50, 0x20, 0x10, 0x02, 0x00, 0x9d, 0x01, 0x2a, 0x80, 0x02, 0x68, 0x01,
];

/// A packet of the microphone, whose m-line has the mid 0.
#[must_use]
pub fn opus(sequence: u16) -> Vec<u8> {
    packet(111, sequence, 210_032_241, "0", None, &[0xfc; 40])
}

/// The same with the packet before it once more (RFC 2198).
#[must_use]
pub fn red(sequence: u16) -> Vec<u8> {
    let payload = [&[0x80 | 111, 0x0f, 0x00, 40, 111][..], &[0xfc; 80]].concat();
    packet(63, sequence, 210_032_241, "0", None, &payload)
}

/// A key frame of the camera in one packet, whose m-line has the mid 1.
#[must_use]
pub fn vp8(sequence: u16, rid: &str) -> Vec<u8> {
    let ssrc = rid.bytes().map(u32::from).sum();
    packet(96, sequence, ssrc, "1", Some(rid), &KEY_FRAME)
}

fn packet(
    payload_type: u8,
    sequence: u16,
    ssrc: u32,
    mid: &str,
    rid: Option<&str>,
    payload: &[u8],
) -> Vec<u8> {
    let mut packet = Vec::new();
    let header = NewHeader {
        marker: true,
        payload_type,
        sequence,
        timestamp: u32::from(sequence) * 3_000,
        ssrc,
    };
    let values = ExtensionValues {
        mid: Tag::new(mid),
        rid: rid.and_then(Tag::new),
        transport_cc: Some(sequence),
        audio_level: rid.is_none().then_some(AudioLevel {
            voice: true,
            level_dbov: -30,
        }),
        ..ExtensionValues::default()
    };
    write_header(&mut packet, &header, &IDS, &values);
    packet.extend(payload);
    packet
}
