//! Which SRTP profile a handshake chose (RFC 5764 section 4.1.2): the cost of every packet hangs on it.

use str0m::crypto::dtls;

/// How media is sealed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SrtpProfile {
    /// AES-CM with HMAC-SHA1, 80 bits of tag: the dearest.
    Aes128CmSha1,
    /// AES-GCM with a key of 128 bits.
    Aes128Gcm,
    /// AES-GCM with a key of 256 bits.
    Aes256Gcm,
}

impl SrtpProfile {
    /// The profile as the handshake names it; `None` for one that is not known here.
    pub(crate) fn of(agreed: dtls::SrtpProfile) -> Option<Self> {
        match agreed {
            dtls::SrtpProfile::AES128_CM_SHA1_80 => Some(Self::Aes128CmSha1),
            dtls::SrtpProfile::AEAD_AES_128_GCM => Some(Self::Aes128Gcm),
            dtls::SrtpProfile::AEAD_AES_256_GCM => Some(Self::Aes256Gcm),
            _ => None,
        }
    }
}
