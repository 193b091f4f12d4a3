//! The bound that loss sets.
//!
//! Where draft-ietf-rmcat-gcc-02 section 6 takes any loss above 10 % for congestion, radio links
//! lose that much by themselves and carry no more when less is sent. So loss is put to the test: the
//! rate is cut by what was lost, and if loss stays as it was, it is the way's own, is remembered as
//! such, and the cut is taken back. If it went away, it was congestion, and the lower rate stays.

/// Loss above the way's own that calls for a test.
const TOLERATED: f64 = 0.08;

/// Loss above the way's own at which the estimate does not grow. The draft's 2 %, and some chance.
const NO_GROWTH: f64 = 0.05;

/// The same while far less is sent than the way is known to carry and nothing waits: congestion
/// would show a queue, and a test would cost a picture for nothing.
const TOLERATED_IDLE: f64 = 0.25;

/// After so many observations without growth there is a test, too: four seconds.
const HELD_LONG: u32 = 16;

/// An observation is so long and of so many packets at least.
const OBSERVED_US: i64 = 250_000;
const OBSERVED_PACKETS: u32 = 20;

/// Observations that loss is averaged over: two seconds, so that a burst is not taken for a state.
const OBSERVATIONS: usize = 8;

/// Observations that a test begins and ends with: a second.
const ENOUGH: usize = 4;

/// Loss that is tested after a second already.
const HEAVY: f64 = 0.4;

/// After a test that share of the loss must be left to say that it did not depend on the rate.
const SAME: f64 = 0.5;

/// The weight of an observation in the loss of the last ten seconds. A test begins when loss is high
/// by chance, too; what it ends with is compared with what is usual.
const USUAL: f64 = 0.025;

/// A test cuts by this more than what was lost, so that congestion ends clearly.
const CLEARLY: f64 = 0.88;

/// More than this is never taken for the way's own: beyond it nothing is worth sending.
const MOST_OWN: f64 = 0.3;

/// More than this is not believed to be the way's own without a test.
const MOST_UNTESTED: f64 = 0.06;

/// The same while far less is sent than the way is known to carry.
const MOST_UNTESTED_IDLE: f64 = 0.25;

/// The weight of an observation in what is taken for the way's own.
const LEARNING: f64 = 0.08;

/// The way's own has become less when the average is below it by this.
const LESS: f64 = 0.02;

/// Loss in a single observation, above the way's own, that says that a step up was too much.
const STEP_TOO_HIGH: f64 = 0.2;

/// A cut leaves at least this share, and of what loses heavily this.
const DEEP_CUT: f64 = 0.7;
const DEEPEST_CUT: f64 = 0.5;

/// So long after its cut a test ends that has not observed enough, microseconds: nothing may be sent
/// any more that fits below the cut, and then nothing would ever be observed.
const LONGEST_TEST_US: i64 = 2_000_000;

/// What a finished test says.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Verdict {
    /// Nothing to do.
    None,
    /// The rate was too high; this one is not.
    Congestion(f64),
}

#[derive(Clone, Copy, Debug)]
struct Test {
    bound_bps: f64,
    loss_before: f64,
    /// What is lost at the lower rate if all of it was congestion.
    expected: f64,
    /// Feedback about packets that were sent before the cut says nothing of it.
    counts_from_us: i64,
}

#[derive(Debug)]
pub(super) struct LossBound {
    observed: [(u32, u32); OBSERVATIONS],
    observations: usize,
    lost: u32,
    packets: u32,
    began_us: i64,
    own: f64,
    /// The share lost in the last observation.
    newest: f64,
    /// The loss of the last ten seconds or so.
    usual: f64,
    /// Observations since the estimate was last free to grow.
    held: u32,
    test: Option<Test>,
}

impl LossBound {
    pub(super) fn new(now_us: i64) -> Self {
        Self {
            observed: [(0, 0); OBSERVATIONS],
            observations: 0,
            lost: 0,
            packets: 0,
            began_us: now_us,
            own: 0.0,
            newest: 0.0,
            usual: 0.0,
            held: 0,
            test: None,
        }
    }

