//! From the text of a frame to a message, or to the error that tells its sender what is wrong.

use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::{ClientMessage, ErrorAnswer, ErrorCode, Request, RequestId, ServerMessage};

/// A text that is no message.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct DecodeError {
    /// The request's id, as far as it could be read.
    pub id: Option<RequestId>,
    /// What is wrong, for programs.
    pub code: ErrorCode,
    /// What is wrong, for people.
    pub message: String,
}

impl DecodeError {
    /// The error as the answer that its sender gets.
    pub fn into_answer(self) -> (Option<RequestId>, ErrorAnswer) {
        (
            self.id,
            ErrorAnswer {
                code: self.code,
                message: self.message,
            },
        )
    }
}

/// Reads what a client sent.
pub fn decode_client(text: &str) -> Result<ClientMessage, DecodeError> {
    let fail = |id, code, message| DecodeError { id, code, message };
    let value: Value = serde_json::from_str(text)
        .map_err(|error| fail(None, ErrorCode::BadJson, format!("not JSON: {error}")))?;
    let id = value
        .get("id")
        .and_then(Value::as_u64)
        .and_then(|id| u32::try_from(id).ok())
        .map(RequestId);
    if id.is_none() {
        let message = "a message is an object with an id from 0 to 4294967295";
        return Err(fail(None, ErrorCode::BadMessage, message.into()));
    }
    let Some(kind) = value.get("type").and_then(Value::as_str) else {
        return Err(fail(
            id,
            ErrorCode::BadMessage,
            "the message has no type".into(),
        ));
    };
    let kind = kind.to_owned();
    let request = match kind.as_str() {
        "hello" => fields(value).map(Request::Hello),
        "look" => fields(value).map(Request::Look),
        "join" => fields(value).map(Request::Join),
        "leave" => Ok(Request::Leave),
        "post" => fields(value).map(Request::Post),
        "edit" => fields(value).map(Request::Edit),
        "delete" => fields(value).map(Request::Delete),
        "mark" => fields(value).map(Request::Mark),
        "history" => fields(value).map(Request::History),
        "search" => fields(value).map(Request::Search),
        "upload" => fields(value).map(Request::Upload),
        "typing" => fields(value).map(Request::Typing),
        "hand" => fields(value).map(Request::Hand),
        "react" => fields(value).map(Request::React),
        "publish" => fields(value).map(Request::Publish),
        "view" => fields(value).map(Request::View),
        "media" => fields(value).map(Request::Media),
        "ping" => Ok(Request::Ping),
        _ => {
            let kind: String = kind.chars().take(32).collect();
            let message = format!("no request has the type {kind:?}");
            return Err(fail(id, ErrorCode::UnknownType, message));
        }
    };
    match (request, id) {
        (Ok(request), Some(id)) => Ok(ClientMessage { id, request }),
        (Err((code, message)), id) => Err(fail(id, code, message)),
        (Ok(_), None) => Err(fail(
            None,
            ErrorCode::BadMessage,
            "the message has no id".into(),
        )),
    }
}

/// Reads what a server sent; for clients.
pub fn decode_server(text: &str) -> Result<ServerMessage, serde_json::Error> {
    serde_json::from_str(text)
}

