//! How well everybody's connection does: kept for who comes, and told to all, gathered.

use std::{
    collections::BTreeSet,
    time::{Duration, Instant},
};

use zoom_protocol::{Event, Now, ParticipantId, Quality, QualityChange};

use crate::{Room, room::millis};

/// Whose connection changed since everybody was told.
///
/// What makes one connection worse often makes many so: the changes of a while are one event, or a
/// full room would have as many as there are people in it, each to everybody.
#[derive(Debug, Default)]
pub(crate) struct Qualities {
    changed: BTreeSet<ParticipantId>,
    /// Before when nothing more is told.
    quiet_until: Option<Instant>,
}

impl Qualities {
    /// When the changes are to be told, if there are any.
    pub(crate) fn due(&self) -> Option<Instant> {
        self.quiet_until.filter(|_| !self.changed.is_empty())
    }

    /// Somebody is gone.
    pub(crate) fn forget(&mut self, participant: ParticipantId) {
        self.changed.remove(&participant);
    }

    /// What is to be told at this moment.
    fn take(&mut self, now: Instant, every: Duration) -> BTreeSet<ParticipantId> {
        if self.changed.is_empty() || self.quiet_until.is_some_and(|until| now < until) {
            return BTreeSet::new();
        }
        self.quiet_until = Some(now + every);
        std::mem::take(&mut self.changed)
    }
}

impl Room {
    /// The server knows better how well somebody's connection does.
    pub(crate) fn quality(&mut self, participant: ParticipantId, quality: Quality) {
        let member = self.members.get(&participant);
        // What is said of a peer that has ended meanwhile is past.
        if member.is_some_and(|member| member.peer.is_some()) {
            self.set_quality(participant, Some(quality));
        }
    }

    /// Notes how well somebody's connection does; `None` with another peer or none.
    pub(crate) fn set_quality(&mut self, participant: ParticipantId, quality: Option<Quality>) {
        let Some(member) = self.members.get_mut(&participant) else {
            return;
        };
        if member.quality != quality {
            member.quality = quality;
            self.qualities.changed.insert(participant);
        }
    }

    /// Tells what changed, where it is time to.
    pub(crate) fn tell_qualities(&mut self, now: Now) {
        let every = millis(self.limits.quality_ms);
        let changed = self.qualities.take(now.mono, every);
        let change = |participant: ParticipantId| {
            let member = self.members.get(&participant)?;
            Some(QualityChange {
                participant,
                quality: member.quality,
            })
        };
        let changes: Vec<QualityChange> = changed.into_iter().filter_map(change).collect();
        if !changes.is_empty() {
            self.tell_all(Event::Quality { changes });
        }
    }
}
