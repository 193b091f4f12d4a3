//! The SRTP keys of a handshake, taken out of str0m.
//!
//! str0m carries out ICE and DTLS and would decrypt as well, at many times the price of what has to
//! be counted here. So that what comes need not go through it, the DTLS end that it is given leaves a
//! copy of the keys (RFC 5764 section 4.2) with the thread that runs it.

use std::{cell::RefCell, sync::Arc, time::Instant};

use anyhow::{Context, Result};
use str0m::crypto::{
    CryptoError, CryptoProvider,
    dtls::{
        DtlsCert, DtlsImplError, DtlsInstance, DtlsOutput, DtlsProvider, DtlsVersion,
        KeyingMaterial, ProtocolVersion, SrtpProfile,
    },
    from_feature_flags,
};
use zoom_rtp::{SrtpReceiver, SrtpSender, srtp_session};

thread_local! {
    /// The keys of the handshake that ended last on this thread.
    static LAST: RefCell<Option<Keys>> = const { RefCell::new(None) };
}

/// The keys of one handshake.
pub(crate) struct Keys {
    profile: SrtpProfile,
    material: KeyingMaterial,
    client: bool,
}

impl Keys {
    /// Those of the handshake that ended last on this thread, once: they are taken by the peer whose
    /// input ended it.
    pub(crate) fn take() -> Option<Self> {
        LAST.take()
    }

    /// Both directions of SRTP.
    pub(crate) fn session(&self, most_streams: usize) -> Result<(SrtpSender, SrtpReceiver)> {
        let profile = match self.profile {
            SrtpProfile::AES128_CM_SHA1_80 => Some(zoom_rtp::SrtpProfile::Aes128CmSha1_80),
            SrtpProfile::AEAD_AES_128_GCM => Some(zoom_rtp::SrtpProfile::AeadAes128Gcm),
            SrtpProfile::AEAD_AES_256_GCM => Some(zoom_rtp::SrtpProfile::AeadAes256Gcm),
            _ => None,
        };
        let profile = profile.context("an unknown SRTP profile")?;
        let session = srtp_session(profile, &self.material, self.client, most_streams);
        session.context("keys that do not fit their profile")
    }
}

/// str0m's own cryptography, with DTLS ends that leave their keys.
pub(super) fn provider() -> Arc<CryptoProvider> {
    Arc::new(CryptoProvider {
        dtls_provider: &Leaving,
        ..from_feature_flags()
    })
}

#[derive(Debug)]
struct Leaving;

impl DtlsProvider for Leaving {
    fn generate_certificate(&self) -> Option<DtlsCert> {
        from_feature_flags().dtls_provider.generate_certificate()
    }

    fn new_dtls(
        &self,
        cert: &DtlsCert,
        now: Instant,
        version: DtlsVersion,
        mtu: Option<usize>,
    ) -> Result<Box<dyn DtlsInstance>, CryptoError> {
        let provider = from_feature_flags().dtls_provider;
        let end = provider.new_dtls(cert, now, version, mtu)?;
        Ok(Box::new(End(end)))
    }
}

/// A DTLS end that leaves its keys.
#[derive(Debug)]
struct End(Box<dyn DtlsInstance>);

impl DtlsInstance for End {
    fn poll_output<'a>(&mut self, buf: &'a mut [u8]) -> DtlsOutput<'a> {
        let client = self.0.is_active();
        let output = self.0.poll_output(buf);
        if let DtlsOutput::KeyingMaterial(material, profile) = &output {
            LAST.set(Some(Keys {
                profile: *profile,
                material: KeyingMaterial::new(material),
                client,
            }));
        }
        output
    }

    fn set_active(&mut self, active: bool) {
        self.0.set_active(active);
    }

    fn handle_packet(&mut self, packet: &[u8]) -> Result<(), DtlsImplError> {
        self.0.handle_packet(packet)
    }

    fn handle_timeout(&mut self, now: Instant) -> Result<(), DtlsImplError> {
        self.0.handle_timeout(now)
    }

    fn send_application_data(&mut self, data: &[u8]) -> Result<usize, DtlsImplError> {
        self.0.send_application_data(data)
    }

    fn is_active(&self) -> bool {
        self.0.is_active()
    }

    fn protocol_version(&self) -> Option<ProtocolVersion> {
        self.0.protocol_version()
    }

    fn is_closing(&self) -> bool {
        self.0.is_closing()
    }

    fn is_closed(&self) -> bool {
        self.0.is_closed()
    }

    fn close(&mut self) -> Result<(), DtlsImplError> {
        self.0.close()
    }
}
