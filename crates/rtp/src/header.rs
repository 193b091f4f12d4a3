//! Reading RTP headers (RFC 3550 section 5.1) and walking their extensions (RFC 8285).

/// Bytes of the part of the header that every packet has.
pub(crate) const FIXED_HEADER: usize = 12;

/// Bytes before the elements of a header extension: its profile and its length in words.
pub(crate) const EXTENSION_PREFIX: usize = 4;

/// The profile that announces one-byte extension elements (RFC 8285 section 4.2).
pub(crate) const ONE_BYTE_PROFILE: u16 = 0xbede;

/// The profile that announces two-byte extension elements; its low four bits are free for the
/// application and ignored here (RFC 8285 section 4.3).
pub(crate) const TWO_BYTE_PROFILE: u16 = 0x1000;

/// The identifier that ends a list of one-byte elements (RFC 8285 section 4.2).
const ONE_BYTE_STOP: u8 = 15;

/// The header of one RTP packet (RFC 3550 section 5.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RtpHeader {
    /// The marker bit; what it marks depends on the payload format.
    pub marker: bool,
    /// The payload type, 0 to 127.
    pub payload_type: u8,
    /// The sequence number as it is on the wire, 16 bits.
    pub sequence: u16,
    /// The timestamp, in ticks of the payload's clock.
    pub timestamp: u32,
    /// The synchronisation source.
    pub ssrc: u32,
    padding: bool,
    extension_profile: u16,
    extension_start: usize,
    len: usize,
}

impl RtpHeader {
    /// Reads the header at the start of `packet`.
    ///
    /// Returns `None` when the version is not 2, or when the contributing sources or the header
    /// extension reach beyond the packet. The padding lies in the payload, which may be sealed, and
    /// is looked at by [`unpad`](Self::unpad).
    pub fn parse(packet: &[u8]) -> Option<Self> {
        let (fixed, rest) = packet.split_first_chunk::<FIXED_HEADER>()?;
        let [first, second, s0, s1, t0, t1, t2, t3, c0, c1, c2, c3] = *fixed;
        if first >> 6 != 2 {
            return None;
        }
        let sources = usize::from(first & 0x0f) * 4;
        let after_sources = rest.get(sources..)?;
        let mut len = FIXED_HEADER + sources;
        let mut extension_profile = 0;
        let mut extension_start = len;
        if first & 0x10 != 0 {
            let (prefix, elements) = after_sources.split_first_chunk::<EXTENSION_PREFIX>()?;
            let [p0, p1, l0, l1] = *prefix;
            let bytes = usize::from(u16::from_be_bytes([l0, l1])) * 4;
            if elements.len() < bytes {
                return None;
            }
            extension_profile = u16::from_be_bytes([p0, p1]);
            extension_start = len + EXTENSION_PREFIX;
            len = extension_start + bytes;
        }
        Some(Self {
            marker: second & 0x80 != 0,
            payload_type: second & 0x7f,
            sequence: u16::from_be_bytes([s0, s1]),
            timestamp: u32::from_be_bytes([t0, t1, t2, t3]),
            ssrc: u32::from_be_bytes([c0, c1, c2, c3]),
            padding: first & 0x20 != 0,
            extension_profile,
            extension_start,
            len,
        })
    }

    /// Bytes of the header with its contributing sources and its extension: where the payload,
    /// sealed or not, begins.
    #[expect(
        clippy::len_without_is_empty,
        reason = "a header is never empty: it has at least its fixed part"
    )]
    pub fn len(&self) -> usize {
        self.len
    }

    /// The extension elements of `packet`, which must be the packet that this header was read from.
    ///
    /// Nothing comes from a packet without an extension, or with one of an unknown profile.
    pub fn extensions<'a>(&self, packet: &'a [u8]) -> Extensions<'a> {
        let form = if self.extension_profile == ONE_BYTE_PROFILE {
            Form::OneByte
        } else {
            Form::TwoByte
        };
        let known = form == Form::OneByte || self.extension_profile & 0xfff0 == TWO_BYTE_PROFILE;
        let rest = if known {
            packet.get(self.extension_start..self.len).unwrap_or(&[])
        } else {
            &[]
        };
        Extensions { rest, form }
    }

    /// Takes the padding off an opened payload (RFC 3550 section 5.1, the padding bit).
    ///
    /// The result is empty for a packet that is padding alone. Returns `None` when the count in the
    /// last byte is nought or larger than the payload.
    pub fn unpad<'a>(&self, payload: &'a [u8]) -> Option<&'a [u8]> {
        if !self.padding {
            return Some(payload);
        }
        let padding = usize::from(*payload.last()?);
        if padding == 0 {
            return None;
        }
        payload.get(..payload.len().checked_sub(padding)?)
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Form {
    OneByte,
    TwoByte,
}

/// The extension elements of a packet as pairs of identifier and data (RFC 8285).
///
/// Padding is skipped; the walk ends at the first element that is malformed.
#[derive(Clone, Debug)]
pub struct Extensions<'a> {
    rest: &'a [u8],
    form: Form,
}

impl<'a> Extensions<'a> {
    fn element(&mut self) -> Option<(u8, &'a [u8])> {
        let (first, after) = loop {
            let (&first, after) = self.rest.split_first()?;
            if first != 0 {
                break (first, after);
            }
            self.rest = after;
        };
        let (id, len, data) = match self.form {
            Form::OneByte => (first >> 4, usize::from(first & 0x0f) + 1, after),
            Form::TwoByte => {
                let (&len, data) = after.split_first()?;
                (first, usize::from(len), data)
            }
        };
        // Identifier 0 is padding and has no data; with a length it is malformed.
        if id == 0 || (self.form == Form::OneByte && id == ONE_BYTE_STOP) {
            return None;
        }
        let (data, rest) = data.split_at_checked(len)?;
        self.rest = rest;
        Some((id, data))
    }
}

impl<'a> Iterator for Extensions<'a> {
    type Item = (u8, &'a [u8]);

    fn next(&mut self) -> Option<Self::Item> {
        let element = self.element();
        if element.is_none() {
            self.rest = &[];
        }
        element
    }
}

impl std::iter::FusedIterator for Extensions<'_> {}

/// Whether a datagram that is RTP or RTCP is RTCP: the payload types 64 to 95 are kept free for it
/// (RFC 5761 section 4).
pub fn is_rtcp(packet: &[u8]) -> bool {
    matches!(packet, [first, second, ..] if first >> 6 == 2 && (64..=95).contains(&(second & 0x7f)))
}
