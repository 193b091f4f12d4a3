//! The close codes of the socket (RFC 6455 section 7.4; 4000 to 4999 are private use).

/// After `leave`.
pub const NORMAL: u16 = 1000;
/// The server stops; come back and resume.
pub const GOING_AWAY: u16 = 1001;
/// A binary frame where JSON text belongs.
pub const UNSUPPORTED_DATA: u16 = 1003;
/// Text that is not UTF-8.
pub const INVALID_UTF8: u16 = 1007;
/// A message larger than `offer_frame_bytes`.
pub const TOO_BIG: u16 = 1009;
/// A fault of the server; come back and resume.
pub const INTERNAL: u16 = 1011;
/// Nothing came from the client for `silence_ms`; come back and resume.
pub const SILENT: u16 = 4000;
/// The participant came back on another socket; do not come back on this one's behalf.
pub const REPLACED: u16 = 4001;
/// The client reads too slowly, `socket_queue` events waited; come back and resume.
pub const TOO_SLOW: u16 = 4002;
/// `flood_refusals` requests were refused within a minute; come back after a minute.
pub const FLOOD: u16 = 4003;
/// No `hello` within `hello_timeout_ms`.
pub const NO_HELLO: u16 = 4004;
