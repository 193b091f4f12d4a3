//! PNG without what is not seen (W3C, third edition, section 5).

use std::io::{Read, Write};

use super::{Fault, copy, read, skip};

const SIGNATURE: [u8; 8] = [0x89, b'P', b'N', b'G', 0x0d, 0x0a, 0x1a, 0x0a];
/// No chunk is longer.
const LONGEST: u32 = i32::MAX as u32;

/// The picture, its colours, how dense its dots are, and its movement.
const KEPT: [&[u8; 4]; 17] = [
    b"IHDR", b"PLTE", b"IDAT", b"IEND", b"tRNS", b"gAMA", b"cHRM", b"sRGB", b"iCCP", b"cICP",
    b"mDCV", b"cLLI", b"sBIT", b"pHYs", b"acTL", b"fcTL", b"fdAT",
];

/// Writes the picture from its start to its end, without texts, Exif, times and what nobody knows.
pub(super) fn strip(from: &mut impl Read, to: &mut impl Write) -> Result<(), Fault> {
    if read(from)? != SIGNATURE {
        return Err(Fault::Broken);
    }
    to.write_all(&SIGNATURE)?;
    let mut is_first = true;
    loop {
        let length = u32::from_be_bytes(read(from)?);
        let kind: [u8; 4] = read(from)?;
        if length > LONGEST || (is_first && &kind != b"IHDR") {
            return Err(Fault::Broken);
        }
        is_first = false;
        let with_checksum = u64::from(length) + 4;
        let is_needed = kind[0].is_ascii_uppercase();
        if KEPT.contains(&&kind) {
            to.write_all(&length.to_be_bytes())?;
            to.write_all(&kind)?;
            copy(from, to, with_checksum)?;
        } else if is_needed {
            return Err(Fault::Broken);
        } else {
            skip(from, with_checksum)?;
        }
        if &kind == b"IEND" {
            return if length == 0 {
                Ok(())
            } else {
                Err(Fault::Broken)
            };
        }
    }
}
