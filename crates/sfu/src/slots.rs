//! Who is in which slot and gets which layer: assignments, sources, key frames, and what is looked
//! over from time to time.

use str0m::media::KeyframeRequestKind;
use zoom_protocol::{ParticipantId, SlotId, Source, Sources};

use crate::{
    Event, Sfu, layers,
    peer::{carries, picture_of},
    sfu::{Assignment, Watcher},
};

impl Sfu {
    /// Notes that somebody waits for a key frame, and asks for it unless that was just done.
    pub(crate) fn want_key(&mut self, publisher: ParticipantId, source: Source, layer: usize) {
        if let Some(peer) = self.peer_mut(publisher) {
            peer.track_mut(source).layers[layer].want_key();
            self.ask_key(publisher, source, layer);
        }
    }

    fn ask_key(&mut self, publisher: ParticipantId, source: Source, layer: usize) {
        let now = self.now;
        let on = self
            .participants
            .get(&publisher)
            .is_some_and(|participant| participant.sources.is_on(source));
        let Some(peer) = self.peer_mut(publisher).filter(|peer| peer.connected && on) else {
            return;
        };
        let Some(ssrc) = peer.track_mut(source).layers[layer].ask_key(now) else {
            return;
        };
        if let Some(stream) = peer.rtc.direct_api().stream_rx(&ssrc) {
            stream.request_keyframe(KeyframeRequestKind::Pli);
            peer.stats.keys_asked += 1;
            tracing::debug!(participant = %publisher, ?source, layer, "key frame asked for");
            self.mark_dirty(publisher);
        }
    }

    pub(crate) fn set_sources(&mut self, who: ParticipantId, sources: Sources) {
        let participant = self.participants.entry(who).or_default();
        let before = std::mem::replace(&mut participant.sources, sources);
        let room = participant.room;
        for source in Source::ALL {
            if before.is_on(source) == sources.is_on(source) {
                continue;
            }
            self.epochs += 1;
            let epoch = self.epochs;
            if let Some(peer) = self.peer_mut(who) {
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
                .participants
                .get(&watcher.subscriber)
                .and_then(|subscriber| subscriber.peer.as_ref())
                .and_then(|peer| peer.slots.get(&watcher.slot))
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
        let assignments = &mut self.participants.entry(subscriber).or_default().assignments;
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
                self.unwatch(subscriber, slot, earlier);
            }
            if let Some(publisher) = publisher {
                let watcher = Watcher { subscriber, slot };
                self.watchers.entry(publisher).or_default().push(watcher);
            }
        }
        tracing::debug!(%subscriber, %slot, ?assignment, "slot assigned");
        self.apply_assignment(subscriber, slot);
    }

    pub(crate) fn unwatch(
        &mut self,
        subscriber: ParticipantId,
        slot: SlotId,
        publisher: ParticipantId,
    ) {
        if let Some(watchers) = self.watchers.get_mut(&publisher) {
            watchers.retain(|watcher| *watcher != Watcher { subscriber, slot });
            if watchers.is_empty() {
                self.watchers.remove(&publisher);
            }
        }
    }

    /// Applies what is known of all slots of a peer that is new or has new slots.
    pub(crate) fn apply_assignments(&mut self, who: ParticipantId) {
        let slots: Vec<_> = self
            .participants
            .get(&who)
            .map(|participant| participant.assignments.keys().copied().collect())
            .unwrap_or_default();
        for slot in slots {
            self.apply_assignment(who, slot);
        }
    }

    /// Brings a slot of a peer in line with its assignment.
    pub(crate) fn apply_assignment(&mut self, who: ParticipantId, slot: SlotId) {
        let Some(participant) = self.participants.get(&who) else {
            return;
        };
        let assignment = participant.assignments.get(&slot).copied();
        let target = assignment.and_then(|assignment| self.target(slot, assignment));
        let publisher = assignment.map(|assignment| assignment.publisher);
        let Some(peer) = self.peer_mut(who) else {
            return;
        };
        let connected = peer.connected;
        let Some(state) = peer.slots.get_mut(&slot) else {
            return;
        };
        if state.publisher != publisher {
            state.publisher = publisher;
            state.audio.stop();
            if let Some(video) = &mut state.video {
                video.stop();
            }
        }
        state.target = target;
        let Some(video) = &mut state.video else {
            return;
        };
        if target.is_none() {
            video.stop();
        }
        let layer = publisher.and_then(|publisher| video.layer_of(publisher));
        if connected
            && target.is_some()
            && layer != target
            && let (Some(publisher), Some(target), Some(source)) =
                (publisher, target, picture_of(slot.kind))
        {
            self.want_key(publisher, source, target);
        }
    }

    /// The layer that fits an assignment; the largest while none flows.
    fn target(&self, slot: SlotId, assignment: Assignment) -> Option<usize> {
        let size = assignment.size?;
        let source = picture_of(slot.kind)?;
        let chosen = self
            .participants
            .get(&assignment.publisher)
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
        for (who, participant) in &mut self.participants {
            let Some(peer) = participant.peer.as_mut() else {
                continue;
            };
            for source in Source::ALL.into_iter().filter(|source| source.is_video()) {
                let layers = &mut peer.track_mut(source).layers;
                for (at, layer) in layers.iter_mut().enumerate() {
                    if layer.stopped(now) {
                        stopped.push((*who, source, at));
                    }
                    if layer.waits_for_key() {
                        ask.push((*who, source, at));
                    }
                }
            }
        }
        for (who, source, layer) in stopped {
            tracing::debug!(participant = %who, ?source, layer, "layer stopped");
            let others_flow = self
                .participants
                .get(&who)
                .and_then(|p| p.peer.as_ref())
                .is_some_and(|peer| peer.track(source).views().iter().any(|layer| layer.alive));
            if others_flow {
                self.retarget(who, source);
            }
        }
        for (who, source, layer) in ask {
            self.ask_key(who, source, layer);
        }
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
