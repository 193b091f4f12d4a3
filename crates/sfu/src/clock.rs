//! When a publisher's media was captured, told in the server's clock.
//!
//! A publisher's sender reports (RFC 3550 section 6.4.1) tie the RTP times of each of its streams
//! to one clock of its own. What lies between that clock and the server's is estimated once per
//! participant, for all its streams together: an error in it shifts sound and picture alike and
//! cannot pull them apart.

use crate::timeline::Capture;

/// Microseconds over which the least delayed report is looked for, twice over.
const WINDOW_US: i64 = 30_000_000;
/// How much the offset may move in a second of time, in microseconds: ten times a bad quartz.
const SLEW_US_PER_S: i64 = 1_000;
/// A capture that lies further back than this is not believed.
const OLDEST_US: i64 = 10_000_000;

/// The offset between one participant's clock and the server's.
#[derive(Debug, Default)]
pub(crate) struct PublisherClock {
    /// The largest "publisher minus server" of this window and of the one before; the largest is
    /// that of the report which was the least delayed.
    windows: [Option<i64>; 2],
    window_began_us: i64,
    /// The offset in use, and when it was last moved.
    in_use: Option<(i64, i64)>,
}

impl PublisherClock {
    /// Takes a sender report: the publisher's time in it, and when it came.
    pub(crate) fn observe(&mut self, publisher_us: i64, now_us: i64) {
        let seen = publisher_us.saturating_sub(now_us);
        if now_us - self.window_began_us > WINDOW_US {
            self.windows = [None, self.windows[0]];
            self.window_began_us = now_us;
        }
        self.windows[0] = Some(self.windows[0].map_or(seen, |best| best.max(seen)));
        let best = self.windows.iter().flatten().copied().max().unwrap_or(seen);
        self.in_use = Some(match self.in_use {
            // A jump of a second is a clock that was set, and nothing to be slow about.
            Some((offset, at_us)) if best.abs_diff(offset) < 1_000_000 => {
                let most = (now_us - at_us).max(0) * SLEW_US_PER_S / 1_000_000;
                (offset + (best - offset).clamp(-most, most), now_us)
            }
            Some(_) | None => (best, now_us),
        });
    }

    fn offset(&self) -> Option<i64> {
        self.in_use.map(|(offset, _)| offset)
    }
}

/// What the last sender report of one incoming stream said.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Report {
    /// Microseconds of the publisher's clock.
    pub(crate) publisher_us: i64,
    /// The RTP time that belongs to it.
    pub(crate) timestamp: u32,
}

/// When a packet of a stream with `rate` ticks a second was captured.
pub(crate) fn capture(
    clock: &PublisherClock,
    report: Option<Report>,
    timestamp: u32,
    rate: u32,
    now_us: i64,
) -> Capture {
    let exact = clock.offset().zip(report).and_then(|(offset, report)| {
        let ticks = i64::from(timestamp.wrapping_sub(report.timestamp) as i32);
        let since_us = ticks * 1_000_000 / i64::from(rate.max(1));
        let at_us = report
            .publisher_us
            .checked_add(since_us)?
            .checked_sub(offset)?;
        // A little ahead of now is the estimate settling; far off is a report that lies.
        let believed = at_us > now_us - OLDEST_US && at_us < now_us + 100_000;
        believed.then_some(at_us.min(now_us))
    });
    Capture {
        at_us: exact.unwrap_or(now_us),
        exact: exact.is_some(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sound_and_picture_of_one_moment_are_captured_at_one_time() {
        let mut clock = PublisherClock::default();
        // The publisher's clock is ahead by 1000 s; reports take 20 and 90 ms.
        clock.observe(1_000_000_000, 20_000);
        let audio = Report {
            publisher_us: 1_000_000_000,
            timestamp: 5,
        };
        clock.observe(1_000_100_000, 190_000);
        let video = Report {
            publisher_us: 1_000_100_000,
            timestamp: 0xffff_ff00,
        };
        let sound = capture(&clock, Some(audio), 5 + 48_000, 48_000, 1_300_000);
        let picture = capture(
            &clock,
            Some(video),
            0xffff_ff00_u32.wrapping_add(81_000),
            90_000,
            1_400_000,
        );
        assert!(sound.exact && picture.exact);
        assert_eq!(sound.at_us, picture.at_us);
        assert_eq!(sound.at_us, 1_020_000);
    }

    #[test]
    fn a_report_that_lies_is_not_believed() {
        let mut clock = PublisherClock::default();
        clock.observe(i64::MAX, 0);
        let report = Report {
            publisher_us: i64::MIN,
            timestamp: 0,
        };
        let guess = capture(&clock, Some(report), 9, 90_000, 777);
        assert_eq!(
            guess,
            Capture {
                at_us: 777,
                exact: false
            }
        );
    }

    #[test]
    fn without_reports_the_arrival_counts() {
        let guess = capture(&PublisherClock::default(), None, 9, 90_000, 777);
        assert_eq!((guess.at_us, guess.exact), (777, false));
    }

    #[test]
    fn a_less_delayed_report_moves_the_offset_slowly() {
        let mut clock = PublisherClock::default();
        clock.observe(1_000_000, 1_050_000);
        clock.observe(2_000_000, 2_010_000);
        assert_eq!(clock.offset(), Some(-49_040));
    }
}