    /// Loss over the last two seconds, 0 to 1.
    pub(super) fn loss(&self) -> f64 {
        let kept = self.observations.min(OBSERVATIONS);
        let (lost, packets) = self
            .observed
            .iter()
            .take(kept)
            .fold((0u32, 0u32), |(lost, packets), (l, p)| {
                (lost.saturating_add(*l), packets.saturating_add(*p))
            });
        if packets == 0 {
            0.0
        } else {
            f64::from(lost) / f64::from(packets)
        }
    }

    /// The share that the way loses however little is sent.
    pub(super) fn own(&self) -> f64 {
        self.own
    }

    /// At most this may be sent while a test goes on.
    pub(super) fn bound_bps(&self) -> Option<f64> {
        self.test.map(|test| test.bound_bps)
    }

    /// When a test has to end, if nothing more is observed.
    pub(super) fn next_due_us(&self) -> Option<i64> {
        self.test.map(|test| test.counts_from_us + LONGEST_TEST_US)
    }

    /// Ends a test that has observed too little for too long. The loss is believed to be the way's
    /// own: if it is not, it will be more than that. Returns whether there was such a test.
    pub(super) fn poll(&mut self, now_us: i64) -> bool {
        let Some(test) = self.test else {
            return false;
        };
        let is_over = self.next_due_us().is_some_and(|due_us| due_us <= now_us);
        if is_over {
            self.own = self.own.max(test.loss_before).min(MOST_OWN);
            self.held = 0;
            self.forget(now_us);
        }
        is_over
    }

    /// Whether loss forbids the estimate to grow.
    pub(super) fn holds(&self) -> bool {
        self.test.is_some() || self.loss() > self.own + NO_GROWTH
    }

    /// Whether the last quarter of a second lost so much that a step up just taken is to blame.
    pub(super) fn step_was_too_high(&self) -> bool {
        self.newest > self.own + STEP_TOO_HIGH
    }

    /// Forgets the observations: a queue was full, and what it dropped is answered by the delay.
    pub(super) fn forget(&mut self, now_us: i64) {
        self.observations = 0;
        self.newest = 0.0;
        self.lost = 0;
        self.packets = 0;
        self.began_us = now_us;
        self.test = None;
    }

    /// Takes what a feedback said: `late` packets had been counted as lost and arrived.
    /// `sending_bps` is what was sent lately, `idle` whether that is far less than the way is known to
    /// carry, `round_trip_us` how late feedback answers a cut.
    pub(super) fn on_feedback(
        &mut self,
        now_us: i64,
        (lost, late, packets): (u32, u32, u32),
        (sending_bps, idle): (f64, bool),
        round_trip_us: i64,
    ) -> Verdict {
        if self.test.is_some_and(|test| now_us < test.counts_from_us) {
            self.began_us = now_us;
            return Verdict::None;
        }
        self.packets = self.packets.saturating_add(packets);
        self.lost = self.lost.saturating_add(lost).saturating_sub(late);
        if now_us - self.began_us < OBSERVED_US || self.packets < OBSERVED_PACKETS {
            return Verdict::None;
        }
        if let Some(slot) = self.observed.get_mut(self.observations % OBSERVATIONS) {
            *slot = (self.lost.min(self.packets), self.packets);
        }
        self.observations = if self.observations >= 2 * OBSERVATIONS {
            // Only the place in the ring and whether it is full matter.
            self.observations + 1 - OBSERVATIONS
        } else {
            self.observations + 1
        };
        let share = f64::from(self.lost.min(self.packets)) / f64::from(self.packets);
        self.lost = 0;
        self.packets = 0;
        self.began_us = now_us;
        self.newest = share;
        self.usual += USUAL * (share - self.usual);
        self.learn(idle);
        self.judge(now_us, (sending_bps, idle), round_trip_us)
    }

    fn learn(&mut self, idle: bool) {
        if self.test.is_some() {
            return;
        }
        let loss = self.loss();
        let believed = loss.min(if idle {
            MOST_UNTESTED_IDLE
        } else {
            MOST_UNTESTED
        });
        if loss < self.own - LESS {
            self.own += LEARNING * (loss - self.own);
        } else if self.own < believed {
            self.own += LEARNING * (believed - self.own);
        }
    }

