//! How peers begin, change, end and are forgotten.

use std::{
    collections::HashSet,
    panic::{AssertUnwindSafe, catch_unwind},
};

use zoom_protocol::{MediaEndReason, MediaOffer, ParticipantId, RoomId, Source};

use crate::{
    Event, PreparedPeer, Sfu, negotiate,
    sfu::{Room, TICK},
    speakers::Speakers,
};

impl Sfu {
    pub(crate) fn add_peer(
        &mut self,
        room: RoomId,
        who: ParticipantId,
        number: u64,
        prepared: PreparedPeer,
    ) {
        self.drop_peer(who);
        let mut peer = prepared.0;
        peer.number = number;
        peer.heard_at = self.now;
        let most = self.limits.loudest as usize;
        let place = self.members.enter(who);
        self.gate.enter(place, &peer.own.ufrag);
        for source in Source::ALL {
            self.epochs += 1;
            let track = peer.track_mut(source);
            track.epoch = self.epochs;
            for layer in &mut track.layers {
                layer.ring.begin(self.epochs << 32);
            }
        }
        let Some(participant) = self.members.at_mut(place) else {
            return;
        };
        let earlier = participant.room.replace(room);
        participant.peer = Some(Box::new(peer));
        if let Some(earlier) = earlier.filter(|earlier| *earlier != room) {
            self.leave_room(who, earlier);
        }
        self.rooms
            .entry(room)
            .or_insert_with(|| Room {
                members: HashSet::new(),
                speakers: Speakers::new(most),
            })
            .members
            .insert(who);
        self.next_tick.get_or_insert(self.now + TICK);
        tracing::info!(participant = %who, room = room.0, "peer added");
        self.apply_assignments(who);
        self.mark_dirty(place);
    }

    pub(crate) fn reoffer(&mut self, who: ParticipantId, request: u64, offer: &MediaOffer) {
        let Self {
            members,
            config,
            now,
            ..
        } = self;
        let found = members.place(who);
        let peer = found.and_then(|place| Some((place, members.peer_at_mut(place)?)));
        let Some((place, peer)) = peer else {
            // The peer ended while the offer was on its way; the server learns of the end by its
            // event, and of the offer's fate here.
            self.tell(Event::Answered {
                participant: who,
                request,
                answer: Err(crate::OfferError("The peer has ended.".to_owned())),
            });
            return;
        };
        let ufrag = peer.own.ufrag.clone();
        let answer = negotiate::renegotiate(config, *now, peer, offer);
        // An ICE restart chose another name.
        let present = peer.own.ufrag.clone();
        let refused = answer.is_err();
        self.gate.strike(&ufrag);
        self.gate.enter(place, &present);
        self.tell(Event::Answered {
            participant: who,
            request,
            answer,
        });
        if refused {
            self.end(who, MediaEndReason::Failed);
        } else {
            self.apply_assignments(who);
            self.mark_dirty(place);
        }
    }

    pub(crate) fn remove(&mut self, who: ParticipantId) {
        self.drop_peer(who);
        let Some(place) = self.members.place(who) else {
            return;
        };
        let Some(participant) = self.members.remove(who) else {
            return;
        };
        for (slot, assignment) in participant.assignments {
            self.unwatch(place, slot, assignment.publisher);
        }
        for watcher in self.watchers.remove(&who).unwrap_or_default() {
            if let Some(subscriber) = self.members.at_mut(watcher.subscriber) {
                subscriber.assignments.remove(&watcher.slot);
            }
            self.apply_assignment(watcher.subscriber, watcher.slot);
        }
        if let Some(room) = participant.room {
            self.leave_room(who, room);
        }
        tracing::info!(participant = %who, "participant removed");
    }

    fn leave_room(&mut self, who: ParticipantId, room: RoomId) {
        if let Some(entry) = self.rooms.get_mut(&room) {
            entry.members.remove(&who);
            entry.speakers.remove(who);
            if entry.members.is_empty() {
                self.rooms.remove(&room);
            }
        }
    }

    /// Ends a peer and tells so.
    pub(crate) fn end(&mut self, who: ParticipantId, reason: MediaEndReason) {
        if let Some(number) = self.drop_peer(who) {
            tracing::info!(participant = %who, ?reason, "peer ended");
            self.tell(Event::Ended {
                participant: who,
                number,
                reason,
            });
        }
    }

    /// Forgets a peer, and returns its number; what is known of its participant stays.
    fn drop_peer(&mut self, who: ParticipantId) -> Option<u64> {
        let place = self.members.place(who)?;
        self.resume_pictures(place);
        let participant = self.members.at_mut(place)?;
        let peer = participant.peer.take()?;
        let number = peer.number;
        self.gate.forget(place, &peer);
        self.publishing.remove(&place);
        if let Some(armed) = peer.armed {
            self.timers.remove(&(armed, place));
        }
        if let Some(room) = participant.room.and_then(|room| self.rooms.get_mut(&room)) {
            room.speakers.remove(who);
        }
        // Memory that DTLS left in a strange state after a panic may panic once more.
        if catch_unwind(AssertUnwindSafe(move || drop(peer))).is_err() {
            tracing::warn!(participant = %who, "a session panicked while it was dropped");
        }
        Some(number)
    }
}
