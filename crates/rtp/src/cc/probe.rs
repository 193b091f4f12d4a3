//! Probing: short clusters at more than the estimate, to learn whether the way carries more than
//! the media that is there to send can show.
//!
//! One cluster is under way at a time. A cluster is everything that is sent from its first burst to
//! its last, media included, so that probes fill up what media leaves free. Its result is the
//! smaller of the rates at which it was sent and at which it arrived.

use core::num::NonZeroU8;

use super::CcAction;

/// A cluster lasts so long, microseconds: long against the resolution of arrival times (250 µs) and
/// short enough that what it queues at twice the capacity is gone soon.
const CLUSTER_US: f64 = 40_000.0;

/// A cluster has at least so many packets; fewer say little about a rate.
const FEWEST_PACKETS: u32 = 5;

/// Bursts of a cluster follow each other by this, microseconds.
const BURST_US: i64 = 5_000;

/// One burst makes up for at most so many that came late.
const MOST_BURSTS_AT_ONCE: f64 = 3.0;

/// A packet of a probe is at most about so long, bytes: a repair of a lost media packet.
const PACKET_BYTES: usize = 1_200;

/// A cluster that could not be sent in this time is given up, microseconds.
const SENDING_US: i64 = 150_000;

/// The answer to a cluster is awaited for a round trip and this, microseconds.
const ANSWER_US: i64 = 600_000;

/// The share of a cluster's bytes that must have arrived to believe the result.
const ARRIVED: f64 = 0.8;

/// Sent packets within this of each other are one burst, microseconds.
const SAME_BURST_US: i64 = 1_000;

/// An arrival rate below this share of the sending rate shows a full way.
const FULL: f64 = 0.9;

/// A full way is taken to carry this share of the arrival rate, so that its queue empties.
const TARGET_WHEN_FULL: f64 = 0.95;

/// A cluster goes beyond the estimate by this: the first of all, those after a success, and those
/// after one that found the way full.
const FIRST_FACTOR: f64 = 3.0;
const NEXT_FACTOR: f64 = 2.0;
const CAREFUL_FACTOR: f64 = 1.5;

/// It goes beyond what is wanted by this, so that what is wanted fits with room to spare.
const BEYOND_WANTED: f64 = 1.2;

/// Pauses between probes that bring nothing, microseconds; each is longer than the one before.
const SHORTEST_PAUSE_US: i64 = 1_000_000;
const LONGEST_PAUSE_US: i64 = 3_500_000;
const LONGER: f64 = 1.5;

/// After overuse the way has this long to recover before a probe, microseconds.
const RECOVERY_US: i64 = 1_000_000;

/// What a cluster showed.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Outcome {
    /// The way carried this many bits a second, and maybe carries more.
    Carried(f64),
    /// The way was full, and carries this many bits a second.
    Full(f64),
}

#[derive(Clone, Copy, Debug)]
struct Cluster {
    id: NonZeroU8,
    target_bps: f64,
    began_us: i64,
    /// When the next burst is due; none after the last one.
    burst_due_us: Option<i64>,
    ended_us: i64,
    last_number: u64,
    sent_bytes: u32,
    sent_packets: u32,
    heard: Heard,
}

/// What feedback said of a cluster.
#[derive(Clone, Copy, Debug, Default)]
struct Heard {
    packets: u32,
    bytes: u32,
    first_sent_us: i64,
    last_sent_us: i64,
    /// Bytes of the last burst: they say nothing of the sending rate.
    last_burst_bytes: u32,
    first_arrived_us: i64,
    last_arrived_us: i64,
    /// Bytes of the packet that arrived first: they say nothing of the arrival rate.
    first_arrived_bytes: u32,
}

/// The answer of one packet of a cluster.
#[derive(Clone, Copy, Debug)]
pub(super) struct Answer {
    pub(super) sent_us: i64,
    pub(super) arrived_us: i64,
    pub(super) bytes: u16,
}

/// What decides whether a probe makes sense.
#[derive(Clone, Copy, Debug)]
pub(super) struct Wish {
    pub(super) estimate_bps: f64,
    pub(super) wanted_bps: f64,
    pub(super) max_bps: f64,
}

impl Wish {
    fn is_worth_it(&self) -> bool {
        self.wanted_bps.min(self.max_bps) > self.estimate_bps
    }
}