    fn judge(
        &mut self,
        now_us: i64,
        (sending_bps, idle): (f64, bool),
        round_trip_us: i64,
    ) -> Verdict {
        if self.observations < ENOUGH {
            return Verdict::None;
        }
        let loss = self.loss();
        if let Some(test) = self.test {
            self.test = None;
            self.held = 0;
            let own = SAME * test.loss_before.min(self.usual.max(self.own));
            if loss > test.expected + own {
                self.own = self.own.max(loss).min(MOST_OWN);
                return Verdict::None;
            }
            self.own = self.own.min(loss);
            return Verdict::Congestion(test.bound_bps);
        }
        self.held = if self.holds() && !idle {
            self.held + 1
        } else {
            0
        };
        let tolerated = if idle { TOLERATED_IDLE } else { TOLERATED };
        let high = loss > self.own + tolerated;
        let whole = self.observations >= OBSERVATIONS;
        if high && (whole || loss > HEAVY) || self.held > HELD_LONG {
            let deepest = if loss > HEAVY { DEEPEST_CUT } else { DEEP_CUT };
            let kept = ((1.0 - (loss - self.own)) * CLEARLY).clamp(deepest, 1.0);
            self.test = Some(Test {
                bound_bps: sending_bps * kept,
                loss_before: loss,
                expected: (1.0 - (1.0 - loss) / kept).max(0.0),
                counts_from_us: now_us + round_trip_us,
            });
            self.observations = 0;
        }
        Verdict::None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Feeds feedback of 25 packets each 50 ms; `lost_of_100` by the rate that is sent.
    fn run(
        bound: &mut LossBound,
        from: i64,
        steps: i64,
        rate: &mut f64,
        lost: impl Fn(f64) -> f64,
    ) {
        let mut owed = 0.0;
        for step in from..from + steps {
            let sending = bound.bound_bps().map_or(*rate, |bound| bound.min(*rate));
            owed += lost(sending) * 25.0;
            let whole = owed as u32;
            owed -= f64::from(whole);
            if let Verdict::Congestion(bps) =
                bound.on_feedback(step * 50_000, (whole, 0, 25), (sending, false), 100_000)
            {
                *rate = bps;
            }
        }
    }

    #[test]
    fn five_percent_by_chance_bounds_nothing() {
        let mut bound = LossBound::new(0);
        let mut rate = 1e6;
        run(&mut bound, 0, 400, &mut rate, |_| 0.05);
        assert_eq!(bound.bound_bps(), None);
        assert!((rate - 1e6).abs() < 1.0);
        assert!(!bound.holds());
    }

    #[test]
    fn loss_that_does_not_depend_on_the_rate_costs_one_test() {
        let mut bound = LossBound::new(0);
        let mut rate = 1e6;
        run(&mut bound, 0, 400, &mut rate, |_| 0.2);
        assert_eq!(bound.bound_bps(), None);
        assert!((rate - 1e6).abs() < 1.0);
        assert!((0.15..0.25).contains(&bound.own()), "{}", bound.own());
    }

    #[test]
    fn a_test_after_which_nothing_is_sent_ends() {
        let mut bound = LossBound::new(0);
        let mut rate = 1e6;
        let mut steps = 0;
        while bound.bound_bps().is_none() {
            run(&mut bound, steps, 1, &mut rate, |_| 0.2);
            steps += 1;
            assert!(steps < 200, "no test");
        }
        let due_us = bound.next_due_us().unwrap();
        assert!(!bound.poll(due_us - 1));
        assert!(bound.poll(due_us));
        assert_eq!((bound.bound_bps(), bound.next_due_us()), (None, None));
        assert!((0.1..0.3).contains(&bound.own()), "{}", bound.own());
    }

    #[test]
    fn what_a_full_way_drops_is_given_up() {
        let mut bound = LossBound::new(0);
        let mut rate = 1e6;
        run(&mut bound, 0, 400, &mut rate, |sent| {
            (1.0 - 0.6e6 / sent).max(0.0)
        });
        assert!((0.5e6..0.66e6).contains(&rate), "{rate}");
    }
}
