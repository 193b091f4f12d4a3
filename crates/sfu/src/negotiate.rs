//! From an SDP offer to a peer and an answer.

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    time::{Duration, Instant},
};

use str0m::{
    Rtc, RtcConfig,
    change::SdpOffer,
    config::DtlsVersion,
    format::{Codec, FormatParams},
    media::{Frequency, Mid, Pt},
    net::TcpType,
};
use zoom_protocol::{Limits, MediaAnswer, MediaOffer, Slot};

use crate::{
    Candidate, PreparedPeer, Protocol, SfuConfig,
    offer::{self, CheckedOffer},
    peer::{Peer, SlotState},
    stream::OutStream,
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
        let mut peer = Peer::new(&config.limits, build(config, now)?, now, connect_by);
        let answer = accept(&config.limits, &mut peer, &checked)?;
        Ok((peer, answer))
    })?;
    tracing::debug!(
        ufrag = peer.ufrag,
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
    limits: &Limits,
    peer: &mut Peer,
    offer: &MediaOffer,
) -> Result<MediaAnswer, OfferError> {
    let checked = offer::check(limits, offer)?;
    check_unchanged(peer, &checked)?;
    let answer = guarded(|| accept(limits, peer, &checked))?;
    tracing::debug!(
        ufrag = peer.ufrag,
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

fn build(config: &SfuConfig, now: Instant) -> Result<Rtc, OfferError> {
    let mut settings = RtcConfig::new()
        .set_ice_lite(true)
        .set_rtp_mode(true)
        .set_dtls_cert(config.certificate.0.clone())
        .set_dtls_version(DtlsVersion::Dtls12)
        .set_stats_interval(None)
        .clear_codecs();
    let codecs = settings.codec_config();
    codecs.add_config(
        Pt::new_with_value(111),
        None,
        Codec::Opus,
        Frequency::FORTY_EIGHT_KHZ,
        Some(2),
        FormatParams {
            min_p_time: Some(10),
            use_inband_fec: Some(true),
            use_dtx: Some(true),
            ..FormatParams::default()
        },
    );
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
    Ok(rtc)
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
    for (mid, source) in &peer.sources {
        let kept = checked
            .sources
            .iter()
            .any(|(other, name)| other == source && Mid::from(name.as_str()) == *mid);
        if !kept {
            return Err(OfferError(format!(
                "The m-line with the mid {mid} was another source."
            )));
        }
    }
    for (id, state) in &peer.slots {
        let same = |slot: &&Slot| {
            slot.slot == *id
                && Mid::from(slot.audio.as_str()) == state.audio.mid()
                && slot.video.as_deref().map(Mid::from) == state.video.as_ref().map(OutStream::mid)
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
    limits: &Limits,
    peer: &mut Peer,
    checked: &CheckedOffer,
) -> Result<MediaAnswer, OfferError> {
    let unusable =
        |error: &dyn std::fmt::Display| OfferError(format!("The offer cannot be used: {error}."));
    let offer = SdpOffer::from_sdp_string(&checked.text).map_err(|error| unusable(&error))?;
    // str0m gives an m-line without a stream another SSRC, but the browser knows the first.
    for slot in peer.slots.values_mut() {
        slot.audio.declare(&mut peer.rtc);
        if let Some(video) = &mut slot.video {
            video.declare(&mut peer.rtc);
        }
    }
    let answer = peer
        .rtc
        .sdp_api()
        .accept_offer(offer)
        .map_err(|error| unusable(&error))?;

    for (source, mid) in &checked.sources {
        let mid = Mid::from(mid.as_str());
        payload_type(&peer.rtc, mid, codec(source.is_video()))?;
        peer.sources.insert(mid, *source);
    }
    for slot in &checked.slots {
        match peer.slots.get_mut(&slot.slot) {
            Some(state) => {
                state
                    .audio
                    .set_pt(payload_type(&peer.rtc, state.audio.mid(), Codec::Opus)?);
                if let Some(video) = &mut state.video {
                    video.set_pt(payload_type(&peer.rtc, video.mid(), Codec::Vp8)?);
                }
            }
            None => {
                let audio = stream(limits, &mut peer.rtc, &slot.audio, false)?;
                let video = match &slot.video {
                    Some(mid) => Some(stream(limits, &mut peer.rtc, mid, true)?),
                    None => None,
                };
                if let Some(video) = &video {
                    peer.pictures.insert(video.mid(), slot.slot);
                }
                let state = SlotState {
                    audio,
                    video,
                    publisher: None,
                    target: None,
                };
                peer.slots.insert(slot.slot, state);
            }
        }
    }
    for slot in peer.slots.values_mut() {
        slot.audio.conceal(&mut peer.rtc);
        if let Some(video) = &mut slot.video {
            video.conceal(&mut peer.rtc);
        }
    }
    peer.offer_accepted();
    Ok(MediaAnswer {
        answer: answer.to_sdp_string(),
    })
}

fn codec(video: bool) -> Codec {
    if video { Codec::Vp8 } else { Codec::Opus }
}

fn stream(limits: &Limits, rtc: &mut Rtc, mid: &str, video: bool) -> Result<OutStream, OfferError> {
    let mid = Mid::from(mid);
    let pt = payload_type(rtc, mid, codec(video))?;
    let mut api = rtc.direct_api();
    let stream = api
        .stream_tx_by_mid(mid, None)
        .ok_or_else(|| OfferError(format!("The m-line with the mid {mid} was not accepted.")))?;
    let ssrcs = (stream.ssrc(), stream.rtx());
    Ok(OutStream::new(limits, mid, ssrcs, pt, video))
}

fn payload_type(rtc: &Rtc, mid: Mid, codec: Codec) -> Result<Pt, OfferError> {
    let offered = rtc
        .media(mid)
        .map(|media| media.remote_pts())
        .unwrap_or_default();
    rtc.codec_config()
        .params()
        .iter()
        .find(|params| params.spec().codec == codec && offered.contains(&params.pt()))
        .map(|params| params.pt())
        .ok_or_else(|| {
            OfferError(format!(
                "The m-line with the mid {mid} does not offer {codec:?}."
            ))
        })
}
