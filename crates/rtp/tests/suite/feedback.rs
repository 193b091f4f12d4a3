//! What a receiver tells of arrivals is what arrived: over wrap-around, reordering, duplicates,
//! silence and jumps.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use proptest::prelude::*;
use zoom_rtp::FeedbackRecorder;
use zoom_rtp::rtcp::{ReferenceClock, Rtcp, read};

fn us(us: u64) -> Duration {
    Duration::from_micros(us)
}

fn ms(ms: u64) -> Duration {
    Duration::from_millis(ms)
}

/// The sender's side of a recorder: reads its messages and keeps what they say.
struct Told {
    start: Instant,
    recorder: FeedbackRecorder,
    clock: ReferenceClock,
    messages: Vec<Vec<(u16, Option<i64>)>>,
    counts: Vec<u8>,
    longest: usize,
}

impl Told {
    fn new() -> Self {
        Self {
            start: Instant::now(),
            recorder: FeedbackRecorder::new(),
            clock: ReferenceClock::default(),
            messages: Vec::new(),
            counts: Vec::new(),
            longest: 0,
        }
    }

    fn arrive(&mut self, sequence: u16, at: Duration) {
        self.recorder.on_packet(sequence, self.start + at);
    }

    /// Builds one message; arrivals are those of the receiver's clock, which begins 64 ms before
    /// the first packet.
    fn build(&mut self, at: Duration) -> bool {
        let mut bytes = Vec::new();
        let built = self.recorder.build(1, 2, &mut bytes, self.start + at);
        assert_eq!(built, !bytes.is_empty());
        if !built {
            return false;
        }
        self.longest = self.longest.max(bytes.len());
        let mut packets = read(&bytes);
        let Some(Rtcp::TransportFeedback(feedback)) = packets.next() else {
            panic!("no feedback in {bytes:?}");
        };
        assert_eq!(packets.next(), None);
        assert_eq!(feedback.media_ssrc(), 2);
        let reference = self.clock.unwrap_us(feedback.reference_time());
        let packets = feedback.packets();
        let absolute = packets.map(|(sequence, at)| (sequence, at.map(|at| reference + at)));
        self.messages.push(absolute.collect());
        self.counts.push(feedback.count());
        true
    }

    fn build_all(&mut self, at: Duration) {
        while self
            .recorder
            .next_due(self.start + at)
            .is_some_and(|due| due <= self.start + at)
        {
            assert!(self.build(at));
        }
    }

    fn last(&self) -> &[(u16, Option<i64>)] {
        self.messages.last().unwrap()
    }
}

/// A time after the first packet on the receiver's clock, rounded down as it is carried.
fn told_us(at: Duration) -> i64 {
    let us = i64::try_from(at.as_micros()).unwrap();
    64_000 + us - us % 250
}

#[test]
fn there_is_nothing_to_tell_of_nothing() {
    let mut told = Told::new();
    assert_eq!(told.recorder.next_due(told.start), None);
    assert!(!told.build(ms(500)));
}

#[test]
fn arrivals_are_told_to_a_quarter_of_a_millisecond() {
    let mut told = Told::new();
    let times = [us(0), us(1_300), us(80_000), us(80_100)];
    for (sequence, at) in (40_000..).zip(times) {
        told.arrive(sequence, at);
    }
    assert!(told.build(ms(100)));
    let expected: Vec<_> = (40_000..)
        .zip(times)
        .map(|(sequence, at)| (sequence, Some(told_us(at))))
        .collect();
    assert_eq!(told.last(), expected);
    assert!(!told.build(ms(100)), "everything is told");
}

#[test]
fn little_waits_longer_than_much() {
    let mut told = Told::new();
    told.arrive(0, ms(10));
    assert_eq!(
        told.recorder.next_due(told.start),
        Some(told.start + ms(110))
    );
    for sequence in 1..40 {
        told.arrive(sequence, ms(20));
    }
    assert_eq!(
        told.recorder.next_due(told.start),
        Some(told.start + ms(60))
    );
    assert_eq!(
        told.recorder.next_due(told.start + ms(70)),
        Some(told.start + ms(70))
    );
    assert!(told.build(ms(70)));
    assert_eq!(told.recorder.next_due(told.start), None);
}

