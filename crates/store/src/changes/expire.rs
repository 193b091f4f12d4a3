//! What is old goes.

use rusqlite::OptionalExtension;

use super::{Room, Stop, Tables};
use crate::{EXPIRED_AT_ONCE, Outcome, pages::first_since, search};

/// Emoji of people that go together with the entries they are on, unless one entry has more: they
/// are rows like entries.
const MARKS_AT_ONCE: i64 = 5_000;

impl Tables<'_> {
    /// Takes away the oldest entries of those that were written before this time.
    pub(super) fn expire(&mut self, room: &mut Room, before_ms: i64) -> Result<Outcome, Stop> {
        let stays = first_since(self.connection, room.id, before_ms)?;
        let end = stays.unwrap_or(room.last_number + 1);
        let Some(before) = self.some_before(room, end)? else {
            return Ok(Outcome::Unchanged);
        };
        self.index_words()?;
        search::unindex_before(self.connection, room.id, before)?;
        self.delete_files(room, 0, before)?;
        self.delete_marks(room, 0, before)?;
        self.connection
            .prepare_cached("DELETE FROM entries WHERE room = ?1 AND number < ?2")?
            .execute([room.id, before])?;
        if room.open_call.is_some_and(|number| number < before) {
            room.open_call = None;
        }
        // Whoever comes back with an older number has not been told of it.
        room.expired = room.next_number();
        self.aftermath.erased = true;
        Ok(Outcome::Expired {
            before: before.cast_unsigned(),
            more: before < end,
        })
    }

    /// The number before which there are as many entries as may go at once, at most `end`; nothing
    /// where there is none at all.
    fn some_before(&self, room: &Room, end: i64) -> rusqlite::Result<Option<i64>> {
        let mut statement = self.connection.prepare_cached(
            "SELECT number, marks FROM entries WHERE room = ?1 AND number < ?2
             ORDER BY number LIMIT ?3",
        )?;
        let mut rows = statement.query((room.id, end, EXPIRED_AT_ONCE + 1))?;
        let (mut count, mut marks) = (0, 0);
        while let Some(row) = rows.next()? {
            let number: i64 = row.get(0)?;
            let is_enough = count >= EXPIRED_AT_ONCE || marks >= MARKS_AT_ONCE;
            if is_enough {
                return Ok(Some(number));
            }
            count += 1;
            if row.get::<_, i64>(1)? > 0 {
                marks += self.marks_of(room, number)?;
            }
        }
        Ok((count > 0).then_some(end))
    }

    fn marks_of(&self, room: &Room, number: i64) -> rusqlite::Result<i64> {
        let sum: Option<i64> = self
            .connection
            .prepare_cached("SELECT sum(count) FROM mark_counts WHERE room = ?1 AND number = ?2")?
            .query_row([room.id, number], |row| row.get(0))
            .optional()?
            .flatten();
        Ok(sum.unwrap_or_default())
    }
}
