//! Sealed packets, as they were sent and as somebody on the way or with the keys changed them.
//!
//! The first byte chooses the profile; the rest are steps (see `steps`), whose content is a packet
//! in clear, or what is taken for a sealed one.

use std::collections::{BTreeMap, BTreeSet};

use zoom_rtp::{
    RtpHeader,
    srtp::{Opened, SrtpError, SrtpProfile, SrtpReceiver, SrtpSender, srtp_session},
};

use crate::steps::Steps;

/// Streams that the receiving end keeps; few, so that it is tried what happens beyond.
const STREAMS: usize = 4;
/// How far behind the newest a packet may come in any case.
const SURELY_KEPT: u64 = 512;

/// One way between two ends, and what came over it.
struct Way {
    sender: SrtpSender,
    receiver: SrtpReceiver,
    opened: Vec<u8>,
    /// The indices that were accepted, by stream.
    accepted: BTreeMap<u32, BTreeSet<u64>>,
    last_rtp: Vec<u8>,
    last_rtcp: Vec<u8>,
}

/// Seals, changes and opens packets.
///
/// # Panics
///
/// Where a changed or repeated packet is opened, or an unchanged one is not.
pub fn run(data: &[u8]) {
    let Some((profile, steps)) = data.split_first() else {
        return;
    };
    let profile = match profile % 3 {
        0 => SrtpProfile::AeadAes128Gcm,
        1 => SrtpProfile::Aes128CmSha1_80,
        _ => SrtpProfile::AeadAes256Gcm,
    };
    let material: Vec<u8> = (0..profile.material_len()).map(|at| at as u8).collect();
    let (Ok((sender, _)), Ok((_, receiver))) = (
        srtp_session(profile, &material, true, STREAMS),
        srtp_session(profile, &material, false, STREAMS),
    ) else {
        panic!("{profile:?} makes no session");
    };
    let mut way = Way {
        sender,
        receiver,
        opened: Vec::new(),
        accepted: BTreeMap::new(),
        last_rtp: Vec::new(),
        last_rtcp: Vec::new(),
    };
    for (kind, content) in Steps(steps).take(64) {
        match kind % 8 {
            0 => way.rtp(content, kind & 8 != 0),
            1 => way.changed_rtp(content),
            2 => drop(way.open_rtp(content)),
            3 => way.repeated_rtp(),
            4 => way.rtcp(content),
            5 => way.changed_rtcp(content),
            6 => drop(way.receiver.open_rtcp(content, &mut way.opened)),
            _ => way.repeated_rtcp(),
        }
    }
}

impl Way {
    fn open_rtp(&mut self, packet: &[u8]) -> Option<Result<Opened, SrtpError>> {
        let header = RtpHeader::parse(packet)?;
        Some(self.receiver.open_rtp(&header, packet, &mut self.opened))
    }

    /// The index of the next packet with this number as an honest sender counts it.
    fn index(&self, ssrc: u32, sequence: u16, later: bool) -> u64 {
        let Some(highest) = self.accepted.get(&ssrc).and_then(BTreeSet::last) else {
            // A stream may begin up to 2^14 packets after its first wrap.
            return u64::from(sequence)
                + if later && sequence < 0x4000 {
                    0x1_0000
                } else {
                    0
                };
        };
        let step = sequence.wrapping_sub(*highest as u16).cast_signed();
        match highest.checked_add_signed(step.into()) {
            Some(index) => index,
            None => u64::from(sequence),
        }
    }

    fn seal_rtp(&mut self, packet: &[u8], later: bool) -> Option<(RtpHeader, u64, Vec<u8>)> {
        let header = RtpHeader::parse(packet)?;
        let index = self.index(header.ssrc, header.sequence, later);
        // The start of a packet in its buffer must not matter.
        let mut sealed = vec![0x55; 5];
        sealed.extend(packet);
        let done = self.sender.seal_rtp(&mut sealed, 5, header.len(), index);
        assert_eq!(done, Ok(()));
        assert_eq!(sealed.len(), 5 + packet.len() + self.sender.overhead());
        Some((header, index, sealed.split_off(5)))
    }

