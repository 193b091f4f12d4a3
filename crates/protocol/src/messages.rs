//! Every message of the wire. PROTOCOL.md tells the same in prose, with examples that are checked
//! against the schema of these types.
//!
//! A client sends [`ClientMessage`]s: each has an `id`, and each gets exactly one [`Answer`] with
//! that id. The server sends [`Event`]s besides, in its own time. Fields that a receiver does not
//! know are ignored; that is how a version of the protocol grows.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::{
    Limits,
    ids::{ClientId, ParticipantId, RequestId, SlotId},
    names::{DisplayName, MessageText, RoomName},
    reaction::Reaction,
};

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
    /// Read older entries. Answer: `history`.
    History(History),
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
    /// The number of the last timeline entry the client has; 0 for none.
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
    /// What is on when entering; all off where it is missing.
    #[serde(default)]
    pub sources: Sources,
    /// The offer of the peer, for clients that see and hear.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub media: Option<MediaOffer>,
}

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

/// `publish`: what is on.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS, JsonSchema)]
pub struct Publish {
    /// All four sources as they are from now on. What is off is not forwarded, whatever is sent.
    pub sources: Sources,
}

/// Which sources of a participant are on.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize, TS, JsonSchema,
)]
#[serde(default)]
pub struct Sources {
    /// The microphone is on; false is muted.
    pub microphone: bool,
    /// The camera is on.
    pub camera: bool,
    /// A screen is shared.
    pub screen: bool,
    /// The shared screen's sound is on.
    pub screen_audio: bool,
}

impl Sources {
    /// Whether this one is on.
    pub fn is_on(self, source: Source) -> bool {
        match source {
            Source::Microphone => self.microphone,
            Source::Camera => self.camera,
            Source::Screen => self.screen,
            Source::ScreenAudio => self.screen_audio,
        }
    }
}

/// What a participant can publish; each is a track of its own.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, TS, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Source {
    /// Opus.
    Microphone,
    /// Video, with up to three simulcast layers `q`, `h`, `f`.
    Camera,
    /// Video, one layer.
    Screen,
    /// Opus.
    ScreenAudio,
}

impl Source {
    /// All four.
    pub const ALL: [Self; 4] = [
        Self::Microphone,
        Self::Camera,
        Self::Screen,
        Self::ScreenAudio,
    ];

    /// Whether it is a picture.
    pub fn is_video(self) -> bool {
        match self {
            Self::Camera | Self::Screen => true,
            Self::Microphone | Self::ScreenAudio => false,
        }
    }
}

/// `view`: what the screen shows from now on. What is not in it is not sent, sound excepted.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, TS, JsonSchema)]
pub struct View {
    /// The visible tiles, the most important first: they get slots as long as there are slots.
    pub tiles: Vec<Tile>,
}

/// One visible tile.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS, JsonSchema)]
pub struct Tile {
    /// Whose.
    pub participant: ParticipantId,
    /// Camera (a person slot) or screen (a stage slot).
    pub source: TileSource,
    /// Width of the picture on the screen in device pixels.
    pub width: u16,
    /// Height of the picture on the screen in device pixels.
    pub height: u16,
}

/// What a tile can show.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, TS, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum TileSource {
    /// A person: camera and microphone.
    Camera,
    /// A shared screen and its sound.
    Screen,
}

/// `media`: an offer after `join`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS, JsonSchema)]
pub struct Media {
    /// True when the offer is of another RTCPeerConnection than before (or of the first); false
    /// when it is the same one's next offer (more slots, an ICE restart).
    pub replace: bool,
    /// The offer.
    pub media: MediaOffer,
}

/// An SDP offer with the meaning of its m-lines.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS, JsonSchema)]
pub struct MediaOffer {
    /// The SDP offer (RFC 8866, JSEP RFC 9429).
    pub offer: String,
    /// The `mid` of each sending m-line.
    pub sources: SourceMids,
    /// The receive places, with their m-lines.
    pub slots: Vec<Slot>,
}

/// The `mid` (RFC 8843) of the m-line that sends each source, where there is one.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS, JsonSchema)]
#[serde(default)]
pub struct SourceMids {
    /// The microphone's.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub microphone: Option<String>,
    /// The camera's.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub camera: Option<String>,
    /// The screen's.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub screen: Option<String>,
    /// The screen's sound's.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub screen_audio: Option<String>,
}

impl SourceMids {
    /// The `mid` of one source.
    pub fn get(&self, source: Source) -> Option<&str> {
        match source {
            Source::Microphone => self.microphone.as_deref(),
            Source::Camera => self.camera.as_deref(),
            Source::Screen => self.screen.as_deref(),
            Source::ScreenAudio => self.screen_audio.as_deref(),
        }
    }
}

