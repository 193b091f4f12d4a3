//! Who is heard and who speaks: the loudest microphones of one room by their RFC 6464 levels.
//!
//! Only a few microphones flow, so that a hundred open ones cost what a few do. Whoever flows keeps
//! flowing until somebody is clearly louder, and the ranking changes its order only for a clear
//! difference: otherwise both would flicker with every syllable.

use std::{
    collections::HashMap,
    time::{Duration, Instant},
};

use zoom_protocol::ParticipantId;

/// Below this loudness (dBov) a microphone picks up a room, not a voice.
const SPEAKING_DBOV: f32 = -50.0;
/// How long somebody still counts as speaking after their last loud packet: a breath.
const HOLD: Duration = Duration::from_millis(800);
/// How much louder one must be to take another's place, in dB.
const MARGIN_DB: f32 = 6.0;
/// How fast loudness falls, in dB a second, after the sound ceased.
const FALL_DB_PER_S: f32 = 30.0;
/// The loudness that a packet without a level stands for: loud enough.
const UNKNOWN_DBOV: f32 = -25.0;
/// A microphone without a packet for this long does not flow; with DTX one comes every 400 ms.
const SILENT: Duration = Duration::from_millis(1_500);
/// The least time between two rankings.
const INTERVAL: Duration = Duration::from_millis(200);

#[derive(Debug)]
struct Voice {
    /// dBov, from -127 to 0.
    loudness: f32,
    heard_at: Instant,
    /// When it was last loud enough to be a voice.
    spoke_at: Option<Instant>,
    /// Counts the times it began to flow; `None` while it does not.
    flowing: Option<u64>,
}

/// The microphones of one room.
#[derive(Debug)]
pub(crate) struct Speakers {
    most: usize,
    voices: HashMap<ParticipantId, Voice>,
    flowing: usize,
    spurts: u64,
    ranked: Vec<ParticipantId>,
    ranked_at: Option<Instant>,
}

impl Speakers {
    /// At most `most` microphones flow at once.
    pub(crate) fn new(most: usize) -> Self {
        Self {
            most: most.max(1),
            voices: HashMap::new(),
            flowing: 0,
            spurts: 0,
            ranked: Vec::new(),
            ranked_at: None,
        }
    }

    /// Takes a packet of a microphone, its level in dBov from -127 to 0 where it tells one.
    /// Returns whether it flows: a number that stays the same as long as it does without a break.
    pub(crate) fn heard(
        &mut self,
        who: ParticipantId,
        level: Option<i8>,
        now: Instant,
    ) -> Option<u64> {
        let level = level.map_or(UNKNOWN_DBOV, f32::from).clamp(-127.0, 0.0);
        let voice = self.voices.entry(who).or_insert(Voice {
            loudness: -127.0,
            heard_at: now,
            spoke_at: None,
            flowing: None,
        });
        let fallen = now.duration_since(voice.heard_at).as_secs_f32() * FALL_DB_PER_S;
        voice.loudness = if level > voice.loudness {
            // Half of the way with each packet: one click does not make a speaker.
            (voice.loudness + level) / 2.0
        } else {
            (voice.loudness - fallen).max(level)
        };
        voice.heard_at = now;
        if voice.loudness > SPEAKING_DBOV {
            voice.spoke_at = Some(now);
        }
        if voice.flowing.is_some() {
            return voice.flowing;
        }
        let loudness = voice.loudness;
        self.admit(who, loudness)
    }

    /// Lets a microphone flow if there is room or a clearly quieter one to replace.
    fn admit(&mut self, who: ParticipantId, loudness: f32) -> Option<u64> {
        if self.flowing >= self.most {
            let quietest = self
                .voices
                .values_mut()
                .filter(|voice| voice.flowing.is_some())
                .min_by(|a, b| a.loudness.total_cmp(&b.loudness))?;
            if loudness < quietest.loudness + MARGIN_DB {
                return None;
            }
            quietest.flowing = None;
            self.flowing -= 1;
        }
        self.spurts += 1;
        self.flowing += 1;
        let voice = self.voices.get_mut(&who)?;
        voice.flowing = Some(self.spurts);
        voice.flowing
    }

    /// Who speaks loudest, by the ranking that was told last.
    pub(crate) fn loudest(&self) -> Option<ParticipantId> {
        self.ranked.first().copied()
    }

    /// Forgets a microphone that is muted or gone.
    pub(crate) fn remove(&mut self, who: ParticipantId) {
        if let Some(voice) = self.voices.remove(&who)
            && voice.flowing.is_some()
        {
            self.flowing -= 1;
        }
    }

    /// The ranking, the loudest first, if it changed since it was last told.
    pub(crate) fn poll(&mut self, now: Instant) -> Option<Vec<ParticipantId>> {
        let silent: Vec<_> = self
            .voices
            .iter()
            .filter(|(_, voice)| now.duration_since(voice.heard_at) > SILENT)
            .map(|(who, _)| *who)
            .collect();
        for who in silent {
            self.remove(who);
        }
        if self
            .ranked_at
            .is_some_and(|at| now.duration_since(at) < INTERVAL)
        {
            return None;
        }
        let ranked = self.rank(now);
        if ranked == self.ranked {
            return None;
        }
        self.ranked.clone_from(&ranked);
        self.ranked_at = Some(now);
        Some(ranked)
    }

