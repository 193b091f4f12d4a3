//! What names a file: its content's hash, and what its sender called it.

use std::{borrow::Cow, fmt, str::FromStr};

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use ts_rs::TS;
use unicode_general_category::{GeneralCategory, get_general_category};
use unicode_normalization::UnicodeNormalization;

use crate::{
    ids::{ParseIdError, text_id},
    names::checked_text,
};

/// The longest name of a file, in characters: what file systems take, where each has four bytes.
const FILE_NAME_CHARS: usize = 60;

/// The SHA-256 (FIPS 180-4) of a file's content: 64 lower-case hexadecimal digits on the wire.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, TS)]
#[ts(type = "string")]
pub struct FileHash(pub [u8; 32]);

impl fmt::Display for FileHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for FileHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "FileHash({self})")
    }
}

impl FromStr for FileHash {
    type Err = ParseIdError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let error = ParseIdError {
            expected: "64 lower-case hexadecimal digits",
        };
        let digit = |b: u8| match b {
            b'0'..=b'9' => Some(b - b'0'),
            b'a'..=b'f' => Some(b - b'a' + 10),
            _ => None,
        };
        let mut hash = [0; 32];
        if text.len() != 2 * hash.len() {
            return Err(error);
        }
        for (byte, digits) in hash.iter_mut().zip(text.as_bytes().chunks_exact(2)) {
            let [high, low] = digits else {
                return Err(error);
            };
            match (digit(*high), digit(*low)) {
                (Some(high), Some(low)) => *byte = high << 4 | low,
                _ => return Err(error),
            }
        }
        Ok(Self(hash))
    }
}

text_id!(FileHash, "FileHash", "^[0-9a-f]{64}$");

/// What a file is called by who sent it: 1 to 60 characters of any script, without a path.
///
/// It is shown and offered for saving; nothing on the server's disk is named after it.
#[derive(Clone, Debug, PartialEq, Eq, Hash, TS)]
#[ts(type = "string")]
pub struct FileName(Box<str>);

/// Why something may not be a file's name.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum FileNameError {
    /// Nothing that one could see, or dots alone.
    #[error("a file name needs at least one character besides dots and spaces")]
    Empty,
    /// More than 60 characters.
    #[error("a file name has at most 60 characters")]
    TooLong,
    /// A character that separates folders, or that cannot be seen: it could make one name look like
    /// another.
    #[error("a file name may not contain the character U+{:04X}", u32::from(*.0))]
    Character(char),
}

impl FileName {
    /// The name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for FileName {
    type Err = FileNameError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if text.len() > FILE_NAME_CHARS * 4 * 4 {
            return Err(FileNameError::TooLong);
        }
        let name: String = text.nfc().collect();
        let name = name.trim();
        for c in name.chars() {
            let joiner = matches!(c, '\u{200c}' | '\u{200d}');
            let unseen = matches!(
                get_general_category(c),
                GeneralCategory::Control
                    | GeneralCategory::Format
                    | GeneralCategory::LineSeparator
                    | GeneralCategory::ParagraphSeparator
                    | GeneralCategory::Unassigned
                    | GeneralCategory::PrivateUse
                    | GeneralCategory::Surrogate
            );
            if matches!(c, '/' | '\\') || (unseen && !joiner) {
                return Err(FileNameError::Character(c));
            }
        }
        if name.chars().all(|c| c == '.' || c.is_whitespace()) {
            return Err(FileNameError::Empty);
        }
        if name.chars().count() > FILE_NAME_CHARS {
            return Err(FileNameError::TooLong);
        }
        Ok(Self(name.into()))
    }
}

impl fmt::Display for FileName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

checked_text!(FileName, "FileName", FILE_NAME_CHARS);

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_hash_comes_back_from_its_digits() {
        let hash = FileHash(std::array::from_fn(|i| i as u8 * 8));
        assert_eq!(hash.to_string().parse(), Ok(hash));
        assert_eq!(hash.to_string().len(), 64);
    }

    #[test]
    fn a_hash_has_one_spelling() {
        let text = "ab".repeat(32);
        assert!(text.parse::<FileHash>().is_ok());
        for wrong in [
            text.to_uppercase(),
            "ab".repeat(31),
            "가".repeat(32),
            "+a".repeat(32),
        ] {
            assert!(wrong.parse::<FileHash>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn names_of_any_script_are_file_names() {
        for name in [
            "회의록 3.pdf",
            "résumé.txt",
            ".env",
            "a..b",
            "ملف.png",
            "नोट.md",
        ] {
            assert_eq!(name.parse::<FileName>().unwrap().as_str(), name);
        }
    }

    #[test]
    fn paths_and_unseen_characters_are_no_file_names() {
        for name in [
            "",
            " ",
            ".",
            "..",
            "../a",
            "a\\b",
            "a\0",
            "a\u{202e}gpj.exe",
            "a\nb",
        ] {
            assert!(name.parse::<FileName>().is_err(), "{name:?}");
        }
        assert_eq!(
            "가".repeat(61).parse::<FileName>(),
            Err(FileNameError::TooLong)
        );
    }

    proptest! {
        #[test]
        fn parsing_never_panics_and_is_idempotent(text in any::<String>()) {
            if let Ok(name) = text.parse::<FileName>() {
                prop_assert_eq!(name.as_str().parse::<FileName>().unwrap(), name);
            }
            drop(text.parse::<FileHash>());
        }
    }
}
