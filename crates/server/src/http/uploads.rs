//! `/api/uploads/…`: files are sent there, in as many pieces as it takes.

use axum::{
    Json, Router,
    extract::{Path, Request, State},
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
    routing::patch,
};
use zoom_protocol::{ErrorCode, UPLOADS_PATH, UploadId};

use super::refusal::{foreign_origin, refusal, with_status};
use crate::{
    files::{Files, Progress, Unreceived},
    socket::is_own_origin,
};

/// How many bytes are there.
const OFFSET: HeaderName = HeaderName::from_static("upload-offset");
/// How many there will be.
const LENGTH: HeaderName = HeaderName::from_static("upload-length");
/// What `PATCH` carries.
const CONTENT_TYPE: &str = "application/offset+octet-stream";
/// Answers tell of a moment.
const NOT_KEPT: (HeaderName, HeaderValue) =
    (header::CACHE_CONTROL, HeaderValue::from_static("no-store"));

pub(super) fn router(files: Files) -> Router {
    let route = patch(append).head(offset).delete(cancel);
    Router::new()
        .route(&format!("{UPLOADS_PATH}/{{upload}}"), route)
        .with_state(files)
}

async fn append(
    State(files): State<Files>,
    Path(upload): Path<String>,
    request: Request,
) -> Response {
    let (parts, body) = request.into_parts();
    let headers = parts.headers;
    let upload = match checked(&headers, &upload) {
        Ok(upload) => upload,
        Err(refused) => return *refused,
    };
    let is_typed = headers.get(header::CONTENT_TYPE).is_some_and(|kind| {
        kind.as_bytes()
            .eq_ignore_ascii_case(CONTENT_TYPE.as_bytes())
    });
    if !is_typed {
        let status = StatusCode::UNSUPPORTED_MEDIA_TYPE;
        return with_status(&headers, status, ErrorCode::BadField);
    }
    let Some(at) = number(&headers, &OFFSET) else {
        return refusal(&headers, ErrorCode::BadField);
    };
    let announced = number(&headers, &header::CONTENT_LENGTH);
    match files.append(&upload, at, announced, body).await {
        Ok(Progress::Partial(bytes)) => {
            (StatusCode::NO_CONTENT, [NOT_KEPT, (OFFSET, bytes.into())]).into_response()
        }
        Ok(Progress::Whole(file)) => ([NOT_KEPT], Json(file)).into_response(),
        Err(unreceived) => refused(&headers, unreceived),
    }
}

async fn offset(
    State(files): State<Files>,
    Path(upload): Path<String>,
    headers: HeaderMap,
) -> Response {
    let upload = match checked(&headers, &upload) {
        Ok(upload) => upload,
        Err(refused) => return *refused,
    };
    match files.progress(&upload).await {
        Ok((there, all)) => {
            [NOT_KEPT, (OFFSET, there.into()), (LENGTH, all.into())].into_response()
        }
        Err(unreceived) => refused(&headers, unreceived),
    }
}

async fn cancel(
    State(files): State<Files>,
    Path(upload): Path<String>,
    headers: HeaderMap,
) -> Response {
    let upload = match checked(&headers, &upload) {
        Ok(upload) => upload,
        Err(refused) => return *refused,
    };
    match files.cancel(&upload).await {
        Ok(()) => StatusCode::NO_CONTENT.into_response(),
        Err(unreceived) => refused(&headers, unreceived),
    }
}

/// The upload that is meant, where no foreign page asks.
fn checked(headers: &HeaderMap, upload: &str) -> Result<UploadId, Box<Response>> {
    if !is_own_origin(headers) {
        return Err(Box::new(foreign_origin()));
    }
    let unknown = |_| Box::new(refusal(headers, ErrorCode::NoUpload));
    upload.parse().map_err(unknown)
}

fn refused(headers: &HeaderMap, unreceived: Unreceived) -> Response {
    match unreceived {
        Unreceived::NoUpload => refusal(headers, ErrorCode::NoUpload),
        Unreceived::TooLong => refusal(headers, ErrorCode::FileTooLarge),
        Unreceived::Refused(code) => refusal(headers, code),
        Unreceived::Elsewhere(there) => {
            let refused = with_status(headers, StatusCode::CONFLICT, ErrorCode::BadField);
            ([NOT_KEPT, (OFFSET, there.into())], refused).into_response()
        }
    }
}

/// A header that is digits alone.
fn number(headers: &HeaderMap, name: &HeaderName) -> Option<u64> {
    let text = headers.get(name)?.to_str().ok()?;
    let is_number = text.bytes().all(|byte| byte.is_ascii_digit());
    is_number.then(|| text.parse().ok())?
}
