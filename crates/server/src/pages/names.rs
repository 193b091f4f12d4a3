//! Readable random names for new rooms: `blue-otter-42`.

use super::texts::NameWords;

/// A name out of a language's words. With no randomness to be had it is the first one: a
/// proposal, which the person may change.
pub(crate) fn propose(words: &NameWords) -> String {
    let mut random = [0; 12];
    if let Err(error) = getrandom::fill(&mut random) {
        tracing::warn!(%error, "the system gives no random bytes");
    }
    let [a, b, c, d, e, f, g, h, i, j, k, l] = random;
    let pick = |bytes: [u8; 4], count: usize| u32::from_le_bytes(bytes) as usize % count.max(1);
    let word = |words: &[String], bytes| words.get(pick(bytes, words.len())).cloned();
    let quality = word(&words.qualities, [a, b, c, d]).unwrap_or_default();
    let animal = word(&words.animals, [e, f, g, h]).unwrap_or_default();
    let number = 10 + pick([i, j, k, l], 90);
    format!("{quality}-{animal}-{number}")
}

#[cfg(test)]
mod tests {
    use zoom_protocol::RoomName;

    use super::*;
    use crate::pages::{language::Language, texts::AllTexts};

    #[test]
    fn a_proposed_name_is_two_words_and_a_two_digit_number() {
        let texts = AllTexts::embedded().unwrap();
        for language in Language::ALL {
            let name = propose(&texts.of(language).names);
            assert!(name.parse::<RoomName>().is_ok(), "{name}");
            let parts: Vec<&str> = name.split('-').collect();
            assert_eq!(parts.len(), 3, "{name}");
            assert!(
                (10..100).contains(&parts[2].parse::<u32>().unwrap()),
                "{name}"
            );
        }
    }
}
