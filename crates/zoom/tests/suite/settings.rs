//! Settings: which place is stronger, and what is said about a wrong one.

use std::fs;

use crate::program::{output, zoom};

/// The line of `zoom config` about a setting.
fn line<'a>(out: &'a str, name: &str) -> &'a str {
    let start = format!("{name} =");
    out.lines()
        .find(|line| line.trim_start_matches("# ").starts_with(&start))
        .unwrap_or_else(|| panic!("{out}"))
}

#[test]
fn a_flag_is_stronger_than_a_variable_and_that_than_the_file() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(
        folder.path().join("zoom.toml"),
        "# ports\nmedia-port = 7001\nmedia-threads = 2\nlog = \"warn\"\n",
    )
    .unwrap();
    let mut command = zoom(folder.path(), &["config", "--media-port", "7003"]);
    command
        .env("ZOOM_CONFIG", "zoom.toml")
        .env("ZOOM_MEDIA_PORT", "7002")
        .env("ZOOM_MEDIA_THREADS", "3");
    let (code, out, error) = output(&mut command);
    assert_eq!((code, error.as_str()), (Some(0), ""));
    for (name, value, place) in [
        ("media-port", "media-port = 7003 ", "# --media-port"),
        (
            "media-threads",
            "media-threads = 3 ",
            "# ZOOM_MEDIA_THREADS",
        ),
        ("log", "log = \"warn\" ", "# zoom.toml:4"),
        ("listen", "listen = \"127.0.0.1:8080\" ", "# default"),
        ("tls-cert", "# tls-cert =", "# not set"),
    ] {
        let line = line(&out, name);
        assert!(line.starts_with(value) && line.ends_with(place), "{line}");
    }
}

#[test]
fn what_config_prints_can_be_given_back_as_a_file() {
    let folder = tempfile::tempdir().unwrap();
    let arguments = [
        "config",
        "--advertise",
        "192.0.2.1",
        "--advertise",
        "2001:db8::1",
        "--lan",
        "--max-upload",
        "20000k",
        "--max-file",
        "2048M",
        "--metrics",
        "127.0.0.1:9464",
    ];
    let (_, printed, _) = output(&mut zoom(folder.path(), &arguments));
    fs::write(folder.path().join("again.toml"), &printed).unwrap();
    let (code, again, error) = output(&mut zoom(
        folder.path(),
        &["config", "--config", "again.toml"],
    ));
    assert_eq!(code, Some(0), "{error}");
    let values = |text: &str| -> Vec<String> {
        text.lines()
            .filter_map(|line| Some(line.rsplit_once(" # ")?.0.trim().to_owned()))
            .collect()
    };
    assert_eq!(values(&again), values(&printed));
    for written in [
        "advertise = [\"192.0.2.1\", \"2001:db8::1\"] ",
        "max-upload = \"20M\" ",
        "max-file = \"2G\" ",
        "max-room-files = \"10G\" ",
        "metrics = \"127.0.0.1:9464\" ",
    ] {
        assert!(again.contains(written), "{again}");
    }
}

#[test]
fn a_rate_may_be_a_number_in_the_file_and_off_takes_it_away() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("zoom.toml"), "max-upload = 5000000\n").unwrap();
    let mut command = zoom(folder.path(), &["config", "--config", "zoom.toml"]);
    let (_, out, error) = output(&mut command);
    let rate = line(&out, "max-upload");
    assert!(rate.starts_with("max-upload = \"5M\" "), "{rate} {error}");
    let (_, out, _) = output(command.env("ZOOM_MAX_UPLOAD", "off"));
    assert!(line(&out, "max-upload").ends_with("# not set"), "{out}");
}

#[test]
fn a_list_is_separated_by_commas_in_a_variable() {
    let folder = tempfile::tempdir().unwrap();
    let mut command = zoom(folder.path(), &["config"]);
    let (_, out, _) = output(command.env("ZOOM_ADVERTISE", "192.0.2.1, 192.0.2.2"));
    assert!(
        out.contains("advertise = [\"192.0.2.1\", \"192.0.2.2\"]"),
        "{out}"
    );
}

