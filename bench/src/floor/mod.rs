//! The floor: what a forwarder cannot avoid, and what it costs on this machine.
//!
//! It receives in batches, opens AES-GCM once, seals once for each receiver, and sends in batches.
//! It knows no rooms, no repair, no congestion and no timers. It forwards the same packets as the
//! server did: as many, as large, in the same bursts, through as many sockets.

mod forwarder;
mod load;
mod seal;

use std::{net::SocketAddr, time::Duration};

use clap::ValueEnum;
use serde::{Deserialize, Serialize};

use crate::{histogram::Percentiles, load::LoadReport};

pub use forwarder::forward;
pub use load::measure;

/// How a forwarder sends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ValueEnum)]
#[serde(rename_all = "snake_case")]
pub enum Sending {
    /// `sendmmsg`, a message for each datagram.
    Sendmmsg,
    /// `sendmsg` with `UDP_SEGMENT`, a call for each receiver.
    Gso,
    /// `sendmmsg` with `UDP_SEGMENT`, a message for each receiver.
    SendmmsgGso,
}

impl Sending {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Sendmmsg, Self::Gso, Self::SendmmsgGso];
}

/// What flows through a forwarder.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Traffic {
    /// Rooms, which have equally many people each.
    pub rooms: usize,
    /// People who send, in all rooms.
    pub publishers: usize,
    /// People who receive, in all rooms.
    pub receivers: usize,
    /// Streams of video that are forwarded, over all receivers.
    pub video_streams: usize,
    /// Streams of sound that are forwarded, over all receivers.
    pub audio_streams: usize,
    /// Whether publishers send video.
    pub video: bool,
    /// Whether publishers send sound.
    pub audio: bool,
    /// Packets of a picture.
    pub packets_per_frame: usize,
    /// Pictures a second.
    pub frames_per_second: u32,
    /// UDP payload of a video packet, in bytes.
    pub video_bytes: usize,
    /// UDP payload of a sound packet, in bytes.
    pub audio_bytes: usize,
    /// Whether keys have 256 bits, and not 128.
    pub long_keys: bool,
}

/// Sound packets a second of one microphone.
const SOUNDS_PER_SECOND: f64 = 50.0;
/// Publishers whose sound a server forwards at the same time.
const LOUDEST: usize = 5;

impl Traffic {
    /// The traffic that a load has put on a server.
    pub fn of(plan: &crate::load::Plan, report: &LoadReport) -> Self {
        let (_, parts) = plan.frame();
        let seconds = report.used.seconds.max(0.001);
        let video_rate = f64::from(plan.frames_per_second) * parts as f64;
        let audio_packets = report.packets.saturating_sub(report.video_packets);
        let streams = |packets: u64, rate: f64| (packets as f64 / seconds / rate).round() as usize;
        Self {
            rooms: plan.rooms,
            publishers: plan.publishers * plan.rooms,
            receivers: report.people.max(1),
            video_streams: streams(report.video_packets, video_rate),
            audio_streams: streams(audio_packets, SOUNDS_PER_SECOND),
            video: plan.has_video(),
            audio: !plan.mute,
            packets_per_frame: parts,
            frames_per_second: plan.frames_per_second,
            video_bytes: (report.video_bytes.round() as usize).max(seal::LEAST_BYTES),
            audio_bytes: (report.audio_bytes.round() as usize).max(seal::LEAST_BYTES),
            long_keys: report.srtp_profile.contains("256"),
        }
    }

    /// Who receives which publisher's stream of one kind: for each publisher the receivers. The
    /// first `speakers` publishers of each room share the streams, nobody receives a publisher twice,
    /// and none of another room. Publisher and receiver `n` are in room `n % rooms`.
    fn spread(&self, streams: usize, speakers: usize) -> Vec<Vec<usize>> {
        let rooms = self.rooms.max(1);
        let mut receivers = vec![Vec::new(); self.publishers];
        let speakers = (speakers * rooms).min(self.publishers).max(1);
        for stream in 0..streams {
            let (publisher, turn) = (stream % speakers, stream / speakers);
            let room = publisher % rooms;
            let people = self.receivers.saturating_sub(room).div_ceil(rooms);
            if let Some(list) = receivers.get_mut(publisher)
                && turn < people
            {
                // Everybody's turn begins elsewhere, so that the load is even.
                let place = (publisher / rooms + 1 + turn) % people;
                list.push(place * rooms + room);
            }
        }
        receivers
    }

