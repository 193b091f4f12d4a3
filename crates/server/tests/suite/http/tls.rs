//! HTTPS: with a certificate of the server's own making, and with one that was given.

use std::{fs, path::Path, sync::Arc};

use rustls::{
    ClientConfig, RootCertStore,
    pki_types::{CertificateDer, ServerName, pem::PemObject},
};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio_rustls::{TlsConnector, client::TlsStream};
use zoom_server::{Server, ServerConfig, ServerError, TlsError, TlsSettings};

use super::support::{Answer, Running, ask};

async fn connect(
    server: &Running,
    certificate: &Path,
    name: &str,
) -> std::io::Result<TlsStream<tokio::net::TcpStream>> {
    let mut roots = RootCertStore::empty();
    roots
        .add(CertificateDer::from_pem_file(certificate).unwrap())
        .unwrap();
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    let name = ServerName::try_from(name.to_owned()).unwrap();
    TlsConnector::from(Arc::new(config))
        .connect(name, server.connect().await)
        .await
}

async fn home(stream: TlsStream<tokio::net::TcpStream>) -> Answer {
    ask(stream, "localhost", "GET", "/", &[]).await
}

/// A certificate for `localhost` and its key, in PEM files.
fn given(folder: &Path) -> TlsSettings {
    let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    let (cert, key) = (folder.join("cert.pem"), folder.join("key.pem"));
    fs::write(&cert, made.cert.pem()).unwrap();
    fs::write(&key, made.signing_key.serialize_pem()).unwrap();
    TlsSettings::Files { cert, key }
}

#[tokio::test]
async fn a_certificate_of_its_own_names_this_machine() {
    let server = Running::start_with(|config| config.tls = TlsSettings::SelfMade).await;
    assert!(server.links[0].starts_with("https://127.0.0.1:"));
    let certificate = server.data.path().join("data/own-cert.pem");
    for name in ["localhost", "127.0.0.1", "::1"] {
        let page = home(connect(&server, &certificate, name).await.unwrap()).await;
        assert_eq!(page.status, 200);
        assert!(page.text().contains("https://localhost/"));
        // Browsers that were told to insist could never get past the warning again.
        assert_eq!(page.header("strict-transport-security"), "");
    }
    assert!(
        connect(&server, &certificate, "meet.example")
            .await
            .is_err()
    );
}

#[tokio::test]
async fn with_a_given_certificate_browsers_are_told_to_insist_on_https() {
    let folder = tempfile::tempdir().unwrap();
    let tls = given(folder.path());
    let server = Running::start_with(|config| config.tls = tls).await;
    let certificate = folder.path().join("cert.pem");
    let stream = connect(&server, &certificate, "localhost").await.unwrap();
    let page = home(stream).await;
    assert_eq!(page.header("strict-transport-security"), "max-age=31536000");
    let stream = connect(&server, &certificate, "localhost").await.unwrap();
    let chosen = ask(stream, "localhost", "GET", "/language?to=ko&back=%2F", &[]).await;
    assert!(chosen.header("set-cookie").ends_with("; Secure"));
}

#[tokio::test]
async fn a_handshake_that_never_ends_is_cut_off() {
    let server = Running::start_with(|config| {
        config.tls = TlsSettings::SelfMade;
        config.limits.tls_handshake_ms = 200;
    })
    .await;
    let mut silent = server.connect().await;
    let mut plain = server.connect().await;
    plain.write_all(b"GET / HTTP/1.1\r\n\r\n").await.unwrap();
    let mut rest = Vec::new();
    // The end comes from the server; without its limit this would never return.
    let _ = silent.read_to_end(&mut rest).await;
    assert!(rest.is_empty());
    let _ = plain.read_to_end(&mut rest).await;
    assert!(!rest.starts_with(b"HTTP"));
}

#[tokio::test]
async fn a_certificate_that_cannot_be_used_is_named_at_the_start() {
    let folder = tempfile::tempdir().unwrap();
    let TlsSettings::Files { cert, key } = given(folder.path()) else {
        unreachable!()
    };
    let other = folder.path().join("other");
    fs::create_dir(&other).unwrap();
    given(&other);
    let torn = folder.path().join("torn.pem");
    fs::write(&torn, "-----BEGIN CERTIFICATE-----\nAAAA").unwrap();
    for (cert, key, expected) in [
        (folder.path().join("none.pem"), key.clone(), "cannot read"),
        (torn, key.clone(), "holds no certificate"),
        (cert.clone(), cert.clone(), "holds no private key"),
        (cert, other.join("key.pem"), "cannot be used with its key"),
    ] {
        let mut config = ServerConfig::new(folder.path().join("data"));
        config.listen.set_port(0);
        config.media.port = 0;
        config.tls = TlsSettings::Files { cert, key };
        let error = Server::open(config).await.unwrap_err();
        assert!(matches!(
            error,
            ServerError::Tls(
                TlsError::Read { .. } | TlsError::Pem { .. } | TlsError::Unusable { .. }
            )
        ));
        assert!(error.to_string().contains(expected), "{error}");
    }
}
