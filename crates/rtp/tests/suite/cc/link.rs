//! A link in virtual time: a bottleneck whose capacity changes, its queue, what the way loses,
//! delays and reorders behind it. Repeats from its seed.

use std::collections::VecDeque;

/// Numbers that look random (xorshift64*).
pub(crate) struct Random(u64);

impl Random {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    /// 0 to 1.
    pub(crate) fn unit(&mut self) -> f64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        (self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 11) as f64 / (1u64 << 53) as f64
    }

    pub(crate) fn chance(&mut self, probability: f64) -> bool {
        self.unit() < probability
    }
}

/// How packets are lost behind the bottleneck.
#[derive(Clone, Copy)]
pub(crate) enum Loss {
    None,
    Random(f64),
    /// Gilbert and Elliott: the chances for each packet to enter and to leave the bad state, and to
    /// be lost in it.
    Bursts {
        enter: f64,
        leave: f64,
        lost: f64,
    },
}

/// Between two packets after a standstill, microseconds.
const CATCH_UP_US: f64 = 2_500.0;

#[derive(Clone)]
pub(crate) struct LinkConfig {
    /// From each time on, in seconds, the capacity in bits a second.
    pub(crate) capacity: Vec<(f64, f64)>,
    /// The queue in milliseconds at the first capacity; what does not fit is dropped.
    pub(crate) queue_ms: f64,
    /// From the bottleneck to the receiver, and as long back.
    pub(crate) one_way_ms: f64,
    pub(crate) loss: Loss,
    /// Each packet is late by up to twice this, chosen evenly.
    pub(crate) jitter_ms: f64,
    /// What arrives within such a time, in seconds, arrives from its end on, one after the other.
    pub(crate) standstills: Vec<(f64, f64)>,
    /// Whether jitter makes packets overtake each other.
    pub(crate) reorders: bool,
}

impl LinkConfig {
    /// A constant capacity, 300 ms of queue, a round trip of 50 ms.
    pub(crate) fn steady(bps: f64) -> Self {
        Self::steps(&[(0.0, bps)])
    }

    pub(crate) fn steps(capacity: &[(f64, f64)]) -> Self {
        Self {
            capacity: capacity.to_vec(),
            queue_ms: 300.0,
            one_way_ms: 25.0,
            loss: Loss::None,
            jitter_ms: 0.0,
            standstills: Vec::new(),
            reorders: false,
        }
    }

    pub(crate) fn capacity_at(&self, at_s: f64) -> f64 {
        let passed = self.capacity.iter().take_while(|(from, _)| *from <= at_s);
        passed.last().unwrap().1
    }
}

pub(crate) struct Packet {
    pub(crate) flow: usize,
    pub(crate) sequence: u16,
    pub(crate) bytes: usize,
    entered_us: f64,
}

/// What came out of a link.
pub(crate) struct Delivery {
    pub(crate) packet: Packet,
    pub(crate) arrival_us: i64,
    pub(crate) queued_ms: f64,
    pub(crate) lost: bool,
}

pub(crate) struct Link {
    pub(crate) config: LinkConfig,
    random: Random,
    queue: VecDeque<Packet>,
    queued_bytes: usize,
    most_bytes: f64,
    free_us: f64,
    last_arrival_us: f64,
    bad: bool,
}

impl Link {
    pub(crate) fn new(config: LinkConfig, seed: u64) -> Self {
        let most_bytes = config.capacity[0].1 * config.queue_ms / 8e3;
        Self {
            config,
            random: Random::new(seed),
            queue: VecDeque::new(),
            queued_bytes: 0,
            most_bytes,
            free_us: 0.0,
            last_arrival_us: 0.0,
            bad: false,
        }
    }

    pub(crate) fn enter(&mut self, now_us: f64, flow: usize, sequence: u16, bytes: usize) {
        if (self.queued_bytes + bytes) as f64 > self.most_bytes.max(3_000.0) {
            return;
        }
        self.queued_bytes += bytes;
        self.queue.push_back(Packet {
            flow,
            sequence,
            bytes,
            entered_us: now_us,
        });
    }

    /// How long a packet would wait that enters at this moment.
    pub(crate) fn wait_ms(&self, now_us: f64) -> f64 {
        let bps = self.config.capacity_at(now_us / 1e6);
        (self.free_us - now_us).max(0.0) / 1e3 + self.queued_bytes as f64 * 8e3 / bps
    }

    /// What leaves the bottleneck until then.
    pub(crate) fn leave(&mut self, until_us: f64) -> Vec<Delivery> {
        let mut left = Vec::new();
        while let Some(head) = self.queue.front() {
            let begin_us = self.free_us.max(head.entered_us);
            let bps = self.config.capacity_at(begin_us / 1e6);
            let end_us = begin_us + head.bytes as f64 * 8e6 / bps;
            if end_us > until_us {
                break;
            }
            let packet = self.queue.pop_front().unwrap();
            self.free_us = end_us;
            self.queued_bytes -= packet.bytes;
            let queued_ms = (begin_us - packet.entered_us) / 1e3;
            let mut arrival_us = end_us
                + self.config.one_way_ms * 1e3
                + self.random.unit() * 2e3 * self.config.jitter_ms;
            let stands = self.config.standstills.iter();
            for (from_s, to_s) in stands {
                if (from_s * 1e6..to_s * 1e6).contains(&arrival_us) {
                    arrival_us = to_s * 1e6;
                }
            }
            if !self.config.standstills.is_empty() {
                arrival_us = arrival_us.max(self.last_arrival_us + CATCH_UP_US);
            } else if !self.config.reorders {
                arrival_us = arrival_us.max(self.last_arrival_us);
            }
            self.last_arrival_us = arrival_us;
            left.push(Delivery {
                packet,
                arrival_us: arrival_us as i64,
                queued_ms,
                lost: self.loses(),
            });
        }
        left
    }

    /// Whether a message on the way back is lost, too.
    pub(crate) fn loses(&mut self) -> bool {
        match self.config.loss {
            Loss::None => false,
            Loss::Random(probability) => self.random.chance(probability),
            Loss::Bursts { enter, leave, lost } => {
                let change = if self.bad { leave } else { enter };
                if self.random.chance(change) {
                    self.bad = !self.bad;
                }
                self.bad && self.random.chance(lost)
            }
        }
    }
}
