//! What becomes of offers: those of real browsers are answered, others get a sentence that says
//! where they are wrong.

use std::{net::SocketAddr, time::Instant};

use zoom_protocol::{Limits, MediaAnswer, MediaOffer, Slot, SlotId, SlotKind, SourceMids};
use zoom_sfu::{Candidate, Certificate, OfferError, PreparedPeer, Protocol, SfuConfig, negotiate};

const CHROMIUM: &str = include_str!("offers/chromium.sdp");
const CHROMIUM_PREFERRED: &str = include_str!("offers/chromium-preferred.sdp");
const FIREFOX: &str = include_str!("offers/firefox.sdp");
const FIREFOX_PREFERRED: &str = include_str!("offers/firefox-preferred.sdp");

/// A page's offer: four sources, nine person slots, three voice slots, one stage slot.
fn page(text: &str) -> MediaOffer {
    let mut slots = Vec::new();
    let mut mid = 4;
    for (kind, count) in [
        (SlotKind::Person, 9),
        (SlotKind::Voice, 3),
        (SlotKind::Stage, 1),
    ] {
        for index in 0..count {
            let audio = mid.to_string();
            let video = kind.has_video().then(|| (mid + 1).to_string());
            mid += 1 + u32::from(kind.has_video());
            slots.push(Slot {
                slot: SlotId { kind, index },
                audio,
                video,
            });
        }
    }
    MediaOffer {
        offer: text.replace('\n', "\r\n"),
        sources: SourceMids {
            microphone: Some("0".to_owned()),
            camera: Some("1".to_owned()),
            screen: Some("2".to_owned()),
            screen_audio: Some("3".to_owned()),
        },
        slots,
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "a session begins at some instant"
)]
#[expect(
    clippy::expect_used,
    reason = "a test without a certificate cannot go on"
)]
fn answer_of(offer: &MediaOffer) -> Result<(PreparedPeer, MediaAnswer), OfferError> {
    let candidate = |protocol| Candidate {
        address: SocketAddr::from(([192, 0, 2, 7], 7_882)),
        protocol,
    };
    let config = SfuConfig {
        limits: Limits::default(),
        certificate: Certificate::generate().expect("a certificate"),
        candidates: vec![candidate(Protocol::Udp), candidate(Protocol::Tcp)],
        max_upload_bps: None,
    };
    negotiate(&config, Instant::now(), offer)
}

fn refusal(offer: &MediaOffer) -> String {
    match answer_of(offer) {
        Ok(_) => panic!("the offer was answered"),
        Err(error) => error.to_string(),
    }
}

/// The m-lines of an answer with the lines below them.
fn sections(answer: &MediaAnswer) -> Vec<Vec<&str>> {
    let lines: Vec<&str> = answer.answer.lines().collect();
    let mut starts: Vec<usize> = (0..lines.len())
        .filter(|at| lines[*at].starts_with("m="))
        .collect();
    starts.insert(0, 0);
    starts.push(lines.len());
    let piece = |pair: &[usize]| lines[pair[0]..pair[1]].to_vec();
    starts.windows(2).map(piece).collect()
}

fn has(section: &[&str], line: &str) -> bool {
    section.contains(&line)
}

#[test]
fn offers_of_real_browsers_are_answered() {
    for text in [CHROMIUM, CHROMIUM_PREFERRED, FIREFOX, FIREFOX_PREFERRED] {
        let (_, answer) = answer_of(&page(text)).unwrap();
        let sections = sections(&answer);
        assert_eq!(sections.len(), 28);
        assert!(has(&sections[0], "a=ice-lite"));
        for section in &sections[1..] {
            assert!(!section[0].contains(" 0 "), "{} is rejected", section[0]);
        }
        for section in &sections[1..5] {
            assert!(has(section, "a=recvonly"));
        }
        for section in &sections[5..] {
            assert!(has(section, "a=sendonly"));
        }
    }
}

#[test]
fn the_answer_accepts_three_layers_of_the_camera() {
    for text in [CHROMIUM_PREFERRED, FIREFOX_PREFERRED] {
        let (_, answer) = answer_of(&page(text)).unwrap();
        let sections = sections(&answer);
        assert!(
            has(&sections[2], "a=simulcast:recv q;h;f"),
            "{:#?}",
            sections[2]
        );
    }
}

#[test]
fn a_slot_is_one_stream_of_sound_and_picture() {
    for text in [CHROMIUM_PREFERRED, FIREFOX_PREFERRED] {
        let (_, answer) = answer_of(&page(text)).unwrap();
        let sections = sections(&answer);
        assert!(has(&sections[5], "a=msid:person-0 person-0-audio"));
        assert!(has(&sections[6], "a=msid:person-0 person-0-video"));
        assert!(has(&sections[23], "a=msid:voice-0 voice-0-audio"));
        assert!(has(&sections[26], "a=msid:stage-0 stage-0-audio"));
        assert!(has(&sections[27], "a=msid:stage-0 stage-0-video"));
        for section in &sections[5..] {
            assert_eq!(
                section.iter().filter(|l| l.starts_with("a=msid:")).count(),
                1
            );
        }
    }
}

