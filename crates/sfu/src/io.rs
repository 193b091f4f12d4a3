//! All that goes into an [`Sfu`](crate::Sfu) and all that comes out of it.

use std::net::SocketAddr;

use zoom_protocol::{
    MediaAnswer, MediaEndReason, MediaOffer, ParticipantId, Quality, RoomId, SlotId, Sources,
};

use crate::{MediaReport, OfferError, PreparedPeer};

/// What carries a datagram.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Protocol {
    /// UDP.
    Udp,
    /// A TCP connection with a datagram per RFC 4571 frame; the I/O side adds and removes the
    /// frames.
    Tcp,
}

/// The way of a datagram: of one that was received, or of one to be sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Transport {
    /// UDP or TCP.
    pub protocol: Protocol,
    /// Who sends it: the browser's address for a received datagram, one of
    /// [`SfuConfig::candidates`](crate::SfuConfig) for one to be sent.
    pub source: SocketAddr,
    /// Who receives it: for a received datagram the candidate that it came to, and never an
    /// unspecified address.
    pub destination: SocketAddr,
}

impl Transport {
    /// The way back.
    pub(crate) fn reversed(self) -> Self {
        Self {
            source: self.destination,
            destination: self.source,
            ..self
        }
    }
}

/// What the server asks of an [`Sfu`](crate::Sfu).
///
/// What `SetSources` and `Assign` say may come before the peer and outlives it: it is kept from the
/// first command about a participant until `RemovePeer`, so that a replacement peer finds it.
#[derive(Debug)]
pub enum Command {
    /// A peer begins. An earlier peer of the same participant ends without an event.
    AddPeer {
        /// The room whose people it may hear and see.
        room: RoomId,
        /// Whose.
        participant: ParticipantId,
        /// The server's number for the peer, given back when it ends.
        number: u64,
        /// The peer.
        peer: Box<PreparedPeer>,
    },
    /// Another offer of the same RTCPeerConnection: more slots, or an ICE restart. It is answered
    /// by [`Event::Answered`]; one that is refused ends the peer besides.
    Reoffer {
        /// Whose.
        participant: ParticipantId,
        /// The server's number for it, given back in the answer.
        request: u64,
        /// The offer.
        offer: MediaOffer,
    },
    /// The participant left: the peer, if there is one, ends without an event, and everything about
    /// the participant is forgotten. The last command about every participant, also about one who
    /// never had a peer.
    RemovePeer {
        /// Whose.
        participant: ParticipantId,
    },
    /// Which sources are on; none is before this was said. What is off is not forwarded, whatever
    /// the browser sends.
    SetSources {
        /// Whose.
        participant: ParticipantId,
        /// All four.
        sources: Sources,
    },
    /// Who is in a slot. Person slots carry camera and microphone, voice slots the microphone,
    /// stage slots the screen and its sound.
    Assign {
        /// Whose slot.
        subscriber: ParticipantId,
        /// Which slot.
        slot: SlotId,
        /// Who is in it; `None` empties it.
        publisher: Option<ParticipantId>,
        /// Width and height of the picture on the subscriber's screen in device pixels; `None`
        /// sends sound alone.
        size: Option<(u16, u16)>,
    },
}

/// Datagrams that an [`Sfu`](crate::Sfu) wants sent.
#[derive(Clone, Copy, Debug)]
pub struct Transmit<'a> {
    /// From where to where.
    pub transport: Transport,
    /// One datagram behind the other.
    pub contents: &'a [u8],
    /// Bytes of each datagram; the last may be shorter. Not 0.
    pub segment: usize,
}

impl<'a> Transmit<'a> {
    /// The datagrams, one by one.
    pub fn datagrams(&self) -> impl Iterator<Item = &'a [u8]> + use<'a> {
        self.contents.chunks(self.segment.max(1))
    }
}

/// What happened in an [`Sfu`](crate::Sfu).
#[derive(Debug)]
pub enum Event {
    /// ICE and DTLS are done and media can flow; once per peer.
    Connected {
        /// Whose peer.
        participant: ParticipantId,
    },
    /// The peer ended by itself; nothing more comes from it. A connected peer is lost when nothing
    /// came from it for `limits.silence_ms`, or at once when its browser closed the connection.
    Ended {
        /// Whose peer.
        participant: ParticipantId,
        /// The server's number for it: another peer may have taken its place since.
        number: u64,
        /// Why.
        reason: MediaEndReason,
    },
    /// The answer to [`Command::Reoffer`]. A refused one is followed by [`Event::Ended`].
    Answered {
        /// Whose.
        participant: ParticipantId,
        /// The server's number for the offer.
        request: u64,
        /// The SDP answer, or what is wrong with the offer.
        answer: Result<MediaAnswer, OfferError>,
    },
    /// Who speaks in a room changed.
    Speakers {
        /// The room.
        room: RoomId,
        /// Those who speak, the loudest first, at most as many as are forwarded; empty when it is
        /// quiet.
        ranked: Vec<ParticipantId>,
    },
    /// The subscriber's way ceased, or began again, to carry the picture of a slot.
    ///
    /// A slot's picture counts as carried until this says otherwise, and only one that is wanted
    /// and published is paused. Before a paused slot changes hands, and before its picture is not
    /// wanted or not published any more, or its peer is replaced, it is told as carried again, so
    /// that what was told last is so.
    Picture {
        /// Whose slot: the subscriber.
        participant: ParticipantId,
        /// Which slot.
        slot: SlotId,
        /// Whose picture: who is in the slot.
        publisher: ParticipantId,
        /// True: nothing of the picture is sent from here on. False: it is sent again.
        paused: bool,
    },
    /// How well a participant's connection does, when that changed.
    Quality {
        /// Whose.
        participant: ParticipantId,
        /// How well from here on.
        quality: Quality,
    },
    /// How a connected peer does, every `limits.report_ms`. Dropping one does no harm.
    Report(Box<MediaReport>),
}

impl Event {
    /// The participant whom it is about, where it is about one.
    pub fn participant(&self) -> Option<ParticipantId> {
        match self {
            Self::Connected { participant }
            | Self::Ended { participant, .. }
            | Self::Answered { participant, .. }
            | Self::Picture { participant, .. }
            | Self::Quality { participant, .. } => Some(*participant),
            Self::Report(report) => Some(report.participant),
            Self::Speakers { .. } => None,
        }
    }
}
