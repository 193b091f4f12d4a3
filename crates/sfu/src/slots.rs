//! Who is in which slot and gets which layer: assignments, sources, key frames, and what is looked
//! over from time to time.

use zoom_protocol::{ParticipantId, SlotId, Source, Sources};

use crate::{
    Event, Sfu, layers,
    members::Place,
    peer::{carries, index, picture_of},
    sfu::{Assignment, Watcher},
};

impl Sfu {
    /// Notes that somebody waits for a key frame, and asks for it unless that was just done.
    pub(crate) fn want_key(&mut self, publisher: ParticipantId, source: Source, layer: usize) {
        let Some(place) = self.members.place(publisher) else {
            return;
        };
        if let Some(peer) = self.members.peer_at_mut(place) {
            peer.track_mut(source).layers[layer].want_key();
            self.ask_key(place, source, layer);
        }
    }

    fn ask_key(&mut self, place: Place, source: Source, layer: usize) {
        let now = self.now;
        let Some(participant) = self.members.at_mut(place) else {
            return;
        };
        let on = participant.sources.is_on(source);
        let Some(peer) = participant.peer.as_deref_mut().filter(|_| on) else {
            return;
        };
        let Some(session) = peer.session.as_deref_mut() else {
            return;
        };
        let Some(ssrc) = peer.tracks[index(source)].layers[layer].ask_key(now) else {
            return;
        };
        session.keys.push(ssrc);
        tracing::debug!(participant = %participant.id, ?source, layer, "key frame asked for");
        self.mark_dirty(place);
    }

    pub(crate) fn set_sources(&mut self, who: ParticipantId, sources: Sources) {
        let place = self.members.enter(who);
        let Some(participant) = self.members.at_mut(place) else {
            return;
        };
        let before = std::mem::replace(&mut participant.sources, sources);
        let room = participant.room;
        for source in Source::ALL {
            if before.is_on(source) == sources.is_on(source) {
                continue;
            }
            self.epochs += 1;
            let epoch = self.epochs;
            if let Some(peer) = self.members.peer_at_mut(place) {
                peer.track_mut(source).epoch = epoch;
            }
            if source == Source::Microphone
                && !sources.microphone
                && let Some(room) = room.and_then(|room| self.rooms.get_mut(&room))
            {
                room.speakers.remove(who);
            }
            if sources.is_on(source) && source.is_video() {
                self.want_watched(who, source);
            }
        }
        tracing::debug!(participant = %who, ?sources, "sources");
    }

    /// Asks for key frames of the layers that anybody should get.
    fn want_watched(&mut self, publisher: ParticipantId, source: Source) {
        let mut wanted = [false; layers::LAYERS];
        for watcher in self.watchers_of(publisher, source) {
            let target = self
                .members
                .peer_at(watcher.subscriber)
                .and_then(|peer| peer.slots.get(watcher.slot))
                .and_then(|slot| slot.target);
            if let Some(target) = target {
                wanted[target] = true;
            }
        }
        for layer in (0..wanted.len()).filter(|layer| wanted[*layer]) {
            self.want_key(publisher, source, layer);
        }
    }

    fn watchers_of(&self, publisher: ParticipantId, source: Source) -> Vec<Watcher> {
        let watchers = self
            .watchers
            .get(&publisher)
            .map(Vec::as_slice)
            .unwrap_or_default();
        let carrying = |watcher: &&Watcher| carries(watcher.slot.kind, source);
        watchers.iter().filter(carrying).copied().collect()
    }

    pub(crate) fn assign(
        &mut self,
        subscriber: ParticipantId,
        slot: SlotId,
        assignment: Option<Assignment>,
    ) {
        let place = self.members.enter(subscriber);
        let Some(participant) = self.members.at_mut(place) else {
            return;
        };
        let assignments = &mut participant.assignments;
        let before = match assignment {
            Some(assignment) => assignments.insert(slot, assignment),
            None => assignments.remove(&slot),
        };
        if before == assignment {
            return;
        }
        let publisher = assignment.map(|assignment| assignment.publisher);
        let earlier = before.map(|before| before.publisher);
        if earlier != publisher {
            if let Some(earlier) = earlier {
                self.unwatch(place, slot, earlier);
            }
            if let Some(publisher) = publisher {
                let watcher = Watcher {
                    subscriber: place,
                    slot,
                };
                self.watchers.entry(publisher).or_default().push(watcher);
            }
        }
        tracing::debug!(%subscriber, %slot, ?assignment, "slot assigned");
        self.apply_assignment(place, slot);
    }

