//! One media thread's core with a call in it, as datagrams of strangers and participants find it.

use std::{
    net::SocketAddr,
    time::{Duration, Instant},
};

use zoom_protocol::{ParticipantId, RoomId, SlotId, SlotKind, Sources};
use zoom_sfu::{Command, Event, Protocol, Sfu, Transport, negotiate};

use crate::{
    guest::{self, Guest},
    honest::{opus, vp8},
};

/// The guests that are connected; one more has only proved its address.
const CONNECTED: usize = 2;

/// The core and its guests.
#[derive(Debug)]
pub(crate) struct World {
    pub(crate) sfu: Sfu,
    pub(crate) now: Instant,
    pub(crate) guests: Vec<Guest>,
    /// Whether the peer of any guest has ended.
    pub(crate) is_over: bool,
    connected: usize,
}

impl World {
    /// Two who see and hear each other, and a third who is about to connect.
    ///
    /// # Panics
    ///
    /// When they cannot be connected.
    pub(crate) fn new() -> Self {
        let now = guest::first_instant();
        let config = guest::config();
        let mut world = Self {
            sfu: Sfu::new(config.clone(), now),
            now,
            guests: Vec::new(),
            is_over: false,
            connected: 0,
        };
        for number in 0..=CONNECTED {
            let mut guest = Guest::new(number as u8 + 1, now);
            let (peer, answer) = match negotiate(&config, now, guest.offer()) {
                Ok(agreed) => agreed,
                Err(error) => panic!("{error}"),
            };
            guest.answered(&answer);
            world.guests.push(guest);
            let participant = id(number);
            world.command(Command::AddPeer {
                room: RoomId(1),
                participant,
                number: number as u64,
                peer: Box::new(peer),
            });
            world.command(Command::SetSources {
                participant,
                sources: sources(u8::MAX),
            });
            for kind in [SlotKind::Person, SlotKind::Stage] {
                // The two who are connected see each other, the third sees the first.
                let publisher = Some(id(usize::from(number == 0)));
                world.assign(
                    number,
                    SlotId { kind, index: 0 },
                    publisher,
                    Some((320, 180)),
                );
            }
        }
        world.connect();
        for sequence in 0..3 {
            for number in 0..CONNECTED {
                world.sealed_rtp(number, &opus(sequence));
                for rid in ["q", "h", "f"] {
                    world.sealed_rtp(number, &vp8(sequence, rid));
                }
            }
            world.pass(Duration::from_millis(50));
        }
        world
    }

    /// Another input begins.
    pub(crate) fn begin(&mut self) {
        for guest in &mut self.guests {
            if let Some(media) = &mut guest.media {
                media.begin();
            }
        }
    }

    /// Sends an RTP packet sealed with a guest's keys, if it has any.
    pub(crate) fn sealed_rtp(&mut self, number: usize, packet: &[u8]) {
        let guest = &mut self.guests[number];
        let address = guest.address;
        if let Some(sealed) = guest
            .media
            .as_mut()
            .and_then(|media| media.seal_rtp(packet))
        {
            self.datagram(Protocol::Udp, address, &sealed);
        }
    }

    /// Sends a compound packet sealed with a guest's keys, if it has any.
    pub(crate) fn sealed_rtcp(&mut self, number: usize, packet: &[u8]) {
        let guest = &mut self.guests[number];
        let address = guest.address;
        if let Some(sealed) = guest
            .media
            .as_mut()
            .and_then(|media| media.seal_rtcp(packet))
        {
            self.datagram(Protocol::Udp, address, &sealed);
        }
    }

    fn connect(&mut self) {
        for number in 0..=CONNECTED {
            let guest = &self.guests[number];
            let (check, address) = (guest.check(), guest.address);
            self.datagram(Protocol::Udp, address, &check);
        }
        for _ in 0..200 {
            for number in 0..CONNECTED {
                let address = self.guests[number].address;
                for sent in self.guests[number].poll(self.now) {
                    self.datagram(Protocol::Udp, address, &sent);
                }
            }
            self.drain();
            if self.connected == CONNECTED
                && self
                    .guests
                    .iter()
                    .take(CONNECTED)
                    .all(|g| g.media.is_some())
            {
                return;
            }
            self.pass(guest::ROUND);
        }
        panic!("the guests are not connected after 2 s");
    }

    pub(crate) fn datagram(&mut self, protocol: Protocol, source: SocketAddr, payload: &[u8]) {
        let transport = Transport {
            protocol,
            source,
            destination: guest::server(),
        };
        self.sfu.handle_datagram(self.now, transport, payload);
    }

    pub(crate) fn command(&mut self, command: Command) {
        self.sfu.handle_command(self.now, command);
    }

    pub(crate) fn assign(
        &mut self,
        to: usize,
        slot: SlotId,
        publisher: Option<ParticipantId>,
        size: Option<(u16, u16)>,
    ) {
        self.command(Command::Assign {
            subscriber: id(to),
            slot,
            publisher,
            size,
        });
    }

    /// Lets time go on, and does what is due on the way as a driver would.
    pub(crate) fn pass(&mut self, time: Duration) {
        let end = self.now + time;
        self.drain();
        while let Some(due) = self.sfu.poll_timeout()
            && due <= end
        {
            self.now = self.now.max(due);
            self.sfu.handle_timeout(self.now);
            self.drain();
        }
        self.now = end;
    }

    /// Takes all that the core has to say.
    pub(crate) fn drain(&mut self) {
        let guests = &mut self.guests;
        self.sfu.drain(|transmit| {
            assert!(transmit.segment > 0 && !transmit.contents.is_empty());
            let to = transmit.transport.destination;
            if let Some(guest) = guests.iter_mut().find(|guest| guest.address == to) {
                transmit.datagrams().for_each(|sent| guest.handle(sent));
            }
        });
        while let Some(event) = self.sfu.poll_event() {
            match event {
                Event::Connected { .. } => self.connected += 1,
                Event::Ended { .. } => self.is_over = true,
                Event::Answered { .. }
                | Event::Speakers { .. }
                | Event::Picture { .. }
                | Event::Quality { .. }
                | Event::Report(_) => {}
            }
        }
    }
}

/// The id of a guest.
pub(crate) fn id(number: usize) -> ParticipantId {
    ParticipantId(number as u64 + 1)
}

/// The sources that are on, one bit each.
pub(crate) fn sources(bits: u8) -> Sources {
    Sources {
        microphone: bits & 1 != 0,
        camera: bits & 2 != 0,
        screen: bits & 4 != 0,
        screen_audio: bits & 8 != 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sealed_packets_of_one_guest_reach_the_other() {
        let world = World::new();
        assert!(!world.is_over);
        for guest in &world.guests[..CONNECTED] {
            let media = guest.media.as_ref().unwrap();
            // Sound and a picture.
            assert!(media.streams_heard() >= 2, "{media:?}");
        }
    }
}
