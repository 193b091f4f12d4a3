//! The one place that decides whether a request becomes a WebSocket.
//!
//! [`decide`] is a pure function of the request and of who is connected already; nothing else in
//! the program refuses a handshake.

use axum::{
    Json,
    http::{
        HeaderMap, HeaderValue, Method, StatusCode,
        header::{
            CONNECTION, HOST, ORIGIN, RETRY_AFTER, SEC_WEBSOCKET_KEY, SEC_WEBSOCKET_PROTOCOL,
            SEC_WEBSOCKET_VERSION, UPGRADE,
        },
    },
    response::{IntoResponse, Response},
};
use serde_json::{Map, Value, json};
use zoom_protocol::{Limits, SUBPROTOCOL};

/// Seconds after which a client that was one too many may try again: most connections that end
/// badly are noticed within that time.
const RETRY_AFTER_S: &str = "5";
/// The version of the WebSocket protocol (RFC 6455 section 4.1).
const WEBSOCKET_VERSION: &str = "13";
/// Length of 16 bytes in base64 (RFC 6455 section 4.1).
const KEY_CHARS: usize = 24;

/// What is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Endpoint {
    /// `/api/socket`.
    Socket,
    /// `/api/echo`.
    Echo,
}

/// How many sockets there are at this moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Occupancy {
    /// In all.
    pub(crate) total: u32,
    /// From the address that asks.
    pub(crate) from_address: u32,
    /// The server takes no more, because it stops.
    pub(crate) closed: bool,
}

/// What the response that accepts needs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Accepted {
    /// The client's `Sec-WebSocket-Key`.
    pub(super) key: String,
    /// What goes into `Sec-WebSocket-Protocol`.
    pub(super) subprotocol: Option<&'static str>,
}

/// Why a request does not become a WebSocket.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Refusal {
    /// It is no WebSocket handshake of version 13.
    NotWebSocket,
    /// It is one, but without a key that RFC 6455 allows.
    BadHandshake,
    /// A page of another site asks.
    ForeignOrigin,
    /// None of the offered versions of the protocol is spoken here.
    UnsupportedVersion,
    /// A limit is reached, for all or for this address.
    TooManyConnections,
    /// The server stops.
    Stopping,
}

/// Accepts or refuses. The order is that of what a client has to mend first.
pub(super) fn decide(
    endpoint: Endpoint,
    method: &Method,
    headers: &HeaderMap,
    occupancy: Occupancy,
    limits: &Limits,
) -> Result<Accepted, Refusal> {
    let is_handshake = method == Method::GET
        && tokens(headers, UPGRADE).any(|token| token.eq_ignore_ascii_case("websocket"))
        && tokens(headers, CONNECTION).any(|token| token.eq_ignore_ascii_case("upgrade"))
        && headers
            .get(SEC_WEBSOCKET_VERSION)
            .is_some_and(|version| version == WEBSOCKET_VERSION);
    if !is_handshake {
        return Err(Refusal::NotWebSocket);
    }
    let key = headers
        .get(SEC_WEBSOCKET_KEY)
        .and_then(|key| key.to_str().ok())
        .filter(|key| key.len() == KEY_CHARS)
        .ok_or(Refusal::BadHandshake)?;
    if !is_own_origin(headers) {
        return Err(Refusal::ForeignOrigin);
    }
    let subprotocol = match endpoint {
        Endpoint::Socket => {
            let offered = tokens(headers, SEC_WEBSOCKET_PROTOCOL).any(|token| token == SUBPROTOCOL);
            Some(
                offered
                    .then_some(SUBPROTOCOL)
                    .ok_or(Refusal::UnsupportedVersion)?,
            )
        }
        Endpoint::Echo => None,
    };
    if occupancy.closed {
        return Err(Refusal::Stopping);
    }
    if occupancy.total >= limits.sockets || occupancy.from_address >= limits.sockets_per_address {
        return Err(Refusal::TooManyConnections);
    }
    Ok(Accepted {
        key: key.to_owned(),
        subprotocol,
    })
}

/// Whether the page that asks came from this server; what names no origin is not a browser.
///
/// A page's origin and the host it asks must be the same text, ports included: `localhost` and
/// `127.0.0.1` are two sites. A proxy in front therefore passes `Host` on unchanged.
pub(crate) fn is_own_origin(headers: &HeaderMap) -> bool {
    let mut origins = headers.get_all(ORIGIN).iter();
    let Some(origin) = origins.next() else {
        return true;
    };
    let mut hosts = headers.get_all(HOST).iter();
    let (Some(host), None, None) = (hosts.next(), hosts.next(), origins.next()) else {
        return false;
    };
    let (Ok(origin), Ok(host)) = (origin.to_str(), host.to_str()) else {
        return false;
    };
    let Some((scheme, authority)) = origin.split_once("://") else {
        return false;
    };
    let default_port = match scheme {
        "http" => "80",
        "https" => "443",
        _ => return false,
    };
    match (
        host_and_port(authority, default_port),
        host_and_port(host, default_port),
    ) {
        (Some((name, port)), Some((own_name, own_port))) => {
            name.eq_ignore_ascii_case(own_name) && port == own_port
        }
        _ => false,
    }
}