#[test]
fn the_answer_tells_addresses_and_leaves_the_first_handshake_message_to_the_browser() {
    let (_, answer) = answer_of(&page(CHROMIUM_PREFERRED)).unwrap();
    let first = &sections(&answer)[1];
    let candidates: Vec<_> = first
        .iter()
        .filter(|l| l.starts_with("a=candidate:"))
        .collect();
    assert!(
        candidates
            .iter()
            .any(|l| l.contains(" udp ") && l.contains("192.0.2.7 7882"))
    );
    assert!(
        candidates
            .iter()
            .any(|l| l.contains(" tcp ") && l.ends_with("tcptype passive")
                || l.contains("tcptype passive "))
    );
    assert!(has(first, "a=setup:passive"));
}

#[test]
fn the_answer_has_vp8_with_retransmission_and_opus_with_error_correction_and_redundancy() {
    let (_, answer) = answer_of(&page(CHROMIUM)).unwrap();
    let sections = sections(&answer);
    let text = sections[6].join("\n");
    assert!(text.contains("VP8/90000") && text.contains("rtx/90000") && text.contains(" nack"));
    for other in ["H264", "VP9", "AV1", "ulpfec"] {
        assert!(!answer.answer.contains(other), "{other} is in the answer");
    }
    let opus = sections[5].join("\n");
    assert!(
        opus.contains("useinbandfec=1") && opus.contains("usedtx=1"),
        "{opus}"
    );
    assert!(opus.contains("red/48000/2"), "{opus}");
}

#[test]
fn redundant_sound_is_answered_only_where_it_is_offered() {
    let (_, answer) = answer_of(&page(CHROMIUM_PREFERRED)).unwrap();
    assert!(!answer.answer.contains("red/"), "{}", answer.answer);
}

#[test]
fn candidates_in_an_offer_do_not_matter() {
    let text = CHROMIUM_PREFERRED.replace(
        "a=mid:0\n",
        "a=mid:0\na=candidate:1 1 udp 2122260223 6f2.local 5 typ host\na=candidate:garbage\n",
    );
    assert!(answer_of(&page(&text)).is_ok());
}

#[test]
fn garbage_is_refused_with_the_line() {
    let mut offer = page("hello");
    assert_eq!(
        refusal(&offer),
        "The offer is not SDP: its first line is not v=0."
    );
    offer.offer = "v=0\r\n\u{1}\r\n".to_owned();
    assert_eq!(refusal(&offer), "The offer is not SDP: see its line 2.");
    offer.offer = "v=0\r\no=- 1 1 IN IP4 0.0.0.0\r\ns=-\r\nt=0 0\r\n".to_owned();
    assert_eq!(refusal(&offer), "The offer has no m-line.");
}

#[test]
fn an_offer_that_is_understood_in_part_is_refused() {
    let text = format!("{CHROMIUM_PREFERRED}m=video 0 what is this\na=mid:99\n");
    assert_eq!(
        refusal(&page(&text)),
        "The offer cannot be used: not all of its m-lines are understood."
    );
}

#[test]
fn a_refusal_is_one_line_that_tells_nothing_of_the_servers_memory() {
    let text = CHROMIUM_PREFERRED.replace("a=mid:9\n", "a=mid:9\nx=what is this\n");
    let refusal = refusal(&page(&text));
    assert!(
        refusal.starts_with("The offer cannot be used: Expected"),
        "{refusal}"
    );
    assert!(
        !refusal.contains("0x") && !refusal.contains('\n'),
        "{refusal}"
    );
}

#[test]
fn two_hundred_m_lines_are_refused() {
    let mut text = CHROMIUM_PREFERRED.to_owned();
    for at in 0..200 {
        text.push_str(&format!("m=audio 9 UDP/TLS/RTP/SAVPF 111\na=mid:x{at}\n"));
    }
    assert_eq!(refusal(&page(&text)), "The offer has more than 64 m-lines.");
}

#[test]
fn an_offer_over_the_limit_is_refused() {
    let mut offer = page(CHROMIUM_PREFERRED);
    offer.offer.push_str(&"a=x\r\n".repeat(60_000));
    assert!(refusal(&offer).ends_with("bytes; at most 262144 are allowed."));
}

#[test]
fn a_mid_that_no_m_line_has_is_refused() {
    let mut offer = page(CHROMIUM_PREFERRED);
    offer.sources.camera = Some("99".to_owned());
    assert_eq!(
        refusal(&offer),
        "The source camera names the mid \"99\", which no m-line has."
    );
    let mut offer = page(CHROMIUM_PREFERRED);
    offer.slots[0].audio = "98".to_owned();
    assert_eq!(
        refusal(&offer),
        "The slot person-0 names the mid \"98\", which no m-line has."
    );
}

