//! Somebody who takes part from outside, with hand-made packets: the ICE checks, the end of DTLS
//! and the offer that a peer needs to be connected, and nothing that would keep it from lying.

use std::{
    net::SocketAddr,
    time::{Duration, Instant},
};

use str0m::{
    config::DtlsVersion,
    crypto::{
        dtls::{DtlsInstance, DtlsOutput},
        from_feature_flags,
    },
};
use zoom_protocol::{Limits, MediaAnswer, MediaOffer, Slot, SlotId, SlotKind, SourceMids};
use zoom_sfu::{Candidate, Certificate, Protocol, SfuConfig};

use crate::media::Media;

/// An offer as Chromium makes it for a page.
const OFFER: &str = include_str!("../../../crates/sfu/tests/offers/chromium-preferred.sdp");

/// The m-lines of it that a guest offers: the sources, two persons, a voice, the stage.
const KEPT: [usize; 11] = [0, 1, 2, 3, 4, 5, 6, 7, 22, 25, 26];

/// Where the server receives.
pub(crate) fn server() -> SocketAddr {
    SocketAddr::from(([192, 0, 2, 7], 7_882))
}

/// A server with a certificate of its own.
#[expect(clippy::expect_used, reason = "without a certificate nothing goes on")]
pub(crate) fn config() -> SfuConfig {
    let candidates = [Protocol::Udp, Protocol::Tcp].map(|protocol| Candidate {
        address: server(),
        protocol,
    });
    SfuConfig {
        limits: Limits::default(),
        certificate: Certificate::generate().expect("a certificate"),
        candidates: candidates.into(),
        max_upload_bps: None,
    }
}

/// The time at which virtual time begins. A clock that a stranger cannot turn has no part in what
/// is tried here.
pub(crate) fn first_instant() -> Instant {
    Instant::now()
}

/// One guest.
#[derive(Debug)]
pub(crate) struct Guest {
    /// Where it sends from.
    pub(crate) address: SocketAddr,
    ufrag: String,
    /// What the answer said of the server's ICE.
    server_ufrag: String,
    server_password: String,
    dtls: Box<dyn DtlsInstance>,
    offer: MediaOffer,
    /// Its media, once the handshake is done.
    pub(crate) media: Option<Media>,
}

impl Guest {
    #[expect(clippy::expect_used, reason = "without an end of DTLS nothing goes on")]
    pub(crate) fn new(number: u8, now: Instant) -> Self {
        let crypto = from_feature_flags();
        let certificate = crypto
            .dtls_provider
            .generate_certificate()
            .expect("a certificate");
        let digest = crypto.sha256_provider.sha256(&certificate.certificate);
        let fingerprint: Vec<_> = digest.iter().map(|byte| format!("{byte:02X}")).collect();
        let mut dtls = crypto
            .dtls_provider
            .new_dtls(&certificate, now, DtlsVersion::Dtls12, None)
            .expect("an end of DTLS");
        dtls.set_active(true);
        let ufrag = format!("gst{number}");
        Self {
            address: SocketAddr::from(([198, 51, 100, number], 40_000)),
            offer: offer(&ufrag, &fingerprint.join(":")),
            ufrag,
            server_ufrag: String::new(),
            server_password: String::new(),
            dtls,
            media: None,
        }
    }

    pub(crate) fn offer(&self) -> &MediaOffer {
        &self.offer
    }

    pub(crate) fn answered(&mut self, answer: &MediaAnswer) {
        let value = |name: &str| {
            let mut lines = answer.answer.lines();
            let found = lines.find_map(|line| line.strip_prefix(name));
            found.unwrap_or_default().to_owned()
        };
        self.server_ufrag = value("a=ice-ufrag:");
        self.server_password = value("a=ice-pwd:");
    }

    /// A STUN binding request (RFC 8489) that proves to know the server's password, with further
    /// attributes.
    pub(crate) fn request(&self, attributes: &[u8]) -> Vec<u8> {
        let user = format!("{}:{}", self.server_ufrag, self.ufrag);
        let mut request = vec![0, 1, 0, 0, 0x21, 0x12, 0xa4, 0x42];
        request.extend([7; 12]);
        put_attribute(&mut request, 0x0006, user.as_bytes());
        request.extend(attributes);
        request.resize(request.len().next_multiple_of(4), 0);
        // Each of the last two attributes is reckoned with a length that ends with itself.
        set_length(&mut request, 24);
        let sha1 = from_feature_flags().sha1_hmac_provider;
        let integrity = sha1.sha1_hmac(self.server_password.as_bytes(), &[&request]);
        put_attribute(&mut request, 0x0008, &integrity);
        set_length(&mut request, 8);
        let fingerprint = crc32(&request) ^ 0x5354_554e;
        put_attribute(&mut request, 0x8028, &fingerprint.to_be_bytes());
        request
    }

