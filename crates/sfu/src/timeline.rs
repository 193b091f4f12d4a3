//! RTP timestamps of one outgoing stream that is fed by changing sources.
//!
//! The stream keeps one line from RTP time to the server's clock for its whole life. A source gets
//! its place on that line by when its media was *captured*, not by when it arrived: then a sender
//! report, which tells a point of the line, is true for whoever is in the slot, and a browser that
//! aligns a slot's sound and picture by their reports is right at once after a change of person.
//!
//! Timestamps never go back. Where a source's captures lie before what was already sent (its
//! picture takes longer to come than that of the person before, say), frames of a picture are
//! squeezed together until the line is reached, and packets of sound are left out.

use std::collections::VecDeque;

/// Milliseconds: how far an estimate made before the publisher's first sender report may be off
/// without being corrected; ears and eyes notice from about twice that.
const TOLERANCE_MS: i64 = 10;
/// Milliseconds: how far captures may lie before what was sent; with more than that something is
/// wrong with the clocks, and the line is laid anew rather than waited for.
const CATCH_UP_MS: i64 = 1_000;
/// How many squeezed frames are remembered for their late packets.
const SQUEEZED: usize = 32;

/// When media was captured, as microseconds of the server's clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Capture {
    /// The time.
    pub(crate) at_us: i64,
    /// Whether it comes from the publisher's sender reports; otherwise it is the arrival.
    pub(crate) exact: bool,
}

/// A packet's place: its RTP timestamp and the time of the server's clock that belongs to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Place {
    /// The outgoing RTP timestamp.
    pub(crate) timestamp: u32,
    /// What the line says of it, in microseconds of the server's clock.
    pub(crate) at_us: i64,
}

/// The line of one stream, and the present source's place on it.
#[derive(Debug)]
pub(crate) struct Timeline {
    /// Ticks a second.
    rate: u32,
    /// Whether timestamps that lie before what was sent are squeezed (pictures) rather than left
    /// out (sound).
    squeeze: bool,
    /// A point of the line.
    anchor: Option<Place>,
    /// The newest timestamp that was sent.
    newest: Option<u32>,
    stay: Option<Stay>,
    /// Squeezed frames: incoming timestamp and outgoing.
    squeezed: VecDeque<(u32, u32)>,
    seed: u32,
}

#[derive(Clone, Copy, Debug)]
struct Stay {
    /// Outgoing minus incoming timestamp, where nothing is squeezed.
    offset: u32,
    /// Whether the offset comes from an exact capture time.
    exact: bool,
    /// The newest incoming timestamp.
    newest_in: u32,
    /// The newest timestamp that was sent before the stay.
    floor: Option<u32>,
}

impl Timeline {
    /// A line for pictures (90 kHz).
    pub(crate) fn video(seed: u32) -> Self {
        Self::new(90_000, true, seed)
    }

    /// A line for sound (Opus counts with 48 kHz).
    pub(crate) fn audio(seed: u32) -> Self {
        Self::new(48_000, false, seed)
    }

    fn new(rate: u32, squeeze: bool, seed: u32) -> Self {
        Self {
            rate,
            squeeze,
            anchor: None,
            newest: None,
            stay: None,
            squeezed: VecDeque::new(),
            seed,
        }
    }

    /// Begins a stay: the next packet is of another source, or comes after a pause.
    pub(crate) fn start(&mut self) {
        self.stay = None;
        self.squeezed.clear();
    }

