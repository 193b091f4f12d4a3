//! The bytes of one socket: frames in and out, heartbeats, and the end.
//!
//! One task serves a socket. It reads while it writes, so that a client that reads nothing is still
//! heard, and it never holds more for such a client than its line and one message.

use std::{
    future::poll_fn,
    pin::Pin,
    task::{Context, Poll},
    time::Duration,
};

use futures_util::{SinkExt, StreamExt};
use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt},
    time::{Instant, Sleep, sleep_until, timeout},
};
use tokio_tungstenite::{
    WebSocketStream,
    tungstenite::{
        Error, Message,
        error::ProtocolError,
        protocol::{CloseFrame, Role, WebSocketConfig, frame::coding::CloseCode},
    },
};
use zoom_protocol::{Limits, close_code};

use super::{
    line::{Line, Meaning, Next},
    session::Session,
    texts::close_reason,
    watched::Watched,
};
use crate::hub;

/// Bytes of the read buffer, which every socket has from the beginning: most messages fit.
const READ_BUFFER: usize = 4 * 1024;
/// Bytes that are gathered before they are written: a handful of events.
const WRITE_BUFFER: usize = 4 * 1024;
/// RFC 6455 section 7.4.1: what came is no WebSocket frame.
const PROTOCOL_ERROR: u16 = 1002;

/// How a conversation ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum End {
    /// The other side is gone.
    Gone,
    /// The other side said goodbye.
    Answer,
    /// It is told goodbye with this code, and what it still sends is read as frames.
    Close(u16),
    /// It is told goodbye with this code, and what it still sends cannot be read.
    Fail(u16),
}

/// What happens next on a socket.
enum Step {
    Came(Option<Result<Message, Error>>),
    Said(Meaning),
    Closed(u16),
    Due,
    Broken,
}

/// One socket.
struct Connection<S> {
    socket: WebSocketStream<Watched<S>>,
    line: Line,
    opened: Instant,
    /// Something was written that is not yet with the operating system.
    is_unflushed: bool,
    /// Since when the operating system does not take all that there is.
    stalled: Option<Instant>,
    pinged: Instant,
    /// Whose turn it is to be looked at first, so that neither direction starves the other.
    is_readers_turn: bool,
}

/// Serves a socket from the end of the handshake to the end of the connection.
pub(super) async fn serve<S>(stream: S, mut session: Session)
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    let limits = session.limits().clone();
    let now = Instant::now();
    let config = config(&limits);
    let stream = Watched::new(stream);
    let mut connection = Connection {
        socket: WebSocketStream::from_raw_socket(stream, Role::Server, Some(config)).await,
        line: session.seat().line.clone(),
        opened: now,
        is_unflushed: false,
        stalled: None,
        pinged: now,
        is_readers_turn: false,
    };
    let end = connection.converse(&mut session, &limits).await;
    // The room is told before the goodbye, which may take its time.
    session.end();
    let patience = Duration::from_millis(limits.close_ms.into());
    match end {
        End::Gone => {}
        End::Answer => drop(timeout(patience, connection.farewell()).await),
        End::Close(code) => drop(timeout(patience, connection.close(code)).await),
        End::Fail(code) => drop(timeout(patience, connection.fail(code)).await),
    }
}

/// The WebSocket's own bounds.
fn config(limits: &Limits) -> WebSocketConfig {
    let largest = usize::try_from(limits.offer_frame_bytes).ok();
    WebSocketConfig::default()
        .read_buffer_size(READ_BUFFER)
        .write_buffer_size(WRITE_BUFFER)
        .max_message_size(largest)
        .max_frame_size(largest)
}

