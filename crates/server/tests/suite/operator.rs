//! The operator's address: off unless asked for, its figures follow what happens, and it is as hard
//! to occupy as the one for pages.

use std::{collections::BTreeMap, net::SocketAddr};

use serde_json::Value;
use tempfile::TempDir;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    sync::oneshot,
    task::JoinHandle,
};
use zoom_protocol::Limits;
use zoom_server::{Server, ServerError};

use crate::http::support::{Answer, ask};
use crate::socket::support::{config, connect};
use crate::waiting::soon;

/// A server with figures.
struct Watched {
    pages: SocketAddr,
    figures: SocketAddr,
    stop: oneshot::Sender<()>,
    serving: JoinHandle<()>,
    _data: TempDir,
}

impl Watched {
    async fn start(change: impl FnOnce(&mut Limits)) -> Self {
        let data = TempDir::new().unwrap();
        let mut config = config(data.path(), change);
        config.metrics = Some(SocketAddr::from(([127, 0, 0, 1], 0)));
        let server = Server::open(config).await.unwrap();
        let (pages, figures) = (server.local_addr(), server.metrics_addr().unwrap());
        let (stop, stopped) = oneshot::channel::<()>();
        let serving = tokio::spawn(server.serve(async {
            // A test that fails drops the sender, which is a stop as well.
            drop(stopped.await);
        }));
        Self {
            pages,
            figures,
            stop,
            serving,
            _data: data,
        }
    }

    async fn stop(self) {
        drop(self.stop);
        soon("the end of the server", self.serving).await.unwrap();
    }

    async fn ask(&self, host: &str, path: &str) -> Answer {
        let stream = TcpStream::connect(self.figures).await.unwrap();
        soon("figures", ask(stream, host, "GET", path, &[])).await
    }

    async fn get(&self, path: &str) -> Answer {
        self.ask(&self.figures.to_string(), path).await
    }

    /// Every sample by its series.
    async fn figures(&self) -> BTreeMap<String, f64> {
        let answer = self.get("/metrics").await;
        assert_eq!(answer.status, 200);
        let samples = answer.text().lines().filter(|line| !line.starts_with('#'));
        samples
            .map(|line| {
                let (series, value) = line.rsplit_once(' ').unwrap();
                (series.to_owned(), value.parse().unwrap())
            })
            .collect()
    }

    /// Reads until a figure is so.
    async fn until(&self, series: &str, value: f64) {
        let reading = async { while self.figures().await.get(series) != Some(&value) {} };
        soon(series, reading).await;
    }
}

#[tokio::test]
async fn there_are_no_figures_unless_they_are_asked_for() {
    let data = TempDir::new().unwrap();
    let server = Server::open(config(data.path(), |_| {})).await.unwrap();
    assert_eq!(server.metrics_addr(), None);
}

#[tokio::test]
async fn figures_follow_people_and_messages() {
    let server = Watched::start(|_| {}).await;
    let before = server.figures().await;
    for series in ["zoom_rooms", "zoom_participants", "zoom_sockets"] {
        assert_eq!(before[series], 0.0, "{series}");
    }
    let mut kim = connect(server.pages).await;
    kim.hello(serde_json::json!({})).await;
    kim.join("blue-otter", "Kim").await;
    let mut lee = connect(server.pages).await;
    lee.hello(serde_json::json!({})).await;
    lee.join("blue-otter", "Lee").await;
    kim.post("a", "secret words").await;
    kim.post("a", "secret words").await;
    server
        .until("zoom_store_appends_total{outcome=\"repeated\"}", 1.0)
        .await;
    let figures = server.figures().await;
    for (series, value) in [
        ("zoom_rooms", 1.0),
        ("zoom_participants", 2.0),
        ("zoom_sockets", 2.0),
        ("zoom_store_appends_total{outcome=\"appended\"}", 1.0),
        ("zoom_store_appends_total{outcome=\"refused\"}", 0.0),
        ("zoom_media_peers{thread=\"0\"}", 0.0),
    ] {
        assert_eq!(figures[series], value, "{series}");
    }
    assert!(figures["zoom_media_turns_total"] > 0.0);
    for path in ["/metrics", "/stats"] {
        let text = server.get(path).await.text().to_owned();
        for private in ["blue-otter", "Kim", "secret", "127.0.0.1"] {
            assert!(!text.contains(private), "{path}: {private}");
        }
    }
    drop(kim);
    server.until("zoom_sockets", 1.0).await;
    server.stop().await;
}