    fn video_receivers(&self) -> Vec<Vec<usize>> {
        self.spread(self.video_streams, self.publishers)
    }

    fn audio_receivers(&self) -> Vec<Vec<usize>> {
        self.spread(self.audio_streams, LOUDEST)
    }
}

/// What the forwarder is told, as JSON on its standard input; it answers with its port.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Task {
    sending: Sending,
    long_keys: bool,
    publishers: Vec<Publisher>,
    receivers: Vec<SocketAddr>,
}

/// A publisher, and the places of those who receive it.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Publisher {
    address: SocketAddr,
    video: Vec<usize>,
    audio: Vec<usize>,
}

/// What the floor is.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct FloorReport {
    /// CPU time for each forwarded packet, in microseconds, of the cheapest way of sending.
    pub us_per_packet: f64,
    /// Which way that is.
    pub sending: String,
    /// All ways that were tried.
    pub tried: Vec<Tried>,
}

/// One way of sending.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Tried {
    /// Which.
    pub sending: Sending,
    /// CPU time for each forwarded packet, in microseconds.
    pub us_per_packet: f64,
    /// Packets that were received.
    pub packets: u64,
    /// Lost packets of all that should have come.
    pub loss: f64,
    /// From the sender's stamp to the receiver's kernel, in microseconds.
    pub delay_us: Percentiles,
}

/// Measures every way of sending for so long, and tells the cheapest.
///
/// # Errors
/// A forwarder that does not start, or through which nothing comes.
pub fn floor(traffic: &Traffic, time: Duration) -> anyhow::Result<FloorReport> {
    let mut tried = Vec::new();
    for sending in Sending::ALL {
        tried.push(measure(traffic, sending, time)?);
    }
    let cheapest = tried
        .iter()
        .min_by(|a, b| a.us_per_packet.total_cmp(&b.us_per_packet));
    let (us_per_packet, sending) = match cheapest {
        Some(one) => (one.us_per_packet, format!("{:?}", one.sending)),
        None => anyhow::bail!("no way of sending was tried"),
    };
    Ok(FloorReport {
        us_per_packet,
        sending,
        tried,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn traffic(publishers: usize, receivers: usize, video: usize, audio: usize) -> Traffic {
        Traffic {
            rooms: 1,
            publishers,
            receivers,
            video_streams: video,
            audio_streams: audio,
            video: true,
            audio: true,
            packets_per_frame: 4,
            frames_per_second: 30,
            video_bytes: 1_100,
            audio_bytes: 120,
            long_keys: false,
        }
    }

    #[test]
    fn streams_are_spread_evenly_and_nobody_receives_one_twice() {
        let meeting = traffic(10, 10, 90, 45);
        for (receivers, most) in [
            (meeting.video_receivers(), 9),
            (meeting.audio_receivers(), 9),
        ] {
            for list in &receivers {
                let mut unique = list.clone();
                unique.sort_unstable();
                unique.dedup();
                assert_eq!(unique.len(), list.len());
                assert!(list.len() <= most);
            }
        }
        let sum = |lists: Vec<Vec<usize>>| lists.iter().map(Vec::len).sum::<usize>();
        assert_eq!(sum(meeting.video_receivers()), 90);
        assert_eq!(sum(meeting.audio_receivers()), 45);
    }

    #[test]
    fn a_lecture_reaches_everybody_from_one() {
        let lecture = traffic(1, 101, 100, 100);
        assert_eq!(lecture.video_receivers()[0].len(), 100);
        assert!(!lecture.video_receivers()[0].contains(&0));
    }

    #[test]
    fn nobody_receives_a_publisher_of_another_room() {
        let rooms = Traffic {
            rooms: 2,
            ..traffic(2, 202, 200, 200)
        };
        for (publisher, list) in rooms.video_receivers().iter().enumerate() {
            assert_eq!(list.len(), 100);
            assert!(list.iter().all(|receiver| receiver % 2 == publisher));
            assert!(
                list.iter()
                    .all(|receiver| *receiver < 202 && *receiver != publisher)
            );
        }
    }
}
