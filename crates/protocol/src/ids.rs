//! Ids as types, so that one kind cannot stand where another belongs.

use std::{borrow::Cow, fmt, str::FromStr};

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use ts_rs::TS;

/// Text that is not an id of the wanted kind.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not {expected}")]
pub struct ParseIdError {
    /// What would have been right, as a noun phrase.
    pub expected: &'static str,
}

/// A client's number for one of its requests; the answer carries it back. Any value; a client
/// that reuses one before its answer came cannot tell the answers apart.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, TS, JsonSchema,
)]
pub struct RequestId(pub u32);

/// A room that is open in this process. Never on the wire: there a room is its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct RoomId(pub u64);

/// A 64-bit id that is 16 lower-case hexadecimal digits on the wire.
macro_rules! hex_id {
    ($(#[$doc:meta])* $type:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, TS)]
        #[ts(type = "string")]
        pub struct $type(pub u64);

        impl fmt::Display for $type {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{:016x}", self.0)
            }
        }

        impl fmt::Debug for $type {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!(stringify!($type), "({})"), self)
            }
        }

        impl FromStr for $type {
            type Err = ParseIdError;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                hex_id(text).map(Self)
            }
        }
    };
}

fn hex_id(text: &str) -> Result<u64, ParseIdError> {
    let error = ParseIdError {
        expected: "16 lower-case hexadecimal digits",
    };
    let digit = |b: u8| b.is_ascii_digit() || (b'a'..=b'f').contains(&b);
    if text.len() != 16 || !text.bytes().all(digit) {
        return Err(error);
    }
    u64::from_str_radix(text, 16).map_err(|_| error)
}

hex_id! {
    /// One stay of somebody in a room: 64 random bits, 16 lower-case hexadecimal digits on the wire.
    ParticipantId
}

hex_id! {
    /// Whoever writes in a room, over all their stays in it: 64 bits that the server derives from
    /// the room and the client's [`Identity`], so that they tell nothing in another room. A stay
    /// without an identity has an author of its own.
    AuthorId
}

/// The three kinds of receive places of a browser.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, TS, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum SlotKind {
    /// One person's camera and microphone.
    Person,
    /// The microphone of somebody who is heard but not shown.
    Voice,
    /// A shared screen and its sound.
    Stage,
}

impl SlotKind {
    /// The name on the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Person => "person",
            Self::Voice => "voice",
            Self::Stage => "stage",
        }
    }

    /// Whether a slot of this kind has a video m-line beside its audio m-line.
    pub fn has_video(self) -> bool {
        match self {
            Self::Person | Self::Stage => true,
            Self::Voice => false,
        }
    }
}

/// A receive place of one browser, `person-0` say; also the id of its MediaStream there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, TS)]
#[ts(type = "string")]
pub struct SlotId {
    /// What the slot carries.
    pub kind: SlotKind,
    /// Its place among the slots of its kind, from 0.
    pub index: u8,
}

impl fmt::Display for SlotId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", self.kind.as_str(), self.index)
    }
}

impl FromStr for SlotId {
    type Err = ParseIdError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let error = ParseIdError {
            expected: "a slot such as person-0, voice-1 or stage-0",
        };
        let (kind, index) = text.split_once('-').ok_or_else(|| error.clone())?;
        let kind = match kind {
            "person" => SlotKind::Person,
            "voice" => SlotKind::Voice,
            "stage" => SlotKind::Stage,
            _ => return Err(error),
        };
        let index = match index.parse::<u8>() {
            // `+1` and `01` would be second spellings of one slot.
            Ok(number) if number.to_string() == index => number,
            _ => return Err(error),
        };
        Ok(Self { kind, index })
    }
}

