//! A session seals what the other end opens, and what was changed on the way is refused and leaves
//! no trace.

use proptest::prelude::*;
use zoom_rtp::{
    ExtensionIds, ExtensionValues, NewHeader, RtpHeader, SrtpError, SrtpProfile, SrtpReceiver,
    SrtpSender, Tag, srtp_session, write_header,
};

const PROFILES: [SrtpProfile; 3] = [
    SrtpProfile::Aes128CmSha1_80,
    SrtpProfile::AeadAes128Gcm,
    SrtpProfile::AeadAes256Gcm,
];
const SSRC: u32 = 0xcafe_babe;
const MOST_STREAMS: usize = 4;

fn material(profile: SrtpProfile) -> Vec<u8> {
    (0..profile.material_len()).map(|at| at as u8).collect()
}

/// What seals at the DTLS client, and what opens at the server.
fn up(profile: SrtpProfile) -> (SrtpSender, SrtpReceiver) {
    let (sender, _) = srtp_session(profile, &material(profile), true, MOST_STREAMS).unwrap();
    let (_, receiver) = srtp_session(profile, &material(profile), false, MOST_STREAMS).unwrap();
    (sender, receiver)
}

/// A packet of a stream with this index, sealed.
fn sealed(sender: &mut SrtpSender, ssrc: u32, index: u64) -> Vec<u8> {
    let header = NewHeader {
        marker: false,
        payload_type: 96,
        sequence: index as u16,
        timestamp: index as u32,
        ssrc,
    };
    let mut packet = Vec::new();
    let none = (ExtensionIds::default(), ExtensionValues::default());
    let header_len = write_header(&mut packet, &header, &none.0, &none.1);
    packet.extend_from_slice(&index.to_be_bytes());
    sender.seal_rtp(&mut packet, 0, header_len, index).unwrap();
    packet
}

/// The index that the receiver gave to a packet of [`sealed`].
fn open(receiver: &mut SrtpReceiver, packet: &[u8]) -> Result<u64, SrtpError> {
    let mut payload = Vec::new();
    let header = RtpHeader::parse(packet).unwrap();
    let opened = receiver.open_rtp(&header, packet, &mut payload)?;
    assert_eq!(payload, opened.index.to_be_bytes());
    Ok(opened.index)
}

fn hex(digits: &str) -> Vec<u8> {
    let digits: Vec<u8> = digits
        .chars()
        .filter_map(|c| c.to_digit(16))
        .map(|digit| digit as u8)
        .collect();
    digits
        .chunks(2)
        .map(|pair| pair[0] << 4 | pair[1])
        .collect()
}

/// A session whose two directions have the same master key and salt.
fn both_with(profile: SrtpProfile, key: &str, salt: &str) -> (SrtpSender, SrtpReceiver) {
    let material = hex(&[key, key, salt, salt].concat());
    srtp_session(profile, &material, true, MOST_STREAMS).unwrap()
}

#[test]
fn counter_mode_packets_are_those_of_other_implementations() {
    let (mut sender, mut receiver) = both_with(
        SrtpProfile::Aes128CmSha1_80,
        "e1f97a0d3e018be0d64fa32c06de4139",
        "0ec675ad498afeebb6960b3aabe6",
    );
    let clear = hex("800f1234 decafbad cafebabe abababab abababab abababab abababab");
    let mut packet = clear.clone();
    sender.seal_rtp(&mut packet, 0, 12, 0x1234).unwrap();
    assert_eq!(
        packet,
        hex(
            "800f1234 decafbad cafebabe 4e55dc4c e79978d8 8ca4d215 949d2402 b78d6acc 99ea179b 8dbb"
        )
    );
    let mut payload = Vec::new();
    let header = RtpHeader::parse(&packet).unwrap();
    receiver.open_rtp(&header, &packet, &mut payload).unwrap();
    assert_eq!(payload, clear[12..]);

    let sealed_rtcp = hex(
        "81c8000b cafebabe 7128035b e487b9bd bef89041 f977a5a8 80000001 993e08cd
                           54d6c123 0798",
    );
    receiver.open_rtcp(&sealed_rtcp, &mut payload).unwrap();
    assert_eq!(
        payload,
        hex("81c8000b cafebabe abababab abababab abababab abababab")
    );
}

