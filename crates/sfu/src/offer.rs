//! Reads the text of an SDP offer (RFC 8866) as far as a slot session needs it, checks it against
//! the `sources` and `slots` that came with it, and writes it anew for str0m.
//!
//! str0m parses the same text again; what is checked here is what it would panic about, take
//! silently, or not know: that the m-lines are what the client says they are.

use std::collections::{HashMap, HashSet};

use zoom_protocol::{Limits, MediaOffer, Slot, SlotId, SlotKind, Source};

use crate::{OfferError, handshake::Fingerprint};

/// The most simulcast layers of a camera.
const LAYERS: [&str; 3] = ["q", "h", "f"];

/// What an m-line carries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Audio,
    Video,
}

impl Kind {
    fn as_str(self) -> &'static str {
        match self {
            Self::Audio => "audio",
            Self::Video => "video",
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Direction {
    SendRecv,
    SendOnly,
    RecvOnly,
    Inactive,
}

impl Direction {
    fn as_str(self) -> &'static str {
        match self {
            Self::SendRecv => "sendrecv",
            Self::SendOnly => "sendonly",
            Self::RecvOnly => "recvonly",
            Self::Inactive => "inactive",
        }
    }
}

/// One m-line and the lines below it.
#[derive(Debug)]
struct Section<'a> {
    lines: Vec<&'a str>,
    kind: Kind,
    rejected: bool,
    mid: &'a str,
    direction: Direction,
}

/// An offer that fits its `sources` and `slots`.
#[derive(Debug)]
pub(crate) struct CheckedOffer {
    /// The text for str0m.
    pub(crate) text: String,
    /// The mid of each source that is offered.
    pub(crate) sources: Vec<(Source, String)>,
    /// The slots.
    pub(crate) slots: Vec<Slot>,
    pub(crate) remote: Remote,
}

/// Who offers, as ICE and DTLS know them; all m-lines share it (RFC 9143 section 7.1.3).
#[derive(Debug)]
pub(crate) struct Remote {
    /// The ICE user name fragment.
    pub(crate) ufrag: String,
    /// The certificate.
    pub(crate) fingerprint: Fingerprint,
}

