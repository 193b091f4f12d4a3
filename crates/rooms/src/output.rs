//! Everything that a room can cause.

use std::sync::Arc;

use zoom_protocol::{
    Answer, AuthorId, CallRecord, ClientId, ErrorAnswer, Event, Joined, MediaOffer, Mention,
    MessageText, PageAt, ParticipantId, Person, Reaction, RequestId, Search, SlotId, Sources,
    Upload, UploadId,
};

use crate::SocketId;

/// What comes out of a room. Whoever drives it carries these out in the order they come, and puts
/// the resume token into each [`Joined`], which is empty there: the room knows no secret.
#[derive(Clone, Debug, PartialEq)]
pub enum Output {
    /// The one answer to a request. Sentences of errors are English; the code says the same to who
    /// translates them. Nothing is answered to a socket that is gone or was replaced.
    Answer {
        /// Which socket.
        socket: SocketId,
        /// Its request.
        id: RequestId,
        /// The answer.
        answer: Answer,
    },
    /// The one answer to [`crate::Input::Resume`]: what `welcome` has in `resumed` or in `refused`.
    /// After `Ok` the socket belongs to the participant.
    Resumed {
        /// Which socket.
        socket: SocketId,
        /// Its `hello`.
        id: RequestId,
        /// The room again, or why not.
        result: Result<Box<Joined>, ErrorAnswer>,
    },
    /// Something happened; serialise it once.
    Event {
        /// Who is told.
        to: Audience,
        /// What happened.
        event: Event,
    },
    /// Keep something; brings [`crate::Input::Written`]. Writes of a room keep their order.
    Write(Box<Write>),
    /// Read a piece of the timeline; brings [`crate::Input::Page`].
    Read(Read),
    /// Search the timeline; brings [`crate::Input::Found`].
    Search(Box<Searching>),
    /// Reserve a place for a file; brings [`crate::Input::Reserved`].
    Reserve(Box<Reserve>),
    /// Make or change a peer; brings [`crate::Input::Negotiated`].
    Negotiate(Negotiate),
    /// For the room's media thread, in order.
    Media(MediaCommand),
    /// Close this socket with this code (see `zoom_protocol::close_code`). The room has forgotten
    /// it already.
    Close {
        /// Which socket.
        socket: SocketId,
        /// The WebSocket close code.
        code: u16,
    },
    /// Nobody is here and nothing is awaited: the room may be dropped, unless an input waits for
    /// it. Comes after every input that leaves it so.
    Empty,
}

/// Who is told of an event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Audience {
    /// One socket.
    One(SocketId),
    /// These sockets: everybody who is connected.
    All(Arc<[SocketId]>),
    /// These sockets without one of them.
    AllBut(Arc<[SocketId]>, SocketId),
    /// These sockets.
    Some(Vec<SocketId>),
}

impl Audience {
    /// The sockets, each once.
    pub fn sockets(&self) -> impl Iterator<Item = SocketId> + '_ {
        let (all, but): (&[SocketId], _) = match self {
            Self::One(socket) => (std::slice::from_ref(socket), None),
            Self::All(all) => (all, None),
            Self::Some(some) => (some, None),
            Self::AllBut(all, but) => (all, Some(*but)),
        };
        all.iter()
            .copied()
            .filter(move |socket| Some(*socket) != but)
    }
}

/// The room's number for a write.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct WriteId(pub u64);

/// Something to keep. What is kept gets the room's next number, in the same transaction in which it
/// is seen whether it may be.
#[derive(Clone, Debug, PartialEq)]
pub struct Write {
    /// To be brought back with the outcome.
    pub write: WriteId,
    /// When it came, milliseconds since 1970-01-01T00:00:00Z.
    pub unix_ms: u64,
    /// What is to be kept.
    pub change: Change,
}

