//! The lists inside RTCP packets, read where they lie.

use super::take_u32;

/// Iterator over the sequence numbers of a loss request (RFC 4585 section 6.2.1): at most 17 for
/// each four bytes, in the order of the packet, repeated where the packet repeats them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NackedSequences<'a> {
    rest: &'a [u8],
    /// The sequence number that bit 0 of `bits` stands for.
    sequence: u16,
    /// Numbers of the present entry that are still to be given.
    bits: u32,
}

impl<'a> NackedSequences<'a> {
    pub(super) fn new(entries: &'a [u8]) -> Self {
        Self {
            rest: entries,
            sequence: 0,
            bits: 0,
        }
    }
}

impl Iterator for NackedSequences<'_> {
    type Item = u16;

    fn next(&mut self) -> Option<u16> {
        if self.bits == 0 {
            let ([high, low, mask @ ..], rest) = self.rest.split_first_chunk::<4>()?;
            self.rest = rest;
            self.sequence = u16::from_be_bytes([*high, *low]);
            self.bits = u32::from(u16::from_be_bytes(*mask)) << 1 | 1;
        }
        let skipped = self.bits.trailing_zeros();
        // The lowest bit that is set is the one given by this call.
        self.bits &= self.bits.wrapping_sub(1);
        let offset = u16::try_from(skipped).unwrap_or(0);
        Some(self.sequence.wrapping_add(offset))
    }
}

/// One entry of a full intra request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FirRequest {
    /// The stream whose key frame is wanted.
    pub media_ssrc: u32,
    /// Counts the requests; the same number again is the same request again.
    pub sequence: u8,
}

/// Iterator over the entries of a full intra request (RFC 5104 section 4.3.1.1).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FirRequests<'a> {
    rest: &'a [u8],
}

impl<'a> FirRequests<'a> {
    pub(super) fn new(entries: &'a [u8]) -> Self {
        Self { rest: entries }
    }
}

impl Iterator for FirRequests<'_> {
    type Item = FirRequest;

    fn next(&mut self) -> Option<FirRequest> {
        let (media_ssrc, rest) = take_u32(self.rest)?;
        let ([sequence, ..], rest) = rest.split_first_chunk::<4>()?;
        self.rest = rest;
        Some(FirRequest {
            media_ssrc,
            sequence: *sequence,
        })
    }
}

/// Iterator over the sources that say goodbye, at most 31.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ByeSources<'a> {
    rest: &'a [u8],
}

impl<'a> ByeSources<'a> {
    /// `None` if there is less than the `count` sources that were announced. What follows them is
    /// a reason for people.
    pub(super) fn new(body: &'a [u8], count: u8) -> Option<Self> {
        let rest = body.get(..usize::from(count) * 4)?;
        Some(Self { rest })
    }
}

impl Iterator for ByeSources<'_> {
    type Item = u32;

    fn next(&mut self) -> Option<u32> {
        let (ssrc, rest) = take_u32(self.rest)?;
        self.rest = rest;
        Some(ssrc)
    }
}
