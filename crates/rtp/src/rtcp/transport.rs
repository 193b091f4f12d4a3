//! Transport-wide feedback: which packets arrived when
//! (draft-holmer-rmcat-transport-wide-cc-extensions-01 section 3.1).

/// Microseconds of one unit of [`TransportFeedback::reference_time`].
pub const REFERENCE_TICK_US: i64 = 64_000;

/// Microseconds of one unit of the differences between arrivals.
pub(crate) const DELTA_TICK_US: i64 = 250;

/// The reference time is of 24 bits, so it comes around after 12.4 days.
pub(crate) const REFERENCE_BITS: u32 = 24;

/// A feedback message whose chunks and differences were found to be complete.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TransportFeedback<'a> {
    media_ssrc: u32,
    base_sequence: u16,
    status_count: u16,
    reference_time: u32,
    count: u8,
    chunks: &'a [u8],
    deltas: &'a [u8],
}

impl<'a> TransportFeedback<'a> {
    /// `None` if something is missing, if a reserved status is used, or if it speaks of more than
    /// `most_statuses` packets.
    pub(super) fn parse(media_ssrc: u32, body: &'a [u8], most_statuses: u16) -> Option<Self> {
        let ([a, b, c, d, time @ .., count], rest) = body.split_first_chunk::<8>()?;
        let base_sequence = u16::from_be_bytes([*a, *b]);
        let status_count = u16::from_be_bytes([*c, *d]);
        let &[high, middle, low] = time;
        if status_count > most_statuses {
            return None;
        }

        // Where the differences begin is known only when all chunks were counted.
        let mut chunks = rest;
        let mut left = status_count;
        let mut delta_bytes = 0usize;
        while left > 0 {
            let (chunk, after) = chunks.split_first_chunk::<2>()?;
            chunks = after;
            let chunk = Chunk::from_wire(*chunk).first(left);
            delta_bytes += chunk.delta_bytes()?;
            left -= chunk.left;
        }
        Some(Self {
            media_ssrc,
            base_sequence,
            status_count,
            reference_time: u32::from_be_bytes([0, high, middle, low]),
            count: *count,
            chunks: rest,
            deltas: chunks.get(..delta_bytes)?,
        })
    }

    /// A stream of the transport; the message is about all of them.
    #[must_use]
    pub fn media_ssrc(&self) -> u32 {
        self.media_ssrc
    }

    /// The transport-wide sequence number of the first packet spoken of.
    #[must_use]
    pub fn base_sequence(&self) -> u16 {
        self.base_sequence
    }

    /// The number of packets spoken of, received or not: as many as [`packets`](Self::packets)
    /// gives.
    #[must_use]
    pub fn status_count(&self) -> u16 {
        self.status_count
    }

    /// Counts the feedback messages of a receiver, modulo 256: a gap is a lost message.
    #[must_use]
    pub fn count(&self) -> u8 {
        self.count
    }

    /// The time on the receiver's clock that arrivals are relative to, in units of
    /// [`REFERENCE_TICK_US`], modulo 2^24. A [`ReferenceClock`] makes it continuous.
    #[must_use]
    pub fn reference_time(&self) -> u32 {
        self.reference_time
    }

    /// Each packet spoken of: its transport-wide sequence number and, if it arrived, when, in
    /// microseconds after [`reference_time`](Self::reference_time) (can be below zero).
    #[must_use]
    pub fn packets(&self) -> PacketStatuses<'a> {
        PacketStatuses {
            chunks: self.chunks,
            deltas: self.deltas,
            chunk: Chunk::EMPTY,
            sequence: self.base_sequence,
            left: self.status_count,
            arrival_us: 0,
        }
    }
}

/// Iterator over the packets that a feedback message speaks of.
#[derive(Clone, Debug)]
pub struct PacketStatuses<'a> {
    chunks: &'a [u8],
    deltas: &'a [u8],
    chunk: Chunk,
    sequence: u16,
    left: u16,
    arrival_us: i64,
}

