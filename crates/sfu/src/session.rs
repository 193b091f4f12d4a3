//! The media of one peer: its keys, what it sends, what is known of the way to it.

use std::time::{Duration, Instant};

use str0m::crypto::dtls::SrtpProfile as DtlsProfile;
use zoom_protocol::Limits;
use zoom_rtp::{
    FeedbackRecorder,
    cc::{CcConfig, CongestionController},
    srtp::{SrtpError, SrtpProfile, SrtpReceiver, SrtpSender, srtp_session},
};

use crate::{handshake::Agreed, incoming::Streams, round_trip::RoundTrip};

/// How often reports are sent: browsers align sound and picture by them, and learn the round trip.
pub(crate) const REPORT_EVERY: Duration = Duration::from_secs(1);
/// From this loss on, in 256ths as receivers report it, sound is sent twice: about 1 %, which one
/// hears.
const LOSSY_FRACTION: u8 = 3;
/// How long sound is sent twice after the last report of loss.
const LOSSY_FOR: Duration = Duration::from_secs(20);
/// Bytes of repairs that are allowed beyond their share in what is sent: a burst of losses right
/// after a key frame.
const REPAIR_CREDIT: i64 = 100_000;

/// The media of a peer whose handshake is done.
pub(crate) struct Session {
    pub(crate) sender: SrtpSender,
    pub(crate) receiver: SrtpReceiver,
    pub(crate) streams: Streams,
    pub(crate) feedback: FeedbackRecorder,
    pub(crate) cc: CongestionController,
    /// Who speaks in packets that are about the peer's streams.
    pub(crate) ssrc: u32,
    pub(crate) report_at: Instant,
    /// Streams that are to be asked for a key frame.
    pub(crate) keys: Vec<u32>,
    pub(crate) round_trip: RoundTrip,
    /// Bytes of repairs that may be sent.
    repair_credit: i64,
    /// Until when sound is sent twice, because the way loses packets.
    lossy_until: Option<Instant>,
    /// Whether the way carries less than is wanted of it: what is lost then is lost because too much
    /// is sent, and sending sound twice would make it worse.
    pub(crate) narrow: bool,
}

impl Session {
    pub(crate) fn new(
        limits: &Limits,
        agreed: &Agreed,
        ssrc: u32,
        now: Instant,
    ) -> Result<Self, SrtpError> {
        let profile = match agreed.profile {
            DtlsProfile::AEAD_AES_256_GCM => SrtpProfile::AeadAes256Gcm,
            DtlsProfile::AEAD_AES_128_GCM => SrtpProfile::AeadAes128Gcm,
            DtlsProfile::AES128_CM_SHA1_80 => SrtpProfile::Aes128CmSha1_80,
            _ => return Err(SrtpError::KeyMaterial),
        };
        let most = limits.peer_streams as usize;
        // The server's end of DTLS is the server's.
        let (sender, receiver) = srtp_session(profile, &agreed.material, false, most)?;
        let config = CcConfig {
            start_bps: limits.estimate_start_bps.into(),
            min_bps: limits.estimate_min_bps.into(),
            max_bps: limits.estimate_max_bps.into(),
        };
        Ok(Self {
            sender,
            receiver,
            streams: Streams::default(),
            feedback: FeedbackRecorder::new(),
            cc: CongestionController::new(config, now),
            ssrc,
            report_at: now + REPORT_EVERY,
            keys: Vec::new(),
            round_trip: RoundTrip::default(),
            repair_credit: REPAIR_CREDIT,
            lossy_until: None,
            narrow: false,
        })
    }

    /// When something is to be sent that nobody else brings about.
    pub(crate) fn next_due(&self, now: Instant) -> Option<Instant> {
        let missing = self
            .streams
            .iter()
            .filter_map(|stream| stream.nack.as_ref());
        let nack = missing.filter_map(|nack| nack.next_due()).min();
        let others = [self.feedback.next_due(now), self.cc.next_due(), nack];
        others.into_iter().flatten().min()
    }

    /// Takes what a receiver reports as lost, in 256ths.
    pub(crate) fn lost(&mut self, fraction: u8, now: Instant) {
        if fraction >= LOSSY_FRACTION {
            self.lossy_until = Some(now + LOSSY_FOR);
        }
    }

    /// Whether sound is to be sent twice.
    pub(crate) fn is_lossy(&self, now: Instant) -> bool {
        !self.narrow && self.lossy_until.is_some_and(|until| now < until)
    }

    /// Earns credit for repairs by what was sent.
    pub(crate) fn earn(&mut self, bytes: usize, percent: u32) {
        let earned = bytes as i64 * i64::from(percent) / 100;
        self.repair_credit = (self.repair_credit + earned).min(REPAIR_CREDIT);
    }

    /// Takes credit for a repair, if there is enough.
    pub(crate) fn spend(&mut self, bytes: usize) -> bool {
        let bytes = bytes as i64;
        let enough = self.repair_credit >= bytes;
        if enough {
            self.repair_credit -= bytes;
        }
        enough
    }
}
