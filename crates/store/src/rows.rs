//! Entries as they lie in the tables, and as everybody knows them.

use rusqlite::{Connection, Row, params};
use zoom_protocol::{
    AuthorId, Entry, EntryBody, FileHash, FileInfo, Marked, Mention, Message, ParticipantId,
    Person, PictureSize, Replies,
};

use crate::ReadError;

/// What an entry is, in its row.
pub(crate) mod kind {
    /// A message.
    pub(crate) const MESSAGE: i64 = 0;
    /// A call.
    pub(crate) const CALL: i64 = 1;
}

/// The columns that [`entry`] reads, in its order.
pub(crate) const COLUMNS: &str = "entries.number, changed, time_ms, kind, participant, author, \
    entries.name, ordinal, client_id, text, details, edited_ms, deleted_ms, thread, \
    to_participant, to_author, to_name, to_ordinal, replies, last_reply_ms, marks, files";

/// An entry, and what more of it is in other tables.
#[derive(Debug)]
pub(crate) struct Found {
    /// Without `marks` and `files`.
    pub(crate) entry: Entry,
    has_marks: bool,
    has_files: bool,
}

impl Found {
    /// Whether this author may read it; nobody in particular reads what everybody may.
    pub(crate) fn is_readable_by(&self, viewer: Option<AuthorId>) -> bool {
        match &self.entry.to {
            Some(to) => {
                viewer.is_some_and(|viewer| [self.entry.sender.author, to.author].contains(&viewer))
            }
            None => true,
        }
    }
}

/// For whom entries are completed.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Reader {
    /// The room's id in the tables.
    pub(crate) room: i64,
    /// Who reads; nobody in particular.
    pub(crate) viewer: Option<AuthorId>,
    /// People whom an emoji names.
    pub(crate) mark_people: u32,
}

impl Reader {
    /// Adds what is in other tables.
    pub(crate) fn complete(
        &self,
        connection: &Connection,
        found: Found,
    ) -> Result<Entry, ReadError> {
        let Found {
            mut entry,
            has_marks,
            has_files,
        } = found;
        let number = entry.number.cast_signed();
        if has_files && let EntryBody::Message(message) = &mut entry.body {
            message.files = files(connection, self.room, number)?;
        }
        if has_marks {
            entry.marks = self.marks(connection, number)?;
        }
        Ok(entry)
    }

    fn marks(&self, connection: &Connection, number: i64) -> Result<Vec<Marked>, ReadError> {
        let mut statement = connection.prepare_cached(
            "SELECT reaction, count FROM mark_counts WHERE room = ?1 AND number = ?2
             ORDER BY first",
        )?;
        let mut rows = statement.query([self.room, number])?;
        let mut marks = Vec::new();
        while let Some(row) = rows.next()? {
            let reaction: String = row.get(0)?;
            let people = self.mark_people(connection, number, &reaction)?;
            let mine = self.is_mine(connection, number, &reaction)?;
            marks.push(Marked {
                reaction: parsed(number, &reaction)?,
                count: row.get(1)?,
                people,
                mine,
            });
        }
        Ok(marks)
    }

    fn mark_people(
        &self,
        connection: &Connection,
        number: i64,
        reaction: &str,
    ) -> Result<Vec<Mention>, ReadError> {
        let mut statement = connection.prepare_cached(
            "SELECT author, name FROM marks WHERE room = ?1 AND number = ?2 AND reaction = ?3
             ORDER BY changed LIMIT ?4",
        )?;
        let mut rows = statement.query(params![self.room, number, reaction, self.mark_people])?;
        let mut people = Vec::new();
        while let Some(row) = rows.next()? {
            people.push(Mention {
                author: AuthorId(unsigned(row, 0)?),
                name: parsed(number, &row.get::<_, String>(1)?)?,
            });
        }
        Ok(people)
    }

    fn is_mine(
        &self,
        connection: &Connection,
        number: i64,
        reaction: &str,
    ) -> rusqlite::Result<bool> {
        let Some(viewer) = self.viewer else {
            return Ok(false);
        };
        is_marked(connection, self.room, number, reaction, viewer)
    }
}

/// Whether this author has this emoji on this message.
pub(crate) fn is_marked(
    connection: &Connection,
    room: i64,
    number: i64,
    reaction: &str,
    author: AuthorId,
) -> rusqlite::Result<bool> {
    connection
        .prepare_cached(
            "SELECT EXISTS (SELECT 1 FROM marks
             WHERE room = ?1 AND number = ?2 AND reaction = ?3 AND author = ?4)",
        )?
        .query_row(
            params![room, number, reaction, author.0.cast_signed()],
            |row| row.get(0),
        )
}

