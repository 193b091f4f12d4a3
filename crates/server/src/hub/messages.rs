//! From answers and events to the text of a frame.

use tokio_tungstenite::tungstenite::Utf8Bytes;
use zoom_protocol::{
    Answer, ErrorAnswer, Event, Joined, Limits, RequestId, ServerMessage, Welcome,
};

use crate::socket::{Language, Meaning, localised};

/// What a server calls itself in `welcome`.
const SERVER: &str = concat!("zoom ", env!("CARGO_PKG_VERSION"));

/// The text of an event, to be shared by all who are told.
pub(super) fn event(event: Event) -> Utf8Bytes {
    text(&ServerMessage::Event(event))
}

/// The text of an answer, in the language of who asked, and what it means for their socket.
pub(crate) fn answer(
    language: Language,
    id: Option<RequestId>,
    answer: Answer,
) -> (Utf8Bytes, Meaning) {
    if let Answer::Error(error) = answer {
        return error_answer(language, id, error);
    }
    (text(&ServerMessage::Answer { id, answer }), Meaning::Plain)
}

/// The text of a refusal.
pub(crate) fn error_answer(
    language: Language,
    id: Option<RequestId>,
    error: ErrorAnswer,
) -> (Utf8Bytes, Meaning) {
    let answer = Answer::Error(localised(language, error));
    (
        text(&ServerMessage::Answer { id, answer }),
        Meaning::Refusal,
    )
}

/// The answer to `hello`.
pub(crate) fn welcome(
    limits: &Limits,
    language: Language,
    resume: Option<Result<Box<Joined>, ErrorAnswer>>,
) -> Answer {
    let (resumed, refused) = match resume {
        None => (None, None),
        Some(Ok(joined)) => (Some(*joined), None),
        Some(Err(error)) => (None, Some(localised(language, error))),
    };
    Answer::Welcome(Box::new(Welcome {
        server: SERVER.into(),
        limits: limits.clone(),
        resumed,
        refused,
    }))
}

/// JSON of a message. The types of the wire have text keys and finite numbers alone, which always
/// serialise; an empty text would still be refused by every client.
fn text(message: &ServerMessage) -> Utf8Bytes {
    serde_json::to_string(message).unwrap_or_default().into()
}
