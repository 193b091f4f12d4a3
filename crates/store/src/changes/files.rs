//! Which entry has which files. Their bytes lie elsewhere, see [`files`](crate::files).

use rusqlite::{Connection, params};
use zoom_protocol::{FileHash, FileInfo};

use super::{Room, Stop, Tables, signed};
use crate::Refusal;

impl Tables<'_> {
    /// The bytes of the room's files with these among them, each content once.
    pub(super) fn fitting(&self, room: &Room, files: &[FileInfo]) -> Result<i64, Stop> {
        let mut bytes = room.file_bytes;
        for (place, file) in files.iter().enumerate() {
            let is_among = files
                .iter()
                .take(place)
                .any(|other| other.hash == file.hash);
            if !is_among && !has_file(self.connection, room, file.hash)? {
                bytes = bytes.saturating_add(signed(file.bytes));
            }
        }
        if bytes > room.file_bytes && bytes > signed(self.limits.room_file_bytes) {
            return Err(Refusal::RoomFilesFull.into());
        }
        Ok(bytes)
    }

    pub(super) fn insert_files(
        &self,
        room: &Room,
        number: i64,
        files: &[FileInfo],
    ) -> rusqlite::Result<()> {
        for (place, file) in files.iter().enumerate() {
            self.connection
                .prepare_cached(
                    "INSERT INTO entry_files
                     (room, number, place, hash, name, media_type, bytes, width, height)
                     VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
                )?
                .execute(params![
                    room.id,
                    number,
                    place as i64,
                    file.hash.0,
                    file.name.as_str(),
                    file.media_type,
                    signed(file.bytes),
                    file.picture.map(|picture| picture.width),
                    file.picture.map(|picture| picture.height),
                ])?;
        }
        Ok(())
    }

    /// Takes their files from the entries with these numbers, the last one excluded.
    pub(super) fn delete_files(
        &mut self,
        room: &mut Room,
        from: i64,
        to: i64,
    ) -> rusqlite::Result<()> {
        let contents: Vec<([u8; 32], i64)> = self
            .connection
            .prepare_cached(
                "SELECT DISTINCT hash, bytes FROM entry_files
                 WHERE room = ?1 AND number >= ?2 AND number < ?3",
            )?
            .query_map([room.id, from, to], |row| Ok((row.get(0)?, row.get(1)?)))?
            .collect::<rusqlite::Result<_>>()?;
        if contents.is_empty() {
            return Ok(());
        }
        self.connection
            .prepare_cached(
                "DELETE FROM entry_files WHERE room = ?1 AND number >= ?2 AND number < ?3",
            )?
            .execute([room.id, from, to])?;
        for (hash, bytes) in contents {
            let hash = FileHash(hash);
            if !has_file(self.connection, room, hash)? {
                room.file_bytes = room.file_bytes.saturating_sub(bytes).max(0);
                room.changed = true;
                self.aftermath.dropped.push(hash);
            }
        }
        Ok(())
    }
}

fn has_file(connection: &Connection, room: &Room, hash: FileHash) -> rusqlite::Result<bool> {
    connection
        .prepare_cached("SELECT EXISTS (SELECT 1 FROM entry_files WHERE hash = ?1 AND room = ?2)")?
        .query_row(params![hash.0, room.id], |row| row.get(0))
}
