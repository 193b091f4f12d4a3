//! `/api/echo`: returns what it gets, so that networks and conformance can be measured.
//!
//! Every data frame is returned as it came, as soon as it is whole, fragments as fragments; a frame
//! above [`PIECE`] is returned in fragments of that size, so that a message of any length costs no
//! more memory than one piece. While a client does not read what is returned, nothing more of it
//! is read.

use std::{future::poll_fn, io, time::Duration};

use bytes::{Buf, Bytes, BytesMut};
use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt},
    time::{sleep, timeout},
};
use zoom_protocol::{Limits, close_code};

use super::{
    frames::{Header, Opcode, PROTOCOL_ERROR, Utf8Check, Violation, check_close, server_header},
    seats::Seat,
    texts::close_reason,
};

/// Bytes of a frame that are held until they are returned.
const PIECE: usize = 64 * 1024;
/// Bytes that are read at once while nothing larger is announced.
const READ: usize = 4 * 1024;

/// How an echo ends.
enum End {
    /// The connection broke, or said goodbye and was answered.
    Gone,
    /// It is told goodbye with this code.
    Close(u16),
}

impl From<Violation> for End {
    fn from(violation: Violation) -> Self {
        Self::Close(violation.0)
    }
}

impl From<io::Error> for End {
    fn from(_: io::Error) -> Self {
        Self::Gone
    }
}

struct Echo<'a, S> {
    stream: S,
    seat: &'a Seat,
    limits: &'a Limits,
    /// What came and was not returned.
    came: BytesMut,
    /// The message whose last fragment has not come.
    message: Option<Message>,
}

/// A message of which a part has come.
struct Message {
    is_text: bool,
    bytes: u64,
    utf8: Utf8Check,
}

/// Serves an echo from the end of the handshake to the end of the connection.
pub(super) async fn serve<S>(stream: S, seat: Seat, limits: &Limits)
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    let mut echo = Echo {
        stream,
        seat: &seat,
        limits,
        came: BytesMut::new(),
        message: None,
    };
    let patience = Duration::from_millis(limits.close_ms.into());
    let end = loop {
        if let Err(end) = echo.frame().await {
            break end;
        }
    };
    let goodbye = async {
        if let End::Close(code) = end {
            let reason = close_reason(code);
            let payload = [&code.to_be_bytes()[..], reason.as_bytes()].concat();
            echo.write(Opcode::Close, true, payload.into()).await?;
        }
        echo.linger().await
    };
    // Whoever does not take the goodbye in time goes without one.
    drop(timeout(patience, goodbye).await);
}

