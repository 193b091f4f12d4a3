//! The tables, and what leads from each format of the database to the next.
//!
//! A room's entries lie together in the order of their numbers, because pages are read more often
//! than entries are written. An entry's row is what it is now: a change takes the room's next number
//! and leaves it in `changed`, and what was said before is overwritten. Ids of 64 bits are read as
//! signed.
//!
//! Some indexes have only the rows that a reader looks for there: a message costs no index of changes
//! as long as it has not changed, and none of threads outside of them. Each index that every message
//! is in is a page more to write for each room in each transaction.

use crate::search;

/// What leads from each format to the next; `user_version` counts them.
pub(crate) const MIGRATIONS: [&str; 5] =
    [FIRST, CONVERSATION, search::FIRST, HIDDEN, search::SCHEMA];

/// Messages alone, with a body in JSON.
const FIRST: &str = "
    CREATE TABLE rooms (
        id INTEGER PRIMARY KEY,
        key TEXT NOT NULL UNIQUE,
        name TEXT NOT NULL
    ) STRICT;
    CREATE TABLE entries (
        room INTEGER NOT NULL REFERENCES rooms (id),
        number INTEGER NOT NULL,
        time_ms INTEGER NOT NULL,
        participant INTEGER NOT NULL,
        name TEXT NOT NULL,
        ordinal INTEGER NOT NULL,
        client_id TEXT NOT NULL,
        body TEXT NOT NULL,
        PRIMARY KEY (room, number),
        UNIQUE (room, participant, client_id)
    ) STRICT, WITHOUT ROWID;
";

/// Threads, edits, deletions, emoji, files, private messages and calls.
///
/// - `rooms.last_number` and `last_ms`: of the last entry or change; `expired`: the number that the
///   last expiry took; `open_call`: the call that has not ended; `file_bytes`: each content once.
/// - `entries.kind`: 0 a message, 1 a call. `details`: JSON, the mentions of a message or the record
///   of a call. `edited_ms`: of a call the time of its last change. `marks`: how many different
///   emoji; `files`: how many.
/// - `mark_counts.first`: the number of the change that brought the emoji, `marks.changed`: the one
///   that brought this person's.
const CONVERSATION: &str = "
    ALTER TABLE rooms ADD COLUMN last_number INTEGER NOT NULL DEFAULT 0;
    ALTER TABLE rooms ADD COLUMN last_ms INTEGER NOT NULL DEFAULT 0;
    ALTER TABLE rooms ADD COLUMN expired INTEGER NOT NULL DEFAULT 0;
    ALTER TABLE rooms ADD COLUMN open_call INTEGER;
    ALTER TABLE rooms ADD COLUMN retention_days INTEGER;
    ALTER TABLE rooms ADD COLUMN file_bytes INTEGER NOT NULL DEFAULT 0;
    ALTER TABLE entries RENAME TO messages;
    CREATE TABLE entries (
        room INTEGER NOT NULL REFERENCES rooms (id),
        number INTEGER NOT NULL,
        changed INTEGER NOT NULL,
        time_ms INTEGER NOT NULL,
        kind INTEGER NOT NULL,
        participant INTEGER NOT NULL,
        author INTEGER NOT NULL,
        name TEXT NOT NULL,
        ordinal INTEGER NOT NULL,
        client_id TEXT NOT NULL,
        text TEXT,
        details TEXT,
        edited_ms INTEGER,
        deleted_ms INTEGER,
        thread INTEGER,
        to_participant INTEGER,
        to_author INTEGER,
        to_name TEXT,
        to_ordinal INTEGER,
        replies INTEGER NOT NULL DEFAULT 0,
        last_reply_ms INTEGER,
        marks INTEGER NOT NULL DEFAULT 0,
        files INTEGER NOT NULL DEFAULT 0,
        PRIMARY KEY (room, number),
        UNIQUE (room, participant, client_id)
    ) STRICT, WITHOUT ROWID;
    INSERT INTO entries
        (room, number, changed, time_ms, kind, participant, author, name, ordinal, client_id, text)
        SELECT room, number, number, time_ms, 0, participant, participant, name, ordinal, client_id,
            body ->> '$.text'
        FROM messages;
    DROP TABLE messages;
    UPDATE rooms SET (last_number, last_ms) = (
        SELECT coalesce(max(number), 0), coalesce(max(time_ms), 0) FROM entries WHERE room = id
    );
    CREATE INDEX entries_public ON entries (room, number)
        WHERE thread IS NULL AND to_author IS NULL;
    CREATE INDEX entries_threads ON entries (room, thread, number) WHERE thread IS NOT NULL;
    CREATE INDEX entries_from ON entries (room, author, number) WHERE to_author IS NOT NULL;
    CREATE INDEX entries_to ON entries (room, to_author, number) WHERE to_author IS NOT NULL;
    CREATE INDEX entries_changed ON entries (room, changed) WHERE changed > number;
    CREATE TABLE mark_counts (
        room INTEGER NOT NULL,
        number INTEGER NOT NULL,
        reaction TEXT NOT NULL,
        first INTEGER NOT NULL,
        count INTEGER NOT NULL,
        PRIMARY KEY (room, number, reaction)
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE marks (
        room INTEGER NOT NULL,
        number INTEGER NOT NULL,
        reaction TEXT NOT NULL,
        changed INTEGER NOT NULL,
        author INTEGER NOT NULL,
        name TEXT NOT NULL,
        PRIMARY KEY (room, number, reaction, changed),
        UNIQUE (room, number, reaction, author)
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE entry_files (
        room INTEGER NOT NULL,
        number INTEGER NOT NULL,
        place INTEGER NOT NULL,
        hash BLOB NOT NULL,
        name TEXT NOT NULL,
        media_type TEXT NOT NULL,
        bytes INTEGER NOT NULL,
        width INTEGER,
        height INTEGER,
        PRIMARY KEY (room, number, place)
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX entry_files_hash ON entry_files (hash, room);
";

/// `entries.public_before`: of what is in a thread or between two, the number of the last entry
/// before it that is neither, 0 where there is none; nothing for those that are neither.
const HIDDEN: &str = "
    ALTER TABLE entries ADD COLUMN public_before INTEGER;
    UPDATE entries SET public_before = ifnull((
        SELECT number FROM entries AS earlier
        WHERE room = entries.room AND number < entries.number
            AND thread IS NULL AND to_author IS NULL
        ORDER BY number DESC LIMIT 1
    ), 0)
    WHERE thread IS NOT NULL OR to_author IS NOT NULL;
    DROP INDEX entries_public;
";
