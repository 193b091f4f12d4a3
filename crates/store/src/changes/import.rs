//! A room comes whole: in one transaction, with the numbers that its entries have.
//!
//! How long threads are is counted anew. What an export does not tell is made up so that the order
//! stays: emoji get numbers below all that the room gives itself.

use rusqlite::{Connection, ErrorCode, OptionalExtension, params};
use zoom_protocol::{Entry, EntryBody, Limits, Marked, RoomName};

use super::{Aftermath, Room, Stop, Tables, post::Row, signed};
use crate::{
    ImportError, Imported, ReadError, Refusal,
    rows::kind,
    search::{self, Indexed},
};

/// The largest number: half of what the index of words can tell apart, so that the room goes on.
const LARGEST: u64 = 1 << 39;

/// Why a room is not taken in.
pub(crate) enum Unimported {
    /// What came may not be.
    Refused(ImportError),
    /// SQLite failed.
    Failed(rusqlite::Error),
}

impl From<rusqlite::Error> for Unimported {
    fn from(error: rusqlite::Error) -> Self {
        Self::Failed(error)
    }
}

impl From<ImportError> for Unimported {
    fn from(error: ImportError) -> Self {
        Self::Refused(error)
    }
}

/// What is wrong with an entry: which field, and why.
type Wrong = (&'static str, &'static str);

/// Why an entry is not taken in.
enum Fault {
    Wrong(Wrong),
    Failed(rusqlite::Error),
}

impl From<Wrong> for Fault {
    fn from(wrong: Wrong) -> Self {
        Self::Wrong(wrong)
    }
}

impl From<rusqlite::Error> for Fault {
    fn from(error: rusqlite::Error) -> Self {
        Self::Failed(error)
    }
}

/// Takes a room in. Where that fails nothing of the transaction may be kept.
pub(crate) fn import(
    connection: &Connection,
    limits: &Limits,
    name: &RoomName,
    entries: impl Iterator<Item = Option<Entry>>,
) -> Result<Imported, Unimported> {
    let tables = Tables {
        connection,
        limits,
        unindexed: Vec::new(),
        aftermath: Aftermath::default(),
    };
    let mut room = tables.room(name)?;
    let is_occupied: bool = connection.query_row(
        "SELECT EXISTS (SELECT 1 FROM entries WHERE room = ?1)",
        [room.id],
        |row| row.get(0),
    )?;
    if is_occupied {
        return Err(ImportError::Occupied.into());
    }
    tables.make(&mut room, name)?;
    let before = std::mem::take(&mut room.last_number);
    let mut coming = Coming {
        tables,
        room,
        first: 0,
        last: 0,
        largest: 0,
        time_ms: 0,
    };
    let mut count = 0;
    for entry in entries {
        let entry = entry.ok_or(ImportError::Incomplete)?;
        coming.take(&entry).map_err(|fault| match fault {
            Fault::Wrong((field, reason)) => Unimported::Refused(ImportError::Entry {
                index: count,
                number: entry.number,
                field,
                reason,
            }),
            Fault::Failed(error) => Unimported::Failed(error),
        })?;
        count += 1;
    }
    let Coming {
        mut room, largest, ..
    } = coming;
    room.last_number = largest.max(before);
    if before > 0 {
        // Whoever comes back with a number of what was there before has not been told of it.
        room.expired = room.next_number();
    }
    connection.execute(
        "UPDATE rooms SET last_number = ?2, last_ms = ?3, expired = ?4, open_call = ?5,
         file_bytes = ?6 WHERE id = ?1",
        params![
            room.id,
            room.last_number,
            room.last_ms,
            room.expired,
            room.open_call,
            room.file_bytes
        ],
    )?;
    Ok(Imported {
        entries: count,
        file_bytes: room.file_bytes.cast_unsigned(),
    })
}

/// A room that comes.
struct Coming<'a> {
    tables: Tables<'a>,
    room: Room,
    /// The number of the first entry.
    first: i64,
    /// The number of the last entry.
    last: u64,
    /// The largest number of an entry or a change.
    largest: i64,
    /// The time of the last entry.
    time_ms: u64,
}