#[derive(Debug)]
pub(super) struct Prober {
    cluster: Option<Cluster>,
    next_id: NonZeroU8,
    due_us: i64,
    pause_us: i64,
    factor: f64,
}

impl Prober {
    pub(super) fn new(now_us: i64) -> Self {
        Self {
            cluster: None,
            next_id: NonZeroU8::MIN,
            due_us: now_us,
            pause_us: SHORTEST_PAUSE_US,
            factor: FIRST_FACTOR,
        }
    }

    /// The cluster that a packet belongs to which is sent at this moment.
    #[inline]
    pub(super) fn sending(&self) -> Option<NonZeroU8> {
        match &self.cluster {
            Some(cluster) if cluster.burst_due_us.is_some() => Some(cluster.id),
            Some(_) | None => None,
        }
    }

    /// Counts a packet of the cluster that is being sent.
    pub(super) fn on_sent(&mut self, now_us: i64, number: u64, bytes: u16) {
        let Some(cluster) = &mut self.cluster else {
            return;
        };
        cluster.sent_bytes = cluster.sent_bytes.saturating_add(u32::from(bytes));
        cluster.sent_packets = cluster.sent_packets.saturating_add(1);
        cluster.last_number = number;
        let enough = f64::from(cluster.sent_bytes) >= cluster.target_bps * CLUSTER_US / 8e6;
        if enough && cluster.sent_packets >= FEWEST_PACKETS {
            cluster.burst_due_us = None;
            cluster.ended_us = now_us;
        }
    }

    /// When [`poll`](Self::poll) has something to do.
    pub(super) fn next_due_us(&self, wish: Option<&Wish>) -> Option<i64> {
        match &self.cluster {
            Some(cluster) => cluster.burst_due_us,
            None => wish.filter(|wish| wish.is_worth_it()).map(|_| self.due_us),
        }
    }

    /// What to send as a probe. Without a `wish` no cluster begins. If overuse lately showed a
    /// capacity, only a cluster far beyond the estimate can tell anything.
    pub(super) fn poll(
        &mut self,
        now_us: i64,
        wish: Option<&Wish>,
        knows_capacity: bool,
    ) -> CcAction {
        if self.cluster.is_none()
            && now_us >= self.due_us
            && let Some(wish) = wish.filter(|wish| wish.is_worth_it())
        {
            self.begin(now_us, wish, knows_capacity);
        }
        let Some(cluster) = &mut self.cluster else {
            return CcAction::None;
        };
        let Some(due_us) = cluster.burst_due_us else {
            return CcAction::None;
        };
        if now_us < due_us {
            return CcAction::None;
        }
        if now_us - cluster.began_us > SENDING_US {
            cluster.burst_due_us = None;
            cluster.ended_us = now_us;
            return CcAction::None;
        }
        cluster.burst_due_us = Some(now_us + BURST_US);
        let burst = cluster.target_bps * BURST_US as f64 / 8e6;
        let elapsed = (now_us - cluster.began_us) as f64;
        let owed = cluster.target_bps * elapsed / 8e6 + burst - f64::from(cluster.sent_bytes);
        let bytes = owed.min(burst * MOST_BURSTS_AT_ONCE) as usize;
        if bytes == 0 {
            return CcAction::None;
        }
        CcAction::Probe {
            bytes,
            packets: bytes.div_ceil(PACKET_BYTES),
        }
    }

    fn begin(&mut self, now_us: i64, wish: &Wish, knows_capacity: bool) {
        let most = (wish.wanted_bps * BEYOND_WANTED).min(wish.max_bps);
        let factor = if knows_capacity {
            NEXT_FACTOR
        } else {
            self.factor
        };
        let target_bps = (wish.estimate_bps * factor).min(most);
        self.cluster = Some(Cluster {
            id: self.next_id,
            target_bps,
            began_us: now_us,
            burst_due_us: Some(now_us),
            ended_us: now_us,
            last_number: 0,
            sent_bytes: 0,
            sent_packets: 0,
            heard: Heard::default(),
        });
        self.next_id = self.next_id.checked_add(1).unwrap_or(NonZeroU8::MIN);
    }

    /// Takes the arrival of a packet of a cluster, in the order of sending.
    pub(super) fn on_answer(&mut self, id: NonZeroU8, answer: &Answer) {
        if let Some(cluster) = &mut self.cluster
            && cluster.id == id
        {
            cluster.heard.add(answer);
        }
    }

