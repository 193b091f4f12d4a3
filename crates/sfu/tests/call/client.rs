//! A participant's end: a str0m session that publishes labelled media and notes what it gets.

use std::{
    collections::HashMap,
    net::SocketAddr,
    time::{Duration, Instant},
};

use str0m::{
    Candidate, Input, Output, Rtc, RtcConfig,
    change::{SdpAnswer, SdpPendingOffer},
    format::Codec,
    media::{Direction, MediaKind, Mid, Pt, Rid, Simulcast, SimulcastLayer},
    net::{Protocol, Receive, TcpType},
    rtp::{ExtensionValues, RawPacket, RtpWrite, rtcp::Rtcp},
};
use zoom_protocol::{
    MediaAnswer, MediaOffer, ParticipantId, Slot, SlotId, SlotKind, Source, SourceMids,
};

use crate::media::{self, Label, Received, Shape};

/// A datagram that a client sends.
pub(crate) struct Sent {
    pub(crate) protocol: Protocol,
    pub(crate) source: SocketAddr,
    pub(crate) destination: SocketAddr,
    pub(crate) payload: Vec<u8>,
}

/// A sender report as it came.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ReportSeen {
    pub(crate) mid: Mid,
    /// The server's time in it, since the world began.
    pub(crate) ntp: Duration,
    pub(crate) rtp: u32,
}

#[derive(Clone, Copy, Debug, Default)]
struct LayerState {
    frame: u32,
    key: bool,
    seq: u64,
}

pub(crate) struct Client {
    pub(crate) id: ParticipantId,
    pub(crate) rtc: Rtc,
    pub(crate) address: SocketAddr,
    pub(crate) protocol: Protocol,
    /// How far its clock is ahead of the world's.
    pub(crate) skew: Duration,
    began: Instant,
    pub(crate) sources: HashMap<Source, Mid>,
    pub(crate) slots: Vec<(SlotId, Mid, Option<Mid>)>,
    pending: Option<SdpPendingOffer>,
    pub(crate) connected: bool,
    /// What it publishes.
    pub(crate) microphone: bool,
    pub(crate) level: Option<i8>,
    pub(crate) camera: [bool; 3],
    pub(crate) screen: bool,
    /// How the frames of its layers are cut into packets.
    pub(crate) shapes: [Shape; 3],
    /// The time between two frames of its pictures.
    pub(crate) picture_every: Duration,
    /// How much later than its capture a frame is sent.
    pub(crate) camera_lag: Duration,
    layers: HashMap<(Source, usize), LayerState>,
    pub(crate) keys_asked: usize,
    pub(crate) received: HashMap<Mid, Vec<Received>>,
    pub(crate) reports: Vec<ReportSeen>,
    pub(crate) zero_reports: usize,
    pub(crate) due: Instant,
    pub(crate) next_sound: Instant,
    pub(crate) next_picture: Instant,
}

/// 20 ms: a packet of Opus.
pub(crate) const SOUND_EVERY: Duration = Duration::from_millis(20);
/// 30 frames a second.
pub(crate) const PICTURE_EVERY: Duration = Duration::from_micros(33_333);

const RIDS: [&str; 3] = ["q", "h", "f"];

impl Client {
    pub(crate) fn new(number: u8, began: Instant, now: Instant, skew: Duration) -> Self {
        Self::over(Protocol::Udp, number, began, now, skew)
    }

    pub(crate) fn over(
        protocol: Protocol,
        number: u8,
        began: Instant,
        now: Instant,
        skew: Duration,
    ) -> Self {
        let config = RtcConfig::new()
            .set_rtp_mode(true)
            .clear_codecs()
            .enable_opus(true, false)
            .enable_vp8(true)
            .enable_raw_packets(true)
            .set_rtcp_report_interval_audio(Duration::from_millis(700))
            .set_rtcp_report_interval_video(Duration::from_millis(500));
        let mut rtc = config.build(now + skew);
        let address = SocketAddr::from(([10, 0, 0, number], 40_000 + u16::from(number)));
        let candidate = match protocol {
            Protocol::Udp => Candidate::builder().udp().host(address).build(),
            Protocol::Tcp | Protocol::SslTcp | Protocol::Tls => Candidate::builder()
                .tcp()
                .host(address)
                .tcptype(TcpType::Active)
                .build(),
        };
        rtc.add_local_candidate(candidate.unwrap());
        Self {
            id: ParticipantId(number.into()),
            rtc,
            address,
            protocol,
            skew,
            began,
            sources: HashMap::new(),
            slots: Vec::new(),
            pending: None,
            connected: false,
            microphone: false,
            level: Some(-30),
            camera: [false; 3],
            screen: false,
            shapes: [0, 1, 2].map(Shape::small),
            picture_every: PICTURE_EVERY,
            camera_lag: Duration::ZERO,
            layers: HashMap::new(),
            keys_asked: 0,
            received: HashMap::new(),
            reports: Vec::new(),
            zero_reports: 0,
            due: now,
            next_sound: now,
            next_picture: now,
        }
    }

