//! A room that is taken in whole is the room that it was, and what cannot be one leaves nothing.

use std::{fs, path::Path, sync::mpsc};

use proptest::prelude::*;
use zoom_protocol::{AuthorId, Entry, EntryBody, Limits, Message, Search};
use zoom_store::{Change, ImportError, Imported, Outcome, Store};

use crate::{
    common::{change_of, clean, file, number, open, person, post, saying, write},
    model::{Model, limits},
    timeline::{changes, deed},
};

fn import(store: &Store, room: &str, entries: Vec<Option<Entry>>) -> Result<Imported, ImportError> {
    let (sender, receiver) = mpsc::channel();
    let reply = move |outcome| sender.send(outcome).unwrap();
    store.import(
        room.parse().unwrap(),
        Box::new(entries.into_iter()),
        Box::new(reply),
    );
    receiver.recv().unwrap()
}

fn export(store: &Store, room: &str) -> Vec<Entry> {
    store.open_to_all(room, 0, u32::MAX, u32::MAX).unwrap()
}

fn entries(room: &str, texts: &[&str]) -> Vec<Entry> {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path());
    for (place, text) in texts.iter().enumerate() {
        let change = Change::Post {
            sender: person(1),
            client_id: place.to_string().parse().unwrap(),
            message: saying(text),
            thread: None,
            to: None,
        };
        number(&store, change_of(room, place as u64, change));
    }
    export(&store, room)
}

fn hits(store: &Store, text: &str) -> usize {
    let search = Search {
        text: text.into(),
        ..Search::default()
    };
    let found = store.search("b", &search, 50, AuthorId(1)).unwrap();
    found.entries.len()
}

/// Whether a file of the folder has these bytes.
fn is_in_files(dir: &Path, text: &str) -> bool {
    let files = fs::read_dir(dir).unwrap().map(|file| file.unwrap().path());
    files.filter(|path| path.is_file()).any(|path| {
        let bytes = fs::read(path).unwrap();
        bytes
            .windows(text.len())
            .any(|window| window == text.as_bytes())
    })
}

/// Why entries that are changed so are not taken in, and that nothing of them is left.
fn refused(change: impl FnOnce(&mut Vec<Entry>)) -> (u64, u64, &'static str, &'static str) {
    let mut all = entries("a", &["wordone", "wordtwo", "wordthree"]);
    change(&mut all);
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path());
    let outcome = import(&store, "b", all.into_iter().map(Some).collect());
    assert_eq!(store.room("b").unwrap(), None);
    assert_eq!(export(&store, "b"), []);
    assert!(clean(&store));
    assert!(!is_in_files(dir.path(), "wordone"));
    match outcome {
        Err(ImportError::Entry {
            index,
            number,
            field,
            reason,
        }) => (index, number, field, reason),
        outcome => panic!("{outcome:?}"),
    }
}

#[test]
fn what_was_taken_in_is_found_and_goes_on() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path());
    let all = entries("a", &["회의실에서 만나요", "second"]);
    let imported = import(&store, "b", all.iter().cloned().map(Some).collect());
    let expected = Imported {
        entries: 2,
        file_bytes: 0,
    };
    assert_eq!(imported, Ok(expected));
    assert_eq!(export(&store, "b"), all);
    assert_eq!((hits(&store, "회의실"), hits(&store, "second")), (1, 1));
    let reply = Change::Post {
        sender: person(2),
        client_id: "reply".parse().unwrap(),
        message: saying("a reply"),
        thread: Some(1),
        to: None,
    };
    assert_eq!(number(&store, change_of("b", 5, reply)), 3);
    assert_eq!(export(&store, "b")[0].replies.unwrap().count, 1);
    let edit = Change::Edit {
        number: 1,
        author: AuthorId(1),
        text: Some("other words".parse().unwrap()),
        mentions: Vec::new(),
    };
    write(&store, change_of("b", 6, edit));
    assert_eq!((hits(&store, "회의실"), hits(&store, "other")), (0, 1));
}

#[test]
fn a_room_that_has_entries_stays_as_it_is() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path());
    number(&store, post("b", 1, "x", 1));
    let before = export(&store, "b");
    let outcome = import(
        &store,
        "b",
        entries("a", &["one"]).into_iter().map(Some).collect(),
    );
    assert_eq!(outcome, Err(ImportError::Occupied));
    assert_eq!(export(&store, "b"), before);
}

#[test]
fn a_room_whose_entries_have_all_expired_can_be_taken_in_and_keeps_its_settings() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path());
    number(&store, post("b", 1, "x", 1));
    write(&store, change_of("b", 1, Change::Retain { days: Some(9) }));
    write(&store, change_of("b", 2, Change::Expire { before_ms: 2 }));
    let all = entries("a", &["one"]);
    import(&store, "b", all.iter().cloned().map(Some).collect()).unwrap();
    assert_eq!(export(&store, "b"), all);
    let room = store.room("b").unwrap().unwrap();
    assert_eq!((room.last_number, room.retention_days), (3, Some(9)));
    let changes = store.changes_after("b", 2, 50, None).unwrap().changes;
    assert_eq!(changes, None, "whoever knew the room before reads it anew");
}

