//! What a sealed packet looks like, for every cipher.
//!
//! Sealed RTP is the header, the encrypted payload and the tag (RFC 3711 section 3.1). Sealed RTCP
//! has eight bytes in clear, the encrypted rest, and then a word of the E flag and the index, which
//! stands before the tag in RFC 3711 section 3.4 and behind it in RFC 7714 section 9.

use super::SrtpError;
use super::counter_mode::{self, CounterMode};
use super::gcm::{self, Gcm};

/// Bytes at the start of an RTCP packet that stay in clear: its header and its sender.
pub(super) const RTCP_CLEAR: usize = 8;

/// Bytes of the word of the E flag and the index.
pub(super) const RTCP_INDEX: usize = 4;

/// The flag that says that an RTCP packet is encrypted.
const ENCRYPTED: u32 = 1 << 31;

/// One direction's keys for RTP, or for RTCP.
pub(super) enum Cipher {
    Gcm(Gcm),
    CounterMode(Box<CounterMode>),
}

/// A sealed RTCP packet taken apart.
pub(super) struct SealedRtcp<'a> {
    /// The header and the sender, in clear.
    pub(super) clear: &'a [u8; RTCP_CLEAR],
    pub(super) ssrc: u32,
    /// 31 bits.
    pub(super) index: u32,
    encrypted: &'a [u8],
    word: &'a [u8],
    tag: &'a [u8],
    /// For counter mode: all that the tag speaks for.
    authenticated: &'a [u8],
}

impl Cipher {
    /// Bytes of the tag.
    pub(super) fn tag_len(&self) -> usize {
        match self {
            Self::Gcm(_) => gcm::TAG,
            Self::CounterMode(_) => counter_mode::TAG,
        }
    }

    /// Seals the RTP packet at `packet[start..]` in place and appends its tag.
    pub(super) fn seal_rtp(
        &self,
        packet: &mut Vec<u8>,
        start: usize,
        header_len: usize,
        index: u64,
    ) -> Result<(), SrtpError> {
        let end = packet.len();
        let (header, payload) = packet
            .get_mut(start..)
            .and_then(|rtp| rtp.split_at_mut_checked(header_len))
            .ok_or(SrtpError::TooShort)?;
        let ssrc = read_u32(header, 8)?;
        match self {
            Self::Gcm(gcm) => {
                packet.resize(end + gcm::TAG, 0);
                let (clear, tag) = packet.split_at_mut(end);
                let (header, payload) = clear
                    .get_mut(start..)
                    .and_then(|rtp| rtp.split_at_mut_checked(header_len))
                    .ok_or(SrtpError::TooShort)?;
                gcm.seal(ssrc, index, header, payload, tag)
            }
            Self::CounterMode(cipher) => {
                cipher.apply(ssrc, index, payload)?;
                let roll_over = ((index >> 16) as u32).to_be_bytes();
                let tag = cipher.tag(packet.get(start..).unwrap_or_default(), &roll_over);
                packet.extend_from_slice(&tag);
                Ok(())
            }
        }
    }

    /// Opens the payload of an RTP packet into `text`, which has its old content replaced.
    ///
    /// After an error nothing is in `text`.
    pub(super) fn open_rtp(
        &self,
        packet: &[u8],
        header_len: usize,
        ssrc: u32,
        index: u64,
        text: &mut Vec<u8>,
    ) -> Result<(), SrtpError> {
        let opened = self.try_open_rtp(packet, header_len, ssrc, index, text);
        if opened.is_err() {
            text.clear();
        }
        opened
    }

    fn try_open_rtp(
        &self,
        packet: &[u8],
        header_len: usize,
        ssrc: u32,
        index: u64,
        text: &mut Vec<u8>,
    ) -> Result<(), SrtpError> {
        let (authenticated, tag) = packet
            .len()
            .checked_sub(self.tag_len())
            .and_then(|at| packet.split_at_checked(at))
            .ok_or(SrtpError::TooShort)?;
        let (header, encrypted) = authenticated
            .split_at_checked(header_len)
            .ok_or(SrtpError::TooShort)?;
        match self {
            Self::Gcm(gcm) => {
                // Bytes that a reused buffer has already are overwritten, not cleared first.
                text.resize(encrypted.len(), 0);
                gcm.open(ssrc, index, header, encrypted, tag, text)
            }
            Self::CounterMode(cipher) => {
                let roll_over = ((index >> 16) as u32).to_be_bytes();
                cipher.verify(authenticated, &roll_over, tag)?;
                text.clear();
                text.extend_from_slice(encrypted);
                cipher.apply(ssrc, index, text)
            }
        }
    }

