//! What is asked of the index, and the messages that answer it.

use rusqlite::{Connection, Row, Rows, params};
use zoom_protocol::{AuthorId, Entry, EntryBody, Found, Search};

use super::{
    grams::expression,
    index::{has_term, number, row_id},
};
use crate::{
    ReadError,
    pages::{first_since, one, room},
    rows::Reader,
};

/// The largest number that the index has.
const LARGEST: i64 = (1 << 40) - 1;

/// Hits of the index, the newest first.
pub(crate) const LIKE: &str = "SELECT rowid FROM words
    WHERE words MATCH ?1 AND rowid BETWEEN ?2 AND ?3 ORDER BY rowid DESC";
/// The messages of a time, the newest first.
const ALL: &str = "SELECT number FROM entries
    WHERE room = ?1 AND number BETWEEN ?2 AND ?3 ORDER BY number DESC";

/// The newest messages of a room that are like what is searched for, as far as the viewer may read
/// them.
pub(crate) fn find(
    connection: &Connection,
    room_key: &str,
    search: &Search,
    viewer: AuthorId,
    limits: FindLimits,
) -> Result<Found, ReadError> {
    let Some(room) = room(connection, room_key)? else {
        return Ok(Found::default());
    };
    let since = |ms: u64| {
        let ms = i64::try_from(ms).unwrap_or(i64::MAX);
        first_since(connection, room.id, ms)
    };
    let first = match search.from_ms {
        Some(from_ms) => since(from_ms)?,
        None => Some(0),
    };
    let end = match search.until_ms {
        Some(until_ms) => since(until_ms)?,
        None => None,
    };
    let before = search.before.and_then(|n| i64::try_from(n).ok());
    let last = [end, before]
        .into_iter()
        .flatten()
        .min()
        .map_or(LARGEST, |end| end.saturating_sub(1).min(LARGEST));
    let (Some(first), Some(asked)) = (first, Asked::of(search)) else {
        return Ok(Found::default());
    };
    let hits = Hits {
        connection,
        reader: Reader {
            room: room.id,
            viewer: Some(viewer),
            mark_people: limits.mark_people,
        },
        limit: limits.hits as usize,
    };
    match asked {
        Asked::Like(expression) => {
            let (low, high) = (row_id(room.id, first), row_id(room.id, last));
            let mut statement = connection.prepare_cached(LIKE)?;
            let rows = statement.query(params![expression, low, high])?;
            hits.collect(rows, |row| row.get(0).map(number))
        }
        Asked::All => {
            let mut statement = connection.prepare_cached(ALL)?;
            let rows = statement.query(params![room.id, first, last])?;
            hits.collect(rows, |row| row.get(0))
        }
    }
}

/// How much is found.
#[derive(Clone, Copy, Debug)]
pub(crate) struct FindLimits {
    /// Hits of one page.
    pub(crate) hits: u32,
    /// People whom an emoji names.
    pub(crate) mark_people: u32,
}

/// What a search comes down to.
enum Asked {
    /// What the index has for this expression.
    Like(String),
    /// Every message.
    All,
}

impl Asked {
    /// `None` where nothing can be like it.
    fn of(search: &Search) -> Option<Self> {
        let mut parts = Vec::new();
        let sender = search.sender.as_deref().unwrap_or_default();
        for (column, text) in [("text", search.text.as_str()), ("sender", sender)] {
            if !text.trim().is_empty() {
                parts.push(format!("{column} : ({})", expression(text)?));
            }
        }
        if let Some(has) = search.has {
            parts.push(format!("has : \"{}\"", has_term(has)));
        }
        if parts.is_empty() {
            Some(Self::All)
        } else {
            Some(Self::Like(parts.join(" AND ")))
        }
    }
}

/// Reads the messages that numbers stand for.
struct Hits<'a> {
    connection: &'a Connection,
    reader: Reader,
    limit: usize,
}

impl Hits<'_> {
    fn collect(
        &self,
        mut rows: Rows<'_>,
        number: impl Fn(&Row<'_>) -> rusqlite::Result<i64>,
    ) -> Result<Found, ReadError> {
        let mut found = Found::default();
        while let Some(row) = rows.next()? {
            let Some(entry) = self.message(number(row)?)? else {
                continue;
            };
            if found.entries.len() == self.limit {
                found.more = true;
                break;
            }
            found.entries.push(entry);
        }
        Ok(found)
    }

    /// The message with this number, if it is one that the viewer may read.
    fn message(&self, number: i64) -> Result<Option<Entry>, ReadError> {
        let Some(found) = one(self.connection, self.reader.room, number)? else {
            return Ok(None);
        };
        let is_message = matches!(found.entry.body, EntryBody::Message(_));
        if !is_message || !found.is_readable_by(self.reader.viewer) {
            return Ok(None);
        }
        self.reader.complete(self.connection, found).map(Some)
    }
}
