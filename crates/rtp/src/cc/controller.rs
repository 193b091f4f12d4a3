//! The parts put together.

use std::time::{Duration, Instant};

use super::{
    CcAction, CcConfig, CcState, LimitedBy, SentKind, Usage,
    acknowledged::ByteRate,
    arrival::ArrivalGroups,
    detector::OveruseDetector,
    drain::{self, Drain, Drained, Unheard},
    history::{Fate, Sent, SentHistory},
    loss::{LossBound, Verdict},
    probe::{Answer, Outcome, Prober, Wish},
    queue::QueueEstimate,
    rate::{Evidence, RateControl},
    silence::Silence,
    trendline::Trendline,
};
use crate::rtcp::{ReferenceClock, TransportFeedback};

/// Milliseconds over which the capacity of a full way is measured: some frames.
const SHORT_MS: usize = 150;

/// Milliseconds over which it is measured what the way carries at least.
const LONG_MS: usize = 500;

/// A queue of this length that does not shrink is overuse whatever its slope, microseconds.
const LONG_QUEUE_US: i64 = 80_000;

/// A queue that will be of this length by what is under way already, if packets leave it as those of
/// the last feedback did, is overuse before it is long, microseconds.
///
/// To it comes half a round trip, because more is under way on a long one, and less surely so much.
const COMING_QUEUE_US: f64 = 150_000.0;

/// A feedback about so many microseconds shows how packets leave a queue.
const PASSING_US: i64 = 20_000;

/// Loss of a moment that is made up for in what a full way carries, above the way's own, and at most.
const BURST_OF_LOSS: f64 = 0.2;
const MOST_MADE_UP: f64 = 0.4;

/// While the queue is not long, overuse leaves at least this share of the estimate: bursts of loss
/// and gaps in what is sent make the acknowledged bitrate look lower than the capacity.
const GENTLE: f64 = 0.75;

/// A rising slope without a queue of this length is jitter, microseconds.
const JITTER_US: i64 = 15_000;

/// A queue below this lets a probe begin, microseconds.
const CALM_QUEUE_US: i64 = 40_000;

/// Less than this share of the estimate is sent by an application that is limited by itself.
const APPLICATION_LIMITED: f64 = 0.75;

/// A decrease below this share of what was is deep.
const DEEP: f64 = 0.66;

/// A queue that was drained leaves this share of the capacity measured meanwhile.
const AFTER_DRAIN: f64 = 0.92;

/// One-way delays that differ by more than this from the last come from another clock, microseconds.
const CLOCK_JUMP_US: i64 = 10_000_000;

/// Packets of one feedback that are looked at: more than are sent between two at 100 Mbit/s.
const MOST_PACKETS: usize = 4_096;

/// A gap in the feedback of up to this time is made up for, microseconds.
const LONGEST_GAP_US: i64 = 500_000;

/// A bitrate that a receiver reports holds for this long (it is sent about each second).
const REMB_HOLDS_US: i64 = 5_000_000;

/// Without transport-wide feedback the estimate rises to what the receiver reports by at most this
/// factor a report.
const REMB_RISE: f64 = 1.5;

/// Loss that is found to be congestion again within this time shows a capacity, microseconds.
const CONGESTED_AGAIN_US: i64 = 15_000_000;

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
    last_skew_us: Option<i64>,
    last_arrival_us: i64,
    heard: Option<Heard>,
    groups: ArrivalGroups,
    trendline: Trendline,
    detector: OveruseDetector,
    queue: QueueEstimate,
    drain: Drain,
    acknowledged: ByteRate,
    /// The same with what was lost on the way.
    passing: ByteRate,
    sending: ByteRate,
    rate: RateControl,
    loss: LossBound,
    /// When loss was last found to be congestion.
    congested_us: Option<i64>,
    usage: Usage,

    feedback_rtt_us: Option<i64>,
    reported_rtt_us: Option<i64>,
    remb: Option<(f64, i64)>,
    wanted_bps: f64,
}

/// The newest packet that feedback spoke of as received.
#[derive(Clone, Copy, Debug)]
struct Heard {
    number: u64,
    sent_us: i64,
    arrived_us: i64,
    total: u32,
}

impl Heard {
    /// The rate at which what was sent after `before` came through, lost or not.
    fn passing_bps(&self, before: &Self) -> Option<f64> {
        let span_us = self.arrived_us - before.arrived_us;
        (span_us >= PASSING_US)
            .then(|| f64::from(self.total.wrapping_sub(before.total)) * 8e6 / span_us as f64)
    }
}

