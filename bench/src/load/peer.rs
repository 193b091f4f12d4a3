//! One synthetic person's RTCPeerConnection.

use std::{
    net::IpAddr,
    time::{Duration, Instant},
};

use anyhow::{Context, Result};
use mio::net::UdpSocket;
use str0m::{
    Candidate, Event, IceConnectionState, Input, Output, Rtc,
    format::Codec,
    net::{Protocol, Receive},
    rtp::{ExtensionValues, RtpWrite},
};
use zoom_client::{
    media::{Keys, Stamp},
    protocol::{MediaAnswer, ParticipantId},
};

use super::{
    Counts, Plan,
    offer::Draft,
    receiver::{Announced, Came, PayloadTypes, Receiver},
    source::Sources,
};
use crate::{
    batch::{self, Batch, Datagram},
    profile,
};

/// The level that microphones report (RFC 6464), in dBov.
const LEVEL_DBOV: i8 = -30;
/// Batches of one socket that are read before the others have their turn.
const BATCHES_PER_TURN: usize = 4;

/// One synthetic person's end. str0m connects it and sends; what comes is [`Receiver`]'s.
pub(crate) struct Peer {
    rtc: Rtc,
    pub(crate) socket: UdpSocket,
    local: std::net::SocketAddr,
    /// Where the server is, as the last datagram from it says.
    server: Option<std::net::SocketAddr>,
    types: PayloadTypes,
    announced: Announced,
    /// There from the end of DTLS on.
    receiver: Option<Receiver>,
    sources: Option<Sources>,
    /// Whether somebody publishes whom this person should see or hear.
    pub(crate) expects: bool,
    /// How many pictures this person should see.
    pub(crate) pictures: usize,
    pub(crate) joined_at: Instant,
    pub(crate) connected_at: Option<Instant>,
    pub(crate) first_packet_at: Option<Instant>,
    pub(crate) ended: bool,
    pub(crate) profile: Option<&'static str>,
    /// Media packets of this sample.
    pub(crate) came: u64,
    /// When str0m wants to be called.
    due: Instant,
}

/// What a person does in a room; by default nothing.
#[derive(Clone, Copy, Default)]
pub(crate) struct Role<'a> {
    /// Whether somebody publishes whom this person should see or hear.
    pub(crate) expects: bool,
    /// How many pictures this person should see.
    pub(crate) pictures: usize,
    /// What this person publishes, and as whom.
    pub(crate) publish: Option<(&'a Plan, ParticipantId)>,
}

impl Peer {
    /// Takes the server's answer. Who publishes does so as soon as sending is switched on.
    pub(crate) fn new(
        mut draft: Draft,
        answer: &MediaAnswer,
        local: IpAddr,
        joined_at: Instant,
        role: Role<'_>,
    ) -> Result<Self> {
        let socket = batch::open(local)?;
        let local = socket.local_addr()?;
        draft
            .rtc
            .add_local_candidate(Candidate::host(local, Protocol::Udp)?);
        draft.accept(&answer.answer)?;
        let Draft {
            rtc,
            microphone,
            camera,
            ..
        } = draft;
        let params = |codec| {
            let mut found = rtc
                .codec_config()
                .find(|params| params.spec().codec == codec);
            let found = found.take().context("no such codec");
            found.map(|params| (params.pt(), params.resend()))
        };
        let ((opus, _), (vp8, rtx)) = (params(Codec::Opus)?, params(Codec::Vp8)?);
        let types = PayloadTypes {
            opus: *opus,
            vp8: *vp8,
            rtx: rtx.map(|rtx| *rtx),
        };
        let sources = match role.publish {
            // Nothing is due until sending is switched on.
            Some((plan, participant)) => {
                let mids = (microphone, camera);
                Some(Sources::new(plan, &rtc, mids, participant, far_away())?)
            }
            None => None,
        };
        Ok(Self {
            rtc,
            socket,
            local,
            server: None,
            types,
            announced: Announced::read(&answer.answer),
            receiver: None,
            sources,
            expects: role.expects,
            pictures: role.pictures,
            joined_at,
            connected_at: None,
            first_packet_at: None,
            ended: false,
            profile: None,
            came: 0,
            due: Instant::now(),
        })
    }

    /// Switches sending on, from `begin` on.
    pub(crate) fn begin(&mut self, begin: Instant) {
        if let Some(sources) = &mut self.sources {
            sources.begin(begin);
        }
    }

    /// When it has to be called again.
    pub(crate) fn wake_at(&self) -> Option<Instant> {
        if self.ended {
            return None;
        }
        let sources = self.sources.as_ref().and_then(Sources::next);
        let reports = self.receiver.as_ref().map(Receiver::due);
        let others = [sources, reports].into_iter().flatten().min();
        Some(others.map_or(self.due, |next| next.min(self.due)))
    }

    /// Does what is due.
    pub(crate) fn handle_timeout(&mut self, now: Instant, counts: &mut Counts) {
        if self.ended {
            return;
        }
        while let Some((due, packets)) = self.sources.as_mut().and_then(|s| s.take(now)) {
            let lag = Instant::now().saturating_duration_since(due);
            counts.send_lag_us.add(lag.as_micros() as u64);
            for packet in packets {
                self.write(packet, counts);
            }
        }
        if let (Some(receiver), Some(server)) = (&mut self.receiver, self.server) {
            receiver.poll(now, |packet| {
                let sent = self.socket.send_to(packet, server);
                counts.unsent += u64::from(sent.is_err());
                counts.feedback += 1;
            });
        }
        if self.due <= now {
            self.input(Input::Timeout(now), counts);
        }
    }

