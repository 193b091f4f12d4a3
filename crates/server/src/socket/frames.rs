//! WebSocket frames taken apart and put together, byte by byte (RFC 6455 section 5), for the echo.
//!
//! `/api/socket` leaves this to tungstenite, which gives whole messages. The echo returns frames,
//! and holds none of them longer than it must.

use bytes::{BufMut, BytesMut};

/// The longest payload of a control frame (section 5.5).
const CONTROL_BYTES: u64 = 125;

/// What came is not what RFC 6455 allows: the close code that says so.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Violation(pub(super) u16);

/// Section 7.4.1: something is wrong with a frame.
pub(super) const PROTOCOL_ERROR: Violation = Violation(1002);
/// Section 7.4.1: something is wrong with a text.
pub(super) const INVALID_UTF8: Violation = Violation(zoom_protocol::close_code::INVALID_UTF8);

/// What a frame is (section 5.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Opcode {
    Continuation,
    Text,
    Binary,
    Close,
    Ping,
    Pong,
}

impl Opcode {
    fn from_bits(bits: u8) -> Option<Self> {
        Some(match bits {
            0x0 => Self::Continuation,
            0x1 => Self::Text,
            0x2 => Self::Binary,
            0x8 => Self::Close,
            0x9 => Self::Ping,
            0xa => Self::Pong,
            _ => return None,
        })
    }

    fn bits(self) -> u8 {
        match self {
            Self::Continuation => 0x0,
            Self::Text => 0x1,
            Self::Binary => 0x2,
            Self::Close => 0x8,
            Self::Ping => 0x9,
            Self::Pong => 0xa,
        }
    }

    /// Whether frames of this kind control the connection.
    pub(super) fn is_control(self) -> bool {
        match self {
            Self::Close | Self::Ping | Self::Pong => true,
            Self::Continuation | Self::Text | Self::Binary => false,
        }
    }
}

/// The beginning of a client's frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Header {
    pub(super) is_final: bool,
    pub(super) opcode: Opcode,
    pub(super) mask: [u8; 4],
    /// Bytes of the payload.
    pub(super) length: u64,
}

impl Header {
    /// Reads a header and says how many bytes it has; `None` while bytes of it are missing.
    pub(super) fn parse(bytes: &[u8]) -> Result<Option<(Self, usize)>, Violation> {
        let &[first, second, ref rest @ ..] = bytes else {
            return Ok(None);
        };
        let is_final = first & 0x80 != 0;
        let opcode = Opcode::from_bits(first & 0x0f).ok_or(PROTOCOL_ERROR)?;
        let (has_extension_bits, is_masked) = (first & 0x70 != 0, second & 0x80 != 0);
        if has_extension_bits || !is_masked || (opcode.is_control() && !is_final) {
            return Err(PROTOCOL_ERROR);
        }
        let (length, rest) = match (second & 0x7f, rest) {
            (126, [a, b, rest @ ..]) => (u64::from(u16::from_be_bytes([*a, *b])), rest),
            (127, [a, b, c, d, e, f, g, h, rest @ ..]) => {
                let length = u64::from_be_bytes([*a, *b, *c, *d, *e, *f, *g, *h]);
                (length, rest)
            }
            (126.., _) => return Ok(None),
            (length, rest) => (length.into(), rest),
        };
        if length > i64::MAX.unsigned_abs() || (opcode.is_control() && length > CONTROL_BYTES) {
            return Err(PROTOCOL_ERROR);
        }
        let Some((mask, rest)) = rest.split_first_chunk::<4>() else {
            return Ok(None);
        };
        let header = Self {
            is_final,
            opcode,
            mask: *mask,
            length,
        };
        Ok(Some((header, bytes.len() - rest.len())))
    }

    /// Takes the mask off bytes that stand `offset` bytes into the payload (section 5.3).
    pub(super) fn unmask(&self, payload: &mut [u8], offset: usize) {
        let mask = self.mask.iter().cycle().skip(offset % 4);
        for (byte, mask) in payload.iter_mut().zip(mask) {
            *byte ^= mask;
        }
    }
}

