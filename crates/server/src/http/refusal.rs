//! Why a request about a file was not done.

use axum::{
    Json,
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
};
use serde_json::json;
use zoom_protocol::ErrorCode;

use crate::socket::{Language, error};

/// The codes that are of the request.
const STATUSES: [(ErrorCode, StatusCode); 5] = [
    (ErrorCode::BadField, StatusCode::BAD_REQUEST),
    (ErrorCode::NoUpload, StatusCode::NOT_FOUND),
    (ErrorCode::NoEntry, StatusCode::NOT_FOUND),
    (ErrorCode::FileTooLarge, StatusCode::PAYLOAD_TOO_LARGE),
    (ErrorCode::StorageFull, StatusCode::INSUFFICIENT_STORAGE),
];

/// A refusal in the language of whoever asks, with a status that goes with the code.
pub(super) fn refusal(headers: &HeaderMap, code: ErrorCode) -> Response {
    let status = STATUSES.iter().find(|(of, _)| *of == code);
    // What is left is of the server, and may go over.
    let status = status.map_or(StatusCode::SERVICE_UNAVAILABLE, |(_, status)| *status);
    with_status(headers, status, code)
}

/// A refusal with a status of its own.
pub(super) fn with_status(headers: &HeaderMap, status: StatusCode, code: ErrorCode) -> Response {
    let wanted = headers
        .get(header::ACCEPT_LANGUAGE)
        .and_then(|value| value.to_str().ok())
        .and_then(|tags| tags.split([',', ';']).next())
        .map(str::trim);
    (status, Json(error(Language::of_tag(wanted), code))).into_response()
}

/// The refusal of a page of another site.
pub(super) fn foreign_origin() -> Response {
    let body = json!({
        "code": "foreign_origin",
        "message": "the page that asks belongs to another site",
    });
    (StatusCode::FORBIDDEN, Json(body)).into_response()
}
