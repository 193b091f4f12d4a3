//! Who is typing.

use zoom_protocol::{Answer, Event, Now, ParticipantId};

use crate::{
    Room,
    room::{Asker, Timer, millis},
};

impl Room {
    pub(crate) fn typing(&mut self, now: Now, asker: Asker, typing: bool) {
        self.answer(asker.socket, asker.id, Answer::Done);
        if !typing {
            return self.stop_typing(asker.participant);
        }
        let until = now.mono + millis(self.limits.typing_ms);
        let Some(member) = self.members.get_mut(&asker.participant) else {
            return;
        };
        let before = member.typing_until.replace(until);
        if let Some(before) = before {
            self.stop_timer(before, asker.participant, Timer::Typing);
        }
        self.start_timer(until, asker.participant, Timer::Typing);
        if before.is_none() {
            let event = Event::Typing {
                participant: asker.participant,
                typing: true,
            };
            self.tell_all_but(Some(asker.socket), event);
        }
    }

    /// Ends somebody's typing, if they are.
    pub(crate) fn stop_typing(&mut self, participant: ParticipantId) {
        let Some(member) = self.members.get_mut(&participant) else {
            return;
        };
        let Some(until) = member.typing_until.take() else {
            return;
        };
        let socket = member.socket;
        self.stop_timer(until, participant, Timer::Typing);
        let event = Event::Typing {
            participant,
            typing: false,
        };
        self.tell_all_but(socket, event);
    }
}
