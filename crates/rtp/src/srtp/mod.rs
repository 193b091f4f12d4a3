//! SRTP and SRTCP (RFC 3711, RFC 7714) with the keys of a DTLS handshake (RFC 5764).
//!
//! A session has two halves that share nothing: [`SrtpSender`] seals in place, [`SrtpReceiver`]
//! opens into a buffer of its caller's. Neither has a packet of its own, and with the AEAD profiles
//! neither allocates for one.

mod cipher;
mod counter_mode;
mod derive;
mod gcm;
mod receiver;
mod sender;
mod window;

pub use receiver::{Opened, SrtpReceiver};
pub use sender::SrtpSender;

use derive::{Purpose, session_cipher};

/// How packets are encrypted and authenticated (RFC 5764 section 4.1.2, RFC 7714 section 14.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum SrtpProfile {
    /// AES-128 in counter mode, authenticated by ten bytes of HMAC-SHA1.
    Aes128CmSha1_80,
    /// AES-128 in Galois/counter mode.
    AeadAes128Gcm,
    /// AES-256 in Galois/counter mode.
    AeadAes256Gcm,
}

impl SrtpProfile {
    /// Bytes of a master key.
    pub fn key_len(self) -> usize {
        match self {
            Self::Aes128CmSha1_80 | Self::AeadAes128Gcm => 16,
            Self::AeadAes256Gcm => 32,
        }
    }

    /// Bytes of a master salt.
    pub fn salt_len(self) -> usize {
        match self {
            Self::Aes128CmSha1_80 => 14,
            Self::AeadAes128Gcm | Self::AeadAes256Gcm => 12,
        }
    }

    /// Bytes that the DTLS exporter has to give: a key and a salt for either direction.
    pub fn material_len(self) -> usize {
        2 * (self.key_len() + self.salt_len())
    }
}

/// Why a packet was not sealed or not opened, or why there is no session.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SrtpError {
    /// The packet ends before its header, its tag or its index does.
    #[error("the packet is too short")]
    TooShort,
    /// The tag does not fit the packet: it was changed on its way, or somebody else made it.
    #[error("the packet is not authentic")]
    NotAuthentic,
    /// The packet was opened before, or is too old to tell.
    #[error("the packet was received before or is too old")]
    Replayed,
    /// The packet belongs to a stream that was not known, and as many as may be are known.
    #[error("there are as many streams as may be")]
    TooManyStreams,
    /// The RTCP packet is not encrypted (RFC 3711 section 3.4, the E flag).
    #[error("the RTCP packet is not encrypted")]
    UnencryptedRtcp,
    /// The keying material has the wrong length for the profile.
    #[error("the keying material does not fit the profile")]
    KeyMaterial,
    /// All numbers that this key can be used with are used up (RFC 3711 section 9.2).
    #[error("the key has been used up")]
    Exhausted,
}

/// Makes both halves of a session out of the keying material that a DTLS handshake exported.
///
/// `material` is client key, server key, client salt, server salt (RFC 5764 section 4.2); the client
/// is who sent the first message of the handshake. The receiver keeps the state of at most
/// `most_streams` synchronisation sources for RTP and of as many for RTCP.
///
/// # Errors
/// [`SrtpError::KeyMaterial`] if `material` is not [`SrtpProfile::material_len`] bytes long.
pub fn srtp_session(
    profile: SrtpProfile,
    material: &[u8],
    we_are_dtls_client: bool,
    most_streams: usize,
) -> Result<(SrtpSender, SrtpReceiver), SrtpError> {
    if material.len() != profile.material_len() {
        return Err(SrtpError::KeyMaterial);
    }
    let (keys, salts) = material.split_at(2 * profile.key_len());
    let client = (
        keys.get(..profile.key_len()),
        salts.get(..profile.salt_len()),
    );
    let server = (
        keys.get(profile.key_len()..),
        salts.get(profile.salt_len()..),
    );
    let (ours, theirs) = if we_are_dtls_client {
        (client, server)
    } else {
        (server, client)
    };
    let cipher = |(key, salt): (Option<&[u8]>, Option<&[u8]>), purpose| match (key, salt) {
        (Some(key), Some(salt)) => session_cipher(profile, key, salt, purpose),
        (Some(_) | None, Some(_) | None) => Err(SrtpError::KeyMaterial),
    };
    Ok((
        SrtpSender::new(cipher(ours, Purpose::Rtp)?, cipher(ours, Purpose::Rtcp)?),
        SrtpReceiver::new(
            cipher(theirs, Purpose::Rtp)?,
            cipher(theirs, Purpose::Rtcp)?,
            most_streams,
        ),
    ))
}
