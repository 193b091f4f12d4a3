//! Empties a queue that has built up, instead of waiting until a rate a little below the capacity
//! has done it: while it is there, less is sent by as much as it holds.

/// A queue above this is emptied. Shorter ones go by the ordinary decrease. Microseconds.
pub(super) const WORTH_US: i64 = 60_000;

/// Less is sent by what is to empty the queue in this time, microseconds. A queue that takes longer
/// leaves room for nothing but the least.
const TIME_US: f64 = 110_000.0;

/// A queue that will be longer than this is emptied by sending nothing but the least; a shorter one,
/// as a key frame makes, by at least this share of the capacity, so that a picture need not pause.
const SEVERE_US: f64 = 250_000.0;
const MILD: f64 = 0.5;

/// What is sent last of all is not taken away while the queue is not severe, if it is at most this
/// share of the capacity: more would not empty it.
const SPARED: f64 = 0.92;

/// While it may well be no queue, this share of the rate is left: enough to see whether it shrinks.
const DOUBTFUL: f64 = 0.6;

/// A queue is gone below this, microseconds: the resolution of arrival times and some jitter.
const GONE_US: i64 = 20_000;

/// Packets that were sent over so long after the cut show whether the queue shrinks at all,
/// microseconds: soon for one that can as well be a longer way, later for one that is so long that
/// it rather is a queue which others fill.
const SOON_US: i64 = 200_000;
const LATE_US: i64 = 1_000_000;
const LONG_US: i64 = 300_000;

/// A queue that changed by less than this share of that time is none.
const CHANGES: f64 = 0.25;

/// If more than this share of the former rate is sent after all, and more than some sound, or if this
/// share of packets is lost, that tells nothing.
const MUCH: f64 = 0.7;
const LITTLE_BPS: f64 = 150_000.0;
const LOSSY: f64 = 0.15;

/// A queue that was so long, and took so long to go, was not empty while it was drained, so that the
/// rate of arrivals was the capacity. Microseconds.
const CERTAIN_US: i64 = 80_000;
const CERTAIN_SPAN_US: i64 = 200_000;

/// Fewer packets than this can have been thinned out by a burst of loss.
const CERTAIN_PACKETS: u32 = 16;

/// The arrival rate is that of the bottleneck after so much time and so many packets.
const MEASURED_US: i64 = 100_000;
const MEASURED_PACKETS: u32 = 6;

/// The share of the measured capacity that the capacity is taken for.
const SHARE: f64 = 0.95;

/// What was sent after the packet whose queue is known.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Unheard {
    pub(super) bytes: u32,
    /// The bytes up to that packet since the beginning; wraps around.
    pub(super) after: u32,
    /// How long ago that packet was sent.
    pub(super) us: i64,
}

impl Unheard {
    /// How long a packet will wait that is sent now, if `capacity_bps` is what leaves the queue.
    pub(super) fn queue_ahead_us(self, queue_us: i64, capacity_bps: f64) -> f64 {
        let added_us = f64::from(self.bytes) * 8e6 / capacity_bps.max(1.0);
        (queue_us as f64 + added_us - self.us as f64).max(0.0)
    }
}

/// What came of it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Drained {
    Going,
    /// The queue is gone, and so many bits a second passed the bottleneck meanwhile, if that could
    /// be measured.
    Gone(Option<f64>),
    /// What seemed a queue is none.
    NoQueue,
}

#[derive(Clone, Copy, Debug)]
struct Active {
    began_us: i64,
    /// When the first packet after the cut was sent, or the first after the last look, how long it
    /// waited, and the bytes sent until then.
    since: Option<(i64, i64, u32)>,
    /// Of the packets that were spoken of since then, how many were lost, and all.
    lost: u32,
    told: u32,
    /// The rate before the cut.
    before_bps: f64,
    /// Until it is known whether it is a queue, at least this may be sent.
    least_bps: f64,
    /// Whether it was to be severe at some moment.
    severe: bool,
    /// The longest queue since then.
    peak_us: i64,
    /// The arrival on the receiver's clock from which on bytes are counted.
    from_arrival_us: i64,
    last_arrival_us: i64,
    bytes: u64,
    packets: u32,
}

