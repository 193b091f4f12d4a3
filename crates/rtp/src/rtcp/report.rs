//! Report blocks: what was received of one stream (RFC 3550 section 6.4.1).

use super::take_u32;

/// What was received of one stream.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ReportBlock {
    /// The stream reported on.
    pub ssrc: u32,
    /// Share of packets lost since the last report, in 1/256.
    pub fraction_lost: u8,
    /// Packets lost in all, in 24 bits on the wire; below zero when duplicates arrived.
    pub lost: i32,
    /// Highest sequence number received, with the number of wraps in its upper half.
    pub highest: u32,
    /// Jitter between arrivals, in units of the stream's RTP clock.
    pub jitter: u32,
    /// The middle 32 bits of the time in the last sender report, zero before the first.
    pub last_report: u32,
    /// From the arrival of that sender report to this one's sending, in 1/65,536 s.
    pub delay: u32,
}

/// Bytes of a block on the wire.
pub(super) const BLOCK_BYTES: usize = 24;

impl ReportBlock {
    fn from_wire(bytes: &[u8]) -> Option<Self> {
        let (ssrc, bytes) = take_u32(bytes)?;
        let (losses, bytes) = take_u32(bytes)?;
        let (highest, bytes) = take_u32(bytes)?;
        let (jitter, bytes) = take_u32(bytes)?;
        let (last_report, bytes) = take_u32(bytes)?;
        let (delay, _) = take_u32(bytes)?;
        let [fraction_lost, ..] = losses.to_be_bytes();
        // Shifting up and down again carries the sign of the 24 bits into the 32.
        let lost = (losses << 8).cast_signed() >> 8;
        Some(Self {
            ssrc,
            fraction_lost,
            lost,
            highest,
            jitter,
            last_report,
            delay,
        })
    }
}

/// Iterator over the blocks of a sender or receiver report, at most 31.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReportBlocks<'a> {
    rest: &'a [u8],
}

impl<'a> ReportBlocks<'a> {
    /// `None` if there is less than the `count` blocks that were announced. What follows them is a
    /// profile's extension.
    pub(super) fn new(body: &'a [u8], count: u8) -> Option<Self> {
        let rest = body.get(..usize::from(count) * BLOCK_BYTES)?;
        Some(Self { rest })
    }
}

impl Iterator for ReportBlocks<'_> {
    type Item = ReportBlock;

    fn next(&mut self) -> Option<ReportBlock> {
        let (block, rest) = self.rest.split_at_checked(BLOCK_BYTES)?;
        self.rest = rest;
        ReportBlock::from_wire(block)
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        let left = self.rest.len() / BLOCK_BYTES;
        (left, Some(left))
    }
}

impl ExactSizeIterator for ReportBlocks<'_> {}
