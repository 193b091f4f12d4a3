//! Pictures that others see: their size is told, their small form is there, their place is not.

use std::io::Cursor;

use image::{DynamicImage, ImageFormat, Rgb, RgbImage};
use zoom_protocol::PictureSize;

use super::support::{Person, ask, path_of};
use crate::socket::support::TestServer;

const PLACE: &[u8] = b"37.566500N 126.978000E";

fn drawn(width: u32, height: u32) -> DynamicImage {
    RgbImage::from_fn(width, height, |x, y| Rgb([x as u8, y as u8, 90])).into()
}

fn encoded(picture: &DynamicImage, format: ImageFormat) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    picture.write_to(&mut bytes, format).unwrap();
    bytes.into_inner()
}

pub(super) fn png(width: u32, height: u32) -> Vec<u8> {
    encoded(&drawn(width, height), ImageFormat::Png)
}

/// A JPEG that lies on its side, with a place.
fn jpeg(width: u32, height: u32) -> Vec<u8> {
    let plain = encoded(&drawn(width, height), ImageFormat::Jpeg);
    let exif = [
        &b"Exif\0\0II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0\x06\0\0\0\0\0\0\0"[..],
        PLACE,
    ]
    .concat();
    let length = exif.len() as u16 + 2;
    [
        &plain[..2],
        &[0xff, 0xe1],
        &length.to_be_bytes(),
        &exif,
        &plain[2..],
    ]
    .concat()
}

fn tells_the_place(bytes: &[u8]) -> bool {
    bytes.windows(PLACE.len()).any(|found| found == PLACE)
}

#[tokio::test]
async fn a_picture_is_upright_small_and_without_a_place() {
    let server = TestServer::start().await;
    let mut kim = Person::enter(&server, "a").await;
    let sent = jpeg(1_600, 900);
    assert!(tells_the_place(&sent));
    let (_, file) = kim.share("사진.png", &sent).await;
    assert_eq!(file.media_type, "image/jpeg", "as its content says");
    let upright = PictureSize {
        width: 900,
        height: 1_600,
    };
    assert_eq!(file.picture, Some(upright));
    let path = path_of("a", &file);
    let whole = ask(server.address, "GET", &path, &[], b"").await;
    assert_eq!(whole.header("content-type"), "image/jpeg");
    assert!(whole.header("content-disposition").starts_with("inline; "));
    assert_eq!(whole.body.len() as u64, file.bytes);
    let picture = image::load_from_memory(&whole.body).unwrap();
    assert_eq!((picture.width(), picture.height()), (900, 1_600));
    let small = ask(
        server.address,
        "GET",
        &format!("{path}?thumbnail"),
        &[],
        b"",
    )
    .await;
    assert_eq!(
        (small.status, small.header("content-type")),
        (200, "image/jpeg")
    );
    assert_ne!(small.header("etag"), whole.header("etag"));
    let picture = image::load_from_memory(&small.body).unwrap();
    assert_eq!((picture.width(), picture.height()), (450, 800));
    for bytes in [&whole.body, &small.body] {
        assert!(!tells_the_place(bytes));
    }
    // Nor anywhere on the disk.
    for folder in ["files", "thumbnails", "uploads"] {
        for found in walk(&server.folder().join(folder)) {
            assert!(!tells_the_place(&std::fs::read(found).unwrap()), "{folder}");
        }
    }
}

fn walk(folder: &std::path::Path) -> Vec<std::path::PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(walk(&path));
        } else {
            found.push(path);
        }
    }
    found
}

#[tokio::test]
async fn the_small_form_of_what_has_none_is_itself() {
    let server = TestServer::start().await;
    let mut kim = Person::enter(&server, "a").await;
    let (_, picture) = kim.share("a.png", &png(40, 30)).await;
    let (_, text) = kim.share("a.txt", b"text").await;
    for file in [picture, text] {
        let path = path_of("a", &file);
        let whole = ask(server.address, "GET", &path, &[], b"").await;
        let small = ask(
            server.address,
            "GET",
            &format!("{path}?thumbnail"),
            &[],
            b"",
        )
        .await;
        assert_eq!(small.status, 200);
        assert_eq!(small.body, whole.body);
        assert_eq!(small.header("etag"), whole.header("etag"));
    }
}

#[tokio::test]
async fn a_picture_beyond_the_limits_is_for_saving() {
    let server = TestServer::with(|limits| {
        limits.picture_pixels = 100 * 100;
        limits.picture_bytes = 20_000;
    })
    .await;
    let mut kim = Person::enter(&server, "a").await;
    let mut heavy = png(10, 10);
    heavy.extend_from_slice(&vec![0; 20_000]);
    for (name, content) in [("wide.png", png(101, 100)), ("heavy.png", heavy)] {
        let (_, file) = kim.share(name, &content).await;
        assert_eq!(file.picture, None, "{name}");
        let answer = ask(server.address, "GET", &path_of("a", &file), &[], b"").await;
        assert_eq!(answer.header("content-type"), "application/octet-stream");
        assert!(
            answer
                .header("content-disposition")
                .starts_with("attachment; ")
        );
    }
    let (_, file) = kim.share("fits.png", &png(100, 100)).await;
    assert!(file.picture.is_some());
}

#[tokio::test]
async fn a_gif_that_is_a_page_too_is_a_gif_alone() {
    let server = TestServer::start().await;
    let mut kim = Person::enter(&server, "a").await;
    let mut sent = encoded(&drawn(20, 20), ImageFormat::Gif);
    let page = b"<html><script>alert(document.cookie)</script></html>";
    sent.extend_from_slice(page);
    let (_, file) = kim.share("page.html", &sent).await;
    assert_eq!(file.media_type, "image/gif");
    let answer = ask(server.address, "GET", &path_of("a", &file), &[], b"").await;
    assert_eq!(answer.header("content-type"), "image/gif");
    assert_eq!(
        answer.header("content-security-policy"),
        "sandbox; default-src 'none'"
    );
    assert!(!answer.body.windows(8).any(|found| found == b"<script>"));
}

#[tokio::test]
async fn a_film_loses_its_place_and_nothing_moves_in_it() {
    let server = TestServer::start().await;
    let mut kim = Person::enter(&server, "a").await;
    let a_box = |kind: &[u8; 4], content: &[u8]| {
        [
            &(content.len() as u32 + 8).to_be_bytes(),
            &kind[..],
            content,
        ]
        .concat()
    };
    let film = [
        a_box(b"ftyp", b"qt  \0\0\0\0qt  "),
        a_box(b"mdat", &[5; 1_000]),
        a_box(b"moov", &a_box(b"udta", &a_box(b"\xa9xyz", PLACE))),
    ]
    .concat();
    let (_, file) = kim.share("film.mov", &film).await;
    assert_eq!(file.media_type, "video/quicktime");
    assert_eq!(file.bytes, film.len() as u64);
    let answer = ask(server.address, "GET", &path_of("a", &file), &[], b"").await;
    assert!(!tells_the_place(&answer.body));
    assert_eq!(answer.body[..1_028], film[..1_028]);
}
