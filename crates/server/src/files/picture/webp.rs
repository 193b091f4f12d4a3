//! WebP without what is not seen (RFC 9649 section 2).

use std::io::{Read, Seek, SeekFrom, Write};

use super::{Fault, copy, read, skip};

/// The flags of an extended picture that say it has Exif and XMP.
const HAS_EXIF_OR_XMP: u8 = 0x0c;

/// Writes the picture, its colours and its movement, without Exif, XMP, what nobody knows, and what
/// lies behind its end.
pub(super) fn strip(from: &mut impl Read, to: &mut (impl Write + Seek)) -> Result<(), Fault> {
    let start: [u8; 12] = read(from)?;
    let [b'R', b'I', b'F', b'F', a, b, c, d, b'W', b'E', b'B', b'P'] = start else {
        return Err(Fault::Broken);
    };
    let mut left = u64::from(u32::from_le_bytes([a, b, c, d]))
        .checked_sub(4)
        .ok_or(Fault::Broken)?;
    to.write_all(&start)?;
    // With the four letters of its kind.
    let mut written = 4_u64;
    while left >= 8 {
        let kind: [u8; 4] = read(from)?;
        let length: [u8; 4] = read(from)?;
        let bytes = u64::from(u32::from_le_bytes(length));
        // A chunk of odd length is followed by a byte of filling.
        let padded = bytes + bytes % 2;
        left = left.checked_sub(8 + padded).ok_or(Fault::Broken)?;
        match &kind {
            b"VP8X" if bytes == 10 => {
                let mut extended: [u8; 10] = read(from)?;
                extended[0] &= !HAS_EXIF_OR_XMP;
                to.write_all(&kind)?;
                to.write_all(&length)?;
                to.write_all(&extended)?;
            }
            b"VP8 " | b"VP8L" | b"ALPH" | b"ANIM" | b"ANMF" | b"ICCP" => {
                to.write_all(&kind)?;
                to.write_all(&length)?;
                copy(from, to, padded)?;
            }
            b"VP8X" => return Err(Fault::Broken),
            _ => {
                skip(from, padded)?;
                continue;
            }
        }
        written += 8 + padded;
    }
    let written = u32::try_from(written).map_err(|_| Fault::Broken)?;
    to.seek(SeekFrom::Start(4))?;
    to.write_all(&written.to_le_bytes())?;
    Ok(())
}
