//! What the program runs with: every setting checked, each with the place it came from.

use std::{
    net::{IpAddr, Ipv6Addr, SocketAddr},
    ops::RangeInclusive,
    path::PathBuf,
};

use tracing_subscriber::{EnvFilter, filter::LevelFilter};
use zoom_server::{MediaSettings, ServerConfig, TlsSettings};

use crate::{
    bitrate,
    setting::settings,
    size,
    sources::{AllWritten, Place},
};

/// A value and where it was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Found<T> {
    pub(crate) value: T,
    pub(crate) place: Place,
}

/// Every setting.
#[derive(Clone, Debug)]
pub(crate) struct Settings {
    pub(crate) listen: Found<SocketAddr>,
    pub(crate) lan: Found<bool>,
    pub(crate) data: Found<PathBuf>,
    pub(crate) media_port: Found<u16>,
    pub(crate) media_threads: Found<usize>,
    pub(crate) media_udp: Found<bool>,
    pub(crate) advertise: Found<Vec<IpAddr>>,
    pub(crate) max_upload: Found<Option<u64>>,
    pub(crate) max_file: Found<u64>,
    pub(crate) max_room_files: Found<u64>,
    pub(crate) retention_days: Found<Option<u32>>,
    pub(crate) tls_cert: Found<Option<PathBuf>>,
    pub(crate) tls_key: Found<Option<PathBuf>>,
    pub(crate) metrics: Found<Option<SocketAddr>>,
    pub(crate) log: Found<String>,
    pub(crate) development: Found<bool>,
}

/// What a value has to be, when it is not that.
type Expected = &'static str;

const ADDRESS_AND_PORT: Expected = "an IP address with a port, such as 127.0.0.1:8080 or [::]:8080";
const PORT: Expected = "a port up to 65535, such as 7882 (0: the system chooses)";
const THREADS: Expected = "a number of threads from 1 to 64";
const SWITCH: Expected = "on or off";
const ADDRESS: Expected = "an IP address, such as 203.0.113.7 or 2001:db8::7";
const RATE: Expected =
    "bits per second with k, M or G, from 200k to 100G, such as 20M or 1.5M, or off";
const SIZE: Expected = "bytes with k, M, G or T, from 1k to 1000T, such as 100M";
const DAYS: Expected = "a number of days from 1 to 36500, or off";
const ADDRESS_OR_OFF: Expected = "an IP address with a port, such as 127.0.0.1:9464, or off";
const FOLDER: Expected = "the path of a folder";
const FILE: Expected = "the path of a file";
const LEVEL: Expected =
    "error, warn, info, debug or trace, or such for parts of zoom, as in info,zoom_sfu=debug";

/// The most media threads: more than any machine has use for.
const MOST_THREADS: usize = 64;
/// The bit rates that uploads can be kept under: below, there is no call; above, no such line.
const RATES: RangeInclusive<u64> = 200_000..=100_000_000_000;

/// The days that rooms can keep what is written: a hundred years is for good.
const RETENTIONS: RangeInclusive<u32> = 1..=36_500;

/// The sizes that files can be kept under: below, there is no file; above, no such disk.
const SIZES: RangeInclusive<u64> = 1024..=1000 << 40;

impl Settings {
    /// Checks what was written.
    ///
    /// # Errors
    /// A line for each wrong value: the value, its place, and what would be right.
    pub(crate) fn check(written: &AllWritten) -> Result<Self, Vec<String>> {
        let defaults = ServerConfig::new("data");
        let mut reader = Reader {
            written,
            wrong: Vec::new(),
        };
        let lan = reader.one("lan", false, SWITCH, switch);
        let settings = Self {
            listen: reader.one("listen", defaults.listen, ADDRESS_AND_PORT, |text| {
                text.parse().ok()
            }),
            data: reader.one("data", defaults.data, FOLDER, path),
            media_port: reader.one("media-port", defaults.media.port, PORT, |text| {
                text.parse().ok()
            }),
            media_threads: reader.one("media-threads", defaults.media.threads, THREADS, |text| {
                let threads = text.parse().ok()?;
                (1..=MOST_THREADS).contains(&threads).then_some(threads)
            }),
            media_udp: reader.one("media-udp", defaults.media.udp, SWITCH, switch),
            advertise: reader.many("advertise", ADDRESS, |text| text.parse().ok()),
            max_upload: reader.one("max-upload", None, RATE, |text| {
                or_off(text, |text| {
                    bitrate::parse(text).filter(|rate| RATES.contains(rate))
                })
            }),
            max_file: reader.one("max-file", defaults.limits.file_bytes, SIZE, size),
            max_room_files: reader.one(
                "max-room-files",
                defaults.limits.room_file_bytes,
                SIZE,
                size,
            ),
            retention_days: reader.one("retention-days", None, DAYS, |text| {
                or_off(text, |text| {
                    text.parse().ok().filter(|days| RETENTIONS.contains(days))
                })
            }),
            tls_cert: reader.one("tls-cert", None, FILE, |text| path(text).map(Some)),
            tls_key: reader.one("tls-key", None, FILE, |text| path(text).map(Some)),
            metrics: reader.one("metrics", None, ADDRESS_OR_OFF, |text| {
                or_off(text, |text| text.parse().ok())
            }),
            log: reader.one("log", "info".to_owned(), LEVEL, |text| {
                filter(text).map(|_| text.to_owned())
            }),
            development: reader.one("development", false, SWITCH, switch),
            lan,
        };
        let mut wrong = reader.wrong;
        let settings = settings.together(&mut wrong);
        if wrong.is_empty() {
            Ok(settings)
        } else {
            Err(wrong)
        }
    }