impl<S> Echo<'_, S>
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    /// Reads a frame and returns it.
    async fn frame(&mut self) -> Result<(), End> {
        let header = loop {
            if let Some((header, bytes)) = Header::parse(&self.came)? {
                self.came.advance(bytes);
                break header;
            }
            self.read(READ).await?;
        };
        if header.opcode.is_control() {
            self.control(header).await
        } else {
            self.data(header).await
        }
    }

    async fn control(&mut self, header: Header) -> Result<(), End> {
        let payload = self.piece(&header, 0, header.length, None).await?;
        match header.opcode {
            Opcode::Ping => Ok(self.write(Opcode::Pong, true, payload).await?),
            Opcode::Close => {
                check_close(&payload)?;
                self.write(Opcode::Close, true, payload).await?;
                Err(End::Gone)
            }
            Opcode::Pong | Opcode::Continuation | Opcode::Text | Opcode::Binary => Ok(()),
        }
    }

    async fn data(&mut self, header: Header) -> Result<(), End> {
        let mut message = match (self.message.take(), header.opcode) {
            (Some(message), Opcode::Continuation) => message,
            (None, opcode @ (Opcode::Text | Opcode::Binary)) => Message {
                is_text: opcode == Opcode::Text,
                bytes: 0,
                utf8: Utf8Check::default(),
            },
            _ => return Err(PROTOCOL_ERROR.into()),
        };
        message.bytes = message.bytes.saturating_add(header.length);
        if message.bytes > self.limits.echo_message_bytes.into() {
            return Err(End::Close(close_code::TOO_BIG));
        }
        let mut opcode = header.opcode;
        let mut offset = 0;
        loop {
            let rest = header.length - offset;
            let length = rest.min(PIECE as u64);
            let utf8 = message.is_text.then_some(&mut message.utf8);
            let piece = self.piece(&header, offset, length, utf8).await?;
            let is_last = length == rest;
            let is_final = is_last && header.is_final;
            if is_final {
                message.utf8.finish()?;
            }
            self.write(opcode, is_final, piece).await?;
            if is_last {
                break;
            }
            opcode = Opcode::Continuation;
            offset += length;
        }
        self.message = (!header.is_final).then_some(message);
        if self.came.is_empty() {
            // An echo that waits holds nothing.
            self.came = BytesMut::new();
        }
        Ok(())
    }

    /// Waits for `length` bytes of a payload, `offset` bytes into it. Text is checked as it comes.
    async fn piece(
        &mut self,
        header: &Header,
        offset: u64,
        length: u64,
        mut utf8: Option<&mut Utf8Check>,
    ) -> Result<Bytes, End> {
        // Both fit: a piece is small, and only the offset's last two bits matter.
        let length = usize::try_from(length).unwrap_or(PIECE);
        let turn = usize::try_from(offset % 4).unwrap_or(0);
        let mut plain = 0;
        loop {
            let end = self.came.len().min(length);
            let fresh = &mut self.came[plain..end];
            header.unmask(fresh, turn + plain);
            if let Some(utf8) = &mut utf8 {
                utf8.push(fresh)?;
            }
            plain = end;
            if plain == length {
                return Ok(self.came.split_to(length).freeze());
            }
            self.read((length - plain).max(READ)).await?;
        }
    }

    /// Waits for bytes; pings whoever sends none, and gives up on them.
    async fn read(&mut self, at_least: usize) -> Result<(), End> {
        self.came.reserve(at_least);
        let heartbeat = Duration::from_millis(self.limits.heartbeat_ms.into());
        let silence = Duration::from_millis(self.limits.silence_ms.into());
        let line = &self.seat.line;
        let closed = poll_fn(|context| line.poll_close(context));
        let silent = sleep(silence);
        tokio::pin!(closed, silent);
        loop {
            tokio::select! {
                read = self.stream.read_buf(&mut self.came) => {
                    return match read? {
                        0 => Err(End::Gone),
                        _ => Ok(()),
                    };
                }
                code = &mut closed => return Err(End::Close(code)),
                () = &mut silent => return Err(End::Close(close_code::SILENT)),
                () = sleep(heartbeat) => {
                    let ping = server_header(Opcode::Ping, true, 0);
                    send(&mut self.stream, self.limits, ping).await?;
                }
            }
        }
    }

    async fn write(&mut self, opcode: Opcode, is_final: bool, payload: Bytes) -> io::Result<()> {
        let header = server_header(opcode, is_final, payload.len());
        send(&mut self.stream, self.limits, header.chain(payload)).await
    }

    /// Reads to the end what still comes. A connection that is dropped with bytes unread is reset,
    /// and a reset takes the goodbye away from who has not read it yet.
    async fn linger(&mut self) -> io::Result<()> {
        self.stream.shutdown().await?;
        let mut rest = [0; 1_024];
        while self.stream.read(&mut rest).await? > 0 {}
        Ok(())
    }
}

/// Writes all of it, or gives up on who does not take it.
async fn send<S>(stream: &mut S, limits: &Limits, mut bytes: impl Buf) -> io::Result<()>
where
    S: AsyncWrite + Unpin,
{
    let patience = Duration::from_millis(limits.write_timeout_ms.into());
    timeout(patience, async {
        stream.write_all_buf(&mut bytes).await?;
        stream.flush().await
    })
    .await?
}
