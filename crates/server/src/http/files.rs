//! `/public/…`: the browser app's files out of the program itself. Nothing on the disk is reached.

use std::{borrow::Cow, fmt::Write, sync::Arc};

use axum::{
    body::Body,
    extract::{Path, State, rejection::PathRejection},
    response::{IntoResponse, Response},
};
use bytes::Bytes;
use http::{HeaderMap, HeaderValue, StatusCode, header};
use rust_embed::EmbeddedFile;

use crate::pages::{
    Problem, Site,
    assets::{self, App},
    visit::{Visit, accepts},
};

const FOR_EVER: HeaderValue = HeaderValue::from_static("public, max-age=31536000, immutable");
const ASK_AGAIN: HeaderValue = HeaderValue::from_static("public, no-cache");

/// Endings of the compressed variants, which are no files of their own.
const VARIANTS: [(&str, &str); 2] = [("br", ".br"), ("gzip", ".gz")];

/// A file of the app.
pub(crate) async fn public(
    State(site): State<Arc<Site>>,
    visit: Visit,
    headers: HeaderMap,
    path: Result<Path<String>, PathRejection>,
) -> Response {
    let found = match path {
        Ok(Path(path)) => file(&site, &headers, &path),
        Err(_) => None,
    };
    found.unwrap_or_else(|| site.problem(&visit, Problem::NotFound))
}

/// `/favicon.ico`, which browsers ask for on pages that are not ours to write, such as a file's.
pub(crate) async fn favicon(
    State(site): State<Arc<Site>>,
    visit: Visit,
    headers: HeaderMap,
) -> Response {
    file(&site, &headers, "icons/icon.svg")
        .unwrap_or_else(|| site.problem(&visit, Problem::NotFound))
}

/// `/robots.txt`: rooms are nobody's to index.
pub(crate) async fn robots() -> impl IntoResponse {
    (
        [(
            header::CONTENT_TYPE,
            HeaderValue::from_static("text/plain; charset=utf-8"),
        )],
        "User-agent: *\nAllow: /$\nAllow: /public/\nDisallow: /\n",
    )
}

fn file(site: &Site, headers: &HeaderMap, path: &str) -> Option<Response> {
    if VARIANTS.iter().any(|(_, ending)| path.ends_with(ending)) {
        return None;
    }
    let get = |path: &str| match path.strip_prefix(assets::ICON_FOLDER) {
        Some(icon) => assets::icon(icon),
        None => App::get(path),
    };
    let accepted = headers
        .get(header::ACCEPT_ENCODING)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    let compressed = VARIANTS
        .into_iter()
        .filter(|(coding, _)| accepts(accepted, coding))
        .find_map(|(coding, ending)| Some((coding, get(&format!("{path}{ending}"))?)));
    let (coding, file) = match compressed {
        Some((coding, file)) => (Some(coding), file),
        None => match get(path) {
            Some(plain) => (None, plain),
            // Machine code is carried compressed alone. RFC 9110 section 12.5.3 allows a coding that was not
            // asked for where there is no other form.
            None => (Some("gzip"), get(&format!("{path}.gz"))?),
        },
    };
    let tag = etag(&file);
    let keep = if site.assets().is_hashed(path) {
        FOR_EVER
    } else {
        ASK_AGAIN
    };
    let fresh = headers
        .get(header::IF_NONE_MATCH)
        .and_then(|value| value.to_str().ok())
        .is_some_and(|tags| matches(tags, &tag));
    let mut response = if fresh {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        let mut response = Response::new(Body::from(bytes_of(file)));
        let to = response.headers_mut();
        to.insert(
            header::CONTENT_TYPE,
            HeaderValue::from_static(content_type(path)),
        );
        if let Some(coding) = coding {
            to.insert(header::CONTENT_ENCODING, HeaderValue::from_static(coding));
        }
        response
    };
    let to = response.headers_mut();
    to.insert(header::CACHE_CONTROL, keep);
    to.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
    if let Ok(tag) = HeaderValue::from_str(&tag) {
        to.insert(header::ETAG, tag);
    }
    Some(response)
}

fn bytes_of(file: EmbeddedFile) -> Bytes {
    match file.data {
        Cow::Borrowed(bytes) => Bytes::from_static(bytes),
        Cow::Owned(bytes) => Bytes::from(bytes),
    }
}

/// A strong tag (RFC 9110 section 8.8.3): the bytes as they are sent, so each coding has its own.
fn etag(file: &EmbeddedFile) -> String {
    let mut tag = String::from("\"");
    for byte in file.metadata.sha256_hash().iter().take(16) {
        let _ = write!(tag, "{byte:02x}");
    }
    tag.push('"');
    tag
}

/// RFC 9110 section 13.1.2, with weak comparison.
fn matches(tags: &str, tag: &str) -> bool {
    tags.split(',')
        .map(str::trim)
        .any(|given| given == "*" || given.strip_prefix("W/").unwrap_or(given) == tag)
}

fn content_type(path: &str) -> &'static str {
    match path.rsplit_once('.').map_or("", |(_, ending)| ending) {
        "js" => "text/javascript; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "json" | "map" => "application/json",
        "svg" => "image/svg+xml; charset=utf-8",
        "png" => "image/png",
        "webp" => "image/webp",
        "ico" => "image/x-icon",
        "woff2" => "font/woff2",
        "wasm" => "application/wasm",
        "ogg" => "audio/ogg",
        "mp3" => "audio/mpeg",
        "webmanifest" => "application/manifest+json",
        "txt" => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tag_matches_itself_weak_or_strong_or_a_star() {
        for tags in ["\"a\"", "\"b\", \"a\"", "W/\"a\"", "*"] {
            assert!(matches(tags, "\"a\""), "{tags}");
        }
        assert!(!matches("\"b\"", "\"a\"") && !matches("a", "\"a\""));
    }
}
