//! What is written as RTCP is read back the same.

use proptest::prelude::*;
use zoom_rtp::rtcp::write::{self, MOST_BLOCKS, MOST_NACK_ENTRIES};
use zoom_rtp::rtcp::{FirRequest, ReportBlock, Rtcp, read};

fn block() -> impl Strategy<Value = ReportBlock> {
    let lost = -0x80_0000..=0x7f_ffffi32;
    (any::<[u32; 5]>(), any::<u8>(), lost).prop_map(|(words, fraction_lost, lost)| {
        let [ssrc, highest, jitter, last_report, delay] = words;
        ReportBlock {
            ssrc,
            fraction_lost,
            lost,
            highest,
            jitter,
            last_report,
            delay,
        }
    })
}

/// Sequence numbers in the order of sending, none twice, from any start.
fn lost() -> impl Strategy<Value = Vec<u16>> {
    let steps = prop::collection::vec(prop_oneof![1..4u16, 15..19u16, 1..90u16], 1..400);
    (any::<u16>(), steps).prop_map(|(start, steps)| {
        let mut at = start;
        steps
            .into_iter()
            .map(|step| {
                at = at.wrapping_add(step);
                at
            })
            .collect()
    })
}

/// Differences as a receiver has them: mostly small, in runs, some missing.
fn deltas() -> impl Strategy<Value = Vec<Option<i16>>> {
    let one = prop_oneof![
        4 => Just(None),
        8 => (0..256i16).prop_map(Some),
        2 => any::<i16>().prop_map(Some),
    ];
    let run = (
        one,
        prop_oneof![8 => 1..4usize, 2 => 1..40usize, 1 => 1..400usize],
    );
    prop::collection::vec(run, 0..30).prop_map(|runs| {
        let runs = runs.into_iter();
        runs.flat_map(|(delta, length)| std::iter::repeat_n(delta, length))
            .collect()
    })
}

fn only(bytes: &[u8]) -> Rtcp<'_> {
    let mut packets = read(bytes);
    let packet = packets.next().unwrap();
    assert_eq!(packets.next(), None);
    packet
}

proptest! {
    #[test]
    fn a_sender_report_is_read_back(
        ssrc: u32, ntp: u64, words: [u32; 3], blocks in prop::collection::vec(block(), 0..40),
    ) {
        let [rtp, packets, bytes] = words;
        let mut written = Vec::new();
        write::sender_report(&mut written, ssrc, ntp, rtp, packets, bytes, &blocks);
        let Rtcp::SenderReport { ssrc: s, ntp: n, rtp: r, packets: p, bytes: b, blocks: read } =
            only(&written)
        else {
            panic!("not a sender report");
        };
        prop_assert_eq!((s, n, r, p, b), (ssrc, ntp, rtp, packets, bytes));
        prop_assert_eq!(read.collect::<Vec<_>>(), &blocks[..blocks.len().min(MOST_BLOCKS)]);
    }

    #[test]
    fn a_receiver_report_is_read_back(
        ssrc: u32, blocks in prop::collection::vec(block(), 0..40),
    ) {
        let mut written = Vec::new();
        write::receiver_report(&mut written, ssrc, &blocks);
        let Rtcp::ReceiverReport { ssrc: s, blocks: read } = only(&written) else {
            panic!("not a receiver report");
        };
        prop_assert_eq!(s, ssrc);
        prop_assert_eq!(read.collect::<Vec<_>>(), &blocks[..blocks.len().min(MOST_BLOCKS)]);
    }

    #[test]
    fn a_loss_request_is_read_back_as_far_as_it_says_it_goes(media: u32, lost in lost()) {
        let mut written = Vec::new();
        let held = write::nack(&mut written, 1, media, &lost);
        prop_assert!(written.len() <= 12 + 4 * MOST_NACK_ENTRIES);
        prop_assert!(held == lost.len() || written.len() == 12 + 4 * MOST_NACK_ENTRIES);
        let Rtcp::Nack { media_ssrc, lost: read } = only(&written) else {
            panic!("not a loss request");
        };
        prop_assert_eq!(media_ssrc, media);
        prop_assert_eq!(read.collect::<Vec<_>>(), &lost[..held]);
    }

    #[test]
    fn transport_feedback_is_read_back(
        ssrcs: [u32; 2], base: u16, time in 0..0x100_0000u32, count: u8, deltas in deltas(),
    ) {
        let [sender, media] = ssrcs;
        let mut written = Vec::new();
        write::transport_feedback(&mut written, sender, media, count, base, time, &deltas);
        let longest_packet = 1_500;
        prop_assume!(written.len() <= longest_packet);
        let Rtcp::TransportFeedback(feedback) = only(&written) else {
            panic!("not feedback");
        };
        prop_assert_eq!(feedback.media_ssrc(), media);
        prop_assert_eq!(feedback.base_sequence(), base);
        prop_assert_eq!(feedback.reference_time(), time);
        prop_assert_eq!(feedback.count(), count);
        let mut arrival_us = 0;
        let mut expected = Vec::new();
        for (place, delta) in deltas.iter().enumerate() {
            let sequence = base.wrapping_add(u16::try_from(place).unwrap());
            expected.push((sequence, delta.map(|delta| {
                arrival_us += i64::from(delta) * 250;
                arrival_us
            })));
        }
        prop_assert_eq!(feedback.packets().collect::<Vec<_>>(), expected);
    }

    #[test]
    fn a_goodbye_is_read_back(ssrcs in prop::collection::vec(any::<u32>(), 0..40)) {
        let mut written = Vec::new();
        write::bye(&mut written, &ssrcs);
        let Rtcp::Bye { ssrcs: read } = only(&written) else {
            panic!("not a goodbye");
        };
        prop_assert_eq!(read.collect::<Vec<_>>(), &ssrcs[..ssrcs.len().min(MOST_BLOCKS)]);
    }

    #[test]
    fn a_description_ends_at_a_word(ssrc: u32, cname in ".{0,300}") {
        let mut written = Vec::new();
        write::sdes_cname(&mut written, ssrc, &cname);
        prop_assert_eq!(only(&written), Rtcp::Other);
        let length = usize::from(written[9]);
        let text = std::str::from_utf8(&written[10..10 + length]).unwrap();
        prop_assert!(cname.starts_with(text));
        prop_assert!(text.len() == cname.len() || text.len() > 251);
        prop_assert!(written[10 + length..].iter().all(|byte| *byte == 0));
        prop_assert!((1..=4).contains(&(written.len() - 10 - length)));
    }
}

