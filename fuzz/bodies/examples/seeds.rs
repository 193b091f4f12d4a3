//! Writes the inputs that fuzzing begins with into the corpora: what honest people send.
//!
//! `cargo run -p zoom-fuzz-bodies --example seeds -- fuzz/corpus`

use std::{error::Error, fs, path::Path};

use zoom_fuzz_bodies::honest::{KEY_FRAME, opus, red, vp8};
use zoom_rtp::rtcp::{ReportBlock, write};

fn main() -> Result<(), Box<dyn Error>> {
    let folder = std::env::args().nth(1).ok_or("which folder?")?;
    let all = [
        ("congestion", ways()),
        ("datagram", datagrams()),
        ("message", messages()?),
        ("offer", offers()?),
        ("reception", numbers()),
        ("rewrite", changes_of_source()),
        ("rtcp", compounds()),
        ("rtp_header", headers()),
        ("srtp", sealed()),
    ];
    for (target, seeds) in all {
        let folder = Path::new(&folder).join(target);
        fs::create_dir_all(&folder)?;
        for (at, seed) in seeds.iter().enumerate() {
            fs::write(folder.join(format!("seed-{at:02}")), seed)?;
        }
    }
    Ok(())
}

fn root() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../.."))
}

/// The examples of PROTOCOL.md.
fn messages() -> Result<Vec<Vec<u8>>, Box<dyn Error>> {
    let text = fs::read_to_string(root().join("PROTOCOL.md"))?;
    let examples = text.split("```json ").skip(1);
    Ok(examples
        .filter_map(|block| block.split_once('\n')?.1.split("```").next())
        .map(|example| example.trim().as_bytes().to_vec())
        .collect())
}

/// Offers of browsers with few m-lines, since a fuzzer tries small inputs more often: one that
/// sends, one that receives, and one that is made again with a slot more.
fn offers() -> Result<Vec<Vec<u8>>, Box<dyn Error>> {
    let folder = root().join("crates/sfu/tests/offers");
    let mut seeds = Vec::new();
    for name in ["chromium-preferred", "firefox-preferred"] {
        let text = fs::read_to_string(folder.join(name).with_extension("sdp"))?;
        let sending = format!("{}\0microphone=0 camera=1", cut(&text, &[0, 1]));
        let receiving = format!("{}\0person-0=4/5", cut(&text, &[4, 5]));
        let before = format!("{}\0microphone=0", cut(&text, &[0]));
        let after = format!("{}\0microphone=0 voice-0=22", cut(&text, &[0, 22]));
        seeds.extend([sending, receiving, format!("{before}\0{after}")].map(String::into_bytes));
    }
    Ok(seeds)
}

/// An offer with only some of its m-lines, by mid.
fn cut(text: &str, mids: &[usize]) -> String {
    let mut sections = text.split("\nm=");
    let head = sections.next().unwrap_or_default();
    let names: Vec<String> = mids.iter().map(usize::to_string).collect();
    let head = head.lines().map(|line| match line.split_once(' ') {
        Some(("a=group:BUNDLE", _)) => format!("a=group:BUNDLE {}", names.join(" ")),
        Some(_) | None => line.to_owned(),
    });
    let all: Vec<&str> = sections.collect();
    let kept = mids.iter().filter_map(|mid| all.get(*mid));
    let kept = kept.map(|section| format!("m={section}"));
    head.chain(kept).collect::<Vec<_>>().join("\n")
}

fn headers() -> Vec<Vec<u8>> {
    let ids = [4, 10, 11, 3, 1, 13];
    let mut two_byte = vec![0x90, 0x6f, 0, 1, 0, 0, 0, 2, 0, 0, 0, 3, 0x10, 0, 0, 2];
    two_byte.extend([4, 1, b'0', 0, 20, 2, 1, 2, 9]);
    let mut padded = opus(7);
    if let Some(first) = padded.first_mut() {
        *first |= 0x20;
    }
    padded.extend([0, 0, 3]);
    let with_sources = vec![
        0x82, 0x60, 0, 1, 0, 0, 0, 2, 0, 0, 0, 3, 0, 0, 0, 4, 0, 0, 0, 5, 1,
    ];
    [opus(7), vp8(9, "q"), two_byte, padded, with_sources]
        .into_iter()
        .map(|packet| [&ids[..], &packet].concat())
        .collect()
}

