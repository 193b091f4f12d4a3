//! Why a request was not done.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

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
    /// No message that one may read has this number.
    NoEntry,
    /// The message is somebody else's.
    NotYours,
    /// The message was deleted, or is none that can be changed so.
    NotChangeable,
    /// The message that was to be replied to is in a thread itself, to one person, or no message.
    BadThread,
    /// A thread, or the emoji on a message, are as many as they may be.
    TooMany,
    /// Whom the message was for is not in the room.
    NotHere,
    /// A file's name may not be one; the sentence says why.
    BadFileName,
    /// The file is larger than files may be.
    FileTooLarge,
    /// The room's files are as large as they may be together.
    RoomFilesFull,
    /// No such upload, or its bytes are not all there.
    NoUpload,
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
