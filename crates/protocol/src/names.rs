//! What may be a room's name, a person's name and a message, and why something may not.

#![expect(
    clippy::wildcard_enum_match_arm,
    reason = "Unicode may grow categories; each match says what holds for the rest"
)]

use std::{borrow::Cow, fmt, str::FromStr};

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use ts_rs::TS;
use unicode_general_category::{GeneralCategory, get_general_category};
use unicode_normalization::UnicodeNormalization;

/// The longest room name, in characters after NFC.
pub(crate) const ROOM_NAME_CHARS: usize = 64;
/// The longest display name, in characters after NFC.
pub(crate) const DISPLAY_NAME_CHARS: usize = 64;
/// The longest message, in characters. About three printed pages.
pub(crate) const MESSAGE_CHARS: usize = 8_000;

/// A room's name: 1 to 64 letters of any script, digits, `-` and `_`.
///
/// `as_str` is how it was written (NFC); `key` is what is compared: NFC, case-folded.
#[derive(Clone, Debug, TS)]
#[ts(type = "string")]
pub struct RoomName {
    shown: Box<str>,
    key: Box<str>,
}

/// Why something may not be a room's name.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RoomNameError {
    /// Nothing was given.
    #[error("a room name needs at least one character")]
    Empty,
    /// More than [`ROOM_NAME_CHARS`] characters.
    #[error("a room name has at most 64 characters")]
    TooLong,
    /// A character that is no letter, digit, `-` or `_`.
    #[error("a room name has letters, digits, - and _ only, not {}", shown_char(*.0))]
    Character(char),
}

impl RoomNameError {
    /// The character that may not be there, as text that one can see: an invisible one by its
    /// number.
    pub fn shown_character(&self) -> Option<String> {
        match self {
            Self::Character(c) => Some(shown_char(*c)),
            Self::Empty | Self::TooLong => None,
        }
    }
}

fn shown_char(c: char) -> String {
    let category = get_general_category(c);
    match category {
        GeneralCategory::Control
        | GeneralCategory::Format
        | GeneralCategory::SpaceSeparator
        | GeneralCategory::LineSeparator
        | GeneralCategory::ParagraphSeparator
        | GeneralCategory::Unassigned
        | GeneralCategory::PrivateUse => format!("U+{:04X}", u32::from(c)),
        _ => format!("“{c}”"),
    }
}

impl RoomName {
    /// The name as it was written, in NFC.
    pub fn as_str(&self) -> &str {
        &self.shown
    }

    /// What is compared and stored: two names with one key are one room.
    pub fn key(&self) -> &str {
        &self.key
    }
}

impl FromStr for RoomName {
    type Err = RoomNameError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        // Four UTF-8 bytes a character, and NFC shrinks what combines; beyond that it is not read.
        if text.len() > ROOM_NAME_CHARS * 4 * 4 {
            return Err(RoomNameError::TooLong);
        }
        let shown: String = text.nfc().collect();
        if shown.is_empty() {
            return Err(RoomNameError::Empty);
        }
        if shown.chars().count() > ROOM_NAME_CHARS {
            return Err(RoomNameError::TooLong);
        }
        let mut after_letter = false;
        for c in shown.chars() {
            use GeneralCategory as G;
            after_letter = match get_general_category(c) {
                G::UppercaseLetter
                | G::LowercaseLetter
                | G::TitlecaseLetter
                | G::ModifierLetter
                | G::OtherLetter => true,
                G::DecimalNumber => false,
                // Vowel signs and tone marks belong to the letters before them.
                G::NonspacingMark | G::SpacingMark if after_letter => true,
                _ if c == '-' || c == '_' => false,
                _ => return Err(RoomNameError::Character(c)),
            };
        }
        let key: String = caseless::default_case_fold_str(&shown).nfc().collect();
        Ok(Self {
            shown: shown.into(),
            key: key.into(),
        })
    }
}

impl PartialEq for RoomName {
    fn eq(&self, other: &Self) -> bool {
        self.key == other.key
    }
}

impl Eq for RoomName {}

impl std::hash::Hash for RoomName {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        self.key.hash(state);
    }
}

