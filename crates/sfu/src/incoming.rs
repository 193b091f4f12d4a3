//! The RTP streams that a peer sends: which source and layer each belongs to, what of it is missing,
//! and what its reports say.

use zoom_protocol::Source;
use zoom_rtp::{ExtensionIds, ExtensionValues, NackTracker, ReceptionStats, RtpHeader, Tag};

use crate::{layers, window::Window};

/// What a payload type stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Payload {
    Opus,
    /// Opus packets with earlier ones repeated (RFC 2198).
    Red,
    Vp8,
    /// Repairs (RFC 4588).
    Rtx,
}

/// What the answer says about what a peer may send.
#[derive(Debug, Default)]
pub(crate) struct Inputs {
    /// The source of each m-line that sends, by its mid.
    pub(crate) sources: Vec<(Tag, Source)>,
    /// Identifiers of header extensions; bundled m-lines share them (RFC 9143 section 9.1).
    pub(crate) ids: ExtensionIds,
    /// What each payload type is; bundled m-lines share them too.
    pub(crate) payloads: Vec<(u8, Payload)>,
}

impl Inputs {
    pub(crate) fn source(&self, mid: Tag) -> Option<Source> {
        let found = self.sources.iter().find(|(other, _)| *other == mid);
        found.map(|(_, source)| *source)
    }

    pub(crate) fn payload(&self, pt: u8) -> Option<Payload> {
        let found = self.payloads.iter().find(|(other, _)| *other == pt);
        found.map(|(_, payload)| *payload)
    }

    /// The source and layer that a packet belongs to, by its mid and rid header extensions
    /// (RFC 9143 section 9.2, RFC 8852).
    fn identify(&self, values: &ExtensionValues, payload: Payload) -> Option<(Source, usize)> {
        let source = self.source(values.mid?)?;
        let rid = match payload {
            Payload::Rtx => values.repaired_rid.or(values.rid),
            Payload::Opus | Payload::Red | Payload::Vp8 => values.rid,
        };
        let layer = layers::place(rid.as_ref().map(Tag::as_str))?;
        Some((source, layer))
    }
}

/// One RTP stream.
#[derive(Debug)]
pub(crate) struct Incoming {
    pub(crate) ssrc: u32,
    pub(crate) source: Source,
    pub(crate) layer: usize,
    /// Whether it repairs another.
    pub(crate) repairs: bool,
    pub(crate) stats: ReceptionStats,
    /// What has come, by itself or by repair.
    pub(crate) window: Window,
    /// What is missing; sound is not asked for again.
    pub(crate) nack: Option<NackTracker>,
    /// Packets that were asked for again.
    pub(crate) nacked: u64,
    /// Whether something came since the last report.
    pub(crate) fresh: bool,
}

/// The streams of a peer.
#[derive(Debug, Default)]
pub(crate) struct Streams {
    list: Vec<Incoming>,
    /// The stream of the last packet.
    last: usize,
}

impl Streams {
    pub(crate) fn find(&mut self, ssrc: u32) -> Option<usize> {
        if self.list.get(self.last).is_none_or(|s| s.ssrc != ssrc) {
            self.last = self.list.iter().position(|stream| stream.ssrc == ssrc)?;
        }
        Some(self.last)
    }

    /// The stream of a packet whose sender is known to be the peer: a known one, or one that its
    /// header extensions place; and whether it took the place of an earlier one.
    pub(crate) fn place(
        &mut self,
        inputs: &Inputs,
        header: &RtpHeader,
        values: &ExtensionValues,
        payload: Payload,
    ) -> Option<(usize, bool)> {
        if let Some(at) = self.find(header.ssrc) {
            return Some((at, false));
        }
        let (source, layer) = inputs.identify(values, payload)?;
        let video = matches!(payload, Payload::Vp8 | Payload::Rtx);
        if video != source.is_video() {
            return None;
        }
        let repairs = payload == Payload::Rtx;
        tracing::debug!(
            ssrc = header.ssrc,
            ?source,
            layer,
            repairs,
            "incoming stream"
        );
        // A browser that begins anew (after a `replaceTrack` of another kind, say) does so under
        // another SSRC; the earlier stream of the same place has ended.
        let before = self.list.len();
        self.list
            .retain(|s| (s.source, s.layer, s.repairs) != (source, layer, repairs));
        let replaced = self.list.len() < before;
        let rate = if video { 90_000 } else { 48_000 };
        self.list.push(Incoming {
            ssrc: header.ssrc,
            source,
            layer,
            repairs,
            stats: ReceptionStats::new(rate),
            window: Window::default(),
            nack: (video && !repairs).then(NackTracker::new),
            nacked: 0,
            fresh: false,
        });
        self.last = self.list.len() - 1;
        Some((self.last, replaced))
    }

    /// The media stream that a repair belongs to.
    pub(crate) fn repaired(&self, source: Source, layer: usize) -> Option<usize> {
        let wanted = |s: &Incoming| !s.repairs && s.source == source && s.layer == layer;
        self.list.iter().position(wanted)
    }

    pub(crate) fn at_mut(&mut self, at: usize) -> Option<&mut Incoming> {
        self.list.get_mut(at)
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &Incoming> {
        self.list.iter()
    }

    pub(crate) fn iter_mut(&mut self) -> impl Iterator<Item = &mut Incoming> {
        self.list.iter_mut()
    }
}
