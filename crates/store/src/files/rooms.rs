//! Which files the entries of a room refer to.

use rusqlite::{Connection, OptionalExtension, params};
use zoom_protocol::{FileHash, FileInfo, FileName, PictureSize};

use crate::ReadError;

/// The file with this content and this name of some entry of a room.
pub(crate) fn file(
    connection: &Connection,
    room_key: &str,
    hash: FileHash,
    name: &FileName,
) -> Result<Option<FileInfo>, ReadError> {
    let found = connection
        .prepare_cached(
            "SELECT media_type, bytes, width, height FROM entry_files
             WHERE hash = ?2 AND room = (SELECT id FROM rooms WHERE key = ?1) AND name = ?3
             ORDER BY number DESC LIMIT 1",
        )?
        .query_row(params![room_key, hash.0, name.as_str()], |row| {
            let width: Option<u32> = row.get(2)?;
            let height: Option<u32> = row.get(3)?;
            let sides = width.zip(height);
            Ok(FileInfo {
                hash,
                name: name.clone(),
                media_type: row.get(0)?,
                bytes: row.get::<_, i64>(1)?.cast_unsigned(),
                picture: sides.map(|(width, height)| PictureSize { width, height }),
            })
        })
        .optional()?;
    Ok(found)
}
