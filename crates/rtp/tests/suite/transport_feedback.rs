//! Transport-wide feedback is read as its draft draws it: runs, vectors of one and two bits,
//! differences of both sizes, and numbers that come around.

use proptest::prelude::*;
use zoom_rtp::rtcp::{REFERENCE_TICK_US, ReferenceClock, Rtcp, read};

/// A feedback packet of these chunks and differences.
fn packet(base: u16, statuses: u16, chunks: &[u16], deltas: &[u8]) -> Vec<u8> {
    let mut body = vec![0, 0, 0, 1, 0, 0, 0, 2];
    body.extend(base.to_be_bytes());
    body.extend(statuses.to_be_bytes());
    body.extend([0x01, 0x02, 0x03, 9]);
    for chunk in chunks {
        body.extend(chunk.to_be_bytes());
    }
    body.extend(deltas);
    while body.len() % 4 != 0 {
        body.push(0);
    }
    let words = u16::try_from(body.len() / 4).unwrap();
    let mut packet = vec![0x8f, 205];
    packet.extend(words.to_be_bytes());
    packet.extend(body);
    packet
}

/// Arrivals in units of 250 µs, of what is read of a packet.
fn arrivals(packet: &[u8]) -> Option<Vec<(u16, Option<i64>)>> {
    let Rtcp::TransportFeedback(feedback) = read(packet).next()? else {
        return None;
    };
    let in_ticks = |(sequence, arrival): (u16, Option<i64>)| {
        (sequence, arrival.map(|arrival_us| arrival_us / 250))
    };
    Some(feedback.packets().map(in_ticks).collect())
}

/// Which packets arrived.
fn pattern(packet: &[u8]) -> String {
    let arrivals = arrivals(packet).unwrap();
    arrivals
        .iter()
        .map(|(_, arrival)| if arrival.is_some() { '1' } else { '0' })
        .collect()
}

#[test]
fn the_head_is_read() {
    let packet = packet(0x1234, 1, &[0b0010_0000_0000_0001], &[4]);
    let Some(Rtcp::TransportFeedback(feedback)) = read(&packet).next() else {
        panic!("not feedback");
    };
    assert_eq!(feedback.media_ssrc(), 2);
    assert_eq!(feedback.base_sequence(), 0x1234);
    assert_eq!(feedback.status_count(), 1);
    assert_eq!(feedback.reference_time(), 0x01_02_03);
    assert_eq!(feedback.count(), 9);
    assert_eq!(
        feedback.packets().collect::<Vec<_>>(),
        [(0x1234, Some(1_000))]
    );
}

#[test]
fn a_run_of_lost_packets_is_the_drafts_example() {
    // Section 3.1.3: 221 packets that were not received.
    let packet = packet(0, 221, &[0b0000_0000_1101_1101], &[]);
    assert_eq!(pattern(&packet), "0".repeat(221));
}

#[test]
fn a_run_of_received_packets_takes_one_difference_each() {
    let packet = packet(10, 3, &[0b0010_0000_0000_0011], &[1, 255, 0]);
    let expected = vec![(10, Some(1)), (11, Some(256)), (12, Some(256))];
    assert_eq!(arrivals(&packet), Some(expected));
}

#[test]
fn a_vector_of_single_bits_is_the_drafts_example() {
    // Section 3.1.4: 1 not received, 5 received, 3 not, 3 received, 2 not.
    let packet = packet(0, 14, &[0b1001_1111_0001_1100], &[1; 8]);
    assert_eq!(pattern(&packet), "01111100011100");
}

#[test]
fn a_vector_of_double_bits_knows_both_sizes_of_differences() {
    let chunk = 0b11_00_10_01_01_10_00_01;
    let deltas = [0x01, 0x00, 5, 6, 0xff, 0xf0, 3];
    let packet = packet(65_533, 7, &[chunk], &deltas);
    let expected = vec![
        (65_533, None),
        (65_534, Some(256)),
        (65_535, Some(261)),
        (0, Some(267)),
        (1, Some(251)),
        (2, None),
        (3, Some(254)),
    ];
    assert_eq!(arrivals(&packet), Some(expected));
}

#[test]
fn arrivals_can_lie_before_the_reference_time() {
    let packet = packet(0, 1, &[0b0100_0000_0000_0001], &[0x80, 0x00]);
    assert_eq!(arrivals(&packet), Some(vec![(0, Some(-32_768))]));
}

#[test]
fn chunks_of_all_kinds_follow_one_another() {
    let chunks = [
        0b0000_0000_0000_0010,
        0b1010_0000_0000_0001,
        0b11_01_00_00_00_00_00_10,
    ];
    let packet = packet(0, 2 + 14 + 7, &chunks, &[1, 1, 1, 0, 1]);
    assert_eq!(pattern(&packet), "00100000000000011000001");
}

#[test]
fn what_a_chunk_holds_beyond_the_count_is_not_read() {
    let run = packet(0, 2, &[0b0010_0000_0001_0000], &[1, 1]);
    assert_eq!(pattern(&run), "11");
    let vector = packet(0, 3, &[0b1011_1111_1111_1111], &[1, 1, 1]);
    assert_eq!(pattern(&vector), "111");
}

#[test]
fn a_run_of_no_packets_is_passed_over() {
    let packet = packet(0, 1, &[0, 0x2000, 0b0010_0000_0000_0001], &[7]);
    assert_eq!(arrivals(&packet), Some(vec![(0, Some(7))]));
}

#[test]
fn missing_chunks_and_differences_and_reserved_statuses_are_malformed() {
    // Eight packets said, seven in the chunks.
    assert_eq!(arrivals(&packet(0, 8, &[0b11 << 14, 0], &[])), None);
    // Seven differences said, six there.
    assert_eq!(
        arrivals(&packet(0, 7, &[0b0010_0000_0000_0111], &[1; 6])),
        None
    );
    assert!(arrivals(&packet(0, 6, &[0b0010_0000_0000_0110], &[1; 6])).is_some());
    assert_eq!(
        arrivals(&packet(0, 1, &[0b0110_0000_0000_0001], &[1; 2])),
        None
    );
    assert_eq!(
        arrivals(&packet(0, 7, &[0b11_00_00_00_00_00_00_11], &[1; 2])),
        None
    );
}

#[test]
fn feedback_on_no_packet_is_read_as_such() {
    assert_eq!(arrivals(&packet(0, 0, &[], &[])), Some(vec![]));
}

#[test]
fn padding_that_is_counted_is_not_taken_for_differences() {
    let mut packet = packet(0, 1, &[0b0010_0000_0000_0001], &[7]);
    packet[0] |= 0x20;
    *packet.last_mut().unwrap() = 1;
    assert_eq!(arrivals(&packet), Some(vec![(0, Some(7))]));
    *packet.last_mut().unwrap() = 2;
    assert_eq!(arrivals(&packet), None);
}

proptest! {
    #[test]
    fn reference_times_are_continuous_over_their_wrap_around(
        start in 0..0x100_0000u32,
        steps in prop::collection::vec(-0x7f_ffff..0x7f_ffffi64, 0..50),
    ) {
        let mut clock = ReferenceClock::default();
        let mut ticks = i64::from(start);
        prop_assert_eq!(clock.unwrap_us(start), ticks * REFERENCE_TICK_US);
        for step in steps {
            ticks += step;
            let carried = u32::try_from(ticks.rem_euclid(0x100_0000)).unwrap();
            prop_assert_eq!(clock.unwrap_us(carried), ticks * REFERENCE_TICK_US);
        }
    }
}
