//! A room whose people have networks of their own, and what was seen in it.

use std::{net::SocketAddr, time::Duration};

use str0m::media::KeyframeRequestKind;
use zoom_protocol::{Limits, SlotId};
use zoom_sfu::{Event, Sfu};

use crate::{
    link::{Kind, Network, Passed, Toward, Way},
    media::{Received, Shape},
    watch::{self, Shown},
    world::World,
};

/// Layers of about 150, 500 and 1,500 kbit/s, whose key frames are four times as large as the
/// others.
pub(crate) const LADDER: [Shape; 3] = [
    Shape {
        parts: 1,
        key_parts: 4,
        bytes: 580,
    },
    Shape {
        parts: 2,
        key_parts: 8,
        bytes: 1_000,
    },
    Shape {
        parts: 6,
        key_parts: 24,
        bytes: 1_000,
    },
];
/// What a picture of such a layer needs, in bits a second.
pub(crate) const LADDER_BPS: [f64; 3] = [155e3, 520e3, 1_560e3];

/// How often a browser looks whether its pictures can be shown.
const LOOK_EVERY: Duration = Duration::from_millis(250);

pub(crate) struct Meeting {
    pub(crate) world: World,
    network: Network,
    /// Whose picture is looked after: the client and the slot.
    watched: Vec<(usize, SlotId)>,
}

impl Meeting {
    /// An empty room.
    pub(crate) fn new(seed: u64) -> Self {
        let mut world = World::with_limits(seed, Limits::default());
        let network = Network::new(seed);
        world.ways = Some(Box::new(network.clone()));
        Self {
            world,
            network,
            watched: Vec::new(),
        }
    }

    /// A room of people on good networks, all connected.
    pub(crate) fn of(seed: u64, people: usize) -> Self {
        let mut meeting = Self::new(seed);
        for _ in 0..people {
            meeting.join();
        }
        meeting.world.until_connected();
        meeting
    }

    /// The same under a limit for all that is sent.
    pub(crate) fn under(seed: u64, people: usize, max_upload_bps: u64) -> Self {
        let mut meeting = Self::new(seed);
        let world = &mut meeting.world;
        world.config.max_upload_bps = Some(max_upload_bps);
        world.sfu = Sfu::new(world.config.clone(), world.now);
        for _ in 0..people {
            meeting.join();
        }
        meeting.world.until_connected();
        meeting
    }

    pub(crate) fn join(&mut self) -> usize {
        let who = self.world.join();
        self.world.clients[who].shapes = LADDER;
        who
    }

    pub(crate) fn now(&self) -> Duration {
        self.world.elapsed()
    }

    /// Steps of a capacity in seconds from now.
    pub(crate) fn steps(&self, steps: &[(f64, f64)]) -> Way {
        let from = self.now();
        let steps = steps
            .iter()
            .map(|(after, bps)| (from + Duration::from_secs_f64(*after), *bps));
        Way::steps(&steps.collect::<Vec<_>>())
    }

    pub(crate) fn set(&self, who: usize, toward: Toward, way: Way) {
        self.network.set(self.address(who), toward, way);
    }

    fn address(&self, who: usize) -> SocketAddr {
        self.world.clients[who].address
    }

    /// Shows somebody's picture in a slot, and looks after it as a browser does.
    pub(crate) fn show(&mut self, to: usize, slot: SlotId, who: usize, size: (u16, u16)) {
        self.world.assign(to, slot, who, size);
        if !self.watched.contains(&(to, slot)) {
            self.watched.push((to, slot));
        }
    }

    /// Lets seconds pass.
    pub(crate) fn run(&mut self, seconds: f64) {
        let until = self.now() + Duration::from_secs_f64(seconds);
        while self.now() < until {
            self.world.run(LOOK_EVERY.min(until - self.now()));
            for at in 0..self.watched.len() {
                self.look(at);
            }
        }
    }

    /// Asks for a key frame where a picture cannot be shown any more.
    fn look(&mut self, at: usize) {
        let (who, slot) = self.watched[at];
        if !watch::is_stuck(self.world.clients[who].picture(slot)) {
            return;
        }
        let client = &mut self.world.clients[who];
        let mid = client.mid_of(slot, true);
        let mut api = client.rtc.direct_api();
        if let Some(stream) = api.stream_rx_by_mid(mid, None) {
            stream.request_keyframe(KeyframeRequestKind::Pli);
            self.world.wake(who);
        }
    }

