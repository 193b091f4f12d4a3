//! What is read of a timeline: pages of it and of threads, and what changed.
//!
//! A page is put together of what everybody may read and of what the viewer alone may, each found
//! without looking at what lies between, so that it costs as much wherever it is.

mod public;

use rusqlite::{Connection, OptionalExtension, Params, params};
use zoom_protocol::{AuthorId, Entry, Page, PageAt};

use crate::{
    ChangesRead, OpenCall, PageRead, ReadError, RoomRecord,
    rows::{COLUMNS, Found, Reader, entry},
};
use public::public;

pub(crate) use public::newest_public;

/// Rows that are looked at for each entry that may be told after a resume: emoji on one message and
/// what others say to one another are in between.
const LOOKED_AT: u32 = 8;

/// A room's row.
pub(crate) struct Room {
    pub(crate) id: i64,
    last: u64,
    expired: u64,
}

/// Which way a page is read.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Way {
    /// The newest of those with smaller numbers than this.
    Before(i64),
    /// The oldest of those with larger numbers than this.
    After(i64),
}

/// What is read, and for whom.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Scope {
    /// The thread; the timeline itself where it is missing.
    pub(crate) thread: Option<u64>,
    /// Who reads; nobody in particular.
    pub(crate) viewer: Option<AuthorId>,
    /// Most entries.
    pub(crate) limit: u32,
    /// People whom an emoji names.
    pub(crate) mark_people: u32,
}

/// Reads a page.
pub(crate) fn page(
    connection: &Connection,
    room_key: &str,
    at: PageAt,
    scope: Scope,
) -> Result<PageRead, ReadError> {
    let Some(room) = room(connection, room_key)? else {
        return Ok(PageRead::default());
    };
    let pages = Pages {
        connection,
        room: room.id,
        scope,
    };
    let number = |number: u64| i64::try_from(number).unwrap_or(i64::MAX);
    let page = match at {
        PageAt::Before(before) => pages.before(number(before))?,
        PageAt::After(after) => pages.after(number(after))?,
        PageAt::Around(around) => pages.around(number(around))?,
        PageAt::Since(since_ms) => {
            let since = first_since(connection, room.id, number(since_ms))?;
            pages.after(since.unwrap_or(i64::MAX).saturating_sub(1))?
        }
    };
    Ok(PageRead {
        page,
        last: room.last,
    })
}

struct Pages<'a> {
    connection: &'a Connection,
    room: i64,
    scope: Scope,
}

impl Pages<'_> {
    fn before(&self, number: i64) -> Result<Page, ReadError> {
        let (mut entries, more_before) = self.read(Way::Before(number), self.scope.limit)?;
        entries.reverse();
        let last = entries.last().map(|entry| entry.number.cast_signed());
        let rest = last.unwrap_or(number.saturating_sub(1));
        Ok(Page {
            more_after: self.is_any(Way::After(rest))?,
            more_before,
            entries,
        })
    }

    fn after(&self, number: i64) -> Result<Page, ReadError> {
        let (entries, more_after) = self.read(Way::After(number), self.scope.limit)?;
        let first = entries.first().map(|entry| entry.number.cast_signed());
        let rest = first.unwrap_or(number.saturating_add(1));
        Ok(Page {
            more_before: self.is_any(Way::Before(rest))?,
            more_after,
            entries,
        })
    }

    /// Half before the number, and more where there is less on the other side.
    fn around(&self, number: i64) -> Result<Page, ReadError> {
        let limit = self.scope.limit;
        let half = limit / 2;
        let (mut older, mut more_before) = self.read(Way::Before(number), limit)?;
        let (mut newer, mut more_after) = self.read(Way::After(number.saturating_sub(1)), limit)?;
        let few_older = (older.len() as u32).min(half);
        let keep_newer = limit - few_older;
        more_after |= newer.len() as u32 > keep_newer;
        newer.truncate(keep_newer as usize);
        let keep_older = limit - newer.len() as u32;
        more_before |= older.len() as u32 > keep_older;
        older.truncate(keep_older as usize);
        older.reverse();
        older.append(&mut newer);
        Ok(Page {
            entries: older,
            more_before,
            more_after,
        })
    }

    /// At most `limit` entries one way, the nearest first, and whether there are more.
    fn read(&self, way: Way, limit: u32) -> Result<(Vec<Entry>, bool), ReadError> {
        let reader = Reader {
            room: self.room,
            viewer: self.scope.viewer,
            mark_people: self.scope.mark_people,
        };
        let mut numbers = self.numbers(way, limit.saturating_add(1))?;
        let more = numbers.len() > limit as usize;
        numbers.truncate(limit as usize);
        let mut entries = Vec::with_capacity(numbers.len());
        for number in numbers {
            if let Some(found) = one(self.connection, self.room, number)? {
                entries.push(reader.complete(self.connection, found)?);
            }
        }
        Ok((entries, more))
    }

    fn is_any(&self, way: Way) -> Result<bool, ReadError> {
        Ok(!self.numbers(way, 1)?.is_empty())
    }

    /// The numbers of at most `limit` entries one way, the nearest first.
    fn numbers(&self, way: Way, limit: u32) -> Result<Vec<i64>, ReadError> {
        if let Some(thread) = self.scope.thread {
            return self.of_index(&in_thread(way), way, thread.cast_signed(), limit);
        }
        let mut numbers = public(self.connection, self.room, way, limit as usize)?;
        if let Some(viewer) = self.scope.viewer {
            let viewer = viewer.0.cast_signed();
            numbers.append(&mut self.of_index(&private(way), way, viewer, limit)?);
            match way {
                Way::Before(_) => numbers.sort_unstable_by_key(|number| std::cmp::Reverse(*number)),
                Way::After(_) => numbers.sort_unstable(),
            }
            numbers.truncate(limit as usize);
        }
        Ok(numbers)
    }

    /// The numbers that a query finds; room, number, limit and `of` are its parameters.
    fn of_index(&self, query: &str, way: Way, of: i64, limit: u32) -> Result<Vec<i64>, ReadError> {
        let (Way::Before(number) | Way::After(number)) = way;
        let numbers = self
            .connection
            .prepare_cached(query)?
            .query_map(params![self.room, number, limit, of], |row| row.get(0))?
            .collect::<rusqlite::Result<_>>()?;
        Ok(numbers)
    }
}