    /// Judges the cluster when all that is to be heard of it was heard. `heard_number` is the
    /// highest packet that feedback spoke of.
    pub(super) fn on_feedback(
        &mut self,
        now_us: i64,
        heard_number: u64,
        rtt_us: i64,
    ) -> Option<Outcome> {
        let cluster = self.cluster.as_ref()?;
        if cluster.burst_due_us.is_some() {
            return None;
        }
        let late = now_us - cluster.ended_us > rtt_us + ANSWER_US;
        if heard_number < cluster.last_number && !late {
            return None;
        }
        let outcome = cluster.outcome();
        self.cluster = None;
        match outcome {
            Some(Outcome::Carried(_)) => {
                self.factor = NEXT_FACTOR;
                self.pause_us = SHORTEST_PAUSE_US;
                self.due_us = now_us;
            }
            Some(Outcome::Full(_)) | None => {
                self.factor = CAREFUL_FACTOR;
                self.pause(now_us);
            }
        }
        outcome
    }

    /// Gives up a cluster that nothing is heard of.
    pub(super) fn on_silence(&mut self) {
        self.cluster = None;
    }

    /// The estimate was decreased: `deep` if by so much that it is worth to ask soon whether the
    /// capacity is back.
    pub(super) fn on_decrease(&mut self, now_us: i64, deep: bool) {
        if deep {
            self.pause_us = SHORTEST_PAUSE_US;
            self.factor = NEXT_FACTOR;
            self.due_us = now_us + RECOVERY_US;
        } else {
            self.due_us = self.due_us.max(now_us + RECOVERY_US);
        }
    }

    /// What a probe showed turned out wrong.
    pub(super) fn on_mistake(&mut self, now_us: i64) {
        self.pause_us = LONGEST_PAUSE_US;
        self.factor = CAREFUL_FACTOR;
        self.due_us = now_us + LONGEST_PAUSE_US;
    }

    /// The way carried a probe, and the estimate stays where it was all the same: another one soon
    /// would change nothing.
    pub(super) fn on_vain(&mut self, now_us: i64) {
        self.due_us = now_us + LONGEST_PAUSE_US;
    }

    /// Feedback is back after silence: what is known is old.
    pub(super) fn on_return(&mut self, now_us: i64) {
        self.pause_us = SHORTEST_PAUSE_US;
        self.factor = NEXT_FACTOR;
        self.due_us = now_us;
    }

    fn pause(&mut self, now_us: i64) {
        self.due_us = now_us + self.pause_us;
        let longer = (self.pause_us as f64 * LONGER) as i64;
        self.pause_us = longer.min(LONGEST_PAUSE_US);
    }
}

impl Heard {
    fn add(&mut self, answer: &Answer) {
        let bytes = u32::from(answer.bytes);
        if self.packets == 0 {
            self.first_sent_us = answer.sent_us;
            self.last_sent_us = answer.sent_us;
            self.first_arrived_us = answer.arrived_us;
            self.last_arrived_us = answer.arrived_us;
            self.first_arrived_bytes = bytes;
        }
        self.packets = self.packets.saturating_add(1);
        self.bytes = self.bytes.saturating_add(bytes);
        if answer.sent_us > self.last_sent_us + SAME_BURST_US {
            self.last_burst_bytes = bytes;
        } else {
            self.last_burst_bytes = self.last_burst_bytes.saturating_add(bytes);
        }
        self.first_sent_us = self.first_sent_us.min(answer.sent_us);
        self.last_sent_us = self.last_sent_us.max(answer.sent_us);
        if answer.arrived_us < self.first_arrived_us {
            self.first_arrived_us = answer.arrived_us;
            self.first_arrived_bytes = bytes;
        }
        self.last_arrived_us = self.last_arrived_us.max(answer.arrived_us);
    }
}

