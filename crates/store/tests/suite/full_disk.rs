//! On a full disk messages are refused, nothing acknowledged is lost, and it goes on when there is
//! space again. A real one: a small tmpfs in a user and mount namespace of its own, which needs no
//! root (where user namespaces are forbidden, `sysctl kernel.unprivileged_userns_clone=1` allows
//! them).

use std::{env, fs, io::Write, path::Path, process::Command};

use zoom_protocol::{Limits, PageAt};
use zoom_store::{Change, Outcome, Refusal, Store, StoreError, WriteRequest};

use crate::common::{change_of, open, page, person, saying, write};

const FOLDER: &str = "ZOOM_STORE_TEST_FOLDER";

fn long(n: u64) -> WriteRequest {
    let change = Change::Post {
        sender: person(1),
        client_id: n.to_string().parse().unwrap(),
        message: saying(&"긴 글".repeat(500)),
        thread: None,
        to: None,
    };
    change_of("a", n, change)
}

/// Posts from `n` on until one is refused for the full disk; returns which.
fn fill(store: &Store, mut n: u64) -> u64 {
    loop {
        match write(store, long(n)) {
            Outcome::Posted { entry, .. } => assert_eq!(entry.number, n),
            outcome => {
                let full = Outcome::Refused(Refusal::StorageFull);
                assert_eq!(outcome, full, "entry {n}");
                return n;
            }
        }
        n += 1;
    }
}

fn kept(store: &Store) -> u64 {
    let page = page(store, "a", PageAt::After(0), u32::MAX);
    for (index, entry) in page.entries.iter().enumerate() {
        assert_eq!(entry.number, index as u64 + 1);
    }
    page.entries.len() as u64
}

fn on_a_small_disk(disk: &Path) {
    let data = disk.join("data");
    let store = open(&data);
    // Somebody else's file takes most of the disk.
    let ballast = disk.join("ballast");
    fs::write(&ballast, vec![1; 2 * 1024 * 1024]).unwrap();
    let refused = fill(&store, 1);
    assert!(refused > 1);
    for _ in 0..5 {
        assert_eq!(fill(&store, refused), refused, "still full");
    }
    assert_eq!(
        kept(&store),
        refused - 1,
        "what was acknowledged can be read"
    );

    // There is space again: the same message goes through, and the rest.
    fs::remove_file(&ballast).unwrap();
    let second = fill(&store, refused);
    assert!(second > refused + 10, "{refused} {second}");
    assert_eq!(kept(&store), second - 1);
    store.close();

    // A start on the full disk finds everything in the log, and refuses what it has no space for.
    let store = open(&data);
    assert_eq!(kept(&store), second - 1);
    assert_eq!(fill(&store, second), second);
}

fn start_on_a_full_disk(disk: &Path) {
    let data = disk.join("data");
    let store = open(&data);
    write(&store, long(1));
    store.close();
    let ballast = disk.join("ballast");
    let mut file = fs::File::create(&ballast).unwrap();
    while file.write_all(&[1; 4096]).is_ok() {}
    match Store::open(&data, &Limits::default()) {
        Ok(_) => panic!("it opened"),
        Err(error) => assert!(matches!(error, StoreError::Full { .. }), "{error}"),
    }
    drop(file);
    fs::remove_file(&ballast).unwrap();
    assert_eq!(kept(&open(&data)), 1);
}

#[test]
fn a_full_disk_refuses_loses_nothing_and_recovers() {
    in_a_namespace(
        "full_disk::a_full_disk_refuses_loses_nothing_and_recovers",
        on_a_small_disk,
    );
}

#[test]
fn a_start_without_space_is_refused_in_a_clear_line() {
    in_a_namespace(
        "full_disk::a_start_without_space_is_refused_in_a_clear_line",
        start_on_a_full_disk,
    );
}

/// The process in the namespace is the test again, told by a variable where the disk is.
fn in_a_namespace(test: &str, run: fn(&Path)) {
    if let Ok(disk) = env::var(FOLDER) {
        return run(Path::new(&disk));
    }
    let dir = tempfile::tempdir().unwrap();
    let script = "mount -t tmpfs -o size=4m tmpfs \"$ZOOM_STORE_TEST_FOLDER\" && exec \"$@\"";
    let output = Command::new("unshare")
        .args(["--user", "--map-root-user", "--mount"])
        .args(["sh", "-c", script, "sh"])
        .arg(env::current_exe().unwrap())
        .args(["--exact", test, "--nocapture"])
        .env(FOLDER, dir.path())
        .output()
        .unwrap();
    let text = String::from_utf8_lossy(&output.stdout) + String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{text}");
    assert!(text.contains("1 passed"), "{text}");
}
