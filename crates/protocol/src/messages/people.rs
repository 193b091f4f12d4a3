//! Who is there: coming, going, and what is known of everybody.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::{
    Limits,
    ids::{AuthorId, Identity, ParticipantId, SlotId},
    messages::{Entry, ErrorAnswer, MediaAnswer, MediaOffer, Page, SlotAssignment, Sources},
    names::{DisplayName, RoomName},
    reaction::Reaction,
};

/// `hello`: who speaks, and whether they come back.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, TS, JsonSchema)]
pub struct Hello {
    /// The language of sentences for people, as a BCP 47 tag; English where it is missing or
    /// unknown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub language: Option<String>,
    /// Come back as the participant of an earlier socket.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub resume: Option<ResumeRequest>,
}

/// How a participant comes back.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS, JsonSchema)]
pub struct ResumeRequest {
    /// The token from the last `joined`.
    pub token: String,
    /// The largest number the client was told: `last` of `joined`, or of an entry or a change since;
    /// 0 for none.
    #[ts(type = "number")]
    pub after: u64,
}

/// `look`: who is in a room.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS, JsonSchema)]
pub struct Look {
    /// The room.
    pub room: RoomName,
}

/// `join`: enter a room.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS, JsonSchema)]
pub struct Join {
    /// The room.
    pub room: RoomName,
    /// The display name.
    pub name: DisplayName,
    /// Makes one the same author at each visit to the room.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub identity: Option<Identity>,
    /// What is on when entering; all off where it is missing.
    #[serde(default)]
    pub sources: Sources,
    /// The offer of the peer, for clients that see and hear.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub media: Option<MediaOffer>,
}

/// `typing`: whether one is typing.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS, JsonSchema)]
pub struct Typing {
    /// True at the first key and again every few seconds; false when the field is empty.
    pub typing: bool,
}

/// `hand`: whether one's hand is raised.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS, JsonSchema)]
pub struct Hand {
    /// True to raise it, which keeps the place of one that is up already; false to lower it.
    pub raised: bool,
}

/// `react`: an emoji for a moment.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS, JsonSchema)]
pub struct React {
    /// Which.
    pub reaction: Reaction,
}

/// `welcome`: the server knows who speaks.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS, JsonSchema)]
pub struct Welcome {
    /// Name and version of the server program, for logs.
    pub server: String,
    /// What this server allows.
    pub limits: Limits,
    /// The room again, when a resume was asked for and granted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub resumed: Option<Joined>,
    /// Why a resume that was asked for was not granted; the client joins anew.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub refused: Option<ErrorAnswer>,
}

/// `looked`: who is in a room.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS, JsonSchema)]
pub struct Looked {
    /// The first `look_people` of them, in the order of entering.
    pub people: Vec<Person>,
    /// How many they are in all.
    pub count: u32,
    /// Whether somebody sees and hears there.
    pub call: bool,
}

/// `joined`: the room as it is now.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS, JsonSchema)]
pub struct Joined {
    /// The room's name as its first visitor wrote it.
    pub room: RoomName,
    /// Which participant one is.
    pub you: ParticipantId,
    /// What `hello` takes to come back as the same participant.
    pub resume_token: String,
    /// Everybody in the room, oneself too, in the order of entering.
    pub participants: Vec<Participant>,
    /// Who is typing.
    pub typing: Vec<ParticipantId>,
    /// The newest page; empty where `changes` is there.
    pub timeline: Page,
    /// After a resume: every entry that is new or changed since `after`, of the timeline and of
    /// threads, in the order of their changes. Absent where they are more than a page: then what the
    /// client has of the timeline is too old to go on with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub changes: Option<Vec<Entry>>,
    /// The room's last number that `timeline` or `changes` may have; an event may tell it again.
    #[ts(type = "number")]
    pub last: u64,
    /// For how many days messages are kept; absent where they are kept for good.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub retention_days: Option<u32>,
    /// Who is in which slot; empty without a peer.
    pub slots: Vec<SlotAssignment>,
    /// The slots whose picture is paused; see the event `picture`.
    #[serde(default)]
    pub paused: Vec<SlotId>,
    /// The answer to the offer in `join`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub media: Option<MediaAnswer>,
    /// Whether the server holds a peer of this participant; after a resume with false, a client
    /// that sees and hears makes another RTCPeerConnection and sends `media`.
    pub peer: bool,
}

/// Somebody in the room.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS, JsonSchema)]
pub struct Participant {
    /// Who.
    #[serde(flatten)]
    pub person: Person,
    /// What they have on.
    pub sources: Sources,
    /// False while their socket is broken and they may come back.
    pub connected: bool,
    /// The place of their raised hand in the order of raising, smaller is earlier; absent while it
    /// is down.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional, type = "number")]
    pub hand: Option<u64>,
    /// How well their connection does; absent while that is not known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub quality: Option<Quality>,
}

/// How well a connection does, as the server sees it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, TS, JsonSchema)]
pub struct Quality {
    /// How well.
    pub level: QualityLevel,
    /// What is worst about it.
    pub reason: QualityReason,
    /// Which way it is, seen from the participant; absent where that is not known, and where all is
    /// well.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub direction: Option<QualityDirection>,
}

/// How well a connection does.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, TS, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum QualityLevel {
    /// Nothing that people notice.
    Good,
    /// One notices it.
    Fair,
    /// One can hardly talk.
    Poor,
}

/// What is worst about a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, TS, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum QualityReason {
    /// Nothing.
    None,
    /// Packets get lost.
    Loss,
    /// It does not carry the pictures that are wanted.
    Bandwidth,
    /// What is sent comes late.
    Delay,
}

/// Which way of a connection, seen from the participant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, TS, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum QualityDirection {
    /// From them to the server.
    Up,
    /// From the server to them.
    Down,
}

/// Whose connection does how well.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS, JsonSchema)]
pub struct QualityChange {
    /// Whose.
    pub participant: ParticipantId,
    /// How well from here on; null when it is not known any more.
    pub quality: Option<Quality>,
}

/// A name that is told apart from the same name of somebody else.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS, JsonSchema)]
pub struct Person {
    /// Which stay in the room.
    pub participant: ParticipantId,
    /// Who, over all their stays in the room.
    pub author: AuthorId,
    /// The display name.
    pub name: DisplayName,
    /// 1, or for somebody who came while others of the same name were there the smallest number
    /// from 2 that was free: shown as `Kim (2)`.
    pub ordinal: u32,
}

/// How a participant went.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, TS, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum LeaveReason {
    /// They left.
    Left,
    /// Their socket broke and they did not come back in time.
    Lost,
}
