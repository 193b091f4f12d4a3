//! GIF without what is not seen (GIF 89a).

use std::io::{self, BufRead, Write};

use super::{Fault, copy, read};

const EXTENSION: u8 = 0x21;
const FRAME: u8 = 0x2c;
const END: u8 = 0x3b;
/// How long a frame stays and what becomes of it.
const CONTROL: u8 = 0xf9;
const APPLICATION: u8 = 0xff;

/// Writes all frames and how they move, without comments, texts and applications' data.
pub(super) fn strip(from: &mut impl BufRead, to: &mut impl Write) -> Result<(), Fault> {
    let start: [u8; 13] = read(from)?;
    if !start.starts_with(b"GIF8") {
        return Err(Fault::Broken);
    }
    to.write_all(&start)?;
    copy(from, to, colours(start[10]))?;
    let mut frames = 0_u64;
    loop {
        let kind = match read(from) {
            Ok([kind]) => kind,
            // Many end without saying so.
            Err(Fault::Broken) if frames > 0 => END,
            Err(fault) => return Err(fault),
        };
        match kind {
            END if frames > 0 => {
                to.write_all(&[END])?;
                return Ok(());
            }
            FRAME => {
                frames += 1;
                let place: [u8; 9] = read(from)?;
                to.write_all(&[FRAME])?;
                to.write_all(&place)?;
                copy(from, to, colours(place[8]))?;
                copy(from, to, 1)?;
                while copy_block(from, to)? {}
            }
            EXTENSION => extension(from, to)?,
            _ => return Err(Fault::Broken),
        }
    }
}

/// The bytes of a table of colours, as these flags say.
fn colours(flags: u8) -> u64 {
    if flags & 0x80 == 0 {
        0
    } else {
        3 << ((flags & 7) + 1)
    }
}

/// Copies a block of data; whether it was not the last, empty one.
fn copy_block(from: &mut impl BufRead, to: &mut impl Write) -> Result<bool, Fault> {
    let [length] = read(from)?;
    to.write_all(&[length])?;
    copy(from, to, length.into())?;
    Ok(length > 0)
}

fn extension(from: &mut impl BufRead, to: &mut impl Write) -> Result<(), Fault> {
    let [label] = read(from)?;
    let first = block(from)?;
    match label {
        CONTROL if first.len() == 4 => {
            to.write_all(&[EXTENSION, label, 4])?;
            to.write_all(&first)?;
            to.write_all(&[0])?;
        }
        APPLICATION if first == b"NETSCAPE2.0" || first == b"ANIMEXTS1.0" => {
            let times = block(from)?;
            if let [1, _, _] = times[..] {
                to.write_all(&[EXTENSION, label, 11])?;
                to.write_all(&first)?;
                to.write_all(&[3])?;
                to.write_all(&times)?;
                to.write_all(&[0])?;
            }
            if times.is_empty() {
                return Ok(());
            }
        }
        _ => {}
    }
    if first.is_empty() {
        return Ok(());
    }
    while copy_block(from, &mut io::sink())? {}
    Ok(())
}

fn block(from: &mut impl BufRead) -> Result<Vec<u8>, Fault> {
    let [length] = read(from)?;
    let mut bytes = vec![0; length.into()];
    from.read_exact(&mut bytes)?;
    Ok(bytes)
}
