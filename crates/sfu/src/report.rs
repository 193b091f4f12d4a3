//! What a peer's media does, for the operator.
//!
//! A report tells of the time since the one before it, unless a figure says otherwise. Rates are
//! bytes of datagrams, without the headers of UDP and IP, times eight.

use zoom_protocol::{ParticipantId, RoomId, SlotId, Source};

use crate::SrtpProfile;

/// How one connected peer does; told every `limits.report_ms`.
#[derive(Clone, Debug, PartialEq)]
pub struct MediaReport {
    /// Whose peer.
    pub participant: ParticipantId,
    /// The room it is in.
    pub room: RoomId,
    /// What congestion control believes the way to the browser carries, in bits per second; `None`
    /// while there is no estimate.
    pub estimate_bps: Option<u64>,
    /// Round-trip time in milliseconds; `None` before the first was measured.
    pub rtt_ms: Option<f32>,
    /// The share of what was sent to the browser that did not arrive at first, from 0.0 to 1.0.
    pub loss_out: f32,
    /// Bits per second that came from the browser.
    pub bitrate_in_bps: u64,
    /// Bits per second that were sent to the browser, repairs and probes among them.
    pub bitrate_out_bps: u64,
    /// How its media is sealed; `None` where that is not known.
    pub srtp: Option<SrtpProfile>,
    /// What the browser sends: the tracks of which something came since the peer began.
    pub tracks_in: Vec<TrackReport>,
    /// What the browser is sent: the slots that somebody is in.
    pub slots: Vec<SlotReport>,
}

/// A track as it comes from its publisher.
#[derive(Clone, Debug, PartialEq)]
pub struct TrackReport {
    /// Which track.
    pub source: Source,
    /// Its layers of which something came, the smallest first; one where there is no simulcast.
    pub layers: Vec<LayerReport>,
}

/// A layer of a track as it comes from its publisher.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LayerReport {
    /// Its place: 0 for `q`, 1 for `h`, 2 for `f` and for what has no simulcast.
    pub layer: u8,
    /// Bits per second.
    pub bitrate_bps: u64,
    /// RTP packets received since the layer began, repairs among them, duplicates not.
    pub packets: u64,
    /// Packets since the layer began that are still missing.
    pub lost: u64,
    /// Interarrival jitter in milliseconds (RFC 3550 section 6.4.1); `None` before the first two
    /// packets.
    pub jitter_ms: Option<f32>,
    /// Packets that were asked for again, each as often as it was, since the layer began.
    pub nacked: u64,
    /// Key frames that were asked for since the layer began.
    pub keys_asked: u64,
}

/// A slot as it is sent to its subscriber.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SlotReport {
    /// Which slot.
    pub slot: SlotId,
    /// Who is in it.
    pub publisher: ParticipantId,
    /// The layer that fits the size on the subscriber's screen; `None` where no picture is wanted.
    pub layer_wanted: Option<u8>,
    /// The layer that is sent; `None` while no picture is.
    pub layer_sent: Option<u8>,
    /// Bits per second of sound and picture together, repairs among them.
    pub bitrate_bps: u64,
    /// Packets that were sent again since somebody else was in the slot.
    pub retransmitted: u64,
    /// Why less is sent than is wanted, or no picture; `None` where nothing is held back.
    pub reason: Option<DowngradeReason>,
}

/// Why a subscriber is sent a smaller layer than would fit, or no picture.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum DowngradeReason {
    /// The way to the subscriber does not carry more.
    Capacity,
    /// The whole program stays under [`SfuConfig::max_upload_bps`](crate::SfuConfig).
    UploadLimit,
    /// The subscriber's screen does not show it.
    Hidden,
    /// The publisher does not send it, or not that large.
    NotPublished,
}

impl DowngradeReason {
    /// All of them.
    pub const ALL: [Self; 4] = [
        Self::Capacity,
        Self::UploadLimit,
        Self::Hidden,
        Self::NotPublished,
    ];

    /// The name in figures for operators.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Capacity => "capacity",
            Self::UploadLimit => "upload_limit",
            Self::Hidden => "hidden",
            Self::NotPublished => "not_published",
        }
    }
}

/// What the peers of an [`Sfu`](crate::Sfu) did in all since it was made, those that ended too.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct MediaTotals {
    /// Datagrams received from peers.
    pub packets_in: u64,
    /// Their bytes, without the headers of UDP and IP.
    pub bytes_in: u64,
    /// Datagrams to be sent to peers.
    pub packets_out: u64,
    /// Their bytes, without the headers of UDP and IP.
    pub bytes_out: u64,
    /// Media packets that were taken for forwarding.
    pub media_in: u64,
    /// Media packets that were forwarded, one for each subscriber, without repairs.
    pub media_out: u64,
    /// Key frames that subscribers asked for.
    pub keys_wanted: u64,
    /// Key frames that publishers were asked for.
    pub keys_asked: u64,
    /// Packets that subscribers asked for again.
    pub nacked_by_subscribers: u64,
    /// Packets that publishers were asked for again.
    pub nacked_to_publishers: u64,
    /// Packets that were sent to subscribers again.
    pub retransmitted: u64,
    /// Bytes of repairs and probes among `bytes_out`.
    pub repair_bytes: u64,
    /// Sealed packets that were not made with the peer's keys, or were cut off.
    pub dropped_unauthentic: u64,
    /// Sealed packets that had come before.
    pub dropped_replayed: u64,
    /// Times that a slot's picture was paused.
    pub pictures_paused: u64,
}