impl Iterator for PacketStatuses<'_> {
    type Item = (u16, Option<i64>);

    fn next(&mut self) -> Option<(u16, Option<i64>)> {
        self.left = self.left.checked_sub(1)?;
        // A run of no packets is wasteful but allowed.
        while self.chunk.left == 0 {
            let (chunk, rest) = self.chunks.split_first_chunk::<2>()?;
            self.chunks = rest;
            self.chunk = Chunk::from_wire(*chunk);
        }
        let ticks = match self.chunk.take() {
            Status::Missing | Status::Reserved => None,
            Status::Small => {
                let (delta, rest) = self.deltas.split_first()?;
                self.deltas = rest;
                Some(i64::from(*delta))
            }
            Status::Large => {
                let (delta, rest) = self.deltas.split_first_chunk::<2>()?;
                self.deltas = rest;
                Some(i64::from(i16::from_be_bytes(*delta)))
            }
        };
        let sequence = self.sequence;
        self.sequence = sequence.wrapping_add(1);
        let arrival_us = ticks.map(|ticks| {
            self.arrival_us += ticks * DELTA_TICK_US;
            self.arrival_us
        });
        Some((sequence, arrival_us))
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        let left = usize::from(self.left);
        (left, Some(left))
    }
}

/// What two bits say of a packet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Status {
    Missing,
    /// Arrived; the difference is of one byte.
    Small,
    /// Arrived; the difference is of two bytes and can be below zero.
    Large,
    Reserved,
}

impl Status {
    fn from_bits(bits: u16) -> Self {
        match bits & 3 {
            0 => Self::Missing,
            1 => Self::Small,
            2 => Self::Large,
            _ => Self::Reserved,
        }
    }
}

/// What is left of a chunk (sections 3.1.3 and 3.1.4).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Chunk {
    left: u16,
    kind: ChunkKind,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum ChunkKind {
    Run(Status),
    /// One bit a packet, the next one in bit 13.
    OneBit(u16),
    /// Two bits a packet, the next ones in bits 13 and 12.
    TwoBit(u16),
}

impl Chunk {
    const EMPTY: Self = Self {
        left: 0,
        kind: ChunkKind::Run(Status::Missing),
    };

    fn from_wire(bytes: [u8; 2]) -> Self {
        let word = u16::from_be_bytes(bytes);
        match word >> 14 {
            0b10 => Self {
                left: 14,
                kind: ChunkKind::OneBit(word),
            },
            0b11 => Self {
                left: 7,
                kind: ChunkKind::TwoBit(word),
            },
            _ => {
                let kind = ChunkKind::Run(Status::from_bits(word >> 13));
                Self {
                    left: word & 0x1fff,
                    kind,
                }
            }
        }
    }

    /// The chunk without what goes beyond `most` packets.
    fn first(self, most: u16) -> Self {
        Self {
            left: self.left.min(most),
            ..self
        }
    }

    fn take(&mut self) -> Status {
        self.left = self.left.saturating_sub(1);
        match &mut self.kind {
            ChunkKind::Run(status) => *status,
            ChunkKind::OneBit(bits) => {
                let status = Status::from_bits(*bits >> 13 & 1);
                *bits <<= 1;
                status
            }
            ChunkKind::TwoBit(bits) => {
                let status = Status::from_bits(*bits >> 12);
                *bits <<= 2;
                status
            }
        }
    }

    /// Bytes of the differences that belong to the chunk, `None` if a status is reserved.
    fn delta_bytes(mut self) -> Option<usize> {
        let size = |status| match status {
            Status::Missing => Some(0),
            Status::Small => Some(1),
            Status::Large => Some(2),
            Status::Reserved => None,
        };
        if let ChunkKind::Run(status) = self.kind {
            return Some(size(status)? * usize::from(self.left));
        }
        let mut bytes = 0;
        while self.left > 0 {
            bytes += size(self.take())?;
        }
        Some(bytes)
    }
}

/// Makes the reference times of a receiver's feedback continuous over their wrap-around.
#[derive(Clone, Copy, Debug, Default)]
pub struct ReferenceClock {
    last: Option<i64>,
}

impl ReferenceClock {
    /// The reference time in microseconds on a line that has no wrap-around: of all times that
    /// `reference_time` can stand for the one that is next to the last given.
    pub fn unwrap_us(&mut self, reference_time: u32) -> i64 {
        let ticks = match self.last {
            None => i64::from(reference_time),
            Some(last) => {
                // The 24 bits of the difference, moved to the top, carry its sign.
                let unused = u32::BITS - REFERENCE_BITS;
                let last_bits = (last & 0xff_ffff).unsigned_abs();
                let last_bits = u32::try_from(last_bits).unwrap_or(0);
                let difference = reference_time.wrapping_sub(last_bits) << unused;
                last + i64::from(difference.cast_signed() >> unused)
            }
        };
        self.last = Some(ticks);
        ticks * REFERENCE_TICK_US
    }
}
