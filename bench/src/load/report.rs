//! What a load has shown: one JSON object.

use serde::{Deserialize, Serialize};

use super::{Plan, driver::Sample, watch::Used};
use crate::histogram::Percentiles;

/// Publishers may send so much later than planned, in 99 of 100 cases.
const MOST_LAG_US: u64 = 10_000;
/// A generator's thread that is busier than this has no time for what comes next.
const MOST_BUSY: f64 = 0.9;
/// Others on the machine may use this share of it.
const MOST_OTHERS: f64 = 0.25;
/// Above this share the machine has no time left for anybody.
const MOST_MACHINE: f64 = 0.98;

/// This share of the pictures' packets may be left out by a server.
const MOST_HELD_BACK: f64 = 0.03;

/// Microseconds from the publisher's stamp to the receiver's kernel.
pub type Delay = Percentiles;

/// What a load has shown.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct LoadReport {
    /// Whether the figures say something about the server.
    pub valid: bool,
    /// Why they do not.
    pub reasons: Vec<String>,
    /// People in rooms when it was measured.
    pub people: usize,
    /// How many of them only watched.
    pub receivers: usize,
    /// What was used.
    pub used: Used,
    /// Media packets that were received, repairs excepted, each once.
    pub packets: u64,
    /// Media packets that publishers sent.
    pub sent: u64,
    /// RTCP datagrams that people sent, feedback about the bandwidth among them.
    pub feedback: u64,
    /// Lost packets of all that should have come, before repair.
    pub loss: f64,
    /// Lost packets.
    pub lost: u64,
    /// Packets that came after later ones.
    pub late: u64,
    /// Packets that came twice.
    pub duplicates: u64,
    /// Packets that could not be decrypted.
    pub decrypt_failures: u64,
    /// Packets of repair streams, padding too.
    pub repairs: u64,
    /// Lost packets that a repair brought.
    pub repaired: u64,
    /// Streams that media came in.
    pub streams: usize,
    /// Mean UDP payload of a received video packet, in bytes.
    pub video_bytes: f64,
    /// Mean UDP payload of a received sound packet, in bytes.
    pub audio_bytes: f64,
    /// Video packets among `packets`.
    pub video_packets: u64,
    /// Delay of media packets.
    pub delay_us: Delay,
    /// How much later than planned publishers sent, in microseconds.
    pub send_lag_us: Percentiles,
    /// Milliseconds from `join` to the end of DTLS.
    pub join_to_connected_ms: Percentiles,
    /// Milliseconds from `join` to the first media packet. Where everybody joins before sending
    /// begins, the wait for the last of them is in it; it tells of those who come later.
    pub join_to_first_packet_ms: Percentiles,
    /// CPU time of the server for each forwarded packet, in microseconds.
    pub cpu_us_per_packet: f64,
    /// CPU time of the server for each join, DTLS included, in milliseconds.
    pub cpu_ms_per_join: f64,
    /// Memory of the server before anybody came, in KiB.
    pub rss_kib_empty: u64,
    /// Growth of it by each participant who is connected and silent, in KiB.
    pub rss_kib_per_participant: f64,
    /// The same at the end, after media.
    pub rss_kib_per_participant_after: f64,
    /// Heap allocations of the server for each forwarded packet, where it counts them.
    pub allocations_per_packet: Option<f64>,
    /// Bytes that they asked for.
    pub allocated_bytes_per_packet: Option<f64>,
    /// Those among them that media threads have made: the way of a packet, without signalling,
    /// timers of the program and the disk.
    pub media_thread_allocations_per_packet: Option<f64>,
    /// The negotiated SRTP profile.
    pub srtp_profile: String,
    /// Datagrams that the server's socket had no room for.
    pub server_drops: u64,
    /// Many who come at once.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub storm: Option<StormReport>,
    /// Receivers added step by step.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub ramp: Vec<RampStep>,
    /// What ended that.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ramp_end: Option<RampEnd>,
}

