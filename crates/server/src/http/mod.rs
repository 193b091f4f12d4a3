//! HTTP: which address answers with what, with which headers, over which connections.

mod connections;
mod export;
mod files;
mod headers;
mod listener;
mod range;
mod refusal;
mod room_files;
mod uploads;

use std::{net::SocketAddr, panic::AssertUnwindSafe, sync::Arc};

use axum::{
    Router,
    extract::{ConnectInfo, Request, State},
    middleware::{self, Next},
    response::Response,
    routing::get,
};
use futures_util::FutureExt;
use http::StatusCode;

pub(crate) use headers::Headers;
pub(crate) use listener::{Listening, serve};

use crate::{
    Files,
    export::Export,
    pages::{
        self, Problem, Site,
        visit::{Encrypted, Visit},
    },
};

/// Everything the server answers: pages, files, and `others` (the WebSockets).
pub(crate) fn router(site: Arc<Site>, headers: Arc<Headers>, others: Router) -> Router {
    let encrypted = Encrypted(headers.encrypted());
    pages::router()
        .route("/public/{*file}", get(files::public))
        .route("/favicon.ico", get(files::favicon))
        .route("/robots.txt", get(files::robots))
        .fallback(not_found)
        .method_not_allowed_fallback(wrong_method)
        .with_state(Arc::clone(&site))
        .merge(others)
        .layer(middleware::from_fn_with_state(site, without_panic))
        .layer(middleware::from_fn_with_state(headers, headers::add))
        .layer(axum::Extension(encrypted))
}

/// Where files of messages are sent and read, and rooms are taken away whole.
pub(crate) fn files_router(files: Files, export: Export) -> Router {
    uploads::router(files.clone())
        .merge(export::router(export))
        .merge(room_files::router(files))
}

async fn not_found(State(site): State<Arc<Site>>, visit: Visit) -> Response {
    site.problem(&visit, Problem::NotFound)
}

async fn wrong_method(State(site): State<Arc<Site>>, visit: Visit) -> Response {
    site.problem(&visit, Problem::Method)
}

/// Turns a panic into a page that says sorry, and costs nobody but this request anything.
async fn without_panic(State(site): State<Arc<Site>>, request: Request, next: Next) -> Response {
    let peer = request.extensions().get::<ConnectInfo<SocketAddr>>();
    let tls = request.extensions().get::<Encrypted>();
    let visit = Visit::new(
        request.uri(),
        request.headers(),
        peer.map(|ConnectInfo(peer)| *peer),
        tls.is_some_and(|Encrypted(tls)| *tls),
    );
    match AssertUnwindSafe(next.run(request)).catch_unwind().await {
        Ok(response) if response.status() == StatusCode::INTERNAL_SERVER_ERROR => {
            site.problem(&visit, Problem::Failure)
        }
        Ok(response) => response,
        Err(_) => {
            // The panic itself has been reported by the panic hook.
            tracing::error!("a request ended in a panic");
            site.problem(&visit, Problem::Failure)
        }
    }
}

#[cfg(test)]
mod tests {
    use axum::body::Body;
    use http_body_util::BodyExt;
    use tower::ServiceExt;

    use super::*;

    async fn body_of(path: &str) -> (StatusCode, String) {
        let site = Arc::new(Site::new(false, false).unwrap());
        let headers = Arc::new(Headers::new(false, false, false));
        let others = Router::new()
            .route("/panics", get(async || -> &str { panic!("secret words") }))
            .route(
                "/fails",
                get(async || (StatusCode::INTERNAL_SERVER_ERROR, "secret words")),
            );
        let request = Request::get(path).header("accept-language", "ko");
        let response = router(site, headers, others)
            .oneshot(request.body(Body::empty()).unwrap())
            .await
            .unwrap();
        let status = response.status();
        let body = response.into_body().collect().await.unwrap().to_bytes();
        (status, String::from_utf8(body.to_vec()).unwrap())
    }

    #[tokio::test]
    async fn a_panic_or_failure_shows_a_page_without_internals() {
        for path in ["/panics", "/fails"] {
            let (status, body) = body_of(path).await;
            assert_eq!(status, StatusCode::INTERNAL_SERVER_ERROR);
            assert!(body.contains("문제가 생겼습니다"), "{body}");
            assert!(!body.contains("secret"), "{body}");
        }
    }
}