    /// What settings mean for each other.
    fn together(mut self, wrong: &mut Vec<String>) -> Self {
        match (&self.tls_cert, &self.tls_key) {
            (
                Found {
                    value: Some(_),
                    place,
                },
                Found { value: None, .. },
            ) => wrong.push(format!(
                "{place}: a certificate needs its key: give tls-key (--tls-key FILE) too"
            )),
            (
                Found { value: None, .. },
                Found {
                    value: Some(_),
                    place,
                },
            ) => wrong.push(format!(
                "{place}: a key needs its certificate: give tls-cert (--tls-cert FILE) too"
            )),
            _ => {}
        }
        if self.lan.value {
            if self.listen.place == Place::Default {
                let everywhere = IpAddr::V6(Ipv6Addr::UNSPECIFIED);
                self.listen = Found {
                    value: SocketAddr::new(everywhere, self.listen.value.port()),
                    place: self.lan.place.clone(),
                };
            } else if self.listen.value.ip().is_loopback() {
                wrong.push(format!(
                    "{}: listen is `{}`, where no other machine gets in, but {} asks to serve the \
                     network; use an address such as [::]:{}, or leave listen out",
                    self.listen.place,
                    self.listen.value,
                    self.lan.place,
                    self.listen.value.port()
                ));
            }
        }
        self
    }

    /// What the server is told.
    pub(crate) fn server(&self) -> ServerConfig {
        let mut config = ServerConfig::new(&self.data.value);
        config.listen = self.listen.value;
        config.tls = match (&self.tls_cert.value, &self.tls_key.value) {
            (Some(cert), Some(key)) => TlsSettings::Files {
                cert: cert.clone(),
                key: key.clone(),
            },
            _ if self.lan.value => TlsSettings::SelfMade,
            _ => TlsSettings::Off,
        };
        config.media = MediaSettings {
            port: self.media_port.value,
            threads: self.media_threads.value,
            udp: self.media_udp.value,
            advertise: self.advertise.value.clone(),
            max_upload_bps: self.max_upload.value,
        };
        config.limits.file_bytes = self.max_file.value;
        config.limits.room_file_bytes = self.max_room_files.value;
        config.limits.retention_days = self.retention_days.value.unwrap_or(0);
        config.metrics = self.metrics.value;
        config.development = self.development.value;
        config
    }

