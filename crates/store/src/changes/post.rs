//! A message comes.

use rusqlite::{OptionalExtension, params};
use zoom_protocol::{ClientId, Entry, EntryBody, Message, Person, RoomName};

use super::{Room, Stop, Tables};
use crate::{
    Outcome, Refusal,
    pages::{newest_public, one},
    rows::{Reader, kind},
    search::Indexed,
};

/// A message that comes.
pub(super) struct Post<'a> {
    pub(super) sender: &'a Person,
    pub(super) client_id: &'a ClientId,
    pub(super) message: &'a Message,
    pub(super) thread: Option<i64>,
    pub(super) to: Option<&'a Person>,
}

/// A row of `entries` that comes.
pub(super) struct Row<'a> {
    pub(super) time_ms: i64,
    pub(super) kind: i64,
    pub(super) sender: &'a Person,
    pub(super) client_id: &'a ClientId,
    pub(super) text: Option<&'a str>,
    pub(super) details: Option<String>,
    pub(super) thread: Option<i64>,
    pub(super) to: Option<&'a Person>,
    pub(super) files: usize,
}

impl<'a> Tables<'a> {
    /// Keeps a message.
    pub(super) fn post(
        &mut self,
        room: &mut Room,
        name: &RoomName,
        unix_ms: i64,
        post: &Post<'a>,
    ) -> Result<Outcome, Stop> {
        if let Some(outcome) = self.repeat(room, post.sender, post.client_id)? {
            return Ok(outcome);
        }
        let message = post.message;
        if message.text.is_none() && message.files.is_empty() {
            return Err(Refusal::Empty.into());
        }
        if let Some(thread) = post.thread {
            self.check_thread(room, thread, post)?;
        }
        let file_bytes = self.fitting(room, &message.files)?;
        let details = match &message.mentions[..] {
            [] => None,
            mentions => Some(serde_json::to_string(mentions)?),
        };
        self.make(room, name)?;
        room.file_bytes = file_bytes;
        let time_ms = room.time_ms(unix_ms);
        let number = self.insert(
            room,
            &Row {
                time_ms,
                kind: kind::MESSAGE,
                sender: post.sender,
                client_id: post.client_id,
                text: message.text.as_ref().map(|text| text.as_str()),
                details,
                thread: post.thread,
                to: post.to,
                files: message.files.len(),
            },
        )?;
        self.insert_files(room, number, &message.files)?;
        self.unindexed.push(Indexed {
            room: room.id,
            number,
            sender: post.sender.name.as_str(),
            text: message.text.as_ref().map(|text| text.as_str()),
            files: &message.files,
        });
        if let Some(thread) = post.thread {
            self.connection
                .prepare_cached(
                    "UPDATE entries SET replies = replies + 1, last_reply_ms = ?3, changed = ?4
                     WHERE room = ?1 AND number = ?2",
                )?
                .execute([room.id, thread, time_ms, number])?;
        }
        let body = EntryBody::Message(Message {
            edited_ms: None,
            ..message.clone()
        });
        Ok(Outcome::Posted {
            entry: Box::new(Entry {
                number: number.cast_unsigned(),
                changed: number.cast_unsigned(),
                time_ms: time_ms.cast_unsigned(),
                sender: post.sender.clone(),
                client_id: post.client_id.clone(),
                thread: post.thread.map(i64::cast_unsigned),
                to: post.to.cloned(),
                replies: None,
                marks: Vec::new(),
                body,
            }),
            repeat: false,
        })
    }

    fn check_thread(&self, room: &Room, thread: i64, post: &Post<'_>) -> Result<(), Stop> {
        let root = self.target(room, thread, post.sender.author)?;
        let is_root = root.kind == kind::MESSAGE && root.thread.is_none() && root.to.is_none();
        if !is_root || post.to.is_some() {
            return Err(Refusal::BadThread.into());
        }
        if root.replies >= self.limits.thread_messages {
            return Err(Refusal::TooMany.into());
        }
        Ok(())
    }

    /// The entry that this participant's client id has already.
    pub(super) fn repeat(
        &self,
        room: &Room,
        sender: &Person,
        client_id: &ClientId,
    ) -> Result<Option<Outcome>, Stop> {
        let number: Option<i64> = self
            .connection
            .prepare_cached(
                "SELECT number FROM entries
                 WHERE room = ?1 AND participant = ?2 AND client_id = ?3",
            )?
            .query_row(
                params![
                    room.id,
                    sender.participant.0.cast_signed(),
                    client_id.as_str()
                ],
                |row| row.get(0),
            )
            .optional()?;
        let Some(number) = number else {
            return Ok(None);
        };
        let Some(found) = one(self.connection, room.id, number)? else {
            return Ok(None);
        };
        let reader = Reader {
            room: room.id,
            viewer: Some(sender.author),
            mark_people: self.limits.mark_people,
        };
        let entry = Box::new(reader.complete(self.connection, found)?);
        Ok(Some(Outcome::Posted {
            entry,
            repeat: true,
        }))
    }

    /// Writes a row with the room's next number, which it returns.
    pub(super) fn insert(&self, room: &mut Room, row: &Row<'_>) -> rusqlite::Result<i64> {
        let number = room.next_number();
        let to = row.to;
        let public_before = match row.thread.is_some() || to.is_some() {
            true => Some(newest_public(self.connection, room.id)?),
            false => None,
        };
        self.connection
            .prepare_cached(
                "INSERT INTO entries
                 (room, number, changed, time_ms, kind, participant, author, name, ordinal,
                  client_id, text, details, thread, to_participant, to_author, to_name, to_ordinal,
                  files, public_before)
                 VALUES (?1, ?2, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16,
                  ?17, ?18)",
            )?
            .execute(params![
                room.id,
                number,
                row.time_ms,
                row.kind,
                row.sender.participant.0.cast_signed(),
                row.sender.author.0.cast_signed(),
                row.sender.name.as_str(),
                row.sender.ordinal,
                row.client_id.as_str(),
                row.text,
                row.details,
                row.thread,
                to.map(|to| to.participant.0.cast_signed()),
                to.map(|to| to.author.0.cast_signed()),
                to.map(|to| to.name.as_str()),
                to.map(|to| to.ordinal),
                row.files as i64,
                public_before,
            ])?;
        Ok(number)
    }
}
