//! What may become of an entry, and what may not.

use zoom_protocol::{
    AuthorId, CallRecord, EntryBody, FileName, Limits, Mention, Message, PageAt, Search,
};
use zoom_store::{Change, EXPIRED_AT_ONCE, Outcome, Refusal, Store};

use crate::common::{
    change_of, file, newest, number, numbers, open, person, post, posted, saying, write,
};

fn edit(number: u64, by: u64, text: &str) -> Change {
    Change::Edit {
        number,
        author: AuthorId(by),
        text: Some(text.parse().unwrap()),
        mentions: Vec::new(),
    }
}

fn delete(number: u64, by: u64) -> Change {
    Change::Delete {
        number,
        author: AuthorId(by),
    }
}

fn mark(number: u64, by: u64, reaction: &str, on: bool) -> Change {
    Change::Mark {
        number,
        reaction: reaction.parse().unwrap(),
        by: Mention {
            author: AuthorId(by),
            name: person(by).name,
        },
        on,
    }
}

/// A message with more than a text.
fn special(id: &str, message: Message, thread: Option<u64>, to: Option<u64>) -> Change {
    Change::Post {
        sender: person(1),
        client_id: id.parse().unwrap(),
        message,
        thread,
        to: to.map(person),
    }
}

fn with_files(files: &[(u64, &str)]) -> Message {
    Message {
        files: files.iter().map(|(n, name)| file(*n, name)).collect(),
        ..Message::default()
    }
}

fn change(store: &Store, change: Change) -> Outcome {
    write(store, change_of("a", 0, change))
}

fn refused(refusal: Refusal) -> Outcome {
    Outcome::Refused(refusal)
}

#[test]
fn an_edit_leaves_the_latest_text_and_when_it_was_said() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path());
    number(&store, post("a", 1, "x", 1_000));
    let outcome = write(&store, change_of("a", 2_000, edit(1, 1, "better")));
    let Outcome::Changed { entry } = outcome else {
        panic!("{outcome:?}");
    };
    assert_eq!((entry.number, entry.changed, entry.time_ms), (1, 2, 1_000));
    let message = Message {
        edited_ms: Some(2_000),
        ..saying("better")
    };
    assert_eq!(entry.body, EntryBody::Message(message));
    assert_eq!(newest(&store, "a", 10).entries, [*entry]);
    // The answer got lost, and it is asked for again.
    let again = write(&store, change_of("a", 3_000, edit(1, 1, "better")));
    assert_eq!(again, Outcome::Unchanged);
}

#[test]
fn nobody_changes_what_somebody_else_said() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path());
    number(&store, post("a", 1, "x", 0));
    for attempt in [edit(1, 2, "mine"), delete(1, 2)] {
        assert_eq!(change(&store, attempt), refused(Refusal::NotYours));
    }
    for attempt in [edit(2, 1, "?"), delete(0, 1), mark(u64::MAX, 1, "👍", true)] {
        assert_eq!(change(&store, attempt), refused(Refusal::NoEntry));
    }
    let elsewhere = write(&store, change_of("b", 0, delete(1, 1)));
    assert_eq!(elsewhere, refused(Refusal::NoEntry));
    assert_eq!(store.room("b").unwrap(), None, "no room is made by that");
}

#[test]
fn a_message_is_deleted_once_and_for_good() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path());
    change(
        &store,
        special("x", with_files(&[(1, "a.txt")]), None, None),
    );
    change(&store, mark(1, 2, "👍", true));
    let outcome = write(&store, change_of("a", 5_000, delete(1, 1)));
    let Outcome::Changed { entry } = outcome else {
        panic!("{outcome:?}");
    };
    assert_eq!(entry.body, EntryBody::Deleted { deleted_ms: 5_000 });
    let read = newest(&store, "a", 10).entries;
    assert_eq!(read, [*entry], "its place stays, without emoji and files");
    assert_eq!(change(&store, delete(1, 1)), Outcome::Unchanged);
    for attempt in [edit(1, 1, "back"), mark(1, 1, "👍", true)] {
        assert_eq!(change(&store, attempt), refused(Refusal::NotChangeable));
    }
    let room = store.room("a").unwrap().unwrap();
    assert_eq!((room.last_number, room.file_bytes), (3, 0));
    // Nor does the message come back when it is sent again.
    let again = special("x", saying("again"), None, None);
    let (entry, repeat) = posted(&store, change_of("a", 0, again));
    assert!(repeat && matches!(entry.body, EntryBody::Deleted { .. }));
}

