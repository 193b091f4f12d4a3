//! Opening everything in order, serving, and closing everything in the opposite order.

use std::{
    fmt,
    future::Future,
    io,
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
    sync::Arc,
    time::Duration,
};

use axum::Router;
use socket2::{Domain, Protocol, Socket, Type};
use tokio::{net::TcpListener, sync::watch, time::timeout};
use tokio_rustls::TlsAcceptor;
use zoom_protocol::Limits;
use zoom_store::Store;

use crate::{
    Files, ServerConfig, ServerError, TlsSettings,
    addresses::{answering, link},
    export::Export,
    http::{self, Headers, Listening},
    hub::{Hub, HubConfig},
    import::Import,
    media::{MediaConfig, MediaPool},
    operator::{self, Operator, Rooms},
    pages::Site,
    retention::{self, Nudge},
    socket, tls,
};

/// Connections that the system holds for the accept loop.
const BACKLOG: i32 = 1024;

/// A server that holds its ports and its data, and does not serve yet.
pub struct Server {
    listener: TcpListener,
    address: SocketAddr,
    tls: Option<TlsAcceptor>,
    router: Router,
    hub: Hub,
    store: Store,
    media: MediaPool,
    figures: Option<Figures>,
    limits: Limits,
    nudge: Nudge,
}

/// What serves the operator.
struct Figures {
    listener: TcpListener,
    address: SocketAddr,
    operator: Operator,
}

impl fmt::Debug for Server {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Server")
            .field("address", &self.address)
            .finish_non_exhaustive()
    }
}

impl Server {
    /// Opens the data folder, the certificate and the ports.
    ///
    /// # Errors
    /// What is in the way, one variant each.
    pub async fn open(config: ServerConfig) -> Result<Self, ServerError> {
        // Disks and name services may be slow, and others share the runtime.
        let opened = tokio::task::spawn_blocking(move || Self::open_blocking(config)).await;
        opened.unwrap_or_else(|panic| Err(ServerError::Build(panic.to_string())))
    }

    fn open_blocking(config: ServerConfig) -> Result<Self, ServerError> {
        // The data come first: a second copy on them must not disturb what the first one serves.
        let store = Store::open(&config.data, &config.limits)?;
        let mut random = [0; 32];
        getrandom::fill(&mut random).map_err(ServerError::Random)?;
        let secret = zoom_store::load_or_create_secret(&config.data, || random)?;
        let tls = tls::acceptor(&config.tls, &config.data)?;
        let (listener, address) = listen(config.listen)?;
        let figures = config.metrics.map(listen_for_operators).transpose()?;
        let media = MediaPool::start(MediaConfig {
            udp: config.media.udp,
            port: config.media.port,
            threads: config.media.threads,
            advertise: config.media.advertise,
            max_upload_bps: config.media.max_upload_bps,
            limits: config.limits.clone(),
        })?;
        let files =
            Files::open(store.clone(), config.limits.clone()).map_err(ServerError::Files)?;
        let hub = Hub::new(HubConfig {
            limits: config.limits.clone(),
            store: store.clone(),
            files: files.clone(),
            media: media.clone(),
            secret,
        });
        let nudge = Nudge::default();
        let figures = figures.map(|(listener, address)| Figures {
            listener,
            address,
            operator: Operator::new(
                hub.clone(),
                media.clone(),
                Rooms::new(
                    store.clone(),
                    Import::new(hub.clone(), store.clone()),
                    nudge.clone(),
                    &config.limits,
                ),
                config.media.max_upload_bps,
            ),
        });
        if figures.is_none() {
            // Nobody will ever read them.
            drop(media.reports());
        }
        let site = Site::new(tls.is_some(), config.development).map_err(ServerError::Build)?;
        let trusted = matches!(config.tls, TlsSettings::Files { .. });
        let headers = Headers::new(tls.is_some(), trusted, config.development);
        let others = socket::router(hub.clone()).merge(http::files_router(
            files,
            Export::new(store.clone(), &config.limits),
        ));
        Ok(Self {
            listener,
            address,
            tls,
            router: http::router(Arc::new(site), Arc::new(headers), others),
            hub,
            store,
            media,
            figures,
            limits: config.limits,
            nudge,
        })
    }

    /// Where HTTP is served; the port is the real one when 0 was asked for.
    pub fn local_addr(&self) -> SocketAddr {
        self.address
    }

