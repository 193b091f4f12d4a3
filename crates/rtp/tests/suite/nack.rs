//! Lost packets are asked for about once in a round trip until they come, are too old or a key
//! frame makes up for them; packets that are merely late are not.

use std::time::{Duration, Instant};

use proptest::prelude::*;
use zoom_rtp::NackTracker;
use zoom_rtp::rtcp::write::{self, MOST_NACK_ENTRIES};

const RTT: Duration = Duration::from_millis(100);

fn ms(ms: u64) -> Duration {
    Duration::from_millis(ms)
}

fn after(indices: impl IntoIterator<Item = u64>) -> (NackTracker, Instant) {
    let start = Instant::now();
    let mut tracker = NackTracker::new();
    for index in indices {
        tracker.on_packet(index, start);
    }
    (tracker, start)
}

fn asked(tracker: &mut NackTracker, now: Instant) -> Vec<u16> {
    let mut asked = Vec::new();
    tracker.poll(now, RTT, &mut asked);
    asked
}

/// Polls whenever it is due, up to the end, and returns when what was asked for.
fn all_asked(
    tracker: &mut NackTracker,
    start: Instant,
    end: Duration,
) -> Vec<(Duration, Vec<u16>)> {
    let mut all = Vec::new();
    while let Some(due) = tracker.next_due() {
        if due > start + end {
            break;
        }
        let asked = asked(tracker, due);
        if !asked.is_empty() {
            all.push((due - start, asked));
        }
    }
    all
}

#[test]
fn a_whole_stream_asks_for_nothing() {
    let (tracker, _) = after(0..1_000);
    assert_eq!(tracker.next_due(), None);
}

#[test]
fn reordering_within_milliseconds_asks_for_nothing() {
    let (mut tracker, start) = after([0, 3]);
    assert_eq!(asked(&mut tracker, start + ms(4)), []);
    tracker.on_packet(1, start + ms(4));
    tracker.on_packet(2, start + ms(4));
    assert_eq!(tracker.next_due(), None);
    assert_eq!(asked(&mut tracker, start + ms(50)), []);
}

#[test]
fn what_stays_missing_is_asked_for_once_it_cannot_be_reordering() {
    let (mut tracker, start) = after([0, 3, 5]);
    let due = tracker.next_due().unwrap();
    assert!(due - start <= ms(10), "{:?}", due - start);
    assert_eq!(asked(&mut tracker, due), [1, 2, 4]);
    assert_eq!(asked(&mut tracker, due), []);
}

#[test]
fn requests_repeat_about_once_a_round_trip_and_end() {
    let (mut tracker, start) = after([0, 2]);
    let all = all_asked(&mut tracker, start, ms(60_000));
    assert!((5..=10).contains(&all.len()), "{} requests", all.len());
    for pair in all.windows(2) {
        let between = pair[1].0 - pair[0].0;
        assert!(between >= RTT && between <= RTT * 3 / 2, "{between:?}");
    }
    assert_eq!(tracker.missing(), 0);
    assert!(tracker.overflowed());
}

#[test]
fn a_wrong_round_trip_neither_floods_nor_ends_the_repair() {
    for rtt in [Duration::ZERO, Duration::MAX] {
        let (mut tracker, start) = after([0, 2]);
        let first = tracker.next_due().unwrap();
        let mut asked = Vec::new();
        tracker.poll(first, rtt, &mut asked);
        assert_eq!(asked, [1]);
        let next = tracker.next_due().unwrap() - first;
        assert!(next >= ms(20) && next <= ms(500), "{next:?}");
        assert!(first > start);
    }
}

#[test]
fn what_came_is_not_asked_for_again() {
    let (mut tracker, start) = after([0, 4]);
    let due = tracker.next_due().unwrap();
    assert_eq!(asked(&mut tracker, due), [1, 2, 3]);
    tracker.on_packet(2, start + ms(100));
    let due = tracker.next_due().unwrap();
    assert_eq!(asked(&mut tracker, due), [1, 3]);
    tracker.on_packet(1, start + ms(200));
    tracker.on_packet(3, start + ms(200));
    tracker.on_packet(3, start + ms(201));
    assert_eq!(tracker.next_due(), None);
    assert!(!tracker.overflowed());
}

#[test]
fn the_wrap_around_of_the_sequence_number_is_a_step_like_any_other() {
    let (mut tracker, _) = after([0x1_fffd, 0x2_0002]);
    let due = tracker.next_due().unwrap();
    assert_eq!(asked(&mut tracker, due), [0xfffe, 0xffff, 0, 1]);
}

