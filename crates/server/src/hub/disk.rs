//! What a room asks of the disk: writes, pages, searches, and places for files.

use std::sync::Arc;

use zoom_protocol::{EntryBody, ErrorAnswer, ErrorCode, PageAt, RoomName};
use zoom_rooms::{
    Change, Input, PageRead, Read, ReadFailed, Reserve, Searching, Wanted, Write, WriteOutcome,
};
use zoom_store::{Change as Stored, Outcome, ReadError, Store, WriteRequest};

use super::{Hub, inbox::Inbox};
use crate::Files;

/// A room's way to the disk; outcomes come into its inbox.
#[derive(Debug)]
pub(super) struct Disk {
    hub: Hub,
    inbox: Inbox,
}

impl Disk {
    pub(super) fn new(hub: Hub, inbox: Inbox) -> Self {
        Self { hub, inbox }
    }

    /// Has something written.
    pub(super) fn write(&self, room: &RoomName, wanted: Write) {
        let Write {
            write,
            unix_ms,
            change,
        } = wanted;
        let inbox = self.inbox.clone();
        let files = self.hub.files().clone();
        let is_message = matches!(change, Change::Post(_));
        let change = match to_store(change, room, &files) {
            Ok(change) => change,
            Err(code) => {
                let outcome = WriteOutcome::Refused(code);
                return inbox.outcome(Input::Written { write, outcome });
            }
        };
        let appends = Arc::clone(&self.hub.0.appends);
        let request = WriteRequest {
            room: room.clone(),
            unix_ms,
            change,
        };
        let room = room.clone();
        let reply = move |outcome| {
            let outcome = to_room(outcome);
            if is_message {
                appends.count(&outcome);
            }
            if let WriteOutcome::Posted { entry, .. } = &outcome
                && let EntryBody::Message(message) = &entry.body
                && !message.files.is_empty()
            {
                files.posted(&room, entry.sender.author, &message.files);
            }
            inbox.outcome(Input::Written { write, outcome });
        };
        self.hub.0.store.write(request, Box::new(reply));
    }

    /// Has a piece of the timeline read.
    pub(super) fn read(&self, room: &RoomName, wanted: Read) {
        let hub = self.hub.clone();
        let key = room.key().to_owned();
        let inbox = self.inbox.clone();
        tokio::spawn(async move {
            let turn = hub.0.reads.acquire().await;
            let store = hub.0.store.clone();
            let days = hub.limits().retention_days;
            let result = blocking(move || page(&store, &key, wanted, days)).await;
            drop(turn);
            let read = wanted.read;
            inbox.outcome(Input::Page { read, result });
        });
    }

    /// Has the timeline searched. Searches may be slow, and leave room for those who enter.
    pub(super) fn search(&self, room: &RoomName, wanted: Searching) {
        let hub = self.hub.clone();
        let key = room.key().to_owned();
        let inbox = self.inbox.clone();
        tokio::spawn(async move {
            let turns = (hub.0.searches.acquire().await, hub.0.reads.acquire().await);
            let store = hub.0.store.clone();
            let hits = hub.limits().search_hits;
            let Searching {
                read,
                viewer,
                search,
            } = wanted;
            let result = blocking(move || store.search(&key, &search, hits, viewer)).await;
            drop(turns);
            inbox.outcome(Input::Found { read, result });
        });
    }

    /// Has a place for a file reserved.
    pub(super) fn reserve(&self, room: &RoomName, wanted: Reserve) {
        let files = self.hub.files().clone();
        let room = room.clone();
        let inbox = self.inbox.clone();
        tokio::spawn(async move {
            let Reserve {
                reservation,
                author,
                upload,
            } = wanted;
            let reserved = tokio::spawn(async move {
                files
                    .reserve(author, &room, upload.name, upload.bytes)
                    .await
            });
            let result = match reserved.await {
                Ok(result) => result,
                Err(panic) => {
                    tracing::warn!(%panic, "no place for a file was reserved");
                    Err(ErrorCode::Internal)
                }
            };
            inbox.outcome(Input::Reserved {
                reservation,
                result: result.map_err(|code| ErrorAnswer {
                    code,
                    message: String::new(),
                }),
            });
        });
    }
}

