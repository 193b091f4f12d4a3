//! Packets of the floor: an RTP header in the clear, a payload under AES-GCM, as in RFC 7714.

use anyhow::{Result, anyhow};
use aws_lc_rs::aead::{AES_128_GCM, AES_256_GCM, Aad, LessSafeKey, Nonce, UnboundKey};

/// Bytes of the header: that of RTP (RFC 3550 section 5.1) without extensions.
pub(super) const HEADER: usize = 12;
/// Bytes of the tag.
pub(super) const TAG: usize = 16;
/// The shortest packet.
pub(super) const LEAST_BYTES: usize = HEADER + TAG + 1;

/// The first bits of the header, and the payload types of the two kinds.
const VERSION: u8 = 0x80;
const SOUND: u8 = 111;
const VIDEO: u8 = 96;

/// What a header says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Header {
    pub(super) video: bool,
    pub(super) sequence: u16,
    /// The lower bits of the sender's clock, in microseconds.
    pub(super) time_us: u32,
    pub(super) stream: u32,
}

impl Header {
    pub(super) fn bytes(&self) -> [u8; HEADER] {
        let mut bytes = [0; HEADER];
        bytes[0] = VERSION;
        bytes[1] = if self.video { VIDEO } else { SOUND };
        bytes[2..4].copy_from_slice(&self.sequence.to_be_bytes());
        bytes[4..8].copy_from_slice(&self.time_us.to_be_bytes());
        bytes[8..].copy_from_slice(&self.stream.to_be_bytes());
        bytes
    }

    pub(super) fn read(bytes: &[u8]) -> Option<Self> {
        let [version, kind, high, low, t0, t1, t2, t3, s0, s1, s2, s3] = *bytes.first_chunk()?;
        (version == VERSION).then_some(Self {
            video: kind == VIDEO,
            sequence: u16::from_be_bytes([high, low]),
            time_us: u32::from_be_bytes([t0, t1, t2, t3]),
            stream: u32::from_be_bytes([s0, s1, s2, s3]),
        })
    }

    /// RFC 7714 section 8.1, without a salt: it costs the same.
    fn nonce(&self) -> Nonce {
        let mut nonce = [0; 12];
        nonce[2..6].copy_from_slice(&self.stream.to_be_bytes());
        nonce[10..].copy_from_slice(&self.sequence.to_be_bytes());
        Nonce::assume_unique_for_key(nonce)
    }
}

/// A key of one way.
pub(super) struct Key(LessSafeKey);

impl Key {
    /// The key number `number`; the same at both ends. Nothing secret goes by it.
    pub(super) fn new(long: bool, number: usize) -> Result<Self> {
        let algorithm = if long { &AES_256_GCM } else { &AES_128_GCM };
        let mut bytes = vec![0x5a; algorithm.key_len()];
        for (byte, of) in bytes.iter_mut().zip(number.to_be_bytes()) {
            *byte ^= of;
        }
        let key = UnboundKey::new(algorithm, &bytes).map_err(|_| anyhow!("no key"))?;
        Ok(Self(LessSafeKey::new(key)))
    }

    /// Appends a sealed packet.
    pub(super) fn seal(&self, header: &Header, payload: &[u8], to: &mut Vec<u8>) -> Result<()> {
        let head = header.bytes();
        to.extend_from_slice(&head);
        let begin = to.len();
        to.extend_from_slice(payload);
        let aad = Aad::from(head);
        let sealed = self
            .0
            .seal_in_place_separate_tag(header.nonce(), aad, &mut to[begin..]);
        let tag = sealed.map_err(|_| anyhow!("a packet could not be sealed"))?;
        to.extend_from_slice(tag.as_ref());
        Ok(())
    }

    /// Opens a packet in place: its payload, or nothing where it is not of this key.
    pub(super) fn open<'a>(&self, header: &Header, packet: &'a mut [u8]) -> Option<&'a [u8]> {
        let (head, sealed) = packet.split_at_mut_checked(HEADER)?;
        let opened = self
            .0
            .open_in_place(header.nonce(), Aad::from(&*head), sealed);
        opened.ok().map(|payload| &*payload)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_packet_is_opened_by_its_own_key_alone() {
        let header = Header {
            video: true,
            sequence: 7,
            time_us: 99,
            stream: 3,
        };
        for long in [false, true] {
            let key = Key::new(long, 1).unwrap();
            let mut packet = Vec::new();
            key.seal(&header, b"payload", &mut packet).unwrap();
            assert_eq!(packet.len(), HEADER + 7 + TAG);
            assert_eq!(Header::read(&packet), Some(header));
            let other = Key::new(long, 2).unwrap();
            assert_eq!(other.open(&header, &mut packet.clone()), None);
            assert_eq!(key.open(&header, &mut packet), Some(b"payload".as_slice()));
        }
    }
}
