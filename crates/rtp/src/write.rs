//! Writing RTP headers (RFC 3550 section 5.1) with their extensions (RFC 8285).

use crate::extension::{ExtensionIds, ExtensionValues};
use crate::header::{EXTENSION_PREFIX, FIXED_HEADER, ONE_BYTE_PROFILE, TWO_BYTE_PROFILE};

/// The largest identifier that the one-byte form can carry (RFC 8285 section 4.2).
const LARGEST_ONE_BYTE_ID: u8 = 14;

/// Room for the longest header written here: six elements of at most 2 + 16 bytes.
const MOST_HEADER: usize = FIXED_HEADER + EXTENSION_PREFIX + 6 * 18;

/// What stands in the fixed part of a header that is to be written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NewHeader {
    /// The marker bit.
    pub marker: bool,
    /// The payload type, 0 to 127; a higher bit is left out.
    pub payload_type: u8,
    /// The sequence number.
    pub sequence: u16,
    /// The timestamp, in ticks of the payload's clock.
    pub timestamp: u32,
    /// The synchronisation source.
    pub ssrc: u32,
}

/// Appends a header to `to` and returns its length in bytes.
///
/// Of `values` those are written whose identifier was negotiated. The one-byte form is used unless
/// an identifier needs the two-byte form. A packet without a value has no extension.
pub fn write_header(
    to: &mut Vec<u8>,
    header: &NewHeader,
    ids: &ExtensionIds,
    values: &ExtensionValues,
) -> usize {
    let start = to.len();
    to.reserve(MOST_HEADER);
    let [s0, s1] = header.sequence.to_be_bytes();
    let [t0, t1, t2, t3] = header.timestamp.to_be_bytes();
    let [c0, c1, c2, c3] = header.ssrc.to_be_bytes();
    let second = header.payload_type & 0x7f | if header.marker { 0x80 } else { 0 };
    to.extend_from_slice(&[0x80, second, s0, s1, t0, t1, t2, t3, c0, c1, c2, c3]);

    let transport_cc = values.transport_cc.map(u16::to_be_bytes);
    let audio_level = values.audio_level.map(|level| [level.to_byte()]);
    let orientation = values.orientation.map(|byte| [byte]);
    let elements: [Option<(u8, &[u8])>; 6] = [
        element(
            ids.transport_cc,
            transport_cc.as_ref().map(<[u8; 2]>::as_slice),
        ),
        element(
            ids.audio_level,
            audio_level.as_ref().map(<[u8; 1]>::as_slice),
        ),
        element(
            ids.orientation,
            orientation.as_ref().map(<[u8; 1]>::as_slice),
        ),
        element(ids.mid, values.mid.as_ref().map(|tag| tag.as_bytes())),
        element(ids.rid, values.rid.as_ref().map(|tag| tag.as_bytes())),
        element(
            ids.repaired_rid,
            values.repaired_rid.as_ref().map(|tag| tag.as_bytes()),
        ),
    ];
    let Some(largest_id) = elements.iter().flatten().map(|(id, _)| *id).max() else {
        return FIXED_HEADER;
    };

    if let Some(first) = to.get_mut(start) {
        *first |= 0x10;
    }
    let one_byte = largest_id <= LARGEST_ONE_BYTE_ID;
    let profile = if one_byte {
        ONE_BYTE_PROFILE
    } else {
        TWO_BYTE_PROFILE
    };
    to.extend_from_slice(&profile.to_be_bytes());
    let words_at = to.len();
    to.extend_from_slice(&[0, 0]);
    for (id, data) in elements.into_iter().flatten() {
        // No element is empty or longer than 16 bytes: both forms can hold its length.
        let len = data.len() as u8;
        if one_byte {
            to.push(id << 4 | len.wrapping_sub(1) & 0x0f);
        } else {
            to.extend_from_slice(&[id, len]);
        }
        to.extend_from_slice(data);
    }
    let elements_at = words_at + 2;
    let words = (to.len() - elements_at).div_ceil(4);
    to.resize(elements_at + words * 4, 0);
    if let Some(place) = to.get_mut(words_at..elements_at) {
        place.copy_from_slice(&(words as u16).to_be_bytes());
    }
    to.len() - start
}

fn element(id: Option<u8>, data: Option<&[u8]>) -> Option<(u8, &[u8])> {
    match (id, data) {
        (Some(id), Some(data)) if id != 0 => Some((id, data)),
        (Some(_) | None, Some(_) | None) => None,
    }
}
