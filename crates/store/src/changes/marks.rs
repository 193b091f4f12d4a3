//! An emoji is put on a message, or taken away.

use rusqlite::{OptionalExtension, params};
use zoom_protocol::{Mention, Reaction};

use super::{Room, Stop, Tables, Target};
use crate::{
    Outcome, Refusal,
    rows::{is_marked, kind},
};

/// Whose emoji, on which message.
pub(super) struct Mark<'a> {
    pub(super) number: i64,
    pub(super) reaction: &'a Reaction,
    pub(super) by: &'a Mention,
}

impl Tables<'_> {
    /// Puts it there.
    pub(super) fn put_mark(&mut self, room: &mut Room, mark: &Mark<'_>) -> Result<Outcome, Stop> {
        let target = self.markable(room, mark)?;
        if self.is_there(room, mark)? {
            return Ok(Outcome::Unchanged);
        }
        let count = self.mark_count(room, mark)?;
        let is_full = match count {
            0 => target.marks >= self.limits.marks,
            count => count >= self.limits.mark_authors,
        };
        if is_full {
            return Err(Refusal::TooMany.into());
        }
        let changed = room.next_number();
        let reaction = mark.reaction.as_str();
        self.connection
            .prepare_cached(
                "INSERT INTO marks (room, number, reaction, changed, author, name)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
            )?
            .execute(params![
                room.id,
                mark.number,
                reaction,
                changed,
                mark.by.author.0.cast_signed(),
                mark.by.name.as_str(),
            ])?;
        self.connection
            .prepare_cached(
                "INSERT INTO mark_counts (room, number, reaction, first, count)
                 VALUES (?1, ?2, ?3, ?4, 1)
                 ON CONFLICT DO UPDATE SET count = count + 1",
            )?
            .execute(params![room.id, mark.number, reaction, changed])?;
        let more = if count == 0 { 1 } else { 0 };
        self.note_mark(room, mark.number, changed, more)?;
        Ok(marked(&target, mark.number, changed, count + 1))
    }

    /// Takes it away.
    pub(super) fn take_mark(&mut self, room: &mut Room, mark: &Mark<'_>) -> Result<Outcome, Stop> {
        let target = self.markable(room, mark)?;
        if !self.is_there(room, mark)? {
            return Ok(Outcome::Unchanged);
        }
        let count = self.mark_count(room, mark)?.saturating_sub(1);
        let changed = room.next_number();
        let reaction = mark.reaction.as_str();
        self.connection
            .prepare_cached(
                "DELETE FROM marks
                 WHERE room = ?1 AND number = ?2 AND reaction = ?3 AND author = ?4",
            )?
            .execute(params![
                room.id,
                mark.number,
                reaction,
                mark.by.author.0.cast_signed(),
            ])?;
        let query = if count == 0 {
            "DELETE FROM mark_counts WHERE room = ?1 AND number = ?2 AND reaction = ?3"
        } else {
            "UPDATE mark_counts SET count = count - 1
             WHERE room = ?1 AND number = ?2 AND reaction = ?3"
        };
        self.connection
            .prepare_cached(query)?
            .execute(params![room.id, mark.number, reaction])?;
        let more = if count == 0 { -1 } else { 0 };
        self.note_mark(room, mark.number, changed, more)?;
        Ok(marked(&target, mark.number, changed, count))
    }

    /// A message that has not been deleted.
    fn markable(&self, room: &Room, mark: &Mark<'_>) -> Result<Target, Stop> {
        let target = self.target(room, mark.number, mark.by.author)?;
        if target.kind != kind::MESSAGE || target.is_deleted {
            return Err(Refusal::NotChangeable.into());
        }
        Ok(target)
    }

    fn is_there(&self, room: &Room, mark: &Mark<'_>) -> rusqlite::Result<bool> {
        let reaction = mark.reaction.as_str();
        is_marked(
            self.connection,
            room.id,
            mark.number,
            reaction,
            mark.by.author,
        )
    }

    fn mark_count(&self, room: &Room, mark: &Mark<'_>) -> rusqlite::Result<u32> {
        let count = self
            .connection
            .prepare_cached(
                "SELECT count FROM mark_counts WHERE room = ?1 AND number = ?2 AND reaction = ?3",
            )?
            .query_row(
                params![room.id, mark.number, mark.reaction.as_str()],
                |row| row.get(0),
            )
            .optional()?;
        Ok(count.unwrap_or_default())
    }

    fn note_mark(&self, room: &Room, number: i64, changed: i64, more: i64) -> rusqlite::Result<()> {
        self.connection
            .prepare_cached(
                "UPDATE entries SET changed = ?3, marks = marks + ?4
                 WHERE room = ?1 AND number = ?2",
            )?
            .execute([room.id, number, changed, more])?;
        Ok(())
    }

    /// Takes all emoji from the entries with these numbers, the last one excluded.
    pub(super) fn delete_marks(&self, room: &Room, from: i64, to: i64) -> rusqlite::Result<()> {
        for query in [
            "DELETE FROM marks WHERE room = ?1 AND number >= ?2 AND number < ?3",
            "DELETE FROM mark_counts WHERE room = ?1 AND number >= ?2 AND number < ?3",
        ] {
            self.connection
                .prepare_cached(query)?
                .execute([room.id, from, to])?;
        }
        Ok(())
    }
}

fn marked(target: &Target, number: i64, changed: i64, count: u32) -> Outcome {
    Outcome::Marked {
        number: number.cast_unsigned(),
        changed: changed.cast_unsigned(),
        count,
        readers: target.to.map(|to| [target.author, to]),
    }
}
