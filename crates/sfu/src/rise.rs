//! When a subscriber's pictures may become more: after there was room for a while, and where more
//! has turned out too much lately, not beyond what went well before. Otherwise pictures would come
//! and go for ever on a way that carries nearly all of them, and each failure interrupts the others.

use std::time::{Duration, Instant};

/// How long an estimate has to hold before a picture is sent again or larger: less would make
/// pictures flicker on a way that wavers.
const HOLD: Duration = Duration::from_millis(500);
/// More was not too much when nothing had to be taken back for so long.
const PROVED: Duration = Duration::from_secs(8);
/// How long the first failure keeps from trying more; each further one doubles it.
const KEPT: Duration = Duration::from_secs(2);
/// Failures that double it.
const MOST_FAILURES: u32 = 2;
/// The same where what went well before was no picture at all.
const MOST_BLANK: u32 = 1;
/// What went well before is given this much room, in percent: pictures vary.
const ROOM_PERCENT: u64 = 115;

/// The state of one subscriber.
#[derive(Debug, Default)]
pub(crate) struct Rise {
    /// Bits per second of all that is sent.
    pub(crate) sends_bps: u64,
    /// Bits per second of sound among that.
    pub(crate) sound_bps: u64,
    /// When it was last looked what is sent.
    pub(crate) looked: Option<Instant>,
    /// Since when there was room.
    since: Option<Instant>,
    /// When more was sent last, and the bits per second before that.
    rose: Option<(Instant, u64)>,
    /// How often in a row more was too much.
    failures: u32,
    /// The bits per second that are not to be exceeded until then.
    kept: Option<(u64, Instant)>,
}

impl Rise {
    /// Notes whether something had to be taken back.
    pub(crate) fn note(&mut self, now: Instant, taken_back: bool) {
        let Some((at, before_bps)) = self.rose else {
            return;
        };
        if now.saturating_duration_since(at) >= PROVED {
            self.rose = None;
            self.failures = 0;
        } else if taken_back {
            self.rose = None;
            let most = if before_bps == 0 {
                MOST_BLANK
            } else {
                MOST_FAILURES
            };
            let until = now + KEPT * 2_u32.pow(self.failures.min(most));
            self.kept = Some((before_bps * ROOM_PERCENT / 100, until));
            self.failures = (self.failures + 1).min(MOST_FAILURES);
        }
    }

    /// The bits per second that are not to be exceeded at this time. Where `clear_bps` is more than
    /// that, and would be sent with room to spare, the way has become another one.
    pub(crate) fn most_bps(&mut self, now: Instant, clear_bps: u64) -> u64 {
        if self.kept.is_some_and(|(bps, _)| clear_bps > bps) {
            self.kept = None;
            self.failures = 0;
        }
        self.kept = self.kept.filter(|(_, until)| now < *until);
        self.kept.map_or(u64::MAX, |(bps, _)| bps)
    }

    /// Whether more may be sent than the present `sent_bps`, where there is `room` for more.
    pub(crate) fn may(&mut self, now: Instant, room: bool, sent_bps: u64) -> bool {
        if !room {
            self.since = None;
            return false;
        }
        let since = *self.since.get_or_insert(now);
        let may = now.saturating_duration_since(since) >= HOLD;
        if may {
            self.since = None;
            self.rose = Some((now, sent_bps));
        }
        may
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[expect(clippy::disallowed_methods, reason = "a test's time begins somewhere")]
    fn first() -> Instant {
        Instant::now()
    }

    /// Sends more than 100 kbit/s as soon as there was room for long enough.
    fn rise(rise: &mut Rise, from: Instant) -> Instant {
        assert!(!rise.may(from, true, 100_000));
        assert!(rise.may(from + HOLD, true, 100_000));
        from + HOLD
    }

    #[test]
    fn what_went_well_before_is_kept_to_twice_as_long_after_each_failure() {
        let mut state = Rise::default();
        let mut now = first();
        for seconds in [2, 4, 8, 8] {
            now = rise(&mut state, now);
            state.note(now, true);
            let until = now + Duration::from_secs(1) * seconds;
            assert_eq!(state.most_bps(until - HOLD, 100_000), 115_000);
            assert_eq!(state.most_bps(until, 100_000), u64::MAX);
            now = until;
        }
    }

    #[test]
    fn nobody_waits_long_for_the_only_picture() {
        let mut state = Rise::default();
        let mut now = first();
        for seconds in [2, 4, 4, 4] {
            assert!(!state.may(now, true, 0));
            now += HOLD;
            assert!(state.may(now, true, 0));
            state.note(now, true);
            now += Duration::from_secs(1) * seconds;
            assert_eq!(state.most_bps(now, 0), u64::MAX);
        }
    }

    #[test]
    fn more_that_was_not_too_much_ends_the_failures() {
        let mut state = Rise::default();
        let mut now = rise(&mut state, first());
        state.note(now, true);
        now = rise(&mut state, now);
        state.note(now + PROVED, false);
        now = rise(&mut state, now + PROVED);
        state.note(now, true);
        assert_eq!(state.most_bps(now + KEPT, 0), u64::MAX);
    }

    #[test]
    fn room_to_spare_for_more_shows_another_way() {
        let mut state = Rise::default();
        let now = rise(&mut state, first());
        state.note(now, true);
        assert_eq!(state.most_bps(now, 500_000), u64::MAX);
        assert_eq!(state.most_bps(now, 0), u64::MAX);
    }

    #[test]
    fn room_that_goes_away_begins_the_time_anew() {
        let mut state = Rise::default();
        let now = first();
        assert!(!state.may(now, true, 0));
        assert!(!state.may(now + HOLD / 2, false, 0));
        assert!(!state.may(now + HOLD, true, 0));
        assert!(state.may(now + HOLD * 2, true, 0));
    }
}
