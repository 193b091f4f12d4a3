//! What each subscriber's way carries, and what is sent by it therefore.

use std::time::{Duration, Instant};

use zoom_protocol::{ParticipantId, SlotKind};

use crate::{
    Event, Sfu,
    allocate::{Ask, Rank, allocate, level},
    layers::LAYERS,
    members::Place,
    peer::picture_of,
    report::DowngradeReason,
    sfu::Participant,
};

/// How long a picture has to be held back before people are told: while a queue drains after a
/// drop, all pictures wait for less than a second.
const TOLD_AFTER: Duration = Duration::from_millis(1_000);
/// Ticks over which the rate of a layer is averaged: an encoder's rate swings from second to second,
/// and what fits must not change with it.
const MEAN_TICKS: u64 = 16;
/// How often a subscriber is looked over that has all it wants.
const LOOKED_OVER: Duration = Duration::from_secs(1);
/// How much more than what is wanted a way has to carry, in percent, so that its subscriber is not
/// looked over with each tick.
const SPARE_PERCENT: u64 = 130;
/// The share of the estimate that has to be enough for more, in percent: what goes up must not have
/// to come down with the next second.
const UP_PERCENT: u64 = 95;
/// The share that is enough where more has turned out too much before.
const CLEAR_PERCENT: u64 = 65;
/// What the picture that gives way last may vary by and still be spared, in percent.
const SPARED_PERCENT: u64 = 103;
/// Bits per second of layers that have not flowed long enough to be measured: those of a 720p
/// camera.
const USUAL_BPS: [u64; LAYERS] = [150_000, 500_000, 1_500_000];
/// The least that a screen counts for: one that stands still sends nearly nothing, and one
/// keystroke later it does.
const LEAST_BPS: u64 = 50_000;
/// Bits per second that are left for sound that may set in.
const SOUND_BPS: u64 = 40_000;

/// That a subscriber has all that it wants.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Content {
    /// When that is looked over again.
    until: Instant,
    /// Bits per second that its way has to carry so that it stays so.
    needs_bps: u64,
}

/// Bits per second that keep the picture that gives way last.
fn last_bps(asks: &[Ask]) -> u64 {
    let last = asks.iter().min_by_key(|ask| ask.order());
    last.map_or(0, |ask| ask.least_bps() * SPARED_PERCENT / 100)
}

impl Sfu {
    /// Looks over what everybody is sent.
    pub(crate) fn allot(&mut self) {
        let now = self.now;
        for place in self.publishing.iter().copied() {
            let Some(peer) = self.members.peer_at_mut(place) else {
                continue;
            };
            for layer in peer.tracks.iter_mut().flat_map(|track| &mut track.layers) {
                let last_second = layer.meter.bps(now);
                layer.bps = match (layer.bps, last_second) {
                    (0, bps) | (_, bps @ 0) => bps,
                    (mean, bps) => mean - mean / MEAN_TICKS + bps / MEAN_TICKS,
                };
            }
        }
        self.upload_level_bps = self.upload_level();
        let mut places = std::mem::take(&mut self.places);
        places.clear();
        places.extend(self.members.iter().map(|(place, _)| place));
        for place in &places {
            if !self.is_content(*place) {
                self.reallocate(*place);
            }
        }
        self.places = places;
    }

    /// Whether a subscriber has all that it wants, and its way still carries that with room to spare.
    fn is_content(&self, place: Place) -> bool {
        let upload = self.upload_level_bps.unwrap_or(u64::MAX);
        let Some(peer) = self.members.peer_at(place) else {
            return true;
        };
        let Some(session) = peer.session.as_deref() else {
            return true;
        };
        peer.content.is_some_and(|content| {
            self.now < content.until && session.cc.estimate_bps().min(upload) >= content.needs_bps
        })
    }

    /// The most that each peer may be sent so that all stay under the limit.
    fn upload_level(&mut self) -> Option<u64> {
        let limit = self.max_upload_bps?;
        let mut asks = Vec::new();
        let mut pictures = Vec::new();
        for (_, participant) in self.members.iter() {
            let Some(session) = participant.peer.as_ref().and_then(|p| p.session.as_ref()) else {
                continue;
            };
            self.asks(participant, &mut pictures);
            let wanted: u64 = pictures.iter().map(Ask::most_bps).sum();
            asks.push((wanted + SOUND_BPS).min(session.cc.estimate_bps()));
        }
        level(limit, &mut asks)
    }