#[test]
fn what_was_lost_between_two_messages_is_told_by_the_second() {
    let mut told = Told::new();
    told.arrive(7, ms(0));
    told.build_all(ms(100));
    told.arrive(10, ms(110));
    told.build_all(ms(300));
    let expected = [(8, None), (9, None), (10, Some(told_us(ms(110))))];
    assert_eq!(told.last(), expected);
}

#[test]
fn messages_are_counted() {
    let mut told = Told::new();
    for sequence in 0..300 {
        let at = ms(100 * u64::from(sequence));
        told.arrive(sequence, at);
        assert!(told.build(at));
    }
    let expected: Vec<u8> = (0..300u16).map(|count| count.to_be_bytes()[1]).collect();
    assert_eq!(told.counts, expected);
}

#[test]
fn a_sequence_number_comes_around() {
    let mut told = Told::new();
    for (sequence, at) in [(65_534, 0), (65_535, 1), (0, 2), (2, 3)] {
        told.arrive(sequence, ms(at));
    }
    told.build_all(ms(100));
    let sequences: Vec<u16> = told.last().iter().map(|(sequence, _)| *sequence).collect();
    assert_eq!(sequences, [65_534, 65_535, 0, 1, 2]);
    assert_eq!(told.last()[3].1, None);
}

#[test]
fn reordered_packets_are_told_with_the_times_they_came_at() {
    let mut told = Told::new();
    for (sequence, at) in [(2, 0), (1, 5), (3, 6), (0, 90)] {
        told.arrive(sequence, ms(at));
    }
    told.build_all(ms(100));
    let times: Vec<_> = told.last().iter().map(|(_, at)| at.unwrap()).collect();
    assert_eq!(times, [ms(90), ms(5), ms(0), ms(6)].map(told_us));
}

#[test]
fn a_packet_that_comes_after_its_message_is_told_by_the_next() {
    let mut told = Told::new();
    for (sequence, at) in [(0, 0), (2, 2)] {
        told.arrive(sequence, ms(at));
    }
    told.build_all(ms(100));
    told.arrive(1, ms(120));
    told.build_all(ms(300));
    let expected = [(1, Some(told_us(ms(120)))), (2, Some(told_us(ms(2))))];
    assert_eq!(told.last(), expected);
}

#[test]
fn a_packet_that_comes_much_too_late_is_not_told() {
    let mut told = Told::new();
    for sequence in (0..100).filter(|sequence| *sequence != 50) {
        told.arrive(sequence, ms(u64::from(sequence) * 20));
        told.build_all(ms(u64::from(sequence) * 20));
    }
    told.build_all(ms(2_200));
    told.arrive(50, ms(2_300));
    assert_eq!(told.recorder.next_due(told.start), None);
    assert!(!told.build(ms(2_500)));
}

#[test]
fn a_duplicate_is_told_as_it_came_first() {
    let mut told = Told::new();
    told.arrive(0, ms(0));
    told.arrive(0, ms(20));
    told.build_all(ms(100));
    assert_eq!(told.last(), [(0, Some(told_us(ms(0))))]);
    told.arrive(0, ms(150));
    assert!(!told.build(ms(300)));
}

#[test]
fn silence_longer_than_the_memory_hides_no_loss() {
    let mut told = Told::new();
    told.arrive(0, ms(0));
    told.build_all(ms(100));
    told.arrive(3, ms(20_000));
    told.build_all(ms(20_100));
    assert_eq!(
        told.last(),
        [(1, None), (2, None), (3, Some(told_us(ms(20_000))))]
    );
}

#[test]
fn silence_that_a_difference_cannot_carry_makes_two_messages() {
    let mut told = Told::new();
    told.arrive(0, ms(0));
    told.arrive(1, ms(9_000));
    told.build_all(ms(9_000));
    assert_eq!(told.messages.len(), 2);
    assert_eq!(told.messages[0], [(0, Some(told_us(ms(0))))]);
    assert_eq!(told.messages[1], [(1, Some(told_us(ms(9_000))))]);
}

