//! Who is in which of one participant's slots.
//!
//! Pure: from what is shown and who speaks to who is where. Whoever has a slot keeps it as long as
//! the reason for it lasts, because a change of slots is a break in sound and picture; and nobody is
//! heard twice, so who has a person slot has no voice slot.

use std::collections::{BTreeMap, BTreeSet};

use zoom_protocol::{ParticipantId, SlotAssignment, SlotId, SlotKind, Sources, Tile, TileSource};

/// Width and height of a picture on the screen, in device pixels.
type Size = (u16, u16);

/// What a slot carries.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Place {
    /// Who is in it.
    pub(crate) publisher: Option<ParticipantId>,
    /// How large their picture is shown; none for no picture.
    pub(crate) size: Option<Size>,
}

/// A slot that changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Change {
    /// Which.
    pub(crate) slot: SlotId,
    /// What it carries from here on.
    pub(crate) place: Place,
    /// Whether somebody else is in it than before, and not only another size.
    pub(crate) moved: bool,
}

/// What decides who is where.
pub(crate) struct Scene<'a> {
    /// Whose slots these are: nobody gets a slot for themselves.
    pub(crate) me: ParticipantId,
    /// The visible tiles, the most important first.
    pub(crate) tiles: &'a [Tile],
    /// Who speaks, the loudest first.
    pub(crate) speakers: &'a [ParticipantId],
    /// Who shares a screen with its sound, which is heard even where the screen is not shown.
    pub(crate) sounding: &'a [ParticipantId],
    /// What somebody has on; nothing for somebody who is not here.
    pub(crate) sources: &'a dyn Fn(ParticipantId) -> Option<Sources>,
    /// When somebody last spoke, as a number that grows.
    pub(crate) spoke: &'a dyn Fn(ParticipantId) -> u64,
}

/// The slots of one peer.
#[derive(Clone, Debug, Default)]
pub(crate) struct Slots {
    places: BTreeMap<SlotId, Place>,
    /// Those whose picture the way to the subscriber does not carry.
    paused: BTreeSet<SlotId>,
}

impl Slots {
    /// Whether there are no slots at all.
    pub(crate) fn is_empty(&self) -> bool {
        self.places.is_empty()
    }

    /// Has these slots and no others from here on. Who is in one of them stays; returns the others
    /// that somebody was in.
    pub(crate) fn replace(&mut self, ids: &[SlotId]) -> Vec<SlotId> {
        let (kept, gone) = std::mem::take(&mut self.places)
            .into_iter()
            .partition::<BTreeMap<_, _>, _>(|(slot, _)| ids.contains(slot));
        self.places = kept;
        self.paused.retain(|slot| ids.contains(slot));
        self.grow(ids);
        let occupied = |(slot, place): (SlotId, Place)| place.publisher.map(|_| slot);
        gone.into_iter().filter_map(occupied).collect()
    }

    /// Adds those of these slots that are not there yet.
    pub(crate) fn grow(&mut self, ids: &[SlotId]) {
        for &id in ids {
            self.places.entry(id).or_default();
        }
    }

    /// All slots as they are.
    pub(crate) fn snapshot(&self) -> Vec<SlotAssignment> {
        let assignment = |(&slot, place): (&SlotId, &Place)| SlotAssignment {
            slot,
            participant: place.publisher,
        };
        self.places.iter().map(assignment).collect()
    }

    /// The slots whose picture is paused, in order.
    pub(crate) fn paused(&self) -> Vec<SlotId> {
        self.paused.iter().copied().collect()
    }

    /// Notes that a slot's picture is paused or carried. Returns whether that is news of somebody
    /// who is in it.
    pub(crate) fn pause(&mut self, slot: SlotId, publisher: ParticipantId, paused: bool) -> bool {
        let here = self.places.get(&slot).and_then(|place| place.publisher) == Some(publisher);
        here && if paused {
            self.paused.insert(slot)
        } else {
            self.paused.remove(&slot)
        }
    }

    /// Counts every picture as carried.
    pub(crate) fn carry_all(&mut self) {
        self.paused.clear();
    }

    /// Whether somebody is in one of these slots.
    pub(crate) fn holds(&self, participant: ParticipantId) -> bool {
        let here = |place: &Place| place.publisher == Some(participant);
        self.places.values().any(here)
    }

    /// Puts everybody where the scene wants them, and tells what changed, in the order of the slots.
    pub(crate) fn arrange(&mut self, scene: &Scene<'_>) -> Vec<Change> {
        let mut after = self.places.clone();
        show(&mut after, scene, SlotKind::Person, TileSource::Camera);
        hear(&mut after, scene);
        show(&mut after, scene, SlotKind::Stage, TileSource::Screen);
        let mut changes = Vec::new();
        for (&slot, &place) in &after {
            let before = self.places.get(&slot).copied().unwrap_or_default();
            if before != place {
                let moved = before.publisher != place.publisher;
                if moved {
                    self.paused.remove(&slot);
                }
                changes.push(Change { slot, place, moved });
            }
        }
        self.places = after;
        changes
    }
}

