//! What a page needs to know of the request it answers.

use std::{convert::Infallible, net::SocketAddr};

use axum::extract::{ConnectInfo, FromRequestParts};
use http::{HeaderMap, Uri, header, request::Parts};

use super::language::Language;

/// Who asks for a page, and where it lies for them.
#[derive(Clone, Debug)]
pub(crate) struct Visit {
    /// What the page is written in.
    pub(crate) language: Language,
    /// The path and query asked for, percent-encoded: where a language switch comes back to.
    pub(crate) target: String,
    /// Scheme and host as the person sees them, when the request tells them credibly.
    pub(crate) origin: Option<String>,
    /// The browser takes pages compressed with gzip.
    pub(crate) gzip: bool,
}

/// Whether this server itself speaks TLS; put into every request's extensions.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Encrypted(pub(crate) bool);

impl Visit {
    pub(crate) fn new(uri: &Uri, headers: &HeaderMap, peer: Option<SocketAddr>, tls: bool) -> Self {
        Self {
            language: Language::of(headers),
            target: uri
                .path_and_query()
                .map_or_else(|| "/".to_owned(), |target| target.as_str().to_owned()),
            origin: origin(headers, peer, tls),
            gzip: headers
                .get(header::ACCEPT_ENCODING)
                .and_then(|value| value.to_str().ok())
                .is_some_and(|accepted| accepts(accepted, "gzip")),
        }
    }
}

impl<S: Sync> FromRequestParts<S> for Visit {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        let peer = parts.extensions.get::<ConnectInfo<SocketAddr>>();
        let tls = parts.extensions.get::<Encrypted>();
        Ok(Self::new(
            &parts.uri,
            &parts.headers,
            peer.map(|ConnectInfo(peer)| *peer),
            tls.is_some_and(|Encrypted(tls)| *tls),
        ))
    }
}

/// RFC 9110 section 12.5.3: whether a coding is named (or `*`) and not refused by `q=0`.
pub(crate) fn accepts(accepted: &str, coding: &str) -> bool {
    let weight = |wanted: &str| {
        accepted.split(',').find_map(|range| {
            let (name, weight) = range.split_once(';').unwrap_or((range, ""));
            if !name.trim().eq_ignore_ascii_case(wanted) {
                return None;
            }
            Some(match weight.trim().strip_prefix("q=") {
                Some(weight) => weight.parse().unwrap_or(0.0),
                None => 1.0_f32,
            })
        })
    };
    weight(coding).or_else(|| weight("*")).unwrap_or(0.0) > 0.0
}

/// A `Host` that is one: letters, digits, dots, hyphens and a port, or an IPv6 literal.
pub(crate) fn host(headers: &HeaderMap) -> Option<&str> {
    let host = headers.get(header::HOST)?.to_str().ok()?;
    let (name, port) = match host.strip_prefix('[') {
        Some(literal) => {
            let (address, after) = literal.split_once(']')?;
            address.parse::<std::net::Ipv6Addr>().ok()?;
            match after {
                "" => ("", None),
                port => ("", Some(port.strip_prefix(':')?)),
            }
        }
        None => match host.split_once(':') {
            Some((name, port)) => (name, Some(port)),
            None => (host, None),
        },
    };
    let literal = host.starts_with('[');
    let plain = |b: u8| b.is_ascii_alphanumeric() || b == b'.' || b == b'-';
    let named = !name.is_empty() && name.len() <= 253 && name.bytes().all(plain);
    let port_is_one = port.is_none_or(|port| port.parse::<u16>().is_ok());
    ((literal || named) && port_is_one).then_some(host)
}

fn origin(headers: &HeaderMap, peer: Option<SocketAddr>, tls: bool) -> Option<String> {
    let host = host(headers)?;
    // A proxy that ends TLS stands on this machine; a stranger's word on it counts for nothing.
    let forwarded = peer.is_some_and(|peer| peer.ip().to_canonical().is_loopback())
        && headers
            .get("x-forwarded-proto")
            .is_some_and(|scheme| scheme == "https");
    let scheme = if tls || forwarded { "https" } else { "http" };
    Some(format!("{scheme}://{host}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with_host(host: &str) -> HeaderMap {
        let mut headers = HeaderMap::new();
        headers.insert(header::HOST, host.parse().unwrap());
        headers
    }

    #[test]
    fn a_host_that_could_carry_markup_or_another_place_is_not_repeated() {
        for good in [
            "meet.example",
            "127.0.0.1:8080",
            "[::1]:8080",
            "[fe80::1]",
            "a-b:1",
        ] {
            assert_eq!(host(&with_host(good)), Some(good));
        }
        for bad in [
            "a b", "a/b", "a\"b", "", ":80", "a:b", "a:99999", "[::1", "[x]:1", "u@h", "a:1:2",
            "[::1]80",
        ] {
            assert_eq!(host(&with_host(bad)), None, "{bad}");
        }
    }

    #[test]
    fn a_coding_is_used_only_when_the_browser_takes_it() {
        assert!(accepts("gzip, deflate, br", "br"));
        assert!(accepts("br;q=0.5", "br"));
        assert!(accepts("*", "br"));
        for refusing in ["", "gzip", "br;q=0", "br;q=none", "*;q=0", "brotli"] {
            assert!(!accepts(refusing, "br"), "{refusing}");
        }
    }

    #[test]
    fn only_a_proxy_on_this_machine_may_say_that_there_is_tls() {
        let mut headers = with_host("meet.example");
        headers.insert("x-forwarded-proto", "https".parse().unwrap());
        let seen = |peer: &str, tls| origin(&headers, Some(peer.parse().unwrap()), tls).unwrap();
        assert_eq!(seen("127.0.0.1:1", false), "https://meet.example");
        assert_eq!(seen("203.0.113.9:1", false), "http://meet.example");
        assert_eq!(seen("203.0.113.9:1", true), "https://meet.example");
    }
}
