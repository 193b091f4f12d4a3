//! Reading: pages of a timeline and what is known of a room, on connections of their own.

use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

use rusqlite::{Connection, OptionalExtension, Row, params};
use zoom_protocol::{AuthorId, Entry, EntryBody, Page, ParticipantId, Person};

use crate::{ReadError, RoomRecord, database::Database};

/// At most so many connections, made when they are needed; who comes when all are in use waits.
#[derive(Debug)]
pub(crate) struct Readers {
    database: Database,
    limit: usize,
    state: Mutex<State>,
    returned: Condvar,
}

#[derive(Debug, Default)]
struct State {
    idle: Vec<Connection>,
    in_use: usize,
    closed: bool,
}

impl Readers {
    pub(crate) fn new(database: Database, limit: usize) -> Self {
        Self {
            database,
            limit: limit.max(1),
            state: Mutex::default(),
            returned: Condvar::new(),
        }
    }

    /// Reads with one of the connections.
    fn read<T>(
        &self,
        read: impl FnOnce(&Connection) -> Result<T, ReadError>,
    ) -> Result<T, ReadError> {
        let mut state = self
            .returned
            .wait_while(self.lock(), |state| {
                !state.closed && state.in_use >= self.limit
            })
            .unwrap_or_else(PoisonError::into_inner);
        if state.closed {
            return Err(ReadError::Closed);
        }
        state.in_use += 1;
        let idle = state.idle.pop();
        drop(state);
        let taken = Taken {
            readers: self,
            connection: idle,
            whole: false,
        };
        taken.run(read)
    }

    /// Lets nobody read any more, waits for those who do, and closes the connections.
    pub(crate) fn close(&self) {
        let mut state = self.lock();
        state.closed = true;
        self.returned.notify_all();
        let mut state = self
            .returned
            .wait_while(state, |state| state.in_use > 0)
            .unwrap_or_else(PoisonError::into_inner);
        state.idle.clear();
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The newest `limit` entries below `before`.
    pub(crate) fn page_before(
        &self,
        room_key: &str,
        before: u64,
        limit: u32,
    ) -> Result<Page, ReadError> {
        // Numbers are kept as signed; none is larger.
        let before = i64::try_from(before).unwrap_or(i64::MAX);
        self.read(|connection| {
            let mut entries = entries(
                connection,
                "SELECT number, time_ms, participant, entries.name, ordinal, client_id, body
                 FROM entries JOIN rooms ON rooms.id = room
                 WHERE key = ?1 AND number < ?2 ORDER BY number DESC LIMIT ?3",
                (room_key, before, limit),
            )?;
            entries.reverse();
            page(connection, room_key, entries, before)
        })
    }

    /// The oldest `limit` entries above `after`.
    pub(crate) fn page_after(
        &self,
        room_key: &str,
        after: u64,
        limit: u32,
    ) -> Result<Page, ReadError> {
        let after = i64::try_from(after).unwrap_or(i64::MAX);
        self.read(|connection| {
            let entries = entries(
                connection,
                "SELECT number, time_ms, participant, entries.name, ordinal, client_id, body
                 FROM entries JOIN rooms ON rooms.id = room
                 WHERE key = ?1 AND number > ?2 ORDER BY number LIMIT ?3",
                (room_key, after, limit),
            )?;
            page(connection, room_key, entries, after.saturating_add(1))
        })
    }

    /// What is known of a room.
    pub(crate) fn room(&self, room_key: &str) -> Result<Option<RoomRecord>, ReadError> {
        self.read(|connection| {
            let found: Option<(String, i64)> = connection
                .prepare_cached(
                    "SELECT name, coalesce((SELECT max(number) FROM entries WHERE room = id), 0)
                     FROM rooms WHERE key = ?1",
                )?
                .query_row([room_key], |row| Ok((row.get(0)?, row.get(1)?)))
                .optional()?;
            let Some((name, last_number)) = found else {
                return Ok(None);
            };
            let name = name.parse().map_err(|error| ReadError::Content {
                what: "the name of a room".into(),
                reason: format!("{error}"),
            })?;
            Ok(Some(RoomRecord {
                name,
                last_number: last_number.cast_unsigned(),
                retention_days: None,
                file_bytes: 0,
                open_call: None,
            }))
        })
    }
}

/// A connection that is in use.
struct Taken<'a> {
    readers: &'a Readers,
    connection: Option<Connection>,
    /// Whether it may be used again.
    whole: bool,
}

impl Taken<'_> {
    fn run<T>(
        mut self,
        read: impl FnOnce(&Connection) -> Result<T, ReadError>,
    ) -> Result<T, ReadError> {
        let result = match &self.connection {
            Some(connection) => read(connection),
            None => read(self.connection.insert(self.readers.database.reader()?)),
        };
        self.whole = match &result {
            Ok(_) | Err(ReadError::Content { .. } | ReadError::Closed) => true,
            Err(ReadError::Database(_)) => false,
        };
        result
    }
}

impl Drop for Taken<'_> {
    fn drop(&mut self) {
        let connection = self.connection.take().filter(|_| self.whole);
        let mut state = self.readers.lock();
        state.in_use -= 1;
        if !state.closed {
            state.idle.extend(connection);
        }
        drop(state);
        self.readers.returned.notify_all();
    }
}

/// Runs a query for entries.
fn entries(
    connection: &Connection,
    query: &str,
    (room_key, number, limit): (&str, i64, u32),
) -> Result<Vec<Entry>, ReadError> {
    let mut statement = connection.prepare_cached(query)?;
    let mut rows = statement.query(params![room_key, number, limit])?;
    let mut entries = Vec::new();
    while let Some(row) = rows.next()? {
        entries.push(entry(row)?);
    }
    Ok(entries)
}

/// Completes a page: `from` is the number at which it begins when it is empty.
fn page(
    connection: &Connection,
    room_key: &str,
    entries: Vec<Entry>,
    from: i64,
) -> Result<Page, ReadError> {
    let first = entries.first().map(|entry| entry.number.cast_signed());
    let more_before = connection
        .prepare_cached(
            "SELECT EXISTS (SELECT 1 FROM entries JOIN rooms ON rooms.id = room
             WHERE key = ?1 AND number < ?2)",
        )?
        .query_row(params![room_key, first.unwrap_or(from)], |row| row.get(0))?;
    Ok(Page {
        entries,
        more_before,
        more_after: false,
    })
}

fn entry(row: &Row<'_>) -> Result<Entry, ReadError> {
    let number = row.get::<_, i64>(0)?.cast_unsigned();
    let fail = |reason: String| ReadError::Content {
        what: format!("entry {number}"),
        reason,
    };
    let name: String = row.get(3)?;
    let client_id: String = row.get(5)?;
    let body: String = row.get(6)?;
    Ok(Entry {
        number,
        changed: number,
        thread: None,
        to: None,
        replies: None,
        marks: Vec::new(),
        time_ms: row.get::<_, i64>(1)?.cast_unsigned(),
        sender: Person {
            participant: ParticipantId(row.get::<_, i64>(2)?.cast_unsigned()),
            author: AuthorId(row.get::<_, i64>(2)?.cast_unsigned()),
            name: name.parse().map_err(|error| fail(format!("{error}")))?,
            ordinal: row.get(4)?,
        },
        client_id: client_id
            .parse()
            .map_err(|error| fail(format!("{error}")))?,
        body: serde_json::from_str::<EntryBody>(&body).map_err(|error| fail(error.to_string()))?,
    })
}