/// What is in the thread that is the fourth parameter.
fn in_thread(way: Way) -> String {
    part(way, "entries_threads", "thread = ?4")
}

/// What the author that is the fourth parameter said to others and was told by them.
fn private(way: Way) -> String {
    format!(
        "SELECT number FROM ({}) UNION ALL SELECT number FROM ({}) ORDER BY 1 {} LIMIT ?3",
        part(way, "entries_from", "author = ?4 AND to_author IS NOT NULL"),
        part(way, "entries_to", "to_author = ?4 AND author <> ?4"),
        order(way),
    )
}

fn part(way: Way, index: &str, condition: &str) -> String {
    let order = order(way);
    let side = match way {
        Way::Before(_) => "<",
        Way::After(_) => ">",
    };
    format!(
        "SELECT number FROM entries INDEXED BY {index}
         WHERE room = ?1 AND number {side} ?2 AND {condition} ORDER BY number {order} LIMIT ?3"
    )
}

fn order(way: Way) -> &'static str {
    match way {
        Way::Before(_) => "DESC",
        Way::After(_) => "ASC",
    }
}

/// Reads what changed.
pub(crate) fn changes_after(
    connection: &Connection,
    room_key: &str,
    after: u64,
    scope: Scope,
) -> Result<ChangesRead, ReadError> {
    let Some(room) = room(connection, room_key)? else {
        return Ok(ChangesRead {
            changes: (after == 0).then(Vec::new),
            last: 0,
        });
    };
    let too_old = ChangesRead {
        changes: None,
        last: room.last,
    };
    // Somebody who knows more than the room has seen another copy of it.
    if after < room.expired || after > room.last {
        return Ok(too_old);
    }
    let most = scope.limit.saturating_mul(LOOKED_AT);
    let after = after.cast_signed();
    let parameters = params![room.id, after, most.saturating_add(1)];
    let mut found = all(connection, NEW_SINCE, parameters)?;
    found.append(&mut all(connection, CHANGED_SINCE, parameters)?);
    let is_all = found.len() <= most as usize;
    found.retain(|found| found.is_readable_by(scope.viewer));
    if !is_all || found.len() > scope.limit as usize {
        return Ok(too_old);
    }
    found.sort_by_key(|found| (found.entry.changed, found.entry.number));
    let reader = Reader {
        room: room.id,
        viewer: scope.viewer,
        mark_people: scope.mark_people,
    };
    let entries = found
        .into_iter()
        .map(|found| reader.complete(connection, found))
        .collect::<Result<Vec<_>, _>>()?;
    Ok(ChangesRead {
        changes: Some(entries),
        last: room.last,
    })
}

/// Entries that are new since a number: room, number and limit are its parameters.
const NEW_SINCE: &str = "SELECT {} FROM entries
    WHERE room = ?1 AND number > ?2 ORDER BY number LIMIT ?3";
/// Older entries that changed since then, with the same parameters.
const CHANGED_SINCE: &str = "SELECT {} FROM entries INDEXED BY entries_changed
    WHERE room = ?1 AND changed > ?2 AND changed > number AND number <= ?2
    ORDER BY changed LIMIT ?3";

fn all(
    connection: &Connection,
    query: &str,
    parameters: impl Params,
) -> Result<Vec<Found>, ReadError> {
    let mut statement = connection.prepare_cached(&query.replacen("{}", COLUMNS, 1))?;
    let mut rows = statement.query(parameters)?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        found.push(entry(row)?);
    }
    Ok(found)
}

