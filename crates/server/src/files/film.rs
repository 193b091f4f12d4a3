//! Takes the place out of a film in boxes (ISO/IEC 14496-12; QuickTime).
//!
//! Where a film was taken, with what and by whom stands in boxes of user data and of metadata. They
//! are overwritten where they lie with free space of the same length, so that nothing else moves and
//! no sound or picture is touched.

use std::{
    fs::File,
    io::{self, Read, Seek, SeekFrom, Write},
};

/// The most boxes that are looked at: films have some dozens that matter here.
const MOST_BOXES: u32 = 10_000;
/// How deep boxes lie in each other: a track's user data in its track in the movie.
const DEEPEST: u32 = 3;
/// Bytes that are overwritten at once.
const ZEROS: [u8; 16 * 1024] = [0; 16 * 1024];

/// Overwrites what tells where a film was taken. One that is not built as it should be is left from
/// there on.
pub(super) fn forget_place(file: &mut File) -> io::Result<()> {
    let end = file.metadata()?.len();
    let mut left = MOST_BOXES;
    boxes(file, 0, end, 0, &mut left)
}

fn boxes(file: &mut File, mut at: u64, end: u64, depth: u32, left: &mut u32) -> io::Result<()> {
    while end.saturating_sub(at) >= 8 && *left > 0 {
        *left -= 1;
        let Some((kind, head, length)) = header(file, at, end)? else {
            return Ok(());
        };
        match &kind {
            b"moov" | b"trak" | b"moof" | b"traf" if depth < DEEPEST => {
                boxes(file, at + head, at + length, depth + 1, left)?;
            }
            b"udta" | b"meta" | b"uuid" => {
                file.seek(SeekFrom::Start(at + 4))?;
                file.write_all(b"free")?;
                file.seek(SeekFrom::Start(at + head))?;
                overwrite(file, length - head)?;
            }
            _ => {}
        }
        at += length;
    }
    Ok(())
}

/// What a box is, how long its header and how long all of it; nothing where it does not fit.
fn header(file: &mut File, at: u64, end: u64) -> io::Result<Option<([u8; 4], u64, u64)>> {
    let mut short = [0; 8];
    file.seek(SeekFrom::Start(at))?;
    file.read_exact(&mut short)?;
    let [a, b, c, d, kind @ ..] = short;
    let (head, length) = match u32::from_be_bytes([a, b, c, d]) {
        0 => (8, end - at),
        1 if end - at >= 16 => {
            let mut long = [0; 8];
            file.read_exact(&mut long)?;
            (16, u64::from_be_bytes(long))
        }
        length => (8, length.into()),
    };
    let fits = length >= head && length <= end - at;
    Ok(fits.then_some((kind, head, length)))
}

fn overwrite(file: &mut File, mut bytes: u64) -> io::Result<()> {
    while bytes > 0 {
        let now = bytes.min(ZEROS.len() as u64);
        file.write_all(ZEROS.get(..now as usize).unwrap_or_default())?;
        bytes -= now;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn a_box(kind: &[u8; 4], content: &[u8]) -> Vec<u8> {
        let length = 8 + content.len() as u32;
        [&length.to_be_bytes(), &kind[..], content].concat()
    }

    fn forgotten(bytes: &[u8]) -> Vec<u8> {
        let mut file = tempfile::tempfile().unwrap();
        file.write_all(bytes).unwrap();
        forget_place(&mut file).unwrap();
        let mut after = Vec::new();
        file.seek(SeekFrom::Start(0)).unwrap();
        file.read_to_end(&mut after).unwrap();
        after
    }

    const PLACE: &[u8] = b"+37.5665+126.9780/";

    fn has_place(bytes: &[u8]) -> bool {
        bytes.windows(PLACE.len()).any(|found| found == PLACE)
    }

    #[test]
    fn the_place_goes_and_nothing_moves() {
        let film = [
            a_box(b"ftyp", b"qt  \0\0\0\0qt  "),
            a_box(b"mdat", b"sound and pictures, udta among them"),
            a_box(
                b"moov",
                &[
                    a_box(b"mvhd", &[7; 100]),
                    a_box(
                        b"trak",
                        &[a_box(b"tkhd", &[8; 84]), a_box(b"meta", PLACE)].concat(),
                    ),
                    a_box(
                        b"meta",
                        &[b"com.apple.quicktime.location.ISO6709", PLACE].concat(),
                    ),
                    a_box(b"udta", &a_box(b"\xa9xyz", PLACE)),
                ]
                .concat(),
            ),
            a_box(b"uuid", PLACE),
        ]
        .concat();
        assert!(has_place(&film));
        let after = forgotten(&film);
        assert!(!has_place(&after));
        assert_eq!(after.len(), film.len());
        let free = after.windows(4).filter(|kind| kind == b"free").count();
        assert_eq!(free, 4);
        for kept in [
            &b"sound and pictures, udta among them"[..],
            &[7; 100],
            &[8; 84],
        ] {
            assert!(after.windows(kept.len()).any(|found| found == kept));
        }
    }

    #[test]
    fn lengths_that_lie_lead_nowhere() {
        let moov = a_box(b"moov", &a_box(b"udta", PLACE));
        for length in [1_u32, 2, 7, 9, 0x7fff_ffff, u32::MAX] {
            let mut film = moov.clone();
            film[..4].copy_from_slice(&length.to_be_bytes());
            assert_eq!(forgotten(&film).len(), film.len());
            let mut film = moov.clone();
            film[8..12].copy_from_slice(&length.to_be_bytes());
            assert_eq!(forgotten(&film).len(), film.len());
        }
        let long = [&1_u32.to_be_bytes()[..], b"moov", &u64::MAX.to_be_bytes()].concat();
        assert_eq!(forgotten(&long), long);
        let to_the_end = [&0_u32.to_be_bytes()[..], b"udta", PLACE].concat();
        assert!(!has_place(&forgotten(&to_the_end)));
        for bytes in [&b""[..], b"abc", &[0; 8], &[0; 7]] {
            assert_eq!(forgotten(bytes).len(), bytes.len());
        }
    }

    #[test]
    fn boxes_in_boxes_without_end_are_left() {
        let mut film = a_box(b"udta", PLACE);
        for _ in 0..1_000 {
            film = a_box(b"moov", &film);
        }
        assert_eq!(forgotten(&film), film);
    }
}