impl Cluster {
    fn outcome(&self) -> Option<Outcome> {
        let heard = &self.heard;
        let arrived = f64::from(heard.bytes) >= f64::from(self.sent_bytes) * ARRIVED;
        if !arrived || heard.packets + 1 < FEWEST_PACKETS {
            return None;
        }
        let sent_in = (heard.last_sent_us - heard.first_sent_us) as f64;
        // What a way holds back and lets go at once did not show a rate.
        let arrived_in =
            ((heard.last_arrived_us - heard.first_arrived_us) as f64).max(sent_in / 2.0);
        if sent_in < BURST_US as f64 {
            return None;
        }
        let sent = f64::from(heard.bytes.saturating_sub(heard.last_burst_bytes)) * 8e6 / sent_in;
        let counted = heard.bytes.saturating_sub(heard.first_arrived_bytes);
        let arrival = f64::from(counted) * 8e6 / arrived_in;
        if arrival < sent.min(self.target_bps) * FULL {
            Some(Outcome::Full(arrival * TARGET_WHEN_FULL))
        } else {
            Some(Outcome::Carried(sent.min(arrival).min(self.target_bps)))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const WISH: Wish = Wish {
        estimate_bps: 1e6,
        wanted_bps: 10e6,
        max_bps: 20e6,
    };

    /// Sends a cluster in packets of 500 bytes over a link of `link_bps`.
    fn cluster(prober: &mut Prober, link_bps: f64, from_us: i64) -> Option<Outcome> {
        let (mut now_us, mut number, mut free_us) = (from_us, 0, 0.0_f64);
        let mut answers = Vec::new();
        while let Some(due_us) = prober.next_due_us(Some(&WISH)) {
            now_us = now_us.max(due_us);
            if let CcAction::Probe { bytes, .. } = prober.poll(now_us, Some(&WISH), false) {
                for _ in 0..bytes.div_ceil(500) {
                    let Some(id) = prober.sending() else { break };
                    prober.on_sent(now_us, number, 500);
                    free_us = free_us.max(now_us as f64) + 4e9 / link_bps;
                    number += 1;
                    let arrived_us = free_us as i64;
                    answers.push((
                        id,
                        Answer {
                            sent_us: now_us,
                            arrived_us,
                            bytes: 500,
                        },
                    ));
                }
            }
        }
        for (id, answer) in &answers {
            prober.on_answer(*id, answer);
        }
        prober.on_feedback(now_us + 100_000, number, 50_000)
    }

    #[test]
    fn a_free_way_carries_the_target() {
        let mut prober = Prober::new(0);
        let Some(Outcome::Carried(bps)) = cluster(&mut prober, 20e6, 0) else {
            panic!("the way was free");
        };
        assert!((2.7e6..=3e6).contains(&bps), "{bps}");
    }

    #[test]
    fn a_probe_that_changed_nothing_is_not_followed_by_another_at_once() {
        let mut prober = Prober::new(0);
        assert!(cluster(&mut prober, 20e6, 0).is_some());
        assert!(prober.next_due_us(Some(&WISH)).unwrap() < 1_000_000);
        prober.on_vain(1_000_000);
        let due_us = prober.next_due_us(Some(&WISH)).unwrap();
        assert_eq!(due_us, 1_000_000 + LONGEST_PAUSE_US);
    }

    #[test]
    fn a_full_way_shows_its_capacity() {
        let mut prober = Prober::new(0);
        let Some(Outcome::Full(bps)) = cluster(&mut prober, 1.5e6, 0) else {
            panic!("the way was full");
        };
        assert!((1.3e6..1.5e6).contains(&bps), "{bps}");
        assert!(prober.next_due_us(Some(&WISH)).unwrap() > 1_000_000);
    }

    #[test]
    fn nothing_is_probed_that_nobody_wants() {
        let mut prober = Prober::new(0);
        let content = Wish {
            wanted_bps: 0.9e6,
            ..WISH
        };
        assert_eq!(prober.next_due_us(Some(&content)), None);
        assert_eq!(prober.poll(0, Some(&content), false), CcAction::None);
        assert_eq!(prober.poll(0, None, false), CcAction::None);
    }

    #[test]
    fn a_probe_that_nobody_can_send_ends() {
        let mut prober = Prober::new(0);
        let mut asked = 0;
        let mut now_us = 0;
        while let Some(due_us) = prober.next_due_us(Some(&WISH)) {
            assert!(due_us <= now_us + 5_000);
            now_us = now_us.max(due_us);
            if prober.poll(now_us, Some(&WISH), false) != CcAction::None {
                asked += 1;
            }
        }
        assert!(asked <= 40, "{asked}");
    }
}