    /// The check by which a browser chooses its path (RFC 8445 section 7.2.2).
    pub(crate) fn check(&self) -> Vec<u8> {
        let mut attributes = Vec::new();
        put_attribute(&mut attributes, 0x0024, &[0x6e, 0, 0x1e, 0xff]);
        put_attribute(&mut attributes, 0x802a, &[9; 8]);
        put_attribute(&mut attributes, 0x0025, &[]);
        self.request(&attributes)
    }

    /// Takes a datagram of the server.
    pub(crate) fn handle(&mut self, datagram: &[u8]) {
        match (datagram.first(), &mut self.media) {
            // Whatever is wrong with it shows in that no keys come.
            (Some(20..=63), _) => drop(self.dtls.handle_packet(datagram)),
            (Some(128..=191), Some(media)) => media.hear(datagram),
            (Some(_) | None, Some(_) | None) => {}
        }
    }

    /// What its end of DTLS has to send at `now`.
    pub(crate) fn poll(&mut self, now: Instant) -> Vec<Vec<u8>> {
        self.dtls.handle_timeout(now).ok();
        let mut sent = Vec::new();
        let mut buffer = vec![0; 4_096];
        loop {
            match self.dtls.poll_output(&mut buffer) {
                DtlsOutput::Packet(packet) => sent.push(packet.to_vec()),
                DtlsOutput::BufferTooSmall { needed } => buffer.resize(needed, 0),
                DtlsOutput::KeyingMaterial(material, profile) => {
                    self.media = Media::new(profile, &material);
                }
                DtlsOutput::Timeout(_) => return sent,
                DtlsOutput::Connected
                | DtlsOutput::PeerCert(_)
                | DtlsOutput::ApplicationData(_)
                | DtlsOutput::CloseNotify
                | _ => {}
            }
        }
    }
}

/// How far time goes on between two rounds of a handshake.
pub(crate) const ROUND: Duration = Duration::from_millis(10);

fn offer(ufrag: &str, fingerprint: &str) -> MediaOffer {
    let mut sections = OFFER.split("\nm=");
    let head = sections.next().unwrap_or_default();
    let sections: Vec<&str> = sections.collect();
    let mids = KEPT.map(|mid| mid.to_string());
    let head = head.lines().map(|line| match line.split_once(' ') {
        Some(("a=group:BUNDLE", _)) => format!("a=group:BUNDLE {}", mids.join(" ")),
        Some(_) | None => line.to_owned(),
    });
    let kept = KEPT
        .into_iter()
        .filter_map(|at| sections.get(at))
        .flat_map(|section| {
            format!("m={section}")
                .lines()
                .map(str::to_owned)
                .collect::<Vec<_>>()
        });
    let text: String = head
        .chain(kept)
        .map(|line| match line.split_once(':') {
            // The recorded page did not ask for sound that is sent twice (RFC 2198).
            None if line.starts_with("m=audio ") => format!("{line} 63\r\n"),
            Some(("a=rtpmap", "111 opus/48000/2")) => {
                format!("{line}\r\na=rtpmap:63 red/48000/2\r\na=fmtp:63 111/111\r\n")
            }
            Some(("a=ice-ufrag", _)) => format!("a=ice-ufrag:{ufrag}\r\n"),
            Some(("a=fingerprint", _)) => format!("a=fingerprint:sha-256 {fingerprint}\r\n"),
            Some(_) | None => format!("{line}\r\n"),
        })
        .collect();
    let mid = |at: usize| mids.get(at).cloned();
    let slot = |kind, index, at| Slot {
        slot: SlotId { kind, index },
        audio: mid(at).unwrap_or_default(),
        video: (kind != SlotKind::Voice).then(|| mid(at + 1)).flatten(),
    };
    MediaOffer {
        offer: text,
        sources: SourceMids {
            microphone: mid(0),
            camera: mid(1),
            screen: mid(2),
            screen_audio: mid(3),
        },
        slots: vec![
            slot(SlotKind::Person, 0, 4),
            slot(SlotKind::Person, 1, 6),
            slot(SlotKind::Voice, 0, 8),
            slot(SlotKind::Stage, 0, 9),
        ],
    }
}

fn put_attribute(to: &mut Vec<u8>, kind: u16, value: &[u8]) {
    to.extend(kind.to_be_bytes());
    to.extend((value.len() as u16).to_be_bytes());
    to.extend(value);
    to.resize(to.len().next_multiple_of(4), 0);
}

/// Writes the length of a message to which `more` bytes will be added.
fn set_length(message: &mut [u8], more: usize) {
    let length = (message.len() + more).saturating_sub(20) as u16;
    if let Some(place) = message.get_mut(2..4) {
        place.copy_from_slice(&length.to_be_bytes());
    }
}

/// The checksum of RFC 8489 section 14.7.
fn crc32(bytes: &[u8]) -> u32 {
    let mut crc = u32::MAX;
    for byte in bytes {
        crc ^= u32::from(*byte);
        for _ in 0..8 {
            crc = if crc & 1 == 1 {
                crc >> 1 ^ 0xedb8_8320
            } else {
                crc >> 1
            };
        }
    }
    !crc
}
