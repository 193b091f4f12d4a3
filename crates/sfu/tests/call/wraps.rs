//! Numbers that wrap: sequence numbers after 22 minutes of sound, timestamps after 25 hours; and
//! numbers that leap.

use std::time::Duration;

use str0m::{format::Codec, rtp::RtpWrite};
use zoom_protocol::Source;

use crate::{
    client::SOUND_EVERY,
    media::{self, Label, decode},
    world::{World, person},
};

/// A microphone whose numbers a test chooses.
struct Microphone {
    at: usize,
    frame: u32,
    seq: u64,
    timestamp: u32,
}

impl Microphone {
    /// Sends a packet whose numbers lie so many packets of 20 ms after the last one's.
    fn send(&mut self, world: &mut World, step: u64, ticks: u32) {
        self.frame += 1;
        self.seq += step;
        self.timestamp = self.timestamp.wrapping_add(ticks);
        let captured = world.elapsed();
        let now = world.now;
        let client = &mut world.clients[self.at];
        let payload = media::sound(Label {
            publisher: client.id.0 as u8,
            layer: 2,
            frame: self.frame,
            part: 0,
            parts: 1,
            key: true,
            captured,
        });
        let opus = client
            .rtc
            .codec_config()
            .find(|params| params.spec().codec == Codec::Opus);
        let pt = opus.unwrap().pt();
        let values = str0m::rtp::ExtensionValues {
            audio_level: Some(-30),
            voice_activity: Some(true),
            ..Default::default()
        };
        let write = RtpWrite::new(pt, self.seq.into(), self.timestamp, now, payload);
        let mid = client.sources[&Source::Microphone];
        let mut api = client.rtc.direct_api();
        let stream = api.stream_tx_by_mid(mid, None).unwrap();
        stream.write_rtp(write.ext_vals(values));
        world.wake(self.at);
    }
}

#[test]
fn sound_goes_on_over_several_wraps_of_its_numbers() {
    let mut world = World::call(121, 2);
    world.assign(0, person(0), 1, (320, 180));
    let mut microphone = Microphone {
        at: 1,
        frame: 0,
        seq: 65_500,
        timestamp: u32::MAX - 50_000,
    };
    let mut steps = Vec::new();
    // The first reports are of numbers that go with the clock.
    for _ in 0..100 {
        steps.push((1, 960));
    }
    // Then hours pass: most is lost on the way, and runs of it are not.
    for round in 0..1_500_u32 {
        let step = if round % 30 < 20 { 1 } else { 500 };
        steps.push((step, step as u32 * 960 * 40));
    }
    for (step, ticks) in &steps {
        microphone.send(&mut world, *step, *ticks);
        world.run(SOUND_EVERY);
    }
    world.run(Duration::from_millis(100));
    assert!(microphone.seq > 65_536 * 4, "{}", microphone.seq);
    let sound = world.clients[0].sound(person(0));
    assert_eq!(sound.len(), steps.len(), "every packet came");
    for (pair, (step, ticks)) in sound.windows(2).zip(&steps[1..]) {
        let frame = pair[1].label.frame;
        assert_eq!(frame, pair[0].label.frame + 1);
        assert_eq!(pair[1].seq - pair[0].seq, *step, "frame {frame}");
        let passed = pair[1].timestamp.wrapping_sub(pair[0].timestamp);
        assert_eq!(passed, *ticks, "frame {frame}");
    }
}

#[test]
fn a_picture_goes_on_over_a_wrap_of_its_sequence_numbers() {
    let mut world = World::call(122, 2);
    world.assign(0, person(0), 1, (1_280, 720));
    // Its numbers begin at 60,000 and take 30 a second.
    world.clients[1].camera = [false, false, true];
    world.run(Duration::from_secs(200));
    let frames = decode(world.clients[0].picture(person(0)));
    assert!(frames.len() > 5_950, "{} frames", frames.len());
    let keys = frames.iter().filter(|frame| frame.label.key).count();
    assert!(keys <= 3, "{keys} key frames");
}

#[test]
fn numbers_that_leap_where_packets_are_lost_leave_the_slot_good_for_others() {
    let mut world = World::call(123, 3);
    world.assign(0, person(0), 1, (320, 180));
    let mut microphone = Microphone {
        at: 1,
        frame: 0,
        seq: 100,
        timestamp: 0,
    };
    for _ in 0..50 {
        microphone.send(&mut world, 1, 960);
        world.run(SOUND_EVERY);
    }
    // Numbers that lie too far apart are guessed wrongly by receivers, and then nothing of the
    // stream is authentic any more.
    for _ in 0..5 {
        microphone.send(&mut world, 30_000, 960);
        // It is on its way to the server; what the server sends is lost.
        world.link.lost = 1_000;
        world.run(SOUND_EVERY);
        world.link.lost = 0;
    }
    world.assign(0, person(0), 2, (320, 180));
    world.clients[2].microphone = true;
    world.run(Duration::from_secs(2));
    let sound = world.clients[0].sound(person(0));
    let heard = sound.iter().filter(|packet| packet.label.publisher == 3);
    assert!(heard.count() >= 95);
}