#[test]
fn what_is_said_to_one_person_is_there_for_the_two_alone() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path());
    change(&store, special("x", saying("for two"), None, Some(2)));
    for reader in [1, 2] {
        let viewer = Some(AuthorId(reader));
        let at = PageAt::Before(u64::MAX);
        let read = store.page("a", at, None, 10, viewer).unwrap();
        assert_eq!(read.page.entries.len(), 1);
        let changes = store.changes_after("a", 0, 10, viewer).unwrap();
        assert_eq!(changes.changes, Some(read.page.entries));
    }
    for reader in [None, Some(AuthorId(3))] {
        let at = PageAt::Around(1);
        let read = store.page("a", at, None, 10, reader).unwrap();
        assert_eq!((&read.page.entries[..], read.last), (&[][..], 1));
        assert!(!read.page.more_before && !read.page.more_after);
        let changes = store.changes_after("a", 0, 10, reader).unwrap();
        assert_eq!((changes.changes, changes.last), (Some(vec![]), 1));
    }
    let search = Search::default();
    let found = store.search("a", &search, 10, AuthorId(3)).unwrap();
    assert!(found.entries.is_empty());

    for attempt in [mark(1, 3, "👍", true), edit(1, 3, "?"), delete(1, 3)] {
        assert_eq!(change(&store, attempt), refused(Refusal::NoEntry));
    }
    assert_eq!(change(&store, delete(1, 2)), refused(Refusal::NotYours));
    let marked = Outcome::Marked {
        number: 1,
        changed: 2,
        count: 1,
        readers: Some([AuthorId(1), AuthorId(2)]),
    };
    assert_eq!(change(&store, mark(1, 2, "👍", true)), marked);
}

#[test]
fn a_thread_hangs_on_a_message_that_everybody_may_read() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path());
    number(&store, post("a", 1, "root", 1_000));
    change(&store, special("private", saying("for two"), None, Some(2)));
    let reply = |id: &str, thread, to| change(&store, special(id, saying("re"), Some(thread), to));
    let Outcome::Posted { entry, .. } = reply("re", 1, None) else {
        panic!("it was not kept");
    };
    assert_eq!((entry.number, entry.thread), (3, Some(1)));
    assert_eq!(reply("re-re", 3, None), refused(Refusal::BadThread));
    assert_eq!(reply("to-private", 2, None), refused(Refusal::BadThread));
    assert_eq!(reply("whisper", 1, Some(2)), refused(Refusal::BadThread));
    assert_eq!(reply("nowhere", 9, None), refused(Refusal::NoEntry));

    let root = &newest(&store, "a", 10).entries[0];
    let replies = root.replies.unwrap();
    assert_eq!(
        (root.changed, replies.count, replies.last_ms),
        (3, 1, 1_000)
    );
    assert_eq!(numbers(&store, "a"), [1], "replies are in the thread alone");
    change(&store, delete(3, 1));
    let root = &newest(&store, "a", 10).entries[0];
    assert_eq!((root.changed, root.replies), (4, None));
}

#[test]
fn a_thread_and_the_emoji_on_a_message_are_bounded() {
    let dir = tempfile::tempdir().unwrap();
    let mut limits = Limits::default();
    limits.thread_messages = 5;
    limits.marks = 3;
    limits.mark_authors = 4;
    limits.mark_people = 2;
    let store = Store::open(dir.path(), &limits).unwrap();
    number(&store, post("a", 1, "root", 0));
    for n in 0..5 {
        let reply = special(&n.to_string(), saying("re"), Some(1), None);
        posted(&store, change_of("a", 0, reply));
    }
    let one_more = special("more", saying("re"), Some(1), None);
    assert_eq!(change(&store, one_more), refused(Refusal::TooMany));
    let again = special("0", saying("re"), Some(1), None);
    assert!(posted(&store, change_of("a", 0, again)).1, "a repeat");

    let mut refusals = 0;
    for by in 0..50 {
        for reaction in ["👍", "🎉", "😂", "❤️", "🚀"] {
            match change(&store, mark(1, by, reaction, true)) {
                Outcome::Marked { .. } => {}
                outcome => {
                    assert_eq!(outcome, refused(Refusal::TooMany));
                    refusals += 1;
                }
            }
        }
    }
    assert_eq!(refusals, 250 - 3 * 4);
    let viewer = Some(AuthorId(3));
    let read = store.page("a", PageAt::After(0), None, 1, viewer).unwrap();
    let marks = &read.page.entries[0].marks;
    assert_eq!(marks.len(), 3);
    for marked in marks {
        let people: Vec<u64> = marked.people.iter().map(|by| by.author.0).collect();
        assert_eq!(
            (marked.count, &people[..], marked.mine),
            (4, &[0, 1][..], true)
        );
    }
    // Whoever is there already may go.
    let taken = change(&store, mark(1, 0, "👍", false));
    assert!(
        matches!(taken, Outcome::Marked { count: 3, .. }),
        "{taken:?}"
    );
    let again = change(&store, mark(1, 0, "👍", false));
    assert_eq!(again, Outcome::Unchanged);
}

#[test]
fn a_message_needs_a_text_or_a_file() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path());
    let nothing = special("x", Message::default(), None, None);
    assert_eq!(change(&store, nothing), refused(Refusal::Empty));
    number(&store, post("a", 1, "text", 0));
    change(&store, special("y", with_files(&[(1, "a")]), None, None));
    let without_text = |number| Change::Edit {
        number,
        author: AuthorId(1),
        text: None,
        mentions: Vec::new(),
    };
    assert_eq!(change(&store, without_text(1)), refused(Refusal::Empty));
    change(&store, edit(2, 1, "a caption"));
    let outcome = change(&store, without_text(2));
    let Outcome::Changed { entry } = outcome else {
        panic!("{outcome:?}");
    };
    let EntryBody::Message(message) = entry.body else {
        panic!("no message");
    };
    assert_eq!((message.text, message.files.len()), (None, 1));
}

