//! What a file is, by its first bytes and nothing else.
//!
//! A short list: what browsers show safely, and what a card names. Whatever could be a page (HTML,
//! SVG, text) is bytes.

use super::picture::Format;

/// How many of the first bytes are looked at.
pub(super) const LOOKED_AT: usize = 64;

/// The media type of what says nothing of itself that is safe to show.
pub(super) const BYTES: &str = "application/octet-stream";

/// The media types that a browser may show in the server's origin: none of them can run anything.
const SHOWN: [&str; 13] = [
    "image/png",
    "image/jpeg",
    "image/gif",
    "image/webp",
    "audio/mpeg",
    "audio/ogg",
    "audio/wav",
    "audio/flac",
    "audio/aac",
    "audio/mp4",
    "video/mp4",
    "video/quicktime",
    "video/webm",
];

/// What is done with a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// It is looked into.
    Picture(Format),
    /// A film in boxes (ISO/IEC 14496-12), of this media type: its place is taken out.
    Film(&'static str),
    /// It is kept as it is, under this media type.
    Other(&'static str),
}

/// Whether a browser may show a file of this media type instead of saving it.
pub(crate) fn is_shown(media_type: &str) -> bool {
    SHOWN.contains(&media_type)
}

/// What begins with these bytes.
pub(super) fn kind_of(start: &[u8]) -> Kind {
    if let Some(format) = Format::of(start) {
        return Kind::Picture(format);
    }
    if start.get(4..8) == Some(b"ftyp") {
        return boxes(start.get(8..12).unwrap_or_default());
    }
    Kind::Other(match start {
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
            b'A',
            b'V',
            b'E',
            ..,
        ] => "audio/wav",
        [b'f', b'L', b'a', b'C', ..] => "audio/flac",
        [b'I', b'D', b'3', 2..=4, ..] => "audio/mpeg",
        [b'O', b'g', b'g', b'S', ..] => ogg(start),
        [0x1a, 0x45, 0xdf, 0xa3, ..] => matroska(start),
        [b'%', b'P', b'D', b'F', b'-', ..] => "application/pdf",
        [b'P', b'K', 3, 4, ..] => "application/zip",
        [0x1f, 0x8b, 8, ..] => "application/gzip",
        [0xff, second, third, ..] => mpeg(*second, *third),
        _ => BYTES,
    })
}

/// By the major brand of its file type box.
fn boxes(brand: &[u8]) -> Kind {
    match brand {
        b"qt  " => Kind::Film("video/quicktime"),
        b"M4A " | b"M4B " => Kind::Other("audio/mp4"),
        b"mp41" | b"mp42" | b"avc1" | b"M4V " | b"M4VH" | b"M4VP" | b"MSNV" | b"mmp4" | b"dash" => {
            Kind::Film("video/mp4")
        }
        [b'i', b's', b'o', _] | [b'3', b'g', b'p' | b'g', _] => Kind::Film("video/mp4"),
        // AVIF and HEIC among them: they have places in them, and are no pictures that all can see.
        _ => Kind::Other(BYTES),
    }
}

/// By the first packet of its first page (RFC 3533 section 6).
fn ogg(start: &[u8]) -> &'static str {
    let packet = start.get(28..).unwrap_or_default();
    let sounds: [&[u8]; 4] = [b"OpusHead", b"\x01vorbis", b"\x7fFLAC", b"Speex   "];
    if sounds.iter().any(|sound| packet.starts_with(sound)) {
        "audio/ogg"
    } else {
        BYTES
    }
}

/// By the document type in its header (RFC 8794 section 11.2.4).
fn matroska(start: &[u8]) -> &'static str {
    let doctype = b"\x42\x82\x84webm";
    if start.windows(doctype.len()).any(|found| found == doctype) {
        "video/webm"
    } else {
        BYTES
    }
}

/// The header of a frame: layer III of MPEG audio (ISO/IEC 11172-3 section 2.4.1.3), or AAC (ISO/IEC
/// 13818-7 section 6.2).
fn mpeg(second: u8, third: u8) -> &'static str {
    let is_layer_three = second & 0xe6 == 0xe2 && second & 0x18 != 0x08;
    let has_rates = third & 0xf0 != 0xf0 && third & 0x0c != 0x0c;
    if is_layer_three && has_rates {
        "audio/mpeg"
    } else if second & 0xf6 == 0xf0 && third & 0x3c < 0x34 {
        "audio/aac"
    } else {
        BYTES
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn other(start: &[u8]) -> &'static str {
        match kind_of(start) {
            Kind::Other(media_type) => media_type,
            kind @ (Kind::Picture(_) | Kind::Film(_)) => panic!("{kind:?}"),
        }
    }

    #[test]
    fn what_could_be_a_page_is_bytes() {
        for start in [
            "<!doctype html><script>",
            "<svg xmlns=\"http://www.w3.org/2000/svg\">",
            "<?xml version=\"1.0\"?><svg",
            "\u{feff}<html>",
            "hello",
            "",
            "GIF88a",
            "#!/bin/sh",
        ] {
            assert_eq!(other(start.as_bytes()), BYTES, "{start}");
        }
        assert_eq!(other(b"\xff\xfe<\0h\0t\0m\0l\0"), BYTES);
        assert!(!is_shown(BYTES) && !is_shown("application/pdf") && !is_shown("image/svg+xml"));
    }

    #[test]
    fn sound_and_films_are_known_by_their_first_bytes() {
        for (start, media_type) in [
            (&b"ID3\x04\0\0"[..], "audio/mpeg"),
            (b"\xff\xfb\x90\x64", "audio/mpeg"),
            (b"\xff\xf1\x50\x80", "audio/aac"),
            (b"RIFF\x24\0\0\0WAVEfmt ", "audio/wav"),
            (b"fLaC\0\0\0\x22", "audio/flac"),
            (
                b"OggS\0\x02AAAAAAAABBBBCCCCDDDD\x01\x13OpusHead",
                "audio/ogg",
            ),
            (b"OggS\0\x02AAAAAAAABBBBCCCCDDDD\x01\x2a\x80theora", BYTES),
            (
                b"\x1a\x45\xdf\xa3\x9f\x42\x86\x81\x01\x42\x82\x84webm",
                "video/webm",
            ),
            (b"\x1a\x45\xdf\xa3\x9f\x42\x82\x88matroska", BYTES),
            (b"%PDF-1.7", "application/pdf"),
            (b"PK\x03\x04", "application/zip"),
            (b"\0\0\0\x20ftypM4A ", "audio/mp4"),
            (b"\0\0\0\x20ftypavif", BYTES),
            (b"\0\0\0\x20ftypheic", BYTES),
        ] {
            assert_eq!(other(start), media_type);
            let is_heard_or_seen = ["audio/", "video/"]
                .iter()
                .any(|kind| media_type.starts_with(kind));
            assert_eq!(is_shown(media_type), is_heard_or_seen);
        }
        for (start, media_type) in [
            (&b"\0\0\0\x14ftypqt  "[..], "video/quicktime"),
            (b"\0\0\0\x20ftypisom", "video/mp4"),
            (b"\0\0\0\x20ftypmp42", "video/mp4"),
            (b"\0\0\0\x20ftyp3gp5", "video/mp4"),
        ] {
            assert_eq!(kind_of(start), Kind::Film(media_type));
        }
    }
}
