//! The parts put together.

mod feedback;

use std::time::{Duration, Instant};

use super::{
    CcAction, CcConfig, CcState, LimitedBy, SentKind, Usage,
    acknowledged::ByteRate,
    arrival::ArrivalGroups,
    detector::OveruseDetector,
    drain::Drain,
    gap::Gap,
    history::{Fate, Sent, SentHistory},
    loss::LossBound,
    probe::{Prober, Wish},
    queue::QueueEstimate,
    rate::RateControl,
    silence::Silence,
    step::StepFinder,
    trendline::Trendline,
};
use crate::rtcp::{ReferenceClock, TransportFeedback};

/// Milliseconds over which it is measured what the way carries at least.
const LONG_MS: usize = 500;

/// A queue below this lets a probe begin, microseconds.
const CALM_QUEUE_US: i64 = 40_000;

/// A bitrate that a receiver reports holds for this long (it is sent about each second).
const REMB_HOLDS_US: i64 = 5_000_000;

/// Without transport-wide feedback the estimate rises to what the receiver reports by at most this
/// factor a report.
const REMB_RISE: f64 = 1.5;

/// The round trip before it is known, microseconds.
const ASSUMED_RTT_US: i64 = 100_000;

/// The longest round trip that is believed, microseconds.
const LONGEST_RTT_US: i64 = 3_000_000;

/// Estimates how much the way to one peer can carry, and says when to probe for more.
///
/// ```text
/// sequence = on_sent(now, bytes, kind)        for each packet, into its header extension
/// on_feedback(now, &feedback)                 for each transport-wide feedback
/// set_wanted(now, wanted, sending)            when the choice of layers changes
/// set_spared(spared)                          the same
/// while let Probe { bytes, .. } = poll(now)   send padding or repairs, with on_sent for each
/// next_due()                                  when to poll again; ask after each of the above
/// estimate_bps()                              the most that may be sent, at once
/// ```
#[derive(Debug)]
pub struct CongestionController {
    config: CcConfig,
    began: Instant,
    history: SentHistory,
    sent_bytes: u32,
    silence: Silence,
    probe: Prober,
    estimate_bps: f64,
    limited_by: LimitedBy,

    clock: ReferenceClock,
    gap: Gap,
    last_skew_us: Option<i64>,
    last_arrival_us: i64,
    /// The newest packet that feedback spoke of as received.
    heard: Option<Heard>,
    /// The newest of those that waited for nothing.
    unqueued: Option<Heard>,
    groups: ArrivalGroups,
    trendline: Trendline,
    detector: OveruseDetector,
    queue: QueueEstimate,
    step: StepFinder,
    drain: Drain,
    /// What the rate was before a queue was drained.
    before_drain: Option<RateControl>,
    acknowledged: ByteRate,
    /// The same with what was lost on the way.
    passing: ByteRate,
    sending: ByteRate,
    rate: RateControl,
    loss: LossBound,
    /// When loss was last found to be congestion.
    congested_us: Option<i64>,
    /// Since when the way has been standing still now and then.
    stood_us: Option<i64>,
    usage: Usage,

    feedback_rtt_us: Option<i64>,
    reported_rtt_us: Option<i64>,
    remb: Option<(f64, i64)>,
    wanted_bps: f64,
    spared_bps: f64,
}

/// A packet that feedback spoke of as received.
#[derive(Clone, Copy, Debug)]
struct Heard {
    number: u64,
    sent_us: i64,
    arrived_us: i64,
    total: u32,
}

impl CongestionController {
    /// Begins at the estimate `start_bps`.
    #[must_use]
    pub fn new(config: CcConfig, now: Instant) -> Self {
        let config = config.in_order();
        let start_bps = config.start_bps as f64;
        Self {
            config,
            began: now,
            history: SentHistory::new(),
            sent_bytes: 0,
            silence: Silence::default(),
            probe: Prober::new(0),
            estimate_bps: start_bps,
            limited_by: LimitedBy::Start,
            clock: ReferenceClock::default(),
            gap: Gap::default(),
            last_skew_us: None,
            last_arrival_us: 0,
            heard: None,
            unqueued: None,
            groups: ArrivalGroups::default(),
            trendline: Trendline::new(),
            detector: OveruseDetector::new(),
            queue: QueueEstimate::new(),
            step: StepFinder::new(),
            drain: Drain::default(),
            before_drain: None,
            acknowledged: ByteRate::new(),
            passing: ByteRate::new(),
            sending: ByteRate::new(),
            rate: RateControl::new(start_bps, 0),
            loss: LossBound::new(0),
            congested_us: None,
            stood_us: None,
            usage: Usage::Normal,
            feedback_rtt_us: None,
            reported_rtt_us: None,
            remb: None,
            wanted_bps: 0.0,
            spared_bps: 0.0,
        }
    }

