//! Everything that can happen to a room.

use zoom_protocol::{
    AuthorId, CallRecord, Delete, DisplayName, Edit, Entry, ErrorAnswer, ErrorCode, Found, Hand,
    History, Mark, Media, MediaAnswer, MediaEndReason, MediaOffer, Page, ParticipantId, Post,
    Publish, Quality, React, RequestId, Search, SlotId, Sources, Typing, Upload, UploadPlace, View,
};

use crate::{NegotiationId, ReadId, ReservationId, SocketId, WriteId};

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
    /// What became of an [`crate::Output::Write`]. These come in the order of the room's numbers.
    Written {
        /// Which write.
        write: WriteId,
        /// What became of it.
        outcome: WriteOutcome,
    },
    /// What became of an [`crate::Output::Read`].
    Page {
        /// Which read.
        read: ReadId,
        /// What was read.
        result: Result<PageRead, ReadFailed>,
    },
    /// What became of an [`crate::Output::Search`].
    Found {
        /// Which search.
        read: ReadId,
        /// What was found.
        result: Result<Found, ReadFailed>,
    },
    /// What became of an [`crate::Output::Reserve`].
    Reserved {
        /// Which reservation.
        reservation: ReservationId,
        /// Where the bytes go; an error is answered as it is.
        result: Result<UploadPlace, ErrorAnswer>,
    },
    /// Entries were removed, because the room keeps them for a time only.
    Expired {
        /// Every entry with a smaller number is gone.
        before: u64,
    },
    /// The last run of the server ended in the middle of a call; once, before anybody enters.
    CallLeftOpen {
        /// The number of its entry.
        number: u64,
        /// What is on disk of it.
        record: CallRecord,
        /// When it was last known to go on, milliseconds since 1970-01-01T00:00:00Z.
        last_ms: u64,
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
    /// Who they are over all their stays in this room.
    pub author: AuthorId,
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
    /// The author in the token, for when the participant has to be made again.
    pub author: AuthorId,
    /// The name in the token, for the same.
    pub name: DisplayName,
    /// The ordinal in the token, for the same.
    pub ordinal: u32,
    /// Whether a participant that is not here is made again: true for a token of an earlier run of
    /// the server, false for one of this run, whose participant has left.
    pub recreate: bool,
    /// The largest number that the client was told; 0 for none.
    pub after: u64,
}

/// What somebody in the room can ask for.
#[derive(Clone, Debug)]
pub enum MemberRequest {
    /// Leave for good.
    Leave,
    /// Write a message.
    Post(Post),
    /// Say one's own message differently.
    Edit(Edit),
    /// Take one's own message back.
    Delete(Delete),
    /// Put an emoji on a message, or take it away.
    Mark(Mark),
    /// Read a page of the timeline, or of a thread.
    History(History),
    /// Find messages.
    Search(Box<Search>),
    /// Ask for a place to send a file to.
    Upload(Upload),
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

/// What became of a write.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum WriteOutcome {
    /// A message, or the record of a call, is on disk.
    Posted {
        /// The entry as it is.
        entry: Box<Entry>,
        /// Whether it was there already: the same participant's same client id.
        repeat: bool,
    },
    /// An entry was edited or deleted, or the record of a call changed.
    Changed {
        /// The whole entry as it is from here on, without `replies` and `marks`.
        entry: Box<Entry>,
    },
    /// An emoji was put on a message, or taken away.
    Marked {
        /// The message.
        number: u64,
        /// The room's number of this change.
        changed: u64,
        /// How many people have the emoji there from here on.
        count: u32,
        /// The two who may read the message; `None` where everybody may.
        between: Option<[AuthorId; 2]>,
    },
    /// It is so already: a message is deleted, an emoji is there or not.
    Unchanged,
    /// Nothing was kept.
    Refused(ErrorCode),
}

/// What was read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PageRead {
    /// The page; empty where `changes` is there.
    pub page: Page,
    /// The changes that were asked for, in their order; `None` where a page was asked for, and where
    /// there are more than the limit or some of them are not known any more.
    pub changes: Option<Vec<Entry>>,
    /// The room's last number that this may have.
    pub last: u64,
    /// For how many days the room keeps its messages; `None` for good.
    pub retention_days: Option<u32>,
}

/// The timeline could not be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ReadFailed;
