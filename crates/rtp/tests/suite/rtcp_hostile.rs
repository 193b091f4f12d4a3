//! Whatever bytes come as RTCP: reading ends, panics nowhere and gives no more than they can hold.

use proptest::prelude::*;
use zoom_rtp::rtcp::{MOST_COMPOUND_BYTES, MOST_STATUSES, Packets, Rtcp, read};

/// Walks everything that can be walked and returns how many packets and how many list items there
/// were.
fn walk(packets: Packets<'_>) -> (usize, usize) {
    let mut count = 0;
    let mut items = 0;
    for packet in packets {
        count += 1;
        items += match packet {
            Rtcp::SenderReport { blocks, .. } | Rtcp::ReceiverReport { blocks, .. } => {
                blocks.count()
            }
            Rtcp::Nack { lost, .. } => lost.count(),
            Rtcp::Fir { requests } => requests.count(),
            Rtcp::Bye { ssrcs } => ssrcs.count(),
            Rtcp::TransportFeedback(feedback) => {
                let items = feedback.packets().count();
                assert_eq!(items, usize::from(feedback.status_count()));
                items
            }
            Rtcp::Pli { .. } | Rtcp::Remb { .. } | Rtcp::Other => 0,
        };
    }
    (count, items)
}

fn check(bytes: &[u8]) {
    let (count, items) = walk(read(bytes));
    assert!(count <= MOST_COMPOUND_BYTES / 4);
    // A loss request names 17 packets in four bytes; feedback is bounded by itself.
    let most = usize::from(MOST_STATUSES) + 17 * MOST_COMPOUND_BYTES / 4;
    assert!(items <= most, "{items} items from {} bytes", bytes.len());
}

/// A packet with a good header about a body of any bytes.
fn packet() -> impl Strategy<Value = Vec<u8>> {
    let kind = prop_oneof![
        Just(200u8),
        Just(201),
        Just(202),
        Just(203),
        Just(205),
        Just(206),
        any::<u8>()
    ];
    let count = prop_oneof![Just(1u8), Just(4), Just(15), 0..32u8];
    let body = prop::collection::vec(any::<[u8; 4]>(), 0..40);
    (kind, count, any::<bool>(), body).prop_map(|(kind, count, padding, body)| {
        let words = u16::try_from(body.len()).unwrap();
        let first = 0x80 | if padding { 0x20 } else { 0 } | count;
        let mut packet = vec![first, kind];
        packet.extend(words.to_be_bytes());
        packet.extend(body.concat());
        packet
    })
}

proptest! {
    #[test]
    fn random_bytes_are_read_to_an_end(bytes in prop::collection::vec(any::<u8>(), 0..2_000)) {
        check(&bytes);
    }

    #[test]
    fn good_headers_about_random_bodies_are_read_to_an_end(
        packets in prop::collection::vec(packet(), 0..20),
        cut in any::<prop::sample::Index>(),
    ) {
        let bytes = packets.concat();
        check(&bytes);
        check(bytes.get(..cut.index(bytes.len() + 1)).unwrap());
    }
}

/// Feedback on 8,191 packets that did not arrive, in 24 bytes.
const CLAIM: [u8; 24] = [
    0x8f, 205, 0, 5, 0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0x1f, 0xff, 0, 0, 0, 0, 0x1f, 0xff, 0, 0,
];

#[test]
fn a_datagram_of_huge_claims_is_read_up_to_the_bound() {
    let (count, items) = walk(read(&CLAIM.repeat(60)));
    assert_eq!((count, items), (1, 8_191));
}

#[test]
fn feedback_on_more_packets_than_the_bound_is_malformed() {
    let mut claim = CLAIM;
    claim[14] = 0x20;
    claim[15] = 0x01;
    assert_eq!(read(&claim).count(), 0);
}

#[test]
fn reading_ends_at_the_first_malformed_packet() {
    let pli = [0x81, 206, 0, 2, 0, 0, 0, 1, 0, 0, 0, 2];
    let short_pli = [0x81, 206, 0, 1, 0, 0, 0, 1];
    let version_1 = [0x41, 206, 0, 2, 0, 0, 0, 1, 0, 0, 0, 2];
    let after_short = [&pli[..], &short_pli, &pli].concat();
    let after_version_1 = [&pli[..], &version_1, &pli].concat();
    let after_cut = [&pli[..], &pli[..11]].concat();
    for bytes in [after_short, after_version_1, after_cut] {
        let packets: Vec<_> = read(&bytes).collect();
        assert_eq!(packets, [Rtcp::Pli { media_ssrc: 2 }]);
    }
}

#[test]
fn padding_longer_than_its_packet_is_malformed() {
    let padded = |padding: u8| [0xa1, 206, 0, 3, 0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0, padding];
    assert_eq!(read(&padded(4)).count(), 1);
    for padding in [0, 5, 13, 255] {
        assert_eq!(read(&padded(padding)).count(), 0, "{padding}");
    }
}

#[test]
fn what_lies_beyond_the_longest_compound_packet_is_not_read() {
    let other = [0x80, 202, 0, 0];
    assert_eq!(read(&other.repeat(1_000)).count(), MOST_COMPOUND_BYTES / 4);
}

#[test]
fn a_report_with_fewer_blocks_than_announced_is_malformed() {
    let mut report = vec![0x82, 201, 0, 7];
    report.extend([0; 28]);
    assert_eq!(read(&report).count(), 0);
    report[0] = 0x81;
    assert_eq!(read(&report).count(), 1);
}
