//! A certificate and key out of PEM files.

use std::{fs, path::Path};

use rustls::pki_types::{
    CertificateDer, PrivateKeyDer,
    pem::{self, PemObject},
};

use super::{Identity, TlsError};

/// Reads a chain and its key.
pub(super) fn read(cert: &Path, key: &Path) -> Result<Identity, TlsError> {
    let chain = CertificateDer::pem_slice_iter(&bytes(cert)?)
        .collect::<Result<Vec<_>, _>>()
        .and_then(|chain| match chain.len() {
            0 => Err(pem::Error::NoItemsFound),
            _ => Ok(chain),
        })
        .map_err(|source| TlsError::Pem {
            file: cert.to_owned(),
            wanted: "certificate",
            source,
        })?;
    let key = PrivateKeyDer::from_pem_slice(&bytes(key)?).map_err(|source| TlsError::Pem {
        file: key.to_owned(),
        wanted: "private key",
        source,
    })?;
    Ok(Identity { chain, key })
}

fn bytes(file: &Path) -> Result<Vec<u8>, TlsError> {
    fs::read(file).map_err(|source| TlsError::Read {
        file: file.to_owned(),
        source,
    })
}