/// Checks an offer and writes it anew.
///
/// # Errors
///
/// See [`crate::negotiate`].
pub(crate) fn check(limits: &Limits, offer: &MediaOffer) -> Result<CheckedOffer, OfferError> {
    if offer.offer.len() > limits.offer_frame_bytes as usize {
        return refuse(format!(
            "The offer has {} bytes; at most {} are allowed.",
            offer.offer.len(),
            limits.offer_frame_bytes
        ));
    }
    let (head, sections) = split(limits, &offer.offer)?;
    let by_mid: HashMap<&str, (usize, &Section<'_>)> = sections
        .iter()
        .enumerate()
        .map(|(at, section)| (section.mid, (at, section)))
        .collect();
    let mut used = HashSet::new();

    let mut sources = Vec::new();
    for source in Source::ALL {
        if let Some(mid) = offer.sources.get(source) {
            let kind = if source.is_video() {
                Kind::Video
            } else {
                Kind::Audio
            };
            let name = format!("source {}", source_name(source));
            let section = find(&by_mid, &mut used, &name, mid, kind, Direction::SendOnly)?;
            check_layers(source, section)?;
            sources.push((source, mid.to_owned()));
        }
    }

    check_slot_numbers(limits, &offer.slots)?;
    let mut msids = HashMap::new();
    for slot in &offer.slots {
        let name = format!("slot {}", slot.slot);
        let kinds = [
            (Kind::Audio, Some(&slot.audio)),
            (Kind::Video, slot.video.as_ref()),
        ];
        for (kind, mid) in kinds {
            if let Some(mid) = mid {
                find(&by_mid, &mut used, &name, mid, kind, Direction::RecvOnly)?;
                msids.insert(mid.as_str(), msid(slot.slot, kind));
            }
        }
    }

    for (at, section) in sections.iter().enumerate() {
        let idle = section.rejected || section.direction == Direction::Inactive;
        if !idle && !used.contains(section.mid) {
            return refuse(format!(
                "{} is neither a source nor part of a slot.",
                place(at, section.mid)
            ));
        }
    }

    Ok(CheckedOffer {
        text: write(&head, &sections, &msids),
        sources,
        slots: offer.slots.clone(),
        remote: remote(&head, &sections)?,
    })
}

/// Reads who offers, from the whole session's lines or else from the first m-line that says it.
fn remote(head: &[&str], sections: &[Section<'_>]) -> Result<Remote, OfferError> {
    let lines = || {
        let sections = sections.iter().flat_map(|section| &section.lines);
        head.iter().chain(sections).copied()
    };
    let ufrag = lines().find_map(|line| line.strip_prefix("a=ice-ufrag:"));
    let Some(ufrag) = ufrag.filter(|ufrag| (4..=256).contains(&ufrag.len())) else {
        return refuse("The offer has no a=ice-ufrag of 4 to 256 characters.".to_owned());
    };
    if lines().any(|line| line == "a=setup:passive") {
        return refuse("The offer may not have a=setup:passive; the server is so.".to_owned());
    }
    let mut prints = lines().filter_map(|line| line.strip_prefix("a=fingerprint:"));
    let Some(fingerprint) = prints.find_map(sha256) else {
        return refuse("The offer has no a=fingerprint with SHA-256.".to_owned());
    };
    Ok(Remote {
        ufrag: ufrag.to_owned(),
        fingerprint,
    })
}

/// The digest of a certificate, if it is one of SHA-256 (RFC 8122 section 5).
fn sha256(text: &str) -> Option<Fingerprint> {
    let (function, digits) = text.split_once(' ')?;
    if !function.eq_ignore_ascii_case("sha-256") {
        return None;
    }
    let mut bytes = digits.trim().split(':').map(|digits| match digits.len() {
        2 => u8::from_str_radix(digits, 16).ok(),
        _ => None,
    });
    let mut digest = Fingerprint::default();
    for byte in &mut digest {
        *byte = bytes.next()??;
    }
    bytes.next().is_none().then_some(digest)
}

fn refuse<T>(sentence: String) -> Result<T, OfferError> {
    Err(OfferError(sentence))
}

/// How a sentence names an m-line, counted from 1 as people do.
fn place(at: usize, mid: &str) -> String {
    format!("M-line {} (mid {mid})", at + 1)
}

fn source_name(source: Source) -> &'static str {
    match source {
        Source::Microphone => "microphone",
        Source::Camera => "camera",
        Source::Screen => "screen",
        Source::ScreenAudio => "screen_audio",
    }
}

fn msid(slot: SlotId, kind: Kind) -> String {
    format!("a=msid:{slot} {slot}-{}", kind.as_str())
}

/// Divides the text into the lines before the first m-line and the m-lines.
fn split<'a>(
    limits: &Limits,
    text: &'a str,
) -> Result<(Vec<&'a str>, Vec<Section<'a>>), OfferError> {
    let mut lines = text.split('\n').map(|line| line.trim_end_matches('\r'));
    if lines.next() != Some("v=0") {
        return refuse("The offer is not SDP: its first line is not v=0.".to_owned());
    }
    let mut head = vec!["v=0"];
    let mut bodies: Vec<Vec<&str>> = Vec::new();
    for (at, line) in lines.enumerate().filter(|(_, line)| !line.is_empty()) {
        let mut letters = line.chars();
        let kind_is_letter = letters.next().is_some_and(|c| c.is_ascii_lowercase());
        if !kind_is_letter || letters.next() != Some('=') || line.contains('\0') {
            return refuse(format!("The offer is not SDP: see its line {}.", at + 2));
        }
        if line.starts_with("m=") {
            bodies.push(vec![line]);
            if bodies.len() > limits.offer_media_lines as usize {
                return refuse(format!(
                    "The offer has more than {} m-lines.",
                    limits.offer_media_lines
                ));
            }
        } else if let Some(body) = bodies.last_mut() {
            body.push(line);
        } else {
            head.push(line);
        }
    }
    if bodies.is_empty() {
        return refuse("The offer has no m-line.".to_owned());
    }
    let mut mids = HashSet::new();
    let bundled: HashSet<&str> = head
        .iter()
        .filter_map(|line| line.strip_prefix("a=group:BUNDLE "))
        .flat_map(|mids| mids.split(' '))
        .collect();
    let mut sections = Vec::with_capacity(bodies.len());
    for (at, body) in bodies.into_iter().enumerate() {
        let section = section(limits, at, body, &bundled)?;
        if !mids.insert(section.mid) {
            return refuse(format!("Two m-lines have the mid {}.", section.mid));
        }
        sections.push(section);
    }
    Ok((head, sections))
}

