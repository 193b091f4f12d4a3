//! Flows over one link, step by step.

use std::time::Instant;

use super::{
    flow::{Flow, Ladder},
    link::{Link, LinkConfig},
};

const STEP_US: i64 = 1_000;

pub(crate) struct World {
    epoch: Instant,
    now_us: i64,
    pub(crate) link: Link,
    pub(crate) flows: Vec<Flow>,
    /// How long a packet would wait, each 10 ms.
    pub(crate) waits_ms: Vec<(f64, f64)>,
}

impl World {
    /// One flow for each ladder; each begins so many seconds after the one before.
    pub(crate) fn new(config: LinkConfig, ladders: &[Ladder], apart_s: f64, seed: u64) -> Self {
        let epoch = Instant::now();
        let flows = ladders.iter().enumerate().map(|(id, ladder)| {
            let began_us = (id as f64 * apart_s * 1e6) as i64;
            Flow::new(epoch, began_us, ladder.clone(), id)
        });
        Self {
            epoch,
            now_us: 0,
            link: Link::new(config, seed),
            flows: flows.collect(),
            waits_ms: Vec::new(),
        }
    }

    /// One flow with a fine ladder up to `most_bps`, run for so long.
    pub(crate) fn run(config: LinkConfig, most_bps: f64, seconds: f64) -> Self {
        let mut world = Self::new(config, &[Ladder::fine(most_bps)], 0.0, 1);
        world.advance(seconds);
        world
    }

    pub(crate) fn advance(&mut self, seconds: f64) {
        let end_us = self.now_us + (seconds * 1e6) as i64;
        while self.now_us < end_us {
            self.now_us += STEP_US;
            self.step();
        }
    }

    pub(crate) fn flow(&self) -> &Flow {
        &self.flows[0]
    }

    fn step(&mut self) {
        for delivery in self.link.leave(self.now_us as f64) {
            let flow = &mut self.flows[delivery.packet.flow];
            flow.through_bytes += delivery.packet.bytes as u64;
            flow.queued_ms
                .push((self.now_us as f64 / 1e6, delivery.queued_ms));
            if !delivery.lost {
                flow.delivered_bytes += delivery.packet.bytes as u64;
                flow.coming(delivery.arrival_us, delivery.packet.sequence);
            }
        }
        for flow in &mut self.flows {
            if flow.began_us <= self.now_us {
                flow.receive(self.epoch, self.now_us, &mut self.link);
                flow.send(self.epoch, self.now_us, &mut self.link);
            }
            if self.now_us % 10_000 == 0 {
                flow.sample(self.now_us);
            }
        }
        if self.now_us % 10_000 == 0 {
            let wait_ms = self.link.wait_ms(self.now_us as f64);
            self.waits_ms.push((self.now_us as f64 / 1e6, wait_ms));
        }
    }

    /// The first moment from then on that the queue is and stays below 60 ms, two frames, for
    /// 100 ms.
    pub(crate) fn queue_gone(&self, from_s: f64) -> Option<f64> {
        let mut short = 0;
        for (at_s, wait_ms) in self.waits_ms.iter().filter(|(at_s, _)| *at_s >= from_s) {
            short = if *wait_ms < 60.0 { short + 1 } else { 0 };
            if short == 10 {
                return Some(at_s - 0.09);
            }
        }
        None
    }

    pub(crate) fn longest_wait_ms(&self, from_s: f64, to_s: f64) -> f64 {
        let within = self
            .waits_ms
            .iter()
            .filter(|(at_s, _)| (from_s..to_s).contains(at_s));
        within.map(|(_, wait)| *wait).fold(0.0, f64::max)
    }
}
