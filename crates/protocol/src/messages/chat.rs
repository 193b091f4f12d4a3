//! What is said: messages, what becomes of them, and the timeline.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::{
    file::{FileHash, FileName},
    ids::{AuthorId, ClientId, ParticipantId, UploadId},
    messages::Person,
    names::{DisplayName, MessageText},
    reaction::Reaction,
};

/// `post`: write a message. It has a text, or files, or both.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS, JsonSchema)]
pub struct Post {
    /// The client's own id for it: the same id again yields the same message, not a second one.
    pub client_id: ClientId,
    /// What it says: Markdown (CommonMark with tables, strikethrough and bare links), never HTML.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub text: Option<MessageText>,
    /// The number of the message whose thread it belongs to; a message of the timeline itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional, type = "number")]
    pub thread: Option<u64>,
    /// The one person in the room who may read it besides oneself; not in a thread.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub to: Option<ParticipantId>,
    /// Whom it mentions: each `@` with their name is in the text.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[ts(as = "Option<_>", optional)]
    pub mentions: Vec<Mention>,
    /// Finished uploads, in the order in which they are shown.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[ts(as = "Option<_>", optional)]
    pub files: Vec<UploadId>,
}

impl Post {
    /// A message of the timeline with nothing but a text.
    pub fn text(client_id: ClientId, text: MessageText) -> Self {
        Self {
            client_id,
            text: Some(text),
            thread: None,
            to: None,
            mentions: Vec::new(),
            files: Vec::new(),
        }
    }
}

/// `edit`: say one's own message differently. Its files stay.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS, JsonSchema)]
pub struct Edit {
    /// The message's number.
    #[ts(type = "number")]
    pub number: u64,
    /// What it says from here on; may be missing where the message has files.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub text: Option<MessageText>,
    /// Whom it mentions from here on.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[ts(as = "Option<_>", optional)]
    pub mentions: Vec<Mention>,
}

/// `delete`: take one's own message back. What it said is gone for good, its place stays.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS, JsonSchema)]
pub struct Delete {
    /// The message's number. One that is deleted already stays so.
    #[ts(type = "number")]
    pub number: u64,
}

/// `mark`: put an emoji on a message, or take one's own away.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS, JsonSchema)]
pub struct Mark {
    /// The message's number.
    #[ts(type = "number")]
    pub number: u64,
    /// Which emoji.
    pub reaction: Reaction,
    /// True to put it there, false to take it away; what is so already stays so.
    pub on: bool,
}

/// `history`: read a page of the timeline, or of a thread.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS, JsonSchema)]
pub struct History {
    /// Which page.
    pub page: PageAt,
    /// The number of the message whose thread is read; the timeline itself where it is missing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional, type = "number")]
    pub thread: Option<u64>,
}

impl History {
    /// The page of the timeline before a number.
    pub fn before(number: u64) -> Self {
        Self {
            page: PageAt::Before(number),
            thread: None,
        }
    }
}