impl Active {
    /// Whether the queue stays though less is sent. `sent_us` is when the packet was sent that
    /// waited for `queue_us`, and `total` what had been sent by then; what was sent before the cut
    /// says nothing of what the cut does. Where much is sent all the same, or lost, it is a queue
    /// that is filled again.
    fn stays(&mut self, sent_us: i64, queue_us: i64, total: u32) -> bool {
        if sent_us < self.began_us {
            return false;
        }
        let Some((since_us, waited_us, before)) = self.since else {
            self.since = Some((sent_us, queue_us, total));
            (self.lost, self.told) = (0, 0);
            return false;
        };
        let took_us = sent_us - since_us;
        let enough_us = if waited_us < LONG_US {
            SOON_US
        } else {
            LATE_US
        };
        if took_us < enough_us {
            return false;
        }
        let sent_bps = f64::from(total.wrapping_sub(before)) * 8e6 / took_us as f64;
        let much = sent_bps > (self.before_bps * MUCH).max(LITTLE_BPS);
        let lossy = f64::from(self.lost) > f64::from(self.told) * LOSSY;
        self.since = Some((sent_us, queue_us, total));
        (self.lost, self.told) = (0, 0);
        self.least_bps = 0.0;
        !much && !lossy && ((waited_us - queue_us).abs() as f64) < took_us as f64 * CHANGES
    }

    /// The rate of arrivals. While the queue is not empty it is the capacity.
    fn measured_bps(&self) -> Option<f64> {
        let span_us = self.last_arrival_us - self.from_arrival_us;
        (span_us >= MEASURED_US && self.packets >= MEASURED_PACKETS)
            .then(|| self.bytes as f64 * 8e6 / span_us as f64)
    }
}

#[derive(Debug, Default)]
pub(super) struct Drain {
    active: Option<Active>,
    cap_bps: Option<f64>,
}

impl Drain {
    pub(super) fn is_active(&self) -> bool {
        self.active.is_some()
    }

    /// At most this may be sent.
    pub(super) fn cap_bps(&self) -> Option<f64> {
        self.cap_bps
    }

    /// Begins after `before_bps` made a queue.
    pub(super) fn begin(
        &mut self,
        now_us: i64,
        queue_us: i64,
        before_bps: f64,
        last_arrival_us: i64,
    ) {
        self.active = Some(Active {
            began_us: now_us,
            since: None,
            lost: 0,
            told: 0,
            before_bps,
            least_bps: 0.0,
            severe: false,
            peak_us: queue_us,
            from_arrival_us: last_arrival_us,
            last_arrival_us,
            bytes: 0,
            packets: 0,
        });
    }

    /// It may well be no queue: as long as that is not known, most of the former rate may be sent.
    pub(super) fn doubt(&mut self) {
        if let Some(active) = &mut self.active {
            active.least_bps = active.before_bps * DOUBTFUL;
        }
    }

    /// Counts packets that a feedback spoke of, and how many of them are missing.
    pub(super) fn on_told(&mut self, lost: u32, told: u32) {
        if let Some(active) = &mut self.active {
            active.lost = active.lost.saturating_add(lost);
            active.told = active.told.saturating_add(told);
        }
    }

    pub(super) fn stop(&mut self) {
        *self = Self::default();
    }

    /// Counts a packet that waited for `queue_us`. One that did not wait shows how much was sent, not
    /// how much the bottleneck lets through.
    pub(super) fn on_arrival(&mut self, arrival_us: i64, bytes: u16, queue_us: i64) {
        if let Some(active) = &mut self.active
            && arrival_us > active.from_arrival_us
            && queue_us > GONE_US
        {
            active.bytes += u64::from(bytes);
            active.packets = active.packets.saturating_add(1);
            active.last_arrival_us = active.last_arrival_us.max(arrival_us);
        }
    }

    /// Reckons after a feedback how much may be sent. `arriving_bps` serves until the rate of the
    /// bottleneck is measured.
    pub(super) fn update(
        &mut self,
        now_us: i64,
        queue_us: i64,
        arriving_bps: f64,
        spared_bps: f64,
        unheard: Unheard,
    ) -> Drained {
        let Some(active) = &mut self.active else {
            return Drained::Gone(None);
        };
        active.peak_us = active.peak_us.max(queue_us);
        let capacity = active.measured_bps().unwrap_or(arriving_bps);
        let ahead_us = unheard.queue_ahead_us(queue_us, capacity);
        if queue_us < GONE_US && ahead_us < WORTH_US as f64 {
            let long = active.last_arrival_us - active.from_arrival_us >= CERTAIN_SPAN_US;
            let measured = active
                .measured_bps()
                .filter(|_| long && active.peak_us > CERTAIN_US)
                .filter(|_| active.packets >= CERTAIN_PACKETS);
            self.stop();
            return Drained::Gone(measured);
        }
        if active.stays(now_us - unheard.us, queue_us, unheard.after) {
            self.stop();
            return Drained::NoQueue;
        }
        active.severe |= ahead_us > SEVERE_US;
        let (least, spared_bps) = if active.severe {
            (0.0, 0.0)
        } else {
            (MILD, spared(spared_bps, capacity))
        };
        let cap_bps = capacity * SHARE * (1.0 - ahead_us / TIME_US).max(least);
        self.cap_bps = Some(cap_bps.max(spared_bps).max(active.least_bps));
        Drained::Going
    }
}

