//! The offer: what a peer sends, and the slots in which it receives.

use std::{
    collections::HashMap,
    net::IpAddr,
    time::{Duration, Instant},
};

use str0m::{
    Rtc, RtcConfig,
    change::{SdpApi, SdpPendingOffer},
    media::{Direction, MediaKind, Mid, Simulcast, SimulcastLayer},
};
use zoom_protocol::{
    MediaAnswer, MediaOffer, ParticipantId, Slot, SlotId, SlotKind, Source, SourceMids,
};

use super::peer::{MediaError, Peer};

/// The rids of the camera's layers, the smallest first.
pub(super) const RIDS: [&str; 3] = ["q", "h", "f"];

/// What a peer is like.
#[derive(Clone, Debug)]
pub struct MediaOptions {
    /// How it reaches the server.
    pub way: Way,
    /// How many slots it offers.
    pub slots: SlotCounts,
    /// Pictures a second.
    pub frames_per_second: u32,
    /// Packets of a delta frame in each camera layer, the smallest first; a key frame has twice as
    /// many. The screen sends as many as the largest layer.
    pub packets_per_frame: [u16; 3],
    /// Bytes of a video packet's payload.
    pub video_payload_bytes: usize,
    /// Bytes of a sound packet's payload; there are 50 a second.
    pub audio_payload_bytes: usize,
    /// The level that the microphone reports (RFC 6464), in dB below overload: 0 is the loudest,
    /// 127 is silence.
    pub loudness: u8,
    /// How much later than sound pictures leave after their capture, as with a slow encoder.
    pub video_lag: Duration,
}

impl Default for MediaOptions {
    fn default() -> Self {
        Self {
            way: Way::Udp,
            slots: SlotCounts::default(),
            frames_per_second: 15,
            packets_per_frame: [1, 2, 4],
            video_payload_bytes: 1_100,
            audio_payload_bytes: 80,
            loudness: 30,
            video_lag: Duration::ZERO,
        }
    }
}

/// How a peer reaches the server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// By UDP.
    Udp,
    /// By ICE-TCP (RFC 6544).
    Tcp,
}

/// How many slots of each kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SlotCounts {
    /// People who are seen and heard.
    pub person: u8,
    /// People who are heard only.
    pub voice: u8,
    /// Shared screens.
    pub stage: u8,
}

impl Default for SlotCounts {
    /// What the page begins with.
    fn default() -> Self {
        Self {
            person: 9,
            voice: 3,
            stage: 1,
        }
    }
}

/// What an m-line is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Line {
    Sends(Source),
    ReceivesAudio(SlotId),
    ReceivesVideo(SlotId),
}

/// The m-lines of a peer.
#[derive(Clone, Debug, Default)]
pub(super) struct Lines {
    pub(super) by_mid: HashMap<Mid, Line>,
    sources: SourceMids,
    slots: Vec<Slot>,
}

impl Lines {
    /// The mid of what sends a source.
    pub(super) fn sending(&self, source: Source) -> Option<Mid> {
        self.sources.get(source).map(Mid::from)
    }

    /// Adds slots until there are as many of each kind.
    pub(super) fn add_slots(&mut self, api: &mut SdpApi<'_>, counts: SlotCounts) {
        let kinds = [
            (SlotKind::Person, counts.person),
            (SlotKind::Voice, counts.voice),
            (SlotKind::Stage, counts.stage),
        ];
        for (kind, count) in kinds {
            let there = self.slots.iter().filter(|slot| slot.slot.kind == kind);
            for index in there.count() as u8..count {
                self.add_slot(api, SlotId { kind, index });
            }
        }
    }

    fn add_slot(&mut self, api: &mut SdpApi<'_>, slot: SlotId) {
        let direction = Direction::RecvOnly;
        let audio = api.add_media(MediaKind::Audio, direction, None, None, None);
        self.by_mid.insert(audio, Line::ReceivesAudio(slot));
        let video = slot.kind.has_video().then(|| {
            let video = api.add_media(MediaKind::Video, direction, None, None, None);
            self.by_mid.insert(video, Line::ReceivesVideo(slot));
            video.to_string()
        });
        self.slots.push(Slot {
            slot,
            audio: audio.to_string(),
            video,
        });
    }

    fn add_sources(&mut self, api: &mut SdpApi<'_>) {
        for source in Source::ALL {
            let (kind, simulcast) = match source {
                Source::Camera => (MediaKind::Video, Some(layers())),
                Source::Screen => (MediaKind::Video, None),
                Source::Microphone | Source::ScreenAudio => (MediaKind::Audio, None),
            };
            let mid = api.add_media(kind, Direction::SendOnly, None, None, simulcast);
            self.by_mid.insert(mid, Line::Sends(source));
            let mid = Some(mid.to_string());
            match source {
                Source::Microphone => self.sources.microphone = mid,
                Source::Camera => self.sources.camera = mid,
                Source::Screen => self.sources.screen = mid,
                Source::ScreenAudio => self.sources.screen_audio = mid,
            }
        }
    }

    /// The wire's form of an offer with these m-lines.
    pub(super) fn offer(&self, sdp: String) -> MediaOffer {
        MediaOffer {
            offer: sdp,
            sources: self.sources.clone(),
            slots: self.slots.clone(),
        }
    }
}

fn layers() -> Simulcast {
    let mut simulcast = Simulcast::new();
    for rid in RIDS {
        simulcast.add_send_layer(SimulcastLayer::new(rid));
    }
    simulcast
}

/// A peer whose offer has no answer yet.
#[derive(Debug)]
pub struct Draft {
    pub(super) rtc: Rtc,
    pub(super) pending: SdpPendingOffer,
    pub(super) lines: Lines,
    pub(super) options: MediaOptions,
}

impl Draft {
    /// Makes an offer.
    ///
    /// # Errors
    /// When no slot and no source is offered, which does not happen with sources.
    pub fn new(options: MediaOptions) -> Result<(Self, MediaOffer), MediaError> {
        let mut rtc = RtcConfig::new()
            .clear_codecs()
            .enable_opus(true, false)
            .enable_vp8(true)
            .set_rtp_mode(true)
            // The server knows when sound was captured only after its first report.
            .set_rtcp_report_interval_audio(Duration::from_secs(1))
            .build(Instant::now());
        let mut lines = Lines::default();
        let mut api = rtc.sdp_api();
        lines.add_sources(&mut api);
        lines.add_slots(&mut api, options.slots);
        let (sdp, pending) = api.apply().ok_or(MediaError::NothingToOffer)?;
        let offer = lines.offer(sdp.to_sdp_string());
        let draft = Self {
            rtc,
            pending,
            lines,
            options,
        };
        Ok((draft, offer))
    }

    /// Connects to where the answer says, from the machine's address `local`. What is published
    /// says that it is `participant`'s.
    ///
    /// # Errors
    /// An answer that does not fit, or no way to the server.
    pub async fn start(
        self,
        answer: &MediaAnswer,
        participant: ParticipantId,
        local: IpAddr,
    ) -> Result<Peer, MediaError> {
        Peer::start(self, answer, participant, local).await
    }
}
