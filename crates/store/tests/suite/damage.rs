//! A damaged database is refused with a clear line, and every file of it is left as it is.

use std::{collections::BTreeMap, fs, path::Path};

use rusqlite::Connection;
use zoom_protocol::{AuthorId, Limits, PageAt, Search};
use zoom_store::{Store, StoreError};

use crate::common::{numbers, open, post, write};

/// A closed database of some hundred pages.
fn filled() -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path());
    for n in 0..400 {
        write(&store, post("a", 1, &format!("{n:0>60}"), n));
    }
    store.close();
    // Pages that nothing is on may be noise.
    let connection = Connection::open(dir.path().join("zoom.db")).unwrap();
    connection.execute_batch("VACUUM").unwrap();
    dir
}

/// Every file of the folder with what is in it; the lock is no part of the database.
fn files(dir: &Path) -> BTreeMap<String, Vec<u8>> {
    fs::read_dir(dir)
        .unwrap()
        .map(|file| file.unwrap())
        .filter(|file| file.file_type().unwrap().is_file())
        .map(|file| (file.file_name().into_string().unwrap(), file.path()))
        .filter(|(name, _)| name != "lock")
        .map(|(name, path)| (name, fs::read(path).unwrap()))
        .collect()
}

/// Opens what is damaged; it must be refused and left alone.
fn must_be_refused(dir: &Path, how: &str) {
    let before = files(dir);
    match Store::open(dir, &Limits::default()) {
        Ok(_) => panic!("{how}: it opened"),
        Err(StoreError::Damaged { path, reason }) => {
            assert!(path.ends_with("zoom.db"), "{how}");
            assert!(
                !reason.is_empty() && !reason.contains('\n'),
                "{how}: {reason:?}"
            );
        }
        Err(error) => panic!("{how}: {error}"),
    }
    assert!(before == files(dir), "{how}: a file was touched");
}

#[test]
fn a_header_of_garbage_is_damage() {
    let dir = filled();
    let path = dir.path().join("zoom.db");
    let mut bytes = fs::read(&path).unwrap();
    bytes[..100].fill(0xa5);
    fs::write(&path, bytes).unwrap();
    must_be_refused(dir.path(), "garbage header");
}

#[test]
fn a_file_that_is_no_database_is_damage() {
    let dir = tempfile::tempdir().unwrap();
    fs::write(dir.path().join("zoom.db"), "Dear diary,\n".repeat(1_000)).unwrap();
    must_be_refused(dir.path(), "text");
}

#[test]
fn a_file_that_lost_its_end_is_damage_wherever_it_was_cut() {
    let dir = filled();
    let path = dir.path().join("zoom.db");
    let whole = fs::read(&path).unwrap();
    for cut in [
        1,
        99,
        512,
        4_096,
        5_000,
        whole.len() / 2,
        whole.len() - 4_096,
    ] {
        fs::write(&path, &whole[..cut]).unwrap();
        must_be_refused(dir.path(), &format!("cut at {cut}"));
    }
}

#[test]
fn a_page_that_turned_to_noise_is_damage_unless_it_was_of_the_index_of_words() {
    let dir = filled();
    let path = dir.path().join("zoom.db");
    let whole = fs::read(&path).unwrap();
    let pages = whole.len() / 4_096;
    let mut opened = 0;
    for page in 0..pages {
        let mut bytes = whole.clone();
        // The first page keeps its header, which has a test of its own.
        let from = page * 4_096 + if page == 0 { 100 } else { 0 };
        for (index, byte) in bytes[from..(page + 1) * 4_096].iter_mut().enumerate() {
            *byte = (index as u8).wrapping_mul(167) ^ 0x5a;
        }
        fs::write(&path, bytes).unwrap();
        let how = format!("noise in page {page}");
        match Store::open(dir.path(), &Limits::default()) {
            // Terms in the wrong places; what was said is all there.
            Ok(store) => {
                assert_eq!(numbers(&store, "a").len(), 400, "{how}");
                drop(store.search("a", &Search::default(), 30, AuthorId(1)));
                store.close();
                opened += 1;
            }
            Err(_) => must_be_refused(dir.path(), &how),
        }
    }
    assert!(
        opened * 10 < pages,
        "{opened} of {pages} pages went unnoticed"
    );
}

#[test]
fn a_log_without_its_database_is_damage_and_not_thrown_away() {
    let dir = filled();
    let log = dir.path().join("zoom.db-wal");
    fs::write(&log, [7; 5_000]).unwrap();
    fs::write(dir.path().join("zoom.db"), []).unwrap();
    must_be_refused(dir.path(), "empty database beside a log");
    fs::remove_file(dir.path().join("zoom.db")).unwrap();
    must_be_refused(dir.path(), "no database beside a log");
}

/// Single flipped bits: some hit text, which SQLite does not check, some are damage. None may end
/// in a panic or lead to a refusal that changed the file.
#[test]
fn a_flipped_bit_is_refused_or_read_over_but_never_a_panic() {
    let dir = filled();
    let path = dir.path().join("zoom.db");
    let whole = fs::read(&path).unwrap();
    let mut position = 12_345_usize;
    for _ in 0..60 {
        position = position
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        let at = (position >> 20) % whole.len();
        let mut bytes = whole.clone();
        bytes[at] ^= 1 << (position % 8);
        fs::write(&path, &bytes).unwrap();
        match Store::open(dir.path(), &Limits::default()) {
            Ok(store) => {
                // Whether a page can be read or not, the answer is no panic.
                drop(store.page("a", PageAt::Before(u64::MAX), None, 500, None));
                write(&store, post("b", 1, "x", 0));
                store.close();
                for side in ["zoom.db-wal", "zoom.db-shm"] {
                    drop(fs::remove_file(dir.path().join(side)));
                }
            }
            Err(_) => assert!(fs::read(&path).unwrap() == bytes, "touched at {at}"),
        }
    }
}

#[test]
fn a_whole_database_opens_again_after_the_look() {
    let dir = filled();
    assert_eq!(numbers(&open(dir.path()), "a").len(), 400);
}

/// What a crash leaves: the files of a store that is open. The log has entries that the database
/// lacks, and there may be no index beside it.
#[test]
fn a_log_that_a_crash_left_is_read_when_the_database_is_whole_and_kept_when_it_is_not() {
    let dir = filled();
    let store = open(dir.path());
    write(&store, post("a", 1, "in-the-log", 9_000));
    let copy = || {
        let crashed = tempfile::tempdir().unwrap();
        for name in ["zoom.db", "zoom.db-wal"] {
            fs::copy(dir.path().join(name), crashed.path().join(name)).unwrap();
        }
        crashed
    };
    let whole = copy();
    assert_eq!(numbers(&open(whole.path()), "a").len(), 401);

    let damaged = copy();
    let path = damaged.path().join("zoom.db");
    let mut bytes = fs::read(&path).unwrap();
    let middle = bytes.len() / 4_096 / 2 * 4_096;
    bytes[middle..middle + 4_096].fill(0xa5);
    fs::write(&path, bytes).unwrap();
    must_be_refused(damaged.path(), "noise beside a log");
}
