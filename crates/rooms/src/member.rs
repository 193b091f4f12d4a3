//! Somebody in a room.

use std::time::{Duration, Instant};

use zoom_protocol::{
    AuthorId, DisplayName, Limits, Media, MediaAnswer, MediaEndReason, Participant, ParticipantId,
    Person, Quality, RequestId, SlotId, Sources, Tile,
};

use crate::{Bucket, NegotiationId, PageRead, SocketId, Wanted, slots::Slots};

/// Somebody in the room: they have entered and have neither left nor been lost.
#[derive(Debug)]
pub(crate) struct Member {
    pub(crate) person: Person,
    pub(crate) sources: Sources,
    /// Their place in the order of entering.
    pub(crate) entered: u64,
    /// Their line; none while it is broken and they may come back.
    pub(crate) socket: Option<SocketId>,
    /// When they are lost, while their line is broken.
    pub(crate) lost_at: Option<Instant>,
    /// Until when they are typing, if they are.
    pub(crate) typing_until: Option<Instant>,
    /// How many pages and searches are being read for them.
    pub(crate) reading: u32,
    /// The place of their raised hand in the order of raising, if it is raised.
    pub(crate) hand: Option<u64>,
    pub(crate) posts: Bucket,
    pub(crate) marks: Bucket,
    pub(crate) searches: Bucket,
    pub(crate) reactions: Bucket,
    pub(crate) offers: Bucket,
    /// What their screen shows.
    pub(crate) tiles: Vec<Tile>,
    /// When they last spoke, by the room's count of changes of speakers.
    pub(crate) spoke: u64,
    /// The negotiation that made their peer, if they have one.
    pub(crate) peer: Option<NegotiationId>,
    /// How well their peer's connection does, where that is known.
    pub(crate) quality: Option<Quality>,
    /// Their peer's slots; none without a peer.
    pub(crate) slots: Slots,
    /// The offer of theirs that is being answered.
    pub(crate) negotiation: Option<NegotiationId>,
    /// An offer that came on another line than the one that is being answered, and waits for it.
    pub(crate) next_offer: Option<Offered>,
}

/// An offer and who waits for its answer.
#[derive(Debug)]
pub(crate) struct Offered {
    pub(crate) socket: SocketId,
    pub(crate) id: RequestId,
    pub(crate) media: Box<Media>,
}

impl Member {
    pub(crate) fn new(person: Person, entered: u64, limits: &Limits, offers: Bucket) -> Self {
        Self {
            person,
            sources: Sources::default(),
            entered,
            socket: None,
            lost_at: None,
            typing_until: None,
            reading: 0,
            hand: None,
            posts: a_second(limits.posts_burst, limits.posts_per_second),
            marks: a_second(limits.marks_burst, limits.marks_per_second),
            searches: a_second(limits.searches_burst, limits.searches_per_second),
            reactions: a_second(limits.reactions_burst, limits.reactions_per_second),
            offers,
            tiles: Vec::new(),
            spoke: 0,
            peer: None,
            quality: None,
            slots: Slots::default(),
            negotiation: None,
            next_offer: None,
        }
    }

    /// How the others see them.
    pub(crate) fn participant(&self) -> Participant {
        Participant {
            person: self.person.clone(),
            sources: self.sources,
            connected: self.socket.is_some(),
            hand: self.hand,
            quality: self.quality,
        }
    }
}

/// A full bucket with a rate per second.
fn a_second(burst: u32, rate: u32) -> Bucket {
    Bucket::new(burst, rate, Duration::from_secs(1))
}

/// A participant's full bucket of offers.
pub(crate) fn offers_bucket(limits: &Limits) -> Bucket {
    Bucket::new(
        limits.offers_burst,
        limits.offers_per_minute,
        Duration::from_secs(60),
    )
}

/// A socket that asked to come in or to come back, and has no answer yet.
#[derive(Debug)]
pub(crate) struct Entering {
    pub(crate) id: RequestId,
    pub(crate) participant: ParticipantId,
    pub(crate) author: AuthorId,
    pub(crate) name: DisplayName,
    /// The ordinal that they had before a restart of the server.
    pub(crate) ordinal: Option<u32>,
    pub(crate) how: How,
    /// What they want of the timeline.
    pub(crate) wanted: Wanted,
    /// What was told before this moment is in what is read.
    pub(crate) since: u64,
    /// What was read; none as long as it is being read.
    pub(crate) page: Option<PageRead>,
}

/// In which way somebody enters.
#[derive(Debug)]
pub(crate) enum How {
    /// For the first time.
    Join {
        sources: Sources,
        offers: Bucket,
        peer: EnteringPeer,
    },
    /// Back again; made again where `recreate` allows it.
    Resume { recreate: bool },
}

/// The peer of somebody who enters.
#[derive(Debug)]
pub(crate) enum EnteringPeer {
    /// They come without one.
    None,
    /// Their offer is being answered.
    Awaited,
    /// It is there.
    Made(MadePeer),
}

/// A peer that was made for somebody who is not in yet.
#[derive(Debug)]
pub(crate) struct MadePeer {
    pub(crate) made_by: NegotiationId,
    pub(crate) answer: MediaAnswer,
    pub(crate) slots: Vec<SlotId>,
    /// Why it has ended already, if it has.
    pub(crate) ended: Option<MediaEndReason>,
}

impl Entering {
    /// Whether nothing is awaited any more.
    pub(crate) fn is_ready(&self) -> bool {
        let media = match &self.how {
            How::Join { peer, .. } => !matches!(peer, EnteringPeer::Awaited),
            How::Resume { .. } => true,
        };
        media && self.page.is_some()
    }
}