    /// The offer of a page: four sources and so many slots.
    pub(crate) fn offer(&mut self, persons: u8, voices: u8, stages: u8) -> MediaOffer {
        let mut api = self.rtc.sdp_api();
        if self.sources.is_empty() {
            let layers = Simulcast {
                send: RIDS.map(SimulcastLayer::new).into(),
                recv: vec![],
            };
            for source in Source::ALL {
                let simulcast = (source == Source::Camera).then(|| layers.clone());
                let kind = kind(source.is_video());
                let mid = api.add_media(kind, Direction::SendOnly, None, None, simulcast);
                self.sources.insert(source, mid);
            }
        }
        let wanted = [
            (SlotKind::Person, persons),
            (SlotKind::Voice, voices),
            (SlotKind::Stage, stages),
        ];
        for (slot_kind, count) in wanted {
            for index in 0..count {
                let slot = SlotId {
                    kind: slot_kind,
                    index,
                };
                if self.slots.iter().any(|(id, ..)| *id == slot) {
                    continue;
                }
                let mut add =
                    |video| api.add_media(kind(video), Direction::RecvOnly, None, None, None);
                let audio = add(false);
                let video = slot_kind.has_video().then(|| add(true));
                self.slots.push((slot, audio, video));
            }
        }
        let (offer, pending) = api.apply().expect("something to offer");
        self.pending = Some(pending);
        self.described(offer.to_sdp_string())
    }

    /// An offer that restarts ICE.
    pub(crate) fn restart_offer(&mut self) -> MediaOffer {
        let mut api = self.rtc.sdp_api();
        api.ice_restart(true);
        let (offer, pending) = api.apply().expect("a restart to offer");
        self.pending = Some(pending);
        self.described(offer.to_sdp_string())
    }

    fn described(&self, offer: String) -> MediaOffer {
        let mid = |source| self.sources.get(&source).map(|mid| mid.to_string());
        MediaOffer {
            offer,
            sources: SourceMids {
                microphone: mid(Source::Microphone),
                camera: mid(Source::Camera),
                screen: mid(Source::Screen),
                screen_audio: mid(Source::ScreenAudio),
            },
            slots: self
                .slots
                .iter()
                .map(|(slot, audio, video)| Slot {
                    slot: *slot,
                    audio: audio.to_string(),
                    video: video.map(|mid| mid.to_string()),
                })
                .collect(),
        }
    }

    pub(crate) fn answered(&mut self, answer: &MediaAnswer) {
        let answer = SdpAnswer::from_sdp_string(&answer.answer).unwrap();
        let pending = self.pending.take().expect("an offer");
        self.rtc.sdp_api().accept_answer(pending, answer).unwrap();
        // Browsers resend all that is asked for; str0m by itself gives up above a share.
        let camera = self.sources[&Source::Camera];
        for rid in RIDS.map(Rid::from) {
            let mut api = self.rtc.direct_api();
            let stream = api.stream_tx_by_mid(camera, Some(rid)).unwrap();
            stream.set_rtx_cache(1_000, Duration::from_secs(2), None);
        }
    }

    /// What came in a slot's picture.
    pub(crate) fn picture(&self, slot: SlotId) -> &[Received] {
        let entry = self.slots.iter().find(|(id, ..)| *id == slot).unwrap();
        self.received
            .get(&entry.2.unwrap())
            .map_or(&[], Vec::as_slice)
    }

