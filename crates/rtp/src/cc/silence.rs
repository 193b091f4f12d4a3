//! No feedback while something is sent: the way may be dead, and whatever is sent then makes a queue
//! somewhere. So less is sent step by step.

/// Feedback comes each 50 to 250 ms and may be lost once or twice. Microseconds, beside a round trip.
const PATIENCE_US: i64 = 500_000;

/// Fewer packets than this can all have been lost by chance, and make no queue.
const FEWEST: u32 = 8;

/// Each further time of this length is a step, microseconds.
const STEP_US: i64 = 500_000;

/// What a step leaves.
const STEP: f64 = 0.7;

/// Steps after which nothing more is taken away; one and a half thousandths are left.
const MOST_STEPS: i64 = 18;

#[derive(Debug, Default)]
pub(super) struct Silence {
    /// When the first packet was sent that feedback did not follow.
    waiting_since_us: Option<i64>,
    /// How many were sent since then.
    sent: u32,
    steps: i64,
    /// Whether the silence was that of the way back.
    excused: bool,
}

impl Silence {
    #[inline]
    pub(super) fn on_sent(&mut self, now_us: i64) {
        if self.waiting_since_us.is_none() {
            self.waiting_since_us = Some(now_us);
        }
        self.sent = self.sent.saturating_add(1);
    }

    /// Notes that the feedback that comes now follows others that were lost on the way back. What
    /// was sent was heard meanwhile: else a way whose feedback gets lost now and then would be
    /// taken for less and less, until somebody wants more of it.
    pub(super) fn excuse(&mut self) {
        self.excused = true;
    }

    /// The share that is left, if there was silence until this feedback.
    pub(super) fn on_feedback(&mut self) -> Option<f64> {
        let share = if self.excused { 1.0 } else { self.factor() };
        let factor = (self.steps > 0).then_some(share);
        *self = Self::default();
        factor
    }

    pub(super) fn is_silent(&self) -> bool {
        self.steps > 0
    }

    /// The share of the estimate that may be sent.
    pub(super) fn factor(&self) -> f64 {
        STEP.powi(i32::try_from(self.steps).unwrap_or(0))
    }

    /// Whether a step was taken.
    pub(super) fn poll(&mut self, now_us: i64, rtt_us: i64) -> bool {
        let Some(since_us) = self.waiting_since_us else {
            return false;
        };
        let late_us = now_us - since_us - PATIENCE_US - rtt_us;
        if late_us < 0 || self.sent < FEWEST {
            return false;
        }
        let steps = (late_us / STEP_US + 1).min(MOST_STEPS);
        let stepped = steps > self.steps;
        self.steps = steps.max(self.steps);
        stepped
    }

    pub(super) fn next_due_us(&self, rtt_us: i64) -> Option<i64> {
        if self.steps >= MOST_STEPS || self.sent < FEWEST {
            return None;
        }
        let since_us = self.waiting_since_us?;
        Some(since_us + PATIENCE_US + rtt_us + self.steps * STEP_US)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn send(silence: &mut Silence, at_us: i64) {
        for _ in 0..FEWEST {
            silence.on_sent(at_us);
        }
    }

    #[test]
    fn it_goes_down_by_steps_and_ends_with_feedback() {
        let mut silence = Silence::default();
        assert!(!silence.poll(10_000_000, 0));
        silence.on_sent(0);
        assert_eq!(silence.next_due_us(100_000), None, "one can be lost");
        assert!(!silence.poll(10_000_000, 0));
        send(&mut silence, 300_000);
        assert_eq!(silence.next_due_us(100_000), Some(600_000));
        assert!(!silence.poll(599_999, 100_000));
        assert!(silence.poll(600_000, 100_000));
        assert!(!silence.poll(700_000, 100_000));
        assert_eq!(silence.next_due_us(100_000), Some(1_100_000));
        assert!(silence.poll(1_100_000, 100_000));
        assert!((silence.factor() - 0.49).abs() < 1e-9);
        assert!(silence.poll(i64::MAX / 2, 100_000));
        assert!(silence.factor() > 0.0);
        assert_eq!(silence.next_due_us(100_000), None);
        assert!(silence.on_feedback().is_some_and(|factor| factor < 0.01));
        assert!(!silence.is_silent());
    }

    #[test]
    fn feedback_that_was_lost_on_its_way_takes_nothing_away() {
        let mut silence = Silence::default();
        send(&mut silence, 0);
        assert!(silence.poll(2_000_000, 0));
        silence.excuse();
        assert_eq!(silence.on_feedback(), Some(1.0));
        send(&mut silence, 3_000_000);
        assert!(silence.poll(5_000_000, 0));
        assert!(silence.on_feedback().is_some_and(|factor| factor < 1.0));
    }
}
