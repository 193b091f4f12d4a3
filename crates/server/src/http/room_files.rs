//! `/api/rooms/<room>/files/…`: the files of a room's messages. Nothing in them ever runs as a page
//! of the server's origin.

use std::{
    fs::File,
    io::{self, Read, Seek, SeekFrom},
    ops::Range,
};

use axum::{
    Router,
    body::Body,
    extract::{Path, RawQuery, State, rejection::PathRejection},
    http::{HeaderMap, HeaderValue, Method, StatusCode, header},
    response::{IntoResponse, Response},
    routing::get,
};
use bytes::Bytes;
use futures_util::{Stream, stream};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use zoom_protocol::{ErrorCode, FileHash, FileName, RoomName};

use super::{
    range::{Part, part},
    refusal::refusal,
};
use crate::files::{Files, Opened, is_shown};

/// Bytes that are read at once: each connection holds as much.
const CHUNK: u64 = 64 * 1024;
/// A content never changes; who may read it is asked for each room.
const KEPT: HeaderValue = HeaderValue::from_static("private, max-age=31536000, immutable");
/// Whatever a file says, it loads nothing, runs nothing, and belongs to no origin.
const POLICY: HeaderValue = HeaderValue::from_static("sandbox; default-src 'none'");
/// What a parameter's value has to encode (RFC 8187 section 3.2.1).
const ENCODED: AsciiSet = NON_ALPHANUMERIC
    .remove(b'!')
    .remove(b'#')
    .remove(b'$')
    .remove(b'&')
    .remove(b'+')
    .remove(b'-')
    .remove(b'.')
    .remove(b'^')
    .remove(b'_')
    .remove(b'`')
    .remove(b'|')
    .remove(b'~');

pub(super) fn router(files: Files) -> Router {
    Router::new()
        .route("/api/rooms/{room}/files/{hash}/{name}", get(read))
        .with_state(files)
}

async fn read(
    State(files): State<Files>,
    method: Method,
    path: Result<Path<(String, String, String)>, PathRejection>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Response {
    let wanted = path.ok().and_then(|Path((room, hash, name))| {
        let room: RoomName = room.parse().ok()?;
        let hash: FileHash = hash.parse().ok()?;
        let name: FileName = name.parse().ok()?;
        Some((room, hash, name))
    });
    let Some((room, hash, name)) = wanted else {
        return refusal(&headers, ErrorCode::NoEntry);
    };
    let small = query.is_some_and(|query| query.split('&').any(|key| key == "thumbnail"));
    match files.read(room, hash, name, small).await {
        Ok(Some(opened)) => answer(&method, &headers, opened),
        Ok(None) => refusal(&headers, ErrorCode::NoEntry),
        Err(code) => refusal(&headers, code),
    }
}

fn answer(method: &Method, headers: &HeaderMap, opened: Opened) -> Response {
    let tag = tag(&opened);
    let mut response = if asks_for(headers, &header::IF_NONE_MATCH, &tag) {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        content(method, headers, &tag, opened)
    };
    let to = response.headers_mut();
    to.insert(header::CACHE_CONTROL, KEPT);
    to.insert(header::CONTENT_SECURITY_POLICY, POLICY);
    if let Ok(tag) = HeaderValue::from_str(&tag) {
        to.insert(header::ETAG, tag);
    }
    response
}

/// A strong tag (RFC 9110 section 8.8.3).
fn tag(opened: &Opened) -> String {
    let form = if opened.is_thumbnail { "-small" } else { "" };
    format!("\"{}{form}\"", opened.info.hash)
}

/// Whether a list of tags has this one, or all (RFC 9110 section 13.1.2).
fn asks_for(headers: &HeaderMap, name: &header::HeaderName, tag: &str) -> bool {
    headers
        .get_all(name)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|tags| tags.split(','))
        .map(str::trim)
        .any(|given| given == "*" || given.strip_prefix("W/").unwrap_or(given) == tag)
}

