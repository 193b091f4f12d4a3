//! Everything that a room can cause.

use std::sync::Arc;

use zoom_protocol::{
    Answer, ClientId, EntryBody, ErrorAnswer, Event, Joined, MediaOffer, ParticipantId, Person,
    RequestId, SlotId, Sources,
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
    /// Keep an entry; brings [`crate::Input::Appended`]. Appends of a room keep their order.
    Append(Box<Append>),
    /// Read a page of the timeline; brings [`crate::Input::Page`].
    Read(Read),
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
}

impl Audience {
    /// The sockets, each once.
    pub fn sockets(&self) -> impl Iterator<Item = SocketId> + '_ {
        let (all, but): (&[SocketId], _) = match self {
            Self::One(socket) => (std::slice::from_ref(socket), None),
            Self::All(all) => (all, None),
            Self::AllBut(all, but) => (all, Some(*but)),
        };
        all.iter()
            .copied()
            .filter(move |socket| Some(*socket) != but)
    }
}

/// The room's number for an append.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct AppendId(pub u64);

/// An entry to keep: it gets the room's next number and a time that does not go backwards.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Append {
    /// To be brought back with the outcome.
    pub append: AppendId,
    /// Who wrote it.
    pub sender: Person,
    /// The sender's own id for it; a second one is a repeat.
    pub client_id: ClientId,
    /// What it is.
    pub body: EntryBody,
    /// When it came, milliseconds since 1970-01-01T00:00:00Z.
    pub unix_ms: u64,
}

/// The room's number for a read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ReadId(pub u64);

/// A page to read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Read {
    /// To be brought back with the page.
    pub read: ReadId,
    /// Which page.
    pub page: PageWanted,
    /// Most entries.
    pub limit: u32,
}

/// Which page of the timeline.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PageWanted {
    /// The newest of the entries with smaller numbers than this.
    Before(u64),
    /// The oldest of the entries with larger numbers than this.
    After(u64),
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
