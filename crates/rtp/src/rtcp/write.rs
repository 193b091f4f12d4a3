//! Writing RTCP packets: each function appends one to a buffer, which so becomes a compound packet.
//!
//! A compound packet begins with a report unless reduced-size ones were negotiated (RFC 5506).

use super::report::{BLOCK_BYTES, ReportBlock};
use super::{
    BYE, FMT_FIR, FMT_NACK, FMT_PLI, FMT_TRANSPORT_WIDE, PADDING, PAYLOAD_FEEDBACK,
    RECEIVER_REPORT, SENDER_REPORT, TRANSPORT_FEEDBACK, VERSION,
};

/// Blocks of a report, and sources of a goodbye: what five bits can count.
pub const MOST_BLOCKS: usize = 31;

/// Entries of a loss request, each of four bytes: with a report before it and the seal behind it
/// the packet stays below 1,200 bytes.
pub const MOST_NACK_ENTRIES: usize = 256;

const DESCRIPTION: u8 = 202;
/// The item of a description that names its participant (RFC 3550 section 6.5.1).
const CNAME: u8 = 1;

/// Appends a sender report (RFC 3550 section 6.4.1) with the first [`MOST_BLOCKS`] of `blocks`.
/// `ntp` and `rtp` are the same instant on the two clocks.
pub fn sender_report(
    to: &mut Vec<u8>,
    ssrc: u32,
    ntp: u64,
    rtp: u32,
    packets: u32,
    bytes: u32,
    blocks: &[ReportBlock],
) {
    let packet = Packet::begin(to, SENDER_REPORT);
    to.extend_from_slice(&ssrc.to_be_bytes());
    to.extend_from_slice(&ntp.to_be_bytes());
    for value in [rtp, packets, bytes] {
        to.extend_from_slice(&value.to_be_bytes());
    }
    let count = write_blocks(to, blocks);
    packet.end(to, count);
}

/// Appends a receiver report (RFC 3550 section 6.4.2) with the first [`MOST_BLOCKS`] of `blocks`.
pub fn receiver_report(to: &mut Vec<u8>, ssrc: u32, blocks: &[ReportBlock]) {
    let packet = Packet::begin(to, RECEIVER_REPORT);
    to.extend_from_slice(&ssrc.to_be_bytes());
    let count = write_blocks(to, blocks);
    packet.end(to, count);
}

/// Appends the description that ties a stream to its participant (RFC 3550 section 6.5.1). Of
/// `cname` at most 255 bytes are written, whole characters.
pub fn sdes_cname(to: &mut Vec<u8>, ssrc: u32, cname: &str) {
    let mut end = cname.len().min(usize::from(u8::MAX));
    while !cname.is_char_boundary(end) {
        end = end.saturating_sub(1);
    }
    let text = cname.as_bytes().get(..end).unwrap_or_default();
    let packet = Packet::begin(to, DESCRIPTION);
    to.extend_from_slice(&ssrc.to_be_bytes());
    to.extend_from_slice(&[CNAME, u8::try_from(text.len()).unwrap_or(u8::MAX)]);
    to.extend_from_slice(text);
    // The list of items ends with a zero byte, and then up to the next word.
    to.push(0);
    packet.pad_with_zeros(to);
    packet.end(to, 1);
}

/// Appends a request for packets to be sent again (RFC 4585 section 6.2.1) and returns how many of
/// `lost` it holds: all, unless they lie so far apart that they need more than
/// [`MOST_NACK_ENTRIES`]. `lost` is in the order of sending, with no number twice. Nothing is
/// appended when it is empty.
pub fn nack(to: &mut Vec<u8>, sender_ssrc: u32, media_ssrc: u32, lost: &[u16]) -> usize {
    if lost.is_empty() {
        return 0;
    }
    let packet = Packet::begin_feedback(to, TRANSPORT_FEEDBACK, sender_ssrc, media_ssrc);
    let mut rest = lost;
    for _ in 0..MOST_NACK_ENTRIES {
        let Some((&first, after)) = rest.split_first() else {
            break;
        };
        rest = after;
        let mut mask = 0u16;
        while let Some((next, after)) = rest.split_first() {
            let bit = next.wrapping_sub(first).wrapping_sub(1);
            let Some(bit) = 1u16.checked_shl(u32::from(bit)) else {
                break;
            };
            mask |= bit;
            rest = after;
        }
        to.extend_from_slice(&first.to_be_bytes());
        to.extend_from_slice(&mask.to_be_bytes());
    }
    packet.end(to, FMT_NACK);
    lost.len() - rest.len()
}

