//! What a change does to the tables, in the writer's transaction.
//!
//! Everything that may forbid it is looked at first, so that a refusal leaves nothing behind. Texts
//! that are taken away are overwritten where they lie (`secure_delete`).

mod calls;
mod expire;
mod files;
mod import;
mod marks;
mod post;
mod revise;

use std::collections::HashMap;

use rusqlite::{Connection, OptionalExtension, params};
use zoom_protocol::{AuthorId, FileHash, Limits, RoomName};

use crate::{
    Change, Outcome, ReadError, Refusal, WriteRequest,
    search::{self, Indexed},
};

pub(crate) use import::{Unimported, import};

/// The changes of one transaction, many rooms' in turn.
pub(crate) struct Batch<'a> {
    tables: Tables<'a>,
    rooms: HashMap<Box<str>, Room>,
}

/// Where changes go.
struct Tables<'a> {
    connection: &'a Connection,
    limits: &'a Limits,
    /// Messages that the index of words lacks.
    unindexed: Vec<Indexed<'a>>,
    aftermath: Aftermath,
}

/// What a transaction leaves to do when it is on disk.
#[derive(Debug, Default)]
pub(crate) struct Aftermath {
    /// Contents that may have lost their last reference.
    pub(crate) dropped: Vec<FileHash>,
    /// Whether something was taken away that must not stay in the files.
    pub(crate) erased: bool,
}

/// A room's row, as it is to be when the transaction ends.
#[derive(Debug, Default)]
struct Room {
    /// 0 for a room without a row.
    id: i64,
    last_number: i64,
    last_ms: i64,
    expired: i64,
    open_call: Option<i64>,
    retention_days: Option<u32>,
    file_bytes: i64,
    changed: bool,
}

/// Why a change is not carried out.
enum Stop {
    /// It may not be.
    Refused(Refusal),
    /// What is there cannot be read, or nothing can be written.
    Failed(ReadError),
}

impl From<Refusal> for Stop {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

impl From<ReadError> for Stop {
    fn from(error: ReadError) -> Self {
        Self::Failed(error)
    }
}

impl From<rusqlite::Error> for Stop {
    fn from(error: rusqlite::Error) -> Self {
        Self::Failed(error.into())
    }
}

impl From<serde_json::Error> for Stop {
    fn from(error: serde_json::Error) -> Self {
        Self::Failed(ReadError::Content {
            what: "what came".into(),
            reason: error.to_string(),
        })
    }
}

impl Room {
    /// The next number.
    fn next_number(&mut self) -> i64 {
        self.last_number += 1;
        self.changed = true;
        self.last_number
    }

    /// The time of what happens at `unix_ms`: no earlier than what happened before.
    fn time_ms(&mut self, unix_ms: i64) -> i64 {
        self.last_ms = self.last_ms.max(unix_ms);
        self.changed = true;
        self.last_ms
    }
}

impl<'a> Batch<'a> {
    pub(crate) fn new(connection: &'a Connection, limits: &'a Limits) -> Self {
        Self {
            tables: Tables {
                connection,
                limits,
                unindexed: Vec::new(),
                aftermath: Aftermath::default(),
            },
            rooms: HashMap::new(),
        }
    }

    /// Carries out a change.
    ///
    /// # Errors
    /// When SQLite fails; nothing of the whole transaction may be kept then.
    pub(crate) fn apply(&mut self, request: &'a WriteRequest) -> rusqlite::Result<Outcome> {
        let room = match self.rooms.get_mut(request.room.key()) {
            Some(room) => room,
            None => {
                let room = self.tables.room(&request.room)?;
                self.rooms.entry(request.room.key().into()).or_insert(room)
            }
        };
        match self.tables.carry_out(room, request) {
            Ok(outcome) => Ok(outcome),
            Err(Stop::Refused(refusal)) => Ok(Outcome::Refused(refusal)),
            Err(Stop::Failed(ReadError::Database(error))) => Err(error),
            Err(Stop::Failed(error @ (ReadError::Content { .. } | ReadError::Closed))) => {
                tracing::warn!(%error, "a change was not carried out");
                Ok(Outcome::Refused(Refusal::StorageFailed))
            }
        }
    }

