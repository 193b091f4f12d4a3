//! From an SDP offer to a peer and an answer.
//!
//! str0m reads the offer and writes the answer. Its session is made for that and dropped: it keeps
//! more than a hundred kilobytes for each peer, of which nothing is needed until there is another
//! offer, which says all again.

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    sync::Arc,
    time::{Duration, Instant},
};

use str0m::{
    Rtc, RtcConfig,
    change::SdpOffer,
    format::Codec,
    ice::IceCreds,
    media::{Mid, Pt},
    net::TcpType,
    rtp::Extension,
};
use zoom_protocol::{MediaAnswer, MediaOffer, Slot, Source};
use zoom_rtp::{ExtensionIds, Tag};

use crate::{
    Candidate, PreparedPeer, Protocol, SfuConfig,
    handshake::Handshake,
    idle,
    incoming::{Inputs, Payload},
    offer::{self, CheckedOffer},
    peer::{Peer, Said, SlotState},
    stream::{Line, OutStream},
};

/// An offer that was refused; its text is a sentence that says where the fault is.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct OfferError(pub(crate) String);

/// Turns a browser's offer into a peer and the answer for the browser.
///
/// It costs milliseconds, so it runs on a worker rather than on a media thread; the peer is `Send`
/// and goes to the media thread of its room in a [`Command::AddPeer`](crate::Command). `config` is
/// that thread's. The peer has `limits.peer_connect_ms` from `now` on to connect.
///
/// # Errors
///
/// An offer that cannot be read, is larger than the limits allow, or does not fit its `sources`
/// and `slots`.
pub fn negotiate(
    config: &SfuConfig,
    now: Instant,
    offer: &MediaOffer,
) -> Result<(PreparedPeer, MediaAnswer), OfferError> {
    let checked = offer::check(&config.limits, offer)?;
    let (peer, answer) = guarded(|| {
        let connect_by = now + Duration::from_millis(config.limits.peer_connect_ms.into());
        let remote = &checked.remote;
        let handshake = Handshake::new(&config.certificate.0, remote.fingerprint, now)?;
        let ufrag = remote.ufrag.clone();
        let mut peer = Peer::new(handshake, IceCreds::new(), ufrag, now, connect_by);
        let answer = accept(config, now, &mut peer, &checked)?;
        Ok((peer, answer))
    })?;
    tracing::debug!(
        ufrag = peer.own.ufrag,
        sources = checked.sources.len(),
        slots = checked.slots.len(),
        "offer answered"
    );
    tracing::trace!(
        offer = checked.text,
        answer = answer.answer,
        "session descriptions"
    );
    Ok((PreparedPeer(peer), answer))
}

/// Answers another offer of a peer. After an error the peer is of no use any more.
pub(crate) fn renegotiate(
    config: &SfuConfig,
    now: Instant,
    peer: &mut Peer,
    offer: &MediaOffer,
) -> Result<MediaAnswer, OfferError> {
    let checked = offer::check(&config.limits, offer)?;
    check_unchanged(peer, &checked)?;
    // Another name is an ICE restart (RFC 8445 section 9).
    if peer.other_ufrag != checked.remote.ufrag {
        peer.other_ufrag.clone_from(&checked.remote.ufrag);
        peer.own = IceCreds::new();
        peer.lessons = 0;
    }
    let answer = guarded(|| accept(config, now, peer, &checked))?;
    tracing::debug!(
        ufrag = peer.own.ufrag,
        slots = checked.slots.len(),
        "another offer answered"
    );
    Ok(answer)
}

/// What was checked before leaves str0m nothing to panic about; this is for what nobody thought
/// of.
fn guarded<T>(work: impl FnOnce() -> Result<T, OfferError>) -> Result<T, OfferError> {
    catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|_| {
        tracing::warn!("an offer made the session panic");
        Err(OfferError("The offer cannot be used.".to_owned()))
    })
}

/// A session that describes, and does nothing else.
fn describer(config: &SfuConfig, now: Instant, own: &IceCreds) -> Rtc {
    let mut settings = RtcConfig::new()
        .set_crypto_provider(Arc::new(idle::provider()))
        .set_local_ice_credentials(own.clone())
        .set_ice_lite(true)
        .set_rtp_mode(true)
        .set_dtls_cert(config.certificate.0.clone())
        .set_stats_interval(None)
        .clear_codecs();
    let codecs = settings.codec_config();
    codecs.enable_opus(true, true);
    codecs.enable_vp8(true);
    let mut rtc = settings.build(now);
    for candidate in &config.candidates {
        // A candidate that the machine cannot offer is a matter of configuration, not of the
        // offer.
        match host(*candidate) {
            Ok(host) => {
                rtc.add_local_candidate(host);
            }
            Err(error) => tracing::warn!(%error, "a candidate cannot be offered"),
        }
    }
    rtc
}

