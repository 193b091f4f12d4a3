//! The database of an earlier version is brought to the latest format with all that is in it.

use std::path::Path;

use rusqlite::Connection;
use zoom_protocol::{AuthorId, EntryBody, PageAt, ParticipantId};
use zoom_store::Outcome;

use crate::common::{open, post, write};

/// A data folder as the first version left it: two rooms, one of them without entries.
fn first_format(dir: &Path) {
    let connection = Connection::open(dir.join("zoom.db")).unwrap();
    connection
        .execute_batch(
            r#"
            PRAGMA journal_mode = wal;
            CREATE TABLE rooms (
                id INTEGER PRIMARY KEY,
                key TEXT NOT NULL UNIQUE,
                name TEXT NOT NULL
            ) STRICT;
            CREATE TABLE entries (
                room INTEGER NOT NULL REFERENCES rooms (id),
                number INTEGER NOT NULL,
                time_ms INTEGER NOT NULL,
                participant INTEGER NOT NULL,
                name TEXT NOT NULL,
                ordinal INTEGER NOT NULL,
                client_id TEXT NOT NULL,
                body TEXT NOT NULL,
                PRIMARY KEY (room, number),
                UNIQUE (room, participant, client_id)
            ) STRICT, WITHOUT ROWID;
            INSERT INTO rooms VALUES (1, 'strasse', 'Straße'), (2, 'empty', 'Empty');
            INSERT INTO entries VALUES
                (1, 1, 1000, -1, '김', 1, 'a', '{"type":"message","text":"안녕 \"you\"\n😀"}'),
                (1, 2, 2000, 7, 'Kim', 2, 'a', '{"type":"message","text":"two"}');
            PRAGMA user_version = 1;
            PRAGMA application_id = 0x7a6f6f6d;
            "#,
        )
        .unwrap();
}

#[test]
fn messages_of_the_first_format_are_there_with_their_numbers() {
    let dir = tempfile::tempdir().unwrap();
    first_format(dir.path());
    let store = open(dir.path());
    let room = store.room("strasse").unwrap().unwrap();
    assert_eq!((room.name.as_str(), room.last_number), ("Straße", 2));
    assert_eq!(store.room("empty").unwrap().unwrap().last_number, 0);

    let read = store
        .page("strasse", PageAt::Before(u64::MAX), None, 10, None)
        .unwrap();
    let [first, second] = &read.page.entries[..] else {
        panic!("{read:?}");
    };
    assert_eq!((first.number, first.changed, first.time_ms), (1, 1, 1_000));
    assert_eq!(first.sender.participant, ParticipantId(u64::MAX));
    assert_eq!(first.sender.author, AuthorId(u64::MAX));
    assert_eq!(
        (first.sender.name.as_str(), first.sender.ordinal),
        ("김", 1)
    );
    let EntryBody::Message(message) = &first.body else {
        panic!("{first:?}");
    };
    let text = message.text.as_ref().map(|text| text.as_str());
    assert_eq!(text, Some("안녕 \"you\"\n😀"));
    assert_eq!((second.number, second.sender.ordinal), (2, 2));
    assert_eq!(second.client_id.as_str(), "a");
}

#[test]
fn a_room_of_the_first_format_goes_on_counting() {
    let dir = tempfile::tempdir().unwrap();
    first_format(dir.path());
    let store = open(dir.path());
    let outcome = write(&store, post("straße", 9, "x", 1_500));
    let Outcome::Posted { entry, repeat } = outcome else {
        panic!("{outcome:?}");
    };
    assert!(!repeat);
    assert_eq!((entry.number, entry.time_ms), (3, 2_000), "no earlier");
    // What was sent before the update and is sent again after it.
    let mut again = post("straße", 7, "a", 3_000);
    again.room = "STRAẞE".parse().unwrap();
    let outcome = write(&store, again);
    let Outcome::Posted { entry, repeat } = outcome else {
        panic!("{outcome:?}");
    };
    assert_eq!((entry.number, repeat), (2, true));
}

#[test]
fn a_database_is_brought_to_the_latest_format_once() {
    let dir = tempfile::tempdir().unwrap();
    first_format(dir.path());
    open(dir.path()).close();
    let schema = || {
        let connection = Connection::open(dir.path().join("zoom.db")).unwrap();
        let mut statement = connection
            .prepare("SELECT coalesce(sql, name) FROM sqlite_schema ORDER BY name")
            .unwrap();
        let rows = statement.query_map([], |row| row.get(0)).unwrap();
        rows.collect::<rusqlite::Result<Vec<String>>>().unwrap()
    };
    let after_one = schema();
    open(dir.path()).close();
    assert_eq!(schema(), after_one);

    let fresh = tempfile::tempdir().unwrap();
    open(fresh.path()).close();
    let connection = Connection::open(fresh.path().join("zoom.db")).unwrap();
    let count: u32 = connection
        .query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))
        .unwrap();
    assert_eq!(count, after_one.len() as u32, "as one that begins with it");
}