#[tokio::test]
async fn answers_say_what_they_are_and_are_not_kept() {
    let server = Watched::start(|_| {}).await;
    for (path, kind) in [
        ("/metrics", "text/plain; version=0.0.4; charset=utf-8"),
        ("/stats", "application/json"),
    ] {
        let answer = server.get(path).await;
        assert_eq!((answer.status, answer.header("content-type")), (200, kind));
        assert_eq!(answer.header("cache-control"), "no-store");
        assert_eq!(answer.header("x-content-type-options"), "nosniff");
    }
    let stats: Value = serde_json::from_slice(&server.get("/stats").await.body).unwrap();
    assert_eq!(stats["rooms"], serde_json::json!([]));
    assert_eq!(server.get("/").await.status, 404);
    assert_eq!(server.get("/r/blue-otter").await.status, 404, "no pages");
    let stream = TcpStream::connect(server.figures).await.unwrap();
    let post = ask(stream, "127.0.0.1", "POST", "/metrics", &[]).await;
    assert_eq!(post.status, 405);
}

#[tokio::test]
async fn pages_have_no_figures() {
    let server = Watched::start(|_| {}).await;
    for path in ["/metrics", "/stats"] {
        let stream = TcpStream::connect(server.pages).await.unwrap();
        let answer = ask(stream, &server.pages.to_string(), "GET", path, &[]).await;
        assert_eq!(answer.status, 404, "{path}");
    }
}

#[tokio::test]
async fn a_web_page_does_not_get_at_them_by_a_name_of_its_own() {
    let server = Watched::start(|_| {}).await;
    let port = server.figures.port();
    assert_eq!(server.ask("attacker.example", "/stats").await.status, 421);
    let named = format!("localhost:{port}");
    assert_eq!(server.ask(&named, "/stats").await.status, 200);
}

#[tokio::test]
async fn a_connection_too_many_is_refused_and_people_are_not() {
    let server = Watched::start(|limits| limits.operator_connections = 2).await;
    let held = [
        TcpStream::connect(server.figures).await.unwrap(),
        TcpStream::connect(server.figures).await.unwrap(),
    ];
    assert_eq!(server.get("/metrics").await.status, 503);
    connect(server.pages)
        .await
        .hello(serde_json::json!({}))
        .await;
    drop(held);
    let again = async { while server.get("/metrics").await.status != 200 {} };
    soon("a free place", again).await;
}

#[tokio::test]
async fn a_half_sent_request_is_not_waited_for_long() {
    let server = Watched::start(|limits| limits.request_head_ms = 200).await;
    let mut slow = TcpStream::connect(server.figures).await.unwrap();
    slow.write_all(b"GET /metrics HTTP/1.1\r\nhost: 127.")
        .await
        .unwrap();
    let mut answer = Vec::new();
    // The end comes from the server; without its limit this would never return.
    let end = soon("the end", slow.read_to_end(&mut answer)).await;
    assert!(end.is_ok() && !answer.starts_with(b"HTTP/1.1 200"));
}

#[tokio::test]
async fn who_reads_figures_holds_up_no_end() {
    let server = Watched::start(|_| {}).await;
    let _idle = TcpStream::connect(server.figures).await.unwrap();
    assert_eq!(server.get("/metrics").await.status, 200);
    server.stop().await;
}

#[tokio::test]
async fn a_taken_address_is_named_with_its_setting() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let data = TempDir::new().unwrap();
    let mut config = config(data.path(), |_| {});
    config.metrics = Some(taken.local_addr().unwrap());
    let error = Server::open(config).await.unwrap_err();
    assert!(matches!(error, ServerError::MetricsInUse { .. }));
    assert!(error.to_string().ends_with("choose another with --metrics"));
}