fn host(candidate: Candidate) -> Result<str0m::Candidate, String> {
    let builder = str0m::Candidate::builder();
    let built = match candidate.protocol {
        Protocol::Udp => builder.udp().host(candidate.address).build(),
        Protocol::Tcp => builder
            .tcp()
            .host(candidate.address)
            .tcptype(TcpType::Passive)
            .build(),
    };
    built.map_err(|error| error.to_string())
}

/// Another offer may add slots and sources, and has to keep those that are there.
fn check_unchanged(peer: &Peer, checked: &CheckedOffer) -> Result<(), OfferError> {
    for (mid, source) in &peer.inputs.sources {
        let same = |(other, name): &(Source, String)| other == source && name == mid.as_str();
        if !checked.sources.iter().any(same) {
            return Err(OfferError(format!(
                "The m-line with the mid {} was another source.",
                mid.as_str()
            )));
        }
    }
    for (id, state) in peer.slots.iter() {
        let same = |slot: &&Slot| {
            let lines = (
                Mid::from(slot.audio.as_str()),
                slot.video.as_deref().map(Mid::from),
            );
            slot.slot == id && lines == state.lines
        };
        if !checked.slots.iter().any(|slot| same(&slot)) {
            return Err(OfferError(format!(
                "The slot {id} is missing or has other m-lines."
            )));
        }
    }
    Ok(())
}

fn accept(
    config: &SfuConfig,
    now: Instant,
    peer: &mut Peer,
    checked: &CheckedOffer,
) -> Result<MediaAnswer, OfferError> {
    let mut rtc = describer(config, now, &peer.own);
    let mut answer = answer(&mut rtc, checked)?;
    let known = peer.lines();
    if !known.is_empty() {
        // The session has given the m-lines SSRCs by chance, but the browser knows others.
        for (mid, line) in known {
            let mut api = rtc.direct_api();
            if let Some(chance) = api.stream_tx_by_mid(mid, None).map(|stream| stream.ssrc()) {
                api.remove_stream_tx(chance);
            }
            let rtx = line.rtx.map(|(ssrc, _)| ssrc.into());
            api.declare_stream_tx(line.ssrc.into(), rtx, mid, None);
        }
        answer = self::answer(&mut rtc, checked)?;
    }

    let mut inputs = Inputs::default();
    for (source, mid) in &checked.sources {
        let name = tag(mid)?;
        let mid = Mid::from(mid.as_str());
        payload_types(&rtc, mid, source.is_video())?;
        add_payloads(&rtc, mid, &mut inputs);
        add_ids(&mut inputs.ids, &ids(&rtc, mid));
        inputs.sources.push((name, *source));
    }
    peer.inputs = inputs;
    for slot in &checked.slots {
        let audio = line(&mut rtc, &slot.audio, false)?;
        let video = match &slot.video {
            Some(mid) => Some(line(&mut rtc, mid, true)?),
            None => None,
        };
        match peer.slots.get_mut(slot.slot) {
            Some(state) => {
                state.audio.answered(audio);
                if let (Some(stream), Some(line)) = (&mut state.video, video) {
                    stream.answered(line);
                }
            }
            None => {
                let state = SlotState {
                    lines: (
                        Mid::from(slot.audio.as_str()),
                        slot.video.as_deref().map(Mid::from),
                    ),
                    audio: OutStream::new(audio, false),
                    video: video.map(|line| OutStream::new(line, true)),
                    publisher: None,
                    wanted: None,
                    target: None,
                    reason: None,
                    fresh: false,
                    held_since: None,
                    told_paused: false,
                };
                peer.slots.insert(slot.slot, state);
            }
        }
    }
    Ok(MediaAnswer {
        answer: written_anew(&answer, &mut peer.said),
    })
}

fn answer(rtc: &mut Rtc, checked: &CheckedOffer) -> Result<String, OfferError> {
    let offer = SdpOffer::from_sdp_string(&checked.text).map_err(|error| unusable(&error))?;
    let answer = rtc.sdp_api().accept_offer(offer);
    let answer = answer.map_err(|error| unusable(&error))?.to_sdp_string();
    // str0m reads as far as it understands, and answers that.
    if media_lines(&answer) == media_lines(&checked.text) {
        Ok(answer)
    } else {
        Err(unusable(&"not all of its m-lines are understood"))
    }
}

/// What str0m says, without the lines that tell where in the server's memory the text lies.
fn unusable(error: &dyn std::fmt::Display) -> OfferError {
    let text = error.to_string();
    let said: Vec<&str> = text
        .lines()
        .filter(|line| !line.contains("PointerOffset"))
        .collect();
    match said.as_slice() {
        [] => OfferError("The offer cannot be used.".to_owned()),
        said => OfferError(format!("The offer cannot be used: {}.", said.join(" "))),
    }
}

fn media_lines(text: &str) -> usize {
    text.lines().filter(|line| line.starts_with("m=")).count()
}

