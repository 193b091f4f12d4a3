//! `/api/echo`: returns what it gets, so that networks and conformance can be measured.
//!
//! Every data frame is returned as it came, as soon as it is whole, fragments as fragments; a frame
//! above [`PIECE`] is returned in fragments of that size. What a client has not read yet waits for
//! it up to a bound; beyond that nothing more of it is read.

use std::{
    future::poll_fn,
    io,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use bytes::{Buf, BytesMut};
use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, ReadHalf, WriteHalf, split},
    time::{Instant, sleep_until, timeout},
};
use zoom_protocol::{Limits, close_code};

use super::{
    frames::{Header, Opcode, PROTOCOL_ERROR, Utf8Check, Violation, check_close, put_server_frame},
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

/// Bytes that wait in all echoes of a server beyond a piece for each.
pub(crate) type Backlogs = Arc<AtomicUsize>;

struct Echo<'a, S> {
    reader: ReadHalf<S>,
    writer: WriteHalf<S>,
    seat: &'a Seat,
    limits: &'a Limits,
    /// What came and was not looked at.
    came: BytesMut,
    waiting: Waiting,
    /// The message whose last fragment has not come.
    message: Option<Message>,
}

/// What waits to be returned.
struct Waiting {
    bytes: BytesMut,
    is_unflushed: bool,
    /// When some of it was last taken.
    moved: Instant,
    all: Backlogs,
    /// How much of it is counted in `all`.
    counted: usize,
}

/// A message of which a part has come.
struct Message {
    is_text: bool,
    bytes: u64,
    utf8: Utf8Check,
}

/// Serves an echo from the end of the handshake to the end of the connection.
pub(super) async fn serve<S>(stream: S, seat: Seat, limits: &Limits, backlogs: Backlogs)
where
    S: AsyncRead + AsyncWrite,
{
    let (reader, writer) = split(stream);
    let mut echo = Echo {
        reader,
        writer,
        seat: &seat,
        limits,
        came: BytesMut::new(),
        waiting: Waiting {
            bytes: BytesMut::new(),
            is_unflushed: false,
            moved: Instant::now(),
            all: backlogs,
            counted: 0,
        },
        message: None,
    };
    let patience = ms(limits.close_ms);
    let end = loop {
        if let Err(end) = echo.frame().await {
            break end;
        }
    };
    if let End::Close(code) = end {
        let payload = [&code.to_be_bytes()[..], close_reason(code).as_bytes()].concat();
        echo.give(Opcode::Close, true, &payload);
    }
    // Whoever does not take the goodbye in time goes without one.
    drop(timeout(patience, echo.part()).await);
}

impl<S> Echo<'_, S>
where
    S: AsyncRead + AsyncWrite,
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
            Opcode::Ping => self.give(Opcode::Pong, true, &payload),
            Opcode::Close => {
                check_close(&payload)?;
                self.give(Opcode::Close, true, &payload);
                return Err(End::Gone);
            }
            Opcode::Pong | Opcode::Continuation | Opcode::Text | Opcode::Binary => {}
        }
        Ok(())
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
            self.give(opcode, is_final, &piece);
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
    ) -> Result<BytesMut, End> {
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
                return Ok(self.came.split_to(length));
            }
            self.read((length - plain).max(READ)).await?;
        }
    }

    /// Puts a frame behind what waits.
    fn give(&mut self, opcode: Opcode, is_final: bool, payload: &[u8]) {
        if self.waiting.bytes.is_empty() {
            self.waiting.moved = Instant::now();
        }
        put_server_frame(&mut self.waiting.bytes, opcode, is_final, payload);
        self.waiting.count();
    }

    /// Waits for bytes, and meanwhile returns what waits; pings whoever sends none, and gives up on
    /// who is silent or takes nothing.
    async fn read(&mut self, at_least: usize) -> Result<(), End> {
        self.came.reserve(at_least);
        let line = self.seat.line.clone();
        let closed = poll_fn(|context| line.poll_close(context));
        tokio::pin!(closed);
        let began = Instant::now();
        let mut next_ping = began + ms(self.limits.heartbeat_ms);
        loop {
            let has_waiting = !self.waiting.bytes.is_empty();
            let may_read = self.waiting.has_space(self.limits);
            // Who may not send is not silent.
            let silent = began + ms(self.limits.silence_ms);
            let stuck = self.waiting.moved + ms(self.limits.write_timeout_ms);
            tokio::select! {
                read = self.reader.read_buf(&mut self.came), if may_read => {
                    return match read? {
                        0 => Err(End::Gone),
                        _ => Ok(()),
                    };
                }
                moved = push(&mut self.writer, &mut self.waiting.bytes),
                    if has_waiting || self.waiting.is_unflushed =>
                {
                    moved?;
                    if has_waiting {
                        self.waiting.taken();
                    } else {
                        self.waiting.is_unflushed = false;
                    }
                }
                code = &mut closed => return Err(End::Close(code)),
                () = sleep_until(silent), if may_read && !has_waiting => {
                    return Err(End::Close(close_code::SILENT));
                }
                () = sleep_until(stuck), if has_waiting => {
                    return Err(End::Close(close_code::TOO_SLOW));
                }
                () = sleep_until(next_ping), if !has_waiting => {
                    next_ping = Instant::now() + ms(self.limits.heartbeat_ms);
                    self.give(Opcode::Ping, true, &[]);
                }
            }
        }
    }

    /// Returns what waits, ends, and reads to the end what still comes: a connection that is dropped
    /// with bytes unread is reset, and a reset takes the goodbye away from who has not read it yet.
    async fn part(&mut self) -> io::Result<()> {
        while !self.waiting.bytes.is_empty() {
            self.writer.write_buf(&mut self.waiting.bytes).await?;
            self.waiting.taken();
        }
        self.writer.shutdown().await?;
        let mut rest = [0; 1_024];
        while self.reader.read(&mut rest).await? > 0 {}
        Ok(())
    }
}

impl Waiting {
    /// Whether more may be read of somebody for whom so much waits.
    fn has_space(&self, limits: &Limits) -> bool {
        let below = |bytes: usize, limit: u32| u32::try_from(bytes).is_ok_and(|b| b < limit);
        self.bytes.len() < PIECE
            || (below(self.bytes.len(), limits.echo_message_bytes)
                && below(self.all.load(Ordering::Relaxed), limits.echo_backlog_bytes))
    }

    /// Some was taken.
    fn taken(&mut self) {
        self.moved = Instant::now();
        self.is_unflushed = true;
        if self.bytes.is_empty() {
            self.bytes = BytesMut::new();
        }
        self.count();
    }

    fn count(&mut self) {
        let count = self.bytes.len().saturating_sub(PIECE);
        self.all.fetch_add(count, Ordering::Relaxed);
        self.all.fetch_sub(self.counted, Ordering::Relaxed);
        self.counted = count;
    }
}

impl Drop for Waiting {
    fn drop(&mut self) {
        self.all.fetch_sub(self.counted, Ordering::Relaxed);
    }
}

/// Moves some of what waits on, or flushes when nothing does. Nothing is lost when it is dropped
/// before it is ready.
async fn push(writer: &mut (impl AsyncWrite + Unpin), waiting: &mut BytesMut) -> io::Result<()> {
    if waiting.is_empty() {
        writer.flush().await
    } else {
        writer.write_buf(waiting).await.map(drop)
    }
}

fn ms(milliseconds: u32) -> Duration {
    Duration::from_millis(milliseconds.into())
}
