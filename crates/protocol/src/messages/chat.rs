//! What is said: messages and the timeline.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::{ids::ClientId, messages::Person, names::MessageText};

/// `post`: write a message.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS, JsonSchema)]
pub struct Post {
    /// The client's own id for it: the same id again yields the same message, not a second one.
    pub client_id: ClientId,
    /// What it says.
    pub text: MessageText,
}

/// `history`: read the timeline backwards.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS, JsonSchema)]
pub struct History {
    /// Entries with smaller numbers than this are wanted, the newest of them.
    #[ts(type = "number")]
    pub before: u64,
}

/// Who wrote an entry. The person may have left since.
pub type Sender = Person;

/// An entry of the timeline.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS, JsonSchema)]
pub struct Entry {
    /// The room's number of it: from 1, without a gap over all entries.
    #[ts(type = "number")]
    pub number: u64,
    /// The server's time, milliseconds since 1970-01-01T00:00:00Z; never less than the entry's
    /// before.
    #[ts(type = "number")]
    pub time_ms: u64,
    /// Who wrote it.
    pub sender: Person,
    /// The sender's own id for it.
    pub client_id: ClientId,
    /// What it is.
    pub body: EntryBody,
}

/// What an entry is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS, JsonSchema)]
#[serde(tag = "type", rename_all = "snake_case")]
#[non_exhaustive]
pub enum EntryBody {
    /// A message.
    Message {
        /// Plain text; line ends are `\n`.
        text: MessageText,
    },
}

/// A piece of the timeline.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS, JsonSchema)]
pub struct Page {
    /// Entries in ascending order of number.
    pub entries: Vec<Entry>,
    /// Whether there are older entries than the first of these.
    pub more_before: bool,
}

/// `posted`: the message is on disk.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS, JsonSchema)]
pub struct Posted {
    /// Its number.
    #[ts(type = "number")]
    pub number: u64,
    /// Its time, milliseconds since 1970-01-01T00:00:00Z.
    #[ts(type = "number")]
    pub time_ms: u64,
}
