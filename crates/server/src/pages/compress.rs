//! Pages as they are sent: smaller, where that saves the person a wait.

use std::io::Write;

use axum::response::{IntoResponse, Response};
use flate2::{Compression, write::GzEncoder};
use http::{HeaderValue, header};

/// Bytes that fit the first packet of an answer with its headers: to make them fewer gains nothing.
const ONE_PACKET: usize = 1_000;

/// A page's text, compressed where the browser takes that. No page has a secret beside what a stranger chose, so the
/// length tells nobody anything.
pub(crate) fn body(html: String, gzip: bool) -> Response {
    if !gzip || html.len() <= ONE_PACKET {
        return html.into_response();
    }
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    match encoder
        .write_all(html.as_bytes())
        .and_then(|()| encoder.finish())
    {
        Ok(bytes) => {
            let coding = HeaderValue::from_static("gzip");
            ([(header::CONTENT_ENCODING, coding)], bytes).into_response()
        }
        // Writing into memory does not fail; were it to, the page is as good in full.
        Err(_) => html.into_response(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_is_compressed_only_where_that_is_taken_and_gains_something() {
        let coded = |html: &str, gzip| {
            body(html.to_owned(), gzip)
                .headers()
                .contains_key(header::CONTENT_ENCODING)
        };
        let long = "<p>room</p>".repeat(200);
        assert!(coded(&long, true));
        assert!(!coded(&long, false));
        assert!(!coded("<p>room</p>", true));
    }
}