    fn rank(&self, now: Instant) -> Vec<ParticipantId> {
        let speaks = |voice: &Voice| {
            voice.flowing.is_some()
                && voice
                    .spoke_at
                    .is_some_and(|at| now.duration_since(at) < HOLD)
        };
        let loudness = |who: &ParticipantId| self.voices.get(who).map_or(-127.0, |v| v.loudness);
        let mut ranked: Vec<_> = self
            .ranked
            .iter()
            .filter(|who| self.voices.get(who).is_some_and(speaks))
            .copied()
            .collect();
        let mut others: Vec<_> = self
            .voices
            .iter()
            .filter(|(who, voice)| speaks(voice) && !ranked.contains(who))
            .map(|(who, _)| *who)
            .collect();
        others.sort_by(|a, b| loudness(b).total_cmp(&loudness(a)).then(a.cmp(b)));
        ranked.extend(others);
        // Everybody moves up past those who are clearly quieter.
        for at in 1..ranked.len() {
            let mut place = at;
            while place > 0 && loudness(&ranked[place]) > loudness(&ranked[place - 1]) + MARGIN_DB {
                ranked.swap(place, place - 1);
                place -= 1;
            }
        }
        ranked
    }

    /// Whether nobody's microphone is known.
    #[cfg(test)]
    fn is_empty(&self) -> bool {
        self.voices.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const A: ParticipantId = ParticipantId(1);
    const B: ParticipantId = ParticipantId(2);
    const C: ParticipantId = ParticipantId(3);

    struct Room {
        speakers: Speakers,
        now: Instant,
    }

    impl Room {
        fn new(most: usize) -> Self {
            Self {
                speakers: Speakers::new(most),
                now: start(),
            }
        }

        /// Plays packets of 20 ms for a while; returns who flows at the end.
        fn play(&mut self, ms: u64, levels: &[(ParticipantId, i8)]) -> Vec<ParticipantId> {
            let mut flowing = Vec::new();
            for _ in 0..ms / 20 {
                self.now += Duration::from_millis(20);
                flowing.clear();
                for (who, level) in levels {
                    if self.speakers.heard(*who, Some(*level), self.now).is_some() {
                        flowing.push(*who);
                    }
                }
            }
            flowing
        }
    }

    #[expect(clippy::disallowed_methods, reason = "a test needs some first instant")]
    fn start() -> Instant {
        Instant::now()
    }

    #[test]
    fn everybody_flows_while_there_is_room() {
        let mut room = Room::new(3);
        assert_eq!(room.play(100, &[(A, -20), (B, -127)]), [A, B]);
    }

    #[test]
    fn only_the_loudest_flow_and_a_clearly_louder_one_takes_a_place() {
        let mut room = Room::new(2);
        let quiet = [(A, -30), (B, -60), (C, -62)];
        assert_eq!(room.play(500, &quiet), [A, B]);
        assert_eq!(room.play(500, &[(A, -30), (B, -60), (C, -25)]), [A, C]);
    }

    #[test]
    fn a_microphone_without_levels_is_loud_enough() {
        let mut room = Room::new(1);
        room.play(500, &[(A, -80)]);
        let now = room.now + Duration::from_millis(20);
        room.speakers.heard(B, None, now);
        assert!(room.speakers.heard(B, None, now).is_some());
    }

    #[test]
    fn the_ranking_is_told_when_it_changes_and_is_empty_when_it_is_quiet() {
        let mut room = Room::new(3);
        room.play(300, &[(A, -20), (B, -35), (C, -90)]);
        assert_eq!(room.speakers.poll(room.now), Some(vec![A, B]));
        room.play(300, &[(A, -20), (B, -35), (C, -90)]);
        assert_eq!(room.speakers.poll(room.now), None);
        room.play(3_000, &[(A, -127), (B, -127), (C, -127)]);
        assert_eq!(room.speakers.poll(room.now), Some(vec![]));
    }

    #[test]
    fn a_small_difference_does_not_change_the_order() {
        let mut room = Room::new(3);
        room.play(300, &[(A, -20), (B, -35)]);
        room.speakers.poll(room.now);
        room.play(1_000, &[(A, -24), (B, -21)]);
        assert_eq!(room.speakers.poll(room.now), None);
        room.play(1_000, &[(A, -40), (B, -21)]);
        assert_eq!(room.speakers.poll(room.now), Some(vec![B, A]));
    }

    #[test]
    fn who_is_removed_or_silent_leaves_nothing_behind() {
        let mut room = Room::new(3);
        room.play(100, &[(A, -20), (B, -20)]);
        room.speakers.remove(A);
        room.speakers.poll(room.now + Duration::from_secs(2));
        assert!(room.speakers.is_empty());
        assert_eq!(room.speakers.flowing, 0);
    }
}