    /// Where figures for operators are served, if anywhere; the port is the real one.
    pub fn metrics_addr(&self) -> Option<SocketAddr> {
        self.figures.as_ref().map(|figures| figures.address)
    }

    /// The links to open in a browser, only such as answer, this machine's own first.
    pub fn links(&self) -> Vec<String> {
        answering(self.address)
            .into_iter()
            .map(|address| link(address, self.tls.is_some()))
            .collect()
    }

    /// The open rooms and the sockets.
    pub fn hub(&self) -> &Hub {
        &self.hub
    }

    /// The media threads.
    pub fn media(&self) -> &MediaPool {
        &self.media
    }

    /// Serves until `shutdown` is ready, then closes sockets (1001), rooms, media and the store,
    /// in that order and within a bounded time.
    pub async fn serve(self, shutdown: impl Future<Output = ()> + Send) {
        let (close, closing) = watch::channel(false);
        let keeping = tokio::spawn(retention::keep(
            self.hub.clone(),
            self.store.clone(),
            self.nudge,
        ));
        let watching = self.figures.map(|figures| {
            tokio::spawn(http::serve(
                Listening {
                    listener: figures.listener,
                    tls: None,
                    router: figures.operator.router(figures.address),
                    limits: operator::limits(&self.limits),
                },
                closing.clone(),
            ))
        });
        let serving = tokio::spawn(http::serve(
            Listening {
                listener: self.listener,
                tls: self.tls,
                router: self.router,
                limits: self.limits.clone(),
            },
            closing,
        ));
        shutdown.await;
        tracing::info!("ending");
        let _ = close.send(true);
        self.hub.shutdown().await;
        let patience = Duration::from_millis(self.limits.shutdown_ms.into());
        let abort = serving.abort_handle();
        if timeout(patience, serving).await.is_err() {
            tracing::info!("connections were cut off");
            abort.abort();
        }
        if let Some(watching) = watching {
            // Who reads figures is asked to end too, and is not waited for.
            watching.abort();
        }
        keeping.abort();
        let (media, store) = (self.media, self.store);
        let last = tokio::task::spawn_blocking(move || {
            media.stop();
            store.close();
        });
        if last.await.is_err() {
            tracing::error!("closing the media and the store ended in a panic");
        }
        tracing::info!("ended");
    }
}

/// Opens the HTTP port. An IPv6 wildcard takes IPv4 too, whatever the system's default.
fn listen(address: SocketAddr) -> Result<(TcpListener, SocketAddr), ServerError> {
    let everywhere = address.ip() == IpAddr::V6(Ipv6Addr::UNSPECIFIED);
    match listen_at(address) {
        // A machine may have no IPv6 at all.
        Err(ServerError::Listen { .. }) if everywhere => listen_at(SocketAddr::new(
            Ipv4Addr::UNSPECIFIED.into(),
            address.port(),
        )),
        outcome => outcome,
    }
}

/// Opens the operator's port.
fn listen_for_operators(address: SocketAddr) -> Result<(TcpListener, SocketAddr), ServerError> {
    let opened = listen(address);
    if let Err(ServerError::AddressInUse { address }) = opened {
        return Err(ServerError::MetricsInUse { address });
    }
    let (listener, address) = opened?;
    if !address.ip().is_loopback() {
        tracing::warn!(
            %address,
            "figures for operators are served without a password to everybody who reaches them"
        );
    }
    tracing::info!(%address, "figures for operators are served");
    Ok((listener, address))
}

fn listen_at(address: SocketAddr) -> Result<(TcpListener, SocketAddr), ServerError> {
    let open = || -> io::Result<(TcpListener, SocketAddr)> {
        let socket = Socket::new(
            Domain::for_address(address),
            Type::STREAM,
            Some(Protocol::TCP),
        )?;
        if address.ip() == IpAddr::V6(Ipv6Addr::UNSPECIFIED) {
            socket.set_only_v6(false)?;
        }
        // Elsewhere than on Unix it would let two programs share the port.
        #[cfg(unix)]
        socket.set_reuse_address(true)?;
        socket.set_nonblocking(true)?;
        socket.bind(&address.into())?;
        socket.listen(BACKLOG)?;
        let listener = TcpListener::from_std(socket.into())?;
        let address = listener.local_addr()?;
        Ok((listener, address))
    };
    open().map_err(|source| {
        if source.kind() == io::ErrorKind::AddrInUse {
            ServerError::AddressInUse { address }
        } else {
            ServerError::Listen { address, source }
        }
    })
}
