//! All participants of one media thread, by id for what is asked seldom and by place for every
//! packet.

use std::collections::HashMap;

use zoom_protocol::ParticipantId;

use crate::{peer::Peer, sfu::Participant};

/// A participant's place, theirs from the first command about them until the last.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Place(u32);

/// The participants.
#[derive(Debug, Default)]
pub(crate) struct Members {
    places: HashMap<ParticipantId, Place>,
    list: Vec<Option<Box<Participant>>>,
    free: Vec<Place>,
}

impl Members {
    pub(crate) fn len(&self) -> usize {
        self.places.len()
    }

    pub(crate) fn place(&self, who: ParticipantId) -> Option<Place> {
        self.places.get(&who).copied()
    }

    pub(crate) fn at(&self, place: Place) -> Option<&Participant> {
        self.list.get(place.0 as usize)?.as_deref()
    }

    pub(crate) fn at_mut(&mut self, place: Place) -> Option<&mut Participant> {
        self.list.get_mut(place.0 as usize)?.as_deref_mut()
    }

    pub(crate) fn peer_at(&self, place: Place) -> Option<&Peer> {
        self.at(place)?.peer.as_deref()
    }

    pub(crate) fn peer_at_mut(&mut self, place: Place) -> Option<&mut Peer> {
        self.at_mut(place)?.peer.as_deref_mut()
    }

    /// The participant at a place and another's peer.
    pub(crate) fn with_peer(
        &mut self,
        place: Place,
        other: Place,
    ) -> Option<(&mut Peer, Option<&Peer>)> {
        let (place, other) = (place.0 as usize, other.0 as usize);
        if place == other {
            return None;
        }
        let [one, two] = self.list.get_disjoint_mut([place, other]).ok()?;
        let two = two.as_deref().and_then(|two| two.peer.as_deref());
        Some((one.as_deref_mut()?.peer.as_deref_mut()?, two))
    }

    pub(crate) fn get(&self, who: ParticipantId) -> Option<&Participant> {
        self.at(self.place(who)?)
    }

    /// The place of a participant, who enters if they were not known.
    pub(crate) fn enter(&mut self, who: ParticipantId) -> Place {
        if let Some(place) = self.place(who) {
            return place;
        }
        let place = self.free.pop().unwrap_or_else(|| {
            self.list.push(None);
            Place(self.list.len() as u32 - 1)
        });
        if let Some(entry) = self.list.get_mut(place.0 as usize) {
            *entry = Some(Box::new(Participant::new(who)));
        }
        self.places.insert(who, place);
        place
    }

    pub(crate) fn remove(&mut self, who: ParticipantId) -> Option<Box<Participant>> {
        let place = self.places.remove(&who)?;
        self.free.push(place);
        self.list.get_mut(place.0 as usize)?.take()
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = (Place, &Participant)> {
        let place = |(at, entry): (usize, _)| (Place(at as u32), entry);
        self.list
            .iter()
            .map(Option::as_deref)
            .enumerate()
            .map(place)
            .filter_map(|(place, entry)| Some((place, entry?)))
    }
}
