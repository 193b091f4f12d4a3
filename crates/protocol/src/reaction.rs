//! What may be a reaction: one emoji, as UTS #51 composes them.

use std::{borrow::Cow, fmt, str::FromStr};

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use ts_rs::TS;
use unicode_properties::{EmojiStatus, UnicodeEmoji};

use crate::names::checked_text;

/// The longest reaction, in characters: a couple with two skin tones has ten, the flag of a region
/// seven.
const REACTION_CHARS: usize = 16;

/// Asks for the coloured form of the character before it.
const COLOURED: char = '\u{fe0f}';
/// Joins the emoji on both sides into one.
const JOINER: char = '\u{200d}';
/// The box of a keycap.
const KEYCAP: char = '\u{20e3}';

/// One emoji: a single picture to whoever sees it, however many characters it is made of.
///
/// Any emoji rather than one of a list: pages may offer others tomorrow, and older ones show them.
/// Its form is checked and not whether every system has a picture for it.
#[derive(Clone, Debug, PartialEq, Eq, Hash, TS)]
#[ts(type = "string")]
pub struct Reaction(Box<str>);

/// Something may not be a reaction.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a reaction is one emoji")]
pub struct ReactionError;

impl Reaction {
    /// The emoji as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Reaction {
    type Err = ReactionError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let chars: Vec<char> = text.chars().take(REACTION_CHARS + 1).collect();
        if chars.len() <= REACTION_CHARS && is_emoji(&chars) {
            Ok(Self(text.into()))
        } else {
            Err(ReactionError)
        }
    }
}

impl fmt::Display for Reaction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Whether these characters are one emoji (UTS #51 section 1.4.9, definition ED-17a).
fn is_emoji(chars: &[char]) -> bool {
    match chars {
        ['0'..='9' | '#' | '*', COLOURED, KEYCAP] => return true,
        [first, second] if is_regional(*first) && is_regional(*second) => return true,
        _ => {}
    }
    let mut parts = chars.split(|c| *c == JOINER);
    // What the first part shows decides whether the whole is a picture or text.
    parts.next().is_some_and(is_picture) && parts.all(is_part)
}

fn is_regional(c: char) -> bool {
    ('\u{1f1e6}'..='\u{1f1ff}').contains(&c)
}

/// Whether a part is shown as a picture: by itself, or because it says so.
fn is_picture(part: &[char]) -> bool {
    let asked_for = |c: &char| *c == COLOURED || is_skin_tone(*c);
    is_part(part) && (part.first().is_some_and(|c| is_coloured(*c)) || part.iter().any(asked_for))
}

/// A character, how it is shown, and the tags that say of which region a flag is.
fn is_part(part: &[char]) -> bool {
    let [first, rest @ ..] = part else {
        return false;
    };
    let rest = match rest {
        [c, rest @ ..] if *c == COLOURED || is_skin_tone(*c) => rest,
        rest => rest,
    };
    let has_tags = match rest {
        [] => true,
        [tags @ .., '\u{e007f}'] => {
            !tags.is_empty() && tags.iter().all(|c| ('\u{e0020}'..='\u{e007e}').contains(c))
        }
        _ => false,
    };
    (is_coloured(*first) || is_plain(*first)) && has_tags
}

fn is_skin_tone(c: char) -> bool {
    ('\u{1f3fb}'..='\u{1f3ff}').contains(&c)
}

/// An emoji that is a picture unless it says otherwise.
fn is_coloured(c: char) -> bool {
    matches!(
        c.emoji_status(),
        EmojiStatus::EmojiPresentation | EmojiStatus::EmojiPresentationAndModifierBase
    )
}

/// An emoji that is text unless it says otherwise.
fn is_plain(c: char) -> bool {
    matches!(
        c.emoji_status(),
        EmojiStatus::EmojiModifierBase | EmojiStatus::EmojiOther
    )
}

checked_text!(Reaction, "Reaction", REACTION_CHARS);

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn one_emoji_of_any_make_is_a_reaction() {
        for emoji in [
            "👍",
            "👍🏽",
            "❤️",
            "🎉",
            "😂",
            "☝🏿",
            "✌️",
            "🇰🇷",
            "1️⃣",
            "#️⃣",
            "🏴󠁧󠁢󠁥󠁮󠁧󠁿",
            "🏳️‍🌈",
            "👩‍👩‍👧‍👦",
            "👩🏽‍❤️‍💋‍👨🏿",
            "🧑‍⚕️",
            "🐦‍⬛",
        ] {
            let reaction = emoji.parse::<Reaction>();
            assert_eq!(reaction.as_ref().map(Reaction::as_str), Ok(emoji));
        }
    }

    #[test]
    fn text_and_several_emoji_are_none() {
        for text in [
            "",
            " ",
            "a",
            "1",
            "1\u{fe0f}",
            "👍👍",
            "👍 ",
            "❤",
            "©",
            "🇰",
            "🇰🇷🇰🇷",
            "\u{200d}",
            "👍\u{200d}",
            "\u{200d}👍",
            "🏽",
            "\u{fe0f}",
            "👍\u{202e}",
            "👍\u{301}",
            "🏴\u{e007f}",
            "김",
            "<b>",
        ] {
            assert_eq!(text.parse::<Reaction>(), Err(ReactionError), "{text:?}");
        }
        let long = ["👩"; 20].join("\u{200d}");
        assert_eq!(long.parse::<Reaction>(), Err(ReactionError));
    }

    proptest! {
        #[test]
        fn parsing_never_panics(text in any::<String>()) {
            if let Ok(reaction) = text.parse::<Reaction>() {
                prop_assert_eq!(reaction.as_str(), text);
            }
        }
    }
}