    pub(crate) fn unwatch(&mut self, subscriber: Place, slot: SlotId, publisher: ParticipantId) {
        if let Some(watchers) = self.watchers.get_mut(&publisher) {
            watchers.retain(|watcher| *watcher != Watcher { subscriber, slot });
            if watchers.is_empty() {
                self.watchers.remove(&publisher);
            }
        }
    }

    /// Applies what is known of all slots of a peer that is new or has new slots.
    pub(crate) fn apply_assignments(&mut self, who: ParticipantId) {
        let Some(place) = self.members.place(who) else {
            return;
        };
        let slots: Vec<_> = self
            .members
            .at(place)
            .map(|participant| participant.assignments.keys().copied().collect())
            .unwrap_or_default();
        for slot in slots {
            self.apply_assignment(place, slot);
        }
    }

    /// Brings a slot of a peer in line with its assignment.
    pub(crate) fn apply_assignment(&mut self, place: Place, slot: SlotId) {
        let Some(participant) = self.members.at(place) else {
            return;
        };
        let who = participant.id;
        let assignment = participant.assignments.get(&slot).copied();
        let wanted = assignment.and_then(|assignment| self.wanted(slot, assignment));
        let publisher = assignment.map(|assignment| assignment.publisher);
        let Some(peer) = self.members.peer_at_mut(place) else {
            return;
        };
        let connected = peer.is_connected();
        let Some(state) = peer.slots.get_mut(slot) else {
            return;
        };
        let mut resumed = None;
        if state.publisher != publisher {
            // A pause is of the picture that was in the slot.
            if std::mem::take(&mut state.told_paused) {
                resumed = state.publisher;
            }
            state.publisher = publisher;
            state.audio.stop();
            state.audio.retransmitted = 0;
            if let Some(video) = &mut state.video {
                video.stop();
                video.retransmitted = 0;
            }
            state.target = None;
        }
        if state.wanted != wanted || state.target.is_none() {
            // What a person wants is shown at once, as far as the way carries it.
            state.fresh = !state.told_paused;
        }
        state.wanted = wanted;
        if wanted.is_none() {
            state.target = None;
            state.reason = None;
            if let Some(video) = &mut state.video {
                video.stop();
            }
        }
        if let Some(publisher) = resumed {
            self.tell(Event::Picture {
                participant: who,
                slot,
                publisher,
                paused: false,
            });
        }
        if connected {
            self.reallocate(place);
        }
    }

    /// The layer that fits an assignment; the largest while none flows.
    fn wanted(&self, slot: SlotId, assignment: Assignment) -> Option<usize> {
        let size = assignment.size?;
        let source = picture_of(slot.kind)?;
        let chosen = self
            .members
            .get(assignment.publisher)
            .and_then(|publisher| publisher.peer.as_ref())
            .and_then(|peer| layers::choose(&peer.track(source).views(), size));
        Some(chosen.unwrap_or(layers::ONLY))
    }

    /// Chooses anew for all who watch a track whose layers began or stopped.
    pub(crate) fn retarget(&mut self, publisher: ParticipantId, source: Source) {
        for watcher in self.watchers_of(publisher, source) {
            self.apply_assignment(watcher.subscriber, watcher.slot);
        }
    }

    /// Looks over layers, repeats requests for key frames, ranks speakers.
    pub(crate) fn tick(&mut self) {
        let now = self.now;
        let mut stopped = Vec::new();
        let mut ask = Vec::new();
        for place in self.publishing.iter().copied() {
            let Some(participant) = self.members.at_mut(place) else {
                continue;
            };
            let who = participant.id;
            let Some(peer) = participant.peer.as_mut() else {
                continue;
            };
            for source in Source::ALL.into_iter().filter(|source| source.is_video()) {
                let track = peer.track_mut(source);
                stopped.extend(track.stopped(now).map(|at| (who, source, at)));
                for (at, layer) in track.layers.iter().enumerate() {
                    if layer.waits_for_key() {
                        ask.push((place, source, at));
                    }
                }
            }
        }
        for (who, source, layer) in stopped {
            tracing::debug!(participant = %who, ?source, layer, "layer stopped");
            let others_flow = self
                .members
                .get(who)
                .and_then(|p| p.peer.as_ref())
                .is_some_and(|peer| peer.track(source).views().iter().any(|layer| layer.alive));
            if others_flow {
                self.retarget(who, source);
            }
        }
        for (place, source, layer) in ask {
            self.ask_key(place, source, layer);
        }
        self.allot();
        let mut changes = Vec::new();
        for (room, entry) in &mut self.rooms {
            if let Some(ranked) = entry.speakers.poll(now) {
                changes.push(Event::Speakers {
                    room: *room,
                    ranked,
                });
            }
        }
        changes.into_iter().for_each(|event| self.tell(event));
    }
}
