//! Files are streamed in and out: what the server needs for one does not grow with it.

use std::{env, fs, process::Command};

use aws_lc_rs::digest::{Context, SHA256};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use super::support::{Person, TYPE, begin, info, path_of};
use crate::{http::support::Answer, socket::support::TestServer};

const ALONE: &str = "ZOOM_SERVER_TEST_ALONE";
const PIECE: usize = 64 * 1024;
const PIECES: usize = 1_600;

/// The most memory that this process has had, in bytes, since it was last asked to forget.
fn most_memory() -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|line| line.starts_with("VmHWM:"));
    let kilobytes = line.unwrap().split_whitespace().nth(1).unwrap();
    kilobytes.parse::<u64>().unwrap() * 1024
}

fn piece(number: usize) -> Vec<u8> {
    (0..PIECE).map(|n| (n * 31 + number * 7) as u8).collect()
}

/// Sends and reads 100 MB in one process with the server, which has that to itself.
#[tokio::test]
async fn a_hundred_megabytes_go_in_and_out_with_flat_memory() {
    if env::var_os(ALONE).is_none() {
        let test = "files::weight::a_hundred_megabytes_go_in_and_out_with_flat_memory";
        let output = Command::new(env::current_exe().unwrap())
            .args(["--exact", test, "--nocapture"])
            .env(ALONE, "1")
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&output.stdout);
        let wrong = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{said}{wrong}");
        return;
    }
    let server = TestServer::with(|limits| limits.file_bytes = 1 << 30).await;
    let mut kim = Person::enter(&server, "a").await;
    // Whatever is made once is there.
    kim.share("small.bin", &piece(0)).await;
    let bytes = (PIECE * PIECES) as u64;
    let place = kim.place("large.bin", bytes).await;
    fs::write("/proc/self/clear_refs", "5").unwrap();
    let before = most_memory();

    let length = bytes.to_string();
    let headers = [TYPE, ("upload-offset", "0"), ("content-length", &length)];
    let mut stream = begin(server.address, "PATCH", &place.path, &headers).await;
    let mut sent = Context::new(&SHA256);
    for number in 0..PIECES {
        let piece = piece(number);
        sent.update(&piece);
        stream.write_all(&piece).await.unwrap();
    }
    let file = info(&Answer::read(stream).await);
    let sent = sent.finish();
    assert_eq!(file.hash.0.as_slice(), sent.as_ref());
    kim.post(&[&place]).await;

    let mut stream = begin(server.address, "GET", &path_of("a", &file), &[]).await;
    let mut received = Context::new(&SHA256);
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(stream.read_u8().await.unwrap());
    }
    let (mut piece, mut count) = (vec![0; PIECE], 0);
    loop {
        let read = stream.read(&mut piece).await.unwrap();
        if read == 0 {
            break;
        }
        received.update(&piece[..read]);
        count += read as u64;
    }
    assert_eq!(count, bytes);
    assert_eq!(received.finish().as_ref(), sent.as_ref());
    let more = most_memory().saturating_sub(before);
    println!("{} KiB more for {} MiB", more >> 10, bytes >> 20);
    assert!(more < 16 << 20, "{more} bytes more");
}
