//! The network of a test: a way for each client and direction, with a bottleneck whose capacity
//! changes, its bounded queue, and what is lost, late, overtaken or doubled behind it.

use std::{
    cell::RefCell,
    collections::{HashMap, VecDeque},
    net::SocketAddr,
    rc::Rc,
    time::Duration,
};

use crate::world::Ways;

/// Numbers that look random (xorshift64*).
struct Random(u64);

impl Random {
    fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    /// 0 to 1.
    fn unit(&mut self) -> f64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        (self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 11) as f64 / (1u64 << 53) as f64
    }

    fn chance(&mut self, probability: f64) -> bool {
        probability > 0.0 && self.unit() < probability
    }
}

/// How datagrams are lost behind the bottleneck.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Loss {
    None,
    Random(f64),
    /// Gilbert and Elliott: the chances for each datagram to enter and to leave the bad state, and
    /// to be lost in it.
    Bursts {
        enter: f64,
        leave: f64,
        lost: f64,
    },
}

/// What a way does to datagrams.
#[derive(Clone, Debug)]
pub(crate) struct Way {
    /// From each time of the world on, bits a second; none is no limit.
    pub(crate) capacity: Vec<(Duration, f64)>,
    /// Bytes that wait before the bottleneck; what does not fit is dropped.
    pub(crate) queue_bytes: usize,
    pub(crate) delay: Duration,
    /// Each datagram is late by up to this much more.
    pub(crate) jitter: Duration,
    /// Whether jitter makes datagrams overtake each other.
    pub(crate) reorders: bool,
    pub(crate) loss: Loss,
    /// The share that comes twice.
    pub(crate) doubled: f64,
}

impl Default for Way {
    fn default() -> Self {
        Self {
            capacity: Vec::new(),
            queue_bytes: usize::MAX,
            delay: Duration::from_millis(20),
            jitter: Duration::ZERO,
            reorders: false,
            loss: Loss::None,
            doubled: 0.0,
        }
    }
}

impl Way {
    /// A way of one capacity, with 300 ms of queue.
    pub(crate) fn of(bps: f64) -> Self {
        Self::steps(&[(Duration::ZERO, bps)])
    }

    /// A capacity that changes, with 300 ms of queue at the first one.
    pub(crate) fn steps(capacity: &[(Duration, f64)]) -> Self {
        Self {
            capacity: capacity.to_vec(),
            queue_bytes: (capacity[0].1 * 0.3 / 8.0) as usize,
            ..Self::default()
        }
    }

    /// When a datagram has left that begins to leave at a time.
    fn left(&self, begin: f64, bytes: usize) -> f64 {
        let mut at = begin;
        let mut bits = bytes as f64 * 8.0;
        loop {
            let passed = |(from, _): &&(Duration, f64)| from.as_secs_f64() <= at;
            let next = self.capacity.iter().find(|step| !passed(step));
            let Some((_, bps)) = self.capacity.iter().take_while(passed).last() else {
                return at;
            };
            let end = at + bits / bps;
            match next {
                Some((from, _)) if from.as_secs_f64() < end => {
                    bits -= (from.as_secs_f64() - at) * bps;
                    at = from.as_secs_f64();
                }
                Some(_) | None => return end,
            }
        }
    }
}

/// What a datagram is, as far as an eye on the way can tell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// STUN and DTLS.
    Signal,
    Control,
    Sound,
    Picture,
    Repair,
    /// Padding.
    Probe,
}

impl Kind {
    fn of(datagram: &[u8]) -> Self {
        const PADDED: u8 = 0x20;
        match datagram {
            [first, second, ..] if (128..192).contains(first) => match second & 0x7f {
                _ if (192..=223).contains(second) => Self::Control,
                96 => Self::Picture,
                97 if first & PADDED != 0 => Self::Probe,
                97 => Self::Repair,
                _ => Self::Sound,
            },
            _ => Self::Signal,
        }
    }

    pub(crate) fn is_video(self) -> bool {
        matches!(self, Self::Picture | Self::Repair)
    }
}

