//! A certificate of the server's own making, for a network without names: browsers give camera and
//! microphone to other machines only over HTTPS. It is kept, so that a browser that was told to
//! trust it once stays content until it has to be made again.

use std::{
    fs::{self, OpenOptions},
    io::{self, Write},
    path::{Path, PathBuf},
};

use rcgen::{
    CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, KeyPair, KeyUsagePurpose, SanType,
};
use serde::{Deserialize, Serialize};
use time::{Duration, OffsetDateTime};

use super::{Identity, TlsError, files};
use crate::addresses::own_addresses;

/// How long it is good: Apple's systems refuse more than 825 days.
const VALIDITY: Duration = Duration::days(397);
/// How long before its end it is made again.
const RENEWAL: Duration = Duration::days(30);
/// Clocks of other machines may be behind.
const SKEW: Duration = Duration::days(1);

/// What the kept certificate was made for; beside it as `own-cert.json`.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Made {
    names: Vec<String>,
    /// Seconds since 1970.
    not_after: i64,
}

/// The moment.
pub(super) fn now() -> OffsetDateTime {
    OffsetDateTime::now_utc()
}

/// What a certificate has to name just then: this machine's addresses and its name for itself.
pub(super) fn names() -> Result<Vec<String>, TlsError> {
    let own = own_addresses().map_err(TlsError::Addresses)?;
    let mut names = vec![
        "localhost".to_owned(),
        "127.0.0.1".to_owned(),
        "::1".to_owned(),
    ];
    names.extend(own.iter().map(ToString::to_string));
    Ok(names)
}

/// Where the certificate is kept.
pub(super) fn certificate_file(data: &Path) -> PathBuf {
    data.join("own-cert.pem")
}

/// The kept certificate when it names all of `names` and is good for a while, else a fresh one.
pub(super) fn read_or_make(
    data: &Path,
    names: &[String],
    now: OffsetDateTime,
) -> Result<Identity, TlsError> {
    let (cert, key) = (certificate_file(data), data.join("own-key.pem"));
    let note = data.join("own-cert.json");
    let made: Option<Made> = fs::read(&note)
        .ok()
        .and_then(|text| serde_json::from_slice(&text).ok());
    let good = made.is_some_and(|made| {
        names.iter().all(|name| made.names.contains(name))
            && (now + RENEWAL).unix_timestamp() < made.not_after
    });
    if good && let Ok(identity) = files::read(&cert, &key) {
        return Ok(identity);
    }
    make(names, now, &cert, &key, &note)?;
    tracing::info!(file = %cert.display(), "made a certificate");
    files::read(&cert, &key)
}

fn make(
    names: &[String],
    now: OffsetDateTime,
    cert: &Path,
    key: &Path,
    note: &Path,
) -> Result<(), TlsError> {
    let mut params = CertificateParams::default();
    params.not_before = now - SKEW;
    params.not_after = params.not_before + VALIDITY;
    params.distinguished_name.push(DnType::CommonName, "zoom");
    params.is_ca = IsCa::ExplicitNoCa;
    params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    for name in names {
        params.subject_alt_names.push(match name.parse() {
            Ok(address) => SanType::IpAddress(address),
            Err(_) => SanType::DnsName(name.as_str().try_into()?),
        });
    }
    let made = Made {
        names: names.to_vec(),
        not_after: params.not_after.unix_timestamp(),
    };
    let pair = KeyPair::generate()?;
    let certificate = params.self_signed(&pair)?;
    // The note goes first and last: without it, half of a new pair is never taken for a whole.
    match fs::remove_file(note) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => {
            return Err(TlsError::Write {
                file: note.to_owned(),
                source: error,
            });
        }
        _ => {}
    }
    write(key, pair.serialize_pem().as_bytes())?;
    write(cert, certificate.pem().as_bytes())?;
    write(note, &serde_json::to_vec(&made).unwrap_or_default())
}

/// Writes a file that only its owner may read.
fn write(file: &Path, bytes: &[u8]) -> Result<(), TlsError> {
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
        .open(file)
        .and_then(|mut open| open.write_all(bytes))
        .map_err(|source| TlsError::Write {
            file: file.to_owned(),
            source,
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(of: &[&str]) -> Vec<String> {
        of.iter().map(|name| (*name).to_owned()).collect()
    }

    #[test]
    fn the_certificate_is_kept_until_an_address_is_new_or_its_end_is_near() {
        let data = tempfile::tempdir().unwrap();
        let start = now();
        let made = |of: &[&str], at| {
            let identity = read_or_make(data.path(), &names(of), at).unwrap();
            identity.chain[0].to_vec()
        };
        let first = made(&["localhost", "192.0.2.1", "2001:db8::1"], start);
        assert_eq!(made(&["localhost", "192.0.2.1"], start), first);
        assert_eq!(made(&["localhost"], start + Duration::days(300)), first);
        let moved = made(&["localhost", "192.0.2.9"], start);
        assert_ne!(moved, first);
        let renewed = made(&["localhost", "192.0.2.9"], start + Duration::days(380));
        assert_ne!(renewed, moved);
    }

    #[test]
    fn a_damaged_own_certificate_is_made_again() {
        let data = tempfile::tempdir().unwrap();
        read_or_make(data.path(), &names(&["localhost"]), now()).unwrap();
        fs::write(data.path().join("own-key.pem"), "torn").unwrap();
        assert!(read_or_make(data.path(), &names(&["localhost"]), now()).is_ok());
    }

    #[cfg(unix)]
    #[test]
    fn the_key_is_its_owner_s_alone() {
        use std::os::unix::fs::PermissionsExt;
        let data = tempfile::tempdir().unwrap();
        read_or_make(data.path(), &names(&["localhost"]), now()).unwrap();
        let key = fs::metadata(data.path().join("own-key.pem")).unwrap();
        assert_eq!(key.permissions().mode() & 0o077, 0);
    }
}