/// A short text of `A-Z a-z 0-9 _ -` as an id.
macro_rules! token {
    ($(#[$doc:meta])* $type:ident, $least:literal, $most:literal, $error:ident, $wrong:literal) => {
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, TS)]
        #[ts(type = "string")]
        pub struct $type(Box<str>);

        /// Text that may not be one.
        #[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
        #[error($wrong)]
        pub struct $error;

        impl $type {
            /// The shortest, in bytes.
            pub const MIN_BYTES: usize = $least;
            /// The longest, in bytes.
            pub const MAX_BYTES: usize = $most;

            /// The id as text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $type {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl FromStr for $type {
            type Err = $error;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                let allowed = |b: u8| b.is_ascii_alphanumeric() || b == b'_' || b == b'-';
                let length = Self::MIN_BYTES..=Self::MAX_BYTES;
                if !length.contains(&text.len()) || !text.bytes().all(allowed) {
                    return Err($error);
                }
                Ok(Self(text.into()))
            }
        }
    };
}

token! {
    /// A client's own id for something it sends once: 1 to 64 of `A-Z a-z 0-9 _ -`.
    ClientId, 1, 64, ClientIdError, "a client id is 1 to 64 of A-Z a-z 0-9 _ -"
}

token! {
    /// The server's name for an upload: 1 to 64 of `A-Z a-z 0-9 _ -`. Who knows it may send bytes.
    UploadId, 1, 64, UploadIdError, "an upload is 1 to 64 of A-Z a-z 0-9 _ -"
}

token! {
    /// A secret by which a client is the same author each time it comes to a room: 22 to 64 of
    /// `A-Z a-z 0-9 _ -`, at least 128 random bits. It is told to the server and nobody else.
    Identity, 22, 64, IdentityError, "an identity is 22 to 64 of A-Z a-z 0-9 _ -"
}

impl fmt::Debug for ClientId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ClientId({self})")
    }
}

impl fmt::Debug for UploadId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("UploadId(…)")
    }
}

impl fmt::Debug for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Identity(…)")
    }
}

/// Gives an id whose wire form is its `Display` text its serde and JSON Schema implementations.
macro_rules! text_id {
    ($type:ty, $name:literal, $pattern:literal) => {
        impl Serialize for $type {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> Deserialize<'de> for $type {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = Cow::<'de, str>::deserialize(deserializer)?;
                text.parse().map_err(de::Error::custom)
            }
        }

        impl JsonSchema for $type {
            fn schema_name() -> Cow<'static, str> {
                $name.into()
            }

            fn json_schema(_: &mut SchemaGenerator) -> Schema {
                json_schema!({ "type": "string", "pattern": $pattern })
            }
        }
    };
}

pub(crate) use text_id;

text_id!(ParticipantId, "ParticipantId", "^[0-9a-f]{16}$");
text_id!(AuthorId, "AuthorId", "^[0-9a-f]{16}$");
text_id!(
    SlotId,
    "SlotId",
    "^(person|voice|stage)-(0|[1-9][0-9]{0,2})$"
);
text_id!(ClientId, "ClientId", "^[A-Za-z0-9_-]{1,64}$");
text_id!(UploadId, "UploadId", "^[A-Za-z0-9_-]{1,64}$");
text_id!(Identity, "Identity", "^[A-Za-z0-9_-]{22,64}$");

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_participant_id_is_sixteen_hex_digits_and_comes_back_the_same() {
        let id = ParticipantId(0x00ab_cdef);
        assert_eq!(serde_json::to_string(&id).unwrap(), r#""0000000000abcdef""#);
        assert_eq!("0000000000abcdef".parse(), Ok(id));
        assert!("abcdef".parse::<ParticipantId>().is_err());
        assert!("+000000000abcdef".parse::<ParticipantId>().is_err());
    }

    #[test]
    fn a_slot_has_exactly_one_spelling() {
        let slot = SlotId {
            kind: SlotKind::Voice,
            index: 2,
        };
        assert_eq!(slot.to_string(), "voice-2");
        assert_eq!("voice-2".parse(), Ok(slot));
        for wrong in [
            "voice",
            "voice-",
            "voice-02",
            "voice-+2",
            "voice-256",
            "ear-1",
        ] {
            assert!(wrong.parse::<SlotId>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_client_id_is_short_plain_ascii() {
        assert!("a_B-9".parse::<ClientId>().is_ok());
        assert!("".parse::<ClientId>().is_err());
        assert!("한글".parse::<ClientId>().is_err());
        assert!("x".repeat(65).parse::<ClientId>().is_err());
    }
}