#[test]
fn a_wrong_value_names_itself_its_place_and_what_would_be_right() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(
        folder.path().join("zoom.toml"),
        "\nmedia-port = 70000\nlan = [1]\n",
    )
    .unwrap();
    for (flags, variable, expected) in [
        (
            &["--listen", "8080"][..],
            ("ZOOM_X", ""),
            "zoom: --listen: listen is `8080`, but has to be an IP address with a port, such as 127.0.0.1:8080 or [::]:8080\n",
        ),
        (
            &[],
            ("ZOOM_MEDIA_UDP", "maybe"),
            "zoom: ZOOM_MEDIA_UDP: media-udp is `maybe`, but has to be on or off\n",
        ),
        (
            &[],
            ("ZOOM_ADVERTISE", "192.0.2.1,meet.example"),
            "zoom: ZOOM_ADVERTISE: advertise is `meet.example`, but has to be an IP address, such as 203.0.113.7 or 2001:db8::7\n",
        ),
        (
            &["--media-threads", "0"],
            ("ZOOM_X", ""),
            "zoom: --media-threads: media-threads is `0`, but has to be a number of threads from 1 to 64\n",
        ),
        (
            &["--max-upload", "20"],
            ("ZOOM_X", ""),
            "zoom: --max-upload: max-upload is `20`, but has to be bits per second with k, M or G, from 200k to 100G, such as 20M or 1.5M, or off\n",
        ),
        (
            &["--max-file", "1.5G"],
            ("ZOOM_X", ""),
            "zoom: --max-file: max-file is `1.5G`, but has to be bytes with k, M, G or T, from 1k to 1000T, such as 100M\n",
        ),
        (
            &["--metrics", "9464"],
            ("ZOOM_X", ""),
            "zoom: --metrics: metrics is `9464`, but has to be an IP address with a port, such as 127.0.0.1:9464, or off\n",
        ),
        (
            &["--log", "verbose"],
            ("ZOOM_X", ""),
            "zoom: --log: log is `verbose`, but has to be error, warn, info, debug or trace, or such for parts of zoom, as in info,zoom_sfu=debug\n",
        ),
        (
            &["--config", "zoom.toml"],
            ("ZOOM_X", ""),
            "zoom: zoom.toml:3: lan has to be true or false\n",
        ),
        (
            &["--config", "none.toml"],
            ("ZOOM_X", ""),
            "zoom: --config: cannot read none.toml: No such file or directory (os error 2)\n",
        ),
        (
            &["--lan", "--listen", "127.0.0.1:9000"],
            ("ZOOM_X", ""),
            "zoom: --listen: listen is `127.0.0.1:9000`, where no other machine gets in, but --lan asks to serve the network; use an address such as [::]:9000, or leave listen out\n",
        ),
        (
            &["--tls-cert", "cert.pem"],
            ("ZOOM_X", ""),
            "zoom: --tls-cert: a certificate needs its key: give tls-key (--tls-key FILE) too\n",
        ),
    ] {
        let mut command = zoom(folder.path(), flags);
        let (code, out, error) = output(command.env(variable.0, variable.1));
        assert_eq!(
            (code, out.as_str(), error.as_str()),
            (Some(2), "", expected)
        );
    }
    fs::write(folder.path().join("zoom.toml"), "\nmedia-port = 70000\n").unwrap();
    let (code, _, error) = output(&mut zoom(folder.path(), &["--config", "zoom.toml"]));
    assert_eq!(code, Some(2));
    assert!(
        error.starts_with("zoom: zoom.toml:2: media-port is `70000`"),
        "{error}"
    );
}

#[test]
fn an_unknown_name_in_the_file_is_refused_with_what_was_probably_meant() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("zoom.toml");
    for (text, expected) in [
        (
            "media_port = 1",
            "zoom.toml:1: there is no setting `media_port`; did you mean `media-port`?",
        ),
        (
            "\n\nlisten-on = \"x\"",
            "zoom.toml:3: there is no setting `listen-on`; did you mean `listen`?",
        ),
        (
            "config = \"a\"",
            "there is no setting `config`; a file is named by --config or ZOOM_CONFIG",
        ),
        (
            "qqq = 1",
            "there is no setting `qqq`; there are listen, lan, data,",
        ),
        ("listen = ", "zoom.toml:1: "),
    ] {
        fs::write(&file, text).unwrap();
        let (code, _, error) = output(&mut zoom(folder.path(), &["--config", "zoom.toml"]));
        assert_eq!(code, Some(2));
        assert!(error.contains(expected), "{error}");
        assert_eq!(error.lines().count(), 1, "{error}");
    }
}

#[test]
fn help_documents_every_setting_in_its_three_places() {
    let folder = tempfile::tempdir().unwrap();
    let (code, out, _) = output(&mut zoom(folder.path(), &["--help"]));
    assert_eq!(code, Some(0));
    for name in [
        "listen",
        "lan",
        "data",
        "media-port",
        "media-threads",
        "media-udp",
        "advertise",
        "max-upload",
        "max-file",
        "max-room-files",
        "metrics",
        "tls-cert",
        "tls-key",
        "log",
        "config",
    ] {
        let variable = format!("ZOOM_{}", name.to_uppercase().replace('-', "_"));
        assert!(out.contains(&format!("--{name}")), "{name}");
        assert!(out.contains(&format!("[variable: {variable}]")), "{name}");
    }
    let (code, _, error) = output(&mut zoom(folder.path(), &["--listne", "x"]));
    assert_eq!(code, Some(2));
    assert!(error.contains("--listen"), "{error}");
}
