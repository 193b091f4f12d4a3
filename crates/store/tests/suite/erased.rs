//! What was edited away, deleted or has expired is in no file any more.

use std::{collections::BTreeSet, fs, path::Path};

use rusqlite::Connection;
use zoom_protocol::{AuthorId, Mention};
use zoom_store::{Change, Outcome, Store};

use crate::common::{change_of, clean, file, open, person, saying, write};

const ROOMS: u64 = 5;

/// A word that is nowhere else.
fn word(n: u64) -> String {
    let mixed = n.wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ 0x5bf0_3635;
    format!("word{mixed:016x}")
}

fn room(n: u64) -> String {
    format!("room-{}", n % ROOMS)
}

/// Posts a message around a word; some are long enough to need pages of their own.
fn post(store: &Store, n: u64) -> u64 {
    let filling = match n % 40 {
        0 => 3_000,
        n => n as usize * 4,
    };
    let mut message = saying(&format!("{} {}", word(n), "x".repeat(filling)));
    message.mentions = vec![Mention {
        author: AuthorId(n),
        name: format!("m{}", word(n)).parse().unwrap(),
    }];
    message.files = vec![file(n, &format!("f{}.txt", word(n)))];
    let change = Change::Post {
        sender: person(1),
        client_id: n.to_string().parse().unwrap(),
        message,
        thread: None,
        to: None,
    };
    match write(store, change_of(&room(n), n, change)) {
        Outcome::Posted { entry, .. } => entry.number,
        outcome => panic!("{outcome:?}"),
    }
}

/// Which of the words below `count` are anywhere in the files of the folder.
fn found(dir: &Path, count: u64) -> BTreeSet<u64> {
    let mut bytes = Vec::new();
    for file in fs::read_dir(dir).unwrap() {
        let file = file.unwrap();
        if file.file_type().unwrap().is_file() {
            bytes.extend(fs::read(file.path()).unwrap());
        }
    }
    let there: BTreeSet<&[u8]> = (0..bytes.len())
        .filter(|at| bytes[*at..].starts_with(b"word"))
        .filter_map(|at| bytes.get(at..at + 20))
        .collect();
    let is_there = |n: &u64| there.contains(word(*n).as_bytes());
    (0..count).filter(is_there).collect()
}

fn is_whole(dir: &Path) -> bool {
    let connection = Connection::open(dir.join("zoom.db")).unwrap();
    let verdict: String = connection
        .query_row("PRAGMA integrity_check", [], |row| row.get(0))
        .unwrap();
    verdict == "ok"
}

/// Entries of several rooms come in turn, so that pages are split in many places, and rows that are
/// deleted later have been moved about.
fn filled(dir: &Path, count: u64) -> (Store, Vec<u64>) {
    let store = open(dir);
    let numbers = (0..count).map(|n| post(&store, n)).collect();
    (store, numbers)
}

#[test]
fn what_was_deleted_or_edited_away_is_in_no_file_while_the_store_goes_on() {
    let dir = tempfile::tempdir().unwrap();
    let (store, numbers) = filled(dir.path(), 1_000);
    let gone: BTreeSet<u64> = (0..1_000).filter(|n| n * 7 % 3 != 0).collect();
    for n in &gone {
        let number = numbers[*n as usize];
        let author = AuthorId(1);
        let change = Change::Delete { number, author };
        let outcome = write(&store, change_of(&room(*n), 2_000, change));
        assert!(matches!(outcome, Outcome::Changed { .. }), "{outcome:?}");
    }
    // Others are moved by what comes after.
    for n in 1_000..1_300 {
        post(&store, n);
    }
    assert!(clean(&store));
    let stays: BTreeSet<u64> = (0..1_300).filter(|n| !gone.contains(n)).collect();
    assert_eq!(found(dir.path(), 1_300), stays);
    store.close();
    assert_eq!(found(dir.path(), 1_300), stays);
    assert!(is_whole(dir.path()));
}

#[test]
fn the_former_texts_of_a_message_are_in_no_file() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path());
    for n in 0..50 {
        let change = Change::Post {
            sender: person(1),
            client_id: n.to_string().parse().unwrap(),
            message: saying(&word(n)),
            thread: None,
            to: None,
        };
        write(&store, change_of("a", n, change));
    }
    // Each number of `edit` is another length.
    for edit in 1..20 {
        for n in 0..50 {
            let text = format!("{} {}", word(edit * 50 + n), "y".repeat(edit as usize * 31));
            let change = Change::Edit {
                number: n + 1,
                author: AuthorId(1),
                text: Some(text.parse().unwrap()),
                mentions: Vec::new(),
            };
            let outcome = write(&store, change_of("a", n, change));
            assert!(matches!(outcome, Outcome::Changed { .. }), "{outcome:?}");
        }
    }
    assert!(clean(&store));
    assert_eq!(found(dir.path(), 1_000), (950..1_000).collect());
    assert!(is_whole(dir.path()));
}

#[test]
fn what_has_expired_is_in_no_file() {
    let dir = tempfile::tempdir().unwrap();
    let (store, _) = filled(dir.path(), 3_000);
    for n in 0..ROOMS {
        loop {
            let change = Change::Expire { before_ms: 1_700 };
            match write(&store, change_of(&room(n), 0, change)) {
                Outcome::Expired { more: true, .. } => {}
                Outcome::Expired { more: false, .. } => break,
                outcome => panic!("{outcome:?}"),
            }
        }
    }
    assert!(clean(&store));
    assert_eq!(found(dir.path(), 3_000), (1_700..3_000).collect());
    store.close();
    assert!(is_whole(dir.path()));
}

#[test]
fn a_store_that_was_killed_takes_what_was_deleted_out_of_its_files_at_the_next_start() {
    let dir = tempfile::tempdir().unwrap();
    let (store, numbers) = filled(dir.path(), 200);
    for n in 0..100 {
        let (number, author) = (numbers[n as usize], AuthorId(1));
        let change = Change::Delete { number, author };
        write(&store, change_of(&room(n), 0, change));
    }
    // What a crash leaves.
    let crashed = tempfile::tempdir().unwrap();
    for name in ["zoom.db", "zoom.db-wal"] {
        fs::copy(dir.path().join(name), crashed.path().join(name)).unwrap();
    }
    let store = open(crashed.path());
    assert!(clean(&store));
    assert_eq!(found(crashed.path(), 200), (100..200).collect());
    store.close();
    assert!(is_whole(crashed.path()));
}
