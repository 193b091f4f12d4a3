//! The offer of a synthetic person: the sending m-lines and slots that the page begins with.

use std::time::Instant;

use anyhow::{Context, Result};
use str0m::{
    Rtc, RtcConfig,
    change::{SdpAnswer, SdpApi, SdpPendingOffer},
    media::{Direction, MediaKind, Mid, Simulcast, SimulcastLayer},
};
use zoom_client::{
    media::Keys,
    protocol::{MediaOffer, Slot, SlotId, SlotKind, SourceMids},
};

use super::browser;

/// The camera's layers, the smallest first.
pub(crate) const RIDS: [&str; 3] = ["q", "h", "f"];
/// Slots of the page's first offer.
pub(super) const SLOTS: [(SlotKind, u8); 3] = [
    (SlotKind::Person, 9),
    (SlotKind::Voice, 3),
    (SlotKind::Stage, 1),
];

/// A peer whose offer has no answer yet.
pub(crate) struct Draft {
    pub(super) rtc: Rtc,
    /// What str0m remembers of its own offer; `None` for one that a browser made.
    pub(super) pending: Option<SdpPendingOffer>,
    pub(super) offer: MediaOffer,
    pub(super) microphone: Mid,
    pub(super) camera: Mid,
}

/// A session without m-lines.
pub(super) fn session() -> Rtc {
    RtcConfig::new()
        .set_crypto_provider(Keys::provider())
        .clear_codecs()
        .enable_opus(true, false)
        .enable_vp8(true)
        .set_rtp_mode(true)
        .set_stats_interval(None)
        .build(Instant::now())
}

impl Draft {
    pub(super) fn new(simulcast: bool) -> Result<Self> {
        let mut rtc = session();
        let mut api = rtc.sdp_api();
        let mut sends = |kind, layers| api.add_media(kind, Direction::SendOnly, None, None, layers);
        let microphone = sends(MediaKind::Audio, None);
        let camera = sends(MediaKind::Video, simulcast.then(layers));
        let screen = sends(MediaKind::Video, None);
        let screen_audio = sends(MediaKind::Audio, None);
        let slots = slots(&mut api);
        let (sdp, pending) = api
            .apply()
            .context("an offer with m-lines offers nothing")?;
        let offer = MediaOffer {
            offer: sdp.to_sdp_string(),
            sources: SourceMids {
                microphone: Some(microphone.to_string()),
                camera: Some(camera.to_string()),
                screen: Some(screen.to_string()),
                screen_audio: Some(screen_audio.to_string()),
            },
            slots,
        };
        Ok(Self {
            rtc,
            pending: Some(pending),
            offer,
            microphone,
            camera,
        })
    }

    /// Takes the server's answer; the session has to know its own candidate by then.
    pub(super) fn accept(&mut self, answer: &str) -> Result<()> {
        match self.pending.take() {
            Some(pending) => {
                let sdp = SdpAnswer::from_sdp_string(answer)?;
                Ok(self.rtc.sdp_api().accept_answer(pending, sdp)?)
            }
            None => browser::accept(&mut self.rtc, answer),
        }
    }
}

fn slots(api: &mut SdpApi<'_>) -> Vec<Slot> {
    let mut receives = |kind| {
        api.add_media(kind, Direction::RecvOnly, None, None, None)
            .to_string()
    };
    let ids = SLOTS
        .into_iter()
        .flat_map(|(kind, count)| (0..count).map(move |index| SlotId { kind, index }));
    ids.map(|slot| Slot {
        slot,
        audio: receives(MediaKind::Audio),
        video: slot.kind.has_video().then(|| receives(MediaKind::Video)),
    })
    .collect()
}

fn layers() -> Simulcast {
    let mut simulcast = Simulcast::new();
    for rid in RIDS {
        simulcast.add_send_layer(SimulcastLayer::new(rid));
    }
    simulcast
}
