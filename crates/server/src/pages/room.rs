//! `/r/<name>`: a room's invitation, and the place where the app opens it.

use std::sync::Arc;

use axum::{
    extract::State,
    response::{IntoResponse, Response},
};
use http::{HeaderValue, StatusCode, header};
use minijinja::{Value, context};
use zoom_protocol::RoomName;

use super::{Problem, Site, entrance, link, problem::WrongRoom, switch, visit::Visit};

/// The room's page; another spelling of the same name is led to the one spelling.
pub(crate) async fn page(State(site): State<Arc<Site>>, visit: Visit) -> Response {
    let path = visit.target.split('?').next().unwrap_or_default();
    let segment = path.strip_prefix("/r/").unwrap_or_default();
    let plain = segment.strip_suffix('/').unwrap_or(segment);
    let Some(written) = link::decode(plain) else {
        return site.problem(&visit, Problem::BadRoom(WrongRoom::Encoding));
    };
    let room: RoomName = match written.parse() {
        Ok(room) => room,
        Err(error) => return site.problem(&visit, Problem::BadRoom(WrongRoom::Name(error))),
    };
    let canonical = link::room_path(room.as_str());
    if room.as_str() != written || plain.len() != segment.len() {
        let query = visit.target.get(path.len()..).unwrap_or_default();
        if let Ok(location) = HeaderValue::from_str(&format!("{canonical}{query}")) {
            return (
                StatusCode::PERMANENT_REDIRECT,
                [(header::LOCATION, location)],
            )
                .into_response();
        }
    }
    let values = context! {
        room => room.as_str(),
        // Percent-encoded: no character of it means anything in HTML.
        path => Value::from_safe_string(canonical),
        app => site.assets().has("room"),
        entrance => site.entrance.as_ref().map(|entrance| context! {
            template => entrance::template(visit.language),
            style => Value::from_safe_string(entrance.style.clone()),
            script => Value::from_safe_string(entrance.script.clone()),
        }),
        back => Value::from_safe_string(switch::encoded(&visit.target)),
    };
    let mut response = site.page(&visit, StatusCode::OK, "room.html", values);
    if let Some(entrance) = &site.entrance {
        response.extensions_mut().insert(entrance.inline.clone());
    }
    response
}