fn section<'a>(
    limits: &Limits,
    at: usize,
    lines: Vec<&'a str>,
    bundled: &HashSet<&str>,
) -> Result<Section<'a>, OfferError> {
    let first = lines.first().copied().unwrap_or_default();
    let mut words = first.strip_prefix("m=").unwrap_or_default().split(' ');
    let kind = match words.next() {
        Some("audio") => Kind::Audio,
        Some("video") => Kind::Video,
        Some(_) | None => {
            return refuse(format!("M-line {} is neither audio nor video.", at + 1));
        }
    };
    let port_zero = words.next() == Some("0");
    let mids: Vec<&str> = lines
        .iter()
        .filter_map(|line| line.strip_prefix("a=mid:"))
        .collect();
    let mid = match mids.as_slice() {
        [mid] if is_mid(mid) => *mid,
        _ => {
            return refuse(format!(
                "M-line {} needs one a=mid of 1 to 16 letters and digits.",
                at + 1
            ));
        }
    };
    // In a bundle the port 0 means that the transport is another m-line's (RFC 9143 section 6).
    let rejected = port_zero && !bundled.contains(mid);
    let directions = [
        Direction::SendRecv,
        Direction::SendOnly,
        Direction::RecvOnly,
        Direction::Inactive,
    ];
    let direction = lines
        .iter()
        .filter_map(|line| line.strip_prefix("a="))
        .find_map(|name| directions.into_iter().find(|d| d.as_str() == name))
        .unwrap_or(Direction::SendRecv);
    let ssrc_lines = lines.iter().filter(|l| l.starts_with("a=ssrc")).count();
    if ssrc_lines > limits.offer_ssrc_lines as usize {
        return refuse(format!("{} has too many a=ssrc lines.", place(at, mid)));
    }
    Ok(Section {
        lines,
        kind,
        rejected,
        mid,
        direction,
    })
}

/// str0m keeps a mid in 16 bytes, and takes other characters than these for an underscore.
fn is_mid(mid: &str) -> bool {
    (1..=16).contains(&mid.len()) && mid.bytes().all(|b| b.is_ascii_alphanumeric())
}

/// The m-line that something names, once it proves to be the right one.
fn find<'s, 'a>(
    by_mid: &HashMap<&str, (usize, &'s Section<'a>)>,
    used: &mut HashSet<&'a str>,
    name: &str,
    mid: &str,
    kind: Kind,
    direction: Direction,
) -> Result<&'s Section<'a>, OfferError> {
    let Some((at, section)) = by_mid.get(mid).copied() else {
        let mid: String = mid.chars().take(16).collect();
        return refuse(format!(
            "The {name} names the mid {mid:?}, which no m-line has."
        ));
    };
    let place = place(at, section.mid);
    if !used.insert(section.mid) {
        return refuse(format!("{place} is named twice."));
    }
    if section.kind != kind {
        return refuse(format!(
            "{place} is {}, but the {name} needs {}.",
            section.kind.as_str(),
            kind.as_str()
        ));
    }
    if section.rejected {
        return refuse(format!(
            "{place} is stopped (port 0), but the {name} needs it."
        ));
    }
    if section.direction != direction {
        return refuse(format!(
            "{place} is {}, but the {name} needs {}.",
            section.direction.as_str(),
            direction.as_str()
        ));
    }
    Ok(section)
}