    /// Notes a packet of `bytes` (with its headers) that is sent at `now` and returns the
    /// transport-wide sequence number that it is to carry.
    #[inline]
    pub fn on_sent(&mut self, now: Instant, bytes: usize, kind: SentKind) -> u16 {
        let sent_us = self.since_began(now);
        let bytes = u16::try_from(bytes).unwrap_or(u16::MAX);
        self.sent_bytes = self.sent_bytes.wrapping_add(u32::from(bytes));
        self.silence.on_sent(sent_us);
        // A probe is filled up around whatever media and repairs are sent meanwhile.
        let cluster = match kind {
            SentKind::Media | SentKind::Repair | SentKind::Probe => self.probe.sending(),
        };
        if cluster.is_some() {
            self.probe
                .on_sent(sent_us, self.history.next_number(), bytes);
        }
        self.history.push(Sent {
            sent_us,
            total: self.sent_bytes,
            bytes,
            cluster,
            fate: Fate::InFlight,
        })
    }

    /// Takes transport-wide feedback (draft-holmer-rmcat-transport-wide-cc-extensions-01). What it
    /// says of packets that were not sent, or that it spoke of before, is passed over.
    pub fn on_feedback(&mut self, now: Instant, feedback: &TransportFeedback<'_>) {
        let reference_us = self.clock.unwrap_us(feedback.reference_time());
        let between = self.gap.before(feedback);
        if between.untold {
            // The receiver has spoken all the time, so that its way is not dead.
            self.silence.excuse();
        }
        let missing = (0..between.missing).map(|place| (between.first.wrapping_add(place), None));
        let arrivals = feedback
            .packets()
            .map(|(sequence, arrival_us)| (sequence, arrival_us.map(|after| reference_us + after)));
        self.on_arrivals(now, missing.chain(arrivals));
    }

    /// The same as [`on_feedback`](Self::on_feedback) from whatever form of feedback: packets in the
    /// order of sending, each with its arrival in microseconds on the receiver's clock, or none if
    /// it is missing.
    pub fn on_arrivals(
        &mut self,
        now: Instant,
        arrivals: impl IntoIterator<Item = (u16, Option<i64>)>,
    ) {
        let now_us = self.since_began(now);
        self.take_arrivals(now_us, arrivals.into_iter());
    }

    /// Takes a round trip measured by reports (RFC 3550 section 6.4.1).
    pub fn on_round_trip(&mut self, rtt: Duration) {
        let rtt_us = i64::try_from(rtt.as_micros()).unwrap_or(LONGEST_RTT_US);
        self.reported_rtt_us = Some(rtt_us.min(LONGEST_RTT_US));
    }

    /// Takes the receiver's own estimate (draft-alvestrand-rmcat-remb): an upper bound for five
    /// seconds. A peer that gives no transport-wide feedback is estimated by it alone.
    pub fn on_remb(&mut self, now: Instant, bitrate_bps: u64) {
        let now_us = self.since_began(now);
        let bps = bitrate_bps as f64;
        self.remb = Some((bps, now_us + REMB_HOLDS_US));
        if self.heard.is_none() {
            let most = (self.rate.estimate_bps() * REMB_RISE).min(self.config.max_bps as f64);
            self.rate.set(bps.min(most), now_us);
        }
        self.conclude(now_us);
    }

    /// Says what would be sent if there was room for it, and what is sent, in bits a second. Nothing
    /// is probed for until more is wanted than the estimate.
    pub fn set_wanted(&mut self, now: Instant, wanted_bps: u64, sending_bps: u64) {
        // What is sent was wanted.
        self.wanted_bps = wanted_bps.max(sending_bps) as f64;
        let now_us = self.since_began(now);
        self.conclude(now_us);
    }

    /// Says what is sent last of all, in bits a second: as long as a queue is not long and the way
    /// carries that much, no more is taken away.
    pub fn set_spared(&mut self, spared_bps: u64) {
        self.spared_bps = spared_bps as f64;
    }

    /// The most that may be sent, in bits a second, all headers, repairs and probes included.
    #[must_use]
    pub fn estimate_bps(&self) -> u64 {
        self.estimate_bps as u64
    }