impl<S> Connection<S>
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    async fn converse(&mut self, session: &mut Session, limits: &Limits) -> End {
        let mut due = std::pin::pin!(sleep_until(self.next_due(session, limits)));
        loop {
            let step = poll_fn(|context| self.poll_step(context, due.as_mut())).await;
            let flood = End::Close(close_code::FLOOD);
            match step {
                Step::Came(Some(Ok(message))) => match message {
                    Message::Text(text) => session.handle(hub::now(), &text),
                    Message::Binary(_) => return End::Close(close_code::UNSUPPORTED_DATA),
                    Message::Ping(_) => {
                        if !session.handle_ping(std::time::Instant::now()) {
                            return flood;
                        }
                    }
                    Message::Close(_) => return End::Answer,
                    Message::Pong(_) | Message::Frame(_) => {}
                },
                Step::Came(Some(Err(error))) => return end_of(&error),
                Step::Came(None) | Step::Broken => return End::Gone,
                Step::Said(meaning) => {
                    if !session.said(std::time::Instant::now(), meaning) {
                        return flood;
                    }
                }
                Step::Closed(code) => return End::Close(code),
                Step::Due => {
                    if let Some(code) = self.look_at_clock(session, limits) {
                        return End::Close(code);
                    }
                    let next = self.next_due(session, limits);
                    due.as_mut().reset(next);
                }
            }
        }
    }

    fn poll_step(&mut self, context: &mut Context<'_>, due: Pin<&mut Sleep>) -> Poll<Step> {
        self.is_readers_turn = !self.is_readers_turn;
        if self.is_readers_turn
            && let Poll::Ready(came) = self.socket.poll_next_unpin(context)
        {
            return Poll::Ready(Step::Came(came));
        }
        if let Poll::Ready(step) = self.poll_line(context) {
            return Poll::Ready(step);
        }
        if !self.is_readers_turn
            && let Poll::Ready(came) = self.socket.poll_next_unpin(context)
        {
            return Poll::Ready(Step::Came(came));
        }
        due.poll(context).map(|()| Step::Due)
    }

    /// Moves on what is to be sent.
    fn poll_line(&mut self, context: &mut Context<'_>) -> Poll<Step> {
        match self.socket.poll_ready_unpin(context) {
            Poll::Ready(Ok(())) => {}
            Poll::Ready(Err(_)) => return Poll::Ready(Step::Broken),
            Poll::Pending => return self.poll_stalled(context),
        }
        match self.line.poll_next(context) {
            Poll::Ready(Next::Say(said)) => {
                let text = Message::Text(said.text);
                if self.socket.start_send_unpin(text).is_err() {
                    return Poll::Ready(Step::Broken);
                }
                self.is_unflushed = true;
                return Poll::Ready(Step::Said(said.meaning));
            }
            Poll::Ready(Next::Close(code)) => return Poll::Ready(Step::Closed(code)),
            Poll::Pending => {}
        }
        if !self.is_unflushed {
            return Poll::Pending;
        }
        match self.socket.poll_flush_unpin(context) {
            Poll::Ready(Ok(())) => {
                self.is_unflushed = false;
                self.stalled = None;
                Poll::Pending
            }
            Poll::Ready(Err(_)) => Poll::Ready(Step::Broken),
            Poll::Pending => self.poll_stalled(context),
        }
    }

    /// What there is to do while the operating system takes nothing.
    fn poll_stalled(&mut self, context: &mut Context<'_>) -> Poll<Step> {
        self.stalled.get_or_insert_with(Instant::now);
        self.line.poll_close(context).map(Step::Closed)
    }

    /// Does what is due; the code when the socket is to be closed.
    fn look_at_clock(&mut self, session: &Session, limits: &Limits) -> Option<u16> {
        let now = Instant::now();
        let since = |then: Instant| now.saturating_duration_since(then);
        let heard = self.socket.get_ref().heard();
        if !session.is_greeted() && since(self.opened) >= ms(limits.hello_timeout_ms) {
            return Some(close_code::NO_HELLO);
        }
        if since(heard) >= ms(limits.silence_ms) {
            return Some(close_code::SILENT);
        }
        let stuck = self.stalled_since().map(since);
        if stuck.is_some_and(|stuck| stuck >= ms(limits.write_timeout_ms)) {
            return Some(close_code::TOO_SLOW);
        }
        let heartbeat = ms(limits.heartbeat_ms);
        if since(heard.max(self.pinged)) >= heartbeat && self.stalled.is_none() {
            self.pinged = now;
            let ping = Message::Ping(bytes::Bytes::new());
            // A socket that is broken says so at the next step.
            drop(self.socket.start_send_unpin(ping));
            self.is_unflushed = true;
        }
        None
    }

    /// Since when what is to be sent does not move at all.
    fn stalled_since(&self) -> Option<Instant> {
        let taken = self.socket.get_ref().taken();
        self.stalled.map(|then| then.max(taken))
    }

    /// When the clock is to be looked at again.
    fn next_due(&self, session: &Session, limits: &Limits) -> Instant {
        let heard = self.socket.get_ref().heard();
        let silent = heard + ms(limits.silence_ms);
        let hello = (!session.is_greeted()).then(|| self.opened + ms(limits.hello_timeout_ms));
        // Nothing is pinged while nothing can be sent.
        let ping_or_stuck = match self.stalled_since() {
            None => heard.max(self.pinged) + ms(limits.heartbeat_ms),
            Some(then) => then + ms(limits.write_timeout_ms),
        };
        // A socket that stalls in between is noticed at the ping that it would have got.
        silent.min(ping_or_stuck).min(hello.unwrap_or(silent))
    }

    /// Says goodbye and waits for the other side's.
    async fn close(&mut self, code: u16) {
        if self.goodbye(code).await.is_ok() {
            self.farewell().await;
        }
    }

    /// Reads on to the end. A goodbye that came is answered by the WebSocket itself, as soon as it
    /// is asked for more.
    async fn farewell(&mut self) {
        while let Some(Ok(_)) = self.socket.next().await {}
        self.linger().await;
    }

    /// Says goodbye to somebody whose bytes make no sense.
    async fn fail(&mut self, code: u16) {
        // What cannot be sent any more cannot be mended either.
        drop(self.goodbye(code).await);
        self.linger().await;
    }

    async fn goodbye(&mut self, code: u16) -> Result<(), Error> {
        let frame = CloseFrame {
            code: CloseCode::from(code),
            reason: close_reason(code).into(),
        };
        self.socket.send(Message::Close(Some(frame))).await
    }

    /// Reads to the end what the other side still sends. A connection that is dropped with bytes
    /// unread is reset, and a reset takes the goodbye away from who has not read it yet.
    async fn linger(&mut self) {
        let stream = self.socket.get_mut();
        if stream.shutdown().await.is_ok() {
            let mut rest = [0; 1_024];
            while let Ok(1..) = stream.read(&mut rest).await {}
        }
    }
}

fn ms(milliseconds: u32) -> Duration {
    Duration::from_millis(milliseconds.into())
}

/// What to do about something that could not be read (RFC 6455 section 7.4.1).
fn end_of(error: &Error) -> End {
    match error {
        Error::Utf8(_) => End::Fail(close_code::INVALID_UTF8),
        Error::Capacity(_) => End::Fail(close_code::TOO_BIG),
        Error::Protocol(ProtocolError::ResetWithoutClosingHandshake) => End::Gone,
        Error::Protocol(_) | Error::AttackAttempt => End::Fail(PROTOCOL_ERROR),
        Error::ConnectionClosed
        | Error::AlreadyClosed
        | Error::Io(_)
        | Error::Tls(_)
        | Error::WriteBufferFull(_)
        | Error::Url(_)
        | Error::Http(_)
        | Error::HttpFormat(_) => End::Gone,
    }
}
