//! Opening the WebSocket, plain or inside TLS.

use std::{
    io,
    net::{IpAddr, SocketAddr},
    sync::Arc,
};

use rustls::pki_types::ServerName;
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::{TcpSocket, TcpStream, lookup_host},
};
use tokio_rustls::TlsConnector;
use tokio_tungstenite::{
    WebSocketStream, client_async_with_config,
    tungstenite::{
        client::IntoClientRequest,
        http::{HeaderValue, Uri, header},
        protocol::WebSocketConfig,
    },
};
use zoom_protocol::{SOCKET_PATH, SUBPROTOCOL};

use crate::{ClientError, ConnectOptions, tls};

/// A byte stream, whatever is around it.
pub(crate) trait Stream: AsyncRead + AsyncWrite + Send + Unpin {}

impl<T: AsyncRead + AsyncWrite + Send + Unpin> Stream for T {}

/// The open WebSocket.
pub(crate) type Line = WebSocketStream<Box<dyn Stream>>;

/// The largest message of a server: a room full of people and a page of the longest messages.
const MESSAGE_BYTES: usize = 16 * 1024 * 1024;

/// Connects and shakes hands. The second value is the client's own address.
pub(crate) async fn open(
    url: &str,
    options: &ConnectOptions,
) -> Result<(Line, SocketAddr), ClientError> {
    let target = Target::parse(url)?;
    let (stream, local) = target.connect(options).await?;
    let mut request = target.url.as_str().into_client_request()?;
    let headers = request.headers_mut();
    let protocol = HeaderValue::from_static(SUBPROTOCOL);
    headers.insert(header::SEC_WEBSOCKET_PROTOCOL, protocol);
    if let Some(origin) = &options.origin {
        let value = HeaderValue::from_str(origin)
            .map_err(|_| ClientError::Address(format!("origin {origin}")))?;
        headers.insert(header::ORIGIN, value);
    }
    let config = WebSocketConfig::default()
        .max_message_size(Some(MESSAGE_BYTES))
        .max_frame_size(Some(MESSAGE_BYTES));
    let (line, _) = client_async_with_config(request, stream, Some(config)).await?;
    Ok((line, local))
}

/// Connects to the first address of a host that is of the same family.
async fn connect_from(local: IpAddr, host: (&str, u16)) -> io::Result<TcpStream> {
    let mut found = lookup_host(host).await?;
    let remote = found.find(|remote| remote.is_ipv4() == local.is_ipv4());
    let remote = remote.ok_or(io::ErrorKind::AddrNotAvailable)?;
    let socket = if local.is_ipv4() {
        TcpSocket::new_v4()?
    } else {
        TcpSocket::new_v6()?
    };
    socket.bind(SocketAddr::new(local, 0))?;
    socket.connect(remote).await
}

/// What an address says.
pub(crate) struct Target {
    url: String,
    host: String,
    port: u16,
    encrypted: bool,
}

impl Target {
    /// Opens the connection, inside TLS where the address says so. The second value is the client's
    /// own address.
    pub(crate) async fn connect(
        &self,
        options: &ConnectOptions,
    ) -> Result<(Box<dyn Stream>, SocketAddr), ClientError> {
        let address = (self.host.as_str(), self.port);
        let connected = match options.local {
            Some(local) => connect_from(local, address).await,
            None => TcpStream::connect(address).await,
        };
        let stream = connected.map_err(ClientError::Connect)?;
        stream.set_nodelay(true).map_err(ClientError::Connect)?;
        let local = stream.local_addr().map_err(ClientError::Connect)?;
        if !self.encrypted {
            return Ok((Box::new(stream), local));
        }
        let config = tls::config(&options.trust).map_err(ClientError::Connect)?;
        let name = ServerName::try_from(self.host.clone())
            .map_err(|_| ClientError::Address(self.url.clone()))?;
        let connector = TlsConnector::from(Arc::new(config));
        let connected = connector.connect(name, stream).await;
        Ok((Box::new(connected.map_err(ClientError::Connect)?), local))
    }

    /// What a request's `Host` says.
    pub(crate) fn authority(&self) -> &str {
        let rest = self.url.split_once("://").map_or("", |(_, rest)| rest);
        rest.split_once('/')
            .map_or(rest, |(authority, _)| authority)
    }

    /// Takes `ws`, `wss`, `http` and `https`; without a path the socket's path is meant.
    pub(crate) fn parse(url: &str) -> Result<Self, ClientError> {
        let wrong = || ClientError::Address(url.to_owned());
        let uri: Uri = url.parse().map_err(|_| wrong())?;
        let encrypted = match uri.scheme_str() {
            Some("ws" | "http") => false,
            Some("wss" | "https") => true,
            _ => return Err(wrong()),
        };
        let authority = uri.authority().ok_or_else(wrong)?;
        let host = authority.host();
        let host = host.trim_start_matches('[').trim_end_matches(']');
        let path = match uri.path() {
            "" | "/" => SOCKET_PATH,
            path => path,
        };
        let scheme = if encrypted { "wss" } else { "ws" };
        Ok(Self {
            url: format!("{scheme}://{authority}{path}"),
            host: host.to_owned(),
            port: authority
                .port_u16()
                .unwrap_or(if encrypted { 443 } else { 80 }),
            encrypted,
        })
    }
}

impl From<io::Error> for ClientError {
    fn from(error: io::Error) -> Self {
        Self::Connect(error)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_without_a_path_means_the_socket() {
        let target = Target::parse("http://127.0.0.1:8080").unwrap();
        assert_eq!(target.url, "ws://127.0.0.1:8080/api/socket");
        assert!(!target.encrypted);
        let target = Target::parse("wss://[::1]/elsewhere").unwrap();
        assert_eq!(target.url, "wss://[::1]/elsewhere");
        assert_eq!((target.host.as_str(), target.port), ("::1", 443));
    }

    #[test]
    fn what_is_no_address_of_a_server_is_refused() {
        for wrong in ["", "127.0.0.1:80", "ftp://host", "ws:///path"] {
            assert!(Target::parse(wrong).is_err(), "{wrong}");
        }
    }
}
