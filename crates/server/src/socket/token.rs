//! Resume tokens: what a participant shows to come back on another socket.
//!
//! A token is base64url text of a small payload and its HMAC-SHA256 (RFC 2104). It needs no table
//! on the server, so that it is as good after a restart as before. Nobody logs one.

use aws_lc_rs::hmac;
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use zoom_protocol::{AuthorId, DisplayName, ParticipantId, RoomName};

/// The first byte of a payload; another layout takes another.
const VERSION: u8 = 3;
/// Bytes of an HMAC-SHA256.
const TAG_BYTES: usize = 32;
/// No token is longer: two names of 64 characters of at most 4 bytes, and what is fixed.
const TOKEN_CHARS: usize = 1_024;

/// What a token says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Claim {
    /// Which start of the server issued it.
    pub(crate) boot: u64,
    /// When, in milliseconds since 1970-01-01T00:00:00Z.
    pub(crate) issued_ms: u64,
    /// Who.
    pub(crate) participant: ParticipantId,
    /// Who they are over all their stays there.
    pub(crate) author: AuthorId,
    /// Where.
    pub(crate) room: RoomName,
    /// Their display name.
    pub(crate) name: DisplayName,
    /// Which of the people of that name they are.
    pub(crate) ordinal: u32,
}

/// Issues tokens and reads its own.
pub(crate) struct Tokens {
    key: hmac::Key,
}

impl std::fmt::Debug for Tokens {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Tokens")
    }
}

impl Tokens {
    /// Tokens under a secret; the key is derived, so that the secret may serve other ends too.
    pub(crate) fn new(secret: &[u8; 32]) -> Self {
        let secret = hmac::Key::new(hmac::HMAC_SHA256, secret);
        let derived = hmac::sign(&secret, b"zoom resume token");
        Self {
            key: hmac::Key::new(hmac::HMAC_SHA256, derived.as_ref()),
        }
    }

    /// The token that says this.
    pub(crate) fn issue(&self, claim: &Claim) -> String {
        let mut bytes = vec![VERSION];
        let numbers = [
            claim.boot,
            claim.issued_ms,
            claim.participant.0,
            claim.author.0,
        ];
        for number in numbers {
            bytes.extend_from_slice(&number.to_be_bytes());
        }
        bytes.extend_from_slice(&claim.ordinal.to_be_bytes());
        for text in [claim.room.as_str(), claim.name.as_str()] {
            let length = u16::try_from(text.len()).unwrap_or(u16::MAX);
            bytes.extend_from_slice(&length.to_be_bytes());
            bytes.extend_from_slice(text.as_bytes());
        }
        let tag = hmac::sign(&self.key, &bytes);
        bytes.extend_from_slice(tag.as_ref());
        URL_SAFE_NO_PAD.encode(bytes)
    }

    /// What a token says, or `None` when it was not issued here.
    pub(crate) fn read(&self, token: &str) -> Option<Claim> {
        if token.len() > TOKEN_CHARS {
            return None;
        }
        let bytes = URL_SAFE_NO_PAD.decode(token).ok()?;
        let (payload, tag) = bytes.split_at_checked(bytes.len().checked_sub(TAG_BYTES)?)?;
        // `verify` takes as long for a wrong tag as for a right one.
        hmac::verify(&self.key, payload, tag).ok()?;
        let mut payload = Payload(payload);
        if payload.take(1)? != [VERSION] {
            return None;
        }
        let claim = Claim {
            boot: payload.number()?,
            issued_ms: payload.number()?,
            participant: ParticipantId(payload.number()?),
            author: AuthorId(payload.number()?),
            ordinal: payload.ordinal()?,
            room: payload.text()?.parse().ok()?,
            name: payload.text()?.parse().ok()?,
        };
        payload.0.is_empty().then_some(claim)
    }
}

/// The rest of a payload.
struct Payload<'a>(&'a [u8]);

impl<'a> Payload<'a> {
    fn take(&mut self, count: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.0.split_at_checked(count)?;
        self.0 = rest;
        Some(taken)
    }

    fn number(&mut self) -> Option<u64> {
        Some(u64::from_be_bytes(self.take(8)?.try_into().ok()?))
    }

    fn ordinal(&mut self) -> Option<u32> {
        Some(u32::from_be_bytes(self.take(4)?.try_into().ok()?))
    }

    fn text(&mut self) -> Option<&'a str> {
        let length = u16::from_be_bytes(self.take(2)?.try_into().ok()?);
        std::str::from_utf8(self.take(length.into())?).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn claim() -> Claim {
        Claim {
            boot: 7,
            issued_ms: 1_700_000_000_000,
            participant: ParticipantId(9),
            author: AuthorId(11),
            room: "회의-Room".parse().unwrap(),
            name: "김 철수".parse().unwrap(),
            ordinal: 3,
        }
    }

    #[test]
    fn a_token_says_what_it_was_issued_for() {
        let tokens = Tokens::new(&[1; 32]);
        let token = tokens.issue(&claim());
        assert_eq!(tokens.read(&token), Some(claim()));
        let shown = tokens.read(&token).unwrap().room;
        assert_eq!(shown.as_str(), "회의-Room");
    }

    #[test]
    fn a_token_of_another_secret_is_refused() {
        let token = Tokens::new(&[1; 32]).issue(&claim());
        assert_eq!(Tokens::new(&[2; 32]).read(&token), None);
    }

    #[test]
    fn a_token_with_any_bit_changed_is_refused() {
        let tokens = Tokens::new(&[1; 32]);
        let token = tokens.issue(&claim());
        let bytes = URL_SAFE_NO_PAD.decode(&token).unwrap();
        for bit in 0..bytes.len() * 8 {
            let mut changed = bytes.clone();
            changed[bit / 8] ^= 1 << (bit % 8);
            assert_eq!(tokens.read(&URL_SAFE_NO_PAD.encode(changed)), None, "{bit}");
        }
    }

    #[test]
    fn garbage_is_refused() {
        let tokens = Tokens::new(&[1; 32]);
        let long = "A".repeat(1 << 20);
        for wrong in ["", "A", "====", "한글", &"A".repeat(43), long.as_str()] {
            assert_eq!(tokens.read(wrong), None);
        }
    }

    #[test]
    fn the_longest_names_make_a_token_that_is_read() {
        let long = Claim {
            room: "\u{20000}".repeat(64).parse().unwrap(),
            name: "\u{20000}".repeat(64).parse().unwrap(),
            ..claim()
        };
        let tokens = Tokens::new(&[1; 32]);
        assert_eq!(tokens.read(&tokens.issue(&long)), Some(long));
    }
}
