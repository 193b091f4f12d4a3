//! Every setting, declared once: its name gives the flag, the variable and the line of the file.

/// One setting.
#[derive(Debug)]
pub(crate) struct Setting {
    /// `media-port`: the flag is `--media-port`, the variable `ZOOM_MEDIA_PORT`, the line of the
    /// TOML file `media-port = …`.
    pub(crate) name: &'static str,
    /// What stands for the value in the help.
    pub(crate) value: &'static str,
    /// What it does, a sentence or two.
    pub(crate) help: &'static str,
    /// The default, for the help; `None` where the help says it.
    pub(crate) default: Option<&'static str>,
    /// How it is given.
    pub(crate) kind: Kind,
}

/// How a setting is given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// One value.
    One,
    /// As often as wanted; a list in the file, separated by commas in the variable.
    Many,
    /// `on` or `off`; the flag alone means `on`.
    Switch,
}

impl Setting {
    /// `--media-port`
    pub(crate) fn flag(&self) -> String {
        format!("--{}", self.name)
    }

    /// `ZOOM_MEDIA_PORT`
    pub(crate) fn variable(&self) -> String {
        format!("ZOOM_{}", self.name.replace('-', "_").to_ascii_uppercase())
    }
}

/// The setting that names the file; the only one that cannot stand in it.
pub(crate) const CONFIG: Setting = Setting {
    name: "config",
    value: "FILE",
    help: "A TOML file with settings, named as the flags are.",
    default: None,
    kind: Kind::One,
};

/// The settings that are known in this build, in the order of the help.
pub(crate) fn settings() -> impl Iterator<Item = &'static Setting> {
    const DEVELOPMENT: &[Setting] = &[Setting {
        name: "development",
        value: "on|off",
        help: "Vite's development server stands in front (debug builds only).",
        default: Some("off"),
        kind: Kind::Switch,
    }];
    let development = if cfg!(debug_assertions) {
        DEVELOPMENT
    } else {
        &[]
    };
    SETTINGS.iter().chain(development)
}

const SETTINGS: &[Setting] = &[
    Setting {
        name: "listen",
        value: "ADDRESS:PORT",
        help: "Where pages and WebSockets are served; [::]:8080 is every address of this machine.",
        default: Some("127.0.0.1:8080"),
        kind: Kind::One,
    },
    Setting {
        name: "lan",
        value: "on|off",
        help: "Serve this network: listen on every address over HTTPS with a certificate of \
               zoom's own making, and show the address as a QR code. (Browsers give camera and \
               microphone to other machines only over HTTPS.)",
        default: Some("off"),
        kind: Kind::Switch,
    },
    Setting {
        name: "data",
        value: "DIR",
        help: "The folder that keeps everything; made when it is not there.",
        default: Some("data"),
        kind: Kind::One,
    },
    Setting {
        name: "media-port",
        value: "PORT",
        help: "The port of voice and pictures, UDP and TCP alike.",
        default: Some("7882"),
        kind: Kind::One,
    },
    Setting {
        name: "media-threads",
        value: "NUMBER",
        help: "Threads that forward media. Each takes a UDP port, from the media port on.",
        default: Some("1"),
        kind: Kind::One,
    },
    Setting {
        name: "media-udp",
        value: "on|off",
        help: "Whether media may go over UDP; off leaves TCP alone.",
        default: Some("on"),
        kind: Kind::One,
    },
    Setting {
        name: "advertise",
        value: "ADDRESS",
        help: "An IP address under which browsers reach the media port. Repeatable; by default \
               all of this machine's own.",
        default: None,
        kind: Kind::Many,
    },
    Setting {
        name: "max-upload",
        value: "RATE",
        help: "The most that voice and pictures may be sent in all, in bits per second, such as 20M \
               or 800k: pictures get smaller or pause, sound does not.",
        default: Some("off"),
        kind: Kind::One,
    },
    Setting {
        name: "max-file",
        value: "SIZE",
        help: "The largest file that people may send to each other, in bytes with k, M, G or T.",
        default: Some("100M"),
        kind: Kind::One,
    },
    Setting {
        name: "max-room-files",
        value: "SIZE",
        help: "The most that all files of one room may take together.",
        default: Some("10G"),
        kind: Kind::One,
    },
    Setting {
        name: "retention-days",
        value: "DAYS",
        help: "For how many days rooms keep what is written and sent in them, from 1 to 36500; off \
               keeps it for good. A room may have a time of its own.",
        default: Some("off"),
        kind: Kind::One,
    },
    Setting {
        name: "tls-cert",
        value: "FILE",
        help: "A certificate chain in PEM form: serve HTTPS. Needs --tls-key.",
        default: None,
        kind: Kind::One,
    },
    Setting {
        name: "tls-key",
        value: "FILE",
        help: "The certificate's private key in PEM form.",
        default: None,
        kind: Kind::One,
    },
    Setting {
        name: "metrics",
        value: "ADDRESS:PORT",
        help: "Where figures for operators are served, over HTTP and without a password: /metrics \
               for Prometheus, /stats as JSON; 127.0.0.1:9464 is for this machine alone.",
        default: Some("off"),
        kind: Kind::One,
    },
    Setting {
        name: "log",
        value: "LEVEL",
        help: "How much is told on standard error: error, warn, info, debug or trace; also per \
               part, as in info,zoom_sfu=debug.",
        default: Some("info"),
        kind: Kind::One,
    },
];