    /// Fills in the pictures that a participant would like.
    fn asks(&self, participant: &Participant, asks: &mut Vec<Ask>) {
        asks.clear();
        let Some(peer) = participant.peer.as_deref() else {
            return;
        };
        let speaker = participant
            .room
            .and_then(|room| self.rooms.get(&room))
            .and_then(|room| room.speakers.loudest());
        for (id, slot) in peer.slots.iter() {
            let (Some(publisher), Some(wanted)) = (slot.publisher, slot.wanted) else {
                continue;
            };
            let size = participant
                .assignments
                .get(&id)
                .and_then(|assignment| assignment.size)
                .unwrap_or_default();
            asks.push(Ask {
                slot: id,
                rank: match id.kind {
                    SlotKind::Stage => Rank::Stage,
                    SlotKind::Person | SlotKind::Voice if speaker == Some(publisher) => {
                        Rank::Speaker
                    }
                    SlotKind::Person | SlotKind::Voice => Rank::Other,
                },
                area: u64::from(size.0) * u64::from(size.1),
                layers: self.layer_rates(id.kind, publisher, wanted),
                granted: None,
            });
        }
    }

    /// Bits per second of the layers of a picture that flow, up to the wanted one.
    fn layer_rates(
        &self,
        kind: SlotKind,
        publisher: ParticipantId,
        wanted: usize,
    ) -> [Option<u64>; LAYERS] {
        let peer = self.members.get(publisher).and_then(|p| p.peer.as_ref());
        let track = picture_of(kind).and_then(|source| Some(peer?.track(source)));
        let mut rates = [None; LAYERS];
        for (at, rate) in rates.iter_mut().enumerate().take(wanted + 1) {
            let layer = track.map(|track| &track.layers[at]);
            let flows = layer.is_some_and(|layer| layer.view.alive);
            let measured = layer.map_or(0, |layer| layer.bps);
            *rate = match (flows, measured) {
                (true, 0) => Some(USUAL_BPS[at]),
                (true, measured) if kind == SlotKind::Stage => Some(measured.max(LEAST_BPS)),
                (true, measured) => Some(measured),
                // What nobody sends costs nothing.
                (false, _) if at == wanted => Some(0),
                (false, _) => None,
            };
        }
        rates
    }

    /// Sends less at once where the way to a subscriber carries less than what is sent: each tenth
    /// of a second that is waited makes a queue of several.
    pub(crate) fn give_way(&mut self, place: Place) {
        let Some(peer) = self.members.peer_at(place) else {
            return;
        };
        let Some(session) = peer.session.as_deref() else {
            return;
        };
        // Along every way there seems to be a queue while the clock stands still.
        let passes = peer.rise.looked.is_some_and(|looked| looked < self.now);
        if passes && session.cc.estimate_bps() < peer.rise.sends_bps {
            self.redivide(place, false);
        }
    }

    /// Divides what the way to a subscriber carries among its pictures.
    pub(crate) fn reallocate(&mut self, place: Place) {
        self.redivide(place, true);
    }

    /// The same at a look, or in between.
    fn redivide(&mut self, place: Place, look: bool) {
        let mut asks = std::mem::take(&mut self.asks);
        let mut careful = std::mem::take(&mut self.careful);
        self.divide(place, look, &mut asks, &mut careful);
        (self.asks, self.careful) = (asks, careful);
    }

