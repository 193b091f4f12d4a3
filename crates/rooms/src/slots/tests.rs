//! Random scenes: whatever is shown, said and left, the slots keep their rules.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;

use super::*;

const ME: ParticipantId = ParticipantId(0);

/// One moment of a meeting.
#[derive(Clone, Debug)]
struct Moment {
    tiles: Vec<Tile>,
    speakers: Vec<ParticipantId>,
    sources: BTreeMap<ParticipantId, Sources>,
}

fn people() -> impl Strategy<Value = ParticipantId> {
    (0_u64..9).prop_map(ParticipantId)
}

fn tile() -> impl Strategy<Value = Tile> {
    let source = prop_oneof![Just(TileSource::Camera), Just(TileSource::Screen)];
    (people(), source, 0_u16..4, 0_u16..4).prop_map(|(participant, source, width, height)| Tile {
        participant,
        source,
        width,
        height,
    })
}

fn sources() -> impl Strategy<Value = Sources> {
    any::<[bool; 4]>().prop_map(|[microphone, camera, screen, screen_audio]| Sources {
        microphone,
        camera,
        screen,
        screen_audio,
    })
}

fn moment() -> impl Strategy<Value = Moment> {
    (
        prop::collection::vec(tile(), 0..10),
        prop::collection::btree_set(people(), 0..6),
        prop::collection::btree_map(people(), sources(), 0..9),
    )
        .prop_map(|(tiles, speakers, mut sources)| {
            sources.entry(ME).or_default();
            Moment {
                tiles,
                speakers: speakers.into_iter().collect(),
                sources,
            }
        })
}

fn ids(person: u8, voice: u8, stage: u8) -> Vec<SlotId> {
    let kinds = [
        (SlotKind::Person, person),
        (SlotKind::Voice, voice),
        (SlotKind::Stage, stage),
    ];
    kinds
        .into_iter()
        .flat_map(|(kind, count)| (0..count).map(move |index| SlotId { kind, index }))
        .collect()
}

fn arrange(
    slots: &mut Slots,
    moment: &Moment,
    spoke: &BTreeMap<ParticipantId, u64>,
) -> Vec<Change> {
    let sounding: Vec<ParticipantId> = moment
        .sources
        .iter()
        .filter(|(_, sources)| sources.screen && sources.screen_audio)
        .map(|(id, _)| *id)
        .collect();
    slots.arrange(&Scene {
        me: ME,
        tiles: &moment.tiles,
        speakers: &moment.speakers,
        sounding: &sounding,
        sources: &|id| moment.sources.get(&id).copied(),
        spoke: &|id| spoke.get(&id).copied().unwrap_or(0),
    })
}

fn inside(slots: &Slots, kind: SlotKind) -> Vec<ParticipantId> {
    let of_kind = |(slot, place): (&SlotId, &Place)| place.publisher.filter(|_| slot.kind == kind);
    slots.places.iter().filter_map(of_kind).collect()
}

fn wanted(moment: &Moment, source: TileSource, count: usize) -> Vec<ParticipantId> {
    let mut wanted = Vec::new();
    for tile in &moment.tiles {
        let here = tile.participant != ME && moment.sources.contains_key(&tile.participant);
        if tile.source == source && here && !wanted.contains(&tile.participant) {
            wanted.push(tile.participant);
        }
    }
    wanted.truncate(count);
    wanted
}

