//! The wire of zoom: what a browser, a bot or another server and the zoom server say to each other.
//!
//! This crate has the ids, the names with their rules, every limit, and every message as a serde
//! type. From these types come the TypeScript types of the page and the JSON Schema that
//! PROTOCOL.md is checked against (`cargo run -p zoom-protocol --example generate`).
//!
//! What it does not do: no socket, no clock, no state. It decides whether one message is well
//! formed, never whether it is allowed just then; that is the business of `zoom-rooms`.

mod decode;
mod file;
pub mod generate;
mod ids;
mod limits;
mod messages;
mod names;
mod reaction;
mod time;

pub use decode::{DecodeError, decode_client, decode_server};
pub use file::{FileHash, FileName, FileNameError};
pub use ids::{
    AuthorId, ClientId, ClientIdError, Identity, IdentityError, ParseIdError, ParticipantId,
    RequestId, RoomId, SlotId, SlotKind, UploadId, UploadIdError,
};
pub use limits::Limits;
pub use messages::{
    Answer, CallRecord, ClientMessage, Delete, Edit, Entry, EntryBody, ErrorAnswer, ErrorCode,
    Event, FileInfo, Found, Hand, Has, Hello, History, Join, Joined, LeaveReason, Look, Looked,
    Mark, Marked, Media, MediaAnswer, MediaEndReason, MediaOffer, Mention, Message, Page, PageAt,
    Participant, Person, PictureSize, Post, Posted, Publish, Quality, QualityChange,
    QualityDirection, QualityLevel, QualityReason, React, Replies, Request, ResumeRequest, Search,
    Sender, ServerMessage, Slot, SlotAssignment, Source, SourceMids, Sources, Tile, TileSource,
    Typing, Upload, UploadPlace, View, Welcome, close_code,
};
pub use names::{
    DisplayName, DisplayNameError, MessageText, MessageTextError, RoomName, RoomNameError,
};
pub use reaction::{Reaction, ReactionError};
pub use time::Now;

/// The WebSocket subprotocol (RFC 6455 section 1.9) that names this version of the protocol.
pub const SUBPROTOCOL: &str = "zoom.1";
/// The path of the WebSocket endpoint.
pub const SOCKET_PATH: &str = "/api/socket";
/// The path of the WebSocket that returns what it gets.
pub const ECHO_PATH: &str = "/api/echo";
/// The path under which each upload has one of its own.
pub const UPLOADS_PATH: &str = "/api/uploads";