fn compounds() -> Vec<Vec<u8>> {
    let block = ReportBlock {
        ssrc: 2,
        fraction_lost: 3,
        lost: -4,
        highest: 70_000,
        jitter: 90,
        last_report: 0x1234_5678,
        delay: 65_536,
    };
    let mut all = vec![Vec::new(); 8];
    if let [sender, receiver, nack, pli, fir, bye, feedback, remb] = all.as_mut_slice() {
        write::sender_report(sender, 1, 0xe000_0000_8000_0000, 9, 10, 11, &[block]);
        write::sdes_cname(sender, 1, "zoom");
        write::receiver_report(receiver, 1, &[block, block]);
        write::nack(nack, 1, 2, &[5, 6, 9, 60, 65_535]);
        write::pli(pli, 1, 2);
        write::fir(fir, 1, 2, 3);
        write::bye(bye, &[1, 2]);
        let deltas = [
            Some(4),
            None,
            Some(300),
            Some(-2),
            None,
            None,
            None,
            None,
            Some(1),
        ];
        write::transport_feedback(feedback, 1, 2, 3, 100, 7, &deltas);
        remb.extend([0x8f, 206, 0, 5, 0, 0, 0, 1, 0, 0, 0, 0]);
        remb.extend(b"REMB");
        remb.extend([1, 0x0b, 0xff, 0xff, 0, 0, 0, 2]);
    }
    let together = all.concat();
    all.push(together);
    all
}

/// Packets in order, with gaps, late, twice and after a wrap.
fn numbers() -> Vec<Vec<u8>> {
    let record = |what: u8, first: u16, second: u16| {
        let ([a, b], [c, d]) = (first.to_be_bytes(), second.to_be_bytes());
        vec![what, a, b, c, d]
    };
    let sequences: [&[u16]; 4] = [
        &[1, 2, 3, 4, 5],
        &[65_533, 65_535, 2, 1, 65_534, 2],
        &[10, 20, 15, 400, 30_000, 11],
        &[7, 9_000, 20_000, 33_000, 50_000, 1_000],
    ];
    let mut all = Vec::new();
    for numbers in sequences {
        let mut seed: Vec<u8> = numbers
            .iter()
            .flat_map(|sequence| record(0, *sequence, 200))
            .collect();
        seed.extend(record(6, 50, 5));
        seed.extend(record(4, 0, 100));
        seed.extend(record(5, 0, 0));
        seed.extend(record(7, 9, 0));
        all.push(seed);
    }
    all
}

/// A person, a report of theirs, and another person, in pictures and in sound.
fn changes_of_source() -> Vec<Vec<u8>> {
    let number = |values: &[u32]| -> Vec<u8> {
        values
            .iter()
            .flat_map(|value| value.to_be_bytes())
            .collect()
    };
    let packet = |sequence: u32, timestamp: u32| {
        [
            step(0, &number(&[sequence, timestamp])),
            step(3, &KEY_FRAME),
        ]
        .concat()
    };
    let steps = [
        step(1, &number(&[500])),
        packet(500, 3_000),
        packet(501, 3_000),
        step(4, &[0, 33]),
        packet(503, 6_000),
        step(2, &number(&[0, 1_000_000, 6_000])),
        packet(502, 6_000),
        step(9, &number(&[70_000])),
        packet(70_000, 4_000_000_000),
        step(4, &[3, 33]),
        packet(70_001, 4_000_003_000),
    ]
    .concat();
    [0, 1].map(|kind| [&[kind, 7][..], &steps].concat()).into()
}

/// A way that carries all, one that queues and loses, and one whose receiver lies.
fn ways() -> Vec<Vec<u8>> {
    let round = |deltas: &[u8]| {
        let sent = vec![200; deltas.len()];
        [step(0, &sent), step(3, &[100]), step(1, deltas)].concat()
    };
    let wanted = step(4, &[0x20, 0, 0, 0, 0x10, 0]);
    let good = round(&[8; 20]).repeat(10);
    let bad = round(&[40, 60, 80, 0xff, 100, 120, 0xff, 140]).repeat(10);
    let lie = step(
        6,
        &[0, 9, 0xff, 0xff, 0xff, 0x7f, 0xff, 0x80, 0, 0, 1, 0, 0],
    );
    let remb = step(7, &[0xff; 8]);
    let feedback: Vec<u8> = compounds().iter().flat_map(|c| step(2, c)).collect();
    vec![
        [wanted.clone(), good.clone(), bad].concat(),
        [good, lie, remb, step(5, &[1, 0, 0]), step(3, &[9, 0])].concat(),
        [wanted, feedback].concat(),
    ]
}

/// Honest packets, the same again, and changed ones.
fn sealed() -> Vec<Vec<u8>> {
    let compounds = compounds();
    let report = compounds.first().cloned().unwrap_or_default();
    let change = |packet: Vec<u8>, by: u8| [vec![0, 17, by], packet].concat();
    let profiles = 0..3_u8;
    let of_profile = |profile| {
        [
            vec![profile],
            step(0, &opus(7)),
            step(3, &[]),
            step(1, &change(vp8(9, "q"), 1)),
            step(8, &vp8(9, "h")),
            step(4, &report),
            step(7, &[]),
            step(5, &change(report.clone(), 0)),
            step(2, &opus(7)),
            step(6, &report),
        ]
        .concat()
    };
    profiles.map(of_profile).collect()
}

