//! JPEG without what is not seen (ITU-T T.81 annex B).

use std::io::{BufRead, Write};

use super::{Fault, read};

/// The most scans of one picture: progressive ones have ten or so, and each costs a decoder as much
/// as a picture.
const MOST_SCANS: u32 = 64;

const START: u8 = 0xd8;
const END: u8 = 0xd9;
const SCAN: u8 = 0xda;
const COMMENT: u8 = 0xfe;
/// Frames that come in several passes.
const PROGRESSIVE: [u8; 4] = [0xc2, 0xc6, 0xca, 0xce];

/// Writes the picture from its start to its end, without comments and applications' data but for
/// colours; whether it is progressive. Exif and XMP (APP1), further pictures (APP2), Photoshop's data with IPTC (APP13) go.
pub(super) fn strip(from: &mut impl BufRead, to: &mut impl Write) -> Result<bool, Fault> {
    if read(from)? != [0xff, START] {
        return Err(Fault::Broken);
    }
    to.write_all(&[0xff, START])?;
    let mut scans = 0;
    let mut is_progressive = false;
    let mut marker = next_marker(from)?;
    loop {
        match marker {
            END if scans > 0 => {
                to.write_all(&[0xff, END])?;
                return Ok(is_progressive);
            }
            // Those stand alone, and elsewhere.
            END | START | 0x00 | 0x01 | 0xd0..=0xd7 => return Err(Fault::Broken),
            _ => {}
        }
        is_progressive |= PROGRESSIVE.contains(&marker);
        let segment = segment(from)?;
        if let Some(kept) = kept(marker, &segment) {
            let length = u16::try_from(kept.len() + 2).map_err(|_| Fault::Broken)?;
            to.write_all(&[0xff, marker])?;
            to.write_all(&length.to_be_bytes())?;
            to.write_all(&kept)?;
        }
        marker = if marker == SCAN {
            scans += 1;
            if scans > MOST_SCANS {
                return Err(Fault::Broken);
            }
            scan(from, to)?
        } else {
            next_marker(from)?
        };
    }
}

/// What of a segment stays.
fn kept(marker: u8, segment: &[u8]) -> Option<Vec<u8>> {
    match marker {
        // JFIF: how dense the dots are, without the small picture behind it.
        0xe0 if segment.starts_with(b"JFIF\0") => {
            let mut kept = segment.get(..12)?.to_vec();
            kept.extend_from_slice(&[0, 0]);
            Some(kept)
        }
        0xe2 if segment.starts_with(b"ICC_PROFILE\0") => Some(segment.to_vec()),
        // Which colours the components are.
        0xee if segment.starts_with(b"Adobe") => Some(segment.to_vec()),
        0xe0..=0xef | COMMENT => None,
        _ => Some(segment.to_vec()),
    }
}

/// The next marker, with as many fill bytes before it as it likes.
fn next_marker(from: &mut impl BufRead) -> Result<u8, Fault> {
    let [mut byte] = read(from)?;
    if byte != 0xff {
        return Err(Fault::Broken);
    }
    while byte == 0xff {
        [byte] = read(from)?;
    }
    Ok(byte)
}

fn segment(from: &mut impl BufRead) -> Result<Vec<u8>, Fault> {
    let length = u16::from_be_bytes(read(from)?);
    let mut bytes = vec![0; usize::from(length).checked_sub(2).ok_or(Fault::Broken)?];
    from.read_exact(&mut bytes)?;
    Ok(bytes)
}

/// Copies the data of a scan and returns the marker that ends it.
fn scan(from: &mut impl BufRead, to: &mut impl Write) -> Result<u8, Fault> {
    loop {
        let bytes = from.fill_buf()?;
        if bytes.is_empty() {
            return Err(Fault::Broken);
        }
        let end = bytes.iter().position(|byte| *byte == 0xff);
        let plain = end.unwrap_or(bytes.len());
        to.write_all(&bytes[..plain])?;
        from.consume(plain);
        if end.is_none() {
            continue;
        }
        match next_marker(from)? {
            // A byte that looks like a marker, and the restarts between which a decoder starts anew.
            code @ (0x00 | 0xd0..=0xd7) => to.write_all(&[0xff, code])?,
            marker => return Ok(marker),
        }
    }
}
