//! Messages alone, and pages without a reader.

use zoom_protocol::{AuthorId, ClientId, EntryBody, Page, PageAt, Person, RoomName};

use crate::{Change, Outcome, ReadError, Refusal, Store, WriteRequest};

/// What is called with the outcome of an append, on the writer's thread: it must be quick and must
/// not block.
pub type AppendReply = Box<dyn FnOnce(AppendOutcome) + Send>;

/// An entry to keep.
#[derive(Clone, Debug)]
pub struct AppendRequest {
    /// The room. It is made at its first entry, with its name as it is written here.
    pub room: RoomName,
    /// Who wrote it.
    pub sender: Person,
    /// The sender's own id for it; a second one is a repeat.
    pub client_id: ClientId,
    /// What it is.
    pub body: EntryBody,
    /// When it came, milliseconds since 1970-01-01T00:00:00Z.
    pub unix_ms: u64,
}

/// What became of an append.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AppendOutcome {
    /// It is on disk with the room's next number.
    Appended {
        /// Its number, from 1 without a gap.
        number: u64,
        /// Its time, milliseconds since 1970-01-01T00:00:00Z; never less than the entry's before.
        time_ms: u64,
    },
    /// The same participant's same client id is on disk already.
    Repeat {
        /// The number of that entry.
        number: u64,
        /// The time of that entry.
        time_ms: u64,
    },
    /// Nothing was kept.
    Refused(AppendRefusal),
}

/// Why nothing was kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AppendRefusal {
    /// The disk is full.
    StorageFull,
    /// The disk failed, or the store is closed.
    StorageFailed,
    /// `Limits::store_queue` appends wait for the disk already.
    Busy,
}

impl Store {
    /// Keeps a message.
    pub fn append(&self, request: AppendRequest, reply: AppendReply) {
        let AppendRequest {
            room,
            sender,
            client_id,
            body,
            unix_ms,
        } = request;
        let EntryBody::Message(message) = body else {
            return reply(AppendOutcome::Refused(AppendRefusal::StorageFailed));
        };
        let change = Change::Post {
            sender,
            client_id,
            message,
            thread: None,
            to: None,
        };
        let request = WriteRequest {
            room,
            unix_ms,
            change,
        };
        let reply = move |outcome| {
            reply(match outcome {
                Outcome::Posted { entry, repeat } => {
                    let (number, time_ms) = (entry.number, entry.time_ms);
                    if repeat {
                        AppendOutcome::Repeat { number, time_ms }
                    } else {
                        AppendOutcome::Appended { number, time_ms }
                    }
                }
                Outcome::Refused(Refusal::StorageFull) => {
                    AppendOutcome::Refused(AppendRefusal::StorageFull)
                }
                Outcome::Refused(Refusal::Busy) => AppendOutcome::Refused(AppendRefusal::Busy),
                Outcome::Changed { .. }
                | Outcome::Marked { .. }
                | Outcome::Unchanged
                | Outcome::Expired { .. }
                | Outcome::Retained
                | Outcome::Refused(_) => AppendOutcome::Refused(AppendRefusal::StorageFailed),
            });
        };
        self.write(request, Box::new(reply));
    }

    /// The newest `limit` entries with numbers smaller than `before`.
    ///
    /// # Errors
    ///
    /// See [`ReadError`].
    pub fn page_before(
        &self,
        room_key: &str,
        before: Option<u64>,
        limit: u32,
    ) -> Result<Page, ReadError> {
        let at = PageAt::Before(before.unwrap_or(u64::MAX));
        Ok(self.page(room_key, at, None, limit, None::<AuthorId>)?.page)
    }

    /// The oldest `limit` entries with numbers larger than `after`.
    ///
    /// # Errors
    ///
    /// See [`ReadError`].
    pub fn page_after(&self, room_key: &str, after: u64, limit: u32) -> Result<Page, ReadError> {
        let at = PageAt::After(after);
        Ok(self.page(room_key, at, None, limit, None)?.page)
    }
}