/// The answer with what str0m's session, which is another each time, does not know:
///
/// - its origin is that of the answers before, and a version later (RFC 8829 section 5.3.2);
/// - the name of each source of media is the one that its sender reports tell;
/// - sound is not to be sent while nobody speaks (RFC 7587 section 6.1), which str0m cannot ask for
///   together with redundant sound.
fn written_anew(answer: &str, said: &mut Said) -> String {
    let mut text = String::with_capacity(answer.len());
    let mut mid = "";
    said.version += 1;
    for line in answer.split_inclusive("\r\n") {
        let bare = line.trim_end();
        if let Some(origin) = bare.strip_prefix("o=") {
            if said.version == 1 {
                let number = origin.split(' ').nth(1);
                said.session = number.and_then(|number| number.parse().ok()).unwrap_or(1);
            }
            let (session, version) = (said.session, said.version);
            text += &format!("o=- {session} {version} IN IP4 0.0.0.0\r\n");
        } else if let Some((source, _)) = bare.split_once(" cname:") {
            text += &format!("{source} cname:{mid}\r\n");
        } else if bare.starts_with("a=fmtp:") {
            text += &line.replace("useinbandfec=1", "useinbandfec=1;usedtx=1");
        } else {
            mid = bare.strip_prefix("a=mid:").unwrap_or(mid);
            text += line;
        }
    }
    text
}

fn tag(mid: &str) -> Result<Tag, OfferError> {
    Tag::new(mid).ok_or_else(|| OfferError(format!("The mid {mid} cannot be sent.")))
}

/// What the answer says about an m-line that the server sends by.
fn line(rtc: &mut Rtc, mid: &str, video: bool) -> Result<Line, OfferError> {
    let name = tag(mid)?;
    let mid = Mid::from(mid);
    let (pt, rtx, red) = payload_types(rtc, mid, video)?;
    let ids = ids(rtc, mid);
    let mut api = rtc.direct_api();
    let stream = api
        .stream_tx_by_mid(mid, None)
        .ok_or_else(|| OfferError(format!("The m-line with the mid {mid} was not accepted.")))?;
    let repairs = stream.rtx().map(|ssrc| *ssrc);
    Ok(Line {
        mid: name,
        ssrc: *stream.ssrc(),
        pt,
        rtx: repairs.zip(rtx),
        red,
        ids,
    })
}

/// The payload types that an m-line uses: media, repairs, redundant sound.
fn payload_types(
    rtc: &Rtc,
    mid: Mid,
    video: bool,
) -> Result<(u8, Option<u8>, Option<u8>), OfferError> {
    let codec = if video { Codec::Vp8 } else { Codec::Opus };
    let offered = rtc
        .media(mid)
        .map(|media| media.remote_pts())
        .unwrap_or_default();
    rtc.codec_config()
        .params()
        .iter()
        .find(|params| params.spec().codec == codec && offered.contains(&params.pt()))
        .map(|params| {
            let number = |pt: Pt| *pt;
            (
                *params.pt(),
                params.resend().map(number),
                params.red().map(number),
            )
        })
        .ok_or_else(|| {
            OfferError(format!(
                "The m-line with the mid {mid} does not offer {codec:?}."
            ))
        })
}

/// Notes what the payload types of an m-line that sends stand for.
fn add_payloads(rtc: &Rtc, mid: Mid, inputs: &mut Inputs) {
    let offered = rtc
        .media(mid)
        .map(|media| media.remote_pts())
        .unwrap_or_default();
    for params in rtc.codec_config().params() {
        if !offered.contains(&params.pt()) {
            continue;
        }
        let payload = if params.spec().codec == Codec::Opus {
            Payload::Opus
        } else {
            Payload::Vp8
        };
        let all = [
            Some((*params.pt(), payload)),
            params.resend().map(|pt| (*pt, Payload::Rtx)),
            params.red().map(|pt| (*pt, Payload::Red)),
        ];
        for (pt, payload) in all.into_iter().flatten() {
            if inputs.payload(pt).is_none() {
                inputs.payloads.push((pt, payload));
            }
        }
    }
}

/// The identifiers of an m-line's header extensions.
fn ids(rtc: &Rtc, mid: Mid) -> ExtensionIds {
    let map = rtc.media(mid).map(|media| media.remote_extmap());
    let id = |extension| map.and_then(|map| map.id_of(extension));
    ExtensionIds {
        mid: id(Extension::RtpMid),
        rid: id(Extension::RtpStreamId),
        repaired_rid: id(Extension::RepairedRtpStreamId),
        transport_cc: id(Extension::TransportSequenceNumber),
        audio_level: id(Extension::AudioLevel),
        orientation: id(Extension::VideoOrientation),
    }
}

/// Adds the identifiers that are not known yet.
fn add_ids(all: &mut ExtensionIds, more: &ExtensionIds) {
    let pairs = [
        (&mut all.mid, more.mid),
        (&mut all.rid, more.rid),
        (&mut all.repaired_rid, more.repaired_rid),
        (&mut all.transport_cc, more.transport_cc),
        (&mut all.audio_level, more.audio_level),
        (&mut all.orientation, more.orientation),
    ];
    for (known, id) in pairs {
        *known = known.or(id);
    }
}
