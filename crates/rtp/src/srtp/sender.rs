//! The half of a session that seals what is sent.

use super::SrtpError;
use super::cipher::{Cipher, RTCP_INDEX};

/// The largest index of an RTP packet: 32 bits of roll-over counter and 16 of sequence number
/// (RFC 3711 section 3.3.1).
pub(super) const LARGEST_RTP_INDEX: u64 = (1 << 48) - 1;

/// The largest index of an RTCP packet: 31 bits (RFC 3711 section 3.4).
const LARGEST_RTCP_INDEX: u32 = (1 << 31) - 1;

/// Seals packets for one peer.
pub struct SrtpSender {
    rtp: Cipher,
    rtcp: Cipher,
    next_rtcp_index: u32,
}

impl SrtpSender {
    pub(super) fn new(rtp: Cipher, rtcp: Cipher) -> Self {
        Self {
            rtp,
            rtcp,
            next_rtcp_index: 0,
        }
    }

    /// Bytes that a sealed RTP packet is longer than the packet in clear.
    pub fn overhead(&self) -> usize {
        self.rtp.tag_len()
    }

    /// Bytes that a sealed compound RTCP packet is longer than the packet in clear.
    pub fn rtcp_overhead(&self) -> usize {
        self.rtcp.tag_len() + RTCP_INDEX
    }

    /// Seals a packet in place and appends its tag.
    ///
    /// `packet[start..]` is a whole RTP packet in clear with a header of `header_len` bytes, which
    /// stays in clear. `index` is the roll-over counter shifted by 16 bits, and the sequence number
    /// that stands in the header; a stream counts it from its first packet, whose roll-over counter
    /// is nought. Two packets of one stream never share an index unless they are the same bytes.
    /// Nothing is allocated if `packet` has room for [`overhead`](Self::overhead) more bytes.
    ///
    /// # Errors
    /// [`SrtpError::TooShort`] if there are not `header_len` bytes or fewer than a header has,
    /// [`SrtpError::Exhausted`] if `index` has more than 48 bits. The packet is then not to be sent.
    pub fn seal_rtp(
        &mut self,
        packet: &mut Vec<u8>,
        start: usize,
        header_len: usize,
        index: u64,
    ) -> Result<(), SrtpError> {
        if index > LARGEST_RTP_INDEX {
            return Err(SrtpError::Exhausted);
        }
        self.rtp.seal_rtp(packet, start, header_len, index)
    }

    /// Seals a compound packet in place and appends the index, which is counted here, and the tag.
    ///
    /// `packet[start..]` is a whole compound RTCP packet in clear.
    ///
    /// # Errors
    /// [`SrtpError::TooShort`] if it has fewer than eight bytes, [`SrtpError::Exhausted`] after
    /// 2³¹ packets (RFC 3711 section 9.2). The packet is then not to be sent.
    pub fn seal_rtcp(&mut self, packet: &mut Vec<u8>, start: usize) -> Result<(), SrtpError> {
        let index = self.next_rtcp_index;
        if index > LARGEST_RTCP_INDEX {
            return Err(SrtpError::Exhausted);
        }
        self.rtcp.seal_rtcp(packet, start, index)?;
        self.next_rtcp_index = index + 1;
        Ok(())
    }
}

impl std::fmt::Debug for SrtpSender {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SrtpSender")
            .field("next_rtcp_index", &self.next_rtcp_index)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::srtp::{SrtpProfile, srtp_session};

    fn sender() -> SrtpSender {
        srtp_session(SrtpProfile::AeadAes128Gcm, &[7; 56], true, 1)
            .unwrap()
            .0
    }

    #[test]
    fn no_packet_is_sealed_beyond_the_last_rtp_index() {
        let mut sender = sender();
        let mut packet = vec![0x80; 20];
        assert_eq!(
            sender.seal_rtp(&mut packet, 0, 12, LARGEST_RTP_INDEX),
            Ok(())
        );
        let mut packet = vec![0x80; 20];
        let refused = sender.seal_rtp(&mut packet, 0, 12, LARGEST_RTP_INDEX + 1);
        assert_eq!(refused, Err(SrtpError::Exhausted));
        assert_eq!(packet, [0x80; 20]);
    }

    #[test]
    fn no_packet_is_sealed_beyond_the_last_rtcp_index() {
        let mut sender = sender();
        sender.next_rtcp_index = LARGEST_RTCP_INDEX;
        let mut packet = vec![0x80; 20];
        assert_eq!(sender.seal_rtcp(&mut packet, 0), Ok(()));
        assert_eq!(packet[36..], [0xff; 4]);
        let mut packet = vec![0x80; 20];
        for _ in 0..2 {
            assert_eq!(sender.seal_rtcp(&mut packet, 0), Err(SrtpError::Exhausted));
        }
        assert_eq!(packet, [0x80; 20]);
    }
}