/// What ended a ramp.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RampEnd {
    /// Too much was lost.
    Loss,
    /// Too much was late.
    Delay,
    /// The step was not valid: the generator or the machine was at its end before the server.
    Generator,
    /// There were as many viewers as had been asked for.
    Viewers,
}

/// What happened while many came at once.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct StormReport {
    /// Browsers whose recorded offers the newcomers sent in turn.
    pub offers: Vec<String>,
    /// How many joined.
    pub joins: usize,
    /// How many of them were connected at the end.
    pub connected: usize,
    /// Seconds from the first join until all were connected or had their time.
    pub seconds: f64,
    /// CPU time of the server for each join, in milliseconds, without what the running meeting
    /// costs when it is quiet.
    pub cpu_ms_per_join: f64,
    /// Milliseconds from `join` to the end of DTLS.
    pub join_to_connected_ms: Percentiles,
    /// Delay in the running meeting meanwhile.
    pub delay_us: Delay,
    /// Its loss meanwhile.
    pub loss: f64,
    /// Its p99 delay meanwhile, as a multiple of the quiet one.
    pub p99_to_quiet: f64,
}

/// One step of a ramp.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct RampStep {
    /// People who watched.
    pub receivers: usize,
    /// Forwarded packets a second.
    pub packets_per_second: f64,
    /// CPU time of the server for each of them, in microseconds.
    pub cpu_us_per_packet: f64,
    /// The share of one processor that the server used.
    pub server_share: f64,
    /// Loss.
    pub loss: f64,
    /// Delay.
    pub delay_us: Delay,
    /// Whether the generator kept up.
    pub valid: bool,
    /// Why it did not.
    pub reasons: Vec<String>,
}

impl LoadReport {
    /// What a sample says, and whether it can be believed.
    pub(crate) fn of(sample: &Sample, used: Used, plan: &Plan) -> Self {
        let counts = &sample.counts;
        let audio = counts.packets.saturating_sub(counts.video_packets);
        let mut report = Self {
            people: sample.people,
            packets: counts.packets,
            sent: counts.sent,
            feedback: counts.feedback,
            loss: counts.loss(),
            lost: counts.lost(),
            late: counts.late,
            duplicates: counts.duplicates,
            decrypt_failures: counts.undecrypted,
            repairs: counts.repairs,
            repaired: counts.repaired,
            streams: sample.streams,
            video_packets: counts.video_packets,
            video_bytes: counts.video_bytes as f64 / counts.video_packets.max(1) as f64,
            audio_bytes: counts.audio_bytes as f64 / audio.max(1) as f64,
            delay_us: counts.delay_us.percentiles(),
            send_lag_us: counts.send_lag_us.percentiles(),
            join_to_connected_ms: sample.connect_ms.percentiles(),
            join_to_first_packet_ms: sample.first_packet_ms.percentiles(),
            cpu_us_per_packet: if counts.packets > 0 {
                used.server.total_us as f64 / counts.packets as f64
            } else {
                0.0
            },
            srtp_profile: sample.profile.unwrap_or("unknown").to_owned(),
            used,
            ..Self::default()
        };
        report.reasons = doubts(sample, &report.used, plan);
        report.valid = report.reasons.is_empty();
        report
    }

    /// Takes the sample back.
    pub(crate) fn doubt(&mut self, reason: String) {
        self.valid = false;
        self.reasons.push(reason);
    }
}

