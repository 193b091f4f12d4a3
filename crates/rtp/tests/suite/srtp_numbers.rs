//! A stream's packets keep their numbers over wraps of the sequence number, in any order that a
//! network makes of them, and none is opened twice.

use zoom_rtp::{
    ExtensionIds, ExtensionValues, NewHeader, RtpHeader, SrtpError, SrtpProfile, SrtpReceiver,
    SrtpSender, srtp_session, write_header,
};

const ROUND: u64 = 1 << 16;

fn session() -> (SrtpSender, SrtpReceiver) {
    let profile = SrtpProfile::AeadAes128Gcm;
    let material: Vec<u8> = (0..profile.material_len()).map(|at| at as u8).collect();
    let (sender, _) = srtp_session(profile, &material, true, 2).unwrap();
    let (_, receiver) = srtp_session(profile, &material, false, 2).unwrap();
    (sender, receiver)
}

/// Seals a packet with this index and has it opened.
fn pass(ends: &mut (SrtpSender, SrtpReceiver), index: u64) -> Result<u64, SrtpError> {
    let header = NewHeader {
        marker: false,
        payload_type: 111,
        sequence: index as u16,
        timestamp: 0,
        ssrc: 1,
    };
    let mut packet = Vec::new();
    let header_len = write_header(
        &mut packet,
        &header,
        &ExtensionIds::default(),
        &ExtensionValues::default(),
    );
    packet.push(1);
    ends.0.seal_rtp(&mut packet, 0, header_len, index).unwrap();
    let header = RtpHeader::parse(&packet).unwrap();
    ends.1
        .open_rtp(&header, &packet, &mut Vec::new())
        .map(|opened| opened.index)
}

#[test]
fn eighteen_hours_of_sound_keep_their_numbers() {
    let mut ends = session();
    let first = 65_000;
    // Fifty packets a second: the sequence number wraps every 22 minutes. One in sixteen of each
    // second is enough to tell, and the ones around a wrap are all there.
    let last = first + 18 * 3600 * 50;
    for index in (first..last).filter(|index| index % 16 == 0 || (index + 8) % ROUND < 16) {
        assert_eq!(pass(&mut ends, index), Ok(index));
    }
    assert!(last / ROUND > 40);
}

#[test]
fn packets_that_change_places_around_a_wrap_keep_their_numbers() {
    let mut ends = session();
    for start in (ROUND - 60..10 * ROUND).step_by(ROUND as usize) {
        // Groups of twenty, each backwards.
        for group in (start..start + 120).step_by(20) {
            for index in (group..group + 20).rev() {
                assert_eq!(pass(&mut ends, index), Ok(index));
            }
        }
        for index in start..start + 120 {
            assert_eq!(pass(&mut ends, index), Err(SrtpError::Replayed));
        }
        // The rest of the round, in leaps that stay within half of one.
        for index in [start + 20_000, start + 45_000] {
            assert_eq!(pass(&mut ends, index), Ok(index));
        }
    }
}

#[test]
fn a_packet_is_remembered_for_1024_others() {
    let mut ends = session();
    for index in [100, 102, 1125] {
        assert_eq!(pass(&mut ends, index), Ok(index));
    }
    assert_eq!(pass(&mut ends, 102), Err(SrtpError::Replayed));
    assert_eq!(pass(&mut ends, 103), Ok(103));
    assert_eq!(
        pass(&mut ends, 101),
        Err(SrtpError::Replayed),
        "too old to tell"
    );
}

#[test]
fn packets_from_before_the_first_one_that_came_are_opened() {
    let mut ends = session();
    for index in [500, 499, 3, 1] {
        assert_eq!(pass(&mut ends, index), Ok(index));
    }
}

#[test]
fn a_stream_whose_packets_before_its_first_wrap_were_lost_is_opened() {
    let mut ends = session();
    for index in [ROUND + 2, ROUND + 3, ROUND - 1, ROUND + 1] {
        assert_eq!(pass(&mut ends, index), Ok(index));
    }
}

#[test]
fn a_leap_forward_in_the_first_round_is_no_step_back() {
    let mut ends = session();
    for index in [5, 60_000, 4 + ROUND] {
        assert_eq!(pass(&mut ends, index), Ok(index));
    }
}