    /// The place of a packet with this incoming timestamp; `None` for a packet to be left out.
    pub(crate) fn map(&mut self, incoming: u32, capture: Capture) -> Option<Place> {
        let on_line = self.on_line(capture.at_us);
        let (offset, is_new) = match self.stay {
            None => (self.offset_at_start(incoming, on_line, capture), true),
            Some(stay) => (
                self.offset_within(stay, incoming, on_line, capture.exact),
                signed(incoming, stay.newest_in) > 0,
            ),
        };
        let newest_in = match self.stay {
            Some(stay) if !is_new => stay.newest_in,
            Some(_) | None => incoming,
        };
        let floor = self.stay.map_or(self.newest, |stay| stay.floor);
        self.stay = Some(Stay {
            offset,
            exact: capture.exact || self.stay.is_some_and(|stay| stay.exact),
            newest_in,
            floor,
        });

        let direct = incoming.wrapping_add(offset);
        if !is_new {
            // Another packet of a frame that has its place, or a late one.
            let squeezed = self.squeezed.iter().find(|(from, _)| *from == incoming);
            let timestamp = squeezed.map_or(direct, |(_, out)| *out);
            let before = floor.is_some_and(|floor| signed(timestamp, floor) <= 0);
            return (!before).then(|| self.place(timestamp));
        }
        match self.newest {
            Some(newest) if signed(direct, newest) <= 0 => {
                if !self.squeeze {
                    return None;
                }
                let next = newest.wrapping_add(self.ticks(1) as u32);
                self.newest = Some(next);
                self.squeezed.push_back((incoming, next));
                if self.squeezed.len() > SQUEEZED {
                    self.squeezed.pop_front();
                }
                Some(self.place(next))
            }
            Some(_) | None => {
                self.newest = Some(direct);
                if capture.exact {
                    // The line follows the drift between the two clocks.
                    self.anchor = Some(Place {
                        timestamp: direct,
                        at_us: capture.at_us,
                    });
                }
                Some(self.place(direct))
            }
        }
    }

    fn offset_at_start(&mut self, incoming: u32, on_line: u32, capture: Capture) -> u32 {
        let behind = self.newest.map_or(0, |newest| signed(newest, on_line));
        if behind <= self.ticks(CATCH_UP_MS) {
            return on_line.wrapping_sub(incoming);
        }
        let next = self.newest.unwrap_or(on_line).wrapping_add(1);
        self.anchor = Some(Place {
            timestamp: next,
            at_us: capture.at_us,
        });
        next.wrapping_sub(incoming)
    }

    fn offset_within(&self, stay: Stay, incoming: u32, on_line: u32, exact: bool) -> u32 {
        let error = signed(incoming.wrapping_add(stay.offset), on_line);
        // Only the first sender report corrects what was a guess by the arrival until then.
        let wrong = exact && !stay.exact && error.abs() > self.ticks(TOLERANCE_MS);
        // What would have to wait for long lays the line anew.
        if wrong && error <= self.ticks(CATCH_UP_MS) {
            on_line.wrapping_sub(incoming)
        } else {
            stay.offset
        }
    }

    /// The timestamp that the line has for a time; lays the line where there is none.
    fn on_line(&mut self, at_us: i64) -> u32 {
        let anchor = *self.anchor.get_or_insert(Place {
            // Some timestamp that is not 0.
            timestamp: self.seed | 1 << 16,
            at_us,
        });
        let ticks = at_us
            .saturating_sub(anchor.at_us)
            .saturating_mul(i64::from(self.rate))
            .div_euclid(1_000_000);
        anchor.timestamp.wrapping_add(ticks as u32)
    }

    fn place(&self, timestamp: u32) -> Place {
        let at_us = self.anchor.map_or(0, |anchor| {
            let ticks = signed(timestamp, anchor.timestamp);
            anchor.at_us + (ticks * 1_000_000).div_euclid(i64::from(self.rate))
        });
        Place { timestamp, at_us }
    }

    fn ticks(&self, ms: i64) -> i64 {
        i64::from(self.rate) * ms / 1_000
    }
}

