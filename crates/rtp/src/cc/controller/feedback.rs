//! What follows from a feedback: what it says of each packet goes to the parts, and their answers
//! to the rate.

use super::{
    super::{
        Usage,
        drain::{self, Drained, Unheard},
        history::Fate,
        loss::Verdict,
        probe::{Answer, Outcome},
        rate::{Evidence, RateControl},
    },
    CALM_QUEUE_US, CongestionController, Heard, LONG_MS, LONGEST_RTT_US,
};

/// Milliseconds over which the capacity of a full way is measured: some frames.
const SHORT_MS: usize = 150;

/// A queue of this length that does not shrink is overuse whatever its slope, microseconds.
const LONG_QUEUE_US: i64 = 80_000;

/// A queue that will be of this length by what is under way already, if packets leave it as those of
/// the last feedback did, is overuse before it is long, microseconds.
///
/// To it comes half a round trip, because more is under way on a long one, and less surely so much.
const COMING_QUEUE_US: f64 = 110_000.0;

/// A feedback about so many microseconds shows how packets leave a queue; fewer do where the first of
/// them did not wait.
const PASSING_US: i64 = 20_000;
const PASSING_QUEUED_US: i64 = 10_000;

/// A packet that waits no longer than this found no queue, microseconds.
const UNQUEUED_US: i64 = 5_000;

/// Of what leaves a queue, what is sent is at most this share where the queue goes by itself; and
/// who joins it then waits for at most this share of what the last one waited.
const PASSES_BY: f64 = 0.9;

/// A queue that will be longer than this is not waited for, microseconds.
const PATIENCE_US: f64 = 250_000.0;

/// Loss of a moment that is made up for in what a full way carries, above the way's own, and at most.
const BURST_OF_LOSS: f64 = 0.2;
const MOST_MADE_UP: f64 = 0.4;

/// While the queue is not long, overuse leaves at least this share of the estimate: bursts of loss
/// and gaps in what is sent make the acknowledged bitrate look lower than the capacity.
const GENTLE: f64 = 0.75;

/// A rising slope without a queue of this length is jitter, microseconds.
const JITTER_US: i64 = 15_000;

/// So long waited the newest of packets that each waited longer, while the fastest of them did not
/// wait at all, microseconds.
const RISING_US: i64 = 25_000;

/// Less than this share of the estimate is sent by an application that is limited by itself.
const APPLICATION_LIMITED: f64 = 0.75;

/// A decrease below this share of what was is deep.
const DEEP: f64 = 0.66;

/// A queue that was drained leaves this share of the capacity measured meanwhile.
const AFTER_DRAIN: f64 = 0.92;

/// One-way delays that differ by more than this from the last come from another clock, microseconds.
const CLOCK_JUMP_US: i64 = 10_000_000;

/// No clock of a receiver shows more, microseconds: 285 years. Differences cannot overflow then.
const LATEST_ARRIVAL_US: u64 = 1 << 53;

/// Nothing arrives for so long, though something was sent twice as often, on a way that stands still:
/// where little passes, packets still come one by one. Microseconds.
const STANDSTILL_US: i64 = 80_000;

/// So long after a standstill nothing is concluded from it: either all goes on as before, or the
/// capacity can be measured. Microseconds.
const PARDON_US: i64 = 200_000;

/// Packets of one feedback that are looked at: more than are sent between two at 100 Mbit/s.
const MOST_PACKETS: usize = 4_096;

/// A gap in the feedback of up to this time is made up for, microseconds.
const LONGEST_GAP_US: i64 = 500_000;

/// Loss that is found to be congestion again within this time shows a capacity, microseconds.
const CONGESTED_AGAIN_US: i64 = 15_000_000;