/// What one feedback adds up to.
#[derive(Clone, Copy, Debug, Default)]
struct Batch {
    received: u32,
    lost: u32,
    late: u32,
    /// Bytes of those that were spoken of for the first time.
    bytes: u32,
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
            last_skew_us: None,
            last_arrival_us: 0,
            heard: None,
            groups: ArrivalGroups::default(),
            trendline: Trendline::new(),
            detector: OveruseDetector::new(),
            queue: QueueEstimate::new(),
            drain: Drain::default(),
            acknowledged: ByteRate::new(),
            passing: ByteRate::new(),
            sending: ByteRate::new(),
            rate: RateControl::new(start_bps, 0),
            loss: LossBound::new(0),
            congested_us: None,
            usage: Usage::Normal,
            feedback_rtt_us: None,
            reported_rtt_us: None,
            remb: None,
            wanted_bps: 0.0,
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
        let arrivals = feedback
            .packets()
            .map(|(sequence, arrival_us)| (sequence, arrival_us.map(|after| reference_us + after)));
        self.on_arrivals(now, arrivals);
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
        let mut batch = Batch::default();
        let before = self.heard;
        let mut jumped = false;
        for (sequence, arrival_us) in arrivals.into_iter().take(MOST_PACKETS) {
            self.on_packet(sequence, arrival_us, &mut batch, &mut jumped);
        }
        if batch.received == 0 && batch.lost == 0 {
            return;
        }
        if let Some(factor) = self.silence.on_feedback() {
            let floor = self.config.min_bps as f64;
            self.rate
                .set((self.rate.estimate_bps() * factor).max(floor), now_us);
            self.probe.on_return(now_us);
            // What was lost meanwhile is answered by the steps.
            self.loss.forget(now_us);
            batch.lost = 0;
        }
        if batch.received > 0
            && let Some(heard) = self.heard
        {
            let sample_us = (now_us - heard.sent_us).clamp(0, LONGEST_RTT_US);
            let before_us = self.feedback_rtt_us.unwrap_or(sample_us);
            self.feedback_rtt_us = Some(before_us + (sample_us - before_us) / 4);
        }
        self.make_up(&batch, before);
        self.queue.on_batch(now_us);
        self.control(now_us, batch, before);
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
        if self.remb.is_some_and(|(_, until_us)| until_us <= now_us) {
            self.remb = None;
            self.conclude(now_us);
        }
        let wish = self.wish(now_us);
        self.probe.poll(now_us, wish.as_ref())
    }

    /// When [`poll`](Self::poll) has something to do, if nothing else happens before.
    #[must_use]
    pub fn next_due(&self) -> Option<Instant> {
        let silence = self
            .heard
            .and_then(|_| self.silence.next_due_us(self.rtt_us()));
        let probe = self.probe.next_due_us(self.wish(0).as_ref());
        let remb = self.remb.map(|(_, until_us)| until_us);
        let due_us = [silence, probe, remb].into_iter().flatten().min()?;
        Some(self.began + Duration::from_micros(due_us.max(0).unsigned_abs()))
    }

    fn on_packet(
        &mut self,
        sequence: u16,
        arrival_us: Option<i64>,
        batch: &mut Batch,
        jumped: &mut bool,
    ) {
        let Some((number, sent)) = self.history.find(sequence) else {
            return;
        };
        let Some(arrival_us) = arrival_us else {
            if sent.fate == Fate::InFlight {
                sent.fate = Fate::Lost;
                batch.lost += 1;
                batch.bytes = batch.bytes.wrapping_add(sent.bytes.into());
                let sent = *sent;
                self.sending.add(sent.sent_us, sent.bytes.into());
                self.passing.add(self.last_arrival_us, sent.bytes.into());
            }
            return;
        };
        let sent = match sent.fate {
            Fate::Received => return,
            Fate::Lost => {
                batch.late += 1;
                sent.fate = Fate::Received;
                *sent
            }
            Fate::InFlight => {
                sent.fate = Fate::Received;
                batch.bytes = batch.bytes.wrapping_add(sent.bytes.into());
                let sent = *sent;
                self.sending.add(sent.sent_us, sent.bytes.into());
                sent
            }
        };
        batch.received += 1;
        if self.heard.is_none_or(|heard| heard.number < number) {
            self.heard = Some(Heard {
                number,
                sent_us: sent.sent_us,
                arrived_us: arrival_us,
                total: sent.total,
            });
        }

        let skew_us = arrival_us.saturating_sub(sent.sent_us);
        let last_us = *self.last_skew_us.get_or_insert(skew_us);
        if skew_us.saturating_sub(last_us).saturating_abs() > CLOCK_JUMP_US {
            // Another clock begins once a feedback; more than that is no clock.
            if *jumped {
                return;
            }
            *jumped = true;
            self.restart_clock();
        }
        self.last_skew_us = Some(skew_us);
        self.last_arrival_us = arrival_us;
        self.acknowledged.add(arrival_us, sent.bytes.into());
        self.passing.add(arrival_us, sent.bytes.into());
        self.queue.on_packet(skew_us);
        if self.drain.is_active() {
            let queue_us = self.queue.of_us(skew_us);
            self.drain.on_arrival(arrival_us, sent.bytes, queue_us);
        }
        if let Some(id) = sent.cluster {
            let answer = Answer {
                sent_us: sent.sent_us,
                arrived_us: arrival_us,
                bytes: sent.bytes,
            };
            self.probe.on_answer(id, &answer);
            // The queue that a probe makes says nothing of the media.
            self.groups.reset();
        } else if let Some(variation) = self.groups.on_packet(sent.sent_us, arrival_us) {
            let slope = self.trendline.update(variation);
            self.detector
                .update(slope, variation.send_delta_us, variation.arrived_us);
        }
    }

    /// Takes what no feedback spoke of, because one was lost, for having arrived in between: else a
    /// lost message would look like a lack of capacity.
    fn make_up(&mut self, batch: &Batch, before: Option<Heard>) {
        let Some((heard, before)) = self.heard.zip(before) else {
            return;
        };
        let passed = heard.total.wrapping_sub(before.total);
        let unspoken = passed.saturating_sub(batch.bytes);
        let took_us = heard.arrived_us.saturating_sub(before.arrived_us);
        if unspoken > 0 && (0..LONGEST_GAP_US).contains(&took_us) {
            let between_us = before.arrived_us + took_us / 2;
            self.acknowledged.add(between_us, unspoken);
            self.passing.add(between_us, unspoken);
            let sent_us = before.sent_us + (heard.sent_us - before.sent_us) / 2;
            self.sending.add(sent_us, unspoken);
        }
    }

    fn restart_clock(&mut self) {
        self.groups.reset();
        self.trendline.reset();
        self.detector.reset();
        self.queue.reset();
        self.drain.stop();
        self.acknowledged.reset();
        self.passing.reset();
    }

    /// Draws the conclusions from a feedback.
    fn control(&mut self, now_us: i64, batch: Batch, before: Option<Heard>) {
        let short = self.acknowledged.bps(SHORT_MS);
        let evidence = Evidence {
            now_us,
            capacity_bps: self.capacity_bps(),
            acknowledged_bps: self.acknowledged.bps(LONG_MS),
            rtt_us: self.rtt_us(),
        };
        let passing = self.heard.zip(before);
        let passing_bps = passing.and_then(|(heard, before)| heard.passing_bps(&before));
        let unheard = self.unheard(now_us);
        let ahead_us = passing_bps
            .or(short)
            .map_or(0.0, |bps| unheard.queue_ahead_us(self.queue.now_us(), bps));
        self.usage = self.present_usage(ahead_us);

        if !self.drain.is_active() {
            self.on_usage(now_us, &evidence, ahead_us);
        }
        if self.drain.is_active() {
            let least = [passing_bps, short].into_iter().flatten();
            let arriving_bps = least.fold(self.rate.estimate_bps(), f64::min);
            self.on_draining(now_us, arriving_bps, unheard);
        }
        self.on_losses(now_us, batch);
        self.on_probe_result(now_us);
        self.conclude(now_us);
    }

    /// What the way carries if it is full: what arrives, and what was lost behind the bottleneck,
    /// which cannot be told from what the bottleneck dropped and so is believed only in part.
    fn capacity_bps(&self) -> Option<f64> {
        let arrives = self.acknowledged.bps(SHORT_MS)?;
        let passes = self.passing.bps(SHORT_MS)?;
        let own = (self.loss.own() + BURST_OF_LOSS).min(MOST_MADE_UP);
        Some(passes.min(arrives / (1.0 - own)))
    }

    /// The detector looks at the slope; how long the queue is confirms or overrules it.
    /// `ahead_us` is how long it will be by what is under way.
    fn present_usage(&self, ahead_us: f64) -> Usage {
        let queue_us = self.queue.now_us();
        let growth_us = self.queue.growth_us();
        let long = queue_us > LONG_QUEUE_US && growth_us >= 0;
        let coming_us = COMING_QUEUE_US + self.rtt_us() as f64 / 2.0;
        let coming = ahead_us > coming_us && queue_us > JITTER_US && growth_us > 0;
        if long || coming {
            return Usage::Overuse;
        }
        match self.detector.usage() {
            Usage::Overuse if queue_us < JITTER_US => Usage::Normal,
            // The slope is of the last moments; the queue already goes.
            Usage::Overuse if growth_us < 0 => Usage::Underuse,
            Usage::Overuse if queue_us < CALM_QUEUE_US && self.is_application_limited() => {
                Usage::Underuse
            }
            usage @ (Usage::Overuse | Usage::Normal | Usage::Underuse) => usage,
        }
    }

    fn is_application_limited(&self) -> bool {
        self.sending
            .bps(LONG_MS)
            .is_some_and(|bps| bps < self.rate.estimate_bps() * APPLICATION_LIMITED)
    }

    fn on_usage(&mut self, now_us: i64, evidence: &Evidence, ahead_us: f64) {
        let before_bps = self.rate.estimate_bps();
        let usage = match self.usage {
            Usage::Normal if self.loss.holds() => Usage::Underuse,
            usage @ (Usage::Normal | Usage::Overuse | Usage::Underuse) => usage,
        };
        if !self.rate.update(usage, evidence) {
            return;
        }
        if self.queue.now_us() < LONG_QUEUE_US {
            let kept = self.rate.estimate_bps().max(before_bps * GENTLE);
            self.rate.set(kept, now_us);
        }
        let deep = self.rate.estimate_bps() < before_bps * DEEP;
        self.probe.on_decrease(now_us, deep);
        if self.queue.now_us().max(ahead_us as i64) > drain::WORTH_US {
            self.drain
                .begin(now_us, self.queue.now_us(), self.last_arrival_us);
        }
    }

    fn unheard(&self, now_us: i64) -> Unheard {
        self.heard.map_or(Unheard::default(), |heard| Unheard {
            bytes: self.sent_bytes.wrapping_sub(heard.total),
            us: now_us - heard.sent_us,
        })
    }

    fn on_draining(&mut self, now_us: i64, arriving_bps: f64, unheard: Unheard) {
        let queue_us = self.queue.now_us();
        match self.drain.update(now_us, queue_us, arriving_bps, unheard) {
            Drained::Going => return,
            Drained::Gone(Some(capacity_bps)) => {
                let capacity_bps = capacity_bps / (1.0 - self.loss.own());
                self.rate.on_capacity(capacity_bps, now_us);
                let kept = (capacity_bps * AFTER_DRAIN).min(self.rate.estimate_bps());
                let deep = kept < self.rate.estimate_bps() * DEEP;
                self.rate.set(kept, now_us);
                self.probe.on_decrease(now_us, deep);
            }
            Drained::Gone(None) => {}
            Drained::NoQueue => self.queue.rebase(),
        }
        self.trendline.reset();
        self.detector.reset();
        self.loss.forget(now_us);
    }

    fn on_losses(&mut self, now_us: i64, batch: Batch) {
        if self.drain.is_active() {
            return;
        }
        let sending_bps = self.sending.bps(LONG_MS).unwrap_or(self.estimate_bps);
        let counted = (
            batch.lost,
            batch.late,
            batch.lost + batch.received - batch.late.min(batch.received),
        );
        let verdict = self.loss.on_feedback(
            now_us,
            counted,
            sending_bps.min(self.estimate_bps),
            self.rtt_us(),
        );
        if self.loss.step_was_too_high() && self.rate.take_step_back(now_us) {
            self.probe.on_mistake(now_us);
            self.loss.forget(now_us);
            return;
        }
        match verdict {
            Verdict::None => {}
            Verdict::Congestion(bps) => {
                // Twice in a row it is no burst that came and went by chance.
                if self
                    .congested_us
                    .replace(now_us)
                    .is_some_and(|before_us| now_us - before_us < CONGESTED_AGAIN_US)
                {
                    self.rate.on_capacity(bps, now_us);
                }
                self.rate.set(bps.min(self.rate.estimate_bps()), now_us);
                self.probe.on_decrease(now_us, false);
            }
        }
    }

    fn on_probe_result(&mut self, now_us: i64) {
        let Some(heard) = self.heard else {
            return;
        };
        let outcome = self.probe.on_feedback(now_us, heard.number, self.rtt_us());
        if self.usage == Usage::Overuse || self.drain.is_active() {
            return;
        }
        if let Some(Outcome::Carried(bps) | Outcome::Full(bps)) = outcome {
            self.rate.on_probe(bps, now_us);
        }
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
    fn wish(&self, now_us: i64) -> Option<Wish> {
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
            at_capacity: self.rate.knows_capacity(now_us),
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