    /// What came in a slot's sound.
    pub(crate) fn sound(&self, slot: SlotId) -> &[Received] {
        let entry = self.slots.iter().find(|(id, ..)| *id == slot).unwrap();
        self.received.get(&entry.1).map_or(&[], Vec::as_slice)
    }

    pub(crate) fn handle(&mut self, now: Instant, from: SocketAddr, payload: &[u8]) -> Vec<Sent> {
        let receive = Receive::new(self.protocol, from, self.address, payload).unwrap();
        let input = Input::Receive(now + self.skew, receive);
        self.rtc.handle_input(input).unwrap();
        self.poll(now)
    }

    pub(crate) fn wake(&mut self, now: Instant) -> Vec<Sent> {
        self.rtc
            .handle_input(Input::Timeout(now + self.skew))
            .unwrap();
        self.poll(now)
    }

    fn poll(&mut self, now: Instant) -> Vec<Sent> {
        let mut sent = Vec::new();
        loop {
            let output = match self.rtc.poll_output() {
                Ok(output) => output,
                // A handshake that nobody answers is given up.
                Err(error) => {
                    assert!(!self.connected, "{error}");
                    self.rtc.disconnect();
                    continue;
                }
            };
            match output {
                Output::Timeout(at) => {
                    self.due = at.checked_sub(self.skew).unwrap_or(now).max(now);
                    return sent;
                }
                Output::Transmit(transmit) => sent.push(Sent {
                    protocol: transmit.proto,
                    source: transmit.source,
                    destination: transmit.destination,
                    payload: transmit.contents.to_vec(),
                }),
                Output::Event(event) => self.on_event(now, event),
            }
        }
    }

    fn on_event(&mut self, now: Instant, event: str0m::Event) {
        match event {
            str0m::Event::Connected => self.connected = true,
            str0m::Event::KeyframeRequest(request) => {
                self.keys_asked += 1;
                let source = self.sources.iter().find(|(_, mid)| **mid == request.mid);
                let layer = layer_of(request.rid.as_deref());
                self.layers
                    .entry((*source.unwrap().0, layer))
                    .or_default()
                    .key = true;
            }
            str0m::Event::RtpPacket(packet) => {
                let mut api = self.rtc.direct_api();
                let mid = api.stream_rx(&packet.header.ssrc).unwrap().mid();
                self.received.entry(mid).or_default().push(Received {
                    at: now - self.began,
                    seq: *packet.seq_no,
                    timestamp: packet.header.timestamp,
                    marker: packet.header.marker,
                    label: Label::read(&packet.payload),
                    payload: packet.payload.to_vec(),
                });
            }
            str0m::Event::SenderFeedback(feedback) => {
                let ntp = feedback.sender_info.ntp_time;
                self.reports.push(ReportSeen {
                    mid: feedback.mid,
                    ntp: ntp
                        .duration_since(std::time::SystemTime::UNIX_EPOCH)
                        .unwrap(),
                    rtp: feedback.sender_info.rtp_time.numer() as u32,
                });
            }
            str0m::Event::RawPacket(raw) => {
                if let RawPacket::RtcpRx(Rtcp::SenderReport(report)) = *raw
                    && report.sender_info.rtp_time.numer() == 0
                {
                    self.zero_reports += 1;
                }
            }
            str0m::Event::IceConnectionStateChange(_) | str0m::Event::MediaAdded(_) | _ => {}
        }
    }

    /// When it has something to do.
    pub(crate) fn next_due(&self) -> Instant {
        let sound = self.microphone.then_some(self.next_sound);
        let picture = self.shows().then_some(self.next_picture);
        [sound, picture]
            .into_iter()
            .flatten()
            .fold(self.due, Instant::min)
    }

    fn shows(&self) -> bool {
        self.screen || self.camera.contains(&true)
    }

    /// Lets the times pass at which it sends nothing.
    pub(crate) fn skip(&mut self, now: Instant) {
        while !self.microphone && self.next_sound <= now {
            self.next_sound += SOUND_EVERY;
        }
        while !self.shows() && self.next_picture <= now {
            self.next_picture += self.picture_every;
        }
    }

