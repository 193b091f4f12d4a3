//! How the keying material of DTLS-SRTP (RFC 5764 section 4.2) comes to the session.
//!
//! str0m makes its DTLS end from a provider that it is given, and hands the keys to an SRTP of its
//! own. Media does not go that way here, so the provider is wrapped: each end notes the keys where
//! the peer that it was made for finds them.

use std::{
    cell::RefCell,
    sync::{Arc, Mutex, PoisonError},
    time::Instant,
};

use str0m::{
    config::{CryptoProvider, DtlsCert, DtlsVersion, KeyingMaterial},
    crypto::{
        CryptoError,
        dtls::{
            DtlsImplError, DtlsInstance, DtlsOutput, DtlsProvider, ProtocolVersion, SrtpProfile,
        },
        from_feature_flags,
    },
};

/// What a handshake agreed on.
pub(crate) struct Agreed {
    pub(crate) profile: SrtpProfile,
    pub(crate) material: KeyingMaterial,
    /// Whether this end was the DTLS client.
    pub(crate) as_client: bool,
}

/// Where the keys of one DTLS end come to lie.
#[derive(Clone, Default)]
pub(crate) struct Keys(Arc<Mutex<Option<Agreed>>>);

impl Keys {
    /// Takes the keys, once there are any.
    pub(crate) fn take(&self) -> Option<Agreed> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).take()
    }

    fn note(&self, agreed: Agreed) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(agreed);
    }
}

impl std::fmt::Debug for Keys {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Keys").finish_non_exhaustive()
    }
}

thread_local! {
    /// The keys' place of the DTLS end that this thread made last.
    static MADE: RefCell<Option<Keys>> = const { RefCell::new(None) };
}

/// A provider whose DTLS ends note their keys.
pub(crate) fn provider() -> CryptoProvider {
    static DTLS: Keeping = Keeping;
    CryptoProvider {
        dtls_provider: &DTLS,
        ..from_feature_flags()
    }
}

/// Runs `build`, which makes one DTLS end on this thread, and returns where its keys will lie.
pub(crate) fn of<T>(build: impl FnOnce() -> T) -> (T, Keys) {
    MADE.take();
    let built = build();
    (built, MADE.take().unwrap_or_default())
}

#[derive(Debug)]
struct Keeping;

impl DtlsProvider for Keeping {
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
        let inner = from_feature_flags()
            .dtls_provider
            .new_dtls(cert, now, version, mtu)?;
        let keys = Keys::default();
        MADE.set(Some(keys.clone()));
        Ok(Box::new(End { inner, keys }))
    }
}

/// A DTLS end that notes its keys.
#[derive(Debug)]
struct End {
    inner: Box<dyn DtlsInstance>,
    keys: Keys,
}

impl DtlsInstance for End {
    fn set_active(&mut self, active: bool) {
        self.inner.set_active(active);
    }

    fn handle_packet(&mut self, packet: &[u8]) -> Result<(), DtlsImplError> {
        self.inner.handle_packet(packet)
    }

    fn poll_output<'a>(&mut self, buf: &'a mut [u8]) -> DtlsOutput<'a> {
        let as_client = self.inner.is_active();
        let output = self.inner.poll_output(buf);
        if let DtlsOutput::KeyingMaterial(material, profile) = &output {
            self.keys.note(Agreed {
                profile: *profile,
                material: KeyingMaterial::new(material),
                as_client,
            });
        }
        output
    }

    fn handle_timeout(&mut self, now: Instant) -> Result<(), DtlsImplError> {
        self.inner.handle_timeout(now)
    }

    fn send_application_data(&mut self, data: &[u8]) -> Result<usize, DtlsImplError> {
        self.inner.send_application_data(data)
    }

    fn is_active(&self) -> bool {
        self.inner.is_active()
    }

    fn protocol_version(&self) -> Option<ProtocolVersion> {
        self.inner.protocol_version()
    }

    fn is_closing(&self) -> bool {
        self.inner.is_closing()
    }

    fn is_closed(&self) -> bool {
        self.inner.is_closed()
    }

    fn close(&mut self) -> Result<(), DtlsImplError> {
        self.inner.close()
    }
}