/// How far `a` is after `b`, in ticks.
fn signed(a: u32, b: u32) -> i64 {
    i64::from(a.wrapping_sub(b) as i32)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn exact(at_us: i64) -> Capture {
        Capture { at_us, exact: true }
    }

    fn arrival(at_us: i64) -> Capture {
        Capture {
            at_us,
            exact: false,
        }
    }

    #[test]
    fn a_change_of_source_stays_on_the_line() {
        let mut line = Timeline::video(77);
        let a = line.map(1_000, exact(1_000_000)).unwrap();
        line.start();
        let b = line.map(4_000_000_000, exact(3_000_000)).unwrap();
        assert_eq!(b.timestamp.wrapping_sub(a.timestamp), 180_000);
        assert_eq!((a.at_us, b.at_us), (1_000_000, 3_000_000));
    }

    #[test]
    fn a_slower_picture_is_squeezed_until_the_line_is_reached() {
        let mut line = Timeline::video(77);
        let before = line.map(0, exact(1_000_000)).unwrap();
        line.start();
        // The next person's frames are captured 100 ms before what was already sent.
        let mut newest = before.timestamp;
        for frame in 0..6_u32 {
            let capture = 900_000 + i64::from(frame) * 33_000;
            let place = line.map(50_000 + frame * 2_970, exact(capture)).unwrap();
            assert!(signed(place.timestamp, newest) > 0, "frame {frame}");
            newest = place.timestamp;
            if frame >= 4 {
                assert_eq!(place.at_us, capture, "frame {frame}");
            }
            let again = line.map(50_000 + frame * 2_970, exact(capture)).unwrap();
            assert_eq!(place.timestamp, again.timestamp);
        }
    }

    #[test]
    fn slower_sound_is_left_out_until_the_line_is_reached() {
        let mut line = Timeline::audio(77);
        line.map(0, exact(1_000_000)).unwrap();
        line.start();
        assert_eq!(line.map(960, exact(960_000)), None);
        assert_eq!(line.map(1_920, exact(980_000)), None);
        let place = line.map(3_840, exact(1_020_000)).unwrap();
        assert_eq!(place.at_us, 1_020_000);
    }

    #[test]
    fn the_first_report_corrects_a_guess_by_arrival() {
        let mut line = Timeline::video(77);
        for frame in 0..10_u32 {
            // Captured at 0, 33, … ms, each frame arrives 300 ms later.
            line.map(frame * 2_970, arrival(300_000 + i64::from(frame) * 33_000));
        }
        let mut place = None;
        for frame in 10..30_u32 {
            place = line.map(frame * 2_970, exact(i64::from(frame) * 33_000));
        }
        assert_eq!(place.unwrap().at_us, 29 * 33_000);
    }

    #[test]
    fn a_guess_that_is_seconds_late_leaves_no_sound_out() {
        let mut line = Timeline::audio(77);
        line.map(0, arrival(5_000_000)).unwrap();
        for packet in 1..50_u32 {
            let capture = i64::from(packet) * 20_000;
            let place = line.map(packet * 960, exact(capture));
            assert_eq!(place.map(|place| place.at_us), Some(capture));
        }
    }

    proptest! {
        #[test]
        fn timestamps_never_go_back_and_reports_are_true(
            seed: u32,
            stays in prop::collection::vec((any::<u32>(), -300_i64..300, 15_u32..60), 1..10),
        ) {
            let mut line = Timeline::video(seed);
            let mut newest: Option<u32> = None;
            let mut time = 10_000_000_i64;
            for (first, delay_ms, frames) in stays {
                line.start();
                let mut place = None;
                let mut capture = 0;
                for frame in 0..frames {
                    capture = time + i64::from(frame) * 33_333 - delay_ms * 1_000;
                    let incoming = first.wrapping_add(frame * 3_000);
                    let here = line.map(incoming, exact(capture)).unwrap();
                    if let Some(newest) = newest {
                        prop_assert!(signed(here.timestamp, newest) > 0);
                    }
                    newest = Some(here.timestamp);
                    place = Some(here);
                }
                // After twenty frames at the latest the line is reached.
                if frames > 20 {
                    let error = place.unwrap().at_us - capture;
                    prop_assert!(error.abs() <= 1_000, "off by {} us", error);
                }
                time += i64::from(frames) * 33_333;
            }
        }
    }
}