    fn write(&mut self, packet: super::source::Packet, counts: &mut Counts) {
        let video = packet.stamp.source.is_video();
        let mut api = self.rtc.direct_api();
        let Some(stream) = api.stream_tx_by_mid(packet.mid, packet.rid) else {
            return;
        };
        let stamp = Stamp {
            captured_us: batch::unix_us(),
            ..packet.stamp
        };
        let mut extensions = ExtensionValues::default();
        let payload = if video {
            stamp.vp8(packet.size, packet.bytes)
        } else {
            extensions.audio_level = Some(LEVEL_DBOV);
            extensions.voice_activity = Some(true);
            stamp.opus(packet.bytes)
        };
        let now = Instant::now();
        let write = RtpWrite::new(packet.pt, packet.sequence.into(), packet.time, now, payload)
            .marker(packet.marker)
            .nackable(video)
            .ext_vals(extensions);
        stream.write_rtp(write);
        counts.sent += 1;
        counts.video_sent += u64::from(video);
        // Each packet leaves by itself, so that its stamp is the moment it leaves.
        self.input(Input::Timeout(now), counts);
    }

    /// Receives what there is; whether there may be more.
    pub(crate) fn receive(&mut self, batch: &mut Batch, counts: &mut Counts) -> bool {
        for _ in 0..BATCHES_PER_TURN {
            match batch.receive(&self.socket) {
                Ok(0) => return false,
                Ok(came) => {
                    for datagram in batch.datagrams() {
                        self.handle(&datagram, counts);
                    }
                    if came < batch::BATCH {
                        return false;
                    }
                }
                Err(_) => {
                    self.ended = true;
                    return false;
                }
            }
        }
        true
    }

    fn handle(&mut self, datagram: &Datagram<'_>, counts: &mut Counts) {
        let Some(source) = datagram.source.filter(|_| !self.ended) else {
            return;
        };
        let rtp = matches!(datagram.bytes, [first, ..] if first & 0xc0 == 0x80);
        let reports = is_rtcp(datagram.bytes);
        self.server = Some(source);
        if rtp && !reports {
            match &mut self.receiver {
                Some(receiver) => {
                    let came = receiver.rtp(datagram.bytes, datagram.arrived_us, counts);
                    if came == Came::Media {
                        self.came += 1;
                        self.first_packet_at.get_or_insert_with(Instant::now);
                    }
                }
                // Before the end of DTLS nothing can be opened.
                None => counts.undecrypted += 1,
            }
            return;
        }
        if let Some(receiver) = self.receiver.as_mut().filter(|_| reports) {
            receiver.rtcp(datagram.bytes, datagram.arrived_us);
            // What a publisher is asked and told is str0m's, which sends for it.
            if self.sources.is_none() {
                return;
            }
        }
        self.note_profile(datagram.bytes);
        let Ok(receive) = Receive::new(Protocol::Udp, source, self.local, datagram.bytes) else {
            return;
        };
        self.input(Input::Receive(Instant::now(), receive), counts);
    }

    fn input(&mut self, input: Input<'_>, counts: &mut Counts) {
        let done = self.rtc.handle_input(input).map_err(anyhow::Error::from);
        let done = done.and_then(|()| self.drain(counts));
        if done.and_then(|()| self.take_keys()).is_err() || !self.rtc.is_alive() {
            self.ended = true;
        }
    }

    /// Begins to receive with the keys of a handshake that has just ended.
    fn take_keys(&mut self) -> Result<()> {
        if self.receiver.is_none()
            && let Some(keys) = Keys::take()
        {
            let announced = std::mem::take(&mut self.announced);
            self.receiver = Some(Receiver::new(&keys, self.types, announced)?);
        }
        Ok(())
    }

    /// Takes everything that str0m has to say.
    fn drain(&mut self, counts: &mut Counts) -> Result<()> {
        loop {
            match self.rtc.poll_output()? {
                Output::Timeout(at) => {
                    // A deadline in the past means at once, and at once again is a busy loop.
                    self.due = at.max(Instant::now() + Duration::from_micros(500));
                    return Ok(());
                }
                Output::Transmit(transmit) => {
                    self.note_profile(&transmit.contents);
                    let sent = self
                        .socket
                        .send_to(&transmit.contents, transmit.destination);
                    counts.unsent += u64::from(sent.is_err());
                    counts.feedback += u64::from(is_rtcp(&transmit.contents));
                }
                Output::Event(event) => self.event(event),
            }
        }
    }

    fn event(&mut self, event: Event) {
        if let Event::KeyframeRequest(request) = event {
            if let Some(sources) = &mut self.sources {
                sources.want_key(request.mid, request.rid);
            }
        } else if matches!(event, Event::Connected) {
            self.connected_at = Some(Instant::now());
        } else if matches!(
            event,
            Event::Closed | Event::IceConnectionStateChange(IceConnectionState::Disconnected)
        ) {
            self.ended = true;
        }
    }

    fn note_profile(&mut self, datagram: &[u8]) {
        if self.profile.is_none() {
            self.profile = profile::chosen(datagram);
        }
    }

    /// Streams that packets came in.
    pub(crate) fn streams(&self) -> usize {
        self.receiver.as_ref().map_or(0, Receiver::streams)
    }
}

/// Whether a datagram is RTCP and no RTP (RFC 5761 section 4).
fn is_rtcp(datagram: &[u8]) -> bool {
    matches!(datagram, [first, 192..=223, ..] if first & 0xc0 == 0x80)
}

/// A moment that does not come.
fn far_away() -> Instant {
    Instant::now() + Duration::from_secs(24 * 60 * 60)
}
