//! A room's media, as the rest of the server holds it.

use std::{
    sync::{Arc, atomic::Ordering},
    time::Instant,
};

use tokio::sync::{Semaphore, oneshot};
use zoom_protocol::{MediaAnswer, MediaOffer, ParticipantId, RoomId};
use zoom_sfu::{Command, OfferError, SfuConfig, negotiate};

use super::{
    counters::Counters,
    queue::{Control, Queue},
    workers::{Job, Workers},
};

/// The commands of this thread are at `media_queue`, or the pool has stopped.
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
    /// A re-offer of a participant who has no peer, or whose peer ended meanwhile.
    #[error("there is no peer to change")]
    NoPeer,
    /// At a limit.
    #[error(transparent)]
    Busy(#[from] Busy),
    /// A fault of the server.
    #[error("the server failed to answer the offer")]
    Fault,
}

/// A room's media: pinned to one thread for as long as the room is open. Cheap to clone; the room
/// closes with [`RoomMedia::close`], or with the last clone.
#[derive(Clone, Debug)]
pub struct RoomMedia {
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    room: RoomId,
    queue: Arc<Queue>,
    config: Arc<SfuConfig>,
    negotiations: Arc<Semaphore>,
    workers: Arc<Workers>,
    counters: Arc<Counters>,
}

impl RoomMedia {
    pub(super) fn new(
        room: RoomId,
        queue: Arc<Queue>,
        config: Arc<SfuConfig>,
        negotiations: Arc<Semaphore>,
        workers: Arc<Workers>,
        counters: Arc<Counters>,
    ) -> Self {
        Self {
            shared: Arc::new(Shared {
                room,
                queue,
                config,
                negotiations,
                workers,
                counters,
            }),
        }
    }

    /// The room, as the media threads know it.
    pub fn room(&self) -> RoomId {
        self.shared.room
    }

    /// Makes a participant's peer from their offer, instead of an earlier one; `number` comes back
    /// in `Event::Ended`. Dropped before it is ready it makes no peer; for a participant who left
    /// meanwhile the caller sends `RemovePeer` after it.
    ///
    /// # Errors
    /// A bad offer, or a limit; the earlier peer, if any, is untouched then.
    pub async fn connect(
        &self,
        participant: ParticipantId,
        number: u64,
        offer: MediaOffer,
    ) -> Result<MediaAnswer, ConnectError> {
        self.count_offer();
        let permit = Arc::clone(&self.shared.negotiations).acquire_owned().await;
        let config = Arc::clone(&self.shared.config);
        let (reply, answered) = oneshot::channel();
        let job = Job::Other(Box::new(move || {
            let _permit = permit;
            // Who asked may have left.
            let _ = reply.send(negotiate(&config, Instant::now(), &offer));
        }));
        if self.shared.workers.push(job).is_err() {
            return Err(Busy.into());
        }
        let (peer, answer) = answered.await.map_err(|_| ConnectError::Fault)??;
        self.send(Command::AddPeer {
            room: self.shared.room,
            participant,
            number,
            peer: Box::new(peer),
        })?;
        Ok(answer)
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
        self.count_offer();
        let (reply, answer) = oneshot::channel();
        self.shared.queue.push(Control::Reoffer {
            participant,
            offer,
            reply,
        })?;
        // The thread answers every re-offer, unless it stops first.
        answer.await.map_err(|_| Busy)?
    }

    /// Hands the thread a command. `RemovePeer` is always taken while the pool runs.
    ///
    /// # Errors
    /// [`Busy`] when `media_queue` commands wait; the command is dropped.
    pub fn send(&self, command: Command) -> Result<(), Busy> {
        let room = self.shared.room;
        self.shared.queue.push(Control::Command { room, command })
    }

    fn count_offer(&self) {
        self.shared.counters.offers.fetch_add(1, Ordering::Relaxed);
    }

    /// Ends every peer of the room; its events end.
    pub fn close(&self) {
        self.shared.close();
    }
}

impl Shared {
    fn close(&self) {
        let room = self.room;
        if self.queue.push(Control::CloseRoom { room }).is_err() {
            tracing::debug!(?room, "the media threads stopped before a room closed");
        }
    }
}

impl Drop for Shared {
    fn drop(&mut self) {
        self.close();
    }
}