    fn divide(&mut self, place: Place, look: bool, asks: &mut Vec<Ask>, careful: &mut Vec<Ask>) {
        let now = self.now;
        let Some(participant) = self.members.at(place) else {
            return;
        };
        let who = participant.id;
        self.asks(participant, asks);
        let upload = self.upload_level_bps.unwrap_or(u64::MAX);
        let Some(peer) = self.members.peer_at_mut(place) else {
            return;
        };
        let Some(session) = peer.session.as_deref_mut() else {
            return;
        };
        let wanted: u64 = asks.iter().map(Ask::most_bps).sum();
        let sending = peer.meter_out.bps(now);
        // Between two looks a meter shows a part of what it will.
        if look {
            let sound = peer
                .slots
                .iter_mut()
                .map(|(_, slot)| slot.audio.meter.bps(now));
            peer.rise.looked = Some(now);
            peer.rise.sound_bps = sound.sum::<u64>().max(SOUND_BPS);
        }
        let sound = peer.rise.sound_bps.max(SOUND_BPS);
        // An estimate of just what is wanted would not be enough to begin with it.
        let enough = wanted * 100 / UP_PERCENT + sound;
        session.cc.set_wanted(now, enough, sending);
        session.cc.set_spared(last_bps(asks) + sound);
        let estimate = session.cc.estimate_bps();
        let budget = estimate.min(upload).saturating_sub(sound);
        allocate(budget, asks);
        let slots = &peer.slots;
        let all = asks.iter().all(|ask| {
            let slot = slots.get(ask.slot);
            slot.is_some_and(|slot| ask.granted == slot.wanted && slot.target == slot.wanted)
        });
        peer.content = all.then(|| Content {
            until: now + LOOKED_OVER,
            needs_bps: (wanted + sound) * SPARE_PERCENT / 100,
        });
        let is_more = |ask: &Ask| {
            let slot = slots.get(ask.slot);
            slot.is_some_and(|slot| !slot.fresh && ask.granted > slot.target)
        };
        let is_less = |ask: &Ask| {
            let slot = slots.get(ask.slot);
            slot.is_some_and(|slot| !slot.fresh && ask.granted < slot.target)
        };
        let sent = asks.iter().filter_map(|ask| {
            let target = slots.get(ask.slot)?.target?;
            ask.layers[target]
        });
        let sent_bps: u64 = sent.sum();
        // What would be sent if there were room for it must not push aside what is sent.
        careful.clone_from(asks);
        for ask in careful.iter_mut() {
            if let Some(slot) = slots.get(ask.slot).filter(|slot| !slot.fresh) {
                ask.limit(slot.target);
            }
        }
        allocate(budget, careful);
        peer.rise.note(now, careful.iter().any(is_less));
        careful.clone_from(asks);
        let clear_bps = allocate(budget * CLEAR_PERCENT / 100, careful);
        let most_bps = peer.rise.most_bps(now, clear_bps);
        allocate(most_bps.min(budget * UP_PERCENT / 100), careful);
        let more = careful.iter().any(is_more);
        let may_rise = peer.rise.may(now, more, sent_bps);
        for ask in asks.iter_mut() {
            let careful = careful.iter().find(|other| other.slot == ask.slot);
            let better = careful
                .filter(|_| may_rise)
                .and_then(|careful| careful.granted);
            if let Some(slot) = slots.get(ask.slot).filter(|slot| !slot.fresh) {
                ask.limit(better.max(slot.target));
            }
        }
        allocate(budget, asks);
        let reason = if upload < estimate {
            DowngradeReason::UploadLimit
        } else {
            DowngradeReason::Capacity
        };
        let mut keys = Vec::new();
        let mut added: u64 = 0;
        for ask in asks.iter() {
            let Some(slot) = peer.slots.get_mut(ask.slot) else {
                continue;
            };
            let granted = if std::mem::take(&mut slot.fresh) || ask.granted < slot.target {
                ask.granted
            } else if may_rise {
                let bps = |layer: Option<usize>| layer.and_then(|at| ask.layers[at]).unwrap_or(0);
                let adds = bps(ask.granted).saturating_sub(bps(slot.target));
                // Key frames of all at once would be more than the way carries.
                if added > 0 && added + adds > sent_bps / 2 {
                    slot.target
                } else {
                    added += adds;
                    ask.granted
                }
            } else {
                slot.target
            };
            slot.reason = (granted < slot.wanted).then_some(reason);
            let changed = slot.target != granted;
            slot.target = granted;
            let (Some(publisher), Some(video)) = (slot.publisher, slot.video.as_mut()) else {
                continue;
            };
            let layer = video.layer_of(publisher);
            // What the way does not carry is not sent while a smaller layer is waited for.
            if layer > granted && slot.reason.is_some() {
                video.stop();
            }
            if let (Some(target), Some(source)) = (granted, picture_of(ask.slot.kind))
                && layer != granted
                && changed
            {
                keys.push((publisher, source, target));
            }
        }
        let targets = asks.iter().filter_map(|ask| {
            let target = peer.slots.get(ask.slot)?.target?;
            ask.layers[target]
        });
        let pictures: u64 = targets.sum();
        peer.rise.sends_bps = if pictures > 0 { pictures + sound } else { 0 };
        let narrow = peer.slots.iter_mut().any(|(_, slot)| slot.reason.is_some());
        if let Some(session) = peer.session.as_deref_mut() {
            session.narrow = narrow;
        }
        for (publisher, source, target) in keys {
            self.want_key(publisher, source, target);
        }
        self.tell_pauses(place, who);
    }

    /// Tells which pictures are paused, and which are not any more.
    fn tell_pauses(&mut self, place: Place, who: ParticipantId) {
        let now = self.now;
        let Self {
            members,
            events,
            totals,
            ..
        } = self;
        let Some(peer) = members.peer_at_mut(place) else {
            return;
        };
        for (id, slot) in peer.slots.iter_mut() {
            let held_back = slot.wanted.is_some() && slot.target.is_none() && !slot.fresh;
            slot.held_since = held_back.then(|| slot.held_since.unwrap_or(now));
            let paused = slot
                .held_since
                .is_some_and(|since| now.saturating_duration_since(since) >= TOLD_AFTER);
            let Some(publisher) = slot.publisher.filter(|_| paused != slot.told_paused) else {
                continue;
            };
            slot.told_paused = paused;
            totals.pictures_paused += u64::from(paused);
            events.push_back(Event::Picture {
                participant: who,
                slot: id,
                publisher,
                paused,
            });
        }
    }

    /// Tells of all pictures of a peer that they are not paused: it ends, or another comes.
    pub(crate) fn resume_pictures(&mut self, place: Place) {
        let Some(participant) = self.members.at_mut(place) else {
            return;
        };
        let who = participant.id;
        let Some(peer) = participant.peer.as_deref_mut() else {
            return;
        };
        for (_, slot) in peer.slots.iter_mut() {
            slot.wanted = None;
        }
        self.tell_pauses(place, who);
    }
}