/// Which page: at most `page_entries` entries.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum PageAt {
    /// The newest of the entries with smaller numbers than this.
    Before(#[ts(type = "number")] u64),
    /// The oldest of the entries with larger numbers than this.
    After(#[ts(type = "number")] u64),
    /// Those around this number: half of them before it.
    Around(#[ts(type = "number")] u64),
    /// The oldest of the entries of this time or later, milliseconds since 1970-01-01T00:00:00Z.
    Since(#[ts(type = "number")] u64),
}

/// `search`: find messages, the newest first.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS, JsonSchema)]
pub struct Search {
    /// Words or parts of words that all have to be in a message or in the name of one of its files,
    /// in any case; at most `search_chars` characters. Empty: all that the filters let through.
    #[serde(default)]
    pub text: String,
    /// A part of the sender's name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub sender: Option<String>,
    /// The earliest time, milliseconds since 1970-01-01T00:00:00Z.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional, type = "number")]
    pub from_ms: Option<u64>,
    /// The time before which it was written, milliseconds since 1970-01-01T00:00:00Z.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional, type = "number")]
    pub until_ms: Option<u64>,
    /// What it has to have.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub has: Option<Has>,
    /// Messages with smaller numbers than this alone: the next page of hits.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional, type = "number")]
    pub before: Option<u64>,
}

/// What a message can be asked to have.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, TS, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Has {
    /// A file of any kind.
    File,
    /// A picture.
    Picture,
    /// A link in its text.
    Link,
}

/// `upload`: ask for a place to send a file to, by HTTP.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS, JsonSchema)]
pub struct Upload {
    /// What the file is called.
    pub name: FileName,
    /// How many bytes it has.
    #[ts(type = "number")]
    pub bytes: u64,
}

/// Who wrote an entry. The person may have left since.
pub type Sender = Person;

/// Somebody who is mentioned, or put an emoji on a message.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS, JsonSchema)]
pub struct Mention {
    /// Who.
    pub author: AuthorId,
    /// What they were called then.
    pub name: DisplayName,
}

/// An entry of the timeline, as it is now.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS, JsonSchema)]
pub struct Entry {
    /// The room's number of it. Entries and changes of entries count together, from 1: numbers of
    /// entries ascend, with gaps.
    #[ts(type = "number")]
    pub number: u64,
    /// The number of its last change; its own where it never changed. An edit, an emoji, and a
    /// message in its thread that is written or taken back change it. Of two states of one entry
    /// the one with the larger number is the later, and an event with a number that is not larger
    /// than this says nothing that is not in it already.
    #[ts(type = "number")]
    pub changed: u64,
    /// The server's time, milliseconds since 1970-01-01T00:00:00Z; never less than the entry's
    /// before.
    #[ts(type = "number")]
    pub time_ms: u64,
    /// Who wrote it, or began it.
    pub sender: Person,
    /// The sender's own id for it.
    pub client_id: ClientId,
    /// The number of the message whose thread it belongs to; absent in the timeline itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional, type = "number")]
    pub thread: Option<u64>,
    /// The one person who may read it besides its sender; absent where everybody may.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub to: Option<Person>,
    /// Its thread; absent while it has none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub replies: Option<Replies>,
    /// The emoji on it, in the order of the first of each.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[ts(as = "Option<_>", optional)]
    pub marks: Vec<Marked>,
    /// What it is.
    pub body: EntryBody,
}

/// A message's thread.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS, JsonSchema)]
pub struct Replies {
    /// How many messages it has that are not deleted.
    pub count: u32,
    /// The time of the last one, milliseconds since 1970-01-01T00:00:00Z.
    #[ts(type = "number")]
    pub last_ms: u64,
}

/// One emoji on a message.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS, JsonSchema)]
pub struct Marked {
    /// Which.
    pub reaction: Reaction,
    /// How many people put it there.
    pub count: u32,
    /// The first `mark_people` of them.
    pub people: Vec<Mention>,
    /// Whether one of them is who reads this.
    #[serde(default)]
    pub mine: bool,
}

/// What an entry is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS, JsonSchema)]
#[serde(tag = "type", rename_all = "snake_case")]
#[non_exhaustive]
pub enum EntryBody {
    /// A message.
    Message(Message),
    /// A message that was taken back.
    Deleted {
        /// When, milliseconds since 1970-01-01T00:00:00Z.
        #[ts(type = "number")]
        deleted_ms: u64,
    },
    /// A call: it begins when two people could see and hear each other and one of them had
    /// something on, and ends when fewer than two are left. `sender` is who was there first.
    Call(CallRecord),
}

/// What a message says.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS, JsonSchema)]
pub struct Message {
    /// Markdown; line ends are `\n`. Absent where there are files alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub text: Option<MessageText>,
    /// Whom it mentions.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[ts(as = "Option<_>", optional)]
    pub mentions: Vec<Mention>,
    /// Its files.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[ts(as = "Option<_>", optional)]
    pub files: Vec<FileInfo>,
    /// When it was last edited, milliseconds since 1970-01-01T00:00:00Z; absent where it never was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional, type = "number")]
    pub edited_ms: Option<u64>,
}

impl From<MessageText> for Message {
    fn from(text: MessageText) -> Self {
        Self {
            text: Some(text),
            ..Self::default()
        }
    }
}

/// A file of a message. Its bytes are at `/api/rooms/<room>/files/<hash>/<name>`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS, JsonSchema)]
pub struct FileInfo {
    /// The SHA-256 of its content.
    pub hash: FileHash,
    /// What it is called.
    pub name: FileName,
    /// Its media type (RFC 6838) as its content says; `application/octet-stream` where that says
    /// nothing that is safe to show.
    pub media_type: String,
    /// Its length.
    #[ts(type = "number")]
    pub bytes: u64,
    /// Its size, where it is a picture that is shown; then `?thumbnail` has a small one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub picture: Option<PictureSize>,
}

/// The size of a picture, as it is shown (turned upright).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS, JsonSchema)]
pub struct PictureSize {
    /// Pixels.
    pub width: u32,
    /// Pixels.
    pub height: u32,
}

/// A call that goes on, or went on.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS, JsonSchema)]
pub struct CallRecord {
    /// The first `call_people` who were in it, in the order of coming.
    pub people: Vec<Person>,
    /// How many there were in all.
    pub count: u32,
    /// When it ended, milliseconds since 1970-01-01T00:00:00Z; absent while it goes on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional, type = "number")]
    pub ended_ms: Option<u64>,
}

/// A piece of the timeline, or of a thread.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS, JsonSchema)]
pub struct Page {
    /// Entries in ascending order of number; every entry that the reader may read between the first
    /// and the last of them is there.
    pub entries: Vec<Entry>,
    /// Whether there are older entries than the first of these.
    pub more_before: bool,
    /// Whether there are newer entries than the last of these.
    pub more_after: bool,
}

/// `posted`: the message is on disk.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS, JsonSchema)]
pub struct Posted {
    /// The message as everybody has it from here on.
    pub entry: Entry,
}

/// `found`: what a search found.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS, JsonSchema)]
pub struct Found {
    /// Messages, the newest first; at most `search_hits`.
    pub entries: Vec<Entry>,
    /// Whether there are more, with smaller numbers than the last of these.
    pub more: bool,
}

/// `upload`: where the bytes go.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS, JsonSchema)]
pub struct UploadPlace {
    /// What `post` takes when all bytes are there.
    pub upload: UploadId,
    /// The path to send them to, by `PATCH`.
    pub path: String,
}