#[test]
fn entries_that_break_off_leave_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path());
    let mut broken: Vec<_> = entries("a", &["wordone"; 300])
        .into_iter()
        .map(Some)
        .collect();
    broken.push(None);
    assert_eq!(import(&store, "b", broken), Err(ImportError::Incomplete));
    assert_eq!(store.room("b").unwrap(), None);
    assert!(clean(&store));
    assert!(!is_in_files(dir.path(), "wordone"));
}

#[test]
fn a_panic_of_who_gives_the_entries_ends_that_import_alone() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path());
    let (sender, receiver) = mpsc::channel();
    let panics = std::iter::from_fn(|| -> Option<Option<Entry>> { panic!("no entries") });
    let reply = move |outcome| sender.send(outcome).unwrap();
    store.import("b".parse().unwrap(), Box::new(panics), Box::new(reply));
    assert_eq!(receiver.recv().unwrap(), Err(ImportError::Incomplete));
    assert_eq!(number(&store, post("b", 1, "x", 1)), 1);
}

#[test]
fn an_entry_that_cannot_be_one_is_named_and_nothing_is_taken_in() {
    let twice = refused(|all| all[2].number = 2);
    assert_eq!(twice, (2, 2, "number", "numbers ascend"));
    let named = |(index, _, field, _): (u64, u64, &'static str, &'static str)| (index, field);
    assert_eq!(named(refused(|all| all[0].number = 0)), (0, "number"));
    assert_eq!(named(refused(|all| all[1].changed = 1)), (1, "changed"));
    assert_eq!(
        named(refused(|all| all[1].changed = u64::MAX)),
        (1, "changed")
    );
    assert_eq!(named(refused(|all| all[2].time_ms = 0)), (2, "time_ms"));
    assert_eq!(
        named(refused(|all| all[2].time_ms = u64::MAX)),
        (2, "time_ms")
    );
    assert_eq!(named(refused(|all| all[1].to = Some(person(2)))), (1, "to"));
    assert_eq!(named(refused(|all| all[1].thread = Some(3))), (1, "thread"));
    let no_root = refused(|all| {
        all[2].number = 9;
        all[2].changed = 9;
        all[2].thread = Some(5);
    });
    assert_eq!(no_root, (2, 9, "thread", "no entry has this number"));
    let nested = refused(|all| {
        all[1].thread = Some(1);
        all[2].thread = Some(2);
    });
    assert_eq!(named(nested), (2, "thread"));
    let empty = refused(|all| all[2].body = EntryBody::Message(Message::default()));
    assert_eq!(named(empty), (2, "body"));
    let same = refused(|all| all[2].client_id = all[0].client_id.clone());
    assert_eq!(named(same), (2, "client_id"));
    let large = refused(|all| {
        let mut file = file(1, "large.bin");
        file.bytes = Limits::default().room_file_bytes + 1;
        let mut message = saying("large");
        message.files = vec![file];
        all[2].body = EntryBody::Message(message);
    });
    assert_eq!(named(large), (2, "body"));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    #[test]
    fn any_timeline_is_itself_after_an_export_and_an_import(
        deeds in prop::collection::vec(deed(), 1..60),
    ) {
        let dir = tempfile::tempdir().unwrap();
        let store = Store::open(dir.path(), &limits()).unwrap();
        let mut model = Model::default();
        for (index, deed) in deeds.iter().enumerate() {
            for (change, client_id) in changes(deed, &model) {
                model.now_ms = index as u64;
                write(&store, change_of("a", index as u64, change.clone()));
                model.write(&change, client_id);
            }
        }
        let all = export(&store, "a");
        let imported = import(&store, "b", all.iter().cloned().map(Some).collect());
        prop_assert_eq!(imported.map(|imported| imported.entries), Ok(all.len() as u64));
        prop_assert_eq!(&export(&store, "b"), &all);
        let room = store.room("b").unwrap().unwrap();
        let open_call = room.open_call.map(|call| call.entry.number);
        prop_assert_eq!(open_call, model.open_call);
        // It expires as the original does.
        for name in ["a", "b"] {
            let change = Change::Expire { before_ms: deeds.len() as u64 / 2 };
            let outcome = write(&store, change_of(name, 0, change));
            prop_assert!(!matches!(outcome, Outcome::Refused(_)), "{:?}", outcome);
        }
        prop_assert_eq!(export(&store, "b"), export(&store, "a"));
    }
}
