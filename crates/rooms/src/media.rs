//! Who is seen and heard: sources, peers, slots.

use zoom_protocol::{
    Answer, ErrorAnswer, Event, Media, MediaAnswer, MediaEndReason, MediaOffer, Now, ParticipantId,
    SlotAssignment, SlotId, SlotKind, Sources, View,
};

use crate::{
    MediaCommand, Negotiate, NegotiationId, Output, Room, SocketId,
    member::{EnteringPeer, How, MadePeer, Member, Offered},
    refusal::Refusal,
    room::{Asker, NegotiationKind, PendingNegotiation},
    slots::Scene,
};

impl Room {
    pub(crate) fn publish(&mut self, asker: Asker, sources: Sources) {
        self.answer(asker.socket, asker.id, Answer::Done);
        if self.set_sources(asker.participant, sources) {
            self.tell_of_change(asker.participant, None);
            self.arrange_for_sources(asker.participant);
        }
    }

    /// Notes what somebody has on; returns whether it changed.
    pub(crate) fn set_sources(&mut self, participant: ParticipantId, sources: Sources) -> bool {
        let Some(member) = self.members.get_mut(&participant) else {
            return false;
        };
        if member.sources == sources {
            return false;
        }
        member.sources = sources;
        self.calls.changed = true;
        self.sounding.retain(|id| *id != participant);
        if sources.screen && sources.screen_audio {
            self.sounding.push(participant);
        }
        self.emit(Output::Media(MediaCommand::SetSources {
            participant,
            sources,
        }));
        true
    }

    pub(crate) fn view(&mut self, asker: Asker, view: View) {
        if view.tiles.len() > self.limits.view_tiles as usize {
            return self.refuse(asker.socket, asker.id, Refusal::TooManyTiles);
        }
        if let Some(member) = self.members.get_mut(&asker.participant) {
            member.tiles = view.tiles;
        }
        self.answer(asker.socket, asker.id, Answer::Done);
        self.arrange_and_tell(asker.participant);
    }

    pub(crate) fn media(&mut self, now: Now, asker: Asker, media: Box<Media>) {
        let Some(member) = self.members.get_mut(&asker.participant) else {
            return;
        };
        if !member.offers.take(now.mono) {
            return self.refuse(asker.socket, asker.id, Refusal::OffersTooFast);
        }
        let offered = Offered {
            socket: asker.socket,
            id: asker.id,
            media,
        };
        let pending = member.negotiation;
        match pending.and_then(|pending| self.negotiations.get(&pending)) {
            None => self.offer(asker.participant, offered),
            Some(pending) if pending.socket == asker.socket => {
                self.refuse(asker.socket, asker.id, Refusal::OfferPending);
            }
            // The offer of a line that is gone is still being answered; this one comes next.
            Some(_) if member.next_offer.is_none() => member.next_offer = Some(offered),
            Some(_) => self.refuse(asker.socket, asker.id, Refusal::OfferPending),
        }
    }

    /// Has an offer of somebody in the room answered.
    fn offer(&mut self, participant: ParticipantId, offered: Offered) {
        let Offered { socket, id, media } = offered;
        let Some(member) = self.members.get(&participant) else {
            return;
        };
        if !media.replace && member.peer.is_none() {
            return self.refuse(socket, id, Refusal::NoPeer);
        }
        if self.has_too_many_slots(&media.media) {
            return self.refuse(socket, id, Refusal::TooManySlots);
        }
        let kind = NegotiationKind::Member {
            id,
            replace: media.replace,
        };
        let negotiation = self.negotiate(participant, socket, kind, Box::new(media.media));
        if let Some(member) = self.members.get_mut(&participant) {
            member.negotiation = Some(negotiation);
        }
    }