    /// Sends what is due of sound and picture.
    pub(crate) fn publish(&mut self, now: Instant) -> Vec<Sent> {
        let mut sent = Vec::new();
        if !self.connected {
            self.next_sound = now + SOUND_EVERY;
            self.next_picture = now + SOUND_EVERY;
            return sent;
        }
        while self.next_sound <= now {
            self.next_sound += SOUND_EVERY;
            if self.microphone {
                self.send_sound(now);
                sent.extend(self.wake(now));
            }
        }
        while self.next_picture <= now {
            self.next_picture += self.picture_every;
            for layer in 0..3 {
                if self.camera[layer] {
                    sent.extend(self.send_picture(now, Source::Camera, layer));
                }
            }
            if self.screen {
                sent.extend(self.send_picture(now, Source::Screen, 2));
            }
        }
        sent
    }

    fn send_sound(&mut self, now: Instant) {
        let pt = self.pt(Codec::Opus);
        let state = self.layers.entry((Source::Microphone, 2)).or_default();
        state.frame += 1;
        state.seq += 1;
        let seq = 60_000 - 16_000 + state.seq;
        let captured = now - self.began;
        let payload = media::sound(Label {
            publisher: self.id.0 as u8,
            layer: 2,
            frame: state.frame,
            part: 0,
            parts: 1,
            key: true,
            captured,
        });
        let time = ticks(captured, 48_000).wrapping_add(0xffff_0000);
        let mid = self.sources[&Source::Microphone];
        let values = ExtensionValues {
            audio_level: self.level,
            voice_activity: self.level.map(|_| true),
            ..ExtensionValues::default()
        };
        let write = RtpWrite::new(pt, seq.into(), time, now + self.skew, payload).ext_vals(values);
        self.rtc
            .direct_api()
            .stream_tx_by_mid(mid, None)
            .unwrap()
            .write_rtp(write);
    }

    fn send_picture(&mut self, now: Instant, source: Source, layer: usize) -> Vec<Sent> {
        let pt = self.pt(Codec::Vp8);
        let state = self.layers.entry((source, layer)).or_default();
        let key = std::mem::take(&mut state.key) || state.frame == 0;
        state.frame += 1;
        let frame = state.frame;
        let first_seq = state.seq + 1;
        let shape = self.shapes[layer];
        let parts = if key { shape.key_parts } else { shape.parts };
        state.seq += u64::from(parts);
        let capture = now - self.camera_lag;
        let captured = capture - self.began;
        // Every layer counts from elsewhere.
        let time = ticks(captured, 90_000).wrapping_add(layer as u32 * 0x5555_5555);
        let mid = self.sources[&source];
        let rid = (source == Source::Camera).then(|| Rid::from(RIDS[layer]));
        let mut sent = Vec::new();
        for part in 0..parts {
            let label = Label {
                publisher: self.id.0 as u8,
                layer: layer as u8,
                frame,
                part,
                parts,
                key,
                captured,
            };
            let id = frame as u16 & 0x7fff;
            let payload = media::picture(label, id, frame as u8, shape.bytes);
            let seq = 20_000 * (layer as u64 + 1) + first_seq + u64::from(part);
            let write = RtpWrite::new(pt, seq.into(), time, capture + self.skew, payload)
                .marker(part + 1 == parts)
                .nackable(true);
            self.rtc
                .direct_api()
                .stream_tx_by_mid(mid, rid)
                .unwrap()
                .write_rtp(write);
            sent.extend(self.wake(now));
        }
        sent
    }

    fn pt(&self, codec: Codec) -> Pt {
        let params = self.rtc.codec_config().find(|p| p.spec().codec == codec);
        params.unwrap().pt()
    }

    /// The RTP time of a capture in the stream of a slot, by the last report of that stream.
    pub(crate) fn mid_of(&self, slot: SlotId, video: bool) -> Mid {
        let entry = self.slots.iter().find(|(id, ..)| *id == slot).unwrap();
        if video { entry.2.unwrap() } else { entry.1 }
    }
}

fn kind(video: bool) -> MediaKind {
    if video {
        MediaKind::Video
    } else {
        MediaKind::Audio
    }
}

fn layer_of(rid: Option<&str>) -> usize {
    RIDS.iter().position(|name| Some(*name) == rid).unwrap_or(2)
}

fn ticks(time: Duration, rate: u32) -> u32 {
    (time.as_micros() * u128::from(rate) / 1_000_000) as u32
}
