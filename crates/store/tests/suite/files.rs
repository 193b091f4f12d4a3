//! Bytes of files stay as long as a message has them or somebody holds them, and no longer; also
//! after `kill -9`.

use std::{
    collections::BTreeSet,
    env, fs,
    io::{BufRead, BufReader, Write},
    path::Path,
    process::{Command, Stdio},
    thread,
};

use zoom_protocol::{AuthorId, EntryBody, FileHash, FileInfo, Message, PageAt, UploadId};
use zoom_store::{
    Change, Outcome, Store, WriteRequest,
    files::{Content, Pin},
};

use crate::common::{change_of, file, open, page, person, posted, write};

const FOLDER: &str = "ZOOM_STORE_TEST_FOLDER";

/// Brings a content onto the disk, as an upload does.
fn keep(store: &Store, info: &FileInfo) -> Pin {
    let upload: UploadId = info.hash.to_string().parse().unwrap();
    let mut bytes = store.files().upload(&upload, b"note").unwrap();
    bytes.append(info.hash.to_string().as_bytes()).unwrap();
    bytes.sync().unwrap();
    let small = store.files().beside(&upload, "small");
    fs::write(&small, b"small").unwrap();
    let content = Content {
        file: bytes.path(),
        thumbnail: Some(&small),
    };
    let pin = store.files().keep(info.hash, &content).unwrap();
    store.files().remove_upload(&upload).unwrap();
    pin
}

fn with_files(room: &str, client_id: &str, files: &[FileInfo]) -> WriteRequest {
    let message = Message {
        files: files.to_vec(),
        ..Message::default()
    };
    let change = Change::Post {
        sender: person(1),
        client_id: client_id.parse().unwrap(),
        message,
        thread: None,
        to: None,
    };
    change_of(room, 1, change)
}

fn delete(store: &Store, room: &str, number: u64) {
    let author = AuthorId(1);
    let outcome = write(store, change_of(room, 2, Change::Delete { number, author }));
    assert!(matches!(outcome, Outcome::Changed { .. }), "{outcome:?}");
    store.files().settle();
}

fn is_there(store: &Store, hash: FileHash) -> bool {
    let content = store.files().content(hash).unwrap().is_some();
    let small = store.files().thumbnail(hash).unwrap().is_some();
    assert_eq!(content, small, "a content and its small form go together");
    content
}

#[test]
fn a_content_stays_while_it_is_pinned_and_while_a_message_has_it() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path());
    let info = file(1, "a.txt");
    let pin = keep(&store, &info);
    let again = store.files().pin(info.hash).unwrap();
    drop(pin);
    store.files().settle();
    assert!(is_there(&store, info.hash), "it is pinned");
    let (first, _) = posted(&store, with_files("a", "1", &[info.clone(), info.clone()]));
    drop(again);
    store.files().settle();
    assert!(is_there(&store, info.hash), "a message has it");
    let (second, _) = posted(&store, with_files("b", "1", std::slice::from_ref(&info)));
    delete(&store, "a", first.number);
    assert!(is_there(&store, info.hash), "another room's message has it");
    delete(&store, "b", second.number);
    assert!(!is_there(&store, info.hash));
    assert!(store.files().pin(info.hash).is_none());
}

#[test]
fn what_nobody_wants_goes_when_its_pin_does() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path());
    let info = file(1, "a.txt");
    drop(keep(&store, &info));
    store.files().settle();
    assert!(!is_there(&store, info.hash));
}

#[test]
fn the_same_content_twice_is_kept_once() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path());
    let info = file(1, "a.txt");
    let pins = [keep(&store, &info), keep(&store, &info)];
    assert!(is_there(&store, info.hash));
    let uploads = fs::read_dir(dir.path().join("uploads")).unwrap().count();
    assert_eq!(uploads, 0);
    drop(pins);
}

#[test]
fn an_expired_message_takes_its_files_along() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path());
    let info = file(1, "a.txt");
    let pin = keep(&store, &info);
    posted(&store, with_files("a", "1", std::slice::from_ref(&info)));
    drop(pin);
    let outcome = write(&store, change_of("a", 2, Change::Expire { before_ms: 2 }));
    assert!(matches!(outcome, Outcome::Expired { .. }), "{outcome:?}");
    store.files().settle();
    assert!(!is_there(&store, info.hash));
}

#[test]
fn a_sweep_deletes_what_is_lost_and_nothing_else() {
    let dir = tempfile::tempdir().unwrap();
    let (posted_one, pinned, lost) = (file(1, "a"), file(2, "b"), file(3, "c"));
    let store = open(dir.path());
    for info in [&posted_one, &pinned, &lost] {
        std::mem::forget(keep(&store, info));
    }
    posted(
        &store,
        with_files("a", "1", std::slice::from_ref(&posted_one)),
    );
    store.close();
    drop(store);
    let store = open(dir.path());
    let pin = store.files().pin(pinned.hash).unwrap();
    store.files().sweep();
    store.files().settle();
    assert!(is_there(&store, posted_one.hash) && is_there(&store, pinned.hash));
    assert!(!is_there(&store, lost.hash));
    drop(pin);
}

