//! Start and end of the real program: what it says when it is up, and what is in its way.

use std::{
    fs,
    io::{Read, Write},
    net::{TcpListener, TcpStream, UdpSocket},
    path::Path,
};

use crate::program::{Serving, refusal, zoom};

const ANYWHERE: [&str; 2] = ["--listen", "127.0.0.1:0"];

/// Starts the program where it cannot, and returns its one line.
fn refused(folder: &Path, arguments: &[&str]) -> String {
    let (code, error) = refusal(&mut zoom(folder, arguments));
    assert_eq!(code, Some(1), "{error}");
    let lines: Vec<&str> = error
        .lines()
        .filter(|line| line.starts_with("zoom: "))
        .collect();
    assert_eq!(lines.len(), 1, "{error}");
    assert!(
        error
            .lines()
            .all(|line| line.starts_with("zoom: ") || line.contains(" INFO ")),
        "{error}"
    );
    lines[0].to_owned()
}

#[test]
fn it_makes_its_data_folder_and_tells_an_address_that_answers() {
    let folder = tempfile::tempdir().unwrap();
    let zoom = Serving::start(folder.path(), &ANYWHERE);
    assert_eq!(zoom.links().len(), 1);
    assert!(zoom.links()[0].starts_with("http://127.0.0.1:"));
    assert_eq!(zoom.status("/"), "200");
    assert_eq!(zoom.status("/r/blue-otter-42"), "200");
    assert!(folder.path().join("data").is_dir());
}

#[test]
fn on_every_address_it_tells_each_that_answers_and_warns_about_plain_http() {
    let folder = tempfile::tempdir().unwrap();
    let zoom = Serving::start(folder.path(), &["--listen", "[::]:0"]);
    assert!(zoom.links()[0].starts_with("http://127.0.0.1:"));
    for link in zoom.links() {
        let address = link.trim_start_matches("http://").trim_end_matches('/');
        assert!(TcpStream::connect(address).is_ok(), "{link}");
    }
    let others = zoom
        .links()
        .iter()
        .any(|link| !link.contains("127.0.0.1") && !link.contains("[::1]"));
    assert_eq!(
        zoom.said.contains("only over HTTPS: use --lan"),
        others,
        "{}",
        zoom.said
    );
}

#[test]
fn for_a_network_it_makes_a_certificate_and_says_what_browsers_will_say() {
    let folder = tempfile::tempdir().unwrap();
    let serve = || Serving::start(folder.path(), &["--lan", "--listen", "0.0.0.0:0"]);
    let zoom = serve();
    assert!(zoom.links().iter().all(|link| link.starts_with("https://")));
    for words in [
        "Your connection is not private",
        "Potential Security Risk",
        "This Connection Is Not Private",
    ] {
        assert!(zoom.said.contains(words), "{}", zoom.said);
    }
    let others = zoom.links().iter().any(|link| !link.contains("127.0.0.1"));
    assert_eq!(
        zoom.said.contains('█'),
        others,
        "a QR code where there is an address for others"
    );
    let certificate = || fs::read(folder.path().join("data/own-cert.pem")).unwrap();
    let first = certificate();
    drop(zoom);
    drop(serve());
    assert_eq!(certificate(), first, "browsers were told to trust this one");
}

#[test]
fn figures_for_operators_are_where_it_says() {
    let folder = tempfile::tempdir().unwrap();
    let zoom = Serving::start(
        folder.path(),
        &["--listen", "127.0.0.1:0", "--metrics", "127.0.0.1:0"],
    );
    let (_, said) = zoom.said.split_once("Figures for operators").unwrap();
    let address = said.split("http://").nth(1).unwrap();
    let address = address.split('/').next().unwrap();
    let mut stream = TcpStream::connect(address).unwrap();
    let head = format!("GET /metrics HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\n\r\n");
    stream.write_all(head.as_bytes()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 200 "), "{answer}");
    assert!(answer.contains("\nzoom_rooms 0\n"), "{answer}");
}

#[cfg(unix)]
#[test]
fn figures_that_others_can_reach_are_warned_about() {
    let folder = tempfile::tempdir().unwrap();
    let zoom = Serving::start(
        folder.path(),
        &["--listen", "127.0.0.1:0", "--metrics", "0.0.0.0:0"],
    );
    zoom.signal("TERM");
    let (code, error) = zoom.end();
    assert_eq!(code, Some(0), "{error}");
    let warning = error
        .lines()
        .find(|line| line.contains("without a password"));
    assert!(warning.unwrap().contains(" WARN "), "{error}");
}

#[cfg(unix)]
#[test]
fn both_signals_end_it_cleanly() {
    for signal in ["INT", "TERM"] {
        let folder = tempfile::tempdir().unwrap();
        let zoom = Serving::start(folder.path(), &ANYWHERE);
        let address = zoom.address().to_owned();
        zoom.signal(signal);
        let (code, error) = zoom.end();
        assert_eq!(code, Some(0), "{error}");
        assert!(TcpStream::connect(address).is_err());
        // The folder is free for the next start.
        drop(Serving::start(folder.path(), &ANYWHERE));
    }
}

#[test]
fn a_port_in_use_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    assert_eq!(
        refused(folder.path(), &["--listen", &address, "--media-port", "0"]),
        format!("zoom: {address} is in use by another program; choose another with --listen")
    );
}

