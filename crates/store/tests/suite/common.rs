//! What the tests of the store have in common.

use std::{path::Path, sync::mpsc};

use zoom_protocol::{
    AuthorId, Entry, FileHash, FileInfo, Limits, Message, MessageText, Page, PageAt, ParticipantId,
    Person,
};
use zoom_store::{Change, Outcome, Store, WriteRequest};

/// Opens with the usual limits.
pub(crate) fn open(dir: &Path) -> Store {
    Store::open(dir, &Limits::default()).unwrap()
}

/// Writes a message that is not there yet, and returns its number.
pub(crate) fn number(store: &Store, request: WriteRequest) -> u64 {
    let (entry, repeat) = posted(store, request);
    assert!(!repeat, "{entry:?}");
    entry.number
}

/// Writes a message, and returns it and whether it was there already.
pub(crate) fn posted(store: &Store, request: WriteRequest) -> (Entry, bool) {
    match write(store, request) {
        Outcome::Posted { entry, repeat } => (*entry, repeat),
        outcome => panic!("{outcome:?}"),
    }
}

/// A page as nobody in particular reads it.
pub(crate) fn page(store: &Store, room_key: &str, at: PageAt, limit: u32) -> Page {
    store.page(room_key, at, None, limit, None).unwrap().page
}

/// The newest page.
pub(crate) fn newest(store: &Store, room_key: &str, limit: u32) -> Page {
    page(store, room_key, PageAt::Before(u64::MAX), limit)
}

/// The numbers of all entries of a room.
pub(crate) fn numbers(store: &Store, room_key: &str) -> Vec<u64> {
    let all = page(store, room_key, PageAt::After(0), u32::MAX);
    all.entries.iter().map(|entry| entry.number).collect()
}

/// Somebody whose author is their participant id.
pub(crate) fn person(id: u64) -> Person {
    Person {
        participant: ParticipantId(id),
        author: AuthorId(id),
        name: "김 Kim".parse().unwrap(),
        ordinal: 2,
    }
}

/// What says this.
pub(crate) fn saying(text: &str) -> Message {
    text.parse::<MessageText>().unwrap().into()
}

/// A message of the timeline.
pub(crate) fn post(room: &str, participant: u64, client_id: &str, unix_ms: u64) -> WriteRequest {
    let change = Change::Post {
        sender: person(participant),
        client_id: client_id.parse().unwrap(),
        message: saying(&format!("text of {client_id}")),
        thread: None,
        to: None,
    };
    change_of(room, unix_ms, change)
}

/// A change of a room.
pub(crate) fn change_of(room: &str, unix_ms: u64, change: Change) -> WriteRequest {
    WriteRequest {
        room: room.parse().unwrap(),
        unix_ms,
        change,
    }
}

/// Writes and waits for the outcome.
pub(crate) fn write(store: &Store, request: WriteRequest) -> Outcome {
    let (sender, receiver) = mpsc::channel();
    let reply = move |outcome| sender.send(outcome).unwrap();
    store.write(request, Box::new(reply));
    receiver.recv().unwrap()
}

/// Has what was taken away leave the files.
pub(crate) fn clean(store: &Store) -> bool {
    let (sender, receiver) = mpsc::channel();
    store.clean(Box::new(move |is_clean| sender.send(is_clean).unwrap()));
    receiver.recv().unwrap()
}

/// A file with this content, by its number.
pub(crate) fn file(content: u64, name: &str) -> FileInfo {
    let mut hash = [0; 32];
    hash[..8].copy_from_slice(&content.to_be_bytes());
    FileInfo {
        hash: FileHash(hash),
        name: name.parse().unwrap(),
        media_type: "text/plain".into(),
        bytes: 1_000,
        picture: None,
    }
}