/// Appends a request for a key frame after a loss (RFC 4585 section 6.3.1).
pub fn pli(to: &mut Vec<u8>, sender_ssrc: u32, media_ssrc: u32) {
    let packet = Packet::begin_feedback(to, PAYLOAD_FEEDBACK, sender_ssrc, media_ssrc);
    packet.end(to, FMT_PLI);
}

/// Appends a request for a key frame (RFC 5104 section 4.3.1). `sequence` counts the requests for
/// this stream; a repetition keeps it.
pub fn fir(to: &mut Vec<u8>, sender_ssrc: u32, media_ssrc: u32, sequence: u8) {
    // The media source of the message itself stays zero; each entry names its own.
    let packet = Packet::begin_feedback(to, PAYLOAD_FEEDBACK, sender_ssrc, 0);
    to.extend_from_slice(&media_ssrc.to_be_bytes());
    to.extend_from_slice(&[sequence, 0, 0, 0]);
    packet.end(to, FMT_FIR);
}

/// Appends a goodbye (RFC 3550 section 6.6) of the first [`MOST_BLOCKS`] of `ssrcs`.
pub fn bye(to: &mut Vec<u8>, ssrcs: &[u32]) {
    let packet = Packet::begin(to, BYE);
    let mut count = 0;
    for ssrc in ssrcs.iter().take(MOST_BLOCKS) {
        to.extend_from_slice(&ssrc.to_be_bytes());
        count += 1;
    }
    packet.end(to, count);
}

/// Appends transport-wide feedback (draft-holmer-rmcat-transport-wide-cc-extensions-01).
///
/// `deltas` tells of each packet from `base_sequence` on, at most 65,535: `None` for one that did
/// not arrive, else its arrival after that of the one that arrived before it in this list, in units
/// of 250 µs; for the first after `reference_time`, which is in units of 64 ms, modulo 2^24.
/// `count` counts the messages.
pub fn transport_feedback(
    to: &mut Vec<u8>,
    sender_ssrc: u32,
    media_ssrc: u32,
    count: u8,
    base_sequence: u16,
    reference_time: u32,
    deltas: &[Option<i16>],
) {
    let statuses = u16::try_from(deltas.len()).unwrap_or(u16::MAX);
    let deltas = deltas.get(..usize::from(statuses)).unwrap_or(deltas);
    let packet = Packet::begin_feedback(to, TRANSPORT_FEEDBACK, sender_ssrc, media_ssrc);
    to.extend_from_slice(&base_sequence.to_be_bytes());
    to.extend_from_slice(&statuses.to_be_bytes());
    let [_, time @ ..] = reference_time.to_be_bytes();
    to.extend_from_slice(&time);
    to.push(count);

    let mut rest = deltas;
    while !rest.is_empty() {
        let (chunk, covered) = next_chunk(rest);
        to.extend_from_slice(&chunk.to_be_bytes());
        rest = rest.get(covered..).unwrap_or_default();
    }
    for delta in deltas.iter().flatten() {
        match u8::try_from(*delta) {
            Ok(small) => to.push(small),
            Err(_) => to.extend_from_slice(&delta.to_be_bytes()),
        }
    }
    packet.end_padded(to, FMT_TRANSPORT_WIDE);
}