/// A step of the target `datagram`.
fn step(kind: u8, content: &[u8]) -> Vec<u8> {
    let mut step = vec![kind];
    step.extend((content.len() as u16).to_le_bytes());
    step.extend(content);
    step
}

fn datagrams() -> Vec<Vec<u8>> {
    let hello = [
        &[
            22, 0xfe, 0xfd, 0, 0, 0, 0, 0, 0, 0, 0, 0, 54, 1, 0, 0, 42, 0, 0, 0, 0, 0, 0, 0, 42,
        ][..],
        &[0xfe, 0xfd],
        &[7; 32],
        &[0, 0, 0, 2, 0xc0, 0x2b, 1, 0],
    ]
    .concat();
    let priority = [0, 0x24, 0, 4, 0x6e, 0, 0, 0xff];
    let mut seeds = vec![
        [
            step(0x03, &priority),
            step(0x14, &priority),
            step(5, &[100]),
        ]
        .concat(),
        [
            step(0x23, &[0, 0x25, 0, 0]),
            step(0x20, &hello),
            step(5, &[1, 0]),
        ]
        .concat(),
        [step(0, &opus(7)), step(1, &opus(7)), step(2, &vp8(9, "q"))].concat(),
        [step(6, &[0]), step(7, &[0, 2, 40, 22]), step(5, &[3, 0xe7])].concat(),
        [step(
            0x10,
            &[21, 0xfe, 0xfd, 0, 1, 0, 0, 0, 0, 0, 9, 0, 2, 1, 0],
        )]
        .concat(),
    ];
    seeds.extend(compounds().iter().map(|compound| step(0x00, compound)));
    seeds.extend(compounds().iter().map(|compound| step(0x19, compound)));
    // Sound and picture, with a gap, a late packet and the end of a picture.
    let picture = |sequence, rid| step(0x08, &vp8(sequence, rid));
    let flow = [
        step(0x08, &opus(0)),
        step(0x18, &opus(0)),
        picture(0, "q"),
        picture(0, "h"),
        step(5, &[20]),
        step(0x08, &opus(2)),
        picture(3, "q"),
        picture(2, "q"),
        step(7, &[0, 2, 80, 45]),
        picture(1, "h"),
        step(5, &[1, 0]),
    ]
    .concat();
    // Words that stand for the server's own streams and numbers.
    let words =
        |words: &[u32]| -> Vec<u8> { words.iter().flat_map(|word| word.to_be_bytes()).collect() };
    let asked = [
        step(0x19, &words(&[0x81cd_0004, 9, 1, 0x100, 0x111])),
        step(0x19, &words(&[0x81cd_0003, 9, 2, 0x123])),
        step(0x19, &words(&[0x81ce_0002, 9, 2])),
        step(0x19, &words(&[0x84ce_0004, 9, 0, 2, 0x0100_0000])),
        step(
            0x19,
            &words(&[0x8fcd_0005, 9, 1, 0x0101_0504, 0x100, 0x2004_0404]),
        ),
        step(
            0x19,
            &words(&[0x8fce_0005, 9, 0, 0x5245_4d42, 0x0103_ffff, 1]),
        ),
        step(0x19, &words(&[0x81c9_0007, 9, 1, 0x4000_0001, 7, 8, 9, 10])),
        step(0x09, &words(&[0x80c8_0006, 210_032_241, 7, 8, 9, 10, 11])),
        step(5, &[1, 0xf4]),
        step(0x19, &words(&[0x81cb_0001, 1])),
    ];
    let asked = asked.concat();
    // The handshake of the third guest: as it should be, and changed on its way.
    let honest = [step(0x2e, &[]), step(5, &[20])].concat().repeat(6);
    let changed = [
        step(0x2e, &[0, 60, 1]),
        step(5, &[60]),
        step(0x2e, &[0, 13, 7]),
    ]
    .concat();
    let late = [
        step(0x2e, &[]),
        step(0x2e, &[1, 0, 0x80]),
        step(5, &[3, 0xe7]),
    ]
    .concat();
    seeds.extend([honest, changed, late]);
    seeds.push(flow.clone());
    seeds.push([step(0x08, &red(1)), step(0x18, &red(2)), step(5, &[40])].concat());
    seeds.push([flow.clone(), asked.clone()].concat());
    seeds.push([asked, flow].concat());
    seeds
}
