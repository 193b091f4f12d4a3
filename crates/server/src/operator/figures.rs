//! The totals: what is counted, and under which name Prometheus finds it.

use zoom_sfu::{DowngradeReason, MediaReport, MediaTotals, SfuStats};

use super::{
    exposition::{Exposition, Kind},
    process::Process,
    reports::Reported,
};
use crate::{
    hub::{AppendCounts, Counts},
    media::MediaCounters,
};

/// Upper bounds of the classes in which peers are counted by estimate, in bits per second: those
/// at which one more layer fits.
const ESTIMATES_BPS: [f64; 6] = [150e3, 300e3, 600e3, 1.2e6, 2.5e6, 5e6];
/// By round-trip time, in seconds: unnoticed, noticed, disturbing, two people cut each other off.
const ROUND_TRIPS_S: [f64; 4] = [0.05, 0.1, 0.2, 0.4];
/// By the share of what does not arrive: repaired unnoticed, audible at times, bad.
const LOSSES: [f64; 3] = [0.01, 0.03, 0.1];

/// A reading of everything.
pub(super) struct Figures {
    pub(super) counts: Counts,
    pub(super) appends: AppendCounts,
    pub(super) media: MediaCounters,
    /// Of each media thread that answered.
    pub(super) threads: Vec<Option<SfuStats>>,
    pub(super) reports: Vec<Reported>,
    pub(super) max_upload_bps: Option<u64>,
    pub(super) process: Process,
}

