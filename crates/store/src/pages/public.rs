//! What everybody may read of a timeline, past what is in threads and what two say to one another.
//!
//! Each entry that is hidden from the timeline knows the number of the last one before it that is not
//! (`public_before`). So a run of hidden entries costs one step on the way back, and on the way
//! forth as many as it takes to find its end by doubling and halving, however long it is. An index of
//! the others would be read faster still, but be one more page to write for each room in each
//! transaction, and nearly every entry would be in it.

use rusqlite::{CachedStatement, Connection, OptionalExtension};

use super::Way;

/// Entries before a number, the nearest first.
pub(super) const BEFORE: &str = "SELECT number, public_before FROM entries
    WHERE room = ?1 AND number < ?2 ORDER BY number DESC";
/// Entries after a number, the nearest first.
pub(super) const AFTER: &str = "SELECT number, public_before FROM entries
    WHERE room = ?1 AND number > ?2 ORDER BY number";
/// The first entry from a number on.
pub(super) const FROM: &str = "SELECT number, public_before FROM entries
    WHERE room = ?1 AND number >= ?2 ORDER BY number LIMIT 1";

/// The numbers of at most `limit` entries one way, the nearest first.
pub(super) fn public(
    connection: &Connection,
    room: i64,
    way: Way,
    limit: usize,
) -> rusqlite::Result<Vec<i64>> {
    let (query, mut rest) = match way {
        Way::Before(number) => (BEFORE, number),
        Way::After(number) => (AFTER, number),
    };
    let mut statement = connection.prepare_cached(query)?;
    let mut found = Vec::new();
    while let Some((number, public_before)) =
        collect(&mut statement, room, rest, limit, &mut found)?
    {
        rest = match way {
            Way::Before(_) => public_before.saturating_add(1),
            Way::After(_) => Run {
                connection,
                room,
                public_before,
            }
            .end(number)?,
        };
    }
    Ok(found)
}

/// Collects numbers up to the first hidden entry, which it returns with what that knows; nothing when
/// there are enough, or no more.
fn collect(
    statement: &mut CachedStatement<'_>,
    room: i64,
    rest: i64,
    limit: usize,
    found: &mut Vec<i64>,
) -> rusqlite::Result<Option<(i64, i64)>> {
    let mut rows = statement.query([room, rest])?;
    while found.len() < limit
        && let Some(row) = rows.next()?
    {
        let number = row.get(0)?;
        match row.get(1)? {
            Some(public_before) => return Ok(Some((number, public_before))),
            None => found.push(number),
        }
    }
    Ok(None)
}

/// Hidden entries with nothing between them that everybody may read.
struct Run<'a> {
    connection: &'a Connection,
    room: i64,
    public_before: i64,
}

impl Run<'_> {
    /// The last number of the run that `number` is in.
    fn end(&self, number: i64) -> rusqlite::Result<i64> {
        let (mut inside, mut step) = (number, 1_i64);
        while let Some(further) = self.within(inside.saturating_add(step))? {
            inside = further;
            step = step.saturating_mul(2);
        }
        let mut outside = inside.saturating_add(step);
        while outside - inside > 1 {
            let middle = inside + (outside - inside) / 2;
            match self.within(middle)? {
                Some(further) => inside = further,
                None => outside = middle,
            }
        }
        Ok(inside)
    }

    /// The first entry from this number on, if it is one of the run.
    fn within(&self, number: i64) -> rusqlite::Result<Option<i64>> {
        let mut statement = self.connection.prepare_cached(FROM)?;
        let entry: Option<(i64, Option<i64>)> = statement
            .query_row([self.room, number], |row| Ok((row.get(0)?, row.get(1)?)))
            .optional()?;
        let is_of_it = |before: Option<i64>| before == Some(self.public_before);
        Ok(entry
            .filter(|(_, before)| is_of_it(*before))
            .map(|(number, _)| number))
    }
}

/// What a hidden entry that comes next is to know.
pub(crate) fn newest_public(connection: &Connection, room: i64) -> rusqlite::Result<i64> {
    let newest = connection
        .prepare_cached(
            "SELECT coalesce(public_before, number) FROM entries
             WHERE room = ?1 ORDER BY number DESC LIMIT 1",
        )?
        .query_row([room], |row| row.get(0))
        .optional()?;
    Ok(newest.unwrap_or_default())
}