    /// Seals the compound RTCP packet at `packet[start..]` in place and appends word and tag.
    pub(super) fn seal_rtcp(
        &self,
        packet: &mut Vec<u8>,
        start: usize,
        index: u32,
    ) -> Result<(), SrtpError> {
        let end = packet.len();
        let (clear, text) = packet
            .get_mut(start..)
            .and_then(|rtcp| rtcp.split_first_chunk_mut::<RTCP_CLEAR>())
            .ok_or(SrtpError::TooShort)?;
        let ssrc = read_u32(clear, 4)?;
        let word = (index | ENCRYPTED).to_be_bytes();
        match self {
            Self::Gcm(gcm) => {
                let associated = associated_with(clear, &word);
                packet.resize(end + gcm::TAG, 0);
                let (clear, tag) = packet.split_at_mut(end);
                let text = clear
                    .get_mut(start + RTCP_CLEAR..)
                    .ok_or(SrtpError::TooShort)?;
                gcm.seal(ssrc, u64::from(index), &associated, text, tag)?;
                packet.extend_from_slice(&word);
            }
            Self::CounterMode(cipher) => {
                cipher.apply(ssrc, u64::from(index), text)?;
                packet.extend_from_slice(&word);
                let tag = cipher.tag(packet.get(start..).unwrap_or_default(), &[]);
                packet.extend_from_slice(&tag);
            }
        }
        Ok(())
    }

    /// Takes a sealed RTCP packet apart, without opening it.
    pub(super) fn split_rtcp<'a>(&self, packet: &'a [u8]) -> Result<SealedRtcp<'a>, SrtpError> {
        let (clear, rest) = packet
            .split_first_chunk::<RTCP_CLEAR>()
            .ok_or(SrtpError::TooShort)?;
        let encrypted_len = rest
            .len()
            .checked_sub(self.tag_len() + RTCP_INDEX)
            .ok_or(SrtpError::TooShort)?;
        let (encrypted, trailer) = rest.split_at(encrypted_len);
        let (word, tag) = match self {
            Self::Gcm(_) => {
                let (tag, word) = trailer.split_at(gcm::TAG);
                (word, tag)
            }
            Self::CounterMode(_) => trailer.split_at(RTCP_INDEX),
        };
        let flag_and_index = read_u32(word, 0)?;
        if flag_and_index & ENCRYPTED == 0 {
            return Err(SrtpError::UnencryptedRtcp);
        }
        let authenticated = packet.len() - self.tag_len();
        Ok(SealedRtcp {
            clear,
            ssrc: read_u32(clear, 4)?,
            index: flag_and_index & !ENCRYPTED,
            encrypted,
            word,
            tag,
            authenticated: packet.get(..authenticated).unwrap_or_default(),
        })
    }

    /// Opens a sealed RTCP packet into `plain`, which has its old content replaced.
    ///
    /// After an error nothing is in `plain`.
    pub(super) fn open_rtcp(
        &self,
        packet: &SealedRtcp<'_>,
        plain: &mut Vec<u8>,
    ) -> Result<(), SrtpError> {
        plain.clear();
        plain.extend_from_slice(packet.clear);
        plain.extend_from_slice(packet.encrypted);
        let text = plain.get_mut(RTCP_CLEAR..).unwrap_or_default();
        let index = u64::from(packet.index);
        let opened = match self {
            Self::Gcm(gcm) => {
                let associated = associated_with(packet.clear, packet.word);
                gcm.open(
                    packet.ssrc,
                    index,
                    &associated,
                    packet.encrypted,
                    packet.tag,
                    text,
                )
            }
            Self::CounterMode(cipher) => cipher
                .verify(packet.authenticated, &[], packet.tag)
                .and_then(|()| cipher.apply(packet.ssrc, index, text)),
        };
        if opened.is_err() {
            plain.clear();
        }
        opened
    }
}

/// What the tag of an encrypted RTCP packet speaks for besides the text (RFC 7714 section 9.2).
fn associated_with(clear: &[u8; RTCP_CLEAR], word: &[u8]) -> [u8; RTCP_CLEAR + RTCP_INDEX] {
    let mut associated = [0; RTCP_CLEAR + RTCP_INDEX];
    let (first, last) = associated.split_at_mut(RTCP_CLEAR);
    first.copy_from_slice(clear);
    last.copy_from_slice(word);
    associated
}

fn read_u32(bytes: &[u8], at: usize) -> Result<u32, SrtpError> {
    let word = bytes
        .get(at..)
        .and_then(<[u8]>::first_chunk)
        .ok_or(SrtpError::TooShort)?;
    Ok(u32::from_be_bytes(*word))
}

