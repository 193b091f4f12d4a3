//! AES in Galois/counter mode (RFC 7714).

use aws_lc_rs::aead::{AES_128_GCM, AES_256_GCM, Aad, LessSafeKey, Nonce, UnboundKey};

use super::{SrtpError, SrtpProfile};

/// Bytes of the tag (RFC 7714 section 13.2: shorter ones are not allowed).
pub(super) const TAG: usize = 16;

/// One session key with its salt.
pub(super) struct Gcm {
    key: LessSafeKey,
    /// The session salt, 96 bits.
    salt: u128,
}

impl Gcm {
    /// A key of the length that `profile` asks for.
    pub(super) fn new(profile: SrtpProfile, key: &[u8], salt: [u8; 12]) -> Result<Self, SrtpError> {
        let algorithm = match profile {
            SrtpProfile::AeadAes256Gcm => &AES_256_GCM,
            SrtpProfile::AeadAes128Gcm | SrtpProfile::Aes128CmSha1_80 => &AES_128_GCM,
        };
        let key = UnboundKey::new(algorithm, key).map_err(|_| SrtpError::KeyMaterial)?;
        let mut wide = [0; 16];
        let (_, place) = wide.split_at_mut(4);
        place.copy_from_slice(&salt);
        Ok(Self {
            key: LessSafeKey::new(key),
            salt: u128::from_be_bytes(wide),
        })
    }

    /// The nonce of RFC 7714 section 8.1 for RTP, with an index of 48 bits, and of section 9.1 for
    /// RTCP, with one of 31 bits.
    fn nonce(&self, ssrc: u32, index: u64) -> Nonce {
        let wide = self.salt ^ u128::from(ssrc) << 48 ^ u128::from(index);
        let [_, _, _, _, nonce @ ..] = wide.to_be_bytes();
        Nonce::assume_unique_for_key(nonce)
    }

    /// Seals `text` in place and writes the tag, of [`TAG`] bytes.
    pub(super) fn seal(
        &self,
        ssrc: u32,
        index: u64,
        associated: &[u8],
        text: &mut [u8],
        tag: &mut [u8],
    ) -> Result<(), SrtpError> {
        self.key
            .seal_in_place_scatter(
                self.nonce(ssrc, index),
                Aad::from(associated),
                text,
                &[],
                tag,
            )
            .map_err(|_| SrtpError::TooShort)
    }

    /// Opens `sealed` into `text`, of the same length. After an error `text` is not to be read.
    pub(super) fn open(
        &self,
        ssrc: u32,
        index: u64,
        associated: &[u8],
        sealed: &[u8],
        tag: &[u8],
        text: &mut [u8],
    ) -> Result<(), SrtpError> {
        self.key
            .open_separate_gather(
                self.nonce(ssrc, index),
                Aad::from(associated),
                sealed,
                tag,
                text,
            )
            .map_err(|_| SrtpError::NotAuthentic)
    }
}
