//! What is written as an RTP header is read back, and nothing that is read makes it panic.

use proptest::prelude::*;
use zoom_rtp::{
    AudioLevel, ExtensionIds, ExtensionValues, NewHeader, RtpHeader, Tag, is_rtcp, write_header,
};

const HEADER: NewHeader = NewHeader {
    marker: true,
    payload_type: 96,
    sequence: 0x1234,
    timestamp: 0x5678_9abc,
    ssrc: 0xdead_beef,
};

fn ids(of: [Option<u8>; 6]) -> ExtensionIds {
    let [
        mid,
        rid,
        repaired_rid,
        transport_cc,
        audio_level,
        orientation,
    ] = of;
    ExtensionIds {
        mid,
        rid,
        repaired_rid,
        transport_cc,
        audio_level,
        orientation,
    }
}

fn written(ids: &ExtensionIds, values: &ExtensionValues) -> Vec<u8> {
    let mut packet = Vec::new();
    let len = write_header(&mut packet, &HEADER, ids, values);
    assert_eq!(len, packet.len());
    packet
}

fn read(ids: &ExtensionIds, packet: &[u8]) -> ExtensionValues {
    let header = RtpHeader::parse(packet).unwrap();
    ids.read(header.extensions(packet))
}

#[test]
fn a_header_without_extension_is_twelve_bytes_long() {
    let packet = written(&ExtensionIds::default(), &ExtensionValues::default());
    assert_eq!(
        packet,
        [
            0x80, 0xe0, 0x12, 0x34, 0x56, 0x78, 0x9a, 0xbc, 0xde, 0xad, 0xbe, 0xef
        ]
    );
}

#[test]
fn small_identifiers_use_the_one_byte_form() {
    let ids = ids([Some(1), None, None, Some(3), None, None]);
    let values = ExtensionValues {
        mid: Tag::new("ab"),
        transport_cc: Some(0x0102),
        ..ExtensionValues::default()
    };
    let packet = written(&ids, &values);
    assert_eq!(
        packet[12..],
        [0xbe, 0xde, 0, 2, 0x31, 1, 2, 0x11, b'a', b'b', 0, 0]
    );
}

#[test]
fn an_identifier_above_fourteen_uses_the_two_byte_form() {
    let ids = ids([Some(15), None, None, Some(3), None, None]);
    let values = ExtensionValues {
        mid: Tag::new("a"),
        transport_cc: Some(0x0102),
        ..ExtensionValues::default()
    };
    let packet = written(&ids, &values);
    assert_eq!(packet[12..], [0x10, 0, 0, 2, 3, 2, 1, 2, 15, 1, b'a', 0]);
    assert_eq!(read(&ids, &packet), values);
}

#[test]
fn a_value_without_an_identifier_is_not_written() {
    let values = ExtensionValues {
        transport_cc: Some(1),
        ..ExtensionValues::default()
    };
    assert_eq!(
        written(&ids([Some(1), None, None, None, None, None]), &values).len(),
        12
    );
    assert_eq!(
        written(&ids([None, None, None, Some(0), None, None]), &values).len(),
        12
    );
}

#[test]
fn contributing_sources_belong_to_the_header() {
    let mut packet = written(&ExtensionIds::default(), &ExtensionValues::default());
    packet[0] |= 2;
    assert_eq!(RtpHeader::parse(&packet), None);
    packet.extend_from_slice(&[0; 8]);
    assert_eq!(RtpHeader::parse(&packet).unwrap().len(), 20);
}

#[test]
fn an_extension_that_reaches_beyond_the_packet_is_refused() {
    let ids = ids([None, None, None, Some(3), None, None]);
    let values = ExtensionValues {
        transport_cc: Some(7),
        ..ExtensionValues::default()
    };
    let packet = written(&ids, &values);
    for len in 0..packet.len() {
        assert_eq!(RtpHeader::parse(&packet[..len]), None, "{len} bytes");
    }
}

#[test]
fn another_version_is_refused() {
    let mut packet = written(&ExtensionIds::default(), &ExtensionValues::default());
    packet[0] = 0x40;
    assert_eq!(RtpHeader::parse(&packet), None);
}

/// A packet with these bytes as its extension's elements.
fn with_elements(profile: [u8; 2], elements: &[u8]) -> Vec<u8> {
    let mut packet = written(&ExtensionIds::default(), &ExtensionValues::default());
    packet[0] |= 0x10;
    packet.extend_from_slice(&profile);
    packet.extend_from_slice(&((elements.len() / 4) as u16).to_be_bytes());
    packet.extend_from_slice(elements);
    packet
}

fn elements_of(packet: &[u8]) -> Vec<(u8, &[u8])> {
    RtpHeader::parse(packet)
        .unwrap()
        .extensions(packet)
        .collect()
}

#[test]
fn padding_between_elements_is_skipped() {
    let packet = with_elements([0xbe, 0xde], &[0x10, 7, 0, 0, 0x20, 8, 0, 0]);
    assert_eq!(elements_of(&packet), [(1, &[7][..]), (2, &[8][..])]);
}

#[test]
fn identifier_fifteen_ends_one_byte_elements() {
    let packet = with_elements([0xbe, 0xde], &[0x10, 7, 0xf0, 9, 0x20, 8, 0, 0]);
    assert_eq!(elements_of(&packet), [(1, &[7][..])]);
}

#[test]
fn an_element_longer_than_the_extension_ends_the_walk() {
    let packet = with_elements([0xbe, 0xde], &[0x10, 7, 0x2f, 9]);
    assert_eq!(elements_of(&packet), [(1, &[7][..])]);
}

