//! A room's media, as the rest of the server holds it.

use zoom_protocol::{MediaAnswer, MediaOffer, ParticipantId};
use zoom_sfu::{Command, OfferError};

/// The commands of this thread or its negotiations are at `media_queue`, or the pool has stopped.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the media thread is at its limit")]
pub struct Busy;

/// Why an offer got no answer.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ConnectError {
    /// The offer is not one; the sentence says where.
    #[error(transparent)]
    Offer(#[from] OfferError),
    /// A re-offer of a participant who has no peer.
    #[error("there is no peer to change")]
    NoPeer,
    /// At a limit.
    #[error(transparent)]
    Busy(#[from] Busy),
}

/// A room's media: pinned to one thread for as long as the room is open. Cheap to clone.
#[derive(Clone, Debug)]
pub struct RoomMedia {}

impl RoomMedia {
    /// Makes a participant's peer from their offer, instead of an earlier one.
    ///
    /// # Errors
    /// A bad offer, or a limit; the earlier peer, if any, is untouched then.
    pub async fn connect(
        &self,
        participant: ParticipantId,
        offer: MediaOffer,
    ) -> Result<MediaAnswer, ConnectError> {
        drop((participant, offer));
        std::future::ready(Err(Busy.into())).await
    }

    /// Changes the peer that a participant has: more slots, or an ICE restart.
    ///
    /// # Errors
    /// No peer, a bad offer (which ends the peer: `Event::Ended` follows), or a limit.
    pub async fn reoffer(
        &self,
        participant: ParticipantId,
        offer: MediaOffer,
    ) -> Result<MediaAnswer, ConnectError> {
        drop((participant, offer));
        std::future::ready(Err(Busy.into())).await
    }

    /// Hands the thread a command. `RemovePeer` is always taken.
    ///
    /// # Errors
    /// [`Busy`] when `media_queue` commands wait; the command is dropped.
    pub fn send(&self, command: Command) -> Result<(), Busy> {
        drop(command);
        Err(Busy)
    }

    /// Ends every peer of the room. The room's events end with it.
    pub fn close(&self) {}
}