    /// The figures behind the estimate.
    #[must_use]
    pub fn state(&self) -> CcState {
        let rtt_us = self.reported_rtt_us.or(self.feedback_rtt_us);
        CcState {
            estimate_bps: self.estimate_bps(),
            acknowledged_bps: self.acknowledged.bps(LONG_MS).unwrap_or(0.0) as u64,
            rtt: rtt_us.map(|us| Duration::from_micros(us.unsigned_abs())),
            loss: self.loss.loss() as f32,
            queue_ms: self.queue.filtered_ms() as f32,
            usage: self.usage,
            limited_by: self.limited_by,
        }
    }

    /// What is to be done at `now`. A probe is to be sent at once, in as many packets as it says or
    /// more; each is told to [`on_sent`](Self::on_sent) as [`SentKind::Probe`].
    pub fn poll(&mut self, now: Instant) -> CcAction {
        let now_us = self.since_began(now);
        if self.heard.is_some() && self.silence.poll(now_us, self.rtt_us()) {
            self.probe.on_silence();
            self.drain.stop();
            self.conclude(now_us);
        }
        if self.loss.poll(now_us) {
            self.conclude(now_us);
        }
        if self.remb.is_some_and(|(_, until_us)| until_us <= now_us) {
            self.remb = None;
            self.conclude(now_us);
        }
        let wish = self.wish();
        let knows_capacity = self.rate.knows_capacity(now_us);
        self.probe.poll(now_us, wish.as_ref(), knows_capacity)
    }

    /// When [`poll`](Self::poll) has something to do, if nothing else happens before.
    #[must_use]
    pub fn next_due(&self) -> Option<Instant> {
        let silence = self
            .heard
            .and_then(|_| self.silence.next_due_us(self.rtt_us()));
        let probe = self.probe.next_due_us(self.wish().as_ref());
        let remb = self.remb.map(|(_, until_us)| until_us);
        let test = self.loss.next_due_us();
        let due_us = [silence, probe, remb, test].into_iter().flatten().min()?;
        Some(self.began + Duration::from_micros(due_us.max(0).unsigned_abs()))
    }

    /// Takes the least of all bounds for the estimate.
    fn conclude(&mut self, now_us: i64) {
        let (floor, ceiling) = (self.config.min_bps as f64, self.config.max_bps as f64);
        if self.rate.estimate_bps() > ceiling {
            self.rate.set(ceiling, now_us);
        }
        let mut least = self.rate.estimate_bps();
        let mut by = if self.heard.is_some() {
            LimitedBy::Delay
        } else {
            LimitedBy::Start
        };
        let remb = self.remb.map(|(bps, _)| bps);
        let bounds = [
            (self.drain.cap_bps(), LimitedBy::Delay),
            (self.loss.bound_bps(), LimitedBy::Loss),
            (remb, LimitedBy::Remb),
        ];
        for (bound, reason) in bounds {
            if let Some(bps) = bound
                && bps <= least
            {
                (least, by) = (bps, reason);
            }
        }
        if self.silence.is_silent() {
            (least, by) = (least * self.silence.factor(), LimitedBy::Silence);
        }
        self.estimate_bps = least.max(floor).min(ceiling);
        self.limited_by = by;
    }

    /// What a probe is measured by, if the way is calm enough for one.
    fn wish(&self) -> Option<Wish> {
        let calm = self.heard.is_some()
            && !self.silence.is_silent()
            && !self.drain.is_active()
            && self.usage != Usage::Overuse
            && self.queue.now_us() < CALM_QUEUE_US
            && self.loss.bound_bps().is_none();
        let remb = self.remb.map_or(f64::INFINITY, |(bps, _)| bps);
        calm.then(|| Wish {
            estimate_bps: self.estimate_bps,
            wanted_bps: self.wanted_bps,
            max_bps: remb.min(self.config.max_bps as f64),
        })
    }

    fn rtt_us(&self) -> i64 {
        self.reported_rtt_us
            .or(self.feedback_rtt_us)
            .unwrap_or(ASSUMED_RTT_US)
    }

    fn since_began(&self, now: Instant) -> i64 {
        let passed = now.saturating_duration_since(self.began);
        let seconds = i64::try_from(passed.as_secs()).unwrap_or(i64::MAX / 4_000_000);
        seconds.min(i64::MAX / 4_000_000) * 1_000_000 + i64::from(passed.subsec_micros())
    }
}