/// Why a sample says nothing about the server.
fn doubts(sample: &Sample, used: &Used, plan: &Plan) -> Vec<String> {
    let (mut doubts, counts) = (Vec::new(), &sample.counts);
    let lag = counts.send_lag_us.percentile(990);
    if lag > MOST_LAG_US {
        doubts.push(format!("the generator sent {lag} µs late (p99)"));
    }
    let busy = used.generator.total_us as f64 / used.seconds.max(0.001) / 1e6 / plan.threads as f64;
    if busy > MOST_BUSY {
        doubts.push(format!(
            "the generator was busy {:.0} % of the time",
            busy * 100.0
        ));
    }
    if used.busy_share > MOST_MACHINE {
        doubts.push("the machine had no time left".to_owned());
    }
    if used.others_share > MOST_OTHERS {
        let share = used.others_share * 100.0;
        doubts.push(format!("other processes used {share:.0} % of the machine"));
    }
    if counts.unsent > 0 {
        doubts.push(format!(
            "the generator could not send {} datagrams",
            counts.unsent
        ));
    }
    if sample.ended > 0 {
        doubts.push(format!("{} peers ended", sample.ended));
    }
    if sample.connected < sample.people {
        doubts.push(format!(
            "{} people never connected",
            sample.people - sample.connected
        ));
    }
    if sample.without_media > 0 {
        doubts.push(format!("nothing came to {} people", sample.without_media));
    }
    if let Some(share) = held_back(sample, plan) {
        doubts.push(format!(
            "{:.0} % of the pictures' packets were not sent to those who were to see them",
            share * 100.0
        ));
    }
    doubts
}

/// The share of the pictures' packets that a server left out, where that is too much: a server that
/// pauses pictures does less, and what it costs does not compare. Which layer of several was sent is
/// the server's choice, and says nothing here.
pub(super) fn held_back(sample: &Sample, plan: &Plan) -> Option<f64> {
    let counts = &sample.counts;
    let publishers = (plan.publishers * plan.rooms) as f64;
    if plan.simulcast || publishers == 0.0 {
        return None;
    }
    let (_, parts) = plan.frame();
    let wanted = counts.video_sent as f64 / publishers * sample.pictures as f64;
    // A picture at either end of the sample may be counted on one side and not on the other.
    let at_ends = (sample.pictures * parts) as f64;
    let missing = wanted - at_ends - (counts.video_packets + counts.lost()) as f64;
    (missing > wanted * MOST_HELD_BACK).then(|| missing / wanted)
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;

    #[derive(Parser)]
    struct Line {
        #[command(flatten)]
        plan: Plan,
    }

    fn plan() -> Plan {
        Line::parse_from(["load"]).plan
    }

    #[test]
    fn a_sample_of_a_generator_that_lags_is_not_valid_and_says_why() {
        let mut sample = Sample::default();
        sample.counts.packets = 100;
        (0..100).for_each(|_| sample.counts.send_lag_us.add(50_000));
        let used = Used {
            seconds: 1.0,
            ..Used::default()
        };
        let report = LoadReport::of(&sample, used.clone(), &plan());
        assert!(!report.valid);
        assert!(report.reasons[0].contains("late"), "{:?}", report.reasons);
        sample.counts.send_lag_us = Default::default();
        assert!(LoadReport::of(&sample, used, &plan()).valid);
    }

    #[test]
    fn a_sample_in_which_pictures_were_held_back_is_not_valid() {
        let mut sample = Sample {
            pictures: 10,
            ..Sample::default()
        };
        sample.counts.video_sent = 1_000;
        sample.counts.video_packets = 9_950;
        assert!(LoadReport::of(&sample, Used::default(), &plan()).valid);
        sample.counts.video_packets = 8_000;
        let report = LoadReport::of(&sample, Used::default(), &plan());
        assert!(report.reasons[0].contains("not sent"), "{report:?}");
        sample.counts.skipped = 2_000;
        assert!(LoadReport::of(&sample, Used::default(), &plan()).valid);
    }

    #[test]
    fn the_servers_time_is_told_per_received_packet() {
        let mut sample = Sample::default();
        sample.counts.packets = 1_000;
        let mut used = Used::default();
        used.server.total_us = 6_500;
        let report = LoadReport::of(&sample, used, &plan());
        assert!((report.cpu_us_per_packet - 6.5).abs() < 1e-9);
        let again: LoadReport =
            serde_json::from_str(&serde_json::to_string(&report).unwrap()).unwrap();
        assert_eq!(again.packets, 1_000);
    }
}
