//! What can go wrong between a client and a server.

use std::io;

use tokio_tungstenite::tungstenite;
use zoom_protocol::{ErrorAnswer, ErrorCode};

use crate::End;

/// What can go wrong between a client and a server.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ClientError {
    /// Not an address of a server.
    #[error("not an address such as ws://host:port or wss://host: {0}")]
    Address(String),
    /// The server cannot be reached.
    #[error("cannot connect: {0}")]
    Connect(#[source] io::Error),
    /// The server refused the handshake.
    #[error("the server refused the handshake with status {status}: {body}")]
    Refused {
        /// The HTTP status.
        status: u16,
        /// What the server said.
        body: String,
    },
    /// The WebSocket broke, or what came was no WebSocket.
    #[error("the WebSocket failed: {0}")]
    Socket(#[source] Box<tungstenite::Error>),
    /// The socket has ended, before the request or before its answer.
    #[error("the socket has ended: {0}")]
    Ended(End),
    /// The server answered that it did not do what was asked.
    #[error("{:?}: {}", .0.code, .0.message)]
    Answer(ErrorAnswer),
    /// The server answered with something that is no answer to this request.
    #[error("the answer does not belong to the request")]
    Unexpected,
}

impl ClientError {
    /// The stable code, when the server answered with one.
    pub fn code(&self) -> Option<ErrorCode> {
        if let Self::Answer(answer) = self {
            Some(answer.code)
        } else {
            None
        }
    }
}

impl From<tungstenite::Error> for ClientError {
    fn from(error: tungstenite::Error) -> Self {
        if let tungstenite::Error::Http(response) = &error {
            let body = response.body().as_deref().unwrap_or_default();
            return Self::Refused {
                status: response.status().as_u16(),
                body: String::from_utf8_lossy(body).into_owned(),
            };
        }
        Self::Socket(Box::new(error))
    }
}