/// Takes `host[:port]` apart; the host of an IPv6 literal keeps its brackets.
fn host_and_port<'a>(authority: &'a str, default_port: &'a str) -> Option<(&'a str, &'a str)> {
    let after_literal = authority.rfind(']').map_or(0, |end| end + 1);
    let (host, port) = match authority[after_literal..].find(':') {
        Some(colon) => (
            &authority[..after_literal + colon],
            &authority[after_literal + colon + 1..],
        ),
        None => (authority, default_port),
    };
    let is_port = !port.is_empty() && port.bytes().all(|byte| byte.is_ascii_digit());
    let is_host = !host.is_empty() && !host.contains(['/', '@', '?', '#', ' ', ',']);
    (is_host && is_port).then_some((host, port))
}

/// The comma-separated tokens of all headers of one name.
fn tokens(headers: &HeaderMap, name: axum::http::HeaderName) -> impl Iterator<Item = &str> {
    headers
        .get_all(name)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .map(str::trim)
}

impl Refusal {
    fn status(self) -> StatusCode {
        match self {
            Self::NotWebSocket => StatusCode::UPGRADE_REQUIRED,
            Self::BadHandshake | Self::UnsupportedVersion => StatusCode::BAD_REQUEST,
            Self::ForeignOrigin => StatusCode::FORBIDDEN,
            Self::TooManyConnections | Self::Stopping => StatusCode::SERVICE_UNAVAILABLE,
        }
    }

