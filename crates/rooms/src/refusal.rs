//! What people read when the room says no, in English.

use zoom_protocol::{ErrorAnswer, ErrorCode};

use crate::AppendRefusal;

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
    OffersTooFast,
    ReactionsTooFast,
    TooManyReactions,
    TooManyAppends,
    HistoryPending,
    StorageFull,
    StorageFailed,
    ParticipantTaken,
}

impl From<AppendRefusal> for Refusal {
    fn from(refusal: AppendRefusal) -> Self {
        match refusal {
            AppendRefusal::StorageFull => Self::StorageFull,
            AppendRefusal::StorageFailed => Self::StorageFailed,
            AppendRefusal::Busy => Self::TooManyAppends,
        }
    }
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
            R::TooManyAppends => (
                ErrorCode::Busy,
                "too many messages wait to be written; try again in a moment",
            ),
            R::HistoryPending => (
                ErrorCode::Busy,
                "the page before this one has not been read yet; try again in a moment",
            ),
            R::StorageFull => (
                ErrorCode::StorageFull,
                "the server's disk is full; the message was not kept",
            ),
            R::StorageFailed => (
                ErrorCode::StorageFailed,
                "the server's disk failed; nothing was read or kept",
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
