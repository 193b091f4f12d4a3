//! What others get of a picture: what one sees, upright, and nothing else.

use std::{fs, io::Cursor};

use image::AnimationDecoder;
use proptest::prelude::*;
use tempfile::TempDir;
use zoom_protocol::PictureSize;

use super::{
    Bounds, Format, Job, fixtures,
    fixtures::{PLACE, drawn, is_upright},
    look::{Looked, look},
    strip,
};

const BOUNDS: Bounds = Bounds {
    pixels: 1_000_000,
    thumbnail: 100,
};

struct Seen {
    looked: Looked,
    picture: Option<Vec<u8>>,
    small: Option<Vec<u8>>,
}

fn seen_within(bytes: &[u8], bounds: Bounds) -> Seen {
    let dir = TempDir::new().unwrap();
    let job = Job {
        format: Format::of(bytes).unwrap(),
        from: dir.path().join("from"),
        to: dir.path().join("to"),
        thumbnail: dir.path().join("thumbnail"),
    };
    fs::write(&job.from, bytes).unwrap();
    let looked = look(&job, bounds).unwrap();
    let picture = looked.is_stripped.then(|| fs::read(&job.to).unwrap());
    let small = looked
        .has_thumbnail
        .then(|| fs::read(&job.thumbnail).unwrap());
    Seen {
        looked,
        picture,
        small,
    }
}

fn seen(bytes: &[u8]) -> Seen {
    seen_within(bytes, BOUNDS)
}

fn tells_the_place(bytes: &[u8]) -> bool {
    bytes.windows(PLACE.len()).any(|found| found == PLACE)
}

fn size(width: u32, height: u32) -> Option<PictureSize> {
    Some(PictureSize { width, height })
}

/// Each format as a phone could have written it, with this orientation.
fn all(orientation: u16) -> [(&'static str, Vec<u8>); 3] {
    let picture = drawn(240, 120);
    [
        ("jpeg", fixtures::jpeg(&picture, orientation)),
        ("png", fixtures::png(&picture, orientation)),
        ("webp", fixtures::webp(&picture, orientation)),
    ]
}

#[test]
fn the_place_is_gone_from_every_format_and_from_the_small_form() {
    for orientation in [1, 3] {
        let mut pictures = all(orientation).to_vec();
        pictures.push(("gif", fixtures::gif(&drawn(240, 120))));
        for (name, bytes) in pictures {
            assert!(tells_the_place(&bytes), "{name}");
            let seen = seen(&bytes);
            assert!(!tells_the_place(&seen.picture.unwrap()), "{name}");
            assert!(!tells_the_place(&seen.small.unwrap()), "{name}");
            assert_eq!(seen.looked.size, size(240, 120), "{name}");
        }
    }
}

#[test]
fn an_upright_picture_keeps_each_of_its_pixels() {
    for (name, bytes) in all(1) {
        let picture = seen(&bytes).picture.unwrap();
        let before = image::load_from_memory(&bytes).unwrap();
        assert_eq!(image::load_from_memory(&picture).unwrap(), before, "{name}");
        assert!(picture.len() < bytes.len(), "{name}");
    }
}

#[test]
fn what_lies_on_its_side_or_is_mirrored_is_turned() {
    // What the picture has to be for this orientation to make it upright.
    for orientation in 1..=8_u16 {
        let picture = drawn(240, 120);
        let lying = match orientation {
            2 => picture.fliph(),
            3 => picture.rotate180(),
            4 => picture.flipv(),
            5 => picture.rotate90().fliph(),
            6 => picture.rotate270(),
            7 => picture.rotate270().fliph(),
            8 => picture.rotate90(),
            _ => picture,
        };
        for (name, bytes) in [
            ("jpeg", fixtures::jpeg(&lying, orientation)),
            ("png", fixtures::png(&lying, orientation)),
            ("webp", fixtures::webp(&lying, orientation)),
        ] {
            let seen = seen(&bytes);
            let what = format!("{name} {orientation}");
            assert_eq!(seen.looked.size, size(240, 120), "{what}");
            assert!(is_upright(&seen.picture.unwrap()), "{what}");
            assert!(is_upright(&seen.small.unwrap()), "{what}");
        }
    }
}

#[test]
fn colours_keep_their_profile_whether_or_not_the_picture_is_turned() {
    for orientation in [1, 6] {
        let picture = seen(&fixtures::jpeg(&drawn(240, 120), orientation)).picture;
        let profile = fixtures::profile();
        let has_profile = |bytes: &[u8]| bytes.windows(128).any(|found| found == profile);
        assert!(has_profile(&picture.unwrap()), "{orientation}");
    }
}

#[test]
fn a_small_form_fits_and_is_made_only_where_it_is_smaller() {
    let small = seen(&fixtures::jpeg(&drawn(400, 100), 1)).small.unwrap();
    assert_eq!(Format::of(&small), Some(Format::Jpeg));
    let small = image::load_from_memory(&small).unwrap();
    assert_eq!((small.width(), small.height()), (100, 25));
    assert!(seen(&fixtures::jpeg(&drawn(100, 80), 1)).small.is_none());
    let narrow = seen(&fixtures::png(&drawn(2, 9_000), 1)).small.unwrap();
    assert_eq!(image::load_from_memory(&narrow).unwrap().height(), 100);
}

#[test]
fn one_still_sees_through_a_small_form() {
    let mut picture = drawn(240, 120).to_rgba8();
    for pixel in picture.pixels_mut() {
        pixel.0[3] = 100;
    }
    let small = seen(&fixtures::png(&picture.into(), 1)).small.unwrap();
    assert_eq!(Format::of(&small), Some(Format::Png));
    assert_eq!(
        image::load_from_memory(&small)
            .unwrap()
            .to_rgba8()
            .get_pixel(0, 0)
            .0[3],
        100
    );
}

#[test]
fn a_gif_keeps_moving_and_ends_where_it_ends() {
    let picture = seen(&fixtures::gif(&drawn(240, 120))).picture.unwrap();
    let decoder = image::codecs::gif::GifDecoder::new(Cursor::new(&picture)).unwrap();
    let frames = decoder.into_frames().collect_frames().unwrap();
    assert_eq!(frames.len(), 2);
    assert_eq!(frames[0].delay().numer_denom_ms().0, 100);
    assert!(picture.windows(11).any(|found| found == b"NETSCAPE2.0"));
    assert_eq!(picture.last(), Some(&0x3b));
}

#[test]
fn a_picture_of_too_many_pixels_is_a_file_without_a_place() {
    for (name, bytes) in all(1) {
        let bounds = Bounds {
            pixels: 240 * 120 - 1,
            ..BOUNDS
        };
        let seen = seen_within(&bytes, bounds);
        assert_eq!(seen.looked.size, None, "{name}");
        assert!(seen.small.is_none());
        assert!(!tells_the_place(&seen.picture.unwrap()), "{name}");
    }
}

#[test]
fn a_bomb_is_a_file() {
    let mut head = Vec::new();
    for side in [60_000_u32, 60_000] {
        head.extend_from_slice(&side.to_be_bytes());
    }
    head.extend_from_slice(&[1, 0, 0, 0, 0]);
    let mut packed = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::fast());
    std::io::copy(
        &mut std::io::Read::take(std::io::repeat(0), 60_000 * 7_501),
        &mut packed,
    )
    .unwrap();
    let bomb = [
        &b"\x89PNG\r\n\x1a\n"[..],
        &fixtures::chunk(b"IHDR", &head),
        &fixtures::chunk(b"IDAT", &packed.finish().unwrap()),
        &fixtures::chunk(b"IEND", &[]),
    ]
    .concat();
    assert!(bomb.len() < 4 << 20, "{}", bomb.len());
    let bounds = Bounds {
        pixels: 64_000_000,
        thumbnail: 800,
    };
    let seen = seen_within(&bomb, bounds);
    assert_eq!(seen.looked.size, None);
    assert_eq!(seen.picture, Some(bomb));
}

