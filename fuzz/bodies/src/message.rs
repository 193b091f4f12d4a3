//! What comes over a WebSocket: any text that RFC 6455 lets through.

use zoom_protocol::{
    DisplayName, FileName, MessageText, RoomName, ServerMessage, decode_client, decode_server,
};

/// Reads a client's message as the server does, and a server's message as clients do.
///
/// # Panics
///
/// Where a message does not come back from its own JSON, or an error says nothing.
pub fn run(data: &[u8]) {
    // A frame that is no UTF-8 ends its connection before anybody reads it.
    let Ok(text) = std::str::from_utf8(data) else {
        return;
    };
    match decode_client(text) {
        Ok(message) => {
            let again = serde_json::to_string(&message).map(|text| decode_client(&text));
            assert!(
                matches!(&again, Ok(Ok(same)) if *same == message),
                "{message:?} came back as {again:?}"
            );
        }
        Err(error) => {
            assert!(!error.message.is_empty());
            let (id, answer) = error.into_answer();
            let answer = ServerMessage::Answer {
                id,
                answer: zoom_protocol::Answer::Error(answer),
            };
            read_back(&answer);
        }
    }
    if let Ok(message) = decode_server(text) {
        read_back(&message);
    }
    settled::<RoomName>(text, RoomName::as_str);
    settled::<DisplayName>(text, DisplayName::as_str);
    settled::<MessageText>(text, MessageText::as_str);
    settled::<FileName>(text, FileName::as_str);
}

fn read_back(message: &ServerMessage) {
    let again = serde_json::to_string(message).map(|text| decode_server(&text));
    assert!(
        matches!(&again, Ok(Ok(same)) if same == message),
        "{message:?} came back as {again:?}"
    );
}

/// What was accepted once is accepted again, as the same.
fn settled<T: std::str::FromStr>(text: &str, as_str: fn(&T) -> &str) {
    if let Ok(first) = text.parse::<T>() {
        let second = as_str(&first).parse::<T>();
        assert!(
            second.is_ok_and(|second| as_str(&second) == as_str(&first)),
            "{text:?} is not settled after once"
        );
    }
}