#[test]
fn the_reference_time_comes_around_after_twelve_days() {
    let mut told = Told::new();
    let day = Duration::from_secs(86_400);
    for (sequence, days) in (0..).zip(0..30) {
        told.arrive(sequence, day * days);
        told.build_all(day * days + ms(100));
        assert_eq!(told.last(), [(sequence, Some(told_us(day * days)))]);
    }
}

#[test]
fn a_jump_beyond_the_window_begins_anew() {
    let mut told = Told::new();
    told.arrive(0, ms(0));
    told.build_all(ms(100));
    for (sequence, at) in [(30_000, 200), (30_001, 210)] {
        told.arrive(sequence, ms(at));
    }
    told.build_all(ms(310));
    let expected = [
        (30_000, Some(told_us(ms(200)))),
        (30_001, Some(told_us(ms(210)))),
    ];
    assert_eq!(told.last(), expected);

    told.arrive(5, ms(400));
    told.build_all(ms(500));
    assert_eq!(told.last(), [(5, Some(told_us(ms(400))))]);
}

#[test]
fn a_gap_within_the_window_is_told_in_a_few_bytes() {
    let mut told = Told::new();
    told.arrive(0, ms(0));
    told.arrive(8_000, ms(10));
    told.build_all(ms(110));
    assert_eq!(told.messages.len(), 1);
    assert_eq!(told.last().len(), 8_001);
    assert!(told.longest < 40, "{} bytes", told.longest);
}

#[test]
fn more_than_one_message_holds_is_told_by_several_at_once() {
    let mut told = Told::new();
    for sequence in 0..6_000u16 {
        // Every packet 70 ms after the one before, less every other: differences of two bytes.
        let at = if sequence % 2 == 0 { 0 } else { 70_000 };
        told.arrive(sequence, us(at + u64::from(sequence)));
    }
    told.build_all(ms(200));
    let all: Vec<_> = told.messages.concat();
    assert_eq!(all.len(), 6_000);
    assert!(all.iter().all(|(_, at)| at.is_some()));
    assert!(told.messages.len() > 5);
    assert!(told.longest <= 1_100, "{} bytes", told.longest);
}

proptest! {
    /// Any stream whose reordering stays within the memory: every packet is told exactly as it
    /// arrived, and nothing is told that did not.
    #[test]
    fn all_that_arrives_is_told(
        first: u16,
        packets in prop::collection::vec((0..10u8, 0..30_000u64, 0..60_000u64), 1..600),
    ) {
        let mut sent = Duration::ZERO;
        let mut arrivals: Vec<(Duration, u16)> = Vec::new();
        for (place, (luck, gap_us, delay_us)) in packets.iter().enumerate() {
            sent += us(*gap_us);
            let sequence = first.wrapping_add(u16::try_from(place).unwrap());
            if *luck > 1 {
                arrivals.push((sent + us(*delay_us), sequence));
            }
            if *luck == 9 {
                arrivals.push((sent + us(delay_us + 700), sequence));
            }
        }
        arrivals.sort();
        let mut told = Told::new();
        let mut expected = BTreeMap::new();
        let origin = arrivals.first().map_or(Duration::ZERO, |(at, _)| *at);
        for (at, sequence) in arrivals {
            told.build_all(at - origin);
            told.arrive(sequence, at - origin);
            expected.entry(sequence).or_insert(told_us(at - origin));
        }
        told.build_all(Duration::from_secs(60));
        let mut heard = BTreeMap::new();
        for (sequence, at) in told.messages.concat() {
            if let Some(at) = at {
                prop_assert_eq!(*heard.entry(sequence).or_insert(at), at);
            }
        }
        prop_assert_eq!(heard, expected);
        prop_assert!(told.longest <= 1_100);
    }

    #[test]
    fn a_sender_that_numbers_as_it_likes_is_told_something_bounded(
        packets in prop::collection::vec((any::<u16>(), 0..20u64), 1..200),
    ) {
        let mut told = Told::new();
        let mut at = Duration::ZERO;
        for (sequence, wait_ms) in packets {
            at += ms(wait_ms);
            told.arrive(sequence, at);
            told.build_all(at);
        }
        prop_assert!(told.messages.iter().all(|message| message.len() <= 8_192));
        prop_assert!(told.longest <= 1_100);
    }
}