impl fmt::Display for RoomName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.shown)
    }
}

/// What a person calls themself: 1 to 64 visible characters, inner spaces single.
#[derive(Clone, Debug, PartialEq, Eq, Hash, TS)]
#[ts(type = "string")]
pub struct DisplayName(Box<str>);

/// Why something may not be a display name.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DisplayNameError {
    /// Nothing that one could see.
    #[error("a name needs at least one visible character")]
    Empty,
    /// More than [`DISPLAY_NAME_CHARS`] characters.
    #[error("a name has at most 64 characters")]
    TooLong,
    /// Control characters, line ends, bidirectional overrides and other invisible characters
    /// could make one name look like another or break a line.
    #[error("a name may not contain the invisible character U+{:04X}", u32::from(*.0))]
    Invisible(char),
}

/// Zero-width (non-)joiners are needed to write Persian, Hindi and family emoji.
const JOINERS: [char; 2] = ['\u{200c}', '\u{200d}'];

impl DisplayName {
    /// The name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for DisplayName {
    type Err = DisplayNameError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if text.len() > DISPLAY_NAME_CHARS * 4 * 4 {
            return Err(DisplayNameError::TooLong);
        }
        let mut name = String::with_capacity(text.len());
        let mut visible = false;
        for c in text.nfc() {
            use GeneralCategory as G;
            match get_general_category(c) {
                G::SpaceSeparator => {
                    if !name.is_empty() && !name.ends_with(' ') {
                        name.push(' ');
                    }
                    continue;
                }
                G::Format if JOINERS.contains(&c) => {}
                G::Control
                | G::Format
                | G::LineSeparator
                | G::ParagraphSeparator
                | G::Unassigned
                | G::PrivateUse
                | G::Surrogate => return Err(DisplayNameError::Invisible(c)),
                // The Hangul fillers and the Braille blank are letters that show nothing.
                _ if matches!(
                    c,
                    '\u{115f}' | '\u{1160}' | '\u{3164}' | '\u{ffa0}' | '\u{2800}'
                ) =>
                {
                    return Err(DisplayNameError::Invisible(c));
                }
                G::NonspacingMark | G::EnclosingMark => {}
                _ => visible = true,
            }
            name.push(c);
        }
        let name = name.trim_end();
        if !visible {
            return Err(DisplayNameError::Empty);
        }
        if name.chars().count() > DISPLAY_NAME_CHARS {
            return Err(DisplayNameError::TooLong);
        }
        Ok(Self(name.into()))
    }
}

impl fmt::Display for DisplayName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The text of a message: 1 to 8,000 characters, line ends as `\n`.
///
/// It is text, never markup: whoever shows it escapes it.
#[derive(Clone, Debug, PartialEq, Eq, Hash, TS)]
#[ts(type = "string")]
pub struct MessageText(Box<str>);

/// Why something may not be a message.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum MessageTextError {
    /// Only white space.
    #[error("a message needs at least one visible character")]
    Empty,
    /// More than [`MESSAGE_CHARS`] characters.
    #[error("a message has at most 8000 characters")]
    TooLong,
    /// A control character other than a line end or a tab.
    #[error("a message may not contain the control character U+{:04X}", u32::from(*.0))]
    Control(char),
}

impl MessageText {
    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for MessageText {
    type Err = MessageTextError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let text = text.replace("\r\n", "\n").replace('\r', "\n");
        let text = text.trim_end().trim_start_matches('\n');
        if text.trim().is_empty() {
            return Err(MessageTextError::Empty);
        }
        if text.chars().count() > MESSAGE_CHARS {
            return Err(MessageTextError::TooLong);
        }
        if let Some(c) = text
            .chars()
            .find(|c| c.is_control() && !matches!(c, '\n' | '\t'))
        {
            return Err(MessageTextError::Control(c));
        }
        Ok(Self(text.into()))
    }
}

impl fmt::Display for MessageText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Gives a checked text its serde and JSON Schema implementations.
macro_rules! checked_text {
    ($type:ty, $name:literal, $max:expr) => {
        impl Serialize for $type {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.as_str())
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
                json_schema!({ "type": "string", "minLength": 1, "maxLength": $max })
            }
        }
    };
}

