//! Receiver reports say what a stream lost, how unevenly it came, and when its sender last wrote.

use std::time::{Duration, Instant};

use proptest::prelude::*;
use zoom_rtp::ReceptionStats;
use zoom_rtp::rtcp::{ReportBlock, ntp_from_unix, round_trip};

const VIDEO: u32 = 90_000;

fn after(indices: impl IntoIterator<Item = u64>) -> (ReceptionStats, Instant) {
    let start = Instant::now();
    let mut stats = ReceptionStats::new(VIDEO);
    for index in indices {
        stats.on_packet(index, 0, start);
    }
    (stats, start)
}

#[test]
fn a_stream_that_never_came_is_reported_as_nothing() {
    let (mut stats, now) = after([]);
    let expected = ReportBlock {
        ssrc: 7,
        ..ReportBlock::default()
    };
    assert_eq!(stats.report(7, now), expected);
}

#[test]
fn a_stream_that_came_whole_has_lost_nothing() {
    let (mut stats, now) = after(100..200);
    let report = stats.report(7, now);
    assert_eq!((report.ssrc, report.lost, report.fraction_lost), (7, 0, 0));
    assert_eq!(report.highest, 199);
    assert_eq!(
        (stats.received(), stats.expected(), stats.lost()),
        (100, 100, 0)
    );
}

#[test]
fn the_fraction_is_that_since_the_last_report_and_the_sum_that_of_all_time() {
    let (mut stats, now) = after((0..101).filter(|index| index % 4 != 1));
    let first = stats.report(7, now);
    assert_eq!(first.lost, 25);
    assert_eq!(first.fraction_lost, u8::try_from(25 * 256 / 101).unwrap());

    for index in 101..201 {
        stats.on_packet(index, 0, now);
    }
    let second = stats.report(7, now);
    assert_eq!((second.lost, second.fraction_lost), (25, 0));
    assert_eq!(stats.fraction_lost(), 0);
}

#[test]
fn a_second_report_at_the_same_moment_has_lost_nothing_since() {
    let (mut stats, now) = after([0, 9]);
    assert_eq!(
        stats.report(7, now).fraction_lost,
        u8::try_from(8 * 256 / 10).unwrap()
    );
    assert_eq!(stats.report(7, now).fraction_lost, 0);
}

#[test]
fn late_packets_are_not_lost() {
    let (mut stats, now) = after([0, 1, 4, 2, 3, 5]);
    let report = stats.report(7, now);
    assert_eq!(
        (report.lost, report.fraction_lost, report.highest),
        (0, 0, 5)
    );
}

#[test]
fn packets_before_the_first_that_came_count_as_sent() {
    let (mut stats, now) = after([10, 8, 11]);
    assert_eq!(stats.report(7, now).lost, 1);
}

#[test]
fn duplicates_make_the_count_of_losses_negative() {
    let (mut stats, now) = after([0, 1, 1, 1, 2]);
    let report = stats.report(7, now);
    assert_eq!((report.lost, report.fraction_lost), (-2, 0));
    assert_eq!(stats.lost(), -2);
}

#[test]
fn wraps_are_counted_above_the_sequence_number() {
    let (mut stats, now) = after(0x1_fff0..0x2_0010);
    let report = stats.report(7, now);
    assert_eq!((report.highest, report.lost), (0x2_000f, 0));
}

#[test]
fn an_index_beyond_32_bits_keeps_its_lower_ones() {
    let (mut stats, now) = after([0x1_0000_0000, 0x1_0000_0001]);
    assert_eq!(stats.report(7, now).highest, 1);
}

#[test]
fn the_sender_measures_its_round_trip_by_the_report() {
    let (mut stats, start) = after([0]);
    let sent = Duration::from_secs(1_800_000_000);
    let one_way = Duration::from_millis(40);
    let waited = Duration::from_millis(700);
    stats.on_sender_report(ntp_from_unix(sent), start);
    let report = stats.report(7, start + waited);
    let arrived = ntp_from_unix(sent + one_way + waited + one_way);
    let measured = round_trip(arrived, report.last_report, report.delay).unwrap();
    assert!(
        measured.abs_diff(2 * one_way) < Duration::from_micros(50),
        "{measured:?}"
    );
}

/// A picture of three packets each 40 ms, arriving as late as said.
fn jitter_of(delays_ms: impl IntoIterator<Item = u64>) -> Duration {
    let start = Instant::now();
    let mut stats = ReceptionStats::new(VIDEO);
    let mut timestamp = u32::MAX - 100_000;
    for (picture, delay) in (0u64..).zip(delays_ms) {
        for packet in 0..3 {
            let at = Duration::from_millis(picture * 40 + delay + packet * 4);
            stats.on_packet(picture * 3 + packet, timestamp, start + at);
        }
        timestamp = timestamp.wrapping_add(3_600);
    }
    let report = stats.report(7, start);
    let reported = Duration::from_secs(u64::from(report.jitter)) / VIDEO;
    assert!(stats.jitter().abs_diff(reported) < Duration::from_micros(12));
    stats.jitter()
}

#[test]
fn an_even_way_has_no_jitter_though_pictures_come_in_several_packets() {
    assert_eq!(jitter_of([5; 200]), Duration::ZERO);
}

#[test]
fn an_uneven_way_has_the_jitter_of_its_steps() {
    let jitter = jitter_of((0..400).map(|picture| if picture % 2 == 0 { 0 } else { 10 }));
    assert!(
        jitter.abs_diff(Duration::from_millis(10)) < Duration::from_micros(100),
        "{jitter:?}"
    );
}

#[test]
fn a_jump_of_the_sources_clock_is_no_jitter() {
    let start = Instant::now();
    let mut stats = ReceptionStats::new(VIDEO);
    for (index, timestamp) in [(0, 0), (1, 3_600), (2, 2_000_000_000), (3, 2_000_003_600)] {
        let at = Duration::from_millis(40 * index);
        stats.on_packet(index, timestamp, start + at);
    }
    assert_eq!(stats.jitter(), Duration::ZERO);
}

#[test]
fn a_late_packet_is_no_jitter() {
    let start = Instant::now();
    let mut stats = ReceptionStats::new(VIDEO);
    for (index, timestamp, at_ms) in [(0, 0, 0), (2, 7_200, 80), (1, 3_600, 90), (3, 10_800, 120)] {
        stats.on_packet(index, timestamp, start + Duration::from_millis(at_ms));
    }
    assert_eq!(stats.jitter(), Duration::ZERO);
}

proptest! {
    #[test]
    fn any_packets_give_a_report(
        clock_rate: u32,
        packets in prop::collection::vec((any::<u64>(), any::<u32>(), 0..100_000u64), 0..100),
    ) {
        let start = Instant::now();
        let mut stats = ReceptionStats::new(clock_rate);
        for (index, timestamp, at_ms) in packets {
            stats.on_packet(index, timestamp, start + Duration::from_millis(at_ms));
            let report = stats.report(1, start);
            prop_assert_eq!(report.ssrc, 1);
            prop_assert!(clock_rate > 0 || stats.jitter() == Duration::ZERO);
        }
    }
}
