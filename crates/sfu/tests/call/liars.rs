//! Who lies in control packets gains nothing by it and harms nobody else.

use std::time::Duration;

use zoom_protocol::Limits;
use zoom_rtp::rtcp;
use zoom_sfu::Event;

use crate::{
    forger::{Forger, remb},
    media::decode,
    world::{World, person},
};

/// Somebody who sends sound and picture (0), somebody honest who sees them (1), and a liar (2).
fn call_with_a_liar(seed: u64, limits: Limits) -> (World, Forger) {
    let mut world = World::with_limits(seed, limits);
    world.join();
    world.join();
    let liar = Forger::join(&mut world);
    world.clients[0].microphone = true;
    world.clients[0].camera = [true; 3];
    world.assign(1, person(0), 0, (320, 180));
    world.assign(liar.at, person(0), 0, (320, 180));
    world.run(Duration::from_secs(2));
    (world, liar)
}

/// Limits under which every way is believed to carry so much.
fn limited_to(bps: u32) -> Limits {
    let mut limits = Limits::default();
    limits.estimate_start_bps = bps;
    limits.estimate_max_bps = bps;
    limits
}

/// What was believed of a client's way, report by report.
fn estimates(world: &World, at: usize) -> Vec<u64> {
    let id = world.clients[at].id;
    let reports = world.events.iter().filter_map(|(_, event)| match event {
        Event::Report(report) if report.participant == id => report.estimate_bps,
        Event::Report(_)
        | Event::Quality { .. }
        | Event::Connected { .. }
        | Event::Ended { .. }
        | Event::Answered { .. }
        | Event::Speakers { .. }
        | Event::Picture { .. } => None,
    });
    reports.collect()
}

/// Whether the last that was told of a client's pictures is that one is paused.
fn paused(world: &World, at: usize) -> bool {
    let id = world.clients[at].id;
    let mut told = world.events.iter().rev();
    let last = told.find_map(|(_, event)| match event {
        Event::Picture {
            participant,
            paused,
            ..
        } if *participant == id => Some(*paused),
        Event::Picture { .. }
        | Event::Report(_)
        | Event::Quality { .. }
        | Event::Connected { .. }
        | Event::Ended { .. }
        | Event::Answered { .. }
        | Event::Speakers { .. } => None,
    });
    last.unwrap_or(false)
}

/// Frames that the honest one could show since some time.
fn shown_since(world: &World, since: Duration) -> usize {
    let frames = decode(world.clients[1].picture(person(0)));
    frames.iter().filter(|frame| frame.at > since).count()
}

#[test]
fn a_huge_estimate_of_a_receivers_own_raises_nothing_above_the_limit() {
    // Room for sound, and not for the smallest layer.
    let (mut world, mut liar) = call_with_a_liar(101, limited_to(150_000));
    let before = world.clients[liar.at].picture(person(0)).len();
    for _ in 0..200 {
        liar.tell(&mut world, |to| remb(to, 63, 0x3_ffff));
        world.run(Duration::from_millis(50));
    }
    let after = world.clients[liar.at].picture(person(0)).len();
    assert_eq!(after, before, "no picture fits");
    assert!(paused(&world, liar.at));
    let estimates = estimates(&world, liar.at);
    assert!(estimates.len() >= 4, "{estimates:?}");
    assert!(estimates.iter().all(|bps| *bps <= 150_000), "{estimates:?}");
    assert!(world.clients[liar.at].sound(person(0)).len() >= 500);
}

#[test]
fn who_says_to_receive_nothing_gets_sound_alone_until_it_is_not_said_any_more() {
    let (mut world, mut liar) = call_with_a_liar(102, Limits::default());
    let begin = world.elapsed();
    let heard = world.clients[liar.at].sound(person(0)).len();
    for _ in 0..100 {
        liar.tell(&mut world, |to| remb(to, 0, 0));
        world.run(Duration::from_millis(50));
    }
    assert!(paused(&world, liar.at));
    assert!(world.clients[liar.at].sound(person(0)).len() >= heard + 245);
    assert!(shown_since(&world, begin) >= 145, "the honest one sees all");
    world.run(Duration::from_secs(20));
    assert!(!paused(&world, liar.at));
}

#[test]
fn endless_requests_for_key_frames_bring_about_one_a_second() {
    let (mut world, mut liar) = call_with_a_liar(103, Limits::default());
    let ssrc = liar.picture_ssrc(&mut world, person(0));
    let begin = world.elapsed();
    let asked = world.clients[0].keys_asked;
    for round in 0..2_000 {
        liar.tell(&mut world, |to| {
            rtcp::write::pli(to, 1, ssrc);
            rtcp::write::fir(to, 1, ssrc, round as u8);
        });
        world.run(Duration::from_millis(10));
    }
    let asked = world.clients[0].keys_asked - asked;
    // Four at once and one a second.
    assert!((10..=25).contains(&asked), "{asked} in 20 s");
    let shown = shown_since(&world, begin);
    assert!(shown >= 590, "the honest one saw {shown} frames in 20 s");
}

