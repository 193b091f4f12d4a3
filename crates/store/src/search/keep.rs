//! The index, kept in step with the messages.

use rusqlite::Connection;
use zoom_protocol::EntryBody;

use super::index::{Indexed, put, remove};
use crate::{ReadError, pages::one, rows::files};

/// Puts a message into the index as its row is, if it is one that says something.
pub(crate) fn index(connection: &Connection, room: i64, number: i64) -> Result<(), ReadError> {
    step(connection, room, number, put)
}

/// Takes a message out of the index, while its row still is as it was put in.
pub(crate) fn unindex(connection: &Connection, room: i64, number: i64) -> Result<(), ReadError> {
    step(connection, room, number, remove)
}

/// Takes the messages below a number out of the index, while their rows are there.
pub(crate) fn unindex_before(
    connection: &Connection,
    room: i64,
    before: i64,
) -> Result<(), ReadError> {
    let numbers: Vec<i64> = connection
        .prepare_cached("SELECT number FROM entries WHERE room = ?1 AND number < ?2")?
        .query_map([room, before], |row| row.get(0))?
        .collect::<rusqlite::Result<_>>()?;
    numbers
        .into_iter()
        .try_for_each(|number| unindex(connection, room, number))
}

/// Fills an index that is empty.
pub(crate) fn fill(connection: &Connection) -> Result<(), ReadError> {
    let mut all = connection.prepare("SELECT room, number FROM entries ORDER BY room, number")?;
    let mut rows = all.query([])?;
    while let Some(row) = rows.next()? {
        index(connection, row.get(0)?, row.get(1)?)?;
    }
    Ok(())
}

fn step(
    connection: &Connection,
    room: i64,
    number: i64,
    step: fn(&Connection, &Indexed<'_>) -> rusqlite::Result<()>,
) -> Result<(), ReadError> {
    let Some(found) = one(connection, room, number)? else {
        return Ok(());
    };
    let EntryBody::Message(message) = &found.entry.body else {
        return Ok(());
    };
    let message = Indexed {
        room,
        number,
        sender: found.entry.sender.name.as_str(),
        text: message.text.as_ref().map(|text| text.as_str()),
        files: &files(connection, room, number)?,
    };
    Ok(step(connection, &message)?)
}
