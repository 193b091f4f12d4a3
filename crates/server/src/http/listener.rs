//! The accept loop: takes connections, bounds them, unwraps TLS, and hands requests to the router.
//!
//! hyper is driven directly, because a half-sent request head must have a time limit, and a
//! connection a place in the count until it ends, also as a WebSocket.

use std::{
    future::Future,
    io,
    net::SocketAddr,
    pin::{Pin, pin},
    sync::Arc,
    task::{Context, Poll},
    time::Duration,
};

use axum::{Router, body::Body, extract::ConnectInfo};
use hyper::{body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, ReadBuf},
    net::{TcpListener, TcpStream},
    sync::{Semaphore, watch},
    task::JoinSet,
    time::{Sleep, timeout},
};
use tokio_rustls::TlsAcceptor;
use tower::ServiceExt;
use zoom_protocol::Limits;

use super::connections::{Connections, Counted};

/// What is said to a connection too many.
const FULL: &[u8] = b"HTTP/1.1 503 Service Unavailable\r\n\
    content-type: text/plain; charset=utf-8\r\ncontent-length: 42\r\nretry-after: 10\r\n\
    connection: close\r\n\r\nToo many connections; try again in a while";

/// How long a refused connection is listened to, so that it reads the answer before the end.
const REFUSAL: Duration = Duration::from_secs(1);
/// How long to wait when the system has no file handle left.
const BREATH: Duration = Duration::from_millis(50);

/// What the accept loop works with.
pub(crate) struct Listening {
    pub(crate) listener: TcpListener,
    pub(crate) tls: Option<TlsAcceptor>,
    pub(crate) router: Router,
    pub(crate) limits: Limits,
}

/// Accepts until `closing` turns true, then lets requests under way end.
pub(crate) async fn serve(listening: Listening, mut closing: watch::Receiver<bool>) {
    let Listening {
        listener,
        tls,
        router,
        limits,
    } = listening;
    let connections = Arc::new(Connections::new(&limits));
    let refusals = Arc::new(Semaphore::new(limits.connection_refusals as usize));
    let serving = Arc::new(Serving {
        http: http(&limits),
        handshake: Duration::from_millis(limits.tls_handshake_ms.into()),
        patience: Duration::from_millis(limits.write_timeout_ms.into()),
        tls,
        router,
        closing: closing.clone(),
    });
    let mut tasks = JoinSet::new();
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            Some(_) = tasks.join_next() => continue,
            () = told(&mut closing) => break,
        };
        let (stream, peer) = match accepted {
            Ok(accepted) => accepted,
            Err(error) => {
                if !is_of_one_connection(&error) {
                    tracing::warn!(%error, "connections cannot be accepted");
                    tokio::time::sleep(BREATH).await;
                }
                continue;
            }
        };
        match connections.admit(peer.ip()) {
            Some(counted) => {
                tasks.spawn(Arc::clone(&serving).connection(stream, peer, counted));
            }
            None => {
                let encrypted = serving.tls.is_some();
                if let (false, Ok(permit)) = (encrypted, Arc::clone(&refusals).try_acquire_owned())
                {
                    tasks.spawn(async move {
                        let _ = timeout(REFUSAL, refuse(stream)).await;
                        drop(permit);
                    });
                }
            }
        }
    }
    drop(listener);
    while tasks.join_next().await.is_some() {}
}

/// Waits until the server is told to end; that it is gone altogether means the same.
async fn told(closing: &mut watch::Receiver<bool>) {
    let _ = closing.wait_for(|closing| *closing).await;
}

fn http(limits: &Limits) -> http1::Builder {
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new())
        .header_read_timeout(Duration::from_millis(limits.request_head_ms.into()))
        .max_buf_size((limits.request_head_bytes as usize).max(8192));
    http
}

/// Whether accepting failed because of that one connection, which is gone, and not of the server.
fn is_of_one_connection(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::ConnectionAborted
            | io::ErrorKind::ConnectionReset
            | io::ErrorKind::ConnectionRefused
    )
}

async fn refuse(mut stream: TcpStream) -> io::Result<()> {
    stream.write_all(FULL).await?;
    stream.shutdown().await?;
    // Closing with unread bytes would reset the connection, and the answer with it.
    let mut unread = [0; 512];
    while stream.read(&mut unread).await? > 0 {}
    Ok(())
}

/// What every connection shares.
struct Serving {
    http: http1::Builder,
    handshake: Duration,
    patience: Duration,
    tls: Option<TlsAcceptor>,
    router: Router,
    closing: watch::Receiver<bool>,
}

impl Serving {
    async fn connection(self: Arc<Self>, stream: TcpStream, peer: SocketAddr, counted: Counted) {
        // Messages are small and somebody waits for each.
        if let Err(error) = stream.set_nodelay(true) {
            tracing::debug!(%error, "a connection ended at once");
            return;
        }
        let Some(tls) = &self.tls else {
            return self.requests(stream, peer, counted).await;
        };
        match timeout(self.handshake, tls.accept(stream)).await {
            Ok(Ok(stream)) => self.requests(stream, peer, counted).await,
            Ok(Err(error)) => tracing::debug!(%error, "a TLS handshake failed"),
            Err(_) => tracing::debug!("a TLS handshake took too long"),
        }
    }

    async fn requests<S>(&self, stream: S, peer: SocketAddr, counted: Counted)
    where
        S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    {
        let stream = TokioIo::new(Held {
            stream,
            patience: self.patience,
            stalled: None,
            _counted: counted,
        });
        let service = service_fn(|mut request: http::Request<Incoming>| {
            request.extensions_mut().insert(ConnectInfo(peer));
            self.router.clone().oneshot(request.map(Body::new))
        });
        let mut closing = self.closing.clone();
        let mut connection = pin!(self.http.serve_connection(stream, service).with_upgrades());
        let ended = tokio::select! {
            ended = connection.as_mut() => ended,
            () = told(&mut closing) => {
                connection.as_mut().graceful_shutdown();
                connection.await
            }
        };
        if let Err(error) = ended {
            tracing::debug!(%error, "a connection broke");
        }
    }
}

/// A connection with its place in the count, which a WebSocket takes along. It breaks when the
/// other side has not taken a byte for a while.
struct Held<S> {
    stream: S,
    /// How long the other side may take nothing.
    patience: Duration,
    /// Runs while the other side takes nothing.
    stalled: Option<Pin<Box<Sleep>>>,
    _counted: Counted,
}

impl<S> Held<S> {
    /// Passes a write's outcome on, unless it is the same nothing for too long.
    fn watched<T>(
        &mut self,
        context: &mut Context<'_>,
        outcome: Poll<io::Result<T>>,
    ) -> Poll<io::Result<T>> {
        if outcome.is_ready() {
            self.stalled = None;
            return outcome;
        }
        let patience = self.patience;
        let stalled = self
            .stalled
            .get_or_insert_with(|| Box::pin(tokio::time::sleep(patience)));
        match stalled.as_mut().poll(context) {
            Poll::Ready(()) => Poll::Ready(Err(io::ErrorKind::TimedOut.into())),
            Poll::Pending => Poll::Pending,
        }
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Held<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(context, buffer)
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Held<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let outcome = Pin::new(&mut self.stream).poll_write(context, bytes);
        self.watched(context, outcome)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let outcome = Pin::new(&mut self.stream).poll_flush(context);
        self.watched(context, outcome)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let outcome = Pin::new(&mut self.stream).poll_shutdown(context);
        self.watched(context, outcome)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let outcome = Pin::new(&mut self.stream).poll_write_vectored(context, bytes);
        self.watched(context, outcome)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }
}