/// Asks again and again for all that came lately, and for what was never sent; returns packets
/// that were sent again, the bytes of them, the bytes of all else, and packets of pictures.
fn ask_for_everything_again(percent: u32) -> (u64, u64, u64, u64) {
    let mut limits = Limits::default();
    limits.resend_percent = percent;
    let (mut world, mut liar) = call_with_a_liar(104, limits);
    let ssrc = liar.picture_ssrc(&mut world, person(0));
    let begin = world.elapsed();
    for _ in 0..500 {
        let came = world.clients[liar.at].picture(person(0));
        let newest = came.iter().map(|packet| packet.seq as u16).next_back();
        let newest = newest.unwrap();
        let lost: Vec<u16> = (0..400)
            .map(|back| newest.wrapping_sub(300).wrapping_add(back))
            .collect();
        liar.tell(&mut world, |to| {
            rtcp::write::nack(to, 1, ssrc, &lost);
        });
        world.run(Duration::from_millis(20));
    }
    let shown = shown_since(&world, begin);
    assert!(shown >= 290, "the honest one saw {shown} frames in 10 s");
    assert!(world.ended(liar.at).is_none());
    let totals = world.sfu.stats().totals;
    let sent = world.sfu.peer_stats(world.clients[liar.at].id).unwrap();
    let other_bytes = sent.bytes_out - totals.repair_bytes;
    (
        totals.retransmitted,
        totals.repair_bytes,
        other_bytes,
        sent.media_out,
    )
}

#[test]
fn endless_requests_for_packets_bring_no_more_than_the_share_of_repairs() {
    let (again, repairs, others, _) = ask_for_everything_again(20);
    // 100,000 bytes may be sent beyond the share.
    assert!(repairs <= others / 5 + 100_000, "{repairs} of {others}");
    assert!(again > 0);
}

#[test]
fn endless_requests_for_packets_bring_each_a_few_times_at_most() {
    let (again, _, _, packets) = ask_for_everything_again(100_000);
    assert!(again <= packets * 8, "{again} of {packets}");
}

#[test]
fn feedback_about_packets_that_were_never_sent_moves_nobodys_picture() {
    let (mut world, mut liar) = call_with_a_liar(105, Limits::default());
    let limits = Limits::default();
    let begin = world.elapsed();
    for round in 0..500_u32 {
        let base = world.random() as u16;
        let arrival = world.random() as u32 & 0x00ff_ffff;
        let step = [0, 1, -200, i16::MAX, i16::MIN][round as usize % 5];
        let deltas = vec![Some(step); 300];
        liar.tell(&mut world, |to| {
            rtcp::write::transport_feedback(to, 1, 0, round as u8, base, arrival, &deltas);
        });
        world.run(Duration::from_millis(20));
    }
    assert!(world.ended(liar.at).is_none());
    assert!(shown_since(&world, begin) >= 290);
    let bounds = u64::from(limits.estimate_min_bps)..=u64::from(limits.estimate_max_bps);
    let estimates = estimates(&world, liar.at);
    assert!(estimates.len() >= 4);
    assert!(
        estimates.iter().all(|bps| bounds.contains(bps)),
        "{estimates:?}"
    );
}

#[test]
fn feedback_that_claims_everything_came_at_once_raises_nothing_above_the_limit() {
    let (mut world, mut liar) = call_with_a_liar(106, limited_to(400_000));
    world.assign(liar.at, person(0), 0, (1_280, 720));
    for round in 0..250_u32 {
        // Every number that there is.
        for part in 0..8_u16 {
            let deltas = vec![Some(0); 700];
            let base = (round as u16).wrapping_mul(5_600).wrapping_add(part * 700);
            liar.tell(&mut world, |to| {
                rtcp::write::transport_feedback(to, 1, 0, part as u8, base, round, &deltas);
            });
        }
        world.run(Duration::from_millis(20));
    }
    let estimates = estimates(&world, liar.at);
    assert!(estimates.iter().all(|bps| *bps <= 400_000), "{estimates:?}");
    assert!(world.ended(liar.at).is_none());
}

#[test]
fn control_packets_of_any_content_end_nobody() {
    let (mut world, mut liar) = call_with_a_liar(107, Limits::default());
    let ssrc = liar.picture_ssrc(&mut world, person(0));
    let begin = world.elapsed();
    for _ in 0..3_000 {
        let kind = 200 + (world.random() % 8) as u8;
        let words = world.random() % 12;
        let count = world.random() as u8 & 0x1f;
        let mut body = vec![0x80 | count, kind, 0, words as u8];
        for word in 0..words {
            let known = word < 2 && world.random().is_multiple_of(2);
            let content = if known { ssrc } else { world.random() as u32 };
            body.extend(content.to_be_bytes());
        }
        liar.tell(&mut world, |to| to.extend(body));
        world.run(Duration::from_millis(1));
    }
    assert!(world.ended(liar.at).is_none());
    assert!(shown_since(&world, begin) >= 85);
}
