//! What can be written, and what becomes of it.

use zoom_protocol::{
    AuthorId, CallRecord, ClientId, Entry, ErrorCode, Mention, Message, MessageText, Person,
    Reaction, RoomName,
};

/// What is called with the outcome of a change, on the writer's thread: it must be quick and must
/// not block.
pub type Reply = Box<dyn FnOnce(Outcome) + Send>;

/// What is called when what was taken away has left the files, and whether it has: as
/// [`Reply`].
pub type CleanReply = Box<dyn FnOnce(bool) + Send>;

/// Something to write.
#[derive(Clone, Debug)]
pub struct WriteRequest {
    /// The room. It is made at its first entry, with its name as it is written here.
    pub room: RoomName,
    /// When it came, milliseconds since 1970-01-01T00:00:00Z.
    pub unix_ms: u64,
    /// What is to become different.
    pub change: Change,
}

/// What can become different in a room. Whatever a change needs to be allowed is looked at in the
/// transaction that carries it out.
#[derive(Clone, Debug)]
pub enum Change {
    /// A message comes.
    Post {
        /// Who wrote it.
        sender: Person,
        /// The sender's own id for it; a second one is a repeat.
        client_id: ClientId,
        /// What it says; `edited_ms` is not looked at.
        message: Message,
        /// The message whose thread it belongs to.
        thread: Option<u64>,
        /// The one person who may read it besides its sender; not in a thread.
        to: Option<Person>,
    },
    /// A message says something else. Its files stay.
    Edit {
        /// Which.
        number: u64,
        /// Who asks for it; has to be its author.
        author: AuthorId,
        /// What it says from here on; nothing only where it has files.
        text: Option<MessageText>,
        /// Whom it mentions from here on.
        mentions: Vec<Mention>,
    },
    /// What a message said goes; its place stays.
    Delete {
        /// Which.
        number: u64,
        /// Who asks for it; has to be its author.
        author: AuthorId,
    },
    /// An emoji is put on a message or taken away.
    Mark {
        /// Which message.
        number: u64,
        /// Which emoji.
        reaction: Reaction,
        /// Who.
        by: Mention,
        /// Whether it is there from here on.
        on: bool,
    },
    /// A call begins.
    CallBegan {
        /// Who was there first.
        sender: Person,
        /// The room's own id for it; a second one is a repeat.
        client_id: ClientId,
        /// Who is in it.
        record: CallRecord,
    },
    /// Somebody came to a call, or it ended. One that has ended changes no more.
    CallChanged {
        /// Which.
        number: u64,
        /// The whole record from here on.
        record: CallRecord,
    },
    /// Entries that are older go for good, the oldest first and at most
    /// [`EXPIRED_AT_ONCE`](crate::EXPIRED_AT_ONCE) of them.
    Expire {
        /// The time of the oldest that stay, milliseconds since 1970-01-01T00:00:00Z.
        before_ms: u64,
    },
    /// The room keeps what is written for a time only. Nothing goes by this alone.
    Retain {
        /// For how many days; as the program's settings say where it is missing.
        days: Option<u32>,
    },
}

/// What became of a change. All but `Unchanged` and `Refused` is on disk.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The entry has a number.
    Posted {
        /// It, as its sender reads it now.
        entry: Box<Entry>,
        /// Whether it was there already, from the same participant's same client id.
        repeat: bool,
    },
    /// The entry is another.
    Changed {
        /// It, without `replies` and `marks`.
        entry: Box<Entry>,
    },
    /// The emoji is, or is no more, on the message.
    Marked {
        /// The message.
        number: u64,
        /// The room's number of this change.
        changed: u64,
        /// How many people have it there from here on.
        count: u32,
        /// The two who may read the message, where not everybody may.
        readers: Option<[AuthorId; 2]>,
    },
    /// It was so already: deleted, marked, not marked, said, or nothing was old enough.
    Unchanged,
    /// Old entries are gone.
    Expired {
        /// Every entry with a smaller number is gone.
        before: u64,
        /// Whether there are more that are old enough.
        more: bool,
    },
    /// The room keeps what is written for as long as was asked for.
    Retained,
    /// Nothing was kept.
    Refused(Refusal),
}

/// Why nothing was kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// No message that one may read has this number.
    NoEntry,
    /// The message is somebody else's.
    NotYours,
    /// The message was deleted, or is none that can be changed so.
    NotChangeable,
    /// The message that was to be replied to is in a thread itself, to one person, or no message;
    /// or the reply is to one person.
    BadThread,
    /// The thread, or the emoji on the message, are as many as they may be.
    TooMany,
    /// A message needs a text or a file.
    Empty,
    /// The room's files are as large as they may be together.
    RoomFilesFull,
    /// The disk is full.
    StorageFull,
    /// The disk failed, or the store is closed.
    StorageFailed,
    /// `Limits::store_queue` changes wait for the disk already.
    Busy,
}

impl Refusal {
    /// What it is called on the wire.
    pub fn code(self) -> ErrorCode {
        match self {
            Self::NoEntry => ErrorCode::NoEntry,
            Self::NotYours => ErrorCode::NotYours,
            Self::NotChangeable => ErrorCode::NotChangeable,
            Self::BadThread => ErrorCode::BadThread,
            Self::TooMany => ErrorCode::TooMany,
            Self::Empty => ErrorCode::BadText,
            Self::RoomFilesFull => ErrorCode::RoomFilesFull,
            Self::StorageFull => ErrorCode::StorageFull,
            Self::StorageFailed => ErrorCode::StorageFailed,
            Self::Busy => ErrorCode::Busy,
        }
    }
}
