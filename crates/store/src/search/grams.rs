//! From text to the terms that the index has of it, and from what is searched for to a query.
//!
//! Languages such as Korean write particles and endings onto their words, and people search for
//! parts of words in any language. So the index does not have words: it has, for each character of
//! a word, the gram that begins there, of two characters where they are syllables or ideographs and
//! of three where they are letters, cut off at the word's end. Whatever is part of a word is then a
//! phrase of whole grams, and what is shorter than a gram is the beginning of one.

use unicode_general_category::{GeneralCategory, get_general_category};
use unicode_normalization::UnicodeNormalization;

/// Characters of a gram of syllables or ideographs: two tell as much as a word.
const SYLLABLES: usize = 2;
/// Characters of a gram of letters.
const LETTERS: usize = 3;

/// The terms of a text, with spaces between.
pub(crate) fn terms(text: &str) -> String {
    let mut terms = String::with_capacity(text.len() * 4);
    for segment in segments(text) {
        for start in 0..segment.chars.len() {
            push(&mut terms, gram(&segment, start));
        }
    }
    terms
}

/// An FTS5 expression for texts in which every part of `text` (without spaces) stands, within a word
/// or over several; `None` where `text` has nothing that an index could have.
pub(crate) fn expression(text: &str) -> Option<String> {
    let phrases: Vec<String> = text.split_whitespace().filter_map(phrase).collect();
    (!phrases.is_empty()).then(|| phrases.join(" AND "))
}

/// One part of what is searched for: its grams one after another. What comes after its last
/// character is open, so grams that the end cuts off are not asked for, unless there is no other.
fn phrase(part: &str) -> Option<String> {
    // Who types Korean has half a syllable before the next one is whole.
    let part = part.trim_end_matches(|c| matches!(c, '\u{3131}'..='\u{3163}'));
    let segments = segments(part);
    let (last, before) = segments.split_last()?;
    let mut grams = String::new();
    for segment in before {
        for start in 0..segment.chars.len() {
            push(&mut grams, gram(segment, start));
        }
    }
    let whole = (last.chars.len() + 1).saturating_sub(last.gram_chars);
    for start in 0..whole.max(1) {
        push(&mut grams, gram(last, start));
    }
    // Terms are letters and digits alone: nothing in them ends a string.
    let open = if whole == 0 && !(before.is_empty() && is_one_letter(last)) {
        " *"
    } else {
        ""
    };
    Some(format!("\"{grams}\"{open}"))
}

/// A letter alone begins so many grams that to look at all of them takes as long as everything
/// else: it finds the words that end in it.
fn is_one_letter(segment: &Segment) -> bool {
    segment.chars.len() == 1 && segment.gram_chars == LETTERS
}

/// A run of characters of one kind within a word.
struct Segment {
    chars: Vec<char>,
    gram_chars: usize,
}

fn gram(segment: &Segment, start: usize) -> &[char] {
    let end = (start + segment.gram_chars).min(segment.chars.len());
    segment.chars.get(start..end).unwrap_or_default()
}

fn push(terms: &mut String, gram: &[char]) {
    if !terms.is_empty() {
        terms.push(' ');
    }
    terms.extend(gram);
}

/// The words of a text in their compared form (NFKC, case-folded), cut where letters meet syllables.
fn segments(text: &str) -> Vec<Segment> {
    let compatible: String = text.nfkc().collect();
    let folded = caseless::default_case_fold_str(&compatible);
    let mut segments: Vec<Segment> = Vec::new();
    let mut within = false;
    for c in folded.nfkc() {
        if !is_in_words(c) {
            within = false;
            continue;
        }
        let gram_chars = if is_syllable(c) { SYLLABLES } else { LETTERS };
        match segments.last_mut() {
            Some(segment) if within && (segment.gram_chars == gram_chars || is_mark(c)) => {
                segment.chars.push(c);
            }
            Some(_) | None => segments.push(Segment {
                chars: vec![c],
                gram_chars,
            }),
        }
        within = true;
    }
    segments
}

fn is_in_words(c: char) -> bool {
    c.is_alphanumeric() || is_mark(c)
}