proptest! {
    #[test]
    fn the_rules_hold_at_every_moment(
        person in 0_u8..5, voice in 0_u8..4, stage in 0_u8..3,
        moments in prop::collection::vec(moment(), 1..12),
    ) {
        let mut slots = Slots::default();
        slots.grow(&ids(person, voice, stage));
        let mut spoke = BTreeMap::new();
        for (time, moment) in moments.iter().enumerate() {
            for speaker in &moment.speakers {
                spoke.insert(*speaker, time as u64);
            }
            let before = slots.places.clone();
            let changes = arrange(&mut slots, moment, &spoke);

            // The changes are the difference, and nothing else is told.
            let mut replayed = before.clone();
            for change in &changes {
                let old = replayed.insert(change.slot, change.place).unwrap();
                prop_assert_ne!(old, change.place);
                prop_assert_eq!(change.moved, old.publisher != change.place.publisher);
            }
            prop_assert_eq!(&replayed, &slots.places);

            let persons = inside(&slots, SlotKind::Person);
            let voices = inside(&slots, SlotKind::Voice);
            let stages = inside(&slots, SlotKind::Stage);
            // Nobody twice, nobody heard twice, neither oneself nor who is not here.
            for group in [&persons, &voices, &stages] {
                let set: BTreeSet<_> = group.iter().collect();
                prop_assert_eq!(set.len(), group.len());
                prop_assert!(group.iter().all(|id| *id != ME && moment.sources.contains_key(id)));
            }
            prop_assert!(persons.iter().all(|id| !voices.contains(id)));
            // Who is shown is in a slot, as far as there are slots.
            for (source, count, inside) in [
                (TileSource::Camera, person, &persons),
                (TileSource::Screen, stage, &stages),
            ] {
                for id in wanted(moment, source, count.into()) {
                    prop_assert!(inside.contains(&id), "{id} of {source:?} has no slot");
                }
            }
            // Who speaks is heard, as far as there are voice slots.
            let unheard = moment.speakers.iter().any(|id| {
                *id != ME && moment.sources.contains_key(id)
                    && !persons.contains(id) && !voices.contains(id)
            });
            let all_speak = voices.iter().all(|id| moment.speakers.contains(id));
            prop_assert!(!unheard || (voices.len() == usize::from(voice) && all_speak));
            // Who had a slot and still has a reason for it is where they were.
            for (slot, place) in &before {
                let Some(id) = place.publisher else { continue };
                let shown = match slot.kind {
                    SlotKind::Person => wanted(moment, TileSource::Camera, person.into()),
                    SlotKind::Stage => wanted(moment, TileSource::Screen, stage.into()),
                    SlotKind::Voice if persons.contains(&id) => continue,
                    SlotKind::Voice => moment.speakers.clone(),
                };
                if shown.contains(&id) && moment.sources.contains_key(&id) {
                    prop_assert_eq!(slots.places[slot].publisher, Some(id));
                }
            }
            // A picture is sent where its source is on and it is shown with an area.
            for (slot, place) in &slots.places {
                let Some(id) = place.publisher else {
                    prop_assert_eq!(place.size, None);
                    continue;
                };
                let (source, on) = match slot.kind {
                    SlotKind::Person => (TileSource::Camera, moment.sources[&id].camera),
                    SlotKind::Stage => (TileSource::Screen, moment.sources[&id].screen),
                    SlotKind::Voice => {
                        prop_assert_eq!(place.size, None);
                        continue;
                    }
                };
                let area = |tile: &&Tile| {
                    tile.participant == id && tile.source == source
                        && tile.width > 0 && tile.height > 0
                };
                let seen = on && moment.tiles.iter().any(|tile| area(&tile));
                prop_assert_eq!(place.size.is_some(), seen);
            }
            // The same scene again changes nothing.
            prop_assert_eq!(arrange(&mut slots, moment, &spoke), vec![]);
        }
    }

    #[test]
    fn more_slots_move_nobody(
        before in moment(), after in 3_u8..6,
    ) {
        let mut slots = Slots::default();
        slots.grow(&ids(2, 1, 1));
        arrange(&mut slots, &before, &BTreeMap::new());
        let small = slots.clone();
        slots.grow(&ids(after, 3, 2));
        let shown = inside(&slots, SlotKind::Person);
        arrange(&mut slots, &before, &BTreeMap::new());
        for (slot, place) in &small.places {
            // A voice may move: more person slots show people who were only heard.
            if slot.kind == SlotKind::Person && place.publisher.is_some() {
                prop_assert_eq!(slots.places[slot].publisher, place.publisher);
            }
        }
        prop_assert!(inside(&slots, SlotKind::Person).len() >= shown.len());
    }
}
