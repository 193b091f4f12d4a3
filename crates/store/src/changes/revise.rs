//! A message says something else, or nothing any more.

use rusqlite::params;
use zoom_protocol::{AuthorId, Entry, Mention, MessageText};

use super::{Room, Stop, Tables, Target};
use crate::{
    Outcome, Refusal,
    pages::one,
    rows::{Reader, kind},
    search,
};

/// What a message is to say.
pub(super) struct Edit<'a> {
    pub(super) number: i64,
    pub(super) author: AuthorId,
    pub(super) text: Option<&'a MessageText>,
    pub(super) mentions: &'a [Mention],
}

impl Tables<'_> {
    /// Has a message say something else.
    pub(super) fn edit(
        &mut self,
        room: &mut Room,
        unix_ms: i64,
        edit: &Edit<'_>,
    ) -> Result<Outcome, Stop> {
        let target = self.own(room, edit.number, edit.author)?;
        if target.is_deleted {
            return Err(Refusal::NotChangeable.into());
        }
        if edit.text.is_none() && target.files == 0 {
            return Err(Refusal::Empty.into());
        }
        let text = edit.text.map(|text| text.as_str());
        let details = match edit.mentions {
            [] => None,
            mentions => Some(serde_json::to_string(mentions)?),
        };
        let is_so: bool = self
            .connection
            .prepare_cached(
                "SELECT text IS ?3 AND details IS ?4 FROM entries WHERE room = ?1 AND number = ?2",
            )?
            .query_row(params![room.id, edit.number, text, details], |row| {
                row.get(0)
            })?;
        if is_so {
            return Ok(Outcome::Unchanged);
        }
        self.index_words()?;
        search::unindex(self.connection, room.id, edit.number)?;
        let edited_ms = room.time_ms(unix_ms);
        let changed = room.next_number();
        self.connection
            .prepare_cached(
                "UPDATE entries SET text = ?3, details = ?4, edited_ms = ?5, changed = ?6
                 WHERE room = ?1 AND number = ?2",
            )?
            .execute(params![
                room.id,
                edit.number,
                text,
                details,
                edited_ms,
                changed
            ])?;
        search::index(self.connection, room.id, edit.number)?;
        self.aftermath.erased = true;
        self.changed(room, edit.number)
    }

    /// Takes away what a message says, its files, and the emoji on it.
    pub(super) fn delete(
        &mut self,
        room: &mut Room,
        unix_ms: i64,
        number: i64,
        author: AuthorId,
    ) -> Result<Outcome, Stop> {
        let target = self.own(room, number, author)?;
        if target.is_deleted {
            return Ok(Outcome::Unchanged);
        }
        self.index_words()?;
        search::unindex(self.connection, room.id, number)?;
        let deleted_ms = room.time_ms(unix_ms);
        let changed = room.next_number();
        self.delete_files(room, number, number + 1)?;
        self.delete_marks(room, number, number + 1)?;
        self.connection
            .prepare_cached(
                "UPDATE entries SET text = NULL, details = NULL, deleted_ms = ?3, changed = ?4,
                 marks = 0, files = 0
                 WHERE room = ?1 AND number = ?2",
            )?
            .execute([room.id, number, deleted_ms, changed])?;
        if let Some(thread) = target.thread {
            self.connection
                .prepare_cached(
                    "UPDATE entries SET replies = replies - 1, changed = ?3
                     WHERE room = ?1 AND number = ?2",
                )?
                .execute([room.id, thread, changed])?;
        }
        self.aftermath.erased = true;
        self.changed(room, number)
    }

    /// A message of this author.
    fn own(&self, room: &Room, number: i64, author: AuthorId) -> Result<Target, Stop> {
        let target = self.target(room, number, author)?;
        if target.kind != kind::MESSAGE {
            return Err(Refusal::NotChangeable.into());
        }
        if target.author != author {
            return Err(Refusal::NotYours.into());
        }
        Ok(target)
    }

    /// What everybody who may read it is told of an entry that changed.
    pub(super) fn changed(&self, room: &Room, number: i64) -> Result<Outcome, Stop> {
        let reader = Reader {
            room: room.id,
            viewer: None,
            mark_people: 0,
        };
        let Some(found) = one(self.connection, room.id, number)? else {
            return Err(Refusal::NoEntry.into());
        };
        let entry = Entry {
            replies: None,
            marks: Vec::new(),
            ..reader.complete(self.connection, found)?
        };
        Ok(Outcome::Changed {
            entry: Box::new(entry),
        })
    }
}
