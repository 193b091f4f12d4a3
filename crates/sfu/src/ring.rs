//! The newest packets of one layer: what is forwarded lies here, and what is sent again or given to
//! who begins a little later is taken from here. The memory of old packets serves for new ones.

use std::{
    collections::VecDeque,
    time::{Duration, Instant},
};

use zoom_protocol::Source;
use zoom_rtp::AudioLevel;

use crate::{red, timeline::Capture, vp8::Vp8Packet};

/// Payloads up to this size are copied rather than exchanged for another buffer, so that those of
/// sound do not come to own buffers that once held a picture's.
const COPIED_BYTES: usize = 300;

/// A packet on its way from a publisher to its subscribers, without its payload.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Packet {
    /// Its number in the ring.
    pub(crate) id: u64,
    pub(crate) source: Source,
    pub(crate) layer: usize,
    /// Changes where the track broke off, so that what follows begins anew.
    pub(crate) epoch: (u64, u64),
    /// The extended sequence number.
    pub(crate) seq: u64,
    pub(crate) timestamp: u32,
    pub(crate) marker: bool,
    pub(crate) capture: Capture,
    pub(crate) vp8: Option<Vp8Packet>,
    /// The header extensions that subscribers get too.
    pub(crate) level: Option<AudioLevel>,
    pub(crate) orientation: Option<u8>,
    pub(crate) came_at: Instant,
}

impl Packet {
    /// Whether a subscriber can begin here.
    pub(crate) fn starts_key_frame(&self) -> bool {
        self.vp8.is_some_and(|vp8| vp8.starts_key_frame)
    }
}

/// A packet and its payload.
#[derive(Debug)]
pub(crate) struct Stored {
    pub(crate) packet: Packet,
    pub(crate) payload: Vec<u8>,
}

impl Stored {
    /// Whether the other packet can repeat this one (RFC 2198).
    pub(crate) fn precedes(&self, other: &Self) -> bool {
        let (this, next) = (&self.packet, &other.packet);
        this.epoch == next.epoch
            && this.seq + 1 == next.seq
            && red::can_repeat(self.ticks_to(other), &self.payload)
    }

    /// Ticks from this packet to the other.
    pub(crate) fn ticks_to(&self, other: &Self) -> u32 {
        other.packet.timestamp.wrapping_sub(self.packet.timestamp)
    }
}

/// The packets.
#[derive(Debug, Default)]
pub(crate) struct Ring {
    /// The number of the first packet.
    first: u64,
    stored: VecDeque<Stored>,
}

impl Ring {
    /// A ring whose packets are numbered from `first` on, so that a reference into an earlier ring
    /// finds nothing here.
    pub(crate) fn begin(&mut self, first: u64) {
        self.first = first;
        self.stored.clear();
    }

    /// Keeps a packet and returns its number. `payload` is empty or something old afterwards. What
    /// is older than `age` makes place, as does the oldest of `most`.
    pub(crate) fn push(
        &mut self,
        mut packet: Packet,
        payload: &mut Vec<u8>,
        most: usize,
        age: Duration,
    ) -> u64 {
        let id = self.first.wrapping_add(self.stored.len() as u64);
        packet.id = id;
        let stale = |oldest: &Stored| {
            packet
                .came_at
                .saturating_duration_since(oldest.packet.came_at)
                > age
        };
        let reuse = self.stored.len() >= most.max(1) || self.stored.front().is_some_and(stale);
        let mut buffer = Vec::new();
        if reuse && let Some(oldest) = self.stored.pop_front() {
            self.first = self.first.wrapping_add(1);
            buffer = oldest.payload;
        }
        if payload.len() <= COPIED_BYTES {
            buffer.clear();
            buffer.extend_from_slice(payload);
        } else {
            std::mem::swap(&mut buffer, payload);
        }
        self.stored.push_back(Stored {
            packet,
            payload: buffer,
        });
        id
    }

    /// A packet by its number, while it is kept.
    pub(crate) fn get(&self, id: u64) -> Option<&Stored> {
        let at = id.checked_sub(self.first)?;
        self.stored.get(usize::try_from(at).ok()?)
    }

    /// The kept packets among the newest `most` that follow a key frame's first one, in order.
    pub(crate) fn overtook(&self, first: &Packet, most: usize) -> Vec<Packet> {
        let follows = |packet: &&Packet| packet.seq > first.seq && packet.epoch == first.epoch;
        let newest = self.stored.iter().rev().take(most);
        let mut packets: Vec<_> = newest
            .map(|stored| &stored.packet)
            .filter(follows)
            .copied()
            .collect();
        packets.sort_by_key(|packet| packet.seq);
        packets
    }

    /// Forgets all; numbers go on.
    pub(crate) fn clear(&mut self) {
        self.first = self.first.wrapping_add(self.stored.len() as u64);
        self.stored.clear();
    }
}
