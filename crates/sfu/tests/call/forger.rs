//! A client that also seals what no session would send: it has noted the keys of its handshake.

use std::{
    cell::RefCell,
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};

use str0m::{
    Candidate, Rtc, RtcConfig,
    config::{CryptoProvider, DtlsCert, DtlsVersion},
    crypto::{
        CryptoError,
        dtls::{
            DtlsImplError, DtlsInstance, DtlsOutput, DtlsProvider, ProtocolVersion, SrtpProfile,
        },
        from_feature_flags,
    },
};
use zoom_protocol::SlotId;
use zoom_rtp::{rtcp, srtp};
use zoom_sfu::Command;

use crate::{
    client::Client,
    world::{EVERYTHING, World},
};

/// Who speaks in forged packets; no session of a test chooses it.
const SSRC: u32 = 0x0f0f_0f0f;

/// A connected client and the hand that forges for it.
pub(crate) struct Forger {
    /// Which client it is.
    pub(crate) at: usize,
    sender: srtp::SrtpSender,
}

impl Forger {
    /// A client that joins with everything on; returns when all are connected.
    pub(crate) fn join(world: &mut World) -> Self {
        let at = world.clients.len();
        let mut client = Client::new(at as u8 + 1, world.began, world.now, Duration::ZERO);
        client.rtc = session(&client, world.now);
        let participant = client.id;
        world.clients.push(client);
        world.connect(at);
        world.command(Command::SetSources {
            participant,
            sources: EVERYTHING,
        });
        world.until_connected();
        let keys = MADE.take().expect("a DTLS end");
        let agreed = keys.lock().unwrap().take().expect("a handshake");
        let profile = match agreed.profile {
            SrtpProfile::AEAD_AES_256_GCM => srtp::SrtpProfile::AeadAes256Gcm,
            SrtpProfile::AEAD_AES_128_GCM => srtp::SrtpProfile::AeadAes128Gcm,
            SrtpProfile::AES128_CM_SHA1_80 => srtp::SrtpProfile::Aes128CmSha1_80,
            _ => panic!("another profile"),
        };
        let (sender, _) =
            srtp::srtp_session(profile, &agreed.material, agreed.as_client, 8).unwrap();
        Self { at, sender }
    }

    /// Seals control packets and has them arrive at once.
    pub(crate) fn tell(&mut self, world: &mut World, write: impl FnOnce(&mut Vec<u8>)) {
        let mut packet = Vec::new();
        rtcp::write::receiver_report(&mut packet, SSRC, &[]);
        write(&mut packet);
        self.sender.seal_rtcp(&mut packet, 0).unwrap();
        let own = world.clients[self.at].address;
        world.inject(own, &packet);
    }

    /// The SSRC of what it is sent in a slot's picture, once something came.
    pub(crate) fn picture_ssrc(&self, world: &mut World, slot: SlotId) -> u32 {
        let client = &mut world.clients[self.at];
        let mid = client.mid_of(slot, true);
        let mut api = client.rtc.direct_api();
        *api.stream_rx_by_mid(mid, None).unwrap().ssrc()
    }
}

/// A receiver's estimate (draft-alvestrand-rmcat-remb-03): `mantissa` times two to the `exponent`.
pub(crate) fn remb(to: &mut Vec<u8>, exponent: u8, mantissa: u32) {
    to.extend([0x80 | 15, 206, 0, 5]);
    to.extend(SSRC.to_be_bytes());
    to.extend([0; 4]);
    to.extend(b"REMB");
    let [_, high, middle, low] = mantissa.to_be_bytes();
    to.extend([1, exponent << 2 | high & 3, middle, low]);
    to.extend([0; 4]);
}

fn session(client: &Client, now: Instant) -> Rtc {
    static NOTING: Noting = Noting;
    let provider = CryptoProvider {
        dtls_provider: &NOTING,
        ..from_feature_flags()
    };
    let mut rtc = RtcConfig::new()
        .set_crypto_provider(Arc::new(provider))
        .set_rtp_mode(true)
        .clear_codecs()
        .enable_opus(true, false)
        .enable_vp8(true)
        .enable_raw_packets(true)
        .build(now);
    let candidate = Candidate::builder().udp().host(client.address).build();
    rtc.add_local_candidate(candidate.unwrap());
    rtc
}

struct Agreed {
    profile: SrtpProfile,
    material: Vec<u8>,
    as_client: bool,
}

type Keys = Arc<Mutex<Option<Agreed>>>;

thread_local! {
    /// The keys' place of the DTLS end that was made last.
    static MADE: RefCell<Option<Keys>> = const { RefCell::new(None) };
}

#[derive(Debug)]
struct Noting;

impl DtlsProvider for Noting {
    fn generate_certificate(&self) -> Option<DtlsCert> {
        from_feature_flags().dtls_provider.generate_certificate()
    }

    fn new_dtls(
        &self,
        cert: &DtlsCert,
        now: Instant,
        version: DtlsVersion,
        mtu: Option<usize>,
    ) -> Result<Box<dyn DtlsInstance>, CryptoError> {
        let provider = from_feature_flags().dtls_provider;
        let inner = provider.new_dtls(cert, now, version, mtu)?;
        let keys = Keys::default();
        MADE.set(Some(keys.clone()));
        Ok(Box::new(End { inner, keys }))
    }
}

struct End {
    inner: Box<dyn DtlsInstance>,
    keys: Keys,
}

impl std::fmt::Debug for End {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.inner.fmt(f)
    }
}

impl DtlsInstance for End {
    fn set_active(&mut self, active: bool) {
        self.inner.set_active(active);
    }

    fn handle_packet(&mut self, packet: &[u8]) -> Result<(), DtlsImplError> {
        self.inner.handle_packet(packet)
    }

    fn poll_output<'a>(&mut self, buf: &'a mut [u8]) -> DtlsOutput<'a> {
        let as_client = self.inner.is_active();
        let output = self.inner.poll_output(buf);
        if let DtlsOutput::KeyingMaterial(material, profile) = &output {
            *self.keys.lock().unwrap() = Some(Agreed {
                profile: *profile,
                material: material.to_vec(),
                as_client,
            });
        }
        output
    }

    fn handle_timeout(&mut self, now: Instant) -> Result<(), DtlsImplError> {
        self.inner.handle_timeout(now)
    }

    fn send_application_data(&mut self, data: &[u8]) -> Result<usize, DtlsImplError> {
        self.inner.send_application_data(data)
    }

    fn is_active(&self) -> bool {
        self.inner.is_active()
    }

    fn protocol_version(&self) -> Option<ProtocolVersion> {
        self.inner.protocol_version()
    }

    fn is_closing(&self) -> bool {
        self.inner.is_closing()
    }

    fn is_closed(&self) -> bool {
        self.inner.is_closed()
    }

    fn close(&mut self) -> Result<(), DtlsImplError> {
        self.inner.close()
    }
}