/// Reads a row of [`COLUMNS`].
pub(crate) fn entry(row: &Row<'_>) -> Result<Found, ReadError> {
    let number: i64 = row.get(0)?;
    let body = match row.get::<_, Option<i64>>(12)? {
        Some(deleted_ms) => EntryBody::Deleted {
            deleted_ms: deleted_ms.cast_unsigned(),
        },
        None => body(row, number)?,
    };
    let to_participant: Option<i64> = row.get(14)?;
    let to = match to_participant {
        Some(participant) => Some(person(row, number, participant, 15)?),
        None => None,
    };
    let last_reply_ms: Option<i64> = row.get(19)?;
    let replies = match row.get(18)? {
        0 => None,
        count => Some(Replies {
            count,
            last_ms: last_reply_ms.unwrap_or_default().cast_unsigned(),
        }),
    };
    Ok(Found {
        entry: Entry {
            number: number.cast_unsigned(),
            changed: unsigned(row, 1)?,
            time_ms: unsigned(row, 2)?,
            sender: person(row, number, row.get(4)?, 5)?,
            client_id: parsed(number, row.get_ref(8)?.as_str().unwrap_or_default())?,
            thread: row.get::<_, Option<i64>>(13)?.map(i64::cast_unsigned),
            to,
            replies,
            marks: Vec::new(),
            body,
        },
        has_marks: row.get::<_, i64>(20)? > 0,
        has_files: row.get::<_, i64>(21)? > 0,
    })
}

fn body(row: &Row<'_>, number: i64) -> Result<EntryBody, ReadError> {
    let details: Option<String> = row.get(10)?;
    match row.get(3)? {
        kind::MESSAGE => {
            let text: Option<String> = row.get(9)?;
            let text = text.map(|text| parsed(number, &text)).transpose()?;
            let mentions = match &details {
                Some(json) => from_json(number, json)?,
                None => Vec::new(),
            };
            Ok(EntryBody::Message(Message {
                text,
                mentions,
                files: Vec::new(),
                edited_ms: row.get::<_, Option<i64>>(11)?.map(i64::cast_unsigned),
            }))
        }
        kind::CALL => Ok(EntryBody::Call(from_json(
            number,
            &details.unwrap_or_default(),
        )?)),
        kind => Err(content(number, format!("{kind} is no kind of entry"))),
    }
}

/// The person whose author, name and ordinal are in the columns from `column` on.
fn person(
    row: &Row<'_>,
    number: i64,
    participant: i64,
    column: usize,
) -> Result<Person, ReadError> {
    let name = row.get_ref(column + 1)?;
    Ok(Person {
        participant: ParticipantId(participant.cast_unsigned()),
        author: AuthorId(unsigned(row, column)?),
        name: parsed(number, name.as_str().unwrap_or_default())?,
        ordinal: row.get(column + 2)?,
    })
}

/// The files of a message, in their order.
pub(crate) fn files(
    connection: &Connection,
    room: i64,
    number: i64,
) -> Result<Vec<FileInfo>, ReadError> {
    let mut statement = connection.prepare_cached(
        "SELECT hash, name, media_type, bytes, width, height FROM entry_files
         WHERE room = ?1 AND number = ?2 ORDER BY place",
    )?;
    let mut rows = statement.query([room, number])?;
    let mut files = Vec::new();
    while let Some(row) = rows.next()? {
        let size: (Option<u32>, Option<u32>) = (row.get(4)?, row.get(5)?);
        files.push(FileInfo {
            hash: FileHash(row.get(0)?),
            name: parsed(number, &row.get::<_, String>(1)?)?,
            media_type: row.get(2)?,
            bytes: unsigned(row, 3)?,
            picture: match size {
                (Some(width), Some(height)) => Some(PictureSize { width, height }),
                (Some(_) | None, _) => None,
            },
        });
    }
    Ok(files)
}

fn unsigned(row: &Row<'_>, column: usize) -> rusqlite::Result<u64> {
    row.get(column).map(i64::cast_unsigned)
}

fn parsed<T>(number: i64, text: &str) -> Result<T, ReadError>
where
    T: std::str::FromStr<Err: std::fmt::Display>,
{
    text.parse()
        .map_err(|error: T::Err| content(number, error.to_string()))
}

fn from_json<T: serde::de::DeserializeOwned>(number: i64, json: &str) -> Result<T, ReadError> {
    serde_json::from_str(json).map_err(|error| content(number, error.to_string()))
}

fn content(number: i64, reason: String) -> ReadError {
    ReadError::Content {
        what: format!("entry {number}"),
        reason,
    }
}
