//! The SRTP keys of a handshake, taken out of str0m: for programs that seal and open by themselves, as
//! load generators and tests do.
//!
//! str0m makes its DTLS end from a provider that it is given. This one's ends leave a copy of the keys
//! (RFC 5764 section 4.2) with the thread that runs them.

use std::{cell::RefCell, sync::Arc, time::Instant};

use str0m::crypto::{
    CryptoError, CryptoProvider,
    dtls::{
        DtlsCert, DtlsImplError, DtlsInstance, DtlsOutput, DtlsProvider, DtlsVersion,
        KeyingMaterial, ProtocolVersion, SrtpProfile,
    },
    from_feature_flags,
};

thread_local! {
    /// The keys of the handshake that ended last on this thread.
    static LAST: RefCell<Option<Keys>> = const { RefCell::new(None) };
}

/// The keys of one handshake.
#[derive(Debug)]
pub struct Keys {
    /// How media is sealed.
    pub profile: SrtpProfile,
    /// Both ends' keys and salts, as the handshake exports them.
    pub material: KeyingMaterial,
    /// Whether this end was the DTLS client.
    pub client: bool,
}

impl Keys {
    /// Those of the handshake that ended last on this thread, once: they are taken by whose input
    /// ended it.
    pub fn take() -> Option<Self> {
        LAST.take()
    }

    /// str0m's own cryptography, with DTLS ends that leave their keys.
    pub fn provider() -> Arc<CryptoProvider> {
        Arc::new(CryptoProvider {
            dtls_provider: &Leaving,
            ..from_feature_flags()
        })
    }
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
