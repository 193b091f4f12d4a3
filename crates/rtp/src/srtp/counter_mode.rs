//! AES in counter mode with HMAC-SHA1 (RFC 3711 sections 4.1.1 and 4.2.1).

use aws_lc_rs::cipher::{AES_128, EncryptingKey, EncryptionContext, UnboundCipherKey};
use aws_lc_rs::constant_time::verify_slices_are_equal;
use aws_lc_rs::hmac;
use aws_lc_rs::iv::FixedLength;

use super::SrtpError;

/// Bytes of the tag: 80 bits of the 160 of the hash.
pub(super) const TAG: usize = 10;

/// Bytes of the key of the hash (RFC 3711 section 5.2).
pub(super) const AUTHENTICATION_KEY: usize = 20;

/// One session key with its salt and the key of its hash.
pub(super) struct CounterMode {
    // Counter mode encrypts and decrypts by the same operation.
    key: EncryptingKey,
    authentication: hmac::Key,
    /// The session salt, 112 bits, already shifted to where the counter's first block wants it.
    salt: u128,
}

impl CounterMode {
    pub(super) fn new(
        key: &[u8],
        salt: [u8; 14],
        authentication: &[u8; AUTHENTICATION_KEY],
    ) -> Result<Self, SrtpError> {
        let key = UnboundCipherKey::new(&AES_128, key)
            .and_then(EncryptingKey::ctr)
            .map_err(|_| SrtpError::KeyMaterial)?;
        let mut wide = [0; 16];
        let (place, _) = wide.split_at_mut(14);
        place.copy_from_slice(&salt);
        Ok(Self {
            key,
            authentication: hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, authentication),
            salt: u128::from_be_bytes(wide),
        })
    }

    /// Encrypts or decrypts `text` in place. The index has 48 bits for RTP and 31 for RTCP.
    pub(super) fn apply(&self, ssrc: u32, index: u64, text: &mut [u8]) -> Result<(), SrtpError> {
        let first = self.salt ^ u128::from(ssrc) << 64 ^ u128::from(index) << 16;
        let context = EncryptionContext::Iv128(FixedLength::from(first.to_be_bytes()));
        self.key
            .less_safe_encrypt(text, context)
            .map(|_| ())
            .map_err(|_| SrtpError::NotAuthentic)
    }

    /// The tag over `packet` and then `suffix`, which is the roll-over counter for RTP and nothing
    /// for RTCP, whose index is in the packet (RFC 3711 section 4.2).
    pub(super) fn tag(&self, packet: &[u8], suffix: &[u8]) -> [u8; TAG] {
        let mut context = hmac::Context::with_key(&self.authentication);
        context.update(packet);
        context.update(suffix);
        let whole = context.sign();
        whole.as_ref().first_chunk().copied().unwrap_or_default()
    }

    /// Compares a packet's tag with the one it should have, in constant time.
    pub(super) fn verify(&self, packet: &[u8], suffix: &[u8], tag: &[u8]) -> Result<(), SrtpError> {
        verify_slices_are_equal(&self.tag(packet, suffix), tag).map_err(|_| SrtpError::NotAuthentic)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::srtp::cipher::hex::hex;

    #[test]
    fn the_key_stream_is_that_of_rfc_3711_appendix_b_2() {
        let salt = hex("F0F1F2F3F4F5F6F7F8F9FAFBFCFD").try_into().unwrap();
        let cipher =
            CounterMode::new(&hex("2B7E151628AED2A6ABF7158809CF4F3C"), salt, &[0; 20]).unwrap();
        let mut stream = vec![0; 0xff02 * 16];
        cipher.apply(0, 0, &mut stream).unwrap();
        assert_eq!(
            stream[..48],
            hex(
                "E03EAD0935C95E80E166B16DD92B4EB4 D23513162B02D0F72A43A2FE4A5F97AB
                 41E95B3BB0A2E8DD477901E4FCA894C0"
            )
        );
        assert_eq!(
            stream[0xfeff * 16..],
            hex(
                "EC8CDF7398607CB0F2D21675EA9EA1E4 362B7C3C6773516318A077D7FC5073AE
                 6A2CC3787889374FBEB4C81B17BA6C44"
            )
        );
    }
}