#[test]
fn galois_mode_packets_are_those_of_other_implementations() {
    let (mut sender, _) = both_with(
        SrtpProfile::AeadAes128Gcm,
        "000102030405060708090a0b0c0d0e0f",
        "a0a1a2a3a4a5a6a7a8a9aaab",
    );
    let mut packet = hex("800f1234 decafbad cafebabe abababab abababab abababab abababab");
    sender.seal_rtp(&mut packet, 0, 12, 0x1234).unwrap();
    assert_eq!(
        packet,
        hex(
            "800f1234 decafbad cafebabe c5002ede 04cfdd2e b91159e0 880aa06e d2976826 f796b201
             df3131a1 27e8a392"
        )
    );
}

#[test]
fn each_end_opens_what_the_other_sealed_and_not_what_it_sealed_itself() {
    for profile in PROFILES {
        let of = |client| srtp_session(profile, &material(profile), client, 1).unwrap();
        let (mut from_client, mut at_client) = of(true);
        let (mut from_server, mut at_server) = of(false);
        let up = sealed(&mut from_client, SSRC, 1);
        let down = sealed(&mut from_server, SSRC, 1);
        assert_eq!(open(&mut at_client, &up), Err(SrtpError::NotAuthentic));
        assert_eq!(open(&mut at_server, &down), Err(SrtpError::NotAuthentic));
        assert_eq!(open(&mut at_client, &down), Ok(1));
        assert_eq!(open(&mut at_server, &up), Ok(1));
    }
}

#[test]
fn keying_material_of_another_length_is_refused() {
    for profile in PROFILES {
        let mut material = material(profile);
        material.pop();
        let refused = srtp_session(profile, &material, true, 1).err();
        assert_eq!(refused, Some(SrtpError::KeyMaterial));
    }
}

#[test]
fn no_more_streams_are_kept_than_may_be() {
    let (mut sender, mut receiver) = up(SrtpProfile::AeadAes128Gcm);
    for ssrc in 0..MOST_STREAMS as u32 {
        assert_eq!(open(&mut receiver, &sealed(&mut sender, ssrc, 7)), Ok(7));
    }
    let one_more = sealed(&mut sender, MOST_STREAMS as u32, 7);
    assert_eq!(
        open(&mut receiver, &one_more),
        Err(SrtpError::TooManyStreams)
    );
    assert_eq!(open(&mut receiver, &sealed(&mut sender, 0, 8)), Ok(8));
}

#[test]
fn forged_packets_take_no_place_of_a_stream() {
    for profile in PROFILES {
        let (mut sender, mut receiver) = up(profile);
        for ssrc in 0..100 {
            let mut forged = sealed(&mut sender, ssrc, 7);
            *forged.last_mut().unwrap() ^= 1;
            assert_eq!(open(&mut receiver, &forged), Err(SrtpError::NotAuthentic));
        }
        assert_eq!(open(&mut receiver, &sealed(&mut sender, 100, 7)), Ok(7));
    }
}

#[test]
fn a_replayed_rtcp_packet_is_refused() {
    for profile in PROFILES {
        let (mut sender, mut receiver) = up(profile);
        let clear = hex("80c90001 cafebabe");
        let mut packets = [clear.clone(), clear.clone(), clear.clone()];
        for packet in &mut packets {
            sender.seal_rtcp(packet, 0).unwrap();
            assert_eq!(packet.len(), clear.len() + sender.rtcp_overhead());
        }
        let mut plain = Vec::new();
        for at in [2, 0, 1] {
            receiver.open_rtcp(&packets[at], &mut plain).unwrap();
            assert_eq!(plain, clear);
        }
        for packet in &packets {
            assert_eq!(
                receiver.open_rtcp(packet, &mut plain),
                Err(SrtpError::Replayed)
            );
            assert_eq!(plain, []);
        }
    }
}

