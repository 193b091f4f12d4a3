//! Offers of anybody: the text of an SDP offer with the meaning of its m-lines.
//!
//! The bytes are text in up to four parts with a NUL between them (SDP has none): the SDP, the
//! meanings of its m-lines as `camera=1 person-0=4/5 voice-0=8`, and both of another offer of the
//! same peer. Where the meanings are missing they are those of the page's own offer.

use std::cell::RefCell;

use zoom_protocol::{MediaOffer, ParticipantId, RoomId, Slot, SlotId, SlotKind, SourceMids};
use zoom_sfu::{Command, Event, OfferError, Sfu, SfuConfig, negotiate};

use crate::guest;

thread_local! {
    /// Making a certificate costs more than most offers.
    static CONFIG: RefCell<Option<SfuConfig>> = const { RefCell::new(None) };
}

/// Negotiates an offer, and another one on top of it.
///
/// # Panics
///
/// Where an offer is refused without a sentence, or answered with another number of m-lines.
pub fn run(data: &[u8]) {
    // It comes in a JSON string.
    let Ok(text) = std::str::from_utf8(data) else {
        return;
    };
    let config = CONFIG.with_borrow_mut(|config| config.get_or_insert_with(guest::config).clone());
    let now = guest::first_instant();
    let mut parts = text.split('\0');
    let mut next = || Some(described(parts.next()?, parts.next().unwrap_or_default()));

    let Some(first) = next() else {
        return;
    };
    let peer = match negotiate(&config, now, &first) {
        Ok((peer, answer)) => {
            assert_eq!(media_lines(&answer.answer), media_lines(&first.offer));
            peer
        }
        Err(error) => {
            is_a_sentence(&error);
            return;
        }
    };
    let Some(second) = next() else {
        return;
    };
    let participant = ParticipantId(1);
    let mut sfu = Sfu::new(config, now);
    sfu.handle_command(
        now,
        Command::AddPeer {
            room: RoomId(1),
            participant,
            number: 1,
            peer: Box::new(peer),
        },
    );
    let lines = media_lines(&second.offer);
    sfu.handle_command(
        now,
        Command::Reoffer {
            participant,
            request: 7,
            offer: second,
        },
    );
    let mut answers = 0;
    sfu.drain(|_| {});
    while let Some(event) = sfu.poll_event() {
        if let Event::Answered { answer, .. } = event {
            answers += 1;
            match answer {
                Ok(answer) => assert_eq!(media_lines(&answer.answer), lines),
                Err(error) => is_a_sentence(&error),
            }
        }
    }
    assert_eq!(answers, 1);
}

fn is_a_sentence(error: &OfferError) {
    let text = error.to_string();
    assert!(text.ends_with('.') && text.lines().count() == 1, "{text}");
}

fn media_lines(text: &str) -> usize {
    text.lines().filter(|line| line.starts_with("m=")).count()
}

/// An offer with the meanings that the words give to m-lines.
fn described(text: &str, words: &str) -> MediaOffer {
    if words.is_empty() {
        return page(text);
    }
    let mut offer = MediaOffer {
        offer: text.to_owned(),
        sources: SourceMids::default(),
        slots: Vec::new(),
    };
    for (name, mids) in words.split(' ').filter_map(|word| word.split_once('=')) {
        let mid = Some(mids.to_owned());
        match name {
            "microphone" => offer.sources.microphone = mid,
            "camera" => offer.sources.camera = mid,
            "screen" => offer.sources.screen = mid,
            "screen_audio" => offer.sources.screen_audio = mid,
            _ => {
                let (audio, video) = mids.split_once('/').map_or((mids, None), |(audio, video)| {
                    (audio, Some(video.to_owned()))
                });
                if let Ok(slot) = name.parse() {
                    offer.slots.push(Slot {
                        slot,
                        audio: audio.to_owned(),
                        video,
                    });
                }
            }
        }
    }
    offer
}

/// The meanings in the page's own offer: four sources, then nine person slots, three voice slots
/// and a stage slot.
fn page(text: &str) -> MediaOffer {
    let mut mids = (0_u32..).map(|mid| mid.to_string());
    let sources = SourceMids {
        microphone: mids.next(),
        camera: mids.next(),
        screen: mids.next(),
        screen_audio: mids.next(),
    };
    let kinds = [
        (SlotKind::Person, 9),
        (SlotKind::Voice, 3),
        (SlotKind::Stage, 1),
    ];
    let ids = kinds
        .into_iter()
        .flat_map(|(kind, count)| (0..count).map(move |index| SlotId { kind, index }));
    let slots = ids
        .map(|slot| Slot {
            slot,
            audio: mids.next().unwrap_or_default(),
            video: slot.kind.has_video().then(|| mids.next()).flatten(),
        })
        .collect();
    MediaOffer {
        offer: text.to_owned(),
        sources,
        slots,
    }
}
