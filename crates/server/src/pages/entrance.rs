//! The room's entrance as the build left it: HTML for each language, its styles, and the script that keeps what is
//! typed and pressed until the app is there. It all comes in the page itself, so that the first screen is usable after
//! one answer of the server.

use aws_lc_rs::digest::{SHA256, digest};
use base64::{Engine, engine::general_purpose::STANDARD};

use super::{
    assets::{App, Assets},
    language::Language,
};

/// Where the build has it.
const FOLDER: &str = "entrance";

/// What a page has inline: sources for its Content-Security-Policy, each the hash of exactly that text.
#[derive(Clone, Debug, Default)]
pub(crate) struct Inline {
    /// For `script-src`, each after a space.
    pub(crate) scripts: String,
    /// For `style-src`, each after a space.
    pub(crate) styles: String,
}

/// The room's entrance.
#[derive(Debug)]
pub(crate) struct Entrance {
    /// The tags with its styles.
    pub(crate) style: String,
    /// The tag with its script.
    pub(crate) script: String,
    /// What the page's policy has to allow.
    pub(crate) inline: Inline,
}

impl Entrance {
    /// The entrance of the app that was compiled in; none where that has none.
    pub(crate) fn embedded(assets: &Assets) -> Option<Self> {
        let styles: Option<Vec<String>> = assets.styles("room").iter().map(|it| text(it)).collect();
        Some(Self::new(&styles?, &text(&format!("{FOLDER}/early.js"))?))
    }

    fn new(styles: &[String], script: &str) -> Self {
        let mut inline = Inline::default();
        let mut style = String::new();
        for text in styles {
            inline.styles += &source(text);
            style += &format!("<style>{text}</style>\n");
        }
        inline.scripts = source(script);
        Self {
            style,
            script: format!("<script>{script}</script>"),
            inline,
        }
    }
}

/// The templates of the entrance, by their names and what they say.
pub(crate) fn templates() -> Vec<(String, String)> {
    Language::ALL
        .into_iter()
        .filter_map(|language| Some((template(language), text(&template(language))?)))
        .collect()
}

/// The name of the template in a language.
pub(crate) fn template(language: Language) -> String {
    format!("{FOLDER}/{}.html", language.tag())
}

/// A text of the build.
fn text(file: &str) -> Option<String> {
    String::from_utf8(App::get(file)?.data.into_owned()).ok()
}

/// A hash source of Content Security Policy Level 3, after a space.
fn source(text: &str) -> String {
    let hash = STANDARD.encode(digest(&SHA256, text.as_bytes()));
    format!(" 'sha256-{hash}'")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_inline_is_allowed_by_the_hash_of_exactly_that() {
        let entrance = Entrance::new(&["a{}".to_owned()], "b()");
        assert_eq!(entrance.style, "<style>a{}</style>\n");
        assert_eq!(entrance.script, "<script>b()</script>");
        // By `printf 'a{}' | openssl dgst -sha256 -binary | base64`.
        assert_eq!(entrance.inline.styles, source("a{}"));
        assert_ne!(entrance.inline.styles, entrance.inline.scripts);
    }
}