/// Reads what everybody may read of a room, threads included, from a number on.
pub(crate) fn open_to_all(
    connection: &Connection,
    room_key: &str,
    after: u64,
    limit: u32,
    mark_people: u32,
) -> Result<Vec<Entry>, ReadError> {
    let Some(room) = room(connection, room_key)? else {
        return Ok(Vec::new());
    };
    let query = "SELECT {} FROM entries
        WHERE room = ?1 AND number > ?2 AND to_author IS NULL ORDER BY number LIMIT ?3";
    let after = i64::try_from(after).unwrap_or(i64::MAX);
    let reader = Reader {
        room: room.id,
        viewer: None,
        mark_people,
    };
    all(connection, query, params![room.id, after, limit])?
        .into_iter()
        .map(|found| reader.complete(connection, found))
        .collect()
}

/// Reads what is known of a room.
pub(crate) fn record(
    connection: &Connection,
    room_key: &str,
    mark_people: u32,
) -> Result<Option<RoomRecord>, ReadError> {
    let mut statement = connection.prepare_cached(
        "SELECT id, name, last_number, retention_days, file_bytes, open_call
         FROM rooms WHERE key = ?1",
    )?;
    let mut rows = statement.query([room_key])?;
    let Some(row) = rows.next()? else {
        return Ok(None);
    };
    let id: i64 = row.get(0)?;
    let name: String = row.get(1)?;
    let open_call = match row.get::<_, Option<i64>>(5)? {
        Some(number) => open_call(connection, id, number, mark_people)?,
        None => None,
    };
    Ok(Some(RoomRecord {
        name: name.parse().map_err(|error| ReadError::Content {
            what: "the name of a room".into(),
            reason: format!("{error}"),
        })?,
        last_number: row.get::<_, i64>(2)?.cast_unsigned(),
        retention_days: row.get(3)?,
        file_bytes: row.get::<_, i64>(4)?.cast_unsigned(),
        open_call,
    }))
}

fn open_call(
    connection: &Connection,
    room: i64,
    number: i64,
    mark_people: u32,
) -> Result<Option<OpenCall>, ReadError> {
    let Some(found) = one(connection, room, number)? else {
        return Ok(None);
    };
    let changed_ms: Option<i64> = connection
        .prepare_cached("SELECT edited_ms FROM entries WHERE room = ?1 AND number = ?2")?
        .query_row([room, number], |row| row.get(0))?;
    let reader = Reader {
        room,
        viewer: None,
        mark_people,
    };
    let changed_ms = changed_ms.map_or(found.entry.time_ms, i64::cast_unsigned);
    Ok(Some(OpenCall {
        entry: reader.complete(connection, found)?,
        changed_ms,
    }))
}

/// One entry of a room.
pub(crate) fn one(
    connection: &Connection,
    room: i64,
    number: i64,
) -> Result<Option<Found>, ReadError> {
    let query = "SELECT {} FROM entries WHERE room = ?1 AND number = ?2";
    Ok(all(connection, query, [room, number])?.pop())
}

/// The smallest number of an entry that was written at this time or later. Times ascend with
/// numbers, so that it is found by halving.
pub(crate) fn first_since(
    connection: &Connection,
    room: i64,
    since_ms: i64,
) -> rusqlite::Result<Option<i64>> {
    let mut next = connection.prepare_cached(
        "SELECT number, time_ms FROM entries WHERE room = ?1 AND number >= ?2
         ORDER BY number LIMIT 1",
    )?;
    let mut at_or_after = |number: i64| {
        next.query_row([room, number], |row| Ok((row.get(0)?, row.get(1)?)))
            .optional()
    };
    let last: Option<i64> = connection
        .prepare_cached("SELECT max(number) FROM entries WHERE room = ?1")?
        .query_row([room], |row| row.get(0))?;
    let Some(last) = last else {
        return Ok(None);
    };
    // Whatever is below `low` is too old; `found` is not, and nothing between `high` and it is.
    let (mut low, mut high) = (0_i64, last.saturating_add(1));
    let mut found = None;
    while low < high {
        let middle = low + (high - low) / 2;
        let there: Option<(i64, i64)> = at_or_after(middle)?;
        match there {
            Some((number, time_ms)) if time_ms < since_ms => low = number + 1,
            Some((number, _)) => {
                found = Some(number);
                high = middle;
            }
            None => high = middle,
        }
    }
    Ok(found)
}

pub(crate) fn room(connection: &Connection, key: &str) -> Result<Option<Room>, ReadError> {
    let room = connection
        .prepare_cached("SELECT id, last_number, expired FROM rooms WHERE key = ?1")?
        .query_row([key], |row| {
            Ok(Room {
                id: row.get(0)?,
                last: row.get::<_, i64>(1)?.cast_unsigned(),
                expired: row.get::<_, i64>(2)?.cast_unsigned(),
            })
        })
        .optional()?;
    Ok(room)
}

#[cfg(test)]
mod tests;