/// One figure of a thread, with its labels.
type Sample = (&'static [(&'static str, &'static str)], u64);

impl Figures {
    /// All of it in Prometheus' text format.
    pub(super) fn exposition(&self) -> String {
        let mut text = Exposition::default();
        self.program(&mut text);
        self.house(&mut text);
        self.ports(&mut text);
        self.peers(&mut text);
        self.repair(&mut text);
        self.ways(&mut text);
        text.into_text()
    }

    fn program(&self, text: &mut Exposition) {
        text.family(Kind::Gauge, "zoom_build_info", "1, with the version.")
            .sample(&[("version", env!("CARGO_PKG_VERSION"))], 1);
        if let Some(seconds) = self.process.cpu_seconds {
            text.family(
                Kind::Counter,
                "process_cpu_seconds_total",
                "User and system time of the process.",
            )
            .sample(&[], seconds);
        }
        if let Some(bytes) = self.process.resident_bytes {
            text.gauge(
                "process_resident_memory_bytes",
                "Memory of the process in RAM.",
                bytes,
            );
        }
    }

    fn house(&self, text: &mut Exposition) {
        let Counts {
            sockets,
            rooms,
            participants,
        } = self.counts;
        text.gauge("zoom_rooms", "Rooms that are open.", rooms);
        text.gauge(
            "zoom_participants",
            "People in rooms, those who may come back among them.",
            participants,
        );
        text.gauge("zoom_sockets", "WebSockets that are open.", sockets);
        let mut appends = text.family(
            Kind::Counter,
            "zoom_store_appends_total",
            "Messages that were to be kept, by what became of them.",
        );
        for (outcome, count) in [
            ("appended", self.appends.appended),
            ("repeated", self.appends.repeated),
            ("refused", self.appends.refused),
        ] {
            appends.sample(&[("outcome", outcome)], count);
        }
    }

    fn ports(&self, text: &mut Exposition) {
        let media = &self.media;
        text.counter(
            "zoom_media_offers_total",
            "Offers of peers, first ones and later ones.",
            media.offers,
        );
        text.counter(
            "zoom_media_turns_total",
            "Turns of the loops of the media threads.",
            media.turns,
        );
        text.counter(
            "zoom_media_faults_total",
            "Faults of a media thread, each of which ended its peers.",
            media.faults,
        );
        text.counter(
            "zoom_media_received_datagrams_total",
            "Datagrams that came to the media ports, those of strangers too.",
            media.received,
        );
        text.counter(
            "zoom_media_sent_datagrams_total",
            "Datagrams that the system took to be sent.",
            media.sent,
        );
        text.counter(
            "zoom_media_unsent_datagrams_total",
            "Datagrams that a full send buffer or the system refused.",
            media.dropped,
        );
        text.gauge(
            "zoom_media_tcp_connections",
            "ICE-TCP connections that are open.",
            media.connections,
        );
    }

    fn peers(&self, text: &mut Exposition) {
        self.by_thread(
            text,
            Kind::Gauge,
            "zoom_media_rooms",
            "Rooms in which there is media.",
            |stats| vec![(&[], stats.rooms as u64)],
        );
        self.by_thread(
            text,
            Kind::Gauge,
            "zoom_media_peers",
            "Peers, connected or not.",
            |stats| vec![(&[], stats.peers as u64)],
        );
        self.by_thread(
            text,
            Kind::Counter,
            "zoom_media_peer_datagrams_total",
            "Datagrams from and to peers.",
            |stats| in_and_out(stats.totals.packets_in, stats.totals.packets_out),
        );
        self.by_thread(
            text,
            Kind::Counter,
            "zoom_media_peer_bytes_total",
            "Bytes of datagrams from and to peers, without the headers of UDP and IP.",
            |stats| in_and_out(stats.totals.bytes_in, stats.totals.bytes_out),
        );
        self.by_thread(
            text,
            Kind::Counter,
            "zoom_media_packets_total",
            "Media packets that were taken for forwarding, and that were forwarded, one for each \
             subscriber.",
            |stats| in_and_out(stats.totals.media_in, stats.totals.media_out),
        );
        self.by_thread(
            text,
            Kind::Counter,
            "zoom_media_dropped_datagrams_total",
            "Datagrams that came and were not let through, by reason.",
            dropped,
        );
    }

    fn repair(&self, text: &mut Exposition) {
        self.by_total(
            text,
            "zoom_media_key_frames_wanted_total",
            "Key frames that subscribers asked for.",
            |totals| totals.keys_wanted,
        );
        self.by_total(
            text,
            "zoom_media_key_frames_asked_total",
            "Key frames that publishers were asked for.",
            |totals| totals.keys_asked,
        );
        self.by_thread(
            text,
            Kind::Counter,
            "zoom_media_nacked_packets_total",
            "Packets that were asked for again, by who asked.",
            |stats| {
                vec![
                    (&[("by", "subscribers")], stats.totals.nacked_by_subscribers),
                    (&[("by", "server")], stats.totals.nacked_to_publishers),
                ]
            },
        );
        self.by_total(
            text,
            "zoom_media_retransmitted_packets_total",
            "Packets that were sent to subscribers again.",
            |totals| totals.retransmitted,
        );
        self.by_total(
            text,
            "zoom_media_repair_bytes_total",
            "Bytes of repairs and probes among what was sent to peers.",
            |totals| totals.repair_bytes,
        );
        self.by_total(
            text,
            "zoom_media_pictures_paused_total",
            "Times that a picture was paused for a subscriber.",
            |totals| totals.pictures_paused,
        );
    }

    /// How the ways to the peers are, by their last reports.
    fn ways(&self, text: &mut Exposition) {
        let reports = || self.reports.iter().map(|reported| &*reported.report);
        text.gauge(
            "zoom_media_reporting_peers",
            "Connected peers whose last report counts here and below.",
            self.reports.len(),
        );
        let mut rates = text.family(
            Kind::Gauge,
            "zoom_media_bits_per_second",
            "What comes from and goes to all peers.",
        );
        let sum = |rate: fn(&MediaReport) -> u64| -> u64 {
            reports().map(rate).fold(0, u64::saturating_add)
        };
        let labels = |way| [("direction", way)];
        rates.sample(&labels("in"), sum(|report| report.bitrate_in_bps));
        rates.sample(&labels("out"), sum(|report| report.bitrate_out_bps));
        text.gauge(
            "zoom_media_estimate_bits_per_second",
            "What the ways to all peers are estimated to carry together.",
            sum(|report| report.estimate_bps.unwrap_or(0)),
        );
        let estimates = reports().filter_map(|report| Some(report.estimate_bps? as f64));
        classes(
            text,
            "zoom_media_estimate_peers",
            "Peers with an estimate of at most so many bits per second.",
            &ESTIMATES_BPS,
            estimates.collect(),
        );
        let round_trips = reports().filter_map(|report| Some(f64::from(report.rtt_ms?) / 1e3));
        classes(
            text,
            "zoom_media_round_trip_peers",
            "Peers with a round-trip time of at most so many seconds.",
            &ROUND_TRIPS_S,
            round_trips.collect(),
        );
        let losses = reports().map(|report| f64::from(report.loss_out));
        classes(
            text,
            "zoom_media_loss_peers",
            "Peers of whose packets at most this share is lost on the way to them.",
            &LOSSES,
            losses.collect(),
        );
        let mut held = text.family(
            Kind::Gauge,
            "zoom_media_held_back_slots",
            "Slots that are sent less than is wanted, by reason.",
        );
        for reason in DowngradeReason::ALL {
            let slots = reports().flat_map(|report| &report.slots);
            let count = slots.filter(|slot| slot.reason == Some(reason)).count();
            held.sample(&[("reason", reason.as_str())], count);
        }
        if let Some(bps) = self.max_upload_bps {
            text.gauge(
                "zoom_media_max_upload_bits_per_second",
                "The setting max-upload.",
                bps,
            );
        }
    }

    /// A counter of each thread without further labels.
    fn by_total(
        &self,
        text: &mut Exposition,
        name: &'static str,
        help: &'static str,
        read: fn(&MediaTotals) -> u64,
    ) {
        self.by_thread(text, Kind::Counter, name, help, |stats| {
            vec![(&[], read(&stats.totals))]
        });
    }

    /// Figures of each thread under its number: a fault of one sets its counters back, and theirs
    /// alone.
    fn by_thread(
        &self,
        text: &mut Exposition,
        kind: Kind,
        name: &'static str,
        help: &'static str,
        read: impl Fn(&SfuStats) -> Vec<Sample>,
    ) {
        let mut family = text.family(kind, name, help);
        for (thread, stats) in self.threads.iter().enumerate() {
            let thread = thread.to_string();
            for (labels, value) in stats.iter().flat_map(&read) {
                let mut labels = labels.to_vec();
                labels.push(("thread", &thread));
                family.sample(&labels, value);
            }
        }
    }
}

fn in_and_out(taken: u64, given: u64) -> Vec<Sample> {
    vec![
        (&[("direction", "in")], taken),
        (&[("direction", "out")], given),
    ]
}

fn dropped(stats: &SfuStats) -> Vec<Sample> {
    vec![
        (&[("reason", "garbage")], stats.dropped_garbage),
        (&[("reason", "stranger")], stats.dropped_strangers),
        (&[("reason", "stun")], stats.dropped_stun),
        (&[("reason", "stream")], stats.dropped_streams),
        (&[("reason", "handshake")], stats.dropped_handshakes),
        (
            &[("reason", "unauthentic")],
            stats.totals.dropped_unauthentic,
        ),
        (&[("reason", "replayed")], stats.totals.dropped_replayed),
    ]
}

/// Counts values up to each bound, and all of them, as Prometheus does in the buckets of a
/// histogram; as gauges, because peers leave.
fn classes(
    text: &mut Exposition,
    name: &'static str,
    help: &'static str,
    bounds: &[f64],
    values: Vec<f64>,
) {
    let mut family = text.family(Kind::Gauge, name, help);
    for bound in bounds {
        let count = values.iter().filter(|value| *value <= bound).count();
        family.sample(&[("le", &bound.to_string())], count);
    }
    family.sample(&[("le", "+Inf")], values.len());
}
