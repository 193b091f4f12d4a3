//! What fuzzing found stays good: every file of every corpus goes through its target.

#![expect(clippy::unwrap_used, reason = "a test fails by a panic")]

use std::{fs, path::Path};

use zoom_fuzz_bodies::TARGETS;

fn replay(name: &str) {
    let (_, run) = TARGETS.iter().find(|(other, _)| *other == name).unwrap();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../corpus")
        .join(name);
    let mut paths: Vec<_> = fs::read_dir(&folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    assert!(!paths.is_empty(), "{} is empty", folder.display());
    paths.sort();
    for path in paths {
        // Told only where the test fails.
        println!("{}", path.display());
        run(&fs::read(path).unwrap());
    }
}

#[test]
fn every_target_has_a_corpus_and_every_corpus_a_target() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../corpus");
    let mut corpora: Vec<_> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    corpora.sort();
    let targets: Vec<_> = TARGETS.iter().map(|(name, _)| *name).collect();
    assert_eq!(corpora, targets);
}

#[test]
fn feedback_that_was_found() {
    replay("congestion");
}

#[test]
fn datagrams_that_were_found() {
    replay("datagram");
}

#[test]
fn messages_that_were_found() {
    replay("message");
}

#[test]
fn offers_that_were_found() {
    replay("offer");
}

#[test]
fn numbers_of_packets_that_were_found() {
    replay("reception");
}

#[test]
fn changes_of_source_that_were_found() {
    replay("rewrite");
}

#[test]
fn compound_packets_that_were_found() {
    replay("rtcp");
}

#[test]
fn packet_headers_that_were_found() {
    replay("rtp_header");
}

#[test]
fn sealed_packets_that_were_found() {
    replay("srtp");
}
