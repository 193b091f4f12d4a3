//! RTP headers of anybody, before and after they are known to be a participant's.
//!
//! The first six bytes are the ids of the header extensions, 0 for one that was not negotiated; the
//! rest is the packet.

use zoom_rtp::{ExtensionIds, NewHeader, RtpHeader, is_rtcp, write_header};

/// Reads a packet's header, and writes one that says the same.
///
/// # Panics
///
/// Where something is read from outside the packet, or is not read back as it was written.
pub fn run(data: &[u8]) {
    let Some((
        &[
            mid,
            rid,
            repaired_rid,
            transport_cc,
            audio_level,
            orientation,
        ],
        packet,
    )) = data.split_first_chunk()
    else {
        return;
    };
    let all = [
        mid,
        rid,
        repaired_rid,
        transport_cc,
        audio_level,
        orientation,
    ];
    let given = |id: u8| (id != 0).then_some(id);
    let ids = ExtensionIds {
        mid: given(mid),
        rid: given(rid),
        repaired_rid: given(repaired_rid),
        transport_cc: given(transport_cc),
        audio_level: given(audio_level),
        orientation: given(orientation),
    };
    is_rtcp(packet);
    let Some(header) = RtpHeader::parse(packet) else {
        return;
    };
    assert!(header.len() <= packet.len());
    let in_extensions: usize = header.extensions(packet).map(|(_, data)| data.len()).sum();
    assert!(in_extensions < header.len());
    let payload = packet.get(header.len()..).unwrap_or_default();
    if let Some(unpadded) = header.unpad(payload) {
        assert!(payload.starts_with(unpadded));
    }

    let values = ids.read(header.extensions(packet));
    let mut written = vec![0xaa; 3];
    let new = NewHeader {
        marker: header.marker,
        payload_type: header.payload_type,
        sequence: header.sequence,
        timestamp: header.timestamp,
        ssrc: header.ssrc,
    };
    let length = write_header(&mut written, &new, &ids, &values);
    let written = written.get(3..).unwrap_or_default();
    assert_eq!(length, written.len());
    let Some(again) = RtpHeader::parse(written) else {
        panic!("{new:?} with {values:?} cannot be read back");
    };
    assert_eq!(again.len(), length);
    let read = NewHeader {
        marker: again.marker,
        payload_type: again.payload_type,
        sequence: again.sequence,
        timestamp: again.timestamp,
        ssrc: again.ssrc,
    };
    assert_eq!(read, new);
    // Two extensions of one id cannot be told apart.
    let mut distinct = all.to_vec();
    distinct.retain(|id| *id != 0);
    distinct.sort_unstable();
    if distinct
        .windows(2)
        .all(|pair| matches!(pair, [a, b] if a != b))
    {
        assert_eq!(ids.read(again.extensions(written)), values);
    }
}