/// What is spared of `bps` that are sent last of all, where the way carries `capacity_bps`: all of
/// it, or nothing if a queue could not empty then.
pub(super) fn spared(bps: f64, capacity_bps: f64) -> f64 {
    if bps <= capacity_bps * SPARED {
        bps
    } else {
        0.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NONE: Unheard = Unheard {
        bytes: 0,
        after: 0,
        us: 0,
    };

    fn cap(drain: &Drain) -> f64 {
        drain.cap_bps().unwrap()
    }

    #[test]
    fn the_longer_the_queue_the_less_may_be_sent() {
        let mut drain = Drain::default();
        drain.begin(0, 200_000, 1e6, 0);
        assert_eq!(drain.update(0, 130_000, 1e6, 0.0, NONE), Drained::Going);
        assert!((0.4e6..0.5e6).contains(&cap(&drain)), "{}", cap(&drain));
        drain.update(25_000, 300_000, 1e6, 0.0, NONE);
        let long = cap(&drain);
        drain.update(50_000, 40_000, 1e6, 0.0, NONE);
        let short = cap(&drain);
        assert!(long < 0.2e6 && short > 0.5e6, "{long} {short}");
        drain.update(
            100_000,
            40_000,
            1e6,
            0.0,
            Unheard {
                bytes: 5_000,
                after: 0,
                us: 0,
            },
        );
        assert!(cap(&drain) < short, "what is under way adds to it");
    }

    #[test]
    fn what_is_sent_last_of_all_is_spared_while_the_queue_is_not_severe() {
        let update = |queue_us, spared_bps| {
            let mut drain = Drain::default();
            drain.begin(0, queue_us, 1e6, 0);
            drain.update(0, queue_us, 300e3, spared_bps, NONE);
            cap(&drain)
        };
        assert!((update(150_000, 250e3) - 250e3).abs() < 1.0);
        assert!(update(150_000, 290e3) < 200e3, "the queue could not empty");
        assert!(update(400_000, 250e3) < 1.0, "the queue is too long for it");
    }

    #[test]
    fn the_capacity_is_measured_while_the_queue_lasts() {
        let mut drain = Drain::default();
        drain.begin(0, 200_000, 1e6, 1_000_000);
        drain.update(0, 200_000, 2e6, 0.0, NONE);
        for packet in 1..=20 {
            drain.on_arrival(1_000_000 + packet * 10_000, 625, 200_000);
        }
        drain.on_arrival(2_000_000, 625, 0);
        assert_eq!(
            drain.update(200_000, 10_000, 2e6, 0.0, NONE),
            Drained::Gone(Some(500e3))
        );
        assert!(!drain.is_active());
    }

    #[test]
    fn what_does_not_shrink_is_no_queue() {
        let mut drain = Drain::default();
        drain.begin(0, 200_000, 1e6, 0);
        assert_eq!(drain.update(1_000, 200_000, 1e6, 0.0, NONE), Drained::Going);
        assert_eq!(
            drain.update(150_000, 200_000, 1e6, 0.0, NONE),
            Drained::Going
        );
        assert_eq!(
            drain.update(250_000, 200_000, 1e6, 0.0, NONE),
            Drained::NoQueue
        );
        assert_eq!(drain.cap_bps(), None);
    }

    #[test]
    fn what_is_filled_again_or_drops_packets_is_a_queue() {
        let run = |bytes_each: u32, lost: u32| {
            let mut drain = Drain::default();
            drain.begin(0, 200_000, 1e6, 0);
            (0..20).any(|step| {
                drain.on_told(lost, 5);
                let unheard = Unheard {
                    after: step * bytes_each,
                    ..NONE
                };
                let now_us = i64::from(step) * 50_000;
                drain.update(now_us, 200_000, 1e6, 0.0, unheard) == Drained::NoQueue
            })
        };
        assert!(run(1_000, 0), "less is sent, nothing is lost, and it stays");
        assert!(!run(6_000, 0), "as much is sent as before");
        assert!(!run(1_000, 1), "a full queue drops");
    }
}