#[test]
fn a_media_port_in_use_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let udp = UdpSocket::bind("0.0.0.0:0").unwrap();
    let port = udp.local_addr().unwrap().port().to_string();
    let line = refused(
        folder.path(),
        &[
            "--listen",
            "127.0.0.1:0",
            "--media-port",
            &port,
            "--advertise",
            "127.0.0.1",
        ],
    );
    assert!(
        line.contains(&port) && line.contains("--media-port"),
        "{line}"
    );
}

#[test]
fn a_data_folder_that_cannot_be_written_is_named() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("file"), "").unwrap();
    let line = refused(
        folder.path(),
        &["--listen", "127.0.0.1:0", "--data", "file/data"],
    );
    assert!(
        line.contains("cannot write") && line.contains("file/data"),
        "{line}"
    );
}

#[test]
fn a_second_copy_on_the_same_data_is_refused_and_the_first_goes_on() {
    let folder = tempfile::tempdir().unwrap();
    let first = Serving::start(folder.path(), &ANYWHERE);
    let line = refused(
        folder.path(),
        &["--listen", "127.0.0.1:0", "--media-port", "0"],
    );
    assert!(line.contains("in use by another copy"), "{line}");
    assert_eq!(first.status("/"), "200");
}

#[test]
fn a_damaged_database_is_named_and_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    // Ended in order, so that nothing is left in the log from which the database could be mended.
    let first = Serving::start(folder.path(), &ANYWHERE);
    first.signal("TERM");
    assert_eq!(first.end().0, Some(0));
    let data = folder.path().join("data");
    let database = fs::read_dir(&data)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .find(|path| fs::read(path).is_ok_and(|bytes| bytes.starts_with(b"SQLite format 3")))
        .unwrap();
    let damaged = vec![0x5a; 40_000];
    fs::write(&database, &damaged).unwrap();
    let line = refused(folder.path(), &ANYWHERE);
    let name = database.file_name().unwrap().to_string_lossy();
    assert!(line.contains("damaged") && line.contains(&*name), "{line}");
    assert_eq!(fs::read(&database).unwrap(), damaged);
}

#[test]
fn a_certificate_that_cannot_be_used_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let one = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    let other = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    fs::write(folder.path().join("cert.pem"), one.cert.pem()).unwrap();
    fs::write(
        folder.path().join("key.pem"),
        one.signing_key.serialize_pem(),
    )
    .unwrap();
    fs::write(
        folder.path().join("other.pem"),
        other.signing_key.serialize_pem(),
    )
    .unwrap();
    let with = |cert, key| {
        [
            "--listen",
            "127.0.0.1:0",
            "--media-port",
            "0",
            "--tls-cert",
            cert,
            "--tls-key",
            key,
        ]
    };
    for (cert, key, reason) in [
        ("none.pem", "key.pem", "cannot read none.pem"),
        ("key.pem", "key.pem", "key.pem holds no certificate"),
        ("cert.pem", "cert.pem", "cert.pem holds no private key"),
        (
            "cert.pem",
            "other.pem",
            "cert.pem cannot be used with its key",
        ),
    ] {
        let line = refused(folder.path(), &with(cert, key));
        assert!(line.contains(reason), "{line}");
    }
    let https = [
        "--listen",
        "127.0.0.1:0",
        "--tls-cert",
        "cert.pem",
        "--tls-key",
        "key.pem",
    ];
    let zoom = Serving::start(folder.path(), &https);
    assert!(zoom.links()[0].starts_with("https://127.0.0.1:"));
}
