//! A call begins, somebody comes to it, and it ends.

use rusqlite::params;
use zoom_protocol::{CallRecord, ClientId, Entry, EntryBody, Person, RoomName};

use super::{Room, Stop, Tables, post::Row};
use crate::{Outcome, Refusal, pages::one, rows::kind};

/// A call that begins.
pub(super) struct Call<'a> {
    pub(super) sender: &'a Person,
    pub(super) client_id: &'a ClientId,
    pub(super) record: &'a CallRecord,
}

impl Tables<'_> {
    /// Keeps the record of a call that begins.
    pub(super) fn begin_call(
        &mut self,
        room: &mut Room,
        name: &RoomName,
        unix_ms: i64,
        call: &Call<'_>,
    ) -> Result<Outcome, Stop> {
        if let Some(outcome) = self.repeat(room, call.sender, call.client_id)? {
            return Ok(outcome);
        }
        let details = Some(serde_json::to_string(call.record)?);
        self.make(room, name)?;
        let time_ms = room.time_ms(unix_ms);
        let row = Row {
            time_ms,
            kind: kind::CALL,
            sender: call.sender,
            client_id: call.client_id,
            text: None,
            details,
            thread: None,
            to: None,
            files: 0,
        };
        let number = self.insert(room, &row)?;
        room.open_call = call.record.ended_ms.is_none().then_some(number);
        Ok(Outcome::Posted {
            entry: Box::new(Entry {
                number: number.cast_unsigned(),
                changed: number.cast_unsigned(),
                time_ms: time_ms.cast_unsigned(),
                sender: call.sender.clone(),
                client_id: call.client_id.clone(),
                thread: None,
                to: None,
                replies: None,
                marks: Vec::new(),
                body: EntryBody::Call(call.record.clone()),
            }),
            repeat: false,
        })
    }

    /// Keeps what has become of a call.
    pub(super) fn change_call(
        &mut self,
        room: &mut Room,
        unix_ms: i64,
        number: i64,
        record: &CallRecord,
    ) -> Result<Outcome, Stop> {
        let Some(found) = one(self.connection, room.id, number)? else {
            return Err(Refusal::NoEntry.into());
        };
        let EntryBody::Call(now) = &found.entry.body else {
            return Err(Refusal::NotChangeable.into());
        };
        if now == record {
            return Ok(Outcome::Unchanged);
        }
        if now.ended_ms.is_some() {
            return Err(Refusal::NotChangeable.into());
        }
        let details = serde_json::to_string(record)?;
        let edited_ms = room.time_ms(unix_ms);
        let changed = room.next_number();
        self.connection
            .prepare_cached(
                "UPDATE entries SET details = ?3, edited_ms = ?4, changed = ?5
                 WHERE room = ?1 AND number = ?2",
            )?
            .execute(params![room.id, number, details, edited_ms, changed])?;
        if record.ended_ms.is_some() && room.open_call == Some(number) {
            room.open_call = None;
        }
        self.changed(room, number)
    }
}
