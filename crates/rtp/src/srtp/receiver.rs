//! The half of a session that opens what is received.

use crate::header::RtpHeader;

use super::SrtpError;
use super::cipher::Cipher;
use super::window::ReplayWindow;

/// Below this sequence number the first packet of a stream may be one after a wrap whose packets
/// before it were lost: a stream may begin anywhere, and nobody waits longer for its first packet.
const SOON_AFTER_WRAP: u16 = 1 << 14;

/// What is known of a packet that was opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Opened {
    /// The extended sequence number: the roll-over counter shifted by 16 bits, and the sequence
    /// number of the header.
    pub index: u64,
}

/// Opens packets of one peer.
pub struct SrtpReceiver {
    rtp: Cipher,
    rtcp: Cipher,
    rtp_streams: Streams,
    rtcp_streams: Streams,
}

impl SrtpReceiver {
    pub(super) fn new(rtp: Cipher, rtcp: Cipher, most_streams: usize) -> Self {
        Self {
            rtp,
            rtcp,
            rtp_streams: Streams::new(most_streams),
            rtcp_streams: Streams::new(most_streams),
        }
    }

    /// Opens the payload of `packet`, whose header is `header`, into `payload`.
    ///
    /// What was in `payload` is gone, after an error too. The roll-over counter is guessed for each
    /// synchronisation source (RFC 3711 section 3.3.1); a source is remembered when a packet of it
    /// was authentic, and only then. Nothing is allocated once `payload` has room for the packet
    /// and the source is known.
    ///
    /// # Errors
    /// [`SrtpError::TooShort`], [`SrtpError::NotAuthentic`], [`SrtpError::Replayed`],
    /// [`SrtpError::TooManyStreams`] or [`SrtpError::Exhausted`]: the packet is to be forgotten.
    pub fn open_rtp(
        &mut self,
        header: &RtpHeader,
        packet: &[u8],
        payload: &mut Vec<u8>,
    ) -> Result<Opened, SrtpError> {
        let opened = self.try_open_rtp(header, packet, payload);
        if opened.is_err() {
            payload.clear();
        }
        opened
    }

    fn try_open_rtp(
        &mut self,
        header: &RtpHeader,
        packet: &[u8],
        payload: &mut Vec<u8>,
    ) -> Result<Opened, SrtpError> {
        let mut open = |index| {
            self.rtp
                .open_rtp(packet, header.len(), header.ssrc, index, payload)
        };
        if let Some(window) = self.rtp_streams.find(header.ssrc) {
            let index = window
                .index_of(header.sequence)
                .ok_or(SrtpError::Exhausted)?;
            if !window.is_new(index) {
                return Err(SrtpError::Replayed);
            }
            open(index)?;
            window.accept(index);
            return Ok(Opened { index });
        }
        if self.rtp_streams.is_full() {
            return Err(SrtpError::TooManyStreams);
        }
        let mut index = u64::from(header.sequence);
        match open(index) {
            Err(SrtpError::NotAuthentic) if header.sequence < SOON_AFTER_WRAP => {
                index |= 1 << 16;
                open(index)?;
            }
            first => first?,
        }
        self.rtp_streams.add(header.ssrc, index);
        Ok(Opened { index })
    }

    /// Opens a compound packet into `plain`.
    ///
    /// What was in `plain` is gone, after an error too.
    ///
    /// # Errors
    /// [`SrtpError::TooShort`], [`SrtpError::NotAuthentic`], [`SrtpError::Replayed`],
    /// [`SrtpError::TooManyStreams`] or [`SrtpError::UnencryptedRtcp`]: the packet is to be
    /// forgotten.
    pub fn open_rtcp(&mut self, packet: &[u8], plain: &mut Vec<u8>) -> Result<(), SrtpError> {
        plain.clear();
        let sealed = self.rtcp.split_rtcp(packet)?;
        let index = u64::from(sealed.index);
        if let Some(window) = self.rtcp_streams.find(sealed.ssrc) {
            if !window.is_new(index) {
                return Err(SrtpError::Replayed);
            }
            self.rtcp.open_rtcp(&sealed, plain)?;
            window.accept(index);
            return Ok(());
        }
        if self.rtcp_streams.is_full() {
            return Err(SrtpError::TooManyStreams);
        }
        self.rtcp.open_rtcp(&sealed, plain)?;
        self.rtcp_streams.add(sealed.ssrc, index);
        Ok(())
    }
}

impl std::fmt::Debug for SrtpReceiver {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SrtpReceiver")
            .field("rtp_streams", &self.rtp_streams.ssrcs)
            .field("rtcp_streams", &self.rtcp_streams.ssrcs)
            .finish_non_exhaustive()
    }
}

/// The windows of the streams that are known, found by their synchronisation source.
///
/// A peer has a few dozen at most, and packets of one come in runs: the last one is looked at
/// first, then all in turn.
struct Streams {
    ssrcs: Vec<u32>,
    windows: Vec<ReplayWindow>,
    last: usize,
    most: usize,
}

impl Streams {
    fn new(most: usize) -> Self {
        Self {
            ssrcs: Vec::new(),
            windows: Vec::new(),
            last: 0,
            most,
        }
    }

    fn find(&mut self, ssrc: u32) -> Option<&mut ReplayWindow> {
        if self.ssrcs.get(self.last) != Some(&ssrc) {
            self.last = self.ssrcs.iter().position(|known| *known == ssrc)?;
        }
        self.windows.get_mut(self.last)
    }

    fn is_full(&self) -> bool {
        self.ssrcs.len() >= self.most
    }

    fn add(&mut self, ssrc: u32, first: u64) {
        self.last = self.ssrcs.len();
        self.ssrcs.push(ssrc);
        self.windows.push(ReplayWindow::new(first));
    }
}