/// What is to be kept.
#[derive(Clone, Debug, PartialEq)]
pub enum Change {
    /// A message.
    Post(Box<NewMessage>),
    /// Say a message differently; it has to be this author's.
    Edit {
        /// The message.
        number: u64,
        /// Whose it has to be.
        author: AuthorId,
        /// What it says from here on.
        text: Option<MessageText>,
        /// Whom it mentions from here on.
        mentions: Vec<Mention>,
    },
    /// Take a message back; it has to be this author's.
    Delete {
        /// The message.
        number: u64,
        /// Whose it has to be.
        author: AuthorId,
    },
    /// Put an emoji on a message that its author may read, or take it away.
    Mark {
        /// The message.
        number: u64,
        /// Which emoji.
        reaction: Reaction,
        /// Whose.
        by: Mention,
        /// Whether it is there from here on.
        on: bool,
    },
    /// A call begins.
    CallBegan {
        /// Who was there first.
        sender: Person,
        /// The entry's client id.
        client_id: ClientId,
        /// Who is in it.
        record: CallRecord,
    },
    /// Somebody came to a call, or it ended.
    CallChanged {
        /// Its entry.
        number: u64,
        /// All of it.
        record: CallRecord,
    },
}

/// A message that is to be kept.
#[derive(Clone, Debug, PartialEq)]
pub struct NewMessage {
    /// Who wrote it.
    pub sender: Person,
    /// The sender's own id for it; a second one is a repeat.
    pub client_id: ClientId,
    /// What it says.
    pub text: Option<MessageText>,
    /// Whom it mentions.
    pub mentions: Vec<Mention>,
    /// Its files, uploaded by this author; whoever writes knows what they are.
    pub files: Vec<UploadId>,
    /// The message whose thread it belongs to.
    pub thread: Option<u64>,
    /// The one person who may read it besides its sender.
    pub to: Option<Person>,
}

/// The room's number for a read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ReadId(pub u64);

/// A piece of the timeline to read, in one snapshot.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Read {
    /// To be brought back with what was read.
    pub read: ReadId,
    /// For whom: messages between others are not for them.
    pub viewer: AuthorId,
    /// What.
    pub wanted: Wanted,
    /// Most entries.
    pub limit: u32,
}

/// What to read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wanted {
    /// The newest page of the timeline.
    Newest,
    /// Every entry, of the timeline and of threads, that is new or changed since this number; the
    /// newest page where they are more than the limit.
    ChangesAfter(u64),
    /// A page.
    Page {
        /// Which.
        at: PageAt,
        /// Of which thread; `None` for the timeline.
        thread: Option<u64>,
    },
}

/// A search.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Searching {
    /// To be brought back with what was found.
    pub read: ReadId,
    /// For whom: messages between others are not for them.
    pub viewer: AuthorId,
    /// For what.
    pub search: Search,
}

/// The room's number for a reservation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ReservationId(pub u64);

/// A place for a file that is to be reserved.
#[derive(Clone, Debug, PartialEq)]
pub struct Reserve {
    /// To be brought back with the place.
    pub reservation: ReservationId,
    /// Who uploads.
    pub author: AuthorId,
    /// The file.
    pub upload: Upload,
}

/// The room's number for a negotiation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct NegotiationId(pub u64);

/// An offer to answer. At most one per participant is under way.
#[derive(Clone, Debug, PartialEq)]
pub struct Negotiate {
    /// To be brought back with the outcome.
    pub negotiation: NegotiationId,
    /// Whose peer.
    pub participant: ParticipantId,
    /// The offer.
    pub offer: Box<MediaOffer>,
    /// True: make a peer, in the place of an earlier one if there is one. False: the next offer of
    /// the peer that is there.
    pub replace: bool,
}

/// What the room tells its media thread.
///
/// What `SetSources` and `Assign` say may come before a peer and holds beyond its end, until
/// `RemovePeer`: a replacement peer finds it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MediaCommand {
    /// What a participant has on; the rest is not forwarded.
    SetSources {
        /// Whose.
        participant: ParticipantId,
        /// All four.
        sources: Sources,
    },
    /// Who is in a slot from here on.
    Assign {
        /// Whose slot.
        subscriber: ParticipantId,
        /// Which slot.
        slot: SlotId,
        /// Who is in it; `None` for nobody.
        publisher: Option<ParticipantId>,
        /// Width and height of the picture on the subscriber's screen in device pixels; `None` for
        /// no picture, because it is off or not shown, or in a voice slot.
        size: Option<(u16, u16)>,
    },
    /// A participant left, with or without a peer: end it and forget everything about them.
    RemovePeer {
        /// Whose.
        participant: ParticipantId,
    },
}
