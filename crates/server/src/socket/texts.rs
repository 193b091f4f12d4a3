//! What people read: the sentence of every error code, in English and Korean.

use zoom_protocol::{ErrorAnswer, ErrorCode, close_code};

/// A language of sentences.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Language {
    /// English, also for whoever asks for a language that is not spoken here.
    #[default]
    English,
    /// Korean.
    Korean,
}

impl Language {
    /// The language of a BCP 47 tag; its region and script do not matter.
    pub(crate) fn of_tag(tag: Option<&str>) -> Self {
        let primary = tag.and_then(|tag| tag.split(['-', '_']).next());
        match primary {
            Some(primary) if primary.eq_ignore_ascii_case("ko") => Self::Korean,
            _ => Self::English,
        }
    }
}

/// The answer with this code, in this language, with nothing to add.
pub(crate) fn error(language: Language, code: ErrorCode) -> ErrorAnswer {
    localised(
        language,
        ErrorAnswer {
            code,
            message: String::new(),
        },
    )
}

/// An English answer in this language. Where the English sentence has a detail that no other has
/// (a field's path, a line of an offer), the detail stays, in English.
pub(crate) fn localised(language: Language, answer: ErrorAnswer) -> ErrorAnswer {
    let sentence = sentence(language, answer.code);
    let message = if answer.message.is_empty() {
        sentence.to_owned()
    } else {
        match (language, has_detail(answer.code)) {
            (Language::English, true) => answer.message,
            (Language::Korean, true) => format!("{sentence} ({})", answer.message),
            (Language::English | Language::Korean, false) => sentence.to_owned(),
        }
    };
    ErrorAnswer {
        code: answer.code,
        message,
    }
}

/// Whether sentences of this code say more than the code.
fn has_detail(code: ErrorCode) -> bool {
    use ErrorCode as C;
    match code {
        C::BadJson
        | C::BadMessage
        | C::UnknownType
        | C::BadField
        | C::BadRoomName
        | C::BadDisplayName
        | C::BadText
        | C::BadClientId
        | C::TooLarge
        | C::BadOffer
        | C::BadFileName
        | C::TooManyTiles => true,
        C::HelloFirst
        | C::HelloTwice
        | C::JoinFirst
        | C::JoinedAlready
        | C::ResumeRefused
        | C::RoomFull
        | C::NoPeer
        | C::OfferPending
        | C::NoEntry
        | C::NotYours
        | C::NotChangeable
        | C::BadThread
        | C::TooMany
        | C::NotHere
        | C::FileTooLarge
        | C::RoomFilesFull
        | C::NoUpload
        | C::TooFast
        | C::Busy
        | C::StorageFull
        | C::StorageFailed
        | C::Internal => false,
        // The list of codes may grow in its own crate; a sentence from there is better than none.
        _ => true,
    }
}

fn sentence(language: Language, code: ErrorCode) -> &'static str {
    let (english, korean) = sentences(code);
    match language {
        Language::English => english,
        Language::Korean => korean,
    }
}