impl Heard {
    /// The rate at which what was sent after `before` came through, lost or not, if that took so
    /// long at least. A jump of the delay in between is left out.
    fn passing_bps(&self, before: &Self, jump_us: i64, least_us: i64) -> Option<f64> {
        let span_us = self.arrived_us - before.arrived_us - jump_us;
        (span_us >= least_us)
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
    /// Takes packets in the order of sending, each with its arrival, or none if it is missing.
    pub(super) fn take_arrivals(
        &mut self,
        now_us: i64,
        arrivals: impl Iterator<Item = (u16, Option<i64>)>,
    ) {
        let mut batch = Batch::default();
        let before = self.heard;
        let mut jumped = false;
        for (sequence, arrival_us) in arrivals.take(MOST_PACKETS) {
            if arrival_us.is_some_and(|at_us| at_us.unsigned_abs() > LATEST_ARRIVAL_US) {
                continue;
            }
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
        let heard = Heard {
            number,
            sent_us: sent.sent_us,
            arrived_us: arrival_us,
            total: sent.total,
        };
        let newest = self.heard.is_none_or(|heard| heard.number < number);
        if newest {
            self.heard = Some(heard);
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
        if newest && self.queue.of_us(skew_us) <= UNQUEUED_US {
            self.unqueued = Some(heard);
        }
        self.step.on_packet(sent.sent_us, skew_us);
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
        self.unqueued = None;
        self.groups.reset();
        self.trendline.reset();
        self.detector.reset();
        self.queue.reset();
        self.step.reset();
        self.drain.stop();
        self.acknowledged.reset();
        self.passing.reset();
    }

    /// Draws the conclusions from a feedback.
    fn control(&mut self, now_us: i64, batch: Batch, before: Option<Heard>) {
        self.on_step(now_us);
        let short = self.acknowledged.bps(SHORT_MS);
        let stands = self.stands_still();
        let evidence = Evidence {
            now_us,
            capacity_bps: self.capacity_bps(if stands { LONG_MS } else { SHORT_MS }),
            acknowledged_bps: self.acknowledged.bps(LONG_MS),
            spared_bps: self.spared_bps,
            rtt_us: self.rtt_us(),
        };
        let queued_bps = self.queued_bps(before);
        let passing_bps = queued_bps.or_else(|| {
            let (heard, before) = self.heard.zip(before)?;
            heard.passing_bps(&before, self.step.gap_us(), PASSING_US)
        });
        let unheard = self.unheard(now_us);
        let ahead_us = passing_bps.or(short).map_or(0.0, |bps| {
            unheard.queue_ahead_us(self.queue.now_us() - self.step.open_us(), bps)
        });
        self.usage = self.present_usage(ahead_us);
        if self.usage == Usage::Overuse && self.passes_by(queued_bps, unheard, ahead_us) {
            self.usage = Usage::Underuse;
        }

        if !self.drain.is_active() && !self.is_pardoned(now_us, stands) {
            self.on_usage(now_us, &evidence, ahead_us);
        }
        if self.drain.is_active() {
            self.drain.on_told(batch.lost, batch.lost + batch.received);
            let least = [
                passing_bps.filter(|_| !stands),
                evidence.capacity_bps.filter(|_| stands).or(short),
            ]
            .into_iter()
            .flatten();
            let arriving_bps = least.fold(self.rate.estimate_bps(), f64::min);
            self.on_draining(now_us, arriving_bps, unheard);
        }
        self.on_losses(now_us, batch);
        self.on_probe_result(now_us);
        let lately_bps = evidence.acknowledged_bps.unwrap_or(self.estimate_bps);
        self.step.end_batch(lately_bps);
        self.conclude(now_us);
    }

    /// The rate at which packets leave a queue, from the last one that did not wait, if that was
    /// after the feedback before: what lies before it was as fast as it was sent.
    fn queued_bps(&self, before: Option<Heard>) -> Option<f64> {
        let (heard, before) = self.heard.zip(before)?;
        let (from, least_us) = match self.unqueued {
            Some(unqueued) if unqueued.number >= heard.number => return None,
            Some(unqueued) if unqueued.number > before.number => (unqueued, PASSING_QUEUED_US),
            Some(_) | None => (before, PASSING_US),
        };
        heard.passing_bps(&from, self.step.gap_us(), least_us)
    }

    /// Whether a queue is that of a burst, as a key frame is, and goes by itself: over a longer time
    /// less is sent than leaves it, or what was sent since then will wait less.
    fn passes_by(&self, queued_bps: Option<f64>, unheard: Unheard, ahead_us: f64) -> bool {
        let Some((leaves_bps, spoken_bps)) = queued_bps.zip(self.sending.bps(LONG_MS)) else {
            return false;
        };
        let sent_bps = spoken_bps + f64::from(unheard.bytes) * 8e3 / LONG_MS as f64;
        let shrinks = ahead_us < self.queue.now_us() as f64 * PASSES_BY;
        (sent_bps < leaves_bps * PASSES_BY || shrinks) && ahead_us < PATIENCE_US
    }

    /// Takes a step of the delay for another way, if the one before was not full: packets that
    /// still arrive as fast as they are sent have no queue that grows.
    fn on_step(&mut self, now_us: i64) {
        let Some((was_us, is_us)) = self.step.take() else {
            return;
        };
        if self.drain.is_active() {
            return;
        }
        if self.rate.is_near_capacity(now_us) {
            // The way was full, so that it can be a queue: whether it shrinks will show.
            self.begin_drain(now_us, self.rate.clone());
            self.drain.doubt();
            return;
        }
        self.queue.lengthen(was_us, is_us);
        self.trendline.reset();
        self.detector.reset();
    }

    /// What the way carries if it is full: what arrives, and what was lost behind the bottleneck,
    /// which cannot be told from what the bottleneck dropped and so is believed only in part.
    fn capacity_bps(&self, window_ms: usize) -> Option<f64> {
        let arrives = self.acknowledged.bps(window_ms)?;
        let passes = self.passing.bps(window_ms)?;
        let own = (self.loss.own() + BURST_OF_LOSS).min(MOST_MADE_UP);
        Some(passes.min(arrives / (1.0 - own)))
    }

    /// Whether the way has just stood still: a computer or a radio that was busy with something else.
    /// What arrived meanwhile, nothing, is not what the way carries.
    fn stands_still(&self) -> bool {
        let pause_us = self.acknowledged.longest_pause_us(SHORT_MS);
        pause_us >= STANDSTILL_US && pause_us >= 2 * self.sending.longest_pause_us(LONG_MS)
    }

    /// Whether a queue is that of a standstill, and may go by itself.
    fn is_pardoned(&mut self, now_us: i64, stands: bool) -> bool {
        if !stands || self.usage != Usage::Overuse {
            self.stood_us = self.stood_us.filter(|_| stands);
            return false;
        }
        let since_us = *self.stood_us.get_or_insert(now_us);
        now_us - since_us < PARDON_US
    }

    /// The detector looks at the slope; how long the queue is confirms or overrules it.
    /// `ahead_us` is how long it will be by what is under way.
    fn present_usage(&self, ahead_us: f64) -> Usage {
        // Of a jump it is not known yet whether it is a queue.
        let open_us = self.step.open_us();
        let queue_us = self.queue.now_us() - open_us;
        let growth_us = self.queue.growth_us() - open_us;
        let rising_us = self.queue.rising_us() - open_us;
        let long = queue_us > LONG_QUEUE_US && growth_us >= 0;
        let coming_us = COMING_QUEUE_US + self.rtt_us() as f64 / 2.0;
        let waits = queue_us > JITTER_US || rising_us > RISING_US;
        let coming = ahead_us > coming_us && waits && growth_us > -JITTER_US;
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
        let before = self.rate.clone();
        let before_bps = before.estimate_bps();
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
            self.begin_drain(now_us, before);
        }
    }

    fn begin_drain(&mut self, now_us: i64, before: RateControl) {
        let queue_us = self.queue.now_us();
        let sending_bps = self.sending.bps(LONG_MS).unwrap_or(f64::INFINITY);
        let before_bps = before.estimate_bps().min(sending_bps);
        self.drain
            .begin(now_us, queue_us, before_bps, self.last_arrival_us);
        self.before_drain = Some(before);
    }

    fn unheard(&self, now_us: i64) -> Unheard {
        self.heard.map_or(Unheard::default(), |heard| Unheard {
            bytes: self.sent_bytes.wrapping_sub(heard.total),
            after: heard.total,
            us: now_us - heard.sent_us,
        })
    }

    fn on_draining(&mut self, now_us: i64, arriving_bps: f64, unheard: Unheard) {
        let queue_us = self.queue.now_us();
        let spared_bps = self.spared_bps;
        match self
            .drain
            .update(now_us, queue_us, arriving_bps, spared_bps, unheard)
        {
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
            Drained::NoQueue => {
                self.queue.rebase();
                self.step.reset();
                // What was done about it was a mistake.
                if let Some(before) = self.before_drain.take() {
                    self.rate = before;
                    self.rate.resume(now_us);
                }
            }
        }
        self.before_drain = None;
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
        let idle = self.is_application_limited() && self.queue.now_us() < JITTER_US;
        let sending = (sending_bps.min(self.estimate_bps), idle);
        let verdict = self
            .loss
            .on_feedback(now_us, counted, sending, self.rtt_us());
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
        let Some(outcome) = outcome else { return };
        let (Outcome::Carried(bps) | Outcome::Full(bps)) = outcome;
        let idle = self.is_application_limited();
        let larger = self.rate.on_probe(bps, idle, now_us);
        if matches!(outcome, Outcome::Full(_)) {
            if idle {
                let proven_bps = self.acknowledged.bps(LONG_MS).unwrap_or(0.0);
                self.rate.on_full(bps.max(proven_bps), now_us);
            }
        } else if !larger {
            self.probe.on_vain(now_us);
        }
    }
}
