//! The switch between languages: a link that remembers the choice and comes back.

use std::sync::Arc;

use axum::{
    extract::{Query, State, rejection::QueryRejection},
    response::{IntoResponse, Response},
};
use http::{HeaderValue, StatusCode, header};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde::Deserialize;

use super::{Problem, Site, language::Language, visit::Visit};

/// The link that chooses a language and comes back to `target`.
pub(crate) fn href(language: Language, target: &str) -> String {
    format!("/language?to={}&back={}", language.tag(), encoded(target))
}

/// A path as the value of a query's parameter: letters, digits and `%` alone.
pub(crate) fn encoded(target: &str) -> String {
    utf8_percent_encode(target, NON_ALPHANUMERIC).to_string()
}

#[derive(Debug, Deserialize)]
pub(crate) struct Choice {
    to: String,
    #[serde(default)]
    back: String,
}

/// `GET /language?to=ko&back=/r/name`: remembers and redirects, to this server's own pages only.
pub(crate) async fn choose(
    State(site): State<Arc<Site>>,
    visit: Visit,
    choice: Result<Query<Choice>, QueryRejection>,
) -> Response {
    let Ok(Query(choice)) = choice else {
        return site.problem(&visit, Problem::BadRequest);
    };
    let Some(language) = Language::from_tag(&choice.to) else {
        return site.problem(&visit, Problem::BadRequest);
    };
    (
        StatusCode::SEE_OTHER,
        [
            (header::LOCATION, own_path(&choice.back)),
            (header::SET_COOKIE, language.cookie(site.secure)),
            (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
        ],
    )
        .into_response()
}

/// The path when it can only lead to this server, else `/`. Browsers read `//host`, `/\host` and
/// a tab or line end between the slashes as another host, so nothing but plain ASCII passes.
fn own_path(back: &str) -> HeaderValue {
    let plain = |b: u8| b.is_ascii_graphic() && b != b'\\';
    let own = back.starts_with('/') && !back.starts_with("//") && back.bytes().all(plain);
    own.then(|| HeaderValue::from_str(back).ok())
        .flatten()
        .unwrap_or(HeaderValue::from_static("/"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_way_back_never_leads_to_another_host() {
        for own in ["/", "/r/%ED%9A%8C?x=1", "/open?room=a%20b"] {
            assert_eq!(own_path(own), own);
        }
        for foreign in [
            "",
            "r/a",
            "https://evil.example/",
            "//evil.example",
            "/\\evil.example",
            "/\t/evil.example",
            "/\n/evil.example",
            "/r/회의",
            "\\/evil.example",
            "/a\r\nset-cookie: b=c",
        ] {
            assert_eq!(own_path(foreign), "/", "{foreign:?}");
        }
    }
}
