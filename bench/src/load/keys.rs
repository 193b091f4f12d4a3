//! SRTP by the keys of a handshake.
//!
//! str0m carries out ICE and DTLS and would decrypt as well, at many times the price of what has to
//! be counted here. So what comes does not go through it.

use anyhow::{Context, Result};
use str0m::crypto::dtls::SrtpProfile;
use zoom_client::media::Keys;
use zoom_rtp::{SrtpReceiver, SrtpSender, srtp_session};

/// Both directions of SRTP.
pub(crate) fn session(keys: &Keys, most_streams: usize) -> Result<(SrtpSender, SrtpReceiver)> {
    let profile = match keys.profile {
        SrtpProfile::AES128_CM_SHA1_80 => Some(zoom_rtp::SrtpProfile::Aes128CmSha1_80),
        SrtpProfile::AEAD_AES_128_GCM => Some(zoom_rtp::SrtpProfile::AeadAes128Gcm),
        SrtpProfile::AEAD_AES_256_GCM => Some(zoom_rtp::SrtpProfile::AeadAes256Gcm),
        _ => None,
    };
    let profile = profile.context("an unknown SRTP profile")?;
    let session = srtp_session(profile, &keys.material, keys.client, most_streams);
    session.context("keys that do not fit their profile")
}