    /// Asks for the answer to an offer.
    pub(crate) fn negotiate(
        &mut self,
        participant: ParticipantId,
        socket: SocketId,
        kind: NegotiationKind,
        offer: Box<MediaOffer>,
    ) -> NegotiationId {
        let negotiation = NegotiationId(self.fresh_id());
        let pending = PendingNegotiation {
            participant,
            socket,
            slots: offer.slots.iter().map(|slot| slot.slot).collect(),
            kind,
            ended: None,
        };
        self.negotiations.insert(negotiation, pending);
        let replace = match kind {
            NegotiationKind::Enter => true,
            NegotiationKind::Member { replace, .. } => replace,
        };
        self.emit(Output::Negotiate(Negotiate {
            negotiation,
            participant,
            offer,
            replace,
        }));
        negotiation
    }

    /// Whether an offer has more slots of a kind than one peer may have.
    pub(crate) fn has_too_many_slots(&self, offer: &MediaOffer) -> bool {
        let count = |kind| offer.slots.iter().filter(|s| s.slot.kind == kind).count();
        count(SlotKind::Person) > self.limits.person_slots as usize
            || count(SlotKind::Voice) > self.limits.voice_slots as usize
            || count(SlotKind::Stage) > self.limits.stage_slots as usize
    }

    pub(crate) fn negotiated(
        &mut self,
        negotiation: NegotiationId,
        result: Result<MediaAnswer, ErrorAnswer>,
    ) {
        let Some(pending) = self.negotiations.remove(&negotiation) else {
            return;
        };
        match pending.kind {
            NegotiationKind::Enter => self.negotiated_to_enter(negotiation, pending, result),
            NegotiationKind::Member { id, replace } => {
                let participant = pending.participant;
                let here = self.members.get_mut(&participant);
                match here.filter(|member| member.negotiation == Some(negotiation)) {
                    Some(member) => {
                        member.negotiation = None;
                        self.negotiated_within(
                            Asker {
                                socket: pending.socket,
                                id,
                                participant,
                            },
                            replace.then_some(negotiation),
                            &pending.slots,
                            result,
                        );
                        if let Some(reason) = pending.ended {
                            self.media_ended(participant, negotiation, reason);
                        }
                    }
                    // They have left in the meantime, and the peer came after that.
                    None if result.is_ok() => self.remove_peer(participant),
                    None => {}
                }
            }
        }
    }

    fn negotiated_to_enter(
        &mut self,
        made_by: NegotiationId,
        pending: PendingNegotiation,
        result: Result<MediaAnswer, ErrorAnswer>,
    ) {
        let PendingNegotiation {
            participant,
            socket,
            slots,
            ended,
            ..
        } = pending;
        let entering = self.entering.get_mut(&socket);
        match (entering.map(|entering| &mut entering.how), result) {
            (Some(How::Join { peer, .. }), Ok(answer)) => {
                *peer = EnteringPeer::Made(MadePeer {
                    made_by,
                    answer,
                    slots,
                    ended,
                });
                self.finish_entering(socket);
            }
            (Some(How::Join { .. }), Err(error)) => self.fail_entering(socket, error),
            // They went before they were in.
            (Some(How::Resume { .. }) | None, Ok(_)) => self.remove_peer(participant),
            (Some(How::Resume { .. }) | None, Err(_)) => {}
        }
    }

    fn negotiated_within(
        &mut self,
        asker: Asker,
        made: Option<NegotiationId>,
        slots: &[SlotId],
        result: Result<MediaAnswer, ErrorAnswer>,
    ) {
        let Asker {
            socket,
            id,
            participant,
        } = asker;
        let heard = self.sockets.get(&socket) == Some(&participant);
        match result {
            Ok(answer) if heard => {
                self.answer(socket, id, Answer::Media(answer));
                if let Some(made_by) = made {
                    let occupied = self.peer_made(participant, made_by, slots);
                    self.tell_slots(participant, occupied);
                } else {
                    if let Some(member) = self.members.get_mut(&participant) {
                        member.slots.grow(slots);
                    }
                    self.arrange_and_tell(participant);
                }
            }
            // A refused offer of the peer that is there ends it; the media thread says so.
            Err(error) if heard => self.answer(socket, id, Answer::Error(error)),
            // An offer whose answer does not arrive leaves both ends with different ideas of the
            // peer: the client makes another one. What flows, flows until then.
            Ok(_) | Err(_) => {
                if let Some(member) = self.members.get_mut(&participant) {
                    member.peer = None;
                }
                self.calls.changed = true;
                self.set_quality(participant, None);
            }
        }
        let next = self.members.get_mut(&participant);
        if let Some(offered) = next.and_then(|member| member.next_offer.take()) {
            self.offer(participant, offered);
        }
    }