/// Appends a server's frame.
pub(super) fn put_server_frame(out: &mut BytesMut, opcode: Opcode, is_final: bool, payload: &[u8]) {
    out.reserve(10 + payload.len());
    out.put_u8(opcode.bits() | if is_final { 0x80 } else { 0 });
    match (u8::try_from(payload.len()), u16::try_from(payload.len())) {
        (Ok(short @ ..=125), _) => out.put_u8(short),
        (_, Ok(medium)) => {
            out.put_u8(126);
            out.put_u16(medium);
        }
        (_, Err(_)) => {
            out.put_u8(127);
            out.put_u64(payload.len() as u64);
        }
    }
    out.put_slice(payload);
}

/// Checks the payload of a close frame (sections 5.5.1 and 7.4).
pub(super) fn check_close(payload: &[u8]) -> Result<(), Violation> {
    match payload {
        [] => Ok(()),
        [a, b, reason @ ..] => match u16::from_be_bytes([*a, *b]) {
            1000..=1003 | 1007..=1014 | 3000..=4999 => std::str::from_utf8(reason)
                .map(drop)
                .map_err(|_| INVALID_UTF8),
            _ => Err(PROTOCOL_ERROR),
        },
        [_] => Err(PROTOCOL_ERROR),
    }
}

/// Checks UTF-8 that comes in pieces, and fails at the first byte that cannot belong.
#[derive(Debug, Default)]
pub(super) struct Utf8Check {
    /// The beginning of a character whose end has not come, at most three bytes of it.
    begun: Vec<u8>,
}

impl Utf8Check {
    /// Takes the next piece.
    pub(super) fn push(&mut self, mut piece: &[u8]) -> Result<(), Violation> {
        while !self.begun.is_empty() {
            let Some((&byte, rest)) = piece.split_first() else {
                return Ok(());
            };
            self.begun.push(byte);
            piece = rest;
            match std::str::from_utf8(&self.begun) {
                Ok(_) => self.begun.clear(),
                Err(error) if error.error_len().is_some() => return Err(INVALID_UTF8),
                Err(_) => {}
            }
        }
        match std::str::from_utf8(piece) {
            Ok(_) => Ok(()),
            Err(error) if error.error_len().is_some() => Err(INVALID_UTF8),
            Err(error) => {
                self.begun.extend_from_slice(&piece[error.valid_up_to()..]);
                Ok(())
            }
        }
    }

