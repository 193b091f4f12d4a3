//! The texts of the pages: one file per language in `i18n/`, the same keys in each.

use std::collections::BTreeMap;

use minijinja::Value;
use serde::Deserialize;

use super::language::Language;

/// One language's file.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Texts {
    /// What pages say, by key. `{name}` stands for what the filter `fill` puts there.
    pub(crate) texts: BTreeMap<String, String>,
    /// The words that proposed room names are made of.
    pub(crate) names: NameWords,
}

/// Words for room names: letters only, so that any two of them and a number make a valid name.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct NameWords {
    /// How something may be: "blue".
    pub(crate) qualities: Vec<String>,
    /// Who: "otter".
    pub(crate) animals: Vec<String>,
}

/// Every language's texts.
#[derive(Debug)]
pub(crate) struct AllTexts {
    english: Texts,
    korean: Texts,
}

impl AllTexts {
    /// Reads the texts that were compiled in.
    ///
    /// # Errors
    /// A sentence that names the file with the mistake; tests keep it from ever being shipped.
    pub(crate) fn embedded() -> Result<Self, String> {
        Self::parse(
            include_str!("../../i18n/en.json"),
            include_str!("../../i18n/ko.json"),
        )
    }

    pub(crate) fn parse(english: &str, korean: &str) -> Result<Self, String> {
        let read = |file: &str, text: &str| {
            serde_json::from_str(text).map_err(|error| format!("i18n/{file}: {error}"))
        };
        Ok(Self {
            english: read("en.json", english)?,
            korean: read("ko.json", korean)?,
        })
    }

    /// One language's texts.
    pub(crate) fn of(&self, language: Language) -> &Texts {
        match language {
            Language::English => &self.english,
            Language::Korean => &self.korean,
        }
    }
}

impl Texts {
    /// A text without placeholders. A missing key shows as itself; a test finds it before that.
    pub(crate) fn get<'a>(&'a self, key: &'a str) -> &'a str {
        self.texts.get(key).map_or(key, String::as_str)
    }

    /// All texts for a template.
    pub(crate) fn value(&self) -> Value {
        Value::from_pairs(&self.texts)
    }
}

/// Puts values where a text has `{key}`.
pub(crate) fn fill(text: &str, values: &[(&str, &str)]) -> String {
    let mut filled = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('{') {
        filled.push_str(before);
        match after.split_once('}') {
            Some((key, after)) => {
                let value = values.iter().find(|(name, _)| *name == key);
                filled.push_str(value.map_or(key, |(_, value)| value));
                rest = after;
            }
            None => {
                filled.push('{');
                rest = after;
            }
        }
    }
    filled.push_str(rest);
    filled
}

#[cfg(test)]
mod tests {
    use zoom_protocol::RoomName;

    use super::*;

    fn placeholders(text: &str) -> Vec<&str> {
        let mut found: Vec<&str> = text
            .split('{')
            .skip(1)
            .filter_map(|part| part.split_once('}'))
            .map(|(key, _)| key)
            .collect();
        found.sort_unstable();
        found
    }

    #[test]
    fn every_text_is_there_in_both_languages_with_the_same_placeholders() {
        let all = AllTexts::embedded().unwrap();
        let (english, korean) = (&all.english.texts, &all.korean.texts);
        let keys = |texts: &BTreeMap<String, String>| texts.keys().cloned().collect::<Vec<_>>();
        assert_eq!(keys(english), keys(korean));
        for (key, text) in english {
            assert_eq!(placeholders(text), placeholders(&korean[key]), "{key}");
            assert!(!text.is_empty() && !korean[key].is_empty(), "{key}");
        }
    }

    #[test]
    fn a_korean_text_has_no_particle_that_depends_on_what_is_put_before_it() {
        let all = AllTexts::embedded().unwrap();
        for (key, text) in &all.korean.texts {
            for part in text.split('}').skip(1) {
                let part = part.trim_start_matches(['”', '’', '"', ')']);
                for particle in [
                    "은", "는", "이 ", "가 ", "을", "를", "와", "과 ", "로", "으로",
                ] {
                    assert!(!part.starts_with(particle), "{key}: {text}");
                }
            }
        }
    }

    #[test]
    fn any_two_words_and_a_number_are_a_room_name() {
        let all = AllTexts::embedded().unwrap();
        for language in Language::ALL {
            let words = &all.of(language).names;
            assert!(words.qualities.len() >= 40 && words.animals.len() >= 40);
            for word in words.qualities.iter().chain(&words.animals) {
                let name: RoomName = word.parse().unwrap();
                assert!(name.as_str().chars().all(char::is_alphabetic), "{word}");
                assert!(name.as_str().chars().count() <= 12, "{word}");
            }
        }
    }

    #[test]
    fn filling_replaces_what_is_named_and_nothing_else() {
        assert_eq!(
            fill("a {b} c {d}", &[("b", "{d}"), ("d", "2")]),
            "a {d} c 2"
        );
        assert_eq!(fill("no end {b", &[("b", "1")]), "no end {b");
    }
}
