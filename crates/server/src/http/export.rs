//! `/api/rooms/<room>/export.json` and `export.html`: a room's timeline to take away.

use std::io;

use axum::{
    Router,
    body::Body,
    extract::{Path, RawQuery, State, rejection::PathRejection},
    http::{HeaderMap, HeaderValue, header},
    response::{IntoResponse, Response},
    routing::get,
};
use bytes::Bytes;
use futures_util::{Stream, stream};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use zoom_protocol::{ErrorCode, RoomName};

use super::refusal::refusal;
use crate::{
    export::{Export, Format, Pieces},
    hub::now,
};

/// The saved page is none of this server's; where it is shown all the same, nothing in it runs.
const POLICY: HeaderValue = HeaderValue::from_static(
    "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:",
);

pub(super) fn router(export: Export) -> Router {
    Router::new()
        .route("/api/rooms/{room}/export.json", get(json))
        .route("/api/rooms/{room}/export.html", get(page))
        .with_state(export)
}

type RoomPath = Result<Path<String>, PathRejection>;

async fn json(
    State(export): State<Export>,
    path: RoomPath,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Response {
    let files = asks(query.as_deref(), "files=1");
    answer(&export, path, &headers, Format::Json { files })
}

async fn page(
    State(export): State<Export>,
    path: RoomPath,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Response {
    let korean = asks(query.as_deref(), "lang=ko");
    answer(&export, path, &headers, Format::Page { korean })
}

fn asks(query: Option<&str>, what: &str) -> bool {
    query.is_some_and(|query| query.split('&').any(|part| part == what))
}

fn answer(export: &Export, path: RoomPath, headers: &HeaderMap, format: Format) -> Response {
    let room = path
        .ok()
        .and_then(|Path(room)| room.parse::<RoomName>().ok());
    let Some(room) = room else {
        return refusal(headers, ErrorCode::NoEntry);
    };
    let (ending, media_type) = match format {
        Format::Json { .. } => ("json", "application/json"),
        Format::Page { .. } => ("html", "text/html; charset=utf-8"),
    };
    // Letters of any script are in a room's name, and nothing that a header could stumble over.
    let name = utf8_percent_encode(room.as_str(), NON_ALPHANUMERIC);
    let disposition =
        format!("attachment; filename=\"zoom.{ending}\"; filename*=UTF-8''{name}.{ending}");
    let Some(pieces) = export.begin(room, format, now().unix_ms) else {
        return refusal(headers, ErrorCode::Busy);
    };
    let mut response = Body::from_stream(stream(pieces)).into_response();
    let to = response.headers_mut();
    to.insert(header::CONTENT_TYPE, HeaderValue::from_static(media_type));
    to.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    to.insert(header::CONTENT_SECURITY_POLICY, POLICY);
    if let Ok(disposition) = HeaderValue::from_str(&disposition) {
        to.insert(header::CONTENT_DISPOSITION, disposition);
    }
    response
}

fn stream(pieces: Pieces) -> impl Stream<Item = io::Result<Bytes>> {
    stream::unfold(pieces, async |mut pieces| {
        pieces.recv().await.map(|piece| (piece, pieces))
    })
}
