//! What an operator sees, on an address of its own: totals for Prometheus at `/metrics`, the last
//! report on every peer as JSON at `/stats`, and what a room keeps at `/rooms/NAME`.
//!
//! Nobody is asked for a password: who reaches the address reads the figures. They have ids, and
//! neither names nor addresses. Rooms are changed from this machine alone. docs/operating.md
//! describes each.

mod exposition;
mod figures;
mod process;
mod reports;
mod rooms;
mod stats;

use std::net::{IpAddr, SocketAddr};

use axum::{
    Router,
    extract::{Request, State},
    middleware::{self, Next},
    response::{IntoResponse, Response},
    routing::get,
};
use http::{HeaderValue, StatusCode, header, uri::Authority};
use zoom_protocol::Limits;

use crate::{
    hub::{Hub, now},
    media::MediaPool,
};
use figures::Figures;
use reports::Reports;
pub(crate) use rooms::Rooms;

/// Prometheus' text format (version 0.0.4).
const EXPOSITION: HeaderValue =
    HeaderValue::from_static("text/plain; version=0.0.4; charset=utf-8");
const JSON: HeaderValue = HeaderValue::from_static("application/json");

/// Where the figures come from. Cheap to clone.
#[derive(Clone, Debug)]
pub(crate) struct Operator {
    hub: Hub,
    media: MediaPool,
    reports: Reports,
    rooms: Rooms,
    max_upload_bps: Option<u64>,
}

impl Operator {
    /// Reads the reports on peers from here on. Needs tokio.
    pub(crate) fn new(
        hub: Hub,
        media: MediaPool,
        rooms: Rooms,
        max_upload_bps: Option<u64>,
    ) -> Self {
        let reports = Reports::new(hub.limits());
        if let Some(source) = media.reports() {
            tokio::spawn(reports.clone().keep(source));
        }
        Self {
            hub,
            media,
            reports,
            rooms,
            max_upload_bps,
        }
    }

    /// What is answered to those who reach `address`.
    pub(crate) fn router(self, address: SocketAddr) -> Router {
        let own_machine = address.ip().is_loopback();
        Router::new()
            .route("/metrics", get(metrics))
            .route("/stats", get(stats))
            .merge(rooms::router(self.rooms.clone(), own_machine))
            .fallback(async || {
                (
                    StatusCode::NOT_FOUND,
                    "There are /metrics, /stats, /rooms/NAME and /rooms/NAME/import.\n",
                )
            })
            .with_state(self)
            .layer(middleware::from_fn_with_state(own_machine, guard))
    }
}

/// The limits of the operator's address: a handful of programs ask, each now and then.
pub(crate) fn limits(limits: &Limits) -> Limits {
    let mut limits = limits.clone();
    limits.connections = limits.operator_connections;
    limits.connections_per_address = limits.operator_connections;
    limits
}

async fn metrics(State(operator): State<Operator>) -> Response {
    let figures = Figures {
        counts: operator.hub.counts(),
        appends: operator.hub.appends(),
        media: operator.media.counters(),
        threads: operator.media.sfu_stats().await,
        reports: operator.reports.latest(),
        max_upload_bps: operator.max_upload_bps,
        process: process::read(),
    };
    ([(header::CONTENT_TYPE, EXPOSITION)], figures.exposition()).into_response()
}

async fn stats(State(operator): State<Operator>) -> Response {
    let limits = operator.hub.limits();
    let stats = stats::Stats::new(now().unix_ms, limits.report_ms, operator.reports.latest());
    match serde_json::to_string(&stats) {
        Ok(text) => ([(header::CONTENT_TYPE, JSON)], text).into_response(),
        Err(error) => {
            tracing::error!(%error, "the figures could not be written");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }
}

/// Keeps web pages away from figures that are meant for this machine: a name that an attacker points
/// at a loopback address (DNS rebinding) is not one that this address goes by.
async fn guard(State(own_machine): State<bool>, request: Request, next: Next) -> Response {
    let host = request.headers().get(header::HOST);
    let host = host.and_then(|host| host.to_str().ok());
    let mut response = if own_machine && !host.is_some_and(is_of_this_machine) {
        (
            StatusCode::MISDIRECTED_REQUEST,
            "Ask by an IP address or as localhost.\n",
        )
            .into_response()
    } else {
        next.run(request).await
    };
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(
        header::X_CONTENT_TYPE_OPTIONS,
        HeaderValue::from_static("nosniff"),
    );
    response
}

/// Whether a `Host` is an address or the name that every machine has for itself.
fn is_of_this_machine(host: &str) -> bool {
    let Ok(authority) = host.parse::<Authority>() else {
        return false;
    };
    let name = authority.host().trim_matches(['[', ']']);
    name.eq_ignore_ascii_case("localhost") || name.parse::<IpAddr>().is_ok()
}

#[cfg(test)]
mod tests;