    /// Writes what the rooms have come to.
    ///
    /// # Errors
    /// When SQLite fails.
    pub(crate) fn finish(mut self) -> rusqlite::Result<Aftermath> {
        self.tables.index_words()?;
        let mut update = self.tables.connection.prepare_cached(
            "UPDATE rooms SET last_number = ?2, last_ms = ?3, expired = ?4, open_call = ?5,
             retention_days = ?6, file_bytes = ?7 WHERE id = ?1",
        )?;
        for room in self.rooms.values().filter(|room| room.changed) {
            update.execute(params![
                room.id,
                room.last_number,
                room.last_ms,
                room.expired,
                room.open_call,
                room.retention_days,
                room.file_bytes,
            ])?;
        }
        Ok(self.tables.aftermath)
    }
}

impl<'a> Tables<'a> {
    fn carry_out(&mut self, room: &mut Room, request: &'a WriteRequest) -> Result<Outcome, Stop> {
        // Times are kept as signed; none is larger.
        let unix_ms = signed(request.unix_ms);
        let name = &request.room;
        match &request.change {
            Change::Post {
                sender,
                client_id,
                message,
                thread,
                to,
            } => {
                let post = post::Post {
                    sender,
                    client_id,
                    message,
                    thread: thread.map(signed),
                    to: to.as_ref(),
                };
                self.post(room, name, unix_ms, &post)
            }
            Change::Edit {
                number,
                author,
                text,
                mentions,
            } => {
                let edit = revise::Edit {
                    number: signed(*number),
                    author: *author,
                    text: text.as_ref(),
                    mentions,
                };
                self.edit(room, unix_ms, &edit)
            }
            Change::Delete { number, author } => {
                self.delete(room, unix_ms, signed(*number), *author)
            }
            Change::Mark {
                number,
                reaction,
                by,
                on,
            } => {
                let mark = marks::Mark {
                    number: signed(*number),
                    reaction,
                    by,
                };
                if *on {
                    self.put_mark(room, &mark)
                } else {
                    self.take_mark(room, &mark)
                }
            }
            Change::CallBegan {
                sender,
                client_id,
                record,
            } => {
                let call = calls::Call {
                    sender,
                    client_id,
                    record,
                };
                self.begin_call(room, name, unix_ms, &call)
            }
            Change::CallChanged { number, record } => {
                self.change_call(room, unix_ms, signed(*number), record)
            }
            Change::Expire { before_ms } => self.expire(room, signed(*before_ms)),
            Change::Retain { days } => {
                self.make(room, name)?;
                room.retention_days = *days;
                room.changed = true;
                Ok(Outcome::Retained)
            }
        }
    }

    /// Brings the index of words up to what was posted. The index is written in the order of its row
    /// ids: each step back in it would end a piece of it that is merged with the others later.
    fn index_words(&mut self) -> rusqlite::Result<()> {
        let mut messages = std::mem::take(&mut self.unindexed);
        messages.sort_unstable_by_key(|message| (message.room, message.number));
        messages
            .iter()
            .try_for_each(|message| search::put(self.connection, message))
    }

    /// A room as it is; without a row one that has nothing.
    fn room(&self, name: &RoomName) -> rusqlite::Result<Room> {
        let room = self
            .connection
            .prepare_cached(
                "SELECT id, last_number, last_ms, expired, open_call, retention_days, file_bytes
                 FROM rooms WHERE key = ?1",
            )?
            .query_row([name.key()], |row| {
                Ok(Room {
                    id: row.get(0)?,
                    last_number: row.get(1)?,
                    last_ms: row.get(2)?,
                    expired: row.get(3)?,
                    open_call: row.get(4)?,
                    retention_days: row.get(5)?,
                    file_bytes: row.get(6)?,
                    changed: false,
                })
            })
            .optional()?;
        Ok(room.unwrap_or_default())
    }

    /// Gives a room a row where it has none.
    fn make(&self, room: &mut Room, name: &RoomName) -> rusqlite::Result<()> {
        if room.id == 0 {
            self.connection
                .prepare_cached("INSERT INTO rooms (key, name) VALUES (?1, ?2)")?
                .execute([name.key(), name.as_str()])?;
            room.id = self.connection.last_insert_rowid();
        }
        Ok(())
    }

    /// What decides whether an entry may be changed, if this author may read it.
    fn target(&self, room: &Room, number: i64, author: AuthorId) -> Result<Target, Stop> {
        let target = self
            .connection
            .prepare_cached(
                "SELECT kind, author, to_author, thread, deleted_ms IS NOT NULL, replies, marks,
                 files FROM entries WHERE room = ?1 AND number = ?2",
            )?
            .query_row([room.id, number], |row| {
                Ok(Target {
                    kind: row.get(0)?,
                    author: author_id(row.get(1)?),
                    to: row.get::<_, Option<i64>>(2)?.map(author_id),
                    thread: row.get(3)?,
                    is_deleted: row.get(4)?,
                    replies: row.get(5)?,
                    marks: row.get(6)?,
                    files: row.get(7)?,
                })
            })
            .optional()?;
        match target {
            Some(target) if target.is_readable_by(author) => Ok(target),
            Some(_) | None => Err(Refusal::NoEntry.into()),
        }
    }
}

/// What decides whether an entry may be changed.
#[derive(Debug)]
struct Target {
    kind: i64,
    author: AuthorId,
    to: Option<AuthorId>,
    thread: Option<i64>,
    is_deleted: bool,
    replies: u32,
    marks: u32,
    files: u32,
}

impl Target {
    fn is_readable_by(&self, author: AuthorId) -> bool {
        self.to
            .is_none_or(|to| to == author || self.author == author)
    }
}

/// Numbers and times are kept as signed; none is larger.
fn signed(value: u64) -> i64 {
    i64::try_from(value).unwrap_or(i64::MAX)
}

fn author_id(value: i64) -> AuthorId {
    AuthorId(value.cast_unsigned())
}