impl Coming<'_> {
    fn take(&mut self, entry: &Entry) -> Result<(), Fault> {
        self.check(entry)?;
        let number = signed(entry.number);
        if self.last == 0 {
            self.first = number;
        }
        (self.last, self.time_ms) = (entry.number, entry.time_ms);
        self.largest = self.largest.max(signed(entry.changed));
        let thread = entry.thread.map(signed);
        if let Some(thread) = thread {
            self.check_root(thread)?;
        }
        self.put(entry, number, thread)?;
        if let Some(thread) = thread {
            self.count_reply(thread, entry)?;
        }
        Ok(())
    }

    /// What can be told by the entry itself and the one before.
    fn check(&self, entry: &Entry) -> Result<(), Wrong> {
        if entry.number <= self.last {
            return Err(("number", "numbers ascend"));
        }
        if entry.number > LARGEST || entry.changed > LARGEST {
            return Err(("changed", "it is too large"));
        }
        if entry.changed < entry.number {
            return Err(("changed", "it is not less than the number"));
        }
        if entry.time_ms < self.time_ms {
            return Err(("time_ms", "it is earlier than that of the entry before"));
        }
        if signed(entry.time_ms) == i64::MAX {
            return Err(("time_ms", "it is too large"));
        }
        if entry.to.is_some() {
            return Err(("to", "private messages are not taken in"));
        }
        if entry.thread.is_some_and(|thread| thread >= entry.number) {
            return Err(("thread", "a reply comes after what it replies to"));
        }
        let (is_message, may_reply) = match &entry.body {
            EntryBody::Message(message) => {
                if message.text.is_none() && message.files.is_empty() {
                    return Err(("body", "a message has a text or a file"));
                }
                (true, true)
            }
            EntryBody::Deleted { .. } => (false, true),
            EntryBody::Call(_) => (false, false),
            // The kinds of entries may grow in their own crate.
            _ => return Err(("body", "it is of an unknown kind")),
        };
        if entry.thread.is_some() && !may_reply {
            return Err(("thread", "a call is in no thread"));
        }
        if !entry.marks.is_empty() && !is_message {
            return Err(("marks", "they are on messages alone"));
        }
        self.check_marks(&entry.marks)
    }

    fn check_marks(&self, marks: &[Marked]) -> Result<(), Wrong> {
        if marks.len() > self.tables.limits.marks as usize {
            return Err(("marks", "there are too many"));
        }
        for mark in marks {
            if mark.people.is_empty() || mark.count as usize != mark.people.len() {
                return Err(("marks", "everybody who is counted is named"));
            }
            if mark.count > self.tables.limits.mark_authors {
                return Err(("marks", "too many people have one"));
            }
        }
        Ok(())
    }

    /// A root that is not there has expired: whatever is older than it has too.
    fn check_root(&self, thread: i64) -> Result<(), Fault> {
        let root: Option<(i64, Option<i64>)> = self
            .tables
            .connection
            .prepare_cached("SELECT kind, thread FROM entries WHERE room = ?1 AND number = ?2")?
            .query_row([self.room.id, thread], |row| Ok((row.get(0)?, row.get(1)?)))
            .optional()?;
        match root {
            Some((kind::MESSAGE, None)) => Ok(()),
            Some(_) => Err(("thread", "it is no message of the timeline").into()),
            None if thread < self.first => Ok(()),
            None => Err(("thread", "no entry has this number").into()),
        }
    }

    fn count_reply(&self, thread: i64, entry: &Entry) -> Result<(), Fault> {
        let connection = self.tables.connection;
        let is_deleted = matches!(entry.body, EntryBody::Deleted { .. });
        let more = i64::from(!is_deleted);
        let replies: Option<u32> = connection
            .prepare_cached(
                "UPDATE entries SET replies = replies + ?3, last_reply_ms = ?4
                 WHERE room = ?1 AND number = ?2 RETURNING replies",
            )?
            .query_row([self.room.id, thread, more, signed(entry.time_ms)], |row| {
                row.get(0)
            })
            .optional()?;
        if replies.is_some_and(|replies| replies > self.tables.limits.thread_messages) {
            return Err(("thread", "it has too many messages").into());
        }
        Ok(())
    }

    fn put(&mut self, entry: &Entry, number: i64, thread: Option<i64>) -> Result<(), Fault> {
        let message = match &entry.body {
            EntryBody::Message(message) => Some(message),
            EntryBody::Deleted { .. } | EntryBody::Call(_) | _ => None,
        };
        let json = match &entry.body {
            EntryBody::Message(message) if !message.mentions.is_empty() => {
                Some(serde_json::to_string(&message.mentions))
            }
            EntryBody::Call(record) => Some(serde_json::to_string(record)),
            EntryBody::Message(_) | EntryBody::Deleted { .. } | _ => None,
        };
        let details = json.transpose().map_err(|_| ("body", "it is no text"))?;
        let is_call = matches!(entry.body, EntryBody::Call(_));
        let files = message.map_or(&[][..], |message| &message.files);
        let text = message.and_then(|message| message.text.as_ref());
        let text = text.map(|text| text.as_str());
        self.room.file_bytes = match self.tables.fitting(&self.room, files) {
            Ok(bytes) => bytes,
            Err(Stop::Failed(ReadError::Database(error))) => return Err(error.into()),
            Err(Stop::Refused(Refusal::RoomFilesFull)) => {
                return Err(("body", "the room's files are too large together").into());
            }
            Err(Stop::Refused(_) | Stop::Failed(_)) => {
                return Err(("body", "its files cannot be counted").into());
            }
        };
        self.room.last_number = number - 1;
        let row = Row {
            time_ms: signed(entry.time_ms),
            kind: if is_call { kind::CALL } else { kind::MESSAGE },
            sender: &entry.sender,
            client_id: &entry.client_id,
            text,
            details,
            thread,
            to: None,
            files: files.len(),
        };
        if let Err(error) = self.tables.insert(&mut self.room, &row) {
            return Err(match error.sqlite_error_code() {
                Some(ErrorCode::ConstraintViolation) => {
                    ("client_id", "an entry of the same participant has it").into()
                }
                Some(_) | None => error.into(),
            });
        }
        let edited_ms = message.and_then(|message| message.edited_ms).map(signed);
        let deleted_ms = match entry.body {
            EntryBody::Deleted { deleted_ms } => Some(signed(deleted_ms)),
            EntryBody::Message(_) | EntryBody::Call(_) | _ => None,
        };
        self.tables
            .connection
            .prepare_cached(
                "UPDATE entries SET changed = ?3, edited_ms = ?4, deleted_ms = ?5, marks = ?6
                 WHERE room = ?1 AND number = ?2",
            )?
            .execute(params![
                self.room.id,
                number,
                signed(entry.changed),
                edited_ms,
                deleted_ms,
                entry.marks.len() as i64,
            ])?;
        for ms in [Some(row.time_ms), edited_ms, deleted_ms]
            .into_iter()
            .flatten()
        {
            self.room.time_ms(ms);
        }
        if let EntryBody::Call(record) = &entry.body {
            self.room.open_call = record.ended_ms.is_none().then_some(number);
        }
        self.tables.insert_files(&self.room, number, files)?;
        self.put_marks(number, &entry.marks)?;
        if message.is_some() {
            let message = Indexed {
                room: self.room.id,
                number,
                sender: entry.sender.name.as_str(),
                text,
                files,
            };
            search::put(self.tables.connection, &message)?;
        }
        Ok(())
    }

    fn put_marks(&self, number: i64, marks: &[Marked]) -> Result<(), Fault> {
        let connection = self.tables.connection;
        let repeated = |error: rusqlite::Error| match error.sqlite_error_code() {
            Some(ErrorCode::ConstraintViolation) => {
                Fault::Wrong(("marks", "the same is there twice"))
            }
            Some(_) | None => Fault::Failed(error),
        };
        let all: usize = marks.iter().map(|mark| mark.people.len()).sum();
        let mut changed = -(all as i64);
        for mark in marks {
            let reaction = mark.reaction.as_str();
            connection
                .prepare_cached(
                    "INSERT INTO mark_counts (room, number, reaction, first, count)
                     VALUES (?1, ?2, ?3, ?4, ?5)",
                )?
                .execute(params![self.room.id, number, reaction, changed, mark.count])
                .map_err(repeated)?;
            for by in &mark.people {
                let (author, name) = (by.author.0.cast_signed(), by.name.as_str());
                connection
                    .prepare_cached(
                        "INSERT INTO marks (room, number, reaction, changed, author, name)
                         VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
                    )?
                    .execute(params![
                        self.room.id,
                        number,
                        reaction,
                        changed,
                        author,
                        name
                    ])
                    .map_err(repeated)?;
                changed += 1;
            }
        }
        Ok(())
    }
}
