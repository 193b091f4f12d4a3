//! Times of reports, and the round trip that follows from them.

use std::time::Duration;

use proptest::prelude::*;
use zoom_rtp::rtcp::{ntp_from_unix, ntp_short, round_trip, short_from_duration, unix_from_ntp};

/// RFC 3550 section 6.4.1, figure 2: the sender report left on 10 November 1995 at 11:33:25.125.
const SENT: u64 = 0xb44d_b705_2000_0000;
/// The block that answers it arrives at 11:33:36.5.
const ARRIVED: u64 = 0xb44d_b710_8000_0000;
/// It waited 5.25 seconds at the receiver.
const WAITED: u32 = 0x0005_4000;

#[test]
fn the_round_trip_is_that_of_the_rfcs_figure() {
    assert_eq!(ntp_short(SENT), 0xb705_2000);
    assert_eq!(short_from_duration(Duration::from_millis(5_250)), WAITED);
    let measured = round_trip(ARRIVED, ntp_short(SENT), WAITED);
    assert_eq!(measured, Some(Duration::from_millis(6_125)));
}

#[test]
fn the_time_of_the_rfcs_figure_is_that_day_in_unix_time() {
    let day = Duration::from_millis(816_003_205_125);
    assert_eq!(ntp_from_unix(day), SENT);
    assert_eq!(unix_from_ntp(SENT), Some(day));
}

#[test]
fn there_is_no_round_trip_before_the_first_sender_report() {
    assert_eq!(round_trip(ARRIVED, 0, 0), None);
}

#[test]
fn a_receiver_that_claims_to_have_waited_too_long_gives_no_round_trip() {
    let short = ntp_short(SENT);
    assert_eq!(round_trip(SENT, short, 66), Some(Duration::ZERO));
    assert_eq!(round_trip(SENT, short, 6_554), None);
    assert_eq!(round_trip(SENT, short, 0x7fff_ffff), None);
}

#[test]
fn the_round_trip_is_measured_over_the_wrap_around_of_the_middle_bits() {
    let sent = 0x1234_ffff_8000_0000;
    let arrived = 0x1235_0000_8000_0000;
    let measured = round_trip(arrived, ntp_short(sent), 0x8000);
    assert_eq!(measured, Some(Duration::from_millis(500)));
}

#[test]
fn a_clock_that_does_not_know_the_day_gives_no_unix_time() {
    assert_eq!(unix_from_ntp(42 << 32), None);
}

#[test]
fn a_span_too_long_for_the_field_is_the_longest() {
    assert_eq!(short_from_duration(Duration::MAX), u32::MAX);
}

proptest! {
    #[test]
    fn unix_times_survive_the_way_to_ntp_and_back(seconds in 0..2_000_000_000u64, nanos in 0..1_000_000_000u32) {
        let time = Duration::new(seconds, nanos);
        let back = unix_from_ntp(ntp_from_unix(time)).unwrap_or_default();
        prop_assert!(time.abs_diff(back) <= Duration::from_nanos(1));
    }

    #[test]
    fn any_times_give_a_round_trip_of_at_most_half_the_range(now: u64, last: u32, delay: u32) {
        let measured = round_trip(now, last, delay).unwrap_or_default();
        prop_assert!(measured < Duration::from_secs(32_768));
    }
}