/// Many bring the same few contents, post them and delete the messages, all at once: whenever one is
/// pinned it is there, and at the end nothing is.
#[test]
fn nobody_finds_a_pinned_content_gone() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path());
    thread::scope(|scope| {
        for who in 0..4_u64 {
            let store = store.clone();
            scope.spawn(move || {
                for round in 0..40_u64 {
                    let info = file((who + round) % 3, "a.txt");
                    let pin = store.files().pin(info.hash);
                    let pin = pin.unwrap_or_else(|| bring(&store, who, &info));
                    assert!(store.files().content(info.hash).unwrap().is_some());
                    let room = format!("room-{who}");
                    let (entry, _) = posted(
                        &store,
                        with_files(&room, &round.to_string(), std::slice::from_ref(&info)),
                    );
                    drop(pin);
                    assert!(store.files().content(info.hash).unwrap().is_some());
                    let number = entry.number;
                    let author = AuthorId(1);
                    write(
                        &store,
                        change_of(&room, 2, Change::Delete { number, author }),
                    );
                }
            });
        }
    });
    store.files().settle();
    for content in 0..3 {
        assert!(
            store
                .files()
                .content(file(content, "a").hash)
                .unwrap()
                .is_none()
        );
    }
}

/// As [`keep`], with an upload of one's own.
fn bring(store: &Store, who: u64, info: &FileInfo) -> Pin {
    let upload: UploadId = format!("of-{who}").parse().unwrap();
    let mut bytes = store.files().upload(&upload, b"note").unwrap();
    bytes.append(b"content").unwrap();
    let content = Content {
        file: bytes.path(),
        thumbnail: None,
    };
    let pin = store.files().keep(info.hash, &content).unwrap();
    store.files().remove_upload(&upload).unwrap();
    pin
}

/// Posts files and deletes every other message, until it is killed.
fn post_for_ever(dir: &Path) {
    let store = open(dir);
    let run = u64::from(std::process::id()) << 32;
    for n in 0.. {
        let info = file(run + n, "a.txt");
        let pin = bring(&store, n, &info);
        let client_id = format!("{run}-{n}");
        let (entry, _) = posted(&store, with_files("a", &client_id, &[info]));
        drop(pin);
        if n % 2 == 0 {
            let (number, author) = (entry.number, AuthorId(1));
            write(&store, change_of("a", 2, Change::Delete { number, author }));
        }
        // The parent has let go of the pipe: it has seen enough.
        drop(writeln!(std::io::stdout().lock(), "kept {n}"));
    }
}

/// The contents that are on the disk.
fn on_disk(dir: &Path) -> BTreeSet<FileHash> {
    let mut found = BTreeSet::new();
    for group in fs::read_dir(dir.join("files")).unwrap() {
        let group = group.unwrap();
        for file in fs::read_dir(group.path()).unwrap() {
            let start = group.file_name().into_string().unwrap();
            let rest = file.unwrap().file_name().into_string().unwrap();
            found.insert((start + &rest).parse().unwrap());
        }
    }
    found
}

/// The other process is this test again, told by a variable which folder to fill.
#[test]
fn after_kill_nine_every_message_has_its_bytes_and_no_others_are_left() {
    if let Ok(dir) = env::var(FOLDER) {
        post_for_ever(Path::new(&dir));
    }
    let dir = tempfile::tempdir().unwrap();
    for round in 1..=3 {
        let mut child = Command::new(env::current_exe().unwrap())
            .args([
                "--exact",
                "files::after_kill_nine_every_message_has_its_bytes_and_no_others_are_left",
                "--nocapture",
            ])
            .env(FOLDER, dir.path())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let kept = lines
            .map_while(Result::ok)
            .filter(|line| line.contains("kept "));
        assert_eq!(kept.take(20 * round).count(), 20 * round);
        child.kill().unwrap();
        child.wait().unwrap();

        let store = open(dir.path());
        assert!(store.files().uploads().is_ok());
        store.files().sweep();
        store.files().settle();
        let entries = page(&store, "a", PageAt::After(0), u32::MAX).entries;
        let referred: BTreeSet<FileHash> = entries
            .iter()
            .flat_map(|entry| match &entry.body {
                EntryBody::Message(message) => message.files.clone(),
                _ => Vec::new(),
            })
            .map(|file| file.hash)
            .collect();
        assert!(referred.len() >= 10 * round);
        assert_eq!(on_disk(dir.path()), referred);
    }
}