/// A datagram that was sent by a way.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Passed {
    pub(crate) at: Duration,
    pub(crate) kind: Kind,
    pub(crate) bytes: usize,
    /// In the queue.
    pub(crate) waited: Duration,
    /// Whether it was lost, or dropped by the queue.
    pub(crate) lost: bool,
}

struct Passage {
    way: Way,
    random: Random,
    /// When each that waits has left, in seconds, and its bytes.
    queue: VecDeque<(f64, usize)>,
    free: f64,
    last: Duration,
    bad: bool,
    log: Vec<Passed>,
}

impl Passage {
    fn loses(&mut self) -> bool {
        match self.way.loss {
            Loss::None => false,
            Loss::Random(probability) => self.random.chance(probability),
            Loss::Bursts { enter, leave, lost } => {
                let change = if self.bad { leave } else { enter };
                self.bad ^= self.random.chance(change);
                self.bad && self.random.chance(lost)
            }
        }
    }

    fn pass(&mut self, now: Duration, datagram: &[u8]) -> Vec<Duration> {
        let at = now.as_secs_f64();
        while self.queue.front().is_some_and(|(left, _)| *left <= at) {
            self.queue.pop_front();
        }
        let waiting: usize = self.queue.iter().map(|(_, bytes)| bytes).sum();
        let fits = waiting.saturating_add(datagram.len()) <= self.way.queue_bytes;
        let waited = (self.free - at).max(0.0);
        let lost = self.loses() || !fits;
        self.log.push(Passed {
            at: now,
            kind: Kind::of(datagram),
            bytes: datagram.len(),
            waited: Duration::from_secs_f64(waited),
            lost,
        });
        if !fits {
            return Vec::new();
        }
        self.free = self.way.left(self.free.max(at), datagram.len());
        self.queue.push_back((self.free, datagram.len()));
        if lost {
            return Vec::new();
        }
        let left = Duration::from_secs_f64(self.free) + self.way.delay;
        let mut arrivals = Vec::new();
        let copies = 1 + usize::from(self.random.chance(self.way.doubled));
        for _ in 0..copies {
            let mut arrival = left + self.way.jitter.mul_f64(self.random.unit());
            if !self.way.reorders {
                arrival = arrival.max(self.last);
            }
            self.last = arrival;
            arrivals.push(arrival.saturating_sub(now));
        }
        arrivals
    }
}

/// A direction, as a client sees it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Toward {
    Server,
    Client,
}

/// All ways of a world.
#[derive(Clone)]
pub(crate) struct Network {
    ways: Rc<RefCell<HashMap<(SocketAddr, Toward), Passage>>>,
    seed: u64,
}

impl Network {
    pub(crate) fn new(seed: u64) -> Self {
        Self {
            ways: Rc::default(),
            seed,
        }
    }

    /// Makes a way from now on.
    pub(crate) fn set(&self, client: SocketAddr, toward: Toward, way: Way) {
        let mut ways = self.ways.borrow_mut();
        let passage = ways
            .entry((client, toward))
            .or_insert_with(|| self.passage(client, toward));
        passage.way = way;
    }

    /// What was sent by a way.
    pub(crate) fn log(&self, client: SocketAddr, toward: Toward) -> Vec<Passed> {
        let ways = self.ways.borrow();
        ways.get(&(client, toward))
            .map(|passage| passage.log.clone())
            .unwrap_or_default()
    }

    fn passage(&self, client: SocketAddr, toward: Toward) -> Passage {
        let direction = u64::from(toward == Toward::Server);
        let own = u64::from(client.port()) * 2 + direction;
        Passage {
            way: Way::default(),
            random: Random::new(self.seed << 32 | own),
            queue: VecDeque::new(),
            free: 0.0,
            last: Duration::ZERO,
            bad: false,
            log: Vec::new(),
        }
    }
}

impl Ways for Network {
    fn pass(
        &mut self,
        now: Duration,
        to_server: bool,
        client: SocketAddr,
        datagram: &[u8],
    ) -> Vec<Duration> {
        let toward = if to_server {
            Toward::Server
        } else {
            Toward::Client
        };
        let mut ways = self.ways.borrow_mut();
        ways.entry((client, toward))
            .or_insert_with(|| self.passage(client, toward))
            .pass(now, datagram)
    }
}