#[test]
fn a_packet_behind_others_is_sealed_without_touching_them() {
    for profile in PROFILES {
        let (mut sender, mut receiver) = up(profile);
        let mut run = vec![9; 30];
        run.extend_from_slice(&hex("80600005 00000000 cafebabe 0102"));
        sender.seal_rtp(&mut run, 30, 12, 5).unwrap();
        assert_eq!(run.len(), 44 + sender.overhead());
        assert_eq!(run[..30], [9; 30]);
        let header = RtpHeader::parse(&run[30..]).unwrap();
        let mut payload = Vec::new();
        receiver
            .open_rtp(&header, &run[30..], &mut payload)
            .unwrap();
        assert_eq!(payload, [1, 2]);
    }
}

#[test]
fn what_is_no_packet_is_not_sealed() {
    for profile in PROFILES {
        let (mut sender, _) = up(profile);
        for (start, header_len) in [(0, 41), (0, 11), (41, 12), (30, 12), (usize::MAX, 12)] {
            let mut packet = vec![0x80; 40];
            let refused = sender.seal_rtp(&mut packet, start, header_len, 1);
            assert_eq!(refused, Err(SrtpError::TooShort));
            assert_eq!(packet, [0x80; 40]);
        }
        let mut packet = vec![0x80; 10];
        assert_eq!(sender.seal_rtcp(&mut packet, 3), Err(SrtpError::TooShort));
        assert_eq!(sender.seal_rtcp(&mut packet, 11), Err(SrtpError::TooShort));
    }
}

#[test]
fn a_sealed_packet_uses_the_room_that_its_buffer_has() {
    let (mut sender, mut receiver) = up(SrtpProfile::AeadAes256Gcm);
    let mut packet = Vec::with_capacity(2000);
    packet.extend_from_slice(&hex("80600005 00000000 cafebabe"));
    packet.resize(1200, 3);
    let place = packet.as_ptr();
    sender.seal_rtp(&mut packet, 0, 12, 5).unwrap();
    assert_eq!(packet.as_ptr(), place);

    let mut payload = vec![7; 2000];
    let place = payload.as_ptr();
    let header = RtpHeader::parse(&packet).unwrap();
    receiver.open_rtp(&header, &packet, &mut payload).unwrap();
    assert_eq!(payload, [3; 1188]);
    assert_eq!(payload.as_ptr(), place);
}

fn any_profile() -> impl Strategy<Value = SrtpProfile> {
    prop::sample::select(PROFILES.to_vec())
}

prop_compose! {
    /// A packet in clear, with or without extensions and padding, and the length of its header.
    fn any_rtp()(
        marker in any::<bool>(),
        payload_type in 0..=127u8,
        sequence in any::<u16>(),
        timestamp in any::<u32>(),
        ssrc in any::<u32>(),
        mid in prop::option::of("[a-z0-9]{1,16}"),
        transport_cc in any::<Option<u16>>(),
        ids in (1..=200u8, 1..=200u8),
        payload in prop::collection::vec(any::<u8>(), 0..1500),
    ) -> (Vec<u8>, usize) {
        let ids = ExtensionIds {
            mid: Some(ids.0),
            transport_cc: Some(ids.1),
            ..ExtensionIds::default()
        };
        let values = ExtensionValues {
            mid: mid.and_then(|name| Tag::new(&name)),
            transport_cc,
            ..ExtensionValues::default()
        };
        let header = NewHeader { marker, payload_type, sequence, timestamp, ssrc };
        let mut packet = Vec::new();
        let header_len = write_header(&mut packet, &header, &ids, &values);
        packet.extend_from_slice(&payload);
        (packet, header_len)
    }
}

