//! The media of a guest: packets that it seals as they are, however wrong they may be.

use std::collections::HashMap;

use str0m::crypto::dtls;
use zoom_rtp::{
    RtpHeader, is_rtcp,
    srtp::{SrtpProfile, SrtpSender, srtp_session},
};

use crate::honest::IDS;

/// The streams that the offer names: microphone, screen, its repair, and the sound of the screen.
const NAMED: [u32; 4] = [210_032_241, 1_674_145_309, 2_621_667_497, 37_870_514];

/// Streams of the server that are remembered.
const HEARD: usize = 16;

/// The keys of one guest, and where its streams and those of the server stand.
#[derive(Debug)]
pub(crate) struct Media {
    sender: SrtpSender,
    /// The highest index sent of each stream, and the one that this input counts from.
    sent: HashMap<u32, Sent>,
    /// The server's streams, with the sequence number that came last.
    heard: Vec<(u32, u16)>,
    /// The transport-wide sequence number that came last.
    transport_cc: u16,
}

#[derive(Clone, Copy, Debug)]
struct Sent {
    highest: u64,
    base: u64,
}

impl Media {
    /// Sealed with what a handshake gave, as the DTLS client.
    pub(crate) fn new(profile: dtls::SrtpProfile, material: &[u8]) -> Option<Self> {
        let profile = match profile {
            dtls::SrtpProfile::AES128_CM_SHA1_80 => SrtpProfile::Aes128CmSha1_80,
            dtls::SrtpProfile::AEAD_AES_128_GCM => SrtpProfile::AeadAes128Gcm,
            dtls::SrtpProfile::AEAD_AES_256_GCM => SrtpProfile::AeadAes256Gcm,
            _ => return None,
        };
        let (sender, _) = srtp_session(profile, material, true, 1).ok()?;
        Some(Self {
            sender,
            sent: HashMap::new(),
            heard: Vec::new(),
            transport_cc: 0,
        })
    }

    /// Another input begins: its sequence numbers count from where the streams stand.
    pub(crate) fn begin(&mut self) {
        for sent in self.sent.values_mut() {
            sent.base = sent.highest + 1;
        }
    }

    /// Notes the numbers of a packet of the server, which are in clear.
    pub(crate) fn hear(&mut self, packet: &[u8]) {
        let Some(header) = RtpHeader::parse(packet).filter(|_| !is_rtcp(packet)) else {
            return;
        };
        if let Some(sequence) = IDS.read(header.extensions(packet)).transport_cc {
            self.transport_cc = sequence;
        }
        let known = self.heard.iter_mut().find(|(ssrc, _)| *ssrc == header.ssrc);
        if let Some((_, sequence)) = known {
            *sequence = header.sequence;
        } else if self.heard.len() < HEARD {
            self.heard.push((header.ssrc, header.sequence));
        }
    }

    /// How many streams of the server came.
    #[cfg(test)]
    pub(crate) fn streams_heard(&self) -> usize {
        self.heard.len()
    }

    /// Seals an RTP packet. Its sequence number counts from where its stream stands, and SSRCs
    /// below four are those that the offer names.
    pub(crate) fn seal_rtp(&mut self, packet: &[u8]) -> Option<Vec<u8>> {
        let mut sealed = packet.to_vec();
        let header = RtpHeader::parse(&sealed)?;
        let named = usize::try_from(header.ssrc).ok();
        let named = named.and_then(|at| NAMED.get(at).copied());
        let ssrc = named.unwrap_or(header.ssrc);
        let sent = self.sent.entry(ssrc).or_insert(Sent {
            highest: 0,
            base: 100,
        });
        let step = header.sequence.cast_signed();
        let index = sent.base.checked_add_signed(step.into())?;
        sent.highest = sent.highest.max(index);
        sealed
            .get_mut(2..4)?
            .copy_from_slice(&(index as u16).to_be_bytes());
        sealed.get_mut(8..12)?.copy_from_slice(&ssrc.to_be_bytes());
        self.sender
            .seal_rtp(&mut sealed, 0, header.len(), index)
            .ok()?;
        Some(sealed)
    }

    /// Seals a compound packet. Words of it from 1 to 16 are streams that the server sends, from
    /// 0x100 to 0x1ff entries of a loss request for what it sent last, and from 0x0101_0000 to
    /// 0x0102_ffff the beginning of feedback on it.
    pub(crate) fn seal_rtcp(&mut self, packet: &[u8]) -> Option<Vec<u8>> {
        let (words, rest) = packet.as_chunks::<4>();
        let mut sealed = Vec::with_capacity(packet.len());
        for word in words {
            sealed.extend(self.meant(u32::from_be_bytes(*word)).to_be_bytes());
        }
        sealed.extend(rest);
        self.sender.seal_rtcp(&mut sealed, 0).ok()?;
        Some(sealed)
    }

    fn meant(&self, word: u32) -> u32 {
        let back = word & 0xff;
        let joined = |high: u16, low: u32| u32::from(high) << 16 | low & 0xffff;
        match word {
            1..=16 => match self.heard.get(word as usize - 1) {
                Some((ssrc, _)) => *ssrc,
                None => word,
            },
            0x100..=0x1ff => {
                let newest = self.heard.iter().cycle().nth(back as usize / 16);
                let newest = newest.map_or(0, |(_, sequence)| *sequence);
                joined(newest.wrapping_sub((back & 15) as u16), 5)
            }
            0x0101_0000..=0x0102_ffff => {
                let first = self.transport_cc.wrapping_sub((word >> 8 & 0xff) as u16);
                joined(first, back)
            }
            _ => word,
        }
    }
}
