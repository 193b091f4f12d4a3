//! What is said without a word: raised hands and reactions.

use zoom_protocol::{Answer, Event, Now, Reaction};

use crate::{Room, refusal::Refusal, room::Asker};

impl Room {
    /// Raises or lowers a hand. One that is up already keeps its place.
    pub(crate) fn raise_hand(&mut self, asker: Asker, raised: bool) {
        self.answer(asker.socket, asker.id, Answer::Done);
        let Some(member) = self.members.get_mut(&asker.participant) else {
            return;
        };
        if member.hand.is_some() == raised {
            return;
        }
        member.hand = raised.then(|| {
            self.hands += 1;
            self.hands
        });
        self.tell_of_change(asker.participant, None);
    }

    /// Shows everybody an emoji for a moment, the one who sent it too: they see what the others see.
    pub(crate) fn react(&mut self, now: Now, asker: Asker, reaction: Reaction) {
        let Some(member) = self.members.get_mut(&asker.participant) else {
            return;
        };
        if !member.reactions.take(now.mono) {
            return self.refuse(asker.socket, asker.id, Refusal::ReactionsTooFast);
        }
        if !self.reactions.take(now.mono) {
            return self.refuse(asker.socket, asker.id, Refusal::TooManyReactions);
        }
        self.answer(asker.socket, asker.id, Answer::Done);
        self.tell_all(Event::Reaction {
            participant: asker.participant,
            reaction,
        });
    }
}