proptest! {
    #[test]
    fn what_is_sealed_is_opened_again(
        profile in any_profile(),
        (clear, header_len) in any_rtp(),
        rubbish in prop::collection::vec(any::<u8>(), 0..2000),
    ) {
        let (mut sender, mut receiver) = up(profile);
        let mut packet = clear.clone();
        let header = RtpHeader::parse(&clear).unwrap();
        let index = u64::from(header.sequence);
        sender.seal_rtp(&mut packet, 0, header_len, index).unwrap();
        prop_assert_eq!(packet.len(), clear.len() + sender.overhead());
        prop_assert_eq!(&packet[..header_len], &clear[..header_len]);
        let mut payload = rubbish;
        let opened = receiver.open_rtp(&header, &packet, &mut payload);
        prop_assert_eq!(opened.map(|opened| opened.index), Ok(index));
        prop_assert_eq!(&payload[..], &clear[header_len..]);
        let again = receiver.open_rtp(&header, &packet, &mut payload);
        prop_assert_eq!(again, Err(SrtpError::Replayed));
        prop_assert!(payload.is_empty());
    }

    #[test]
    fn a_changed_or_cut_packet_is_refused_and_leaves_no_state(
        profile in any_profile(),
        (clear, header_len) in any_rtp(),
        at in any::<prop::sample::Index>(),
        bit in 0..8,
        cut in any::<prop::sample::Index>(),
    ) {
        let (mut sender, mut receiver) = up(profile);
        let mut packet = clear.clone();
        let index = u64::from(RtpHeader::parse(&clear).unwrap().sequence);
        sender.seal_rtp(&mut packet, 0, header_len, index).unwrap();
        let mut changed = packet.clone();
        changed[at.index(packet.len())] ^= 1u8 << bit;
        let short = packet[..cut.index(packet.len())].to_vec();
        let mut payload = vec![1, 2, 3];
        for bad in [&changed, &short] {
            if let Some(header) = RtpHeader::parse(bad) {
                let refused = receiver.open_rtp(&header, bad, &mut payload);
                prop_assert!(
                    matches!(refused, Err(SrtpError::NotAuthentic | SrtpError::TooShort)),
                    "{:?}", refused
                );
                prop_assert!(payload.is_empty());
            }
        }
        let header = RtpHeader::parse(&packet).unwrap();
        let opened = receiver.open_rtp(&header, &packet, &mut payload);
        prop_assert_eq!(opened.map(|opened| opened.index), Ok(index));
    }

    #[test]
    fn rtcp_that_is_sealed_is_opened_again_and_not_when_changed(
        profile in any_profile(),
        clear in prop::collection::vec(any::<u8>(), 8..600),
        before in 0..50usize,
        at in any::<prop::sample::Index>(),
        bit in 0..8,
    ) {
        let (mut sender, mut receiver) = up(profile);
        let mut packet = vec![0; before];
        packet.extend_from_slice(&clear);
        sender.seal_rtcp(&mut packet, before).unwrap();
        let packet = &packet[before..];
        let mut plain = vec![1, 2, 3];
        let mut changed = packet.to_vec();
        changed[at.index(packet.len())] ^= 1u8 << bit;
        let refused = receiver.open_rtcp(&changed, &mut plain);
        prop_assert!(
            matches!(refused, Err(SrtpError::NotAuthentic | SrtpError::UnencryptedRtcp)),
            "{:?}", refused
        );
        prop_assert!(plain.is_empty());
        let short = receiver.open_rtcp(&packet[..at.index(packet.len())], &mut plain);
        prop_assert!(short.is_err());
        prop_assert_eq!(receiver.open_rtcp(packet, &mut plain), Ok(()));
        prop_assert_eq!(plain, clear);
    }

    #[test]
    fn random_bytes_are_refused_without_panic(
        profile in any_profile(),
        mut packet in prop::collection::vec(any::<u8>(), 0..200),
        other in prop::collection::vec(any::<u8>(), 12..40),
    ) {
        let (mut sender, mut receiver) = up(profile);
        let mut plain = Vec::new();
        prop_assert!(receiver.open_rtcp(&packet, &mut plain).is_err());
        if let Some(first) = packet.first_mut() {
            *first = 0x80 | *first & 0x3f;
        }
        for bytes in [&packet, &other] {
            // A header that another packet was read from is a mistake, and still no panic.
            if let Some(header) = RtpHeader::parse(bytes) {
                prop_assert!(receiver.open_rtp(&header, &packet, &mut plain).is_err());
            }
        }
        let _either_way = sender.seal_rtp(&mut packet.clone(), 3, 14, u64::from(u32::MAX));
        let _either_way = sender.seal_rtcp(&mut packet, 5);
    }
}
