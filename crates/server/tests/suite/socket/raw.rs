//! A WebSocket connection byte by byte, for what no client library would send.

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

use super::support::TestServer;
use crate::waiting::soon;

/// A connection after its handshake.
pub(crate) struct Raw(TcpStream);

impl Raw {
    /// Shakes hands without an origin.
    pub(crate) async fn open(server: &TestServer, path: &str) -> Self {
        let mut stream = TcpStream::connect(server.address)
            .await
            .expect("a connection");
        let request = format!(
            "GET {path} HTTP/1.1\r\nHost: {}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\
             Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\
             Sec-WebSocket-Protocol: zoom.1\r\n\r\n",
            server.address
        );
        stream
            .write_all(request.as_bytes())
            .await
            .expect("a request that goes out");
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            head.push(soon("a byte", stream.read_u8()).await.expect("a byte"));
        }
        assert!(head.starts_with(b"HTTP/1.1 101 "), "{head:?}");
        Self(stream)
    }

    /// Sends bytes as they are.
    pub(crate) async fn write(&mut self, bytes: &[u8]) {
        self.0.write_all(bytes).await.expect("bytes that go out");
    }

    /// Sends bytes as long as they are taken; the server may hang up before all are out.
    pub(crate) async fn try_write(&mut self, bytes: &[u8]) {
        drop(self.0.write_all(bytes).await);
    }

    /// Sends a short frame with a mask of zeroes; `first` has its final bit and its opcode.
    pub(crate) async fn send(&mut self, first: u8, payload: &[u8]) {
        let length = u8::try_from(payload.len()).expect("a short frame");
        let mut frame = vec![first, 0x80 | length, 0, 0, 0, 0];
        frame.extend_from_slice(payload);
        self.write(&frame).await;
    }

    /// Sends so many bytes of binary frames without reading, or less when the server hangs up.
    pub(crate) async fn flood(&mut self, bytes: usize) {
        let mut frame = vec![0x82, 0xfe, 0xff, 0xff, 0, 0, 0, 0];
        frame.resize(8 + 65_535, 7);
        for _ in 0..bytes / frame.len() {
            let written = soon("the server's end", self.0.write_all(&frame)).await;
            if written.is_err() {
                return;
            }
        }
    }

    /// The first byte and the payload of the next frame.
    pub(crate) async fn frame(&mut self) -> (u8, Vec<u8>) {
        let reading = async {
            let first = self.0.read_u8().await?;
            let length = match self.0.read_u8().await? {
                126 => u64::from(self.0.read_u16().await?),
                127 => self.0.read_u64().await?,
                length => length.into(),
            };
            let mut payload = vec![0; usize::try_from(length).unwrap_or(0)];
            self.0.read_exact(&mut payload).await?;
            Ok::<_, std::io::Error>((first, payload))
        };
        soon("a frame", reading).await.expect("a frame")
    }

    /// The code of the close that comes behind whatever comes before it.
    pub(crate) async fn close_code(&mut self) -> u16 {
        loop {
            let (first, payload) = self.frame().await;
            if first == 0x88 {
                return u16::from_be_bytes([payload[0], payload[1]]);
            }
        }
    }

    /// Waits for the end of the connection, before which nothing comes.
    pub(crate) async fn ended(&mut self) {
        let rest = soon("the end", self.0.read(&mut [0; 8])).await;
        assert_eq!(rest.expect("an orderly end"), 0);
    }
}