fn check_layers(source: Source, section: &Section<'_>) -> Result<(), OfferError> {
    let rids = section
        .lines
        .iter()
        .filter_map(|line| line.strip_prefix("a=rid:"))
        .map(|rid| rid.split(' ').next().unwrap_or_default());
    for (count, rid) in rids.enumerate() {
        let allowed = source == Source::Camera && LAYERS.contains(&rid) && count < LAYERS.len();
        if !allowed {
            return refuse(format!(
                "The source {} may not have the simulcast layer {:?}; only a camera has layers, \
                 and they are named q, h and f.",
                source_name(source),
                rid.chars().take(16).collect::<String>()
            ));
        }
    }
    Ok(())
}

fn check_slot_numbers(limits: &Limits, slots: &[Slot]) -> Result<(), OfferError> {
    let kinds = [
        (SlotKind::Person, limits.person_slots),
        (SlotKind::Voice, limits.voice_slots),
        (SlotKind::Stage, limits.stage_slots),
    ];
    for (kind, most) in kinds {
        let mut numbers: Vec<u8> = slots
            .iter()
            .filter(|slot| slot.slot.kind == kind)
            .map(|slot| slot.slot.index)
            .collect();
        if numbers.len() > most as usize {
            return refuse(format!(
                "The offer has {} {} slots; at most {most} are allowed.",
                numbers.len(),
                kind.as_str()
            ));
        }
        numbers.sort_unstable();
        let gap = numbers
            .iter()
            .enumerate()
            .find(|(at, number)| usize::from(**number) != *at);
        if gap.is_some() {
            return refuse(format!(
                "The {} slots are not numbered 0, 1, 2 and so on, each once.",
                kind.as_str()
            ));
        }
    }
    for slot in slots {
        match (slot.slot.kind.has_video(), slot.video.is_some()) {
            (true, false) => return refuse(format!("The slot {} needs a video mid.", slot.slot)),
            (false, true) => return refuse(format!("The slot {} has no video.", slot.slot)),
            (true, true) | (false, false) => {}
        }
    }
    Ok(())
}

/// Writes the text for str0m:
///
/// - without candidates: the server learns addresses from the browser's checks alone;
/// - with the slot as the stream of each of its m-lines, which str0m's answer repeats: browsers
///   synchronise what shares a stream.
///
/// `a=setup:actpass` stays: the answer then makes the server the DTLS server, which chooses the SRTP profile, and it
/// chooses AES-GCM. As the server, Chromium chose AES-CM with SHA-1, which costs three times as
/// much for every packet. The address gate keeps strangers out of the handshake either way.
fn write(head: &[&str], sections: &[Section<'_>], msids: &HashMap<&str, String>) -> String {
    let mut text = String::new();
    let mut push = |line: &str| {
        let unwanted = line.starts_with("a=candidate:") || line == "a=end-of-candidates";
        if !unwanted {
            text.push_str(line);
            text.push_str("\r\n");
        }
    };
    head.iter().for_each(|line| push(line));
    for section in sections {
        let msid = msids.get(section.mid);
        for line in &section.lines {
            let replaced = msid.is_some() && line.starts_with("a=msid:");
            if !replaced {
                push(line);
            }
            if let Some(msid) = msid
                && line.starts_with("a=mid:")
            {
                push(msid);
            }
        }
    }
    text
}