/// Takes the fields of one request apart; an error names the field by its path.
fn fields<T: DeserializeOwned>(value: Value) -> Result<T, (ErrorCode, String)> {
    serde_path_to_error::deserialize(value).map_err(|error| {
        let path = error.path().to_string();
        let sentence = error.inner().to_string();
        let code = match path.as_str() {
            "room" if sentence.starts_with("a room name") => ErrorCode::BadRoomName,
            "name" if sentence.starts_with("a name") => ErrorCode::BadDisplayName,
            "name" if sentence.starts_with("a file name") => ErrorCode::BadFileName,
            "text" if sentence.starts_with("a message") => ErrorCode::BadText,
            "client_id" if sentence.starts_with("a client id") => ErrorCode::BadClientId,
            "" | "." => return (ErrorCode::BadField, sentence),
            _ => return (ErrorCode::BadField, format!("{path}: {sentence}")),
        };
        (code, sentence)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(text: &str) -> (Option<u32>, ErrorCode, String) {
        let error = decode_client(text).unwrap_err();
        (error.id.map(|id| id.0), error.code, error.message)
    }

    #[test]
    fn what_is_no_json_is_refused_without_an_id() {
        assert_eq!(refusal("{").0, None);
        assert_eq!(refusal("{").1, ErrorCode::BadJson);
    }

    #[test]
    fn an_id_outside_32_bits_is_no_id() {
        for text in [
            "[]",
            "1",
            r#"{"type":"ping"}"#,
            r#"{"id":-1,"type":"ping"}"#,
            r#"{"id":4294967296,"type":"ping"}"#,
        ] {
            assert_eq!(refusal(text).1, ErrorCode::BadMessage, "{text}");
        }
    }

    #[test]
    fn an_unknown_type_is_named() {
        let (id, code, message) = refusal(r#"{"id":7,"type":"dance"}"#);
        assert_eq!((id, code), (Some(7), ErrorCode::UnknownType));
        assert!(message.contains("dance"));
    }

    #[test]
    fn a_missing_or_wrong_field_is_named_by_its_path() {
        let (id, code, message) = refusal(r#"{"id":1,"type":"post","text":"a"}"#);
        assert_eq!((id, code), (Some(1), ErrorCode::BadField));
        assert!(message.contains("client_id"), "{message}");
        let (_, code, message) = refusal(
            r#"{"id":1,"type":"view","tiles":[{"participant":"0000000000000001","source":"camera","width":"wide","height":1}]}"#,
        );
        assert_eq!(code, ErrorCode::BadField);
        assert!(message.starts_with("tiles[0].width: "), "{message}");
    }

    #[test]
    fn a_wrong_name_has_a_code_of_its_own_and_its_reason() {
        let (_, code, message) = refusal(r#"{"id":1,"type":"join","room":"a b","name":"Kim"}"#);
        assert_eq!(code, ErrorCode::BadRoomName);
        assert!(message.contains("letters, digits"), "{message}");
        let (_, code, _) = refusal(r#"{"id":1,"type":"join","room":"a","name":" "}"#);
        assert_eq!(code, ErrorCode::BadDisplayName);
        let (_, code, _) = refusal(r#"{"id":1,"type":"post","client_id":"a","text":""}"#);
        assert_eq!(code, ErrorCode::BadText);
        let (_, code, _) = refusal(r#"{"id":1,"type":"post","client_id":"","text":"a"}"#);
        assert_eq!(code, ErrorCode::BadClientId);
    }

    #[test]
    fn every_request_comes_back_from_its_own_json() {
        let texts = [
            r#"{"id":1,"type":"hello"}"#,
            r#"{"id":2,"type":"join","room":"회의","name":"김"}"#,
            r#"{"id":3,"type":"leave"}"#,
            r#"{"id":4,"type":"history","page":{"before":12}}"#,
            r#"{"id":4,"type":"history","page":{"since":1700000000000},"thread":3}"#,
            r#"{"id":6,"type":"post","client_id":"a","files":["u1"]}"#,
            r#"{"id":7,"type":"edit","number":3,"text":"b"}"#,
            r#"{"id":8,"type":"delete","number":3}"#,
            r#"{"id":9,"type":"mark","number":3,"reaction":"👍","on":true}"#,
            r#"{"id":10,"type":"search","text":"회의"}"#,
            r#"{"id":11,"type":"upload","name":"회의록.pdf","bytes":12}"#,
            r#"{"id":5,"type":"ping","later":"fields are ignored"}"#,
        ];
        for text in texts {
            let message = decode_client(text).unwrap();
            let again = serde_json::to_string(&message).unwrap();
            assert_eq!(decode_client(&again).unwrap(), message);
        }
    }
}