    pub(crate) fn picture(&self, who: usize, slot: SlotId) -> Vec<Shown> {
        watch::shown(self.world.clients[who].picture(slot))
    }

    pub(crate) fn sound(&self, who: usize, slot: SlotId) -> &[Received] {
        self.world.clients[who].sound(slot)
    }

    /// The share of a time in which a picture stood still.
    pub(crate) fn frozen(&self, who: usize, slot: SlotId, from: Duration, to: Duration) -> f64 {
        let frozen = watch::frozen(&self.picture(who, slot), from, to);
        frozen.as_secs_f64() / (to - from).as_secs_f64()
    }

    /// The longest that a picture stood still in a time.
    pub(crate) fn longest_still(
        &self,
        who: usize,
        slot: SlotId,
        from: Duration,
        to: Duration,
    ) -> Duration {
        watch::longest_still(&self.picture(who, slot), from, to)
    }

    /// The share of a time's frames that were of each layer.
    pub(crate) fn layers(
        &self,
        who: usize,
        slot: SlotId,
        from: Duration,
        to: Duration,
    ) -> [f64; 3] {
        let mut counts = [0.0; 3];
        let expected = (to - from).as_secs_f64() * 30.0;
        for frame in self.picture(who, slot) {
            if (from..to).contains(&frame.label.captured) {
                counts[usize::from(frame.label.layer)] += 1.0 / expected;
            }
        }
        counts
    }

    pub(crate) fn log(&self, who: usize, toward: Toward) -> Vec<Passed> {
        self.network.log(self.address(who), toward)
    }

    /// Bits a second that a way took to its end in a time.
    pub(crate) fn through(&self, who: usize, toward: Toward, from: Duration, to: Duration) -> f64 {
        let log = self.log(who, toward);
        let passed = log
            .iter()
            .filter(|passed| !passed.lost && (from..to).contains(&(passed.at + passed.waited)));
        let bytes: usize = passed.map(|passed| passed.bytes).sum();
        bytes as f64 * 8.0 / (to - from).as_secs_f64()
    }

    /// The share of padding in what was sent to somebody in a time.
    pub(crate) fn probed(&self, who: usize, from: Duration, to: Duration) -> f64 {
        let log = self.log(who, Toward::Client);
        let bytes = |probes: bool| -> usize {
            let within = log.iter().filter(|passed| (from..to).contains(&passed.at));
            let counted = within.filter(|passed| !probes || passed.kind == Kind::Probe);
            counted.map(|passed| passed.bytes).sum()
        };
        bytes(true) as f64 / bytes(false) as f64
    }

    /// How long 95 of 100 datagrams waited at most in a time.
    pub(crate) fn waited_p95(&self, who: usize, from: Duration, to: Duration) -> Duration {
        let log = self.log(who, Toward::Client);
        let within = log.iter().filter(|passed| (from..to).contains(&passed.at));
        let mut waits: Vec<_> = within.map(|passed| passed.waited).collect();
        waits.sort_unstable();
        waits[waits.len() * 95 / 100]
    }

    /// How long after a time the queue toward a client was empty first.
    pub(crate) fn queue_gone(&self, who: usize, after: Duration) -> Duration {
        const BEGINS: Duration = Duration::from_millis(100);
        const GONE: Duration = Duration::from_millis(15);
        let log = self.log(who, Toward::Client);
        let gone = log
            .iter()
            .find(|passed| passed.at > after + BEGINS && passed.waited < GONE);
        gone.map_or(Duration::MAX, |passed| passed.at - after)
    }

    /// Bytes of repairs on a way, and bytes that it lost of pictures and repairs.
    pub(crate) fn repairs(&self, who: usize, toward: Toward) -> (usize, usize) {
        let log = self.log(who, toward);
        let repairs = log.iter().filter(|passed| passed.kind == Kind::Repair);
        let lost = log
            .iter()
            .filter(|passed| passed.lost && passed.kind.is_video());
        (
            repairs.map(|passed| passed.bytes).sum(),
            lost.map(|passed| passed.bytes).sum(),
        )
    }

    /// Pauses and resumptions that were told to somebody: when, of which slot, and whether paused.
    pub(crate) fn pauses(&self, who: usize) -> Vec<(Duration, SlotId, bool)> {
        let id = self.world.clients[who].id;
        let told = self.world.events.iter().filter_map(|(at, event)| {
            if let Event::Picture {
                participant,
                slot,
                paused,
                ..
            } = event
                && *participant == id
            {
                Some((*at, *slot, *paused))
            } else {
                None
            }
        });
        told.collect()
    }
}
