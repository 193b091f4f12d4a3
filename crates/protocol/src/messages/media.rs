//! What is seen and heard: sources, tiles, slots, offers.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::ids::{ParticipantId, SlotId};

/// `publish`: what is on.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS, JsonSchema)]
pub struct Publish {
    /// All four sources as they are from now on. What is off is not forwarded, whatever is sent.
    pub sources: Sources,
}

/// Which sources of a participant are on.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize, TS, JsonSchema,
)]
#[serde(default)]
pub struct Sources {
    /// The microphone is on; false is muted.
    pub microphone: bool,
    /// The camera is on.
    pub camera: bool,
    /// A screen is shared.
    pub screen: bool,
    /// The shared screen's sound is on.
    pub screen_audio: bool,
}

impl Sources {
    /// Whether this one is on.
    pub fn is_on(self, source: Source) -> bool {
        match source {
            Source::Microphone => self.microphone,
            Source::Camera => self.camera,
            Source::Screen => self.screen,
            Source::ScreenAudio => self.screen_audio,
        }
    }
}

/// What a participant can publish; each is a track of its own.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, TS, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Source {
    /// Opus.
    Microphone,
    /// Video, with up to three simulcast layers `q`, `h`, `f`.
    Camera,
    /// Video, one layer.
    Screen,
    /// Opus.
    ScreenAudio,
}

impl Source {
    /// All four.
    pub const ALL: [Self; 4] = [
        Self::Microphone,
        Self::Camera,
        Self::Screen,
        Self::ScreenAudio,
    ];

    /// Whether it is a picture.
    pub fn is_video(self) -> bool {
        match self {
            Self::Camera | Self::Screen => true,
            Self::Microphone | Self::ScreenAudio => false,
        }
    }
}

/// `view`: what the screen shows from now on. What is not in it is not sent, sound excepted.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, TS, JsonSchema)]
pub struct View {
    /// The visible tiles, the most important first: they get slots as long as there are slots.
    pub tiles: Vec<Tile>,
}

/// One visible tile.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS, JsonSchema)]
pub struct Tile {
    /// Whose.
    pub participant: ParticipantId,
    /// Camera (a person slot) or screen (a stage slot).
    pub source: TileSource,
    /// Width of the picture on the screen in device pixels.
    pub width: u16,
    /// Height of the picture on the screen in device pixels.
    pub height: u16,
}

/// What a tile can show.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, TS, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum TileSource {
    /// A person: camera and microphone.
    Camera,
    /// A shared screen and its sound.
    Screen,
}

/// `media`: an offer after `join`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS, JsonSchema)]
pub struct Media {
    /// True when the offer is of another RTCPeerConnection than before (or of the first); false
    /// when it is the same one's next offer (more slots, an ICE restart).
    pub replace: bool,
    /// The offer.
    pub media: MediaOffer,
}

/// An SDP offer with the meaning of its m-lines.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS, JsonSchema)]
pub struct MediaOffer {
    /// The SDP offer (RFC 8866, JSEP RFC 9429).
    pub offer: String,
    /// The `mid` of each sending m-line.
    pub sources: SourceMids,
    /// The receive places, with their m-lines.
    pub slots: Vec<Slot>,
}

/// The `mid` (RFC 8843) of the m-line that sends each source, where there is one.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS, JsonSchema)]
#[serde(default)]
pub struct SourceMids {
    /// The microphone's.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub microphone: Option<String>,
    /// The camera's.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub camera: Option<String>,
    /// The screen's.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub screen: Option<String>,
    /// The screen's sound's.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub screen_audio: Option<String>,
}

impl SourceMids {
    /// The `mid` of one source.
    pub fn get(&self, source: Source) -> Option<&str> {
        match source {
            Source::Microphone => self.microphone.as_deref(),
            Source::Camera => self.camera.as_deref(),
            Source::Screen => self.screen.as_deref(),
            Source::ScreenAudio => self.screen_audio.as_deref(),
        }
    }
}

/// A receive place and the receive-only m-lines that it is made of.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS, JsonSchema)]
pub struct Slot {
    /// Its id: the kind, and a number from 0 without gaps among its kind.
    pub slot: SlotId,
    /// The `mid` of its audio m-line.
    pub audio: String,
    /// The `mid` of its video m-line; person and stage slots have one, voice slots have none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub video: Option<String>,
}

/// The server's end of the media session.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS, JsonSchema)]
pub struct MediaAnswer {
    /// The SDP answer.
    pub answer: String,
}

/// Who is in a slot.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS, JsonSchema)]
pub struct SlotAssignment {
    /// The slot.
    pub slot: SlotId,
    /// Who; null for nobody.
    pub participant: Option<ParticipantId>,
}

/// Why the server's end of a peer went.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, TS, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum MediaEndReason {
    /// It did not connect in time.
    NotConnected,
    /// It was connected, and then nothing came any more.
    Lost,
    /// A re-offer was refused, or a fault of the server.
    Failed,
}