fn is_mark(c: char) -> bool {
    matches!(
        get_general_category(c),
        GeneralCategory::NonspacingMark
            | GeneralCategory::SpacingMark
            | GeneralCategory::EnclosingMark
    )
}

/// Whether one character says about as much as three letters do: Hangul, kana, ideographs.
fn is_syllable(c: char) -> bool {
    matches!(
        c,
        '\u{1100}'..='\u{11ff}'
            | '\u{3040}'..='\u{30ff}'
            | '\u{3130}'..='\u{318f}'
            | '\u{3400}'..='\u{4dbf}'
            | '\u{4e00}'..='\u{9fff}'
            | '\u{a960}'..='\u{a97f}'
            | '\u{ac00}'..='\u{d7ff}'
            | '\u{f900}'..='\u{faff}'
            | '\u{20000}'..='\u{3ffff}'
    )
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn syllables_are_indexed_in_pairs_and_letters_in_threes() {
        assert_eq!(terms("회의록을"), "회의 의록 록을 을");
        assert_eq!(terms("Meet"), "mee eet et t");
        assert_eq!(terms("zoom에서, a1"), "zoo oom om m 에서 서 a1 1");
    }

    #[test]
    fn a_part_of_a_word_is_a_phrase_of_whole_grams() {
        assert_eq!(expression("회의").as_deref(), Some("\"회의\""));
        assert_eq!(expression("회의록").as_deref(), Some("\"회의 의록\""));
        assert_eq!(expression("eeti").as_deref(), Some("\"eet eti\""));
        assert_eq!(
            expression("zoom에").as_deref(),
            Some("\"zoo oom om m 에\" *")
        );
    }

    #[test]
    fn what_is_shorter_than_a_gram_is_the_beginning_of_one() {
        assert_eq!(expression("회").as_deref(), Some("\"회\" *"));
        assert_eq!(expression("zo").as_deref(), Some("\"zo\" *"));
        assert_eq!(expression("z").as_deref(), Some("\"z\""));
    }

    #[test]
    fn every_part_has_to_be_there() {
        assert_eq!(
            expression(" 회의  GO ").as_deref(),
            Some("\"회의\" AND \"go\" *")
        );
    }

    #[test]
    fn half_a_syllable_that_is_being_typed_does_not_count_yet() {
        assert_eq!(expression("회의ㄹ"), expression("회의"));
        assert_eq!(expression("ㅎ"), None);
    }

    #[test]
    fn what_is_no_word_asks_for_nothing() {
        for text in ["", "  ", "\"", "*", "—", "👍"] {
            assert_eq!(expression(text), None, "{text:?}");
        }
    }

    #[test]
    fn forms_of_one_character_are_the_same() {
        assert_eq!(terms("\u{1112}\u{116c}\u{110b}\u{1174}"), terms("회의"));
        assert_eq!(terms("ＡＢＣ"), terms("abc"));
        assert_eq!(terms("STRASSE"), terms("straße"));
    }

    proptest! {
        #[test]
        fn no_text_makes_an_expression_of_anything_but_phrases(text in any::<String>()) {
            if let Some(expression) = expression(&text) {
                for phrase in expression.split(" AND ") {
                    let phrase = phrase.strip_suffix(" *").unwrap_or(phrase);
                    let inner = phrase.strip_prefix('"').and_then(|p| p.strip_suffix('"'));
                    prop_assert!(inner.is_some_and(|p| p.chars().all(|c| c == ' ' || is_in_words(c))));
                }
            }
        }

        #[test]
        fn every_part_of_a_word_is_found_among_its_terms(word in "[a-z가-힣]{1,12}", from in 0_usize..12, length in 2_usize..12) {
            let chars: Vec<char> = word.chars().collect();
            let part: String = chars.iter().skip(from).take(length).collect();
            if let Some(expression) = expression(&part) {
                let phrase = expression.trim_end_matches(" *").trim_matches('"');
                let found = if expression.ends_with('*') {
                    format!(" {}", terms(&word)).contains(&format!(" {phrase}"))
                } else {
                    format!(" {} ", terms(&word)).contains(&format!(" {phrase} "))
                };
                prop_assert!(found, "{part:?} of {word:?}: {expression} in {}", terms(&word));
            }
        }
    }
}