#[cfg(test)]
pub(super) mod hex {
    /// The bytes of hexadecimal digits, with spaces between them.
    pub(in crate::srtp) fn hex(digits: &str) -> Vec<u8> {
        let digits: Vec<u32> = digits
            .chars()
            .filter(|c| !c.is_whitespace())
            .map(|c| c.to_digit(16).unwrap())
            .collect();
        digits
            .chunks(2)
            .map(|pair| (pair[0] * 16 + pair[1]) as u8)
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::hex::hex;
    use super::*;
    use crate::srtp::SrtpProfile::{self, AeadAes128Gcm, AeadAes256Gcm};

    const KEY: &str = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f";
    const RTP: &str = "8040f17b 8041f8d3 5501a0b2 47616c6c 69612065 7374206f 6d6e6973 20646976
                       69736120 696e2070 61727465 73207472 6573";
    const RTCP: &str = "81c8000d 4d617273 4e545031 4e545032 52545020 0000042a 0000e930 4c756e61
                        deadbeef deadbeef deadbeef deadbeef deadbeef";
    const RTCP_NUMBER: u32 = 0x5d4;

    fn gcm(profile: SrtpProfile) -> Cipher {
        let key = &hex(KEY)[..profile.key_len()];
        let salt = hex("517569642070726f2071756f").try_into().unwrap();
        Cipher::Gcm(Gcm::new(profile, key, salt).unwrap())
    }

    #[test]
    fn rtp_is_sealed_as_rfc_7714_section_16_shows() {
        let header = "8040f17b 8041f8d3 5501a0b2";
        for (profile, sealed) in [
            (
                AeadAes128Gcm,
                "f24de3a3 fb34de6c acba861c 9d7e4bca be633bd5 0d294e6f 42a5f47a 51c7d19b 36de3adf
                 8833 899d7f27 beb16a91 52cf765e e4390cce",
            ),
            (
                AeadAes256Gcm,
                "32b1de78 a822fe12 ef9f78fa 332e33aa b1801238 9a58e2f3 b50b2a02 76ffae0f 1ba63799
                 b87b 7aa3db36 dfffd6b0 f9bb7878 d7a76c13",
            ),
        ] {
            let cipher = gcm(profile);
            let mut packet = hex(RTP);
            cipher.seal_rtp(&mut packet, 0, 12, 0xf17b).unwrap();
            assert_eq!(packet, [hex(header), hex(sealed)].concat(), "{profile:?}");
            let mut text = Vec::new();
            cipher
                .open_rtp(&packet, 12, 0x5501_a0b2, 0xf17b, &mut text)
                .unwrap();
            assert_eq!(text, hex(RTP)[12..], "{profile:?}");
        }
    }

    #[test]
    fn rtcp_is_sealed_as_rfc_7714_section_17_shows() {
        for (profile, sealed) in [
            (
                AeadAes128Gcm,
                "63e94885 dcdab67c a727d766 2f6b7e99 7ff5c0f7 6c06f32d c676a5f1 730d6fda 4ce09b46
                 86303ded 0bb9275b c84aa458 96cf4d2f c5abf872 45d9eade 800005d4",
            ),
            (
                AeadAes256Gcm,
                "d50ae4d1 f5ce5d30 4ba297e4 7d470c28 2c3ece5d bffe0a50 a2eaa5c1 110555be 8415f658
                 c61de047 6f1b6fad 1d1eb30c 4446839f 57ff6f6c b26ac3be 800005d4",
            ),
        ] {
            let cipher = gcm(profile);
            let mut packet = hex(RTCP);
            cipher.seal_rtcp(&mut packet, 0, RTCP_NUMBER).unwrap();
            assert_eq!(
                packet,
                [hex("81c8000d 4d617273"), hex(sealed)].concat(),
                "{profile:?}"
            );
            let split = cipher.split_rtcp(&packet).unwrap();
            assert_eq!((split.ssrc, split.index), (0x4d61_7273, RTCP_NUMBER));
            let mut plain = Vec::new();
            cipher.open_rtcp(&split, &mut plain).unwrap();
            assert_eq!(plain, hex(RTCP), "{profile:?}");
        }
    }

    #[test]
    fn rtcp_that_is_only_tagged_is_refused() {
        // RFC 7714 section 17.3: authentic, and not encrypted.
        let packet = [
            hex(RTCP),
            hex("841dd968 3dd78ec9 2ae58790 125f62b3 000005d4"),
        ]
        .concat();
        let refused = gcm(AeadAes128Gcm).split_rtcp(&packet).err();
        assert_eq!(refused, Some(SrtpError::UnencryptedRtcp));
    }
}
