//! RTCP: reports, loss and key frame requests, transport-wide feedback (RFC 3550 section 6,
//! RFC 4585, RFC 5104, draft-holmer-rmcat-transport-wide-cc-extensions-01,
//! draft-alvestrand-rmcat-remb-03).
//!
//! [`read`] walks a compound packet without copying or allocating; [`mod@write`] appends packets
//! to a buffer that becomes one.

mod lists;
mod report;
mod time;
mod transport;
pub mod write;

pub use lists::{ByeSources, FirRequest, FirRequests, NackedSequences};
pub use report::{ReportBlock, ReportBlocks};
pub use time::{ntp_from_unix, ntp_short, round_trip, short_from_duration, unix_from_ntp};
pub(crate) use transport::DELTA_TICK_US;
pub use transport::{PacketStatuses, REFERENCE_TICK_US, ReferenceClock, TransportFeedback};

/// Bytes of a compound packet that are read: what an Ethernet frame carries. A stream transport
/// could bring more; no honest sender makes it so.
pub const MOST_COMPOUND_BYTES: usize = 1_500;

/// Packet statuses that the transport-wide feedback of one compound packet may speak of. Two bytes
/// can claim 8,191 packets, so without this bound one datagram could make its reader walk millions.
/// At 10,000 packets per second and feedback each 250 ms an honest one speaks of 2,500.
pub const MOST_STATUSES: u16 = 8_192;

/// One packet of a compound packet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Rtcp<'a> {
    /// What a sender sent (RFC 3550 section 6.4.1).
    SenderReport {
        /// The sender's stream.
        ssrc: u32,
        /// Time of the report by the sender's clock, seconds since 1900 in 32.32 fixed point.
        ntp: u64,
        /// The same instant in the stream's RTP clock.
        rtp: u32,
        /// Packets sent in all.
        packets: u32,
        /// Payload bytes sent in all.
        bytes: u32,
        /// What the sender received of others.
        blocks: ReportBlocks<'a>,
    },
    /// What somebody received (RFC 3550 section 6.4.2).
    ReceiverReport {
        /// Who reports.
        ssrc: u32,
        /// One block a stream.
        blocks: ReportBlocks<'a>,
    },
    /// Packets asked for again (RFC 4585 section 6.2.1).
    Nack {
        /// The stream they are missing of.
        media_ssrc: u32,
        /// Their sequence numbers.
        lost: NackedSequences<'a>,
    },
    /// A key frame is asked for because a picture is lost (RFC 4585 section 6.3.1).
    Pli {
        /// The stream whose key frame is wanted.
        media_ssrc: u32,
    },
    /// A key frame is asked for (RFC 5104 section 4.3.1).
    Fir {
        /// The streams whose key frames are wanted.
        requests: FirRequests<'a>,
    },
    /// Which packets arrived when, over all streams of a transport.
    TransportFeedback(TransportFeedback<'a>),
    /// The receiver's estimate of what it can receive (draft-alvestrand-rmcat-remb-03).
    Remb {
        /// Bits per second, all streams together; `u64::MAX` if more was said than fits.
        bitrate_bps: u64,
    },
    /// Streams that ended (RFC 3550 section 6.6).
    Bye {
        /// Their sources.
        ssrcs: ByeSources<'a>,
    },
    /// Well-formed, and of no use here (descriptions, extended reports, private messages).
    Other,
}

/// The packets of a compound packet in clear, in their order.
///
/// Reduced-size packets (RFC 5506) are accepted, so any packet may come first. Reading ends at the
/// first packet that is malformed, and at [`MOST_COMPOUND_BYTES`].
#[must_use]
pub fn read(compound: &[u8]) -> Packets<'_> {
    Packets {
        rest: compound.get(..MOST_COMPOUND_BYTES).unwrap_or(compound),
        statuses_left: MOST_STATUSES,
    }
}

/// Iterator over the packets of a compound packet; made by [`read`].
#[derive(Clone, Debug)]
pub struct Packets<'a> {
    rest: &'a [u8],
    statuses_left: u16,
}

impl<'a> Iterator for Packets<'a> {
    type Item = Rtcp<'a>;

    fn next(&mut self) -> Option<Rtcp<'a>> {
        let packet = self.take_packet();
        if packet.is_none() {
            self.rest = &[];
        }
        packet
    }
}

impl std::iter::FusedIterator for Packets<'_> {}

impl<'a> Packets<'a> {
    fn take_packet(&mut self) -> Option<Rtcp<'a>> {
        let [first, kind, length @ ..] = *self.rest.first_chunk::<4>()?;
        if first >> 6 != VERSION {
            return None;
        }
        let length = 4 * (usize::from(u16::from_be_bytes(length)) + 1);
        let (packet, rest) = self.rest.split_at_checked(length)?;
        self.rest = rest;

