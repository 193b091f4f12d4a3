//! What is known of the round trip to a peer.
//!
//! Reports tell it of a peer that is sent something. Of a publisher that receives nothing, the answers
//! to requests for lost packets do: an answer comes a round trip after the request at the earliest,
//! and later where a request or its answer was lost, so the fastest of the last seconds counts.

use std::time::{Duration, Instant};

/// How long a report is believed. Browsers report each second on pictures, each five on sound.
const REPORT_HOLDS: Duration = Duration::from_secs(15);
/// How long the fastest answer is looked for, twice over.
const WINDOW: Duration = Duration::from_secs(5);

/// The round trip to one peer.
#[derive(Debug, Default)]
pub(crate) struct RoundTrip {
    reported: Option<(Duration, Instant)>,
    /// The fastest answers of this window and of the one before.
    answered: [Option<Duration>; 2],
    window_began: Option<Instant>,
}

impl RoundTrip {
    /// Takes what a report says (RFC 3550 section 6.4.1).
    pub(crate) fn on_report(&mut self, now: Instant, time: Duration) {
        self.reported = Some((time, now));
    }

    /// Takes how long after the first request a packet was sent again.
    pub(crate) fn on_answer(&mut self, now: Instant, time: Duration) {
        let began = *self.window_began.get_or_insert(now);
        if now.saturating_duration_since(began) > WINDOW {
            self.answered = [None, self.answered[0]];
            self.window_began = Some(now);
        }
        let fastest = self.answered[0].map_or(time, |fastest| fastest.min(time));
        self.answered[0] = Some(fastest);
    }

    /// The round trip, if something told it.
    pub(crate) fn at(&self, now: Instant) -> Option<Duration> {
        let fresh = |(_, at): &(Duration, Instant)| *at + REPORT_HOLDS > now;
        let reported = |(time, _)| time;
        self.reported
            .filter(fresh)
            .map(reported)
            .or(self.answered.iter().flatten().min().copied())
            .or(self.reported.map(reported))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[expect(clippy::disallowed_methods, reason = "a test's time begins somewhere")]
    fn first() -> Instant {
        Instant::now()
    }

    fn ms(ms: u64) -> Duration {
        Duration::from_millis(ms)
    }

    #[test]
    fn the_fastest_answer_of_the_last_seconds_counts() {
        let mut round_trip = RoundTrip::default();
        let began = first();
        assert_eq!(round_trip.at(began), None);
        for (after, time) in [(0, 300), (1_000, 180), (2_000, 305)] {
            round_trip.on_answer(began + ms(after), ms(time));
        }
        assert_eq!(round_trip.at(began + ms(2_000)), Some(ms(180)));
        round_trip.on_answer(began + ms(6_000), ms(310));
        assert_eq!(round_trip.at(began + ms(6_000)), Some(ms(180)));
        round_trip.on_answer(began + ms(12_000), ms(320));
        assert_eq!(round_trip.at(began + ms(12_000)), Some(ms(310)));
    }

    #[test]
    fn a_report_counts_more_until_it_is_old() {
        let mut round_trip = RoundTrip::default();
        let began = first();
        round_trip.on_report(began, ms(40));
        assert_eq!(round_trip.at(began + ms(60_000)), Some(ms(40)));
        round_trip.on_answer(began, ms(55));
        assert_eq!(round_trip.at(began + ms(14_000)), Some(ms(40)));
        assert_eq!(round_trip.at(began + ms(60_000)), Some(ms(55)));
    }
}
