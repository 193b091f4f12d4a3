//! Everything that can happen to a room.

use zoom_protocol::{
    DisplayName, ErrorAnswer, Hand, History, Media, MediaAnswer, MediaEndReason, MediaOffer, Page,
    ParticipantId, Post, Publish, Quality, React, RequestId, SlotId, Sources, Typing, View,
};

use crate::{AppendId, NegotiationId, ReadId, SocketId};

/// What comes into a room.
#[derive(Clone, Debug)]
pub enum Input {
    /// A socket asks to enter.
    Join(JoinInput),
    /// A socket asks to take over a participant.
    Resume(ResumeInput),
    /// A socket asks for something within the room.
    Request {
        /// Which socket.
        socket: SocketId,
        /// Its number for the request.
        id: RequestId,
        /// What it asks for.
        request: MemberRequest,
    },
    /// A socket is gone, for whatever reason; also after [`crate::Output::Close`]. Sockets that the
    /// room does not know are ignored.
    Disconnected {
        /// Which socket.
        socket: SocketId,
    },
    /// What became of an [`crate::Output::Append`]. These come in the order of the entries' numbers.
    Appended {
        /// Which append.
        append: AppendId,
        /// What became of it.
        outcome: AppendOutcome,
    },
    /// What became of an [`crate::Output::Read`].
    Page {
        /// Which read.
        read: ReadId,
        /// The page.
        result: Result<Page, ReadFailed>,
    },
    /// What became of an [`crate::Output::Negotiate`]. With `Ok` the participant's peer exists. An
    /// error is answered as it is; where it ended a peer that was there, `MediaEnded` follows.
    Negotiated {
        /// Which negotiation.
        negotiation: NegotiationId,
        /// The answer to the offer, or why there is none.
        result: Result<MediaAnswer, ErrorAnswer>,
    },
    /// A participant's peer is gone without the room having asked for it.
    MediaEnded {
        /// Whose.
        participant: ParticipantId,
        /// The negotiation that made it; the participant may have another peer by now.
        made_by: NegotiationId,
        /// Why.
        reason: MediaEndReason,
    },
    /// Who speaks, the loudest first; empty when it is quiet.
    Speakers {
        /// All who speak; the room tells the first `loudest` of them.
        ranked: Vec<ParticipantId>,
    },
    /// How well a participant's connection does changed.
    Quality {
        /// Whose.
        participant: ParticipantId,
        /// How well.
        quality: Quality,
    },
    /// The way to a participant does not carry the picture in one of their slots, or does again.
    Picture {
        /// Whose slot.
        participant: ParticipantId,
        /// Which slot.
        slot: SlotId,
        /// Whose picture; somebody else may be in the slot by now.
        publisher: ParticipantId,
        /// Whether nothing of it is sent.
        paused: bool,
    },
}

/// A socket asks to enter. Answered by `joined`, or by an error, after which the socket is in no
/// room and may ask again.
#[derive(Clone, Debug)]
pub struct JoinInput {
    /// Which socket.
    pub socket: SocketId,
    /// Its number for the request.
    pub id: RequestId,
    /// A fresh random id for the participant.
    pub participant: ParticipantId,
    /// The display name.
    pub name: DisplayName,
    /// What is on when entering.
    pub sources: Sources,
    /// The offer, if the participant comes with one.
    pub media: Option<Box<MediaOffer>>,
}

/// A socket asks to take over a participant; its token was checked before. Answered by
/// [`crate::Output::Resumed`].
#[derive(Clone, Debug)]
pub struct ResumeInput {
    /// Which socket.
    pub socket: SocketId,
    /// The number of its `hello`.
    pub id: RequestId,
    /// Whom the token names.
    pub participant: ParticipantId,
    /// The name in the token, for when the participant has to be made again.
    pub name: DisplayName,
    /// The ordinal in the token, for the same.
    pub ordinal: u32,
    /// Whether a participant that is not here is made again: true for a token of an earlier run of
    /// the server, false for one of this run, whose participant has left.
    pub recreate: bool,
    /// The number of the last entry the client has; 0 for none.
    pub after: u64,
}

/// What somebody in the room can ask for.
#[derive(Clone, Debug)]
pub enum MemberRequest {
    /// Leave for good.
    Leave,
    /// Write a message.
    Post(Post),
    /// Read older entries.
    History(History),
    /// Say whether one is typing.
    Typing(Typing),
    /// Raise or lower one's hand.
    Hand(Hand),
    /// Show everybody an emoji for a moment.
    React(React),
    /// Say what is on.
    Publish(Publish),
    /// Say what one's screen shows.
    View(View),
    /// Make, change or replace one's peer.
    Media(Box<Media>),
}

/// What became of an append.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AppendOutcome {
    /// It is on disk as a further entry.
    Appended {
        /// Its number.
        number: u64,
        /// Its time, milliseconds since 1970-01-01T00:00:00Z.
        time_ms: u64,
    },
    /// The same participant's same client id is on disk already.
    Repeat {
        /// The number of that entry.
        number: u64,
        /// The time of that entry.
        time_ms: u64,
    },
    /// Nothing was kept.
    Refused(AppendRefusal),
}

/// Why nothing was kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AppendRefusal {
    /// The disk is full.
    StorageFull,
    /// The disk failed.
    StorageFailed,
    /// Too much waits for the disk.
    Busy,
}

/// The timeline could not be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ReadFailed;