#[test]
fn the_files_of_a_room_are_bounded_and_each_content_counts_once() {
    let dir = tempfile::tempdir().unwrap();
    let mut limits = Limits::default();
    limits.room_file_bytes = 2_000;
    let store = Store::open(dir.path(), &limits).unwrap();
    let bytes = || store.room("a").unwrap().unwrap().file_bytes;
    let both = with_files(&[(1, "a"), (1, "b"), (2, "c")]);
    posted(&store, change_of("a", 0, special("x", both, None, None)));
    assert_eq!(bytes(), 2_000);
    let third = special("y", with_files(&[(3, "d")]), None, None);
    assert_eq!(
        change(&store, third.clone()),
        refused(Refusal::RoomFilesFull)
    );
    let same = special("z", with_files(&[(2, "again")]), None, None);
    posted(&store, change_of("a", 0, same));
    change(&store, delete(1, 1));
    assert_eq!(bytes(), 1_000, "one of them is in another message");
    posted(&store, change_of("a", 0, third));
    let name: FileName = "d".parse().unwrap();
    let found = store.file("a", file(3, "d").hash, &name).unwrap();
    assert_eq!(found, Some(file(3, "d")));
}

#[test]
fn what_is_old_goes_a_piece_at_a_time() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path());
    let count = u64::from(EXPIRED_AT_ONCE) + 100;
    for n in 1..=count + 10 {
        number(&store, post("a", 1, &n.to_string(), n));
    }
    let expire = || {
        let before_ms = count + 1;
        change(&store, Change::Expire { before_ms })
    };
    let first = u64::from(EXPIRED_AT_ONCE) + 1;
    let piece = |before, more| Outcome::Expired { before, more };
    assert_eq!(expire(), piece(first, true));
    assert_eq!(expire(), piece(count + 1, false));
    assert_eq!(expire(), Outcome::Unchanged);
    let stays: Vec<u64> = (count + 1..=count + 10).collect();
    assert_eq!(numbers(&store, "a"), stays);
    // Who was told of less than the last expiry begins anew.
    let last = store.room("a").unwrap().unwrap().last_number;
    assert_eq!(last, count + 12);
    let after = |number| store.changes_after("a", number, 50, None).unwrap().changes;
    assert_eq!(after(last - 1), None);
    assert_eq!(after(last), Some(vec![]));
    assert_eq!(number(&store, post("a", 1, "1", 0)), last + 1);
}

#[test]
fn a_room_says_how_long_it_keeps_what_is_written() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path());
    for days in [Some(30), None] {
        let outcome = change(&store, Change::Retain { days });
        assert_eq!(outcome, Outcome::Retained);
        assert_eq!(store.room("a").unwrap().unwrap().retention_days, days);
    }
}

#[test]
fn a_call_is_open_until_it_has_ended_also_over_a_restart() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path());
    let record = |count, ended_ms| CallRecord {
        people: vec![person(1)],
        count,
        ended_ms,
    };
    let begin = Change::CallBegan {
        sender: person(1),
        client_id: "call".parse().unwrap(),
        record: record(2, None),
    };
    assert_eq!(number(&store, change_of("a", 1_000, begin.clone())), 1);
    assert!(posted(&store, change_of("a", 1_000, begin)).1, "a repeat");
    let came = |count, ended_ms| Change::CallChanged {
        number: 1,
        record: record(count, ended_ms),
    };
    write(&store, change_of("a", 2_000, came(3, None)));
    store.close();

    let store = open(dir.path());
    let call = store.room("a").unwrap().unwrap().open_call.unwrap();
    assert_eq!((call.entry.number, call.changed_ms), (1, 2_000));
    assert_eq!(call.entry.body, EntryBody::Call(record(3, None)));
    for attempt in [mark(1, 1, "👍", true), delete(1, 1), edit(1, 1, "?")] {
        assert_eq!(change(&store, attempt), refused(Refusal::NotChangeable));
    }
    let ended = change(&store, came(3, Some(2_000)));
    assert!(matches!(ended, Outcome::Changed { .. }), "{ended:?}");
    assert_eq!(store.room("a").unwrap().unwrap().open_call, None);
    let late = change(&store, came(4, None));
    assert_eq!(late, refused(Refusal::NotChangeable));
}

#[test]
fn too_many_changes_are_told_as_none() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path());
    for n in 1..=30 {
        number(&store, post("a", 1, &n.to_string(), n));
    }
    let after = |number, limit| {
        let read = store.changes_after("a", number, limit, None).unwrap();
        read.changes.map(|changes| changes.len())
    };
    assert_eq!(after(20, 10), Some(10));
    assert_eq!(after(19, 10), None);
    assert_eq!(after(31, 10), None, "of another copy of the room");
    // However often an entry changes, it is told once.
    for n in 0..400 {
        change(&store, edit(3, 1, &n.to_string()));
    }
    assert_eq!(after(30, 10), Some(1));
}