fn content(method: &Method, headers: &HeaderMap, tag: &str, mut opened: Opened) -> Response {
    let bytes = opened.bytes;
    // Ranges are for GET alone (section 14.2), and only of the content that one has a part of
    // already (section 13.1.5).
    let is_same = headers
        .get(header::IF_RANGE)
        .is_none_or(|given| given == tag);
    let range = headers
        .get(header::RANGE)
        .filter(|_| method == Method::GET && is_same)
        .and_then(|range| range.to_str().ok());
    let (status, range) = match part(range, bytes) {
        Part::Whole => (StatusCode::OK, 0..bytes),
        Part::Bytes(range) => (StatusCode::PARTIAL_CONTENT, range),
        Part::Unsatisfiable => {
            let all = format!("bytes */{bytes}");
            let headers = [(header::CONTENT_RANGE, all)];
            return (StatusCode::RANGE_NOT_SATISFIABLE, headers).into_response();
        }
    };
    let media_type = match media_type(&mut opened) {
        Ok(media_type) => media_type,
        Err(error) => {
            tracing::warn!(%error, "a file cannot be read");
            return refusal(headers, ErrorCode::StorageFailed);
        }
    };
    let disposition = disposition(is_shown(&media_type), &opened.info.name);
    let mut response = Response::new(Body::empty());
    *response.status_mut() = status;
    let to = response.headers_mut();
    to.insert(header::CONTENT_LENGTH, (range.end - range.start).into());
    to.insert(header::ACCEPT_RANGES, HeaderValue::from_static("bytes"));
    let mut insert = |name, text: &str| {
        if let Ok(value) = HeaderValue::from_str(text) {
            to.insert(name, value);
        }
    };
    insert(header::CONTENT_TYPE, &media_type);
    insert(header::CONTENT_DISPOSITION, &disposition);
    if status == StatusCode::PARTIAL_CONTENT {
        let (first, last) = (range.start, range.end - 1);
        insert(
            header::CONTENT_RANGE,
            &format!("bytes {first}-{last}/{bytes}"),
        );
    }
    if method == Method::GET {
        *response.body_mut() = Body::from_stream(chunks(opened.file, range));
    }
    response
}

/// Of a small form its first byte tells: a JPEG or a PNG.
fn media_type(opened: &mut Opened) -> io::Result<String> {
    if !opened.is_thumbnail {
        return Ok(opened.info.media_type.clone());
    }
    let mut first = [0];
    opened.file.read_exact(&mut first)?;
    let media_type = match first {
        [0xff] => "image/jpeg",
        _ => "image/png",
    };
    Ok(media_type.to_owned())
}

/// Shown or saved, and under which name: one in plain letters for whoever knows no other (RFC 6266
/// appendix D).
fn disposition(shown: bool, name: &FileName) -> String {
    let kind = if shown { "inline" } else { "attachment" };
    let plain: String = name
        .as_str()
        .chars()
        .map(|c| match c {
            ' '..='~' if !matches!(c, '"' | '\\' | '%') => c,
            _ => '_',
        })
        .collect();
    let encoded = utf8_percent_encode(name.as_str(), &ENCODED);
    format!("{kind}; filename=\"{plain}\"; filename*=UTF-8''{encoded}")
}

/// The bytes of a range, a piece at a time; the disk is read elsewhere.
fn chunks(file: File, range: Range<u64>) -> impl Stream<Item = io::Result<Bytes>> {
    stream::try_unfold((file, range), |(mut file, range)| async move {
        if range.is_empty() {
            return Ok(None);
        }
        let read = tokio::task::spawn_blocking(move || {
            let length = (range.end - range.start).min(CHUNK);
            file.seek(SeekFrom::Start(range.start))?;
            let mut chunk = vec![0; usize::try_from(length).unwrap_or_default()];
            file.read_exact(&mut chunk)?;
            Ok((Bytes::from(chunk), (file, range.start + length..range.end)))
        });
        read.await.map_err(io::Error::other)?.map(Some)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_of_any_script_is_told_plainly_and_whole() {
        let of = |name: &str| disposition(false, &name.parse().unwrap());
        assert_eq!(
            of("회의록 3.pdf"),
            "attachment; filename=\"___ 3.pdf\"; filename*=UTF-8''%ED%9A%8C%EC%9D%98%EB%A1%9D%203.pdf"
        );
        assert_eq!(
            of("a\"; x=\"b%41.txt"),
            "attachment; filename=\"a_; x=_b_41.txt\"; filename*=UTF-8''a%22%3B%20x%3D%22b%2541.txt"
        );
        assert!(disposition(true, &"a.png".parse().unwrap()).starts_with("inline; "));
    }
}
