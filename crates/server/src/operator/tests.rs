//! The figures over a real connection: what is documented is what is served, and reports on peers
//! reach it from the media threads.

use std::{
    collections::BTreeSet,
    fs,
    future::pending,
    net::Ipv4Addr,
    path::Path,
    time::{Duration, Instant},
};

use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    task::JoinHandle,
};
use zoom_protocol::{ParticipantId, RoomId, SlotId, SlotKind, Source};
use zoom_sfu::{
    DowngradeReason, Event, LayerReport, MediaReport, SlotReport, SrtpProfile, TrackReport,
};

use super::*;
use crate::{MediaSettings, Server, ServerConfig};

/// A server whose figures are served.
struct Watched {
    figures: SocketAddr,
    media: MediaPool,
    serving: JoinHandle<()>,
    _data: TempDir,
}

impl Watched {
    async fn start() -> Self {
        let data = TempDir::new().unwrap();
        let mut config = ServerConfig::new(data.path());
        let anywhere = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
        config.listen = anywhere;
        config.metrics = Some(anywhere);
        config.media = MediaSettings {
            port: 0,
            threads: 2,
            advertise: vec![Ipv4Addr::LOCALHOST.into()],
            max_upload_bps: Some(20_000_000),
            ..MediaSettings::default()
        };
        let server = Server::open(config).await.unwrap();
        Self {
            figures: server.metrics_addr().unwrap(),
            media: server.media().clone(),
            serving: tokio::spawn(server.serve(pending())),
            _data: data,
        }
    }

    /// The body of an answer, whose status has to be 200.
    async fn read(&self, path: &str) -> String {
        let mut stream = TcpStream::connect(self.figures).await.unwrap();
        let head = format!(
            "GET {path} HTTP/1.1\r\nhost: {}\r\nconnection: close\r\n\r\n",
            self.figures
        );
        stream.write_all(head.as_bytes()).await.unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.unwrap();
        let (head, body) = answer.split_once("\r\n\r\n").unwrap();
        assert!(head.starts_with("HTTP/1.1 200 "), "{head}");
        body.to_owned()
    }

    async fn stats(&self) -> Value {
        serde_json::from_str(&self.read("/stats").await).unwrap()
    }
}