pub(crate) use checked_text;

checked_text!(RoomName, "RoomName", ROOM_NAME_CHARS);
checked_text!(DisplayName, "DisplayName", DISPLAY_NAME_CHARS);
checked_text!(MessageText, "MessageText", MESSAGE_CHARS);

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn room(text: &str) -> Result<RoomName, RoomNameError> {
        text.parse()
    }

    #[test]
    fn room_names_may_use_letters_of_any_script() {
        for name in [
            "blue-otter-42",
            "회의실",
            "会議室_1",
            "Straße",
            "कक्षा",
            "ห้องเรียน",
            "غرفة",
        ] {
            assert!(room(name).is_ok(), "{name}");
        }
    }

    #[test]
    fn room_names_are_compared_after_nfc_and_case_folding() {
        assert_eq!(room("STRASSE"), room("straße"));
        assert_eq!(room("Café"), room("cafe\u{301}"));
        assert_eq!(room("\u{1112}\u{116c}\u{110b}\u{1174}"), room("회의"));
        assert_ne!(room("a-b"), room("a_b"));
    }

    #[test]
    fn a_refused_room_name_says_which_character_is_wrong() {
        assert_eq!(room("a b"), Err(RoomNameError::Character(' ')));
        assert_eq!(room("a/b"), Err(RoomNameError::Character('/')));
        assert_eq!(room("\u{301}a"), Err(RoomNameError::Character('\u{301}')));
        assert_eq!(
            room("a\u{202e}b").unwrap_err().to_string(),
            "a room name has letters, digits, - and _ only, not U+202E"
        );
        assert_eq!(room(""), Err(RoomNameError::Empty));
        assert!(room(&"가".repeat(64)).is_ok());
        assert_eq!(room(&"가".repeat(65)), Err(RoomNameError::TooLong));
    }

    #[test]
    fn display_names_lose_outer_spaces_and_keep_their_letters() {
        assert_eq!(
            "  김  철수 ".parse::<DisplayName>().unwrap().as_str(),
            "김 철수"
        );
        assert_eq!(
            "👩\u{200d}👧".parse::<DisplayName>().unwrap().as_str(),
            "👩\u{200d}👧"
        );
    }

    #[test]
    fn display_names_refuse_what_cannot_be_seen() {
        for wrong in ["", "   ", "\u{3164}", "\u{200d}"] {
            assert!(wrong.parse::<DisplayName>().is_err(), "{wrong:?}");
        }
        for c in [
            '\u{202e}', '\u{2066}', '\u{200f}', '\n', '\0', '\u{7f}', '\u{feff}',
        ] {
            let name = format!("a{c}b");
            assert_eq!(
                name.parse::<DisplayName>(),
                Err(DisplayNameError::Invisible(c))
            );
        }
    }

    #[test]
    fn messages_keep_their_lines_and_indents() {
        let text: MessageText = "  fn main() {\r\n\t1\r}\n\n".parse().unwrap();
        assert_eq!(text.as_str(), "  fn main() {\n\t1\n}");
        assert_eq!(" \n ".parse::<MessageText>(), Err(MessageTextError::Empty));
        assert_eq!(
            "가".repeat(8_001).parse::<MessageText>(),
            Err(MessageTextError::TooLong)
        );
        assert_eq!(
            "a\0".parse::<MessageText>(),
            Err(MessageTextError::Control('\0'))
        );
    }

    proptest! {
        #[test]
        fn parsing_never_panics_and_is_idempotent(text in any::<String>()) {
            if let Ok(name) = text.parse::<RoomName>() {
                let again: RoomName = name.as_str().parse().unwrap();
                prop_assert_eq!(again.as_str(), name.as_str());
            }
            if let Ok(name) = text.parse::<DisplayName>() {
                prop_assert_eq!(name.as_str().parse::<DisplayName>().unwrap(), name);
            }
            if let Ok(message) = text.parse::<MessageText>() {
                prop_assert_eq!(message.as_str().parse::<MessageText>().unwrap(), message);
            }
        }
    }
}