    pub(crate) fn media_ended(
        &mut self,
        participant: ParticipantId,
        made_by: NegotiationId,
        reason: MediaEndReason,
    ) {
        // The end may be told before the answer to the offer of its peer is here.
        if let Some(pending) = self.negotiations.get_mut(&made_by) {
            pending.ended = Some(reason);
            return;
        }
        for entering in self.entering.values_mut() {
            if let How::Join { peer, .. } = &mut entering.how
                && let EnteringPeer::Made(peer) = peer
                && peer.made_by == made_by
            {
                peer.ended = Some(reason);
            }
        }
        let Some(member) = self.members.get_mut(&participant) else {
            return;
        };
        // What is paused was told of the peer that ended, or of one before it.
        member.slots.carry_all();
        // The end of a peer that was replaced says nothing of the present one.
        if member.peer != Some(made_by) {
            return;
        }
        member.peer = None;
        self.calls.changed = true;
        let negotiation = member.negotiation;
        self.set_quality(participant, None);
        let pending = negotiation.and_then(|id| self.negotiations.get(&id));
        let replaced = pending.is_some_and(|pending| match pending.kind {
            NegotiationKind::Member { replace, .. } => replace,
            NegotiationKind::Enter => false,
        });
        // Who is making another peer has no use for the end of this one.
        if !replaced {
            self.tell(participant, Event::MediaEnded { reason });
        }
    }

    /// The way to a participant does not carry the picture in one of their slots, or does again.
    pub(crate) fn picture(
        &mut self,
        participant: ParticipantId,
        slot: SlotId,
        publisher: ParticipantId,
        paused: bool,
    ) {
        let Some(member) = self.members.get_mut(&participant) else {
            return;
        };
        // Somebody else may be in the slot by now; then it counts as carried.
        if member.slots.pause(slot, publisher, paused) && member.peer.is_some() {
            self.tell(participant, Event::Picture { slot, paused });
        }
    }

    /// A participant has a peer with these slots. Returns those that somebody is in.
    ///
    /// The media thread keeps what it was told of slots beyond the end of a peer, and so does the
    /// room: a replacement finds everybody where they were.
    pub(crate) fn peer_made(
        &mut self,
        participant: ParticipantId,
        made_by: NegotiationId,
        slots: &[SlotId],
    ) -> Vec<SlotAssignment> {
        let Some(member) = self.members.get_mut(&participant) else {
            return Vec::new();
        };
        member.peer = Some(made_by);
        self.calls.changed = true;
        for slot in member.slots.replace(slots) {
            self.emit(Output::Media(MediaCommand::Assign {
                subscriber: participant,
                slot,
                publisher: None,
                size: None,
            }));
        }
        self.set_quality(participant, None);
        self.arrange(participant);
        let member = self.members.get(&participant);
        let mut occupied = member.map(|m| m.slots.snapshot()).unwrap_or_default();
        occupied.retain(|assignment| assignment.participant.is_some());
        occupied
    }

    pub(crate) fn remove_peer(&mut self, participant: ParticipantId) {
        self.emit(Output::Media(MediaCommand::RemovePeer { participant }));
    }

    pub(crate) fn speakers(&mut self, ranked: Vec<ParticipantId>) {
        let mut speakers: Vec<ParticipantId> = Vec::new();
        for id in ranked {
            if speakers.len() == self.limits.loudest as usize {
                break;
            }
            if self.members.contains_key(&id) && !speakers.contains(&id) {
                speakers.push(id);
            }
        }
        self.set_speakers(speakers);
    }

