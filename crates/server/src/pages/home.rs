//! `/`: what zoom is, and the ways into a room. `/open` is where its forms lead.

use std::{borrow::Cow, sync::Arc};

use axum::{
    extract::{Query, State, rejection::QueryRejection},
    response::{IntoResponse, Response},
};
use http::{HeaderValue, StatusCode, header};
use minijinja::context;
use serde::Deserialize;
use zoom_protocol::RoomName;

use super::{Problem, Site, link, names, problem::WrongRoom, visit::Visit};

/// What a form of the page sent.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct Form {
    /// The name of a new room.
    new: Option<String>,
    /// The name or link of a room to open.
    room: Option<String>,
}

/// The start page.
pub(crate) async fn page(State(site): State<Arc<Site>>, visit: Visit) -> Response {
    let proposed = names::propose(&site.texts(visit.language).names);
    let values = context! { new => proposed, new_error => "", room => "", room_error => "" };
    site.page(&visit, StatusCode::OK, "home.html", values)
}

/// `GET /open?new=NAME` or `/open?room=NAME-OR-LINK`: leads to the room, or back to the form with
/// the reason why it cannot.
pub(crate) async fn open(
    State(site): State<Arc<Site>>,
    visit: Visit,
    form: Result<Query<Form>, QueryRejection>,
) -> Response {
    let Ok(Query(form)) = form else {
        return site.problem(&visit, Problem::BadRequest);
    };
    let texts = site.texts(visit.language);
    let (new, room) = (form.new.as_deref(), form.room.as_deref());
    let meant = match (new, room) {
        // An emptied field is a wish for any name.
        (Some(new), _) if new.trim().is_empty() => Ok(Cow::Owned(names::propose(&texts.names))),
        (Some(typed), _) | (None, Some(typed)) => link::room_of(typed).ok_or(WrongRoom::OtherLink),
        (None, None) => return site.problem(&visit, Problem::BadRequest),
    };
    let name = meant.and_then(|name| name.parse::<RoomName>().map_err(WrongRoom::Name));
    match name {
        Ok(name) => (
            StatusCode::SEE_OTHER,
            [
                (header::LOCATION, location(&name)),
                (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
            ],
        )
            .into_response(),
        Err(wrong) => {
            let reason = wrong.sentence(texts);
            let (new_error, room_error) = match new {
                Some(_) => (reason, String::new()),
                None => (String::new(), reason),
            };
            let proposed = || names::propose(&texts.names);
            let values = context! {
                new => new.map_or_else(proposed, str::to_owned),
                new_error,
                room => room.unwrap_or_default(),
                room_error,
            };
            site.page(&visit, StatusCode::BAD_REQUEST, "home.html", values)
        }
    }
}

fn location(name: &RoomName) -> HeaderValue {
    HeaderValue::from_str(&link::room_path(name.as_str())).unwrap_or(HeaderValue::from_static("/"))
}
