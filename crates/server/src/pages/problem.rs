//! Pages for what did not work, in the visitor's language and without internals.

use axum::response::Response;
use http::StatusCode;
use minijinja::context;
use zoom_protocol::RoomNameError;

use super::{Site, texts, texts::Texts, visit::Visit};

/// Why there is no page.
#[derive(Clone, Debug)]
pub(crate) enum Problem {
    /// The request makes no sense.
    BadRequest,
    /// The path names a room that cannot be.
    BadRoom(WrongRoom),
    /// Nothing is there.
    NotFound,
    /// Something is there, but not for this method.
    Method,
    /// The server failed.
    Failure,
}

/// Why something is not a room.
#[derive(Clone, Debug)]
pub(crate) enum WrongRoom {
    /// It breaks the rules of names.
    Name(RoomNameError),
    /// Its percent encoding is not UTF-8.
    Encoding,
    /// It is a link, but not to a room.
    OtherLink,
}

impl WrongRoom {
    /// The reason as a sentence.
    pub(crate) fn sentence(&self, texts: &Texts) -> String {
        let key = match self {
            Self::Name(RoomNameError::Empty) => "error_empty",
            Self::Name(RoomNameError::TooLong) => "error_too_long",
            Self::Name(RoomNameError::Character(_)) => "error_character",
            Self::Name(_) => "error_name",
            Self::Encoding => "error_encoding",
            Self::OtherLink => "error_not_a_room",
        };
        let character = match self {
            // By far the most frequent, and no number says it better.
            Self::Name(RoomNameError::Character(' ')) => texts.get("character_space").to_owned(),
            Self::Name(error) => error.shown_character().unwrap_or_default(),
            Self::Encoding | Self::OtherLink => String::new(),
        };
        texts::fill(texts.get(key), &[("character", &character)])
    }
}

impl Site {
    /// The page about a problem.
    pub(crate) fn problem(&self, visit: &Visit, problem: Problem) -> Response {
        let texts = self.texts(visit.language);
        let (status, title, text) = match &problem {
            Problem::BadRequest => (
                StatusCode::BAD_REQUEST,
                "bad_request_title",
                texts.get("bad_request_text").to_owned(),
            ),
            Problem::BadRoom(wrong) => (
                StatusCode::BAD_REQUEST,
                "bad_room_title",
                wrong.sentence(texts),
            ),
            Problem::NotFound => (
                StatusCode::NOT_FOUND,
                "not_found_title",
                texts.get("not_found_text").to_owned(),
            ),
            Problem::Method => (
                StatusCode::METHOD_NOT_ALLOWED,
                "method_title",
                texts.get("method_text").to_owned(),
            ),
            Problem::Failure => (
                StatusCode::INTERNAL_SERVER_ERROR,
                "failure_title",
                texts.get("failure_text").to_owned(),
            ),
        };
        let values = context! { status => status.as_u16(), title => texts.get(title), text };
        self.page(visit, status, "problem.html", values)
    }
}
