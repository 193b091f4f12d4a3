//! The index: what of a message is in it.
//!
//! It is an FTS5 table without content of its own. Its row ids are made of the room and the number,
//! so that a room's messages lie together in their order, and a search stays within the room and
//! ends at the newest hits. A row that is removed leaves nothing in the file (`secure-delete`);
//! for that the same text has to be given again.

use rusqlite::{Connection, params};
use zoom_protocol::{FileInfo, Has};

use super::grams::terms;

/// The table as it was first, with the length of each message.
pub(crate) const FIRST: &str = "
    CREATE VIRTUAL TABLE words USING fts5 (
        text, sender, has,
        content = '',
        tokenize = \"unicode61 remove_diacritics 0 categories 'L* N* M* Co'\"
    );
    INSERT INTO words (words, rank) VALUES ('secure-delete', 1);
";

/// The table. Letters, digits and marks are tokens; what is compared was made alike before. Lengths
/// are not kept: they rank hits, which are told by their age, and cost a page of each room that
/// is written in. What was written is merged with what was there later than usual: a search looks
/// into a few more places, and a term is written half as often.
pub(crate) const SCHEMA: &str = "
    DROP TABLE words;
    CREATE VIRTUAL TABLE words USING fts5 (
        text, sender, has,
        content = '',
        columnsize = 0,
        tokenize = \"unicode61 remove_diacritics 0 categories 'L* N* M* Co'\"
    );
    INSERT INTO words (words, rank) VALUES ('secure-delete', 1);
    INSERT INTO words (words, rank) VALUES ('automerge', 16);
    INSERT INTO words (words, rank) VALUES ('crisismerge', 32);
";

/// Bits of a row id that are the number.
const NUMBER_BITS: u32 = 40;

/// A message, as far as it can be found.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Indexed<'a> {
    /// The room's id in the tables.
    pub(crate) room: i64,
    /// The message's number.
    pub(crate) number: i64,
    /// What its sender is called.
    pub(crate) sender: &'a str,
    /// What it says.
    pub(crate) text: Option<&'a str>,
    /// Its files.
    pub(crate) files: &'a [FileInfo],
}

impl Indexed<'_> {
    fn text_terms(&self) -> String {
        let mut all = terms(self.text.unwrap_or_default());
        for file in self.files {
            all.push(' ');
            all.push_str(&terms(file.name.as_str()));
        }
        all
    }

    fn has_terms(&self) -> String {
        let is = |has: Has| match has {
            Has::File => !self.files.is_empty(),
            Has::Picture => self.files.iter().any(|file| file.picture.is_some()),
            Has::Link => self.text.is_some_and(has_link),
        };
        let terms: Vec<&str> = [Has::File, Has::Picture, Has::Link]
            .into_iter()
            .filter(|has| is(*has))
            .map(has_term)
            .collect();
        terms.join(" ")
    }
}

fn has_link(text: &str) -> bool {
    text.contains("https://") || text.contains("http://")
}

/// The term of what a message has.
pub(super) fn has_term(has: Has) -> &'static str {
    match has {
        Has::File => "file",
        Has::Picture => "picture",
        Has::Link => "link",
    }
}

/// The row id of a message.
pub(super) fn row_id(room: i64, number: i64) -> i64 {
    (room << NUMBER_BITS) | number.clamp(0, (1 << NUMBER_BITS) - 1)
}

/// The number of a message by its row id.
pub(super) fn number(row_id: i64) -> i64 {
    row_id & ((1 << NUMBER_BITS) - 1)
}

/// Adds a message.
pub(crate) fn put(connection: &Connection, message: &Indexed<'_>) -> rusqlite::Result<()> {
    connection
        .prepare_cached("INSERT INTO words (rowid, text, sender, has) VALUES (?1, ?2, ?3, ?4)")?
        .execute(params![
            row_id(message.room, message.number),
            message.text_terms(),
            terms(message.sender),
            message.has_terms(),
        ])
        .map(drop)
}

/// Takes a message out, which has to be as it was added.
pub(crate) fn remove(connection: &Connection, message: &Indexed<'_>) -> rusqlite::Result<()> {
    connection
        .prepare_cached(
            "INSERT INTO words (words, rowid, text, sender, has)
             VALUES ('delete', ?1, ?2, ?3, ?4)",
        )?
        .execute(params![
            row_id(message.room, message.number),
            message.text_terms(),
            terms(message.sender),
            message.has_terms(),
        ])
        .map(drop)
}