#[test]
fn a_profile_that_is_a_bomb_does_no_harm() {
    let mut packed = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::fast());
    std::io::copy(
        &mut std::io::Read::take(std::io::repeat(0), 200 << 20),
        &mut packed,
    )
    .unwrap();
    let profile = [b"bomb\0\0", &packed.finish().unwrap()[..]].concat();
    let plain = fixtures::encoded(&drawn(240, 120), image::ImageFormat::Png);
    let bytes = [
        &plain[..33],
        &fixtures::chunk(b"iCCP", &profile),
        &plain[33..],
    ]
    .concat();
    // Shown or not, it comes back.
    let seen = seen(&bytes);
    assert!(seen.looked.is_stripped);
}

#[test]
fn a_picture_that_is_cut_short_or_no_picture_at_all_is_a_file() {
    for (name, bytes) in all(1) {
        for kept in [bytes.len() / 8, bytes.len() / 2] {
            assert_eq!(seen(&bytes[..kept]).looked.size, None, "{name} {kept}");
        }
        let start = &bytes[..12];
        assert_eq!(seen(start).looked.size, None, "{name}");
        let page = [start, b"<script>alert(1)</script>"].concat();
        assert_eq!(seen(&page).looked.size, None, "{name}");
    }
}

#[test]
fn more_scans_than_anybody_writes_are_no_picture() {
    let bytes = fixtures::jpeg(&drawn(16, 16), 1);
    let scan = bytes
        .windows(2)
        .position(|found| found == [0xff, 0xda])
        .unwrap();
    let end = bytes
        .windows(2)
        .rposition(|found| found == [0xff, 0xd9])
        .unwrap();
    let many = [&bytes[..scan], &bytes[scan..end].repeat(65), &bytes[end..]].concat();
    assert!(!seen(&many).looked.is_stripped);
}

fn stripped(bytes: &[u8]) -> Option<Vec<u8>> {
    let mut to = Cursor::new(Vec::new());
    strip(Format::of(bytes)?, &mut Cursor::new(bytes), &mut to).ok()?;
    Some(to.into_inner())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]

    /// Whatever is changed in a picture, nothing panics, what is left out stays out, and what comes
    /// out is of the same format.
    #[test]
    fn spoilt_pictures_do_no_harm(
        which in 0..4_usize,
        orientation in 1..9_u16,
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..8),
        kept in any::<prop::sample::Index>(),
        is_cut in any::<bool>(),
    ) {
        let picture = drawn(24, 12);
        let mut bytes = match which {
            0 => fixtures::jpeg(&picture, orientation),
            1 => fixtures::png(&picture, orientation),
            2 => fixtures::webp(&picture, orientation),
            _ => fixtures::gif(&picture),
        };
        for (at, byte) in changes {
            // The first bytes say what it is.
            let at = 16 + at.index(bytes.len() - 16);
            bytes[at] = byte;
        }
        if is_cut {
            bytes.truncate(16 + kept.index(bytes.len() - 16));
        }
        let bounds = Bounds { pixels: 100_000, thumbnail: 10 };
        drop(seen_within(&bytes, bounds));
        if let Some(once) = stripped(&bytes) {
            prop_assert_eq!(Format::of(&once), Format::of(&bytes));
            prop_assert_eq!(stripped(&once), Some(once));
        }
    }
}
