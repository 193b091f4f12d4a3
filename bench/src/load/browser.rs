//! Newcomers with the offers of real browsers, as they were recorded.
//!
//! An offer is sent word for word, except that it names the generator's own end: ICE credentials,
//! the fingerprint of a certificate, and no candidates. Nothing but ICE and DTLS happens then.

use std::{fs, path::Path};

use anyhow::{Context, Result, ensure};
use str0m::{Candidate, IceCreds, Rtc, crypto::Fingerprint};
use zoom_client::protocol::{MediaOffer, Slot, SlotId, SourceMids};

use super::offer::{Draft, SLOTS, session};

/// Where the recordings are, from this crate.
const FOLDER: &str = "../crates/sfu/tests/offers";
/// Whose they are; the page prefers VP8 and Opus, which leaves the other codecs out.
const BROWSERS: [&str; 2] = ["chromium", "firefox"];
/// The page's sources, in the order of its m-lines; slots follow them.
const SOURCES: u32 = 4;

/// The offers of all browsers.
pub(super) struct Recordings {
    texts: Vec<String>,
}

impl Recordings {
    /// Reads them.
    pub(super) fn read() -> Result<Self> {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(FOLDER);
        let read = |browser| {
            let path = folder.join(format!("{browser}-preferred.sdp"));
            fs::read_to_string(&path).with_context(|| format!("no offer in {}", path.display()))
        };
        let texts = BROWSERS.into_iter().map(read).collect::<Result<_>>()?;
        Ok(Self { texts })
    }

    /// Whose offers they are.
    pub(super) fn names() -> Vec<String> {
        BROWSERS.map(str::to_owned).into()
    }

    /// The offer of newcomer `number`: browsers take turns.
    pub(super) fn draft(&self, number: usize) -> Result<Draft> {
        let text = self.texts.get(number % self.texts.len().max(1));
        let text = text.context("no recorded offer")?;
        let mut rtc = session();
        let direct = rtc.direct_api();
        let (creds, fingerprint) = (
            direct.local_ice_credentials(),
            direct.local_dtls_fingerprint().to_string(),
        );
        let mid = |place: u32| Some(place.to_string());
        let offer = MediaOffer {
            offer: with_identity(text, &creds, &fingerprint),
            sources: SourceMids {
                microphone: mid(0),
                camera: mid(1),
                screen: mid(2),
                screen_audio: mid(3),
            },
            slots: slots(),
        };
        Ok(Draft {
            rtc,
            pending: None,
            offer,
            microphone: "0".into(),
            camera: "1".into(),
        })
    }
}

/// The page's slots, whose m-lines follow those of the sources.
fn slots() -> Vec<Slot> {
    let ids = SLOTS
        .into_iter()
        .flat_map(|(kind, count)| (0..count).map(move |index| SlotId { kind, index }));
    let mut mids = (SOURCES..).map(|mid| mid.to_string());
    let mut next = || mids.next().unwrap_or_default();
    ids.map(|slot| Slot {
        slot,
        audio: next(),
        video: slot.kind.has_video().then(&mut next),
    })
    .collect()
}

/// The text with another end's credentials (RFC 8839 section 5.4) and fingerprint (RFC 8122
/// section 5), without candidates.
fn with_identity(text: &str, creds: &IceCreds, fingerprint: &str) -> String {
    let mut offer = String::with_capacity(text.len() + text.len() / 20);
    for line in text.lines() {
        let line = match line.split_once(':').map(|(name, _)| name) {
            Some("a=ice-ufrag") => &format!("a=ice-ufrag:{}", creds.ufrag),
            Some("a=ice-pwd") => &format!("a=ice-pwd:{}", creds.pass),
            Some("a=fingerprint") => &format!("a=fingerprint:{fingerprint}"),
            Some("a=candidate") => continue,
            _ => line,
        };
        offer.push_str(line);
        offer.push_str("\r\n");
    }
    offer
}

/// Takes the transport that an answer names, and nothing else of it.
pub(super) fn accept(rtc: &mut Rtc, answer: &str) -> Result<()> {
    let value = |name: &str| {
        let mut values = answer.lines().filter_map(|line| line.strip_prefix(name));
        let value = values.next().map(str::trim_end);
        value.with_context(|| format!("an answer without {name}"))
    };
    // Without a bundle the lines of the first m-line would not be those of all.
    value("a=group:BUNDLE ")?;
    for line in answer.lines().filter(|line| is_udp_candidate(line)) {
        let text = line.trim_start_matches("a=").trim_end();
        rtc.add_remote_candidate(Candidate::from_sdp_string(text)?);
    }
    let fingerprint: Result<Fingerprint, String> = value("a=fingerprint:")?.parse();
    let fingerprint = fingerprint.map_err(anyhow::Error::msg)?;
    ensure!(
        value("a=setup:")? == "passive",
        "the answer leaves no DTLS role that a browser would take"
    );
    let mut direct = rtc.direct_api();
    direct.set_ice_controlling(true);
    direct.set_remote_ice_credentials(IceCreds {
        ufrag: value("a=ice-ufrag:")?.to_owned(),
        pass: value("a=ice-pwd:")?.to_owned(),
    });
    direct.set_remote_fingerprint(fingerprint);
    Ok(direct.start_dtls(true)?)
}

fn is_udp_candidate(line: &str) -> bool {
    let candidate = line.strip_prefix("a=candidate:");
    let transport = candidate.and_then(|candidate| candidate.split(' ').nth(2));
    transport.is_some_and(|transport| transport.eq_ignore_ascii_case("udp"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_recorded_offer_names_the_generators_end_and_keeps_its_m_lines() {
        let recordings = Recordings::read().unwrap();
        for number in 0..2 {
            let text = &recordings.texts[number];
            let draft = recordings.draft(number).unwrap();
            let offer = &draft.offer.offer;
            let count = |text: &str, what: &str| text.matches(what).count();
            assert_eq!(count(offer, "\nm="), count(text, "\nm="));
            assert_eq!(count(offer, "\nm=") as u32, SOURCES + 9 * 2 + 3 + 2);
            assert_eq!(
                count(offer, "a=fingerprint:"),
                count(text, "a=fingerprint:")
            );
            let of_text = text.lines().find(|line| line.starts_with("a=ice-ufrag"));
            assert!(!offer.contains(of_text.unwrap()));
        }
    }

    #[test]
    fn slots_have_the_m_lines_behind_the_sources_in_turn() {
        let slots = slots();
        assert_eq!(slots[0].audio, "4");
        assert_eq!(slots[0].video.as_deref(), Some("5"));
        assert_eq!(slots[9].audio, "22");
        assert_eq!(slots[9].video, None);
        assert_eq!(slots[12].video.as_deref(), Some("26"));
    }
}
