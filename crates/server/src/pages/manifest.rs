//! `/manifest.webmanifest`: what a system shows of zoom once it is installed as an app.
//!
//! Installing is a bookmark with a window of its own: there is nothing to run without the server,
//! so there is no service worker, and browsers ask for none.

use std::sync::Arc;

use axum::{
    extract::{Query, State, rejection::QueryRejection},
    response::{IntoResponse, Response},
};
use http::{HeaderValue, header};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{Site, assets, language::Language, texts::Texts, visit::Visit};

/// The colour behind everything where it is light: `--ground` of the pages.
const GROUND: &str = "#f1f3f7";

/// The drawings: file, sizes, and whether a system may cut it to its own shape.
const ICONS: [(&str, &str, &str); 4] = [
    ("icon.svg", "any", "any"),
    ("icon-192.png", "192x192", "any"),
    ("icon-512.png", "512x512", "any"),
    ("maskable-512.png", "512x512", "maskable"),
];

/// What the page that links to it is written in: a manifest is asked for without cookies.
#[derive(Debug, Deserialize)]
pub(crate) struct Asked {
    lang: Option<String>,
}

/// The manifest in the language of the page.
pub(crate) async fn page(
    State(site): State<Arc<Site>>,
    visit: Visit,
    asked: Result<Query<Asked>, QueryRejection>,
) -> Response {
    let asked = asked.ok().and_then(|Query(asked)| asked.lang);
    let language = asked.and_then(|tag| Language::from_tag(&tag));
    let language = language.unwrap_or(visit.language);
    let body = manifest(language, site.texts(language)).to_string();
    (
        [
            (
                header::CONTENT_TYPE,
                HeaderValue::from_static("application/manifest+json"),
            ),
            (header::CACHE_CONTROL, HeaderValue::from_static("no-cache")),
            (
                header::VARY,
                HeaderValue::from_static("accept-language, cookie"),
            ),
        ],
        body,
    )
        .into_response()
}

fn manifest(language: Language, texts: &Texts) -> Value {
    let icons: Vec<Value> = ICONS
        .into_iter()
        .filter(|(file, ..)| assets::icon(file).is_some())
        .map(|(file, sizes, purpose)| {
            let kind = if file.ends_with(".svg") {
                "image/svg+xml"
            } else {
                "image/png"
            };
            json!({
                "src": format!("/public/icons/{file}"),
                "sizes": sizes,
                "type": kind,
                "purpose": purpose,
            })
        })
        .collect();
    json!({
        // The same app in every language.
        "id": "/",
        "start_url": "/",
        "scope": "/",
        "name": "zoom",
        "short_name": "zoom",
        "description": texts.get("site_description"),
        "lang": language.tag(),
        "dir": "ltr",
        "display": "standalone",
        "background_color": GROUND,
        "theme_color": GROUND,
        "categories": ["communication", "productivity"],
        "icons": icons,
        "shortcuts": [{
            "name": texts.get("new_heading"),
            "short_name": texts.get("new_button"),
            // An empty name is a wish for any name.
            "url": "/open?new=",
        }],
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_colours_of_the_window_are_those_of_the_pages() {
        let tokens = concat!(
            env!("CARGO_MANIFEST_DIR"),
            "/../../web/src/styles/tokens.css"
        );
        let tokens = std::fs::read_to_string(tokens).unwrap();
        let ground = tokens.split("--ground: light-dark(").nth(1).unwrap();
        let (light, dark) = ground.split_once(')').unwrap().0.split_once(", ").unwrap();
        assert_eq!(light, GROUND);
        let page = include_str!("../../templates/base.html");
        for (scheme, colour) in [("light", light), ("dark", dark)] {
            let meta = format!("(prefers-color-scheme: {scheme})\" content=\"{colour}\"");
            assert!(page.contains(&meta), "{meta}");
        }
    }
}
