//! The room that somebody means by what they typed or pasted: a name or a link.

use std::borrow::Cow;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};

/// Everything but RFC 3986's unreserved characters.
const PATH_SEGMENT: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'_')
    .remove(b'.')
    .remove(b'~');

/// The path of a room's page.
pub(crate) fn room_path(name: &str) -> String {
    format!("/r/{}", utf8_percent_encode(name, PATH_SEGMENT))
}

/// A path segment without its percent encoding; nothing when that is not UTF-8.
pub(crate) fn decode(segment: &str) -> Option<Cow<'_, str>> {
    percent_decode_str(segment).decode_utf8().ok()
}

/// The name in what was typed or pasted, still to be checked: a link of any host is reduced to
/// what follows `/r/`. Nothing for a link to something else than a room.
pub(crate) fn room_of(typed: &str) -> Option<Cow<'_, str>> {
    let typed = typed.trim();
    if !typed.contains('/') {
        return Some(Cow::Borrowed(typed));
    }
    let path = typed.split(['?', '#']).next().unwrap_or(typed);
    let after = match path.strip_prefix("r/") {
        Some(after) => after,
        None => path.split_once("/r/")?.1,
    };
    let segment = after.split('/').next().unwrap_or(after);
    decode(segment).filter(|name| !name.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_of_any_host_is_reduced_to_its_room() {
        for (typed, expected) in [
            ("blue-otter-42", "blue-otter-42"),
            ("  회의실 \n", "회의실"),
            ("http://127.0.0.1:8080/r/blue-otter-42", "blue-otter-42"),
            (
                "https://meet.example/r/%ED%9A%8C%EC%9D%98%EC%8B%A4/",
                "회의실",
            ),
            ("https://meet.example/r/회의실?from=mail#top", "회의실"),
            ("meet.example/r/a", "a"),
            ("/r/a", "a"),
            ("r/a", "a"),
        ] {
            assert_eq!(room_of(typed).as_deref(), Some(expected), "{typed}");
        }
    }

    #[test]
    fn a_link_to_something_else_is_no_room() {
        for typed in [
            "https://meet.example/",
            "a/b",
            "/r/",
            "https://x/r/%FF",
            "//r//",
        ] {
            assert_eq!(room_of(typed), None, "{typed}");
        }
    }

    #[test]
    fn a_room_path_is_plain_ascii() {
        assert_eq!(room_path("a_B-9"), "/r/a_B-9");
        assert_eq!(room_path("회"), "/r/%ED%9A%8C");
    }
}