#[test]
fn two_byte_elements_may_be_empty() {
    let packet = with_elements([0x10, 0x05], &[1, 0, 200, 2, 7, 8, 0, 0]);
    assert_eq!(elements_of(&packet), [(1, &[][..]), (200, &[7, 8][..])]);
}

#[test]
fn an_unknown_profile_has_no_elements() {
    let packet = with_elements([0x12, 0x34], &[0x10, 7, 0, 0]);
    assert_eq!(elements_of(&packet), []);
}

#[test]
fn padding_is_taken_off_an_opened_payload() {
    let mut packet = written(&ExtensionIds::default(), &ExtensionValues::default());
    assert_eq!(
        RtpHeader::parse(&packet).unwrap().unpad(&[1, 2]),
        Some(&[1, 2][..])
    );
    packet[0] |= 0x20;
    let header = RtpHeader::parse(&packet).unwrap();
    assert_eq!(header.unpad(&[1, 2, 0, 2]), Some(&[1, 2][..]));
    assert_eq!(header.unpad(&[0, 0, 3]), Some(&[][..]));
    assert_eq!(header.unpad(&[1, 0]), None);
    assert_eq!(header.unpad(&[1, 3]), None);
    assert_eq!(header.unpad(&[]), None);
}

#[test]
fn rtcp_is_told_from_rtp_by_the_payload_type() {
    assert!(is_rtcp(&[0x80, 200, 0, 1]));
    assert!(is_rtcp(&[0x81, 206]));
    assert!(!is_rtcp(&[0x80, 0xe0]));
    assert!(!is_rtcp(&[0x80, 96]));
    assert!(!is_rtcp(&[0x80]));
    assert!(!is_rtcp(&[0x16, 200]));
}

#[test]
fn a_tag_holds_printable_names_of_up_to_sixteen_bytes() {
    assert_eq!(
        Tag::new("0123456789abcdef").unwrap().as_str(),
        "0123456789abcdef"
    );
    assert_eq!(Tag::new("0123456789abcdefg"), None);
    assert_eq!(Tag::new(""), None);
    assert_eq!(Tag::new("a b"), None);
    assert_eq!(Tag::from_bytes(&[0xff]), None);
}

#[test]
fn a_level_is_seven_bits_and_a_voice_one() {
    let ids = ids([None, None, None, None, Some(1), None]);
    for (level_dbov, on_wire) in [
        (0, 0x80),
        (-30, 0x9e),
        (-127, 0xff),
        (-128, 0xff),
        (5, 0x80),
    ] {
        let level = AudioLevel {
            voice: true,
            level_dbov,
        };
        let values = ExtensionValues {
            audio_level: Some(level),
            ..ExtensionValues::default()
        };
        assert_eq!(written(&ids, &values)[17], on_wire);
    }
}

fn any_tag() -> impl Strategy<Value = Option<Tag>> {
    prop::option::of("[!-~]{1,16}".prop_map(|name| Tag::new(&name).unwrap()))
}

prop_compose! {
    fn any_values()(
        mid in any_tag(),
        rid in any_tag(),
        repaired_rid in any_tag(),
        transport_cc in any::<Option<u16>>(),
        level in prop::option::of((any::<bool>(), -127..=0i8)),
        orientation in any::<Option<u8>>(),
    ) -> ExtensionValues {
        let audio_level = level.map(|(voice, level_dbov)| AudioLevel { voice, level_dbov });
        ExtensionValues { mid, rid, repaired_rid, transport_cc, audio_level, orientation }
    }
}

/// Six identifiers of which no two are the same.
fn any_ids() -> impl Strategy<Value = ExtensionIds> {
    let all = prop_oneof![Just(14), Just(255)];
    all.prop_flat_map(|most| {
        let numbers: Vec<u8> = (1..=most).collect();
        prop::sample::subsequence(numbers, 6).prop_shuffle()
    })
    .prop_map(|of| ids([0, 1, 2, 3, 4, 5].map(|at: usize| Some(of[at]))))
}

proptest! {
    #[test]
    fn what_is_written_is_read_back(ids in any_ids(), values in any_values()) {
        let mut packet = written(&ids, &values);
        packet.extend_from_slice(b"payload");
        let header = RtpHeader::parse(&packet).unwrap();
        prop_assert_eq!(header.len(), packet.len() - 7);
        prop_assert_eq!(header.marker, HEADER.marker);
        prop_assert_eq!(header.payload_type, HEADER.payload_type);
        prop_assert_eq!(header.sequence, HEADER.sequence);
        prop_assert_eq!(header.timestamp, HEADER.timestamp);
        prop_assert_eq!(header.ssrc, HEADER.ssrc);
        prop_assert_eq!(read(&ids, &packet), values);
    }

    #[test]
    fn random_bytes_are_read_without_panic(
        mut packet in prop::collection::vec(any::<u8>(), 0..200),
        extended in any::<bool>(),
        profile in prop_oneof![Just(0xbede_u16), Just(0x1000), any::<u16>()],
        ids in any_ids(),
    ) {
        if let Some(first) = packet.first_mut() {
            *first = if extended { 0x90 } else { *first };
        }
        if let Some(at) = packet.get_mut(12..15) {
            at[..2].copy_from_slice(&profile.to_be_bytes());
            at[2] = 0;
        }
        is_rtcp(&packet);
        if let Some(header) = RtpHeader::parse(&packet) {
            prop_assert!(header.len() <= packet.len());
            ids.read(header.extensions(&packet));
            header.unpad(&packet[header.len()..]);
            // A header that is asked about bytes it was not read from may answer nonsense only.
            ids.read(header.extensions(&packet[..packet.len() / 2]));
        }
    }
}