    fn rtp(&mut self, packet: &[u8], later: bool) {
        let Some((header, index, sealed)) = self.seal_rtp(packet, later) else {
            return;
        };
        let streams = self.accepted.len();
        let known = self.accepted.get(&header.ssrc);
        let before = known.is_some_and(|indices| indices.contains(&index));
        let newest = known.and_then(BTreeSet::last).copied();
        match self.open_rtp(&sealed) {
            Some(Ok(opened)) => {
                assert!(!before, "{index} was opened twice");
                assert_eq!(opened.index, index);
                assert_eq!(Some(self.opened.as_slice()), packet.get(header.len()..));
                self.accepted.entry(header.ssrc).or_default().insert(index);
            }
            Some(Err(error)) => {
                assert!(self.opened.is_empty());
                let is_full = newest.is_none() && streams >= STREAMS;
                let is_late = newest.is_some_and(|newest| index + SURELY_KEPT < newest);
                assert!(
                    before || is_full || is_late,
                    "{error} at {index} after {newest:?}"
                );
            }
            None => panic!("the header is no longer one"),
        }
        self.last_rtp = sealed;
    }

    fn changed_rtp(&mut self, content: &[u8]) {
        let Some((change, packet)) = content.split_first_chunk::<3>() else {
            return;
        };
        if let Some((_, _, mut sealed)) = self.seal_rtp(packet, false)
            && alter(&mut sealed, *change)
        {
            let opened = self.open_rtp(&sealed);
            assert!(
                !matches!(opened, Some(Ok(_))),
                "a changed packet was opened"
            );
        }
    }

    fn repeated_rtp(&mut self) {
        let last = std::mem::take(&mut self.last_rtp);
        if let Some(opened) = self.open_rtp(&last) {
            assert!(opened.is_err(), "a packet was opened twice");
        }
    }

    fn seal_rtcp(&mut self, packet: &[u8]) -> Option<Vec<u8>> {
        let mut sealed = packet.to_vec();
        match self.sender.seal_rtcp(&mut sealed, 0) {
            Ok(()) => {
                assert_eq!(sealed.len(), packet.len() + self.sender.rtcp_overhead());
                Some(sealed)
            }
            Err(error) => {
                assert!(packet.len() < 8, "{error}");
                None
            }
        }
    }

    fn rtcp(&mut self, packet: &[u8]) {
        let Some(sealed) = self.seal_rtcp(packet) else {
            return;
        };
        match self.receiver.open_rtcp(&sealed, &mut self.opened) {
            Ok(()) => {
                assert_eq!(self.opened, packet);
                self.last_rtcp = sealed;
            }
            Err(error) => assert_eq!(error, SrtpError::TooManyStreams),
        }
    }

    fn changed_rtcp(&mut self, content: &[u8]) {
        let Some((change, packet)) = content.split_first_chunk::<3>() else {
            return;
        };
        if let Some(mut sealed) = self.seal_rtcp(packet)
            && alter(&mut sealed, *change)
        {
            let opened = self.receiver.open_rtcp(&sealed, &mut self.opened);
            assert!(opened.is_err(), "a changed packet was opened");
        }
    }

    fn repeated_rtcp(&mut self) {
        if !self.last_rtcp.is_empty() {
            let opened = self.receiver.open_rtcp(&self.last_rtcp, &mut self.opened);
            assert!(opened.is_err(), "a packet was opened twice");
        }
    }
}

/// Changes one byte, or cuts the packet off there; says whether it is another packet now.
fn alter(packet: &mut Vec<u8>, [high, low, by]: [u8; 3]) -> bool {
    let at = usize::from(u16::from_be_bytes([high, low])) % packet.len().max(1);
    match packet.get_mut(at) {
        Some(_) if by == 0 => packet.truncate(at),
        Some(byte) => *byte ^= by,
        None => return false,
    }
    true
}
