//! Datagrams of strangers, of somebody about to connect and of participants, in any order.
//!
//! The bytes are steps (see `steps`). The low half of a step's kind says what it does, the high
//! half which guest it is about. The call lives on from input to input until somebody's peer ends,
//! since making it costs a thousand times what a datagram does.

use std::{cell::RefCell, net::SocketAddr, time::Duration};

use zoom_protocol::{SlotId, SlotKind};
use zoom_sfu::{Command, Protocol, peek_ufrag};

use crate::{
    steps::Steps,
    world::{World, id, sources},
};

/// Inputs after which a call is made anew: what an input does should not depend on too many others.
const INPUTS: u32 = 500;
/// Steps of one input that are done.
const STEPS: usize = 64;

thread_local! {
    static WORLD: RefCell<Option<(World, u32)>> = const { RefCell::new(None) };
}

/// Plays the steps to a call.
///
/// # Panics
///
/// Where the core does.
pub fn run(data: &[u8]) {
    WORLD.with_borrow_mut(|slot| {
        // Taken out, so that what panicked is not used again.
        let (mut world, inputs) = slot
            .take()
            .filter(|(world, inputs)| !world.is_over && *inputs < INPUTS)
            .unwrap_or_else(|| (World::new(), 0));
        world.begin();
        for (kind, content) in Steps(data).take(STEPS) {
            step(&mut world, kind, content);
        }
        world.pass(Duration::ZERO);
        *slot = Some((world, inputs + 1));
    });
}

fn step(world: &mut World, kind: u8, content: &[u8]) {
    let number = usize::from(kind >> 4) % world.guests.len();
    let guest = &world.guests[number];
    let (udp, tcp) = (Protocol::Udp, Protocol::Tcp);
    match kind & 0x0f {
        0 => {
            let address = guest.address;
            peek_ufrag(content);
            world.datagram(udp, address, content);
        }
        1 => world.datagram(udp, stranger(kind), content),
        2 => {
            let address = guest.address;
            world.datagram(tcp, address, content);
        }
        3 => {
            let (address, request) = (guest.address, guest.request(content));
            peek_ufrag(&request);
            world.datagram(udp, address, &request);
        }
        4 => {
            let request = guest.request(content);
            let port = content.first().copied().unwrap_or_default();
            world.datagram(udp, stranger(port), &request);
        }
        5 => {
            let at_most = Duration::from_millis(999);
            let ms = content
                .iter()
                .fold(0_u64, |ms, byte| ms << 8 | u64::from(*byte));
            world.pass(Duration::from_millis(ms).min(at_most));
        }
        6 => {
            let bits = content.first().copied().unwrap_or_default();
            world.command(Command::SetSources {
                participant: id(number),
                sources: sources(bits),
            });
        }
        7 => assign(world, number, content),
        8 | 10 | 12 => world.sealed_rtp(number, content),
        9 | 11 | 13 => world.sealed_rtcp(number, content),
        14 => handshake(world, number, content),
        _ => {
            let address = guest.address;
            world.datagram(udp, address, content);
        }
    }
}

/// Sends what a guest's end of the handshake has to send, changed: of each three bytes of content
/// the first two say which byte of it, the third how.
fn handshake(world: &mut World, number: usize, content: &[u8]) {
    let now = world.now;
    let guest = &mut world.guests[number];
    let address = guest.address;
    let mut flight = guest.poll(now);
    for [high, low, by] in content.as_chunks::<3>().0 {
        let at = usize::from(u16::from_be_bytes([*high, *low]));
        if let Some(byte) = flight.iter_mut().flatten().nth(at) {
            *byte ^= by;
        }
    }
    for datagram in flight {
        world.datagram(Protocol::Udp, address, &datagram);
    }
    world.drain();
}

fn assign(world: &mut World, number: usize, content: &[u8]) {
    let Some(&[kind, publisher, width, height]) = content.first_chunk() else {
        return;
    };
    let kind = match kind % 3 {
        0 => SlotKind::Person,
        1 => SlotKind::Voice,
        _ => SlotKind::Stage,
    };
    let publisher = (publisher != 0).then(|| id(usize::from(publisher) % 4));
    let size = (width != 0).then(|| (u16::from(width) * 8, u16::from(height) * 8));
    world.assign(number, SlotId { kind, index: 0 }, publisher, size);
}

fn stranger(port: u8) -> SocketAddr {
    SocketAddr::from(([203, 0, 113, 9], 40_000 + u16::from(port)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unchanged_handshake_connects_the_third_guest() {
        let mut world = World::new();
        for _ in 0..6 {
            step(&mut world, 0x2e, &[]);
            step(&mut world, 5, &[20]);
        }
        assert!(world.guests[2].media.is_some() && !world.is_over);
    }
}
