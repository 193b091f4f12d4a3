//! The headers that every answer carries: what a page may load, use, and tell others.

use std::sync::Arc;

use axum::{
    extract::{Request, State},
    middleware::Next,
    response::Response,
};
use http::{HeaderName, HeaderValue, header};

use crate::pages::{Inline, visit};

/// Which headers this server sends.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Headers {
    encrypted: bool,
    lasting: bool,
    development: bool,
}

const FIXED: [(HeaderName, &str); 6] = [
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    // A room's link is its key: nobody outside learns it from a referrer.
    (header::REFERRER_POLICY, "same-origin"),
    (
        HeaderName::from_static("cross-origin-opener-policy"),
        "same-origin",
    ),
    (
        HeaderName::from_static("cross-origin-resource-policy"),
        "same-origin",
    ),
    (
        HeaderName::from_static("permissions-policy"),
        "camera=(self), microphone=(self), display-capture=(self), autoplay=(self), \
         fullscreen=(self), picture-in-picture=(self), screen-wake-lock=(self), \
         clipboard-write=(self), geolocation=(), payment=(), usb=(), serial=(), hid=(), midi=(), \
         accelerometer=(), gyroscope=(), magnetometer=(), publickey-credentials-get=()",
    ),
    (header::X_FRAME_OPTIONS, "DENY"),
];

impl Headers {
    /// `encrypted`: the server speaks TLS itself. `lasting`: with a certificate that browsers
    /// trust, so that they may insist on TLS. `development`: Vite stands in front.
    pub(crate) fn new(encrypted: bool, lasting: bool, development: bool) -> Self {
        Self {
            encrypted,
            lasting,
            development,
        }
    }

    /// Whether the server speaks TLS itself.
    pub(crate) fn encrypted(&self) -> bool {
        self.encrypted
    }

    /// The Content-Security-Policy of the page at `path` seen at `host`, with that inline and nothing else.
    fn policy(&self, host: Option<&str>, path: &str, inline: &Inline) -> String {
        let Inline { scripts, styles } = inline;
        // Blurring a background and taking noise away are WebAssembly; `eval` stays forbidden.
        let machine = if path.starts_with("/r/") {
            " 'wasm-unsafe-eval'"
        } else {
            ""
        };
        // Not every browser takes 'self' for WebSockets too, so they are named.
        let sockets = host.map_or_else(String::new, |host| format!(" ws://{host} wss://{host}"));
        // Vite's development client writes style elements.
        let vite = if self.development {
            " 'unsafe-inline'"
        } else {
            ""
        };
        format!(
            "default-src 'none'; script-src 'self'{machine}{scripts}; \
             style-src 'self'{vite}{styles}; \
             img-src 'self' blob:; font-src 'self'; media-src 'self' blob:; connect-src 'self'{sockets}; \
             worker-src 'self'; manifest-src 'self'; form-action 'self'; object-src 'none'; \
             base-uri 'none'; frame-ancestors 'none'"
        )
    }
}

/// Adds the headers to whatever was answered; an answer's own stay.
pub(crate) async fn add(
    State(headers): State<Arc<Headers>>,
    request: Request,
    next: Next,
) -> Response {
    let host = visit::host(request.headers()).map(str::to_owned);
    let path = request.uri().path().to_owned();
    let mut response = next.run(request).await;
    let inline = response.extensions_mut().remove().unwrap_or_default();
    let policy = headers.policy(host.as_deref(), &path, &inline);
    let to = response.headers_mut();
    for (name, value) in FIXED {
        to.entry(name).or_insert(HeaderValue::from_static(value));
    }
    if let Ok(policy) = HeaderValue::from_str(&policy) {
        to.entry(header::CONTENT_SECURITY_POLICY).or_insert(policy);
    }
    if headers.lasting {
        to.entry(header::STRICT_TRANSPORT_SECURITY)
            .or_insert(HeaderValue::from_static("max-age=31536000"));
    }
    response
}
