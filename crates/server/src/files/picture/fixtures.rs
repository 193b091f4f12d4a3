//! Pictures that tell more than one sees.

use std::io::Cursor;

use image::{
    Delay, DynamicImage, Frame, ImageEncoder, ImageFormat, Rgba, RgbaImage,
    codecs::{gif::GifEncoder, gif::Repeat, jpeg::JpegEncoder},
};

/// What nobody may find in a picture that others get.
pub(super) const PLACE: &[u8] = b"37.566500N 126.978000E";

/// A picture whose left upper quarter is red, the rest blue.
pub(super) fn drawn(width: u32, height: u32) -> DynamicImage {
    RgbaImage::from_fn(width, height, |x, y| {
        if x < width / 2 && y < height / 2 {
            Rgba([230, 20, 20, 255])
        } else {
            Rgba([20, 20, 230, 255])
        }
    })
    .into()
}

/// Whether the left upper corner is red and the three others are blue.
pub(super) fn is_upright(bytes: &[u8]) -> bool {
    let picture = image::load_from_memory(bytes).unwrap().to_rgb8();
    let (right, bottom) = (picture.width() - 1, picture.height() - 1);
    let is_red = |x, y| picture.get_pixel(x, y).0[0] > 128;
    is_red(0, 0) && !is_red(right, 0) && !is_red(0, bottom) && !is_red(right, bottom)
}

/// An Exif block in TIFF form with this orientation and a place.
pub(super) fn exif(orientation: u16) -> Vec<u8> {
    let mut tiff = b"II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0".to_vec();
    tiff.extend_from_slice(&u32::from(orientation).to_le_bytes());
    tiff.extend_from_slice(&[0; 4]);
    tiff.extend_from_slice(PLACE);
    tiff
}

/// A JPEG with everything in it that a phone and its programs write.
pub(super) fn jpeg(picture: &DynamicImage, orientation: u16) -> Vec<u8> {
    let mut plain = Vec::new();
    let mut encoder = JpegEncoder::new_with_quality(&mut plain, 95);
    encoder.set_icc_profile(profile()).unwrap();
    encoder
        .encode_image(&DynamicImage::from(picture.to_rgb8()))
        .unwrap();
    let mut bytes = plain[..2].to_vec();
    let mut add = |marker: u8, parts: &[&[u8]]| {
        let content = parts.concat();
        bytes.extend_from_slice(&[0xff, marker]);
        bytes.extend_from_slice(&(content.len() as u16 + 2).to_be_bytes());
        bytes.extend_from_slice(&content);
    };
    add(0xe1, &[b"Exif\0\0", &exif(orientation)]);
    add(0xe1, &[b"http://ns.adobe.com/xap/1.0/\0", PLACE]);
    add(0xe2, &[b"MPF\0", PLACE]);
    add(0xed, &[b"Photoshop 3.0\0", PLACE]);
    add(0xe5, &[PLACE]);
    add(0xfe, &[PLACE]);
    bytes.extend_from_slice(&plain[2..]);
    bytes.extend_from_slice(PLACE);
    bytes
}

/// As much of a profile of colours as is looked at.
pub(super) fn profile() -> Vec<u8> {
    let mut profile = vec![0; 128];
    profile[16..20].copy_from_slice(b"RGB ");
    profile
}

pub(super) fn chunk(kind: &[u8; 4], content: &[u8]) -> Vec<u8> {
    let mut sum = flate2::Crc::new();
    sum.update(kind);
    sum.update(content);
    let length = content.len() as u32;
    [
        &length.to_be_bytes(),
        &kind[..],
        content,
        &sum.sum().to_be_bytes(),
    ]
    .concat()
}

/// A PNG with texts, Exif, a time, a chunk that nobody knows, and something behind its end.
pub(super) fn png(picture: &DynamicImage, orientation: u16) -> Vec<u8> {
    let plain = encoded(picture, ImageFormat::Png);
    let after_head = 8 + 25;
    [
        &plain[..after_head],
        &chunk(b"pHYs", &[0, 0, 0x0b, 0x13, 0, 0, 0x0b, 0x13, 1]),
        &chunk(b"tEXt", &[b"Comment\0", PLACE].concat()),
        &chunk(b"iTXt", &[b"XML:com.adobe.xmp\0\0\0\0\0", PLACE].concat()),
        &chunk(b"eXIf", &exif(orientation)),
        &chunk(b"tIME", &[7, 0xe8, 1, 1, 0, 0, 0]),
        &chunk(b"plAc", PLACE),
        &plain[after_head..],
        PLACE,
    ]
    .concat()
}

/// A WebP with Exif, XMP, a chunk that nobody knows, and something behind its end.
pub(super) fn webp(picture: &DynamicImage, orientation: u16) -> Vec<u8> {
    let plain = encoded(picture, ImageFormat::WebP);
    let part = |kind: &[u8; 4], content: &[u8]| {
        let mut part = [&kind[..], &(content.len() as u32).to_le_bytes(), content].concat();
        part.resize(part.len().next_multiple_of(2), 0);
        part
    };
    let mut extended = vec![0x0c, 0, 0, 0];
    for side in [picture.width() - 1, picture.height() - 1] {
        extended.extend_from_slice(&side.to_le_bytes()[..3]);
    }
    let parts = [
        part(b"VP8X", &extended),
        plain[12..].to_vec(),
        part(b"EXIF", &exif(orientation)),
        part(b"XMP ", PLACE),
        part(b"PLAC", PLACE),
    ]
    .concat();
    let length = parts.len() as u32 + 4;
    [b"RIFF", &length.to_le_bytes()[..], b"WEBP", &parts, PLACE].concat()
}

/// A GIF of two frames with a comment, XMP, a text, and a page behind its end.
pub(super) fn gif(picture: &DynamicImage) -> Vec<u8> {
    let mut plain = Vec::new();
    let mut encoder = GifEncoder::new(&mut plain);
    encoder.set_repeat(Repeat::Infinite).unwrap();
    for _ in 0..2 {
        let delay = Delay::from_numer_denom_ms(100, 1);
        let frame = Frame::from_parts(picture.to_rgba8(), 0, 0, delay);
        encoder.encode_frame(frame).unwrap();
    }
    drop(encoder);
    let block = |content: &[u8]| [&[content.len() as u8], content].concat();
    let extension = |label: u8, blocks: &[&[u8]]| {
        let mut bytes = vec![0x21, label];
        for content in blocks {
            bytes.extend_from_slice(&block(content));
        }
        bytes.push(0);
        bytes
    };
    let colours = if plain[10] & 0x80 == 0 {
        0
    } else {
        3 << ((plain[10] & 7) + 1)
    };
    let after_head = 13 + colours;
    [
        &plain[..after_head],
        &extension(0xfe, &[PLACE]),
        &extension(0xff, &[b"XMP DataXMP", PLACE]),
        &extension(0x01, &[&[0; 12], PLACE]),
        &plain[after_head..],
        b"<script>",
        PLACE,
    ]
    .concat()
}

pub(super) fn encoded(picture: &DynamicImage, format: ImageFormat) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    picture.write_to(&mut bytes, format).unwrap();
    bytes.into_inner()
}
