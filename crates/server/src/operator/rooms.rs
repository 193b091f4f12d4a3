//! `/rooms/NAME`: what a room keeps and for how long. It is read and changed by whoever reaches the
//! operator's address, if that is of this machine alone.

use axum::{
    Json, Router,
    body::{Body, Bytes},
    extract::{Path, RawQuery, State},
    response::{IntoResponse, Response},
    routing::{get, post},
};
use http::{HeaderMap, StatusCode, header};
use serde::{Deserialize, Serialize};
use serde_json::json;
use tokio::sync::oneshot;
use zoom_protocol::{Limits, RoomName};
use zoom_store::{Change, Outcome, RoomRecord, Store, WriteRequest};

use crate::{hub::now, import::Import, retention::Nudge};

/// The longest time that can be set, in days: a hundred years.
const MOST_DAYS: u32 = 36_500;

/// The rooms of a server, for its operator. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Rooms {
    store: Store,
    import: Import,
    nudge: Nudge,
    default_days: u32,
    may_change: bool,
}

impl std::fmt::Debug for Rooms {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Rooms").finish_non_exhaustive()
    }
}

/// What a room keeps.
#[derive(Serialize)]
struct Kept {
    room: RoomName,
    /// The number of its last entry or change.
    last_number: u64,
    /// Bytes of its files.
    file_bytes: u64,
    /// For how many days it keeps what is written, as the room says; null where it says nothing.
    retention_days: Option<u32>,
    /// The days that hold: its own, or the program's; null where it keeps for good.
    kept_days: Option<u32>,
}

/// What can be set.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Settings {
    /// Null has to be said: nothing is set by what is missing.
    #[serde(deserialize_with = "Option::deserialize")]
    retention_days: Option<u32>,
}

impl Rooms {
    pub(crate) fn new(store: Store, import: Import, nudge: Nudge, limits: &Limits) -> Self {
        Self {
            store,
            import,
            nudge,
            default_days: limits.retention_days,
            may_change: false,
        }
    }

    fn kept(&self, name: RoomName, record: Option<RoomRecord>) -> Kept {
        let own = record.as_ref().and_then(|record| record.retention_days);
        Kept {
            room: record.as_ref().map_or(name, |record| record.name.clone()),
            last_number: record.as_ref().map_or(0, |record| record.last_number),
            file_bytes: record.as_ref().map_or(0, |record| record.file_bytes),
            retention_days: own,
            kept_days: own.or(Some(self.default_days)).filter(|days| *days > 0),
        }
    }

    async fn read(&self, name: RoomName) -> Response {
        let store = self.store.clone();
        let key = name.key().to_owned();
        match tokio::task::spawn_blocking(move || store.room(&key)).await {
            Ok(Ok(record)) => Json(self.kept(name, record)).into_response(),
            Ok(Err(error)) => {
                tracing::warn!(%error, "a room cannot be read");
                wrong(StatusCode::INTERNAL_SERVER_ERROR, "the room cannot be read")
            }
            Err(_) => wrong(StatusCode::INTERNAL_SERVER_ERROR, "the room cannot be read"),
        }
    }
}

/// Rooms, to be changed only where the address is of this machine alone.
pub(super) fn router<S: Clone + Send + Sync + 'static>(
    rooms: Rooms,
    own_machine: bool,
) -> Router<S> {
    let rooms = Rooms {
        may_change: own_machine,
        ..rooms
    };
    Router::new()
        .route("/rooms/{room}", get(read).put(change))
        .route("/rooms/{room}/import", post(import))
        .with_state(rooms)
}

async fn read(State(rooms): State<Rooms>, Path(name): Path<String>) -> Response {
    match name.parse::<RoomName>() {
        Ok(name) => rooms.read(name).await,
        Err(error) => wrong(StatusCode::BAD_REQUEST, &error.to_string()),
    }
}

async fn change(
    State(rooms): State<Rooms>,
    Path(name): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    if let Some(refusal) = refused(&rooms, &headers) {
        return refusal;
    }
    let name: RoomName = match name.parse() {
        Ok(name) => name,
        Err(error) => return wrong(StatusCode::BAD_REQUEST, &format!("{error}")),
    };
    let settings: Settings = match serde_json::from_slice(&body) {
        Ok(settings) => settings,
        Err(error) => return wrong(StatusCode::BAD_REQUEST, &error.to_string()),
    };
    let days = settings.retention_days;
    if days.is_some_and(|days| !(1..=MOST_DAYS).contains(&days)) {
        let message = format!("retention_days is null or 1 to {MOST_DAYS}");
        return wrong(StatusCode::BAD_REQUEST, &message);
    }
    let (sender, receiver) = oneshot::channel();
    let request = WriteRequest {
        room: name.clone(),
        unix_ms: now().unix_ms,
        change: Change::Retain { days },
    };
    rooms
        .store
        .write(request, Box::new(|outcome| drop(sender.send(outcome))));
    match receiver.await {
        Ok(Outcome::Retained) => {
            rooms.nudge.now();
            rooms.read(name).await
        }
        outcome => {
            tracing::warn!(?outcome, "a room's settings were not kept");
            wrong(StatusCode::SERVICE_UNAVAILABLE, "the disk took nothing")
        }
    }
}

async fn import(
    State(rooms): State<Rooms>,
    Path(name): Path<String>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
    body: Body,
) -> Response {
    if let Some(refusal) = refused(&rooms, &headers) {
        return refusal;
    }
    let name: RoomName = match name.parse() {
        Ok(name) => name,
        Err(error) => return wrong(StatusCode::BAD_REQUEST, &format!("{error}")),
    };
    let leaves_out = match query.as_deref() {
        None | Some("") => false,
        Some("files=drop") => true,
        Some(_) => {
            return wrong(
                StatusCode::BAD_REQUEST,
                "the query is files=drop or nothing",
            );
        }
    };
    let announced = headers.get(header::CONTENT_LENGTH);
    let announced = announced.and_then(|length| length.to_str().ok()?.parse().ok());
    match rooms
        .import
        .take_in(name, leaves_out, announced, body)
        .await
    {
        Ok(taken) => {
            // What is older than the room keeps it does not stay.
            rooms.nudge.now();
            Json(taken).into_response()
        }
        Err(refused) => wrong(refused.status, &refused.message),
    }
}

/// A page in a browser on this machine can send a request here, but none that says it is JSON: for
/// that the browser asks first, and nothing here answers that question.
fn refused(rooms: &Rooms, headers: &HeaderMap) -> Option<Response> {
    if !rooms.may_change {
        let message = "rooms are changed on a loopback address alone";
        return Some(wrong(StatusCode::FORBIDDEN, message));
    }
    let media_type = headers.get(header::CONTENT_TYPE);
    let is_json = media_type
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.split(';').next())
        .is_some_and(|value| value.trim().eq_ignore_ascii_case("application/json"));
    let message = "the body is application/json";
    (!is_json).then(|| wrong(StatusCode::UNSUPPORTED_MEDIA_TYPE, message))
}

fn wrong(status: StatusCode, message: &str) -> Response {
    (status, Json(json!({ "message": message }))).into_response()
}
