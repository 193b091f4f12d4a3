//! Every message of the wire. PROTOCOL.md tells the same in prose, with examples that are checked
//! against the schema of these types.
//!
//! A client sends [`ClientMessage`]s: each has an `id`, and each gets exactly one [`Answer`] with
//! that id. The server sends [`Event`]s besides, in its own time. Fields that a receiver does not
//! know are ignored; that is how a version of the protocol grows.

mod chat;
pub mod close_code;
mod errors;
mod media;
mod people;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::{
    ids::{ParticipantId, RequestId, SlotId},
    reaction::Reaction,
};

pub use chat::*;
pub use errors::*;
pub use media::*;
pub use people::*;

/// What a client sends.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS, JsonSchema)]
pub struct ClientMessage {
    /// The client's number for this request.
    pub id: RequestId,
    /// What it asks for.
    #[serde(flatten)]
    pub request: Request,
}

/// What a client can ask for.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS, JsonSchema)]
#[serde(tag = "type", rename_all = "snake_case")]
#[non_exhaustive]
pub enum Request {
    /// The first request of every socket. Answer: `welcome`.
    Hello(Hello),
    /// Ask who is in a room before entering. Answer: `looked`.
    Look(Look),
    /// Enter a room; once per socket. Answer: `joined`.
    Join(Join),
    /// Leave the room for good. Answer: `done`; the server then closes the socket with 1000.
    Leave,
    /// Write a message. Answer: `posted`, once it is on disk.
    Post(Post),
    /// Say one's own message differently. Answer: `done`, once it is on disk.
    Edit(Edit),
    /// Take one's own message back. Answer: `done`, once it is on disk.
    Delete(Delete),
    /// Put an emoji on a message, or take it away. Answer: `done`, once it is on disk.
    Mark(Mark),
    /// Read a page of the timeline, or of a thread. Answer: `history`.
    History(History),
    /// Find messages. Answer: `found`.
    Search(Search),
    /// Ask for a place to send a file to. Answer: `upload`.
    Upload(Upload),
    /// Say that one is, or is not, typing. Answer: `done`.
    Typing(Typing),
    /// Raise or lower one's hand. Answer: `done`.
    Hand(Hand),
    /// Show everybody an emoji for a moment. Answer: `done`.
    React(React),
    /// Say which of one's sources are on. Answer: `done`.
    Publish(Publish),
    /// Say what one's screen shows. Answer: `done`.
    View(View),
    /// Make, change, restart or replace one's peer. Answer: `media`.
    Media(Media),
    /// Ask whether the line is alive (browsers cannot send WebSocket pings). Answer: `done`.
    Ping,
}

/// What the server sends: an answer to a request, or an event.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS, JsonSchema)]
#[serde(untagged)]
pub enum ServerMessage {
    /// The one answer to the request with this id.
    Answer {
        /// The request's id; null when what came could not be read so far as to know it.
        id: Option<RequestId>,
        /// The answer.
        #[serde(flatten)]
        answer: Answer,
    },
    /// Something happened.
    Event(Event),
}

/// The answer to a request.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS, JsonSchema)]
#[serde(tag = "type", rename_all = "snake_case")]
#[non_exhaustive]
pub enum Answer {
    /// To `hello`.
    Welcome(Box<Welcome>),
    /// To `look`.
    Looked(Looked),
    /// To `join`.
    Joined(Box<Joined>),
    /// To `post`: it is on disk.
    Posted(Box<Posted>),
    /// To `history`.
    History(Page),
    /// To `search`.
    Found(Found),
    /// To `upload`.
    Upload(UploadPlace),
    /// To `media`.
    Media(MediaAnswer),
    /// To everything that has nothing to tell but that it is done.
    Done,
    /// To anything: it was not done.
    Error(ErrorAnswer),
}

/// What happens in a room, told to everybody in it unless said otherwise.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS, JsonSchema)]
#[serde(tag = "type", rename_all = "snake_case")]
#[non_exhaustive]
pub enum Event {
    /// Somebody came.
    ParticipantJoined {
        /// Who.
        participant: Participant,
    },
    /// Somebody's sources, connection or hand changed.
    ParticipantChanged {
        /// The whole participant as it is from here on.
        participant: Participant,
    },
    /// Somebody went.
    ParticipantLeft {
        /// Who.
        participant: ParticipantId,
        /// How.
        reason: LeaveReason,
    },
    /// There is one more entry, in the timeline or in a thread; also told to its sender, after the
    /// answer. A message to one person is told to the two alone.
    Entry {
        /// The entry.
        entry: Box<Entry>,
    },
    /// An entry is not as it was: edited, deleted, or a call that somebody came to or that ended.
    EntryChanged {
        /// The whole entry as it is from here on, but for `replies` and `marks`, which are absent
        /// here and stay as they were.
        entry: Box<Entry>,
    },
    /// Somebody put an emoji on a message, or took it away.
    Marked {
        /// The message.
        #[ts(type = "number")]
        number: u64,
        /// The room's number of this change.
        #[ts(type = "number")]
        changed: u64,
        /// Which emoji.
        reaction: Reaction,
        /// Who.
        by: Mention,
        /// Whether it is there from here on.
        on: bool,
        /// How many people have it there from here on.
        count: u32,
    },
    /// Entries were removed because the room keeps them for a time only.
    Expired {
        /// Every entry with a smaller number is gone.
        #[ts(type = "number")]
        before: u64,
    },
    /// Somebody began or ceased to type; not told to themselves.
    Typing {
        /// Who.
        participant: ParticipantId,
        /// Which.
        typing: bool,
    },
    /// Somebody shows an emoji for a moment; also told to themselves, never told again.
    Reaction {
        /// Who.
        participant: ParticipantId,
        /// Which.
        reaction: Reaction,
    },
    /// Who speaks, the loudest first; empty when it is quiet.
    Speakers {
        /// At most as many as are forwarded.
        participants: Vec<ParticipantId>,
    },
    /// Connections do better or worse than before; gathered, and told at most every `quality_ms`.
    Quality {
        /// Those that changed, each once.
        changes: Vec<QualityChange>,
    },
    /// Slots changed; told to the one whose slots they are.
    Slots {
        /// The slots that changed, as they are from here on.
        slots: Vec<SlotAssignment>,
    },
    /// The way to the client ceased, or began again, to carry the picture of a slot; told to the
    /// one whose slot it is. A slot that somebody else comes into, and every slot after
    /// `media_ended`, counts as carried.
    Picture {
        /// Which slot.
        slot: SlotId,
        /// True: nothing of the picture is sent from here on. False: it is sent again.
        paused: bool,
    },
    /// The server's end of the peer is gone; told to the one whose peer it was, who makes another
    /// RTCPeerConnection and sends `media` with `replace: true`.
    MediaEnded {
        /// Why.
        reason: MediaEndReason,
    },
}