/// The slots of one kind, in order.
fn of_kind(
    places: &mut BTreeMap<SlotId, Place>,
    kind: SlotKind,
) -> impl Iterator<Item = &mut Place> {
    let bound = |index| SlotId { kind, index };
    places
        .range_mut(bound(0)..=bound(u8::MAX))
        .map(|(_, place)| place)
}

/// Fills the slots of a kind that has pictures.
fn show(
    places: &mut BTreeMap<SlotId, Place>,
    scene: &Scene<'_>,
    kind: SlotKind,
    source: TileSource,
) {
    let count = of_kind(places, kind).count();
    let shown = shown(scene, source, count);
    let is_shown = |id| shown.iter().any(|(shown, _)| *shown == id);
    // Who is heard without being shown, the most important first: they stay while nobody who is
    // shown needs their place.
    let heard = match source {
        TileSource::Camera => scene.speakers,
        TileSource::Screen => scene.sounding,
    };
    for place in of_kind(places, kind) {
        let stays = |id: &ParticipantId| {
            is_shown(*id) || (heard.contains(id) && (scene.sources)(*id).is_some())
        };
        *place = Place {
            publisher: place.publisher.filter(stays),
            size: None,
        };
    }
    for &(id, size) in &shown {
        let mut at = of_kind(places, kind).position(|place| place.publisher == Some(id));
        if at.is_none() {
            at = of_kind(places, kind).position(|place| place.publisher.is_none());
        }
        if at.is_none() {
            let rank = |id| heard.iter().position(|heard| *heard == id);
            let hidden = of_kind(places, kind)
                .enumerate()
                .filter_map(|(index, place)| Some((index, place.publisher?)))
                .filter(|(_, id)| !is_shown(*id));
            at = hidden
                .max_by_key(|(_, id)| rank(*id))
                .map(|(index, _)| index);
        }
        if let Some(place) = at.and_then(|index| of_kind(places, kind).nth(index)) {
            *place = Place {
                publisher: Some(id),
                size,
            };
        }
    }
    if source == TileSource::Screen {
        for &id in scene.sounding {
            let here = of_kind(places, kind).any(|place| place.publisher == Some(id));
            if here || id == scene.me || (scene.sources)(id).is_none() {
                continue;
            }
            if let Some(place) = of_kind(places, kind).find(|place| place.publisher.is_none()) {
                place.publisher = Some(id);
            }
        }
    }
}

/// The participants that are shown, the most important first, as many as there are slots, each with
/// the largest size they are shown at.
fn shown(
    scene: &Scene<'_>,
    source: TileSource,
    count: usize,
) -> Vec<(ParticipantId, Option<Size>)> {
    let mut shown: Vec<(ParticipantId, Option<Size>)> = Vec::new();
    for tile in scene.tiles {
        if tile.source != source || tile.participant == scene.me {
            continue;
        }
        let Some(sources) = (scene.sources)(tile.participant) else {
            continue;
        };
        let on = match source {
            TileSource::Camera => sources.camera,
            TileSource::Screen => sources.screen,
        };
        let size = (on && tile.width > 0 && tile.height > 0).then_some((tile.width, tile.height));
        if let Some((_, largest)) = shown.iter_mut().find(|(id, _)| *id == tile.participant) {
            if area(size) > area(*largest) {
                *largest = size;
            }
        } else if shown.len() < count {
            shown.push((tile.participant, size));
        }
    }
    shown
}

fn area(size: Option<Size>) -> u32 {
    size.map_or(0, |(width, height)| u32::from(width) * u32::from(height))
}

/// Fills the voice slots with those who speak and have no person slot.
fn hear(places: &mut BTreeMap<SlotId, Place>, scene: &Scene<'_>) {
    let shown: Vec<ParticipantId> = of_kind(places, SlotKind::Person)
        .filter_map(|place| place.publisher)
        .collect();
    for place in of_kind(places, SlotKind::Voice) {
        let stays = |id: &ParticipantId| !shown.contains(id) && (scene.sources)(*id).is_some();
        place.publisher = place.publisher.filter(stays);
    }
    for &speaker in scene.speakers {
        let heard = of_kind(places, SlotKind::Voice).any(|p| p.publisher == Some(speaker));
        let elsewhere = speaker == scene.me || shown.contains(&speaker);
        if heard || elsewhere || (scene.sources)(speaker).is_none() {
            continue;
        }
        // Who has ceased to speak makes room, the longest silent first; who speaks does not.
        let free = of_kind(places, SlotKind::Voice)
            .filter(|place| {
                place
                    .publisher
                    .is_none_or(|id| !scene.speakers.contains(&id))
            })
            .min_by_key(|place| place.publisher.map(scene.spoke));
        if let Some(place) = free {
            place.publisher = Some(speaker);
        }
    }
}

#[cfg(test)]
mod tests;