    fn set_speakers(&mut self, speakers: Vec<ParticipantId>) {
        if speakers == self.speakers {
            return;
        }
        self.speaker_changes += 1;
        // Who has just ceased to speak spoke until this change.
        for id in self.speakers.iter().chain(&speakers) {
            if let Some(member) = self.members.get_mut(id) {
                member.spoke = self.speaker_changes;
            }
        }
        self.speakers.clone_from(&speakers);
        self.tell_all(Event::Speakers {
            participants: speakers,
        });
        self.arrange_where(|_| true);
    }

    /// Puts somebody who has just come into the views that had them in mind already.
    pub(crate) fn arrange_for_newcomer(&mut self, newcomer: ParticipantId) {
        let sounding = self.sounding.contains(&newcomer);
        self.arrange_where(|member| {
            sounding || member.tiles.iter().any(|tile| tile.participant == newcomer)
        });
    }

    fn arrange_for_sources(&mut self, publisher: ParticipantId) {
        // A screen with sound may take a stage slot anywhere; everything else changes pictures
        // where the publisher is in a slot.
        let sounding = self.sounding.contains(&publisher);
        self.arrange_where(|member| sounding || member.slots.holds(publisher));
    }

    /// Takes somebody who is gone out of everybody's slots, and tells the media thread.
    pub(crate) fn forget_in_media(&mut self, gone: ParticipantId) {
        self.sounding.retain(|id| *id != gone);
        self.arrange_where(|member| member.slots.holds(gone));
        if self.speakers.contains(&gone) {
            let mut left = self.speakers.clone();
            left.retain(|id| *id != gone);
            self.set_speakers(left);
        }
        self.remove_peer(gone);
    }

    /// Arranges the slots of those for whom `affected` holds, in the order of their ids.
    fn arrange_where(&mut self, affected: impl Fn(&Member) -> bool) {
        let affected: Vec<ParticipantId> = self
            .members
            .iter()
            .filter(|(_, member)| !member.slots.is_empty() && affected(member))
            .map(|(id, _)| *id)
            .collect();
        for participant in affected {
            self.arrange_and_tell(participant);
        }
    }

    fn arrange_and_tell(&mut self, participant: ParticipantId) {
        let changed = self.arrange(participant);
        self.tell_slots(participant, changed);
    }

    fn tell_slots(&mut self, participant: ParticipantId, slots: Vec<SlotAssignment>) {
        let peer = self
            .members
            .get(&participant)
            .is_some_and(|m| m.peer.is_some());
        if peer && !slots.is_empty() {
            self.tell(participant, Event::Slots { slots });
        }
    }

    /// Puts everybody into the slots of one participant where they belong. Returns the slots that
    /// have somebody else in them.
    fn arrange(&mut self, subscriber: ParticipantId) -> Vec<SlotAssignment> {
        let Some(member) = self.members.get_mut(&subscriber) else {
            return Vec::new();
        };
        let mut slots = std::mem::take(&mut member.slots);
        let tiles = std::mem::take(&mut member.tiles);
        let members = &self.members;
        let changes = slots.arrange(&Scene {
            me: subscriber,
            tiles: &tiles,
            speakers: &self.speakers,
            sounding: &self.sounding,
            sources: &|id| members.get(&id).map(|member| member.sources),
            spoke: &|id| members.get(&id).map_or(0, |member| member.spoke),
        });
        if let Some(member) = self.members.get_mut(&subscriber) {
            member.slots = slots;
            member.tiles = tiles;
        }
        let mut moved = Vec::new();
        for change in changes {
            let publisher = change.place.publisher;
            self.emit(Output::Media(MediaCommand::Assign {
                subscriber,
                slot: change.slot,
                publisher,
                size: change.place.size,
            }));
            if change.moved {
                moved.push(SlotAssignment {
                    slot: change.slot,
                    participant: publisher,
                });
            }
        }
        moved
    }
}