fn sentences(code: ErrorCode) -> (&'static str, &'static str) {
    use ErrorCode as C;
    match code {
        C::BadJson => ("This is not JSON.", "JSON 형식이 아닙니다."),
        C::BadMessage => (
            "A message needs an id from 0 to 4294967295 and a type.",
            "메시지에는 0부터 4294967295까지의 id와 type이 있어야 합니다.",
        ),
        C::UnknownType => (
            "There is no request of this type.",
            "이런 종류의 요청은 없습니다.",
        ),
        C::BadField => (
            "A field is missing or has the wrong type.",
            "필드가 없거나 형식이 맞지 않습니다.",
        ),
        C::BadRoomName => (
            "A room name has 1 to 64 letters, digits, - and _.",
            "방 이름에는 글자, 숫자, -, _만 1자에서 64자까지 쓸 수 있습니다.",
        ),
        C::BadDisplayName => (
            "A name has 1 to 64 visible characters.",
            "이름은 눈에 보이는 글자로 1자에서 64자까지 쓸 수 있습니다.",
        ),
        C::BadText => (
            "A message has 1 to 8000 characters and no control characters.",
            "메시지는 1자에서 8000자까지이며 제어 문자는 쓸 수 없습니다.",
        ),
        C::BadClientId => (
            "A client id has 1 to 64 characters out of A-Z a-z 0-9 _ -.",
            "client_id는 A-Z a-z 0-9 _ - 중에서 1자에서 64자까지입니다.",
        ),
        C::TooLarge => ("The message is too large.", "메시지가 너무 큽니다."),
        C::HelloFirst => (
            "The first request of a connection is hello.",
            "연결한 뒤에는 hello를 먼저 보내야 합니다.",
        ),
        C::HelloTwice => (
            "hello was said already on this connection.",
            "이 연결에서는 이미 hello를 보냈습니다.",
        ),
        C::JoinFirst => (
            "You are not in a room. Join one first.",
            "방에 들어와 있지 않습니다. 먼저 입장해 주세요.",
        ),
        C::JoinedAlready => (
            "This connection is in a room already.",
            "이 연결은 이미 방에 들어와 있습니다.",
        ),
        C::ResumeRefused => (
            "You were away for too long. Please join again.",
            "자리를 오래 비워 다시 이어 갈 수 없습니다. 다시 입장해 주세요.",
        ),
        C::RoomFull => ("The room is full.", "방이 가득 찼습니다."),
        C::BadOffer => (
            "The media offer cannot be used.",
            "미디어 연결 제안을 쓸 수 없습니다.",
        ),
        C::NoPeer => (
            "There is no media connection to change.",
            "바꿀 미디어 연결이 없습니다.",
        ),
        C::OfferPending => (
            "The media offer before this one has no answer yet.",
            "앞서 보낸 미디어 연결 제안에 아직 답하지 않았습니다.",
        ),
        C::NoEntry => ("There is no such message.", "그런 메시지가 없습니다."),
        C::NotYours => (
            "You can change only your own messages.",
            "내가 쓴 메시지만 고치거나 지울 수 있습니다.",
        ),
        C::NotChangeable => (
            "The message was deleted or cannot be changed.",
            "지워졌거나 바꿀 수 없는 메시지입니다.",
        ),
        C::BadThread => (
            "You cannot reply to this message in a thread.",
            "이 메시지에는 스레드로 답장할 수 없습니다.",
        ),
        C::TooMany => (
            "There are too many already.",
            "이미 너무 많아 더할 수 없습니다.",
        ),
        C::NotHere => (
            "The person this is for is not in the room.",
            "받는 사람이 방에 없습니다.",
        ),
        C::BadFileName => (
            "The file cannot have this name.",
            "이 이름의 파일은 보낼 수 없습니다.",
        ),
        C::FileTooLarge => ("The file is too large.", "파일이 너무 큽니다."),
        C::RoomFilesFull => (
            "The room has no space for more files.",
            "이 방에는 파일을 더 올릴 공간이 없습니다.",
        ),
        C::NoUpload => (
            "The file was not uploaded completely. Please add it again.",
            "파일이 끝까지 올라가지 않았습니다. 다시 추가해 주세요.",
        ),
        C::TooManyTiles => (
            "A view has too many tiles.",
            "화면에 표시할 타일이 너무 많습니다.",
        ),
        C::TooFast => (
            "That was too fast. Please try again in a moment.",
            "요청이 너무 빠릅니다. 잠시 뒤에 다시 시도해 주세요.",
        ),
        C::Busy => (
            "The server is busy. Please try again in a moment.",
            "서버가 바쁩니다. 잠시 뒤에 다시 시도해 주세요.",
        ),
        C::StorageFull => (
            "The server's disk is full. Nothing was saved.",
            "서버의 디스크가 가득 찼습니다. 저장되지 않았습니다.",
        ),
        C::StorageFailed => (
            "The server's disk failed. Nothing was saved.",
            "서버의 디스크에 문제가 생겼습니다. 저장되지 않았습니다.",
        ),
        C::Internal => (
            "Something went wrong on the server.",
            "서버에 문제가 생겼습니다.",
        ),
        _ => ("The request was not done.", "요청을 처리하지 못했습니다."),
    }
}

/// The reason beside a close code, for logs and developers (RFC 6455 section 5.5.1: at most 123
/// bytes).
pub(crate) fn close_reason(code: u16) -> &'static str {
    match code {
        close_code::NORMAL => "left",
        close_code::GOING_AWAY => "the server stops",
        close_code::UNSUPPORTED_DATA => "text only",
        close_code::INVALID_UTF8 => "not UTF-8",
        close_code::TOO_BIG => "message too large",
        close_code::INTERNAL => "fault of the server",
        close_code::SILENT => "nothing came for too long",
        close_code::REPLACED => "came back on another connection",
        close_code::TOO_SLOW => "reads too slowly",
        close_code::FLOOD => "too many refused requests",
        close_code::NO_HELLO => "no hello in time",
        _ => "",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_language_is_that_of_the_tag_and_else_english() {
        for tag in ["ko", "KO", "ko-KR", "ko_Kore_KR"] {
            assert_eq!(Language::of_tag(Some(tag)), Language::Korean, "{tag}");
        }
        for tag in [None, Some(""), Some("en-GB"), Some("kok"), Some("한국어")] {
            assert_eq!(Language::of_tag(tag), Language::English, "{tag:?}");
        }
    }

    #[test]
    fn a_detail_stays_and_the_rest_is_said_in_the_persons_language() {
        let field = ErrorAnswer {
            code: ErrorCode::BadField,
            message: "tiles[0].width: wrong".into(),
        };
        assert_eq!(localised(Language::English, field.clone()), field);
        let korean = localised(Language::Korean, field).message;
        assert!(korean.contains("tiles[0].width") && korean.starts_with("필드"));
        let full = ErrorAnswer {
            code: ErrorCode::RoomFull,
            message: "the room is full".into(),
        };
        assert_eq!(
            localised(Language::Korean, full).message,
            "방이 가득 찼습니다."
        );
    }
}