    /// The stable code of the body.
    pub(super) fn code(self) -> &'static str {
        match self {
            Self::NotWebSocket => "not_websocket",
            Self::BadHandshake => "bad_handshake",
            Self::ForeignOrigin => "foreign_origin",
            Self::UnsupportedVersion => "unsupported_version",
            Self::TooManyConnections => "too_many_connections",
            Self::Stopping => "stopping",
        }
    }

    fn message(self) -> &'static str {
        match self {
            Self::NotWebSocket => "this address speaks WebSocket, version 13 (RFC 6455)",
            Self::BadHandshake => "the handshake has no Sec-WebSocket-Key of 16 bytes in base64",
            Self::ForeignOrigin => "the page that asks belongs to another site",
            Self::UnsupportedVersion => {
                "Sec-WebSocket-Protocol offers no version of the protocol that this server speaks"
            }
            Self::TooManyConnections => "there are too many connections, try again in a moment",
            Self::Stopping => "the server is stopping, try again in a moment",
        }
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let mut body = Map::new();
        body.insert("code".into(), json!(self.code()));
        body.insert("message".into(), json!(self.message()));
        if self == Self::UnsupportedVersion {
            body.insert("supported".into(), json!([SUBPROTOCOL]));
        }
        let mut response = (self.status(), Json(Value::Object(body))).into_response();
        let headers = response.headers_mut();
        match self {
            Self::NotWebSocket => {
                // RFC 9110 section 15.5.22 and RFC 6455 section 4.4 ask for these.
                headers.insert(CONNECTION, HeaderValue::from_static("upgrade"));
                headers.insert(UPGRADE, HeaderValue::from_static("websocket"));
                headers.insert(
                    SEC_WEBSOCKET_VERSION,
                    HeaderValue::from_static(WEBSOCKET_VERSION),
                );
            }
            Self::TooManyConnections | Self::Stopping => {
                headers.insert(RETRY_AFTER, HeaderValue::from_static(RETRY_AFTER_S));
            }
            Self::BadHandshake | Self::ForeignOrigin | Self::UnsupportedVersion => {}
        }
        response
    }
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderName;

    use super::*;

    const FREE: Occupancy = Occupancy {
        total: 0,
        from_address: 0,
        closed: false,
    };

    fn request(changes: &[(&'static str, &str)]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        let usual = [
            ("host", "zoom.example:8080"),
            ("connection", "keep-alive, Upgrade"),
            ("upgrade", "WebSocket"),
            ("sec-websocket-version", "13"),
            ("sec-websocket-key", "dGhlIHNhbXBsZSBub25jZQ=="),
            ("sec-websocket-protocol", "zoom.9, zoom.1"),
        ];
        for (name, value) in usual.iter().chain(changes) {
            let name = HeaderName::from_static(name);
            if value.is_empty() {
                headers.remove(name);
            } else {
                headers.insert(name, value.parse().unwrap());
            }
        }
        headers
    }

    fn answer(changes: &[(&'static str, &str)]) -> Result<Accepted, Refusal> {
        let headers = request(changes);
        let limits = Limits::default();
        decide(Endpoint::Socket, &Method::GET, &headers, FREE, &limits)
    }

    #[test]
    fn a_handshake_that_offers_this_version_is_accepted() {
        let accepted = answer(&[]).unwrap();
        assert_eq!(accepted.subprotocol, Some("zoom.1"));
        assert_eq!(accepted.key, "dGhlIHNhbXBsZSBub25jZQ==");
    }

    #[test]
    fn what_is_no_handshake_is_told_to_upgrade() {
        for name in ["upgrade", "connection", "sec-websocket-version"] {
            assert_eq!(answer(&[(name, "")]), Err(Refusal::NotWebSocket), "{name}");
        }
        assert_eq!(
            answer(&[("sec-websocket-version", "8")]),
            Err(Refusal::NotWebSocket)
        );
        let post = decide(
            Endpoint::Echo,
            &Method::POST,
            &request(&[]),
            FREE,
            &Limits::default(),
        );
        assert_eq!(post, Err(Refusal::NotWebSocket));
    }

    #[test]
    fn a_key_of_another_length_is_refused() {
        for key in ["", "c2hvcnQ="] {
            assert_eq!(
                answer(&[("sec-websocket-key", key)]),
                Err(Refusal::BadHandshake)
            );
        }
    }

    #[test]
    fn the_page_must_come_from_the_host_that_it_asks() {
        for (origin, host) in [
            ("http://zoom.example:8080", "zoom.example:8080"),
            ("http://ZOOM.example:8080", "zoom.example:8080"),
            ("https://zoom.example", "zoom.example"),
            ("https://zoom.example", "zoom.example:443"),
            ("http://zoom.example", "zoom.example:80"),
            ("http://[::1]:8080", "[::1]:8080"),
            ("https://[::1]", "[::1]"),
        ] {
            let answer = answer(&[("origin", origin), ("host", host)]);
            assert!(answer.is_ok(), "{origin} asks {host}");
        }
    }

    #[test]
    fn a_page_of_another_site_is_refused() {
        for (origin, host) in [
            ("http://evil.example:8080", "zoom.example:8080"),
            ("http://zoom.example:8081", "zoom.example:8080"),
            ("http://zoom.example", "zoom.example:8080"),
            ("http://zoom.example", "zoom.example:443"),
            ("http://localhost:8080", "127.0.0.1:8080"),
            ("http://zoom.example.evil.example:8080", "zoom.example:8080"),
            ("http://zoom.example:8080@evil.example", "zoom.example:8080"),
            ("file://zoom.example:8080", "zoom.example:8080"),
            ("http://zoom.example:8080/", "zoom.example:8080"),
            ("null", "zoom.example:8080"),
            ("zoom.example:8080", "zoom.example:8080"),
            ("http://", "zoom.example:8080"),
            ("http://zoom.example:8080", ""),
        ] {
            assert_eq!(
                answer(&[("origin", origin), ("host", host)]),
                Err(Refusal::ForeignOrigin),
                "{origin} asks {host}"
            );
        }
    }

    #[test]
    fn two_origins_are_no_origin() {
        let mut headers = request(&[("origin", "http://zoom.example:8080")]);
        headers.append(ORIGIN, "http://evil.example".parse().unwrap());
        let limits = Limits::default();
        let answer = decide(Endpoint::Echo, &Method::GET, &headers, FREE, &limits);
        assert_eq!(answer, Err(Refusal::ForeignOrigin));
    }

    #[test]
    fn a_version_that_is_not_spoken_is_refused_but_for_the_echo() {
        for offered in ["", "zoom.2", "zoom.10", "chat"] {
            let change = [("sec-websocket-protocol", offered)];
            assert_eq!(answer(&change), Err(Refusal::UnsupportedVersion));
            let headers = request(&change);
            let limits = Limits::default();
            let echo = decide(Endpoint::Echo, &Method::GET, &headers, FREE, &limits).unwrap();
            assert_eq!(echo.subprotocol, None);
        }
    }

    #[test]
    fn the_limits_hold_for_all_and_for_one_address() {
        let limits = Limits::default();
        let decide = |total, from_address| {
            let occupancy = Occupancy {
                total,
                from_address,
                closed: false,
            };
            let headers = request(&[]);
            decide(Endpoint::Echo, &Method::GET, &headers, occupancy, &limits).map(drop)
        };
        assert_eq!(decide(limits.sockets - 1, 0), Ok(()));
        assert_eq!(decide(limits.sockets, 0), Err(Refusal::TooManyConnections));
        let (total, most) = (1_000, limits.sockets_per_address);
        assert_eq!(decide(total, most - 1), Ok(()));
        assert_eq!(decide(total, most), Err(Refusal::TooManyConnections));
    }

    #[test]
    fn a_server_that_stops_takes_nobody() {
        let occupancy = Occupancy {
            closed: true,
            ..FREE
        };
        let headers = request(&[]);
        let limits = Limits::default();
        let answer = decide(Endpoint::Echo, &Method::GET, &headers, occupancy, &limits);
        assert_eq!(answer, Err(Refusal::Stopping));
    }
}
