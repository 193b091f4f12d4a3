//! Pictures: what one sees of them, and nothing else.
//!
//! A picture that stands upright is rewritten piece by piece without being decoded, so that it loses
//! nothing one sees: what is neither picture, colour nor movement is left out, and so is whatever
//! lies behind its end. One that lies on its side is decoded, turned and encoded again. Each is
//! decoded once in any case, for its small form, and because what cannot be decoded is no picture.

mod gif;
mod jpeg;
mod look;
mod png;
mod webp;
mod worker;

#[cfg(test)]
mod fixtures;
#[cfg(test)]
mod tests;

use std::{
    io::{self, BufRead, Read, Seek, Write},
    panic::{AssertUnwindSafe, catch_unwind},
};

pub(super) use look::{Bounds, Job};
pub(super) use worker::Worker;

/// What kind of picture a file is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Format {
    /// PNG, with its animations (W3C, third edition).
    Png,
    /// JPEG (ITU-T T.81).
    Jpeg,
    /// GIF 87a and 89a.
    Gif,
    /// WebP (RFC 9649).
    WebP,
}

impl Format {
    /// The format of what begins with these bytes.
    pub(super) fn of(start: &[u8]) -> Option<Self> {
        match start {
            [0x89, b'P', b'N', b'G', 0x0d, 0x0a, 0x1a, 0x0a, ..] => Some(Self::Png),
            [0xff, 0xd8, 0xff, ..] => Some(Self::Jpeg),
            [b'G', b'I', b'F', b'8', b'7' | b'9', b'a', ..] => Some(Self::Gif),
            [
                b'R',
                b'I',
                b'F',
                b'F',
                _,
                _,
                _,
                _,
                b'W',
                b'E',
                b'B',
                b'P',
                ..,
            ] => Some(Self::WebP),
            _ => None,
        }
    }

    /// Its media type.
    pub(super) fn media_type(self) -> &'static str {
        match self {
            Self::Png => "image/png",
            Self::Jpeg => "image/jpeg",
            Self::Gif => "image/gif",
            Self::WebP => "image/webp",
        }
    }

    fn image(self) -> image::ImageFormat {
        match self {
            Self::Png => image::ImageFormat::Png,
            Self::Jpeg => image::ImageFormat::Jpeg,
            Self::Gif => image::ImageFormat::Gif,
            Self::WebP => image::ImageFormat::WebP,
        }
    }
}

/// Why something is not done with a picture.
#[derive(Debug)]
pub(super) enum Fault {
    /// It is not built as its format says, or beyond a bound: a file like others.
    Broken,
    /// The disk.
    Disk(io::Error),
}

impl From<io::Error> for Fault {
    fn from(error: io::Error) -> Self {
        let of_content = [io::ErrorKind::UnexpectedEof, io::ErrorKind::InvalidData];
        if of_content.contains(&error.kind()) {
            Self::Broken
        } else {
            Self::Disk(error)
        }
    }
}

/// Writes what one sees of a picture. Whether it comes in several passes, for which a decoder needs
/// more memory.
fn strip(
    format: Format,
    from: &mut (impl BufRead + Seek),
    to: &mut (impl Write + Seek),
) -> Result<bool, Fault> {
    match format {
        Format::Png => png::strip(from, to)?,
        Format::Jpeg => return jpeg::strip(from, to),
        Format::Gif => gif::strip(from, to)?,
        Format::WebP => webp::strip(from, to)?,
    }
    Ok(false)
}

/// Copies exactly so many bytes.
fn copy(from: &mut impl Read, to: &mut impl Write, bytes: u64) -> Result<(), Fault> {
    if io::copy(&mut from.by_ref().take(bytes), to)? == bytes {
        Ok(())
    } else {
        Err(Fault::Broken)
    }
}

/// Leaves so many bytes out.
fn skip(from: &mut impl Read, bytes: u64) -> Result<(), Fault> {
    copy(from, &mut io::sink(), bytes)
}

fn read<const N: usize>(from: &mut impl Read) -> Result<[u8; N], Fault> {
    let mut bytes = [0; N];
    from.read_exact(&mut bytes)?;
    Ok(bytes)
}

/// Calls what strangers' bytes are given to: a panic in it is their fault.
fn guarded<T>(call: impl FnOnce() -> Result<T, Fault>) -> Result<T, Fault> {
    catch_unwind(AssertUnwindSafe(call)).unwrap_or(Err(Fault::Broken))
}