/// Reads where it may block.
async fn blocking<T: Send + 'static>(
    read: impl FnOnce() -> Result<T, ReadError> + Send + 'static,
) -> Result<T, ReadFailed> {
    let reason = match tokio::task::spawn_blocking(read).await {
        Ok(Ok(read)) => return Ok(read),
        Ok(Err(error)) => error.to_string(),
        Err(panic) => panic.to_string(),
    };
    tracing::warn!(reason, "timeline cannot be read");
    Err(ReadFailed)
}

fn page(store: &Store, key: &str, wanted: Read, default_days: u32) -> Result<PageRead, ReadError> {
    let Read { viewer, limit, .. } = wanted;
    let page = |at, thread| store.page(key, at, thread, limit, Some(viewer));
    let (at, thread, enters) = match wanted.wanted {
        Wanted::Newest => (PageAt::Before(u64::MAX), None, true),
        Wanted::ChangesAfter(after) => {
            let read = store.changes_after(key, after, limit, Some(viewer))?;
            if read.changes.is_some() {
                return Ok(PageRead {
                    changes: read.changes,
                    last: read.last,
                    retention_days: retention_days(store, key, default_days)?,
                    ..PageRead::default()
                });
            }
            (PageAt::Before(u64::MAX), None, true)
        }
        Wanted::Page { at, thread } => (at, thread, false),
    };
    let read = page(at, thread)?;
    let retention_days = match enters {
        true => retention_days(store, key, default_days)?,
        false => None,
    };
    Ok(PageRead {
        page: read.page,
        changes: None,
        last: read.last,
        retention_days,
    })
}

/// For how many days a room keeps its messages: as it says, or as all do.
fn retention_days(store: &Store, key: &str, default: u32) -> Result<Option<u32>, ReadError> {
    let own = store.room(key)?.and_then(|room| room.retention_days);
    Ok(own.or(Some(default)).filter(|days| *days > 0))
}

/// What the store is to do.
fn to_store(change: Change, room: &RoomName, files: &Files) -> Result<Stored, ErrorCode> {
    Ok(match change {
        Change::Post(message) => Stored::Post {
            message: zoom_protocol::Message {
                text: message.text,
                mentions: message.mentions,
                files: files.resolve(room, message.sender.author, &message.files)?,
                edited_ms: None,
            },
            sender: message.sender,
            client_id: message.client_id,
            thread: message.thread,
            to: message.to,
        },
        Change::Edit {
            number,
            author,
            text,
            mentions,
        } => Stored::Edit {
            number,
            author,
            text,
            mentions,
        },
        Change::Delete { number, author } => Stored::Delete { number, author },
        Change::Mark {
            number,
            reaction,
            by,
            on,
        } => Stored::Mark {
            number,
            reaction,
            by,
            on,
        },
        Change::CallBegan {
            sender,
            client_id,
            record,
        } => Stored::CallBegan {
            sender,
            client_id,
            record,
        },
        Change::CallChanged { number, record } => Stored::CallChanged { number, record },
    })
}

/// What the store has done.
fn to_room(outcome: Outcome) -> WriteOutcome {
    match outcome {
        Outcome::Posted { entry, repeat } => WriteOutcome::Posted { entry, repeat },
        Outcome::Changed { entry } => WriteOutcome::Changed { entry },
        Outcome::Marked {
            number,
            changed,
            count,
            readers,
        } => WriteOutcome::Marked {
            number,
            changed,
            count,
            between: readers,
        },
        // Rooms ask neither for the end of old entries nor for how long they are kept.
        Outcome::Unchanged | Outcome::Expired { .. } | Outcome::Retained => WriteOutcome::Unchanged,
        Outcome::Refused(refusal) => WriteOutcome::Refused(refusal.code()),
    }
}