    /// Ends the text.
    pub(super) fn finish(&mut self) -> Result<(), Violation> {
        let is_whole = self.begun.is_empty();
        self.begun.clear();
        is_whole.then_some(()).ok_or(INVALID_UTF8)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_header_is_read_when_all_of_it_is_there() {
        let frame = [0x81, 0xfe, 1, 0, 9, 8, 7, 6, b'x'];
        for end in 0..8 {
            assert_eq!(Header::parse(&frame[..end]), Ok(None), "{end}");
        }
        let header = Header {
            is_final: true,
            opcode: Opcode::Text,
            mask: [9, 8, 7, 6],
            length: 256,
        };
        assert_eq!(Header::parse(&frame), Ok(Some((header, 8))));
    }

    #[test]
    fn what_rfc_6455_forbids_in_a_header_is_refused() {
        for wrong in [
            &[0xc1, 0x80, 0, 0, 0, 0][..],     // an extension's bit
            &[0x83, 0x80, 0, 0, 0, 0],         // a reserved opcode
            &[0x81, 0x00],                     // no mask
            &[0x09, 0x80, 0, 0, 0, 0],         // a ping in fragments
            &[0x89, 0xfe, 0, 126, 0, 0, 0, 0], // a ping too long
            &[0x82, 0xff, 0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0], // 2^63 bytes
        ] {
            assert_eq!(Header::parse(wrong), Err(PROTOCOL_ERROR), "{wrong:x?}");
        }
    }

    #[test]
    fn lengths_take_as_few_bytes_as_they_can() {
        let header = |length| {
            let mut out = BytesMut::new();
            put_server_frame(&mut out, Opcode::Binary, true, &vec![0; length]);
            out.truncate(out.len() - length);
            out.to_vec()
        };
        assert_eq!(header(125), [0x82, 125]);
        assert_eq!(header(126), [0x82, 126, 0, 126]);
        assert_eq!(header(65_535), [0x82, 126, 255, 255]);
        assert_eq!(header(65_536), [0x82, 127, 0, 0, 0, 0, 0, 1, 0, 0]);
    }

    #[test]
    fn a_mask_goes_on_where_the_last_piece_ended() {
        let header = Header {
            is_final: true,
            opcode: Opcode::Text,
            mask: [1, 2, 3, 4],
            length: 6,
        };
        let mut payload = [1, 2, 3, 4, 1, 2];
        let (first, rest) = payload.split_at_mut(3);
        header.unmask(first, 0);
        header.unmask(rest, 3);
        assert_eq!(payload, [0; 6]);
    }

    #[test]
    fn utf_8_is_checked_wherever_it_is_cut() {
        let text = "aé가👩z".as_bytes();
        for cut in 0..text.len() {
            let mut check = Utf8Check::default();
            for piece in [&text[..cut], &text[cut..]] {
                assert_eq!(check.push(piece), Ok(()), "{cut}");
            }
            assert_eq!(check.finish(), Ok(()));
        }
    }

    #[test]
    fn utf_8_fails_at_the_first_byte_that_cannot_belong() {
        let mut check = Utf8Check::default();
        assert_eq!(check.push(b"\xf4"), Ok(()));
        assert_eq!(check.push(b"\x90"), Err(INVALID_UTF8));
        let mut check = Utf8Check::default();
        assert_eq!(check.push(b"ok\xed\xa0"), Err(INVALID_UTF8));
        let mut check = Utf8Check::default();
        assert_eq!(check.push(b"\xea\xb0"), Ok(()));
        assert_eq!(check.finish(), Err(INVALID_UTF8));
    }

    #[test]
    fn a_close_says_a_code_that_may_be_said() {
        assert_eq!(check_close(b""), Ok(()));
        assert_eq!(check_close(b"\x03\xe8bye"), Ok(()));
        assert_eq!(check_close(b"\x0f\xa0"), Ok(()));
        for wrong in [
            &b"\x03"[..],
            b"\x03\xed",
            b"\x03\xee",
            b"\x00\x00",
            b"\x07\xd0",
        ] {
            assert_eq!(check_close(wrong), Err(PROTOCOL_ERROR), "{wrong:x?}");
        }
        assert_eq!(check_close(b"\x03\xe8\xff"), Err(INVALID_UTF8));
    }

    proptest! {
        #[test]
        fn a_header_is_read_from_any_bytes_or_waited_for_or_refused(bytes: [u8; 16]) {
            if let Ok(Some((header, length))) = Header::parse(&bytes) {
                prop_assert!((6..=14).contains(&length));
                prop_assert!(header.length <= i64::MAX.unsigned_abs());
                for end in 0..length {
                    prop_assert_eq!(Header::parse(&bytes[..end]), Ok(None));
                }
            }
        }

        #[test]
        fn utf_8_in_pieces_is_what_it_is_as_a_whole(
            text in prop_oneof![any::<Vec<u8>>(), any::<String>().prop_map(String::into_bytes)],
            piece in 1_usize..5,
        ) {
            let mut check = Utf8Check::default();
            let is_right = text.chunks(piece).all(|piece| check.push(piece).is_ok())
                && check.finish().is_ok();
            prop_assert_eq!(is_right, std::str::from_utf8(&text).is_ok());
        }

        #[test]
        fn the_end_of_a_connection_is_checked_without_a_panic(payload: Vec<u8>) {
            let is_sound = payload.is_empty() || payload.len() >= 2;
            prop_assert!(is_sound || check_close(&payload).is_err());
        }
    }
}
