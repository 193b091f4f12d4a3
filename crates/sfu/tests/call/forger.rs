//! A client that also seals what no session would send: it has noted the keys of its handshake.

use std::time::{Duration, Instant};

use str0m::{Candidate, Rtc, RtcConfig, crypto::dtls::SrtpProfile};
use zoom_client::media::Keys;
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
        let agreed = Keys::take().expect("a handshake");
        let profile = match agreed.profile {
            SrtpProfile::AEAD_AES_256_GCM => srtp::SrtpProfile::AeadAes256Gcm,
            SrtpProfile::AEAD_AES_128_GCM => srtp::SrtpProfile::AeadAes128Gcm,
            SrtpProfile::AES128_CM_SHA1_80 => srtp::SrtpProfile::Aes128CmSha1_80,
            _ => panic!("another profile"),
        };
        let (sender, _) = srtp::srtp_session(profile, &agreed.material, agreed.client, 8).unwrap();
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
    let mut rtc = RtcConfig::new()
        .set_crypto_provider(Keys::provider())
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
