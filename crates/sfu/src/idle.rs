//! DTLS that does nothing, for sessions that only describe: an end that could do something would read
//! a private key first.

use std::time::{Duration, Instant};

use str0m::{
    config::{CryptoProvider, DtlsCert, DtlsVersion},
    crypto::{
        CryptoError,
        dtls::{DtlsImplError, DtlsInstance, DtlsOutput, DtlsProvider, ProtocolVersion},
        from_feature_flags,
    },
};

/// What nobody waits for.
const NEVER: Duration = Duration::from_secs(24 * 3_600);

/// A provider whose DTLS ends do nothing.
pub(crate) fn provider() -> CryptoProvider {
    CryptoProvider {
        dtls_provider: &Idle,
        ..from_feature_flags()
    }
}

#[derive(Debug)]
struct Idle;

impl DtlsProvider for Idle {
    fn generate_certificate(&self) -> Option<DtlsCert> {
        from_feature_flags().dtls_provider.generate_certificate()
    }

    fn new_dtls(
        &self,
        _: &DtlsCert,
        now: Instant,
        _: DtlsVersion,
        _: Option<usize>,
    ) -> Result<Box<dyn DtlsInstance>, CryptoError> {
        Ok(Box::new(End(now)))
    }
}

/// An end that does nothing, made at that time.
#[derive(Debug)]
struct End(Instant);

impl DtlsInstance for End {
    fn set_active(&mut self, _: bool) {}

    fn handle_packet(&mut self, _: &[u8]) -> Result<(), DtlsImplError> {
        Ok(())
    }

    fn poll_output<'a>(&mut self, _: &'a mut [u8]) -> DtlsOutput<'a> {
        DtlsOutput::Timeout(self.0 + NEVER)
    }

    fn handle_timeout(&mut self, _: Instant) -> Result<(), DtlsImplError> {
        Ok(())
    }

    fn send_application_data(&mut self, data: &[u8]) -> Result<usize, DtlsImplError> {
        Ok(data.len())
    }

    fn is_active(&self) -> bool {
        false
    }

    fn protocol_version(&self) -> Option<ProtocolVersion> {
        None
    }

    fn close(&mut self) -> Result<(), DtlsImplError> {
        Ok(())
    }
}