/// Packets of a status vector with one bit each, and with two.
const ONE_BIT: usize = 14;
const TWO_BIT: usize = 7;
/// The longest run that a chunk can count.
const MOST_RUN: usize = 0x1fff;

/// The chunk that begins a list of packets (not empty), and how many of them it covers: never less
/// than [`TWO_BIT`] while there are so many.
fn next_chunk(deltas: &[Option<i16>]) -> (u16, usize) {
    let status = |delta: &Option<i16>| match delta {
        None => 0u16,
        Some(0..=255) => 1,
        Some(_) => 2,
    };
    let first = deltas.first().map_or(0, status);
    let run = deltas
        .iter()
        .take(MOST_RUN)
        .take_while(|delta| status(delta) == first)
        .count();
    let one_bit = deltas.iter().take(ONE_BIT).all(|delta| status(delta) < 2);
    let vector = if one_bit { ONE_BIT } else { TWO_BIT };
    if run >= vector || run == deltas.len() {
        return (first << 13 | u16::try_from(run).unwrap_or(0), run);
    }

    let bits = if one_bit { 1 } else { 2 };
    let mut chunk = 0;
    for index in 0..vector {
        chunk = chunk << bits | deltas.get(index).map_or(0, status);
    }
    let kind = if one_bit { 0b10 } else { 0b11 };
    (kind << 14 | chunk, vector.min(deltas.len()))
}

/// Appends blocks and returns how many.
fn write_blocks(to: &mut Vec<u8>, blocks: &[ReportBlock]) -> u8 {
    to.reserve(blocks.len().min(MOST_BLOCKS) * BLOCK_BYTES);
    let mut count = 0;
    for block in blocks.iter().take(MOST_BLOCKS) {
        let lost = block.lost.clamp(-0x80_0000, 0x7f_ffff).to_be_bytes();
        let [_, lost @ ..] = lost;
        to.extend_from_slice(&block.ssrc.to_be_bytes());
        to.push(block.fraction_lost);
        to.extend_from_slice(&lost);
        for value in [block.highest, block.jitter, block.last_report, block.delay] {
            to.extend_from_slice(&value.to_be_bytes());
        }
        count += 1;
    }
    count
}

/// A packet whose header waits for the length of what follows it.
struct Packet {
    start: usize,
}

impl Packet {
    fn begin(to: &mut Vec<u8>, kind: u8) -> Self {
        let start = to.len();
        to.extend_from_slice(&[VERSION << 6, kind, 0, 0]);
        Self { start }
    }

    fn begin_feedback(to: &mut Vec<u8>, kind: u8, sender_ssrc: u32, media_ssrc: u32) -> Self {
        let packet = Self::begin(to, kind);
        to.extend_from_slice(&sender_ssrc.to_be_bytes());
        to.extend_from_slice(&media_ssrc.to_be_bytes());
        packet
    }

    fn len(&self, to: &[u8]) -> usize {
        to.len().saturating_sub(self.start)
    }

    fn pad_with_zeros(&self, to: &mut Vec<u8>) {
        while !self.len(to).is_multiple_of(4) {
            to.push(0);
        }
    }

    fn end(self, to: &mut [u8], count: u8) {
        let words = u16::try_from(self.len(to) / 4)
            .unwrap_or(u16::MAX)
            .saturating_sub(1);
        let [high, low] = words.to_be_bytes();
        if let Some([first, _, length @ ..]) = to
            .get_mut(self.start..)
            .and_then(<[u8]>::first_chunk_mut::<4>)
        {
            *first |= count;
            *length = [high, low];
        }
    }

    /// Fills the last word and says by how much (RFC 3550 section 6.4.1).
    fn end_padded(self, to: &mut Vec<u8>, count: u8) {
        let missing = self.len(to).next_multiple_of(4) - self.len(to);
        let Ok(padding @ 1..) = u8::try_from(missing) else {
            return self.end(to, count);
        };
        for left in (0..padding).rev() {
            to.push(if left == 0 { padding } else { 0 });
        }
        self.end(to, count | PADDING);
    }
}