        let mut body = packet.get(4..)?;
        if first & PADDING != 0 {
            // Transport feedback is padded by one to three bytes, so the count need not be a
            // multiple of four as RFC 3550 section 6.4.1 wants it.
            let padding = usize::from(*body.last()?);
            if padding == 0 {
                return None;
            }
            body = body.get(..body.len().checked_sub(padding)?)?;
        }
        self.read_body(kind, first & COUNT, body)
    }

    fn read_body(&mut self, kind: u8, count: u8, body: &'a [u8]) -> Option<Rtcp<'a>> {
        match (kind, count) {
            (SENDER_REPORT, _) => {
                let (ssrc, body) = take_u32(body)?;
                let (ntp, body) = body.split_first_chunk::<8>()?;
                let (rtp, body) = take_u32(body)?;
                let (packets, body) = take_u32(body)?;
                let (bytes, body) = take_u32(body)?;
                let blocks = ReportBlocks::new(body, count)?;
                let ntp = u64::from_be_bytes(*ntp);
                Some(Rtcp::SenderReport {
                    ssrc,
                    ntp,
                    rtp,
                    packets,
                    bytes,
                    blocks,
                })
            }
            (RECEIVER_REPORT, _) => {
                let (ssrc, body) = take_u32(body)?;
                let blocks = ReportBlocks::new(body, count)?;
                Some(Rtcp::ReceiverReport { ssrc, blocks })
            }
            (BYE, _) => Some(Rtcp::Bye {
                ssrcs: ByeSources::new(body, count)?,
            }),
            (TRANSPORT_FEEDBACK, FMT_NACK) => {
                let (media_ssrc, entries) = take_feedback(body)?;
                Some(Rtcp::Nack {
                    media_ssrc,
                    lost: NackedSequences::new(entries),
                })
            }
            (TRANSPORT_FEEDBACK, FMT_TRANSPORT_WIDE) => {
                let (media_ssrc, body) = take_feedback(body)?;
                let feedback = TransportFeedback::parse(media_ssrc, body, self.statuses_left)?;
                self.statuses_left = self.statuses_left.saturating_sub(feedback.status_count());
                Some(Rtcp::TransportFeedback(feedback))
            }
            (PAYLOAD_FEEDBACK, FMT_PLI) => {
                let (media_ssrc, _) = take_feedback(body)?;
                Some(Rtcp::Pli { media_ssrc })
            }
            (PAYLOAD_FEEDBACK, FMT_FIR) => {
                let (_, entries) = take_feedback(body)?;
                Some(Rtcp::Fir {
                    requests: FirRequests::new(entries),
                })
            }
            (PAYLOAD_FEEDBACK, FMT_APPLICATION) => {
                let (_, message) = take_feedback(body)?;
                match message.strip_prefix(REMB_NAME) {
                    Some(remb) => Some(Rtcp::Remb {
                        bitrate_bps: read_remb(remb)?,
                    }),
                    None => Some(Rtcp::Other),
                }
            }
            _ => Some(Rtcp::Other),
        }
    }
}

const VERSION: u8 = 2;
/// The padding flag, and the five bits that count or name the format, in a packet's first byte.
const PADDING: u8 = 0x20;
const COUNT: u8 = 0x1f;

const SENDER_REPORT: u8 = 200;
const RECEIVER_REPORT: u8 = 201;
const BYE: u8 = 203;
const TRANSPORT_FEEDBACK: u8 = 205;
const PAYLOAD_FEEDBACK: u8 = 206;

const FMT_NACK: u8 = 1;
const FMT_TRANSPORT_WIDE: u8 = 15;
const FMT_PLI: u8 = 1;
const FMT_FIR: u8 = 4;
const FMT_APPLICATION: u8 = 15;

const REMB_NAME: &[u8] = b"REMB";

/// What follows the name `REMB`: how many sources, the bitrate as exponent (6 bits) and mantissa
/// (18 bits), the sources.
fn read_remb(message: &[u8]) -> Option<u64> {
    let ([count, rate @ ..], sources) = message.split_first_chunk::<4>()?;
    if sources.len() < 4 * usize::from(*count) {
        return None;
    }
    let [high, middle, low] = *rate;
    let exponent = u32::from(high >> 2);
    let mantissa = u64::from(u32::from_be_bytes([0, high & 3, middle, low]));
    if mantissa.leading_zeros() < exponent {
        return Some(u64::MAX);
    }
    Some(mantissa.checked_shl(exponent).unwrap_or(u64::MAX))
}

/// The media source and the control information of a feedback message (RFC 4585 section 6.1). Who
/// sent it is known from the transport that brought it.
fn take_feedback(body: &[u8]) -> Option<(u32, &[u8])> {
    let (_sender, body) = take_u32(body)?;
    take_u32(body)
}

fn take_u32(bytes: &[u8]) -> Option<(u32, &[u8])> {
    let (value, rest) = bytes.split_first_chunk::<4>()?;
    Some((u32::from_be_bytes(*value), rest))
}
