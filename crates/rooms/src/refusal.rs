//! What people read when the room says no, in English.

use zoom_protocol::{ErrorAnswer, ErrorCode};

/// The room's reasons to refuse.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Refusal {
    JoinFirst,
    JoinedAlready,
    ResumeRefused,
    RoomFull,
    TooManySlots,
    NoPeer,
    OfferPending,
    TooManyTiles,
    PostsTooFast,
    MarksTooFast,
    SearchesTooFast,
    OffersTooFast,
    ReactionsTooFast,
    TooManyReactions,
    TooManyWrites,
    ReadsPending,
    EmptyMessage,
    TooManyMentions,
    TooManyFiles,
    PrivateInThread,
    NotHere,
    SearchTooLong,
    StorageFailed,
    ParticipantTaken,
}

impl From<Refusal> for ErrorAnswer {
    fn from(refusal: Refusal) -> Self {
        use Refusal as R;
        let (code, message) = match refusal {
            R::JoinFirst => (ErrorCode::JoinFirst, "join a room first"),
            R::JoinedAlready => (ErrorCode::JoinedAlready, "this socket is in a room already"),
            R::ResumeRefused => (
                ErrorCode::ResumeRefused,
                "you have been away for too long; please join again",
            ),
            R::RoomFull => (ErrorCode::RoomFull, "the room is full"),
            R::TooManySlots => (
                ErrorCode::BadOffer,
                "slots: more slots of one kind than this server allows",
            ),
            R::NoPeer => (
                ErrorCode::NoPeer,
                "there is no media connection to change; offer another one with replace: true",
            ),
            R::OfferPending => (
                ErrorCode::OfferPending,
                "the offer before this one has no answer yet",
            ),
            R::TooManyTiles => (
                ErrorCode::TooManyTiles,
                "tiles: more tiles than this server allows",
            ),
            R::PostsTooFast => (
                ErrorCode::TooFast,
                "too many messages at once; try again in a moment",
            ),
            R::OffersTooFast => (
                ErrorCode::TooFast,
                "too many offers at once; try again in a minute",
            ),
            R::ReactionsTooFast => (
                ErrorCode::TooFast,
                "too many reactions at once; try again in a moment",
            ),
            R::TooManyReactions => (
                ErrorCode::Busy,
                "everybody reacts just then; try again in a moment",
            ),
            R::MarksTooFast => (
                ErrorCode::TooFast,
                "too many emoji at once; try again in a moment",
            ),
            R::SearchesTooFast => (
                ErrorCode::TooFast,
                "too many searches at once; try again in a moment",
            ),
            R::TooManyWrites => (
                ErrorCode::Busy,
                "too many messages wait to be written; try again in a moment",
            ),
            R::ReadsPending => (
                ErrorCode::Busy,
                "the pages before this one have not been read yet; try again in a moment",
            ),
            R::EmptyMessage => (ErrorCode::BadText, "a message needs a text or a file"),
            R::TooManyMentions => (
                ErrorCode::BadField,
                "mentions: more than this server allows",
            ),
            R::TooManyFiles => (ErrorCode::BadField, "files: more than this server allows"),
            R::PrivateInThread => (
                ErrorCode::BadThread,
                "a message to one person is in no thread",
            ),
            R::NotHere => (ErrorCode::NotHere, "whom the message is for is not here"),
            R::SearchTooLong => (
                ErrorCode::BadField,
                "text: longer than this server searches for",
            ),
            R::StorageFailed => (
                ErrorCode::StorageFailed,
                "the server's disk failed; nothing was read",
            ),
            R::ParticipantTaken => (
                ErrorCode::Internal,
                "the server chose an id that is taken; please try again",
            ),
        };
        Self {
            code,
            message: message.into(),
        }
    }
}

/// What people read where a write was refused.
const UNWRITTEN: [(ErrorCode, &str); 10] = [
    (
        ErrorCode::NoEntry,
        "no message that you may read has this number",
    ),
    (ErrorCode::NotYours, "the message is somebody else's"),
    (
        ErrorCode::NotChangeable,
        "the message was deleted, or is none that can be changed so",
    ),
    (
        ErrorCode::BadThread,
        "this cannot be replied to in a thread",
    ),
    (ErrorCode::TooMany, "there are as many as there may be"),
    (ErrorCode::BadText, "a message needs a text or a file"),
    (
        ErrorCode::NoUpload,
        "no such upload, or its bytes are not all there",
    ),
    (
        ErrorCode::RoomFilesFull,
        "the room's files are as large as they may be together",
    ),
    (
        ErrorCode::Busy,
        "too many messages wait to be written; try again in a moment",
    ),
    (
        ErrorCode::StorageFull,
        "the server's disk is full; nothing was kept",
    ),
];

/// The answer to what the disk, or what was said before, did not let be kept.
pub(crate) fn unwritten(code: ErrorCode) -> ErrorAnswer {
    let known = UNWRITTEN.iter().find(|(known, _)| *known == code);
    let message = known.map_or("the server's disk failed; nothing was kept", |it| it.1);
    ErrorAnswer {
        code,
        message: message.into(),
    }
}
