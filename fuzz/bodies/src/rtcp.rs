//! Compound RTCP packets in clear, as a participant that lies may send them.

use zoom_rtp::rtcp::{self, ReportBlock, Rtcp, TransportFeedback, write};

/// Reads all that a compound packet says; what can be written is read back from what was written.
///
/// # Panics
///
/// Where a list goes on for longer than its packet can hold, or is not read back as it was written.
pub fn run(data: &[u8]) {
    for packet in rtcp::read(data) {
        let mut written = Vec::new();
        match &packet {
            Rtcp::SenderReport {
                ssrc,
                ntp,
                rtp,
                packets,
                bytes,
                blocks,
            } => {
                let _ = rtcp::unix_from_ntp(*ntp);
                let blocks = heard(blocks.clone(), data);
                for block in &blocks {
                    let _ = rtcp::round_trip(*ntp, block.last_report, block.delay);
                }
                write::sender_report(&mut written, *ssrc, *ntp, *rtp, *packets, *bytes, &blocks);
                expect(&written, &packet);
            }
            Rtcp::ReceiverReport { ssrc, blocks } => {
                let blocks = heard(blocks.clone(), data);
                write::receiver_report(&mut written, *ssrc, &blocks);
                expect(&written, &packet);
            }
            Rtcp::Nack { media_ssrc, lost } => {
                let lost: Vec<u16> = lost.clone().collect();
                // Four bytes name 17 packets at most.
                assert!(lost.len() <= data.len() / 4 * 17);
                asked_again(*media_ssrc, lost);
            }
            Rtcp::Pli { media_ssrc } => {
                write::pli(&mut written, 1, *media_ssrc);
                expect(&written, &packet);
            }
            Rtcp::Fir { requests } => {
                assert!(requests.clone().count() <= data.len() / 8);
            }
            Rtcp::TransportFeedback(feedback) => feedback_is_sound(feedback),
            Rtcp::Remb { .. } | Rtcp::Other => {}
            Rtcp::Bye { ssrcs } => {
                let ssrcs: Vec<u32> = ssrcs.clone().collect();
                assert!(ssrcs.len() <= write::MOST_BLOCKS);
                write::bye(&mut written, &ssrcs);
                let again = rtcp::read(&written).next();
                assert!(
                    matches!(&again, Some(Rtcp::Bye { ssrcs: same }) if same.clone().eq(ssrcs)),
                    "{packet:?} came back as {again:?}"
                );
            }
        }
    }
}

fn heard(blocks: impl Iterator<Item = ReportBlock>, data: &[u8]) -> Vec<ReportBlock> {
    let blocks: Vec<_> = blocks.collect();
    assert!(blocks.len() <= data.len() / 24);
    blocks
}

fn expect(written: &[u8], packet: &Rtcp<'_>) {
    let mut again = rtcp::read(written);
    let first = again.next();
    assert!(
        first.as_ref() == Some(packet) && again.next().is_none(),
        "{packet:?} came back as {first:?}"
    );
}

/// A loss request in the order of sending asks for the same.
fn asked_again(media_ssrc: u32, mut lost: Vec<u16>) {
    let Some(first) = lost.first().copied() else {
        return;
    };
    lost.sort_by_key(|sequence| sequence.wrapping_sub(first));
    lost.dedup();
    let mut written = Vec::new();
    let taken = write::nack(&mut written, 1, media_ssrc, &lost);
    assert!(0 < taken && taken <= lost.len());
    let again = rtcp::read(&written).next();
    let Some(Rtcp::Nack { lost: same, .. }) = again else {
        panic!("a loss request came back as {again:?}");
    };
    assert!(same.eq(lost.into_iter().take(taken)));
}

fn feedback_is_sound(feedback: &TransportFeedback<'_>) {
    let mut sequence = feedback.base_sequence();
    let mut count = 0_u16;
    for (at, _) in feedback.packets() {
        assert_eq!(at, sequence);
        sequence = sequence.wrapping_add(1);
        count += 1;
    }
    assert_eq!(count, feedback.status_count());
}
