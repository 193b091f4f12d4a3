//! Which rooms have what is older than they keep.

use rusqlite::Connection;
use zoom_protocol::RoomName;

use crate::ReadError;

/// Milliseconds of a day.
const DAY_MS: u64 = 24 * 60 * 60 * 1_000;

/// A room with entries that are older than it keeps them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outdated {
    /// The room.
    pub room: RoomName,
    /// The time of the oldest that stay, milliseconds since 1970-01-01T00:00:00Z.
    pub before_ms: u64,
}

/// All such rooms. `default_days` holds for rooms without a time of their own; 0 keeps for good.
pub(crate) fn outdated(
    connection: &Connection,
    now_ms: u64,
    default_days: u32,
) -> Result<Vec<Outdated>, ReadError> {
    let mut statement = connection.prepare_cached(
        "SELECT name, coalesce(retention_days, ?1), (
             SELECT time_ms FROM entries WHERE room = id ORDER BY number LIMIT 1
         ) FROM rooms WHERE coalesce(retention_days, ?1) > 0",
    )?;
    let mut rows = statement.query([default_days])?;
    let mut outdated = Vec::new();
    while let Some(row) = rows.next()? {
        let days: u32 = row.get(1)?;
        let Some(oldest_ms) = row.get::<_, Option<i64>>(2)? else {
            continue;
        };
        let before_ms = now_ms.saturating_sub(u64::from(days) * DAY_MS);
        if oldest_ms.cast_unsigned() < before_ms {
            let name: String = row.get(0)?;
            let room = name.parse().map_err(|error| ReadError::Content {
                what: "the name of a room".into(),
                reason: format!("{error}"),
            })?;
            outdated.push(Outdated { room, before_ms });
        }
    }
    Ok(outdated)
}