impl Drop for Watched {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

fn report(room: u64, participant: u64) -> MediaReport {
    MediaReport {
        participant: ParticipantId(participant),
        room: RoomId(room),
        estimate_bps: Some(400_000),
        rtt_ms: Some(80.0),
        loss_out: 0.02,
        bitrate_in_bps: 1_000,
        bitrate_out_bps: 2_000,
        srtp: Some(SrtpProfile::Aes128Gcm),
        tracks_in: vec![
            TrackReport {
                source: Source::Microphone,
                layers: vec![layer(2)],
            },
            TrackReport {
                source: Source::Camera,
                layers: vec![layer(0), layer(2)],
            },
        ],
        slots: vec![SlotReport {
            slot: SlotId {
                kind: SlotKind::Person,
                index: 0,
            },
            publisher: ParticipantId(9),
            layer_wanted: Some(1),
            layer_sent: None,
            bitrate_bps: 64_000,
            retransmitted: 3,
            reason: Some(DowngradeReason::Capacity),
        }],
    }
}

fn layer(layer: u8) -> LayerReport {
    LayerReport {
        layer,
        bitrate_bps: 500,
        packets: 10,
        lost: 1,
        jitter_ms: Some(2.5),
        nacked: 2,
        keys_asked: 1,
    }
}

/// The page that documents the figures.
fn page() -> String {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    fs::read_to_string(root.join("docs/operating.md")).unwrap()
}

/// The first `words` in backquotes of each row of the tables.
fn documented(page: &str) -> BTreeSet<String> {
    let rows = page.lines().filter_map(|line| line.strip_prefix("| `"));
    let cells = rows.filter_map(|row| row.split(" |").next());
    cells
        .flat_map(|cell| cell.split('`').step_by(2))
        .filter(|name| !name.trim_matches([',', ' ']).is_empty())
        .map(str::to_owned)
        .collect()
}

#[tokio::test]
async fn every_figure_is_documented_and_no_other() {
    let server = Watched::start().await;
    server.media.tell(Event::Report(Box::new(report(1, 7))));
    let text = loop {
        let text = server.read("/metrics").await;
        if text.contains("zoom_media_reporting_peers 1\n") {
            break text;
        }
    };
    let types: BTreeSet<String> = text
        .lines()
        .filter_map(|line| line.strip_prefix("# TYPE ")?.split(' ').next())
        .map(str::to_owned)
        .collect();
    let is_figure = |name: &String| name.starts_with("zoom_") || name.starts_with("process_");
    let told: BTreeSet<String> = documented(&page()).into_iter().filter(is_figure).collect();
    // Systems without `/proc` leave two out.
    let known = |name: &String| types.contains(name) || name.starts_with("process_");
    assert!(told.iter().all(known), "{told:?}\n{types:?}");
    assert!(types.is_subset(&told), "{types:?}\n{told:?}");
}

#[tokio::test]
async fn the_figures_are_well_formed_for_prometheus() {
    let server = Watched::start().await;
    server.media.tell(Event::Report(Box::new(report(1, 7))));
    let text = server.read("/metrics").await;
    assert!(text.ends_with('\n'));
    let mut family = ("", "");
    let mut samples = BTreeSet::new();
    for line in text.lines() {
        if let Some(rest) = line.strip_prefix("# HELP ") {
            let (name, help) = rest.split_once(' ').unwrap();
            assert!(!help.is_empty());
            family = (name, "");
        } else if let Some(rest) = line.strip_prefix("# TYPE ") {
            let (name, kind) = rest.split_once(' ').unwrap();
            assert_eq!(name, family.0);
            assert_eq!(kind == "counter", name.ends_with("_total"), "{name}");
            family = (name, kind);
        } else {
            let (series, value) = line.rsplit_once(' ').unwrap();
            let name = series.split('{').next().unwrap();
            assert_eq!((name, family.1.is_empty()), (family.0, false), "{line}");
            assert!(value.parse::<f64>().unwrap() >= 0.0, "{line}");
            assert!(samples.insert(series.to_owned()), "twice: {series}");
        }
    }
    for series in [
        "zoom_media_peers{thread=\"0\"}",
        "zoom_media_peers{thread=\"1\"}",
        "zoom_media_dropped_datagrams_total{reason=\"stranger\",thread=\"1\"}",
        "zoom_media_estimate_peers{le=\"+Inf\"}",
        "zoom_media_held_back_slots{reason=\"upload_limit\"}",
    ] {
        assert!(samples.contains(series), "{series}\n{text}");
    }
    assert!(text.contains("zoom_media_max_upload_bits_per_second 20000000\n"));
}

#[tokio::test]
async fn a_report_counts_in_the_classes_that_it_belongs_to() {
    let server = Watched::start().await;
    for participant in [7, 8] {
        let report = Box::new(report(1, participant));
        server.media.tell(Event::Report(report));
    }
    let text = loop {
        let text = server.read("/metrics").await;
        if text.contains("zoom_media_reporting_peers 2\n") {
            break text;
        }
    };
    for line in [
        "zoom_media_bits_per_second{direction=\"in\"} 2000",
        "zoom_media_bits_per_second{direction=\"out\"} 4000",
        "zoom_media_estimate_bits_per_second 800000",
        "zoom_media_estimate_peers{le=\"300000\"} 0",
        "zoom_media_estimate_peers{le=\"600000\"} 2",
        "zoom_media_round_trip_peers{le=\"0.05\"} 0",
        "zoom_media_round_trip_peers{le=\"0.1\"} 2",
        "zoom_media_loss_peers{le=\"0.01\"} 0",
        "zoom_media_loss_peers{le=\"0.03\"} 2",
        "zoom_media_held_back_slots{reason=\"capacity\"} 2",
    ] {
        assert!(text.lines().any(|told| told == line), "{line}\n{text}");
    }
}

#[tokio::test]
async fn the_last_report_on_every_peer_is_told_by_room() {
    let server = Watched::start().await;
    let mut earlier = report(5, 7);
    earlier.estimate_bps = None;
    for report in [earlier, report(5, 7), report(2, 1), report(5, 3)] {
        server.media.tell(Event::Report(Box::new(report)));
    }
    let stats = loop {
        let stats = server.stats().await;
        if stats["rooms"][1]["participants"][1]["estimate_bps"] == 400_000 {
            break stats;
        }
    };
    assert_eq!(stats["report_ms"], 2_000);
    assert!(stats["time_ms"].as_u64().unwrap() > 1_700_000_000_000);
    let rooms: Vec<_> = stats["rooms"].as_array().unwrap().iter().collect();
    let ids = |room: &Value| {
        let participants = room["participants"].as_array().unwrap();
        let id = |participant: &Value| participant["participant"].clone();
        participants.iter().map(id).collect::<Vec<_>>()
    };
    assert_eq!(
        (&rooms[0]["room"], &rooms[1]["room"]),
        (&json!(2), &json!(5))
    );
    assert_eq!(ids(rooms[0]), ["0000000000000001"]);
    assert_eq!(ids(rooms[1]), ["0000000000000003", "0000000000000007"]);
    let mut participant = rooms[1]["participants"][1].clone();
    assert!(participant["age_ms"].take().as_u64().unwrap() < 6_000);
    let layer = |name: Value| {
        json!({
            "layer": name, "bitrate_bps": 500, "packets": 10, "lost": 1, "jitter_ms": 2.5,
            "nacked": 2, "keys_asked": 1,
        })
    };
    let told = json!({
        "participant": "0000000000000007", "age_ms": null, "estimate_bps": 400_000, "rtt_ms": 80.0,
        "loss_out": 0.02, "bitrate_in_bps": 1_000, "bitrate_out_bps": 2_000,
        "srtp": "SRTP_AEAD_AES_128_GCM",
        "tracks_in": [
            { "source": "microphone", "layers": [layer(Value::Null)] },
            { "source": "camera", "layers": [layer(json!("q")), layer(json!("f"))] },
        ],
        "slots": [{
            "slot": "person-0", "publisher": "0000000000000009", "layer_wanted": "h",
            "layer_sent": null, "bitrate_bps": 64_000, "retransmitted": 3, "reason": "capacity",
        }],
    });
    assert_eq!(participant, told);
}

#[tokio::test]
async fn every_field_of_the_reports_is_documented_and_no_other() {
    let server = Watched::start().await;
    server.media.tell(Event::Report(Box::new(report(1, 7))));
    let stats = loop {
        let stats = server.stats().await;
        if !stats["rooms"].as_array().unwrap().is_empty() {
            break stats;
        }
    };
    fn fields(value: &Value, found: &mut BTreeSet<String>) {
        match value {
            Value::Object(object) => {
                for (name, value) in object {
                    found.insert(name.clone());
                    fields(value, found);
                }
            }
            Value::Array(list) => list.iter().for_each(|value| fields(value, found)),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
        }
    }
    let mut served = BTreeSet::new();
    fields(&stats, &mut served);
    let page = page();
    let (_, section) = page.split_once("### `/stats`").unwrap();
    let (section, reasons) = section.split_once("### Reasons").unwrap();
    let example = section.split("```json").nth(1).unwrap();
    let example = example.split("```").next().unwrap();
    let mut shown = BTreeSet::new();
    fields(&serde_json::from_str(example).unwrap(), &mut shown);
    assert_eq!(shown, served, "the example has every field");
    let mut told = documented(section);
    let containers = [
        "rooms",
        "participants",
        "layers",
        "source",
        "slot",
        "publisher",
    ];
    told.extend(containers.map(str::to_owned));
    assert_eq!(told, served);
    let reason_names = DowngradeReason::ALL.map(|reason| reason.as_str().to_owned());
    let mut told = documented(reasons);
    told.remove("reason");
    assert_eq!(told, BTreeSet::from(reason_names));
}

#[test]
fn a_peer_that_reports_no_more_is_forgotten() {
    let limits = Limits::default();
    let reports = Reports::new(&limits);
    let now = Instant::now();
    let long = Duration::from_millis((limits.report_ms * 3 + 1).into());
    reports.take(report(1, 7), now);
    reports.take(report(1, 8), now + long);
    let left: Vec<u64> = reports
        .latest_at(now + long)
        .iter()
        .map(|reported| reported.report.participant.0)
        .collect();
    assert_eq!(left, [8]);
}

#[test]
fn a_host_of_this_machine_is_an_address_or_localhost() {
    for host in [
        "127.0.0.1:9464",
        "[::1]:9464",
        "localhost:9464",
        "LOCALHOST",
        "10.0.0.7",
    ] {
        assert!(is_of_this_machine(host), "{host}");
    }
    for host in [
        "figures.example:9464",
        "127.0.0.1.example",
        "",
        "[::1",
        "a b",
    ] {
        assert!(!is_of_this_machine(host), "{host}");
    }
}