#[test]
fn a_jump_of_thousands_is_for_a_key_frame_to_mend() {
    let (mut tracker, start) = after([0, 2, 5_000]);
    assert_eq!(tracker.next_due(), None);
    assert_eq!(tracker.missing(), 0);
    assert!(tracker.overflowed());

    tracker.on_packet(5_001, start);
    tracker.on_key_frame(4_999);
    assert!(
        tracker.overflowed(),
        "that key frame is older than the loss"
    );
    tracker.on_key_frame(5_001);
    assert!(!tracker.overflowed());
}

#[test]
fn many_small_losses_together_are_for_a_key_frame_to_mend() {
    let (tracker, _) = after((0..5_000).filter(|index| index % 3 == 0));
    assert!(tracker.overflowed());
    assert!(tracker.missing() <= 512);
}

#[test]
fn a_key_frame_that_is_the_jump_itself_mends_it() {
    let (mut tracker, _) = after([0, 5_000]);
    tracker.on_key_frame(5_000);
    assert!(!tracker.overflowed());
}

#[test]
fn what_lies_before_a_key_frame_is_not_asked_for() {
    let (mut tracker, _) = after([0, 2, 4, 6]);
    tracker.on_key_frame(4);
    let due = tracker.next_due().unwrap();
    assert_eq!(asked(&mut tracker, due), [5]);
    tracker.on_key_frame(6);
    assert_eq!(tracker.next_due(), None);
}

#[test]
fn one_poll_asks_for_no_more_than_one_packet_holds() {
    let (mut tracker, _) = after((0..1_000).filter(|index| index % 2 == 0));
    let due = tracker.next_due().unwrap();
    let first = asked(&mut tracker, due);
    assert_eq!(first.len(), MOST_NACK_ENTRIES);
    assert_eq!(write::nack(&mut Vec::new(), 1, 2, &first), first.len());
    assert_eq!(tracker.next_due(), Some(due), "the others are due at once");
    let second = asked(&mut tracker, due);
    assert_eq!(first.len() + second.len(), 499);
    assert!(tracker.next_due().unwrap() > due);
}

#[test]
fn packets_from_before_the_first_are_not_asked_for() {
    let (mut tracker, start) = after([100, 50, 101]);
    assert_eq!(asked(&mut tracker, start + ms(100)), []);
}

proptest! {
    /// A stream with any losses, duplicates, reordering and jumps: what is asked for is missing,
    /// in order and bounded, and polling ends.
    #[test]
    fn only_missing_packets_are_asked_for(
        steps in prop::collection::vec((-40..60i64, 0..12u64), 1..400),
        jump in prop::option::of(0..100_000u64),
    ) {
        let start = Instant::now();
        let mut tracker = NackTracker::new();
        let mut seen = std::collections::BTreeSet::new();
        let mut at = 0x1_ff00u64;
        let mut now = start;
        for (place, (step, wait_ms)) in steps.iter().enumerate() {
            at = at.saturating_add_signed(*step);
            if place == 200 {
                at += jump.unwrap_or(0);
            }
            now += ms(*wait_ms);
            tracker.on_packet(at, now);
            seen.insert(at);
            let highest = *seen.last().unwrap();
            let asked = asked(&mut tracker, now);
            prop_assert!(asked.len() <= MOST_NACK_ENTRIES);
            let indices: Vec<u64> = asked
                .iter()
                .map(|sequence| {
                    let [.., high, low] = highest.to_be_bytes();
                    let back = u16::from_be_bytes([high, low]).wrapping_sub(*sequence);
                    highest - u64::from(back)
                })
                .collect();
            prop_assert!(indices.is_sorted());
            prop_assert!(indices.iter().all(|index| !seen.contains(index)));
        }
        let rest = all_asked(&mut tracker, now, ms(60_000));
        prop_assert!(rest.len() <= 512 * 10);
        prop_assert_eq!(tracker.missing(), 0);
    }
}

#[test]
fn an_answer_tells_how_long_after_the_first_request_it_came() {
    let (mut tracker, start) = after([0, 4]);
    let first = tracker.next_due().unwrap();
    assert_eq!(asked(&mut tracker, first), [1, 2, 3]);
    assert_eq!(tracker.on_answer(1, first + ms(80)), Some(ms(80)));
    let second = tracker.next_due().unwrap();
    assert_eq!(asked(&mut tracker, second), [2, 3]);
    assert_eq!(
        tracker.on_answer(2, second + ms(10)),
        Some(second + ms(10) - first)
    );
    // Nobody asked for these, or they are there.
    assert_eq!(tracker.on_answer(2, start + ms(900)), None);
    assert_eq!(tracker.on_answer(6, start + ms(900)), None);
    assert_eq!(tracker.on_answer(5, start + ms(900)), None);
}