#[test]
fn requests_for_key_frames_are_read_back() {
    let mut written = Vec::new();
    write::pli(&mut written, 1, 2);
    write::fir(&mut written, 1, 3, 250);
    let mut packets = read(&written);
    assert_eq!(packets.next(), Some(Rtcp::Pli { media_ssrc: 2 }));
    let Some(Rtcp::Fir { requests }) = packets.next() else {
        panic!("not a full intra request");
    };
    let expected = FirRequest {
        media_ssrc: 3,
        sequence: 250,
    };
    assert_eq!(requests.collect::<Vec<_>>(), [expected]);
    assert_eq!(packets.next(), None);
}

#[test]
fn packets_follow_one_another_in_one_buffer() {
    let mut written = Vec::new();
    write::receiver_report(&mut written, 1, &[ReportBlock::default()]);
    write::sdes_cname(&mut written, 1, "someone");
    assert_eq!(write::nack(&mut written, 1, 2, &[7, 8]), 2);
    write::transport_feedback(&mut written, 1, 2, 0, 9, 0, &[Some(1), None, Some(2)]);
    write::bye(&mut written, &[1]);
    let kinds: Vec<u8> = read(&written)
        .map(|packet| match packet {
            Rtcp::ReceiverReport { .. } => 1,
            Rtcp::Other => 2,
            Rtcp::Nack { .. } => 3,
            Rtcp::TransportFeedback(_) => 4,
            Rtcp::Bye { .. } => 5,
            Rtcp::SenderReport { .. } | Rtcp::Pli { .. } | Rtcp::Fir { .. } | Rtcp::Remb { .. } => {
                0
            }
        })
        .collect();
    assert_eq!(kinds, [1, 2, 3, 4, 5]);
}

#[test]
fn nothing_lost_is_no_request() {
    let mut written = Vec::new();
    assert_eq!(write::nack(&mut written, 1, 2, &[]), 0);
    assert!(written.is_empty());
}

#[test]
fn a_loss_count_beyond_24_bits_is_written_as_the_largest() {
    for (lost, written_lost) in [(i32::MAX, 0x7f_ffff), (i32::MIN, -0x80_0000)] {
        let mut written = Vec::new();
        let block = ReportBlock {
            lost,
            ..ReportBlock::default()
        };
        write::receiver_report(&mut written, 1, &[block]);
        let Rtcp::ReceiverReport { mut blocks, .. } = only(&written) else {
            panic!("not a receiver report");
        };
        assert_eq!(blocks.next().unwrap().lost, written_lost);
    }
}

#[test]
fn a_bitrate_limit_is_read_as_exponent_and_mantissa() {
    let remb = |exponent: u8, mantissa: u32| {
        let [_, high, middle, low] = mantissa.to_be_bytes();
        let rate = [exponent << 2 | high, middle, low];
        let mut packet = vec![0x8f, 206, 0, 5, 0, 0, 0, 1, 0, 0, 0, 0];
        packet.extend(b"REMB");
        packet.push(1);
        packet.extend(rate);
        packet.extend([0, 0, 0, 2]);
        packet
    };
    for (exponent, mantissa, bitrate_bps) in [
        (0, 30_000, 30_000),
        (4, 156_250, 2_500_000),
        (63, 1, 1 << 63),
        (63, 2, u64::MAX),
        (63, 0, 0),
    ] {
        assert_eq!(only(&remb(exponent, mantissa)), Rtcp::Remb { bitrate_bps });
    }
}

#[test]
fn an_application_message_that_is_no_bitrate_limit_is_passed_over() {
    let mut packet = vec![0x8f, 206, 0, 3, 0, 0, 0, 1, 0, 0, 0, 0];
    packet.extend(b"ABCD");
    assert_eq!(only(&packet), Rtcp::Other);
}