#[test]
fn an_m_line_of_the_wrong_kind_or_direction_is_refused() {
    let mut offer = page(CHROMIUM_PREFERRED);
    offer.sources.camera = Some("0".to_owned());
    offer.sources.microphone = None;
    assert_eq!(
        refusal(&offer),
        "M-line 1 (mid 0) is audio, but the source camera needs video."
    );
    let mut offer = page(CHROMIUM_PREFERRED);
    offer.sources.microphone = Some("4".to_owned());
    assert_eq!(
        refusal(&offer),
        "M-line 5 (mid 4) is recvonly, but the source microphone needs sendonly."
    );
}

#[test]
fn an_m_line_named_twice_is_refused() {
    let mut offer = page(CHROMIUM_PREFERRED);
    offer.slots[1].audio = "4".to_owned();
    assert_eq!(refusal(&offer), "M-line 5 (mid 4) is named twice.");
}

#[test]
fn an_m_line_that_nothing_names_is_refused() {
    let mut offer = page(CHROMIUM_PREFERRED);
    offer.slots.pop();
    assert_eq!(
        refusal(&offer),
        "M-line 26 (mid 25) is neither a source nor part of a slot."
    );
}

#[test]
fn slots_are_numbered_without_gaps_and_within_limits() {
    let mut offer = page(CHROMIUM_PREFERRED);
    offer.slots[3].slot.index = 20;
    assert_eq!(
        refusal(&offer),
        "The person slots are not numbered 0, 1, 2 and so on, each once."
    );
    let mut offer = page(CHROMIUM_PREFERRED);
    for index in 3..10 {
        offer.slots.push(Slot {
            slot: SlotId {
                kind: SlotKind::Voice,
                index,
            },
            audio: format!("v{index}"),
            video: None,
        });
    }
    assert_eq!(
        refusal(&offer),
        "The offer has 10 voice slots; at most 3 are allowed."
    );
    let mut offer = page(CHROMIUM_PREFERRED);
    offer.slots[0].video = None;
    assert_eq!(refusal(&offer), "The slot person-0 needs a video mid.");
}

#[test]
fn an_offer_without_keys_is_refused() {
    let without = |prefix: &str| {
        let lines: Vec<_> = CHROMIUM_PREFERRED
            .lines()
            .filter(|line| !line.starts_with(prefix))
            .collect();
        refusal(&page(&lines.join("\n")))
    };
    assert!(without("a=fingerprint").contains("fingerprint"));
    assert!(without("a=ice-ufrag").contains("ice-ufrag"));
}

#[test]
fn an_offer_without_a_codec_of_the_room_is_refused() {
    let text = CHROMIUM_PREFERRED.replace("VP8/90000", "VP9/90000");
    assert_eq!(
        refusal(&page(&text)),
        "The m-line with the mid 1 does not offer Vp8."
    );
}

#[test]
fn other_simulcast_layers_than_q_h_f_are_refused() {
    let text = CHROMIUM_PREFERRED.replace("a=rid:h send", "a=rid:huge send");
    assert!(refusal(&page(&text)).contains("\"huge\""));
}

/// Cuts, doublings and changed bytes of a real offer: each is answered or refused, none panics.
#[test]
fn damaged_offers_are_answered_or_refused() {
    let lines: Vec<&str> = CHROMIUM_PREFERRED.lines().take(180).collect();
    let mut seed = 7_u64;
    let mut random = move |below: usize| {
        seed = seed
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (seed >> 33) as usize % below
    };
    let words = [
        "0",
        "65535",
        "-1",
        "256",
        "",
        "99999999999999999999",
        "apt=96",
        "\u{fffd}",
        "*",
    ];
    for _ in 0..300 {
        let mut damaged: Vec<String> = lines.iter().map(|line| (*line).to_owned()).collect();
        for _ in 0..=random(3) {
            let at = random(damaged.len());
            match random(4) {
                0 => {
                    damaged.remove(at);
                }
                1 => damaged.insert(at, damaged[random(damaged.len())].clone()),
                2 => {
                    let line = damaged[at].clone();
                    let cut = (0..=random(line.len() + 1))
                        .rev()
                        .find(|c| line.is_char_boundary(*c));
                    damaged[at].truncate(cut.unwrap_or(0));
                }
                _ => {
                    let mut parts: Vec<_> = damaged[at].split(' ').map(str::to_owned).collect();
                    let part = random(parts.len());
                    parts[part] = words[random(words.len())].to_owned();
                    damaged[at] = parts.join(" ");
                }
            }
        }
        let mut offer = page(&damaged.join("\n"));
        offer.slots.truncate(1);
        if let Err(error) = answer_of(&offer) {
            assert!(error.to_string().ends_with('.'), "{error}");
        }
    }
}
