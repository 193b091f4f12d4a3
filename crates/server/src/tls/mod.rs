//! TLS: certificates that were given, and the one of the server's own making.

mod error;
mod files;
mod own;

use std::{path::Path, sync::Arc};

use rustls::{
    ServerConfig as RustlsConfig,
    pki_types::{CertificateDer, PrivateKeyDer},
};
use tokio_rustls::TlsAcceptor;

pub use error::TlsError;

use crate::TlsSettings;

/// A certificate chain and its key.
struct Identity {
    chain: Vec<CertificateDer<'static>>,
    key: PrivateKeyDer<'static>,
}

/// What wraps connections in TLS as the settings say; nothing when they are plain.
///
/// # Errors
/// What is wrong with which file.
pub(crate) fn acceptor(
    settings: &TlsSettings,
    data: &Path,
) -> Result<Option<TlsAcceptor>, TlsError> {
    let (identity, file) = match settings {
        TlsSettings::Off => return Ok(None),
        TlsSettings::Files { cert, key } => (files::read(cert, key)?, cert.clone()),
        TlsSettings::SelfMade => {
            let names = own::names()?;
            (
                own::read_or_make(data, &names, own::now())?,
                own::certificate_file(data),
            )
        }
    };
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let mut config = RustlsConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|source| TlsError::Unusable {
            file: file.clone(),
            source,
        })?
        .with_no_client_auth()
        .with_single_cert(identity.chain, identity.key)
        .map_err(|source| TlsError::Unusable { file, source })?;
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(Some(TlsAcceptor::from(Arc::new(config))))
}