    /// Every setting as a line of TOML with the place it came from.
    pub(crate) fn lines(&self) -> Vec<String> {
        let path =
            |path: &Option<PathBuf>| path.as_ref().map(|path| quoted(&path.to_string_lossy()));
        let switch = |on: bool| quoted(if on { "on" } else { "off" });
        let addresses: Vec<_> = self
            .advertise
            .value
            .iter()
            .map(|a| quoted(&a.to_string()))
            .collect();
        settings()
            .map(|setting| {
                let (value, place) = match setting.name {
                    "listen" => (
                        Some(quoted(&self.listen.value.to_string())),
                        &self.listen.place,
                    ),
                    "lan" => (Some(switch(self.lan.value)), &self.lan.place),
                    "data" => (
                        Some(quoted(&self.data.value.to_string_lossy())),
                        &self.data.place,
                    ),
                    "media-port" => (
                        Some(self.media_port.value.to_string()),
                        &self.media_port.place,
                    ),
                    "media-threads" => (
                        Some(self.media_threads.value.to_string()),
                        &self.media_threads.place,
                    ),
                    "media-udp" => (Some(switch(self.media_udp.value)), &self.media_udp.place),
                    "advertise" => (
                        Some(format!("[{}]", addresses.join(", "))),
                        &self.advertise.place,
                    ),
                    "max-upload" => (
                        self.max_upload
                            .value
                            .map(|rate| quoted(&bitrate::write(rate))),
                        &self.max_upload.place,
                    ),
                    "max-file" => (
                        Some(quoted(&size::write(self.max_file.value))),
                        &self.max_file.place,
                    ),
                    "max-room-files" => (
                        Some(quoted(&size::write(self.max_room_files.value))),
                        &self.max_room_files.place,
                    ),
                    "retention-days" => (
                        Some(match self.retention_days.value {
                            Some(days) => days.to_string(),
                            None => quoted("off"),
                        }),
                        &self.retention_days.place,
                    ),
                    "metrics" => (
                        self.metrics
                            .value
                            .map(|address| quoted(&address.to_string())),
                        &self.metrics.place,
                    ),
                    "tls-cert" => (path(&self.tls_cert.value), &self.tls_cert.place),
                    "tls-key" => (path(&self.tls_key.value), &self.tls_key.place),
                    "log" => (Some(quoted(&self.log.value)), &self.log.place),
                    _ => (
                        Some(switch(self.development.value)),
                        &self.development.place,
                    ),
                };
                match value {
                    Some(value) => {
                        format!("{:<40} # {place}", format!("{} = {value}", setting.name))
                    }
                    None => format!("{:<40} # not set", format!("# {} =", setting.name)),
                }
            })
            .collect()
    }
}

/// What logging lets through; nothing when the text is no level.
pub(crate) fn filter(text: &str) -> Option<EnvFilter> {
    let is_level = |level: &str| level.parse::<LevelFilter>().is_ok() && !level.is_empty();
    // The filter itself would take a misspelt level for the name of a part.
    let sound = text
        .split(',')
        .all(|directive| match directive.split_once('=') {
            Some((part, level)) => !part.trim().is_empty() && is_level(level.trim()),
            None => is_level(directive.trim()),
        });
    sound.then(|| EnvFilter::try_new(text).ok()).flatten()
}

fn switch(text: &str) -> Option<bool> {
    match text.to_ascii_lowercase().as_str() {
        "on" | "true" | "yes" | "1" => Some(true),
        "off" | "false" | "no" | "0" => Some(false),
        _ => None,
    }
}

/// A value, or the word that means none.
fn or_off<T>(text: &str, parse: impl Fn(&str) -> Option<T>) -> Option<Option<T>> {
    if text.eq_ignore_ascii_case("off") {
        Some(None)
    } else {
        parse(text).map(Some)
    }
}

fn size(text: &str) -> Option<u64> {
    size::parse(text).filter(|bytes| SIZES.contains(bytes))
}

fn path(text: &str) -> Option<PathBuf> {
    (!text.trim().is_empty()).then(|| PathBuf::from(text))
}

/// A TOML basic string.
fn quoted(text: &str) -> String {
    toml::Value::from(text).to_string()
}

/// Takes values out of what was written and collects what is wrong with them.
struct Reader<'a> {
    written: &'a AllWritten,
    wrong: Vec<String>,
}

impl Reader<'_> {
    fn one<T>(
        &mut self,
        name: &'static str,
        default: T,
        expected: Expected,
        parse: impl Fn(&str) -> Option<T>,
    ) -> Found<T> {
        let Some(written) = self.written.get(name) else {
            return Found {
                value: default,
                place: Place::Default,
            };
        };
        let place = written.place.clone();
        match written.texts.last().and_then(|text| parse(text.trim())) {
            Some(value) => Found { value, place },
            None => {
                self.note(name, &written.texts.concat(), &place, expected);
                Found {
                    value: default,
                    place,
                }
            }
        }
    }

    fn many<T>(
        &mut self,
        name: &'static str,
        expected: Expected,
        parse: impl Fn(&str) -> Option<T>,
    ) -> Found<Vec<T>> {
        let Some(written) = self.written.get(name) else {
            return Found {
                value: Vec::new(),
                place: Place::Default,
            };
        };
        let mut value = Vec::new();
        for text in &written.texts {
            match parse(text.trim()) {
                Some(one) => value.push(one),
                None => self.note(name, text, &written.place, expected),
            }
        }
        Found {
            value,
            place: written.place.clone(),
        }
    }

    fn note(&mut self, name: &str, text: &str, place: &Place, expected: Expected) {
        self.wrong.push(format!(
            "{place}: {name} is `{text}`, but has to be {expected}"
        ));
    }
}
