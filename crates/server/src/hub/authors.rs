//! Who somebody is, over all their stays in a room.
//!
//! A browser keeps a random secret and shows it to the server alone. What the others see is derived
//! from it and from the room, so that nobody can follow somebody from room to room, nor show
//! another's secret.

use aws_lc_rs::hmac;
use zoom_protocol::{AuthorId, Identity, ParticipantId, RoomName};

/// Derives authors.
pub(crate) struct Authors {
    key: hmac::Key,
}

impl Authors {
    /// Authors under a secret; the key is derived, so that the secret may serve other ends too.
    pub(super) fn new(secret: &[u8; 32]) -> Self {
        let secret = hmac::Key::new(hmac::HMAC_SHA256, secret);
        let derived = hmac::sign(&secret, b"zoom author");
        Self {
            key: hmac::Key::new(hmac::HMAC_SHA256, derived.as_ref()),
        }
    }

    /// Who has this identity in a room. A stay without one is an author of its own.
    pub(crate) fn author(
        &self,
        room: &RoomName,
        identity: Option<&Identity>,
        participant: ParticipantId,
    ) -> AuthorId {
        let Some(identity) = identity else {
            return AuthorId(participant.0);
        };
        // Neither text has a byte of zero in it, so that no two pairs are one.
        self.derived([room.key().as_bytes(), &[0], identity.as_str().as_bytes()])
    }

    /// Whom an imported room has instead of one of its authors: the same for the same, and nobody
    /// who could ever come.
    pub(crate) fn imported(&self, room: &RoomName, author: AuthorId) -> AuthorId {
        // No identity begins with a byte of zero.
        self.derived([room.key().as_bytes(), &[0, 0], &author.0.to_be_bytes()])
    }

    fn derived(&self, parts: [&[u8]; 3]) -> AuthorId {
        let mut context = hmac::Context::with_key(&self.key);
        for part in parts {
            context.update(part);
        }
        let tag = context.sign();
        let first = tag.as_ref().first_chunk().copied();
        AuthorId(u64::from_be_bytes(first.unwrap_or_default()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn author(secret: u8, room: &str, identity: &str) -> AuthorId {
        let identity = identity.parse().unwrap();
        let room = room.parse().unwrap();
        let authors = Authors::new(&[secret; 32]);
        authors.author(&room, Some(&identity), ParticipantId(7))
    }

    #[test]
    fn one_identity_is_one_author_in_a_room_and_another_in_each_other() {
        let (mine, theirs) = ("0123456789abcdefghijkl", "0123456789abcdefghijkm");
        let me = author(1, "Room", mine);
        assert_eq!(me, author(1, "room", mine), "the same room");
        let others = [
            author(1, "Room", theirs),
            author(1, "Elsewhere", mine),
            author(2, "Room", mine),
            AuthorId(7),
        ];
        assert!(!others.contains(&me));
    }

    #[test]
    fn a_stay_without_an_identity_is_an_author_of_its_own() {
        let authors = Authors::new(&[1; 32]);
        let room = "room".parse().unwrap();
        let of = |participant| authors.author(&room, None, ParticipantId(participant));
        assert_ne!(of(1), of(2));
        assert_eq!(of(1), of(1));
    }
}
