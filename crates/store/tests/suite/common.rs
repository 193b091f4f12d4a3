//! What the tests of the store have in common.

use std::{path::Path, sync::mpsc};

use zoom_protocol::{
    AuthorId, EntryBody, FileHash, FileInfo, Limits, Message, MessageText, ParticipantId, Person,
};
use zoom_store::{AppendOutcome, AppendRequest, Change, Outcome, Store, WriteRequest};

/// Opens with the usual limits.
pub(crate) fn open(dir: &Path) -> Store {
    Store::open(dir, &Limits::default()).unwrap()
}

/// A message of the participant with this id.
pub(crate) fn request(
    room: &str,
    participant: u64,
    client_id: &str,
    unix_ms: u64,
) -> AppendRequest {
    AppendRequest {
        room: room.parse().unwrap(),
        sender: Person {
            participant: ParticipantId(participant),
            author: AuthorId(participant),
            name: "김 Kim".parse().unwrap(),
            ordinal: 2,
        },
        client_id: client_id.parse().unwrap(),
        body: EntryBody::Message(
            format!("text of {client_id}")
                .parse::<MessageText>()
                .unwrap()
                .into(),
        ),
        unix_ms,
    }
}

/// Appends and waits for the outcome.
pub(crate) fn append(store: &Store, request: AppendRequest) -> AppendOutcome {
    let (sender, receiver) = mpsc::channel();
    store.append(
        request,
        Box::new(move |outcome| sender.send(outcome).unwrap()),
    );
    receiver.recv().unwrap()
}

/// Appends and returns the number.
pub(crate) fn number(store: &Store, request: AppendRequest) -> u64 {
    match append(store, request) {
        AppendOutcome::Appended { number, .. } => number,
        other @ (AppendOutcome::Repeat { .. } | AppendOutcome::Refused(_)) => panic!("{other:?}"),
    }
}

/// The numbers of all entries of a room.
pub(crate) fn numbers(store: &Store, room_key: &str) -> Vec<u64> {
    let page = store.page_after(room_key, 0, u32::MAX).unwrap();
    page.entries.iter().map(|entry| entry.number).collect()
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