/// A receive place and the receive-only m-lines that it is made of.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS, JsonSchema)]
pub struct Slot {
    /// Its id: the kind, and a number from 0 without gaps among its kind.
    pub slot: SlotId,
    /// The `mid` of its audio m-line.
    pub audio: String,
    /// The `mid` of its video m-line; person and stage slots have one, voice slots have none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub video: Option<String>,
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
    Posted(Posted),
    /// To `history`.
    History(Page),
    /// To `media`.
    Media(MediaAnswer),
    /// To everything that has nothing to tell but that it is done.
    Done,
    /// To anything: it was not done.
    Error(ErrorAnswer),
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
    /// The newest page; after a resume the entries after the number that was asked for, or the
    /// newest page where those are more than one page.
    pub timeline: Page,
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
    /// The display name.
    pub name: DisplayName,
    /// 1, or for somebody who came while others of the same name were there the smallest number
    /// from 2 that was free: shown as `Kim (2)`.
    pub ordinal: u32,
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

/// The server's end of the media session.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS, JsonSchema)]
pub struct MediaAnswer {
    /// The SDP answer.
    pub answer: String,
}

/// Who is in a slot.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS, JsonSchema)]
pub struct SlotAssignment {
    /// The slot.
    pub slot: SlotId,
    /// Who; null for nobody.
    pub participant: Option<ParticipantId>,
}

/// A request that was not done.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS, JsonSchema)]
pub struct ErrorAnswer {
    /// What programs go by; stable.
    pub code: ErrorCode,
    /// What people read: a sentence in the language of `hello`, or English.
    pub message: String,
}

/// The stable codes of errors.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, TS, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum ErrorCode {
    /// Not JSON.
    BadJson,
    /// JSON, but without an `id` from 0 to 4294967295 or without a `type`.
    BadMessage,
    /// No request has this `type`.
    UnknownType,
    /// A field is missing or has the wrong type; the sentence names it.
    BadField,
    /// The room's name may not be one; the sentence says why.
    BadRoomName,
    /// The display name may not be one; the sentence says why.
    BadDisplayName,
    /// The message is empty, too long or has control characters.
    BadText,
    /// The client id is not 1 to 64 of `A-Z a-z 0-9 _ -`.
    BadClientId,
    /// The message is larger than messages without an offer may be.
    TooLarge,
    /// Something came before `hello`.
    HelloFirst,
    /// A second `hello`.
    HelloTwice,
    /// The request needs a room, and the socket is in none.
    JoinFirst,
    /// The socket is in a room already.
    JoinedAlready,
    /// The resume token is not of this server, or its participant has left.
    ResumeRefused,
    /// The room has as many participants as it may have.
    RoomFull,
    /// The offer cannot be read or does not fit its `sources` and `slots`; the sentence says where.
    BadOffer,
    /// `media` with `replace: false`, and the server holds no peer of this participant.
    NoPeer,
    /// The offer before this one has no answer yet.
    OfferPending,
    /// More tiles in `view` than allowed.
    TooManyTiles,
    /// Faster than allowed; the same request may be sent again later.
    TooFast,
    /// The server is at a limit of its own just then; the request may be sent again later.
    Busy,
    /// The disk is full: nothing was kept of the request.
    StorageFull,
    /// The disk failed: nothing was kept of the request.
    StorageFailed,
    /// A fault of the server.
    Internal,
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
    /// The timeline has one more entry; also told to its sender, after the answer.
    Entry {
        /// The entry.
        entry: Entry,
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

/// How a participant went.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, TS, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum LeaveReason {
    /// They left.
    Left,
    /// Their socket broke and they did not come back in time.
    Lost,
}

/// Why the server's end of a peer went.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, TS, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum MediaEndReason {
    /// It did not connect in time.
    NotConnected,
    /// It was connected, and then nothing came any more.
    Lost,
    /// A re-offer was refused, or a fault of the server.
    Failed,
}

/// The close codes of the socket (RFC 6455 section 7.4; 4000 to 4999 are private use).
pub mod close_code {
    /// After `leave`.
    pub const NORMAL: u16 = 1000;
    /// The server stops; come back and resume.
    pub const GOING_AWAY: u16 = 1001;
    /// A binary frame where JSON text belongs.
    pub const UNSUPPORTED_DATA: u16 = 1003;
    /// Text that is not UTF-8.
    pub const INVALID_UTF8: u16 = 1007;
    /// A message larger than `offer_frame_bytes`.
    pub const TOO_BIG: u16 = 1009;
    /// A fault of the server; come back and resume.
    pub const INTERNAL: u16 = 1011;
    /// Nothing came from the client for `silence_ms`; come back and resume.
    pub const SILENT: u16 = 4000;
    /// The participant came back on another socket; do not come back on this one's behalf.
    pub const REPLACED: u16 = 4001;
    /// The client reads too slowly, `socket_queue` events waited; come back and resume.
    pub const TOO_SLOW: u16 = 4002;
    /// `flood_refusals` requests were refused within a minute; come back after a minute.
    pub const FLOOD: u16 = 4003;
    /// No `hello` within `hello_timeout_ms`.
    pub const NO_HELLO: u16 = 4004;
}
