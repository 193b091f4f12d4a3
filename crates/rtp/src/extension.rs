//! The header extensions that zoom reads and writes, by the identifiers a session negotiated
//! (RFC 8285).

use crate::header::Extensions;

/// Bytes that a [`Tag`] can hold: the longest data of a one-byte extension element, and no more
/// than the names of media sections and layers need.
const TAG_BYTES: usize = 16;

/// The identifiers that a session description gave to the extensions (`a=extmap`).
///
/// 1 to 14 fit the one-byte form; larger ones make a packet use the two-byte form. 0 is never sent
/// and never matches.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ExtensionIds {
    /// The media section (RFC 9143 section 15).
    pub mid: Option<u8>,
    /// The layer of a simulcast (RFC 8852 section 3.1).
    pub rid: Option<u8>,
    /// The layer that a repair packet belongs to (RFC 8852 section 3.2).
    pub repaired_rid: Option<u8>,
    /// The transport-wide sequence number
    /// (draft-holmer-rmcat-transport-wide-cc-extensions-01 section 2).
    pub transport_cc: Option<u8>,
    /// The audio level from client to mixer (RFC 6464).
    pub audio_level: Option<u8>,
    /// The orientation of the picture (3GPP TS 26.114 section 7.4.5).
    pub orientation: Option<u8>,
}

impl ExtensionIds {
    /// Reads what is known out of a packet's extension elements.
    ///
    /// An element whose data does not have its extension's form is left out.
    pub fn read(&self, extensions: Extensions<'_>) -> ExtensionValues {
        let mut values = ExtensionValues::default();
        for (id, data) in extensions {
            let id = Some(id);
            if id == self.transport_cc {
                values.transport_cc = data.first_chunk().map(|number| u16::from_be_bytes(*number));
            } else if id == self.mid {
                values.mid = Tag::from_bytes(data);
            } else if id == self.rid {
                values.rid = Tag::from_bytes(data);
            } else if id == self.repaired_rid {
                values.repaired_rid = Tag::from_bytes(data);
            } else if id == self.audio_level {
                values.audio_level = data.first().map(|byte| AudioLevel::from_byte(*byte));
            } else if id == self.orientation {
                values.orientation = data.first().copied();
            }
        }
        values
    }
}

/// What a packet says, or is to say, in its header extensions.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ExtensionValues {
    /// The media section.
    pub mid: Option<Tag>,
    /// The layer of a simulcast.
    pub rid: Option<Tag>,
    /// The layer that a repair packet belongs to.
    pub repaired_rid: Option<Tag>,
    /// The transport-wide sequence number.
    pub transport_cc: Option<u16>,
    /// How loud the sound in the packet is.
    pub audio_level: Option<AudioLevel>,
    /// The byte of the picture's orientation: camera, flip and rotation bits, passed on unread.
    pub orientation: Option<u8>,
}

/// The name of a media section or of a layer: printable ASCII of 1 to 16 bytes, held in place.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Tag {
    // What lies behind `len` is nought, so that the derived comparison is the one of the names.
    bytes: [u8; TAG_BYTES],
    len: u8,
}

impl Tag {
    /// A tag of this name, or `None` if it is empty, longer than 16 bytes or not printable ASCII.
    pub fn new(name: &str) -> Option<Self> {
        Self::from_bytes(name.as_bytes())
    }

    /// A tag of a name as it is on the wire; see [`new`](Self::new).
    pub fn from_bytes(name: &[u8]) -> Option<Self> {
        let mut bytes = [0; TAG_BYTES];
        bytes.get_mut(..name.len())?.copy_from_slice(name);
        if name.is_empty() || !name.iter().all(u8::is_ascii_graphic) {
            return None;
        }
        let len = u8::try_from(name.len()).ok()?;
        Some(Self { bytes, len })
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(self.as_bytes()).unwrap_or_default()
    }

    /// The bytes of the name.
    pub fn as_bytes(&self) -> &[u8] {
        self.bytes.get(..usize::from(self.len)).unwrap_or_default()
    }
}

impl std::fmt::Debug for Tag {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        std::fmt::Debug::fmt(self.as_str(), f)
    }
}

impl std::fmt::Display for Tag {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}

/// How loud the sound of a packet is (RFC 6464 section 3).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AudioLevel {
    /// Whether the sender takes it for a voice; a sender that does not know says that it is none.
    pub voice: bool,
    /// The level in dBov: 0 is the loudest, -127 is silence.
    pub level_dbov: i8,
}

impl AudioLevel {
    fn from_byte(byte: u8) -> Self {
        Self {
            voice: byte & 0x80 != 0,
            // Seven bits fit and so does their negative.
            level_dbov: -((byte & 0x7f) as i8),
        }
    }

    /// The byte on the wire; a level above 0 is written as 0 and one below -127 as -127.
    pub(crate) fn to_byte(self) -> u8 {
        let level = self.level_dbov.min(0).unsigned_abs().min(127);
        level | if self.voice { 0x80 } else { 0 }
    }
}
