//! The one acceptor of ICE-TCP connections (RFC 6544, passive): it reads a connection's first
//! frame, which has to be a STUN request, and hands the connection to the media threads.
//!
//! A stranger can take a place here for `ice_tcp_timeout_ms`, and never costs a media thread more
//! than a look into a table.

use std::{
    collections::HashMap,
    io,
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread::{self, JoinHandle},
    time::{Duration, Instant},
};

use mio::{
    Events, Interest, Poll, Token, Waker,
    net::{TcpListener, TcpStream},
};
use socket2::{Domain, Protocol, SockRef, Socket, Type};
use zoom_protocol::Limits;
use zoom_sfu::peek_ufrag;

use super::{
    address::Addresses,
    framing::{Fill, FrameReader},
    queue::{Control, Handover, Queue},
    seats::{Seat, Seats},
};

const WAKE: Token = Token(usize::MAX);
/// No STUN request is longer: with IPv6 one datagram without fragments (RFC 8489 section 6.1).
const FIRST_FRAME_BYTES: usize = 1_280;
/// Connections that wait for the acceptor in the system.
const BACKLOG: i32 = 256;

/// The running acceptor.
#[derive(Debug)]
pub(super) struct Acceptor {
    thread: JoinHandle<()>,
    waker: Waker,
    stopping: Arc<AtomicBool>,
}

/// What the acceptor works with.
#[derive(Debug)]
pub(super) struct AcceptorConfig {
    /// The sockets, IPv4 and IPv6 as far as there are both.
    pub listeners: Vec<TcpListener>,
    /// The first of the media threads; each hands what it does not know to the next.
    pub first: Arc<Queue>,
    /// Which addresses clients are told.
    pub addresses: Arc<Addresses>,
    /// The places for connections.
    pub seats: Seats,
    /// Every bound.
    pub limits: Limits,
}

/// Opens a TCP port of one family.
pub(super) fn listen(family: Domain, port: u16) -> io::Result<TcpListener> {
    let socket = Socket::new(family, Type::STREAM, Some(Protocol::TCP))?;
    let unspecified: IpAddr = if family == Domain::IPV6 {
        socket.set_only_v6(true)?;
        Ipv6Addr::UNSPECIFIED.into()
    } else {
        Ipv4Addr::UNSPECIFIED.into()
    };
    // On Unix it allows a start right after a stop, and no two listeners at once.
    #[cfg(unix)]
    socket.set_reuse_address(true)?;
    socket.bind(&SocketAddr::new(unspecified, port).into())?;
    socket.listen(BACKLOG)?;
    socket.set_nonblocking(true)?;
    Ok(TcpListener::from_std(socket.into()))
}

impl Acceptor {
    /// Starts the thread.
    pub(super) fn start(config: AcceptorConfig) -> io::Result<Self> {
        let poll = Poll::new()?;
        let waker = Waker::new(poll.registry(), WAKE)?;
        let stopping = Arc::new(AtomicBool::new(false));
        let mut listeners = config.listeners;
        for (index, listener) in listeners.iter_mut().enumerate() {
            poll.registry()
                .register(listener, Token(index), Interest::READABLE)?;
        }
        let mut run = Run {
            poll,
            next: listeners.len(),
            listeners,
            pending: HashMap::new(),
            most_pending: config.limits.ice_tcp_pending as usize,
            patience: Duration::from_millis(config.limits.ice_tcp_timeout_ms.into()),
            queue_bytes: config.limits.ice_tcp_queue_bytes as usize,
            first: config.first,
            addresses: config.addresses,
            seats: config.seats,
            paused_until: None,
        };
        let told = Arc::clone(&stopping);
        let thread = thread::Builder::new()
            .name("media-tcp".into())
            .spawn(move || run.until(&told))?;
        Ok(Self {
            thread,
            waker,
            stopping,
        })
    }

    /// Stops it and closes its port.
    pub(super) fn stop(self) {
        self.stopping.store(true, Ordering::Release);
        if let Err(error) = self.waker.wake() {
            tracing::warn!(%error, "cannot wake the ICE-TCP acceptor");
            return;
        }
        if self.thread.join().is_err() {
            tracing::error!("the ICE-TCP acceptor had ended by a panic");
        }
    }
}

/// A connection whose first frame is not there yet.
#[derive(Debug)]
struct Pending {
    stream: TcpStream,
    remote: SocketAddr,
    local: SocketAddr,
    reader: FrameReader,
    deadline: Instant,
    seat: Seat,
}

#[derive(Debug)]
struct Run {
    poll: Poll,
    listeners: Vec<TcpListener>,
    pending: HashMap<Token, Pending>,
    next: usize,
    most_pending: usize,
    patience: Duration,
    queue_bytes: usize,
    first: Arc<Queue>,
    addresses: Arc<Addresses>,
    seats: Seats,
    /// Out of file handles: accepting would fail again at once.
    paused_until: Option<Instant>,
}

/// How long accepting rests after the system refused it.
const PAUSE: Duration = Duration::from_millis(100);

impl Run {
    fn until(&mut self, stopping: &AtomicBool) {
        let mut events = Events::with_capacity(256);
        while !stopping.load(Ordering::Acquire) {
            let now = Instant::now();
            let deadlines = self.pending.values().map(|pending| pending.deadline);
            let next = deadlines.chain(self.paused_until).min();
            let timeout = next.map(|next| next.saturating_duration_since(now));
            if let Err(error) = self.poll.poll(&mut events, timeout)
                && error.kind() != io::ErrorKind::Interrupted
            {
                tracing::error!(%error, "the ICE-TCP acceptor cannot wait");
                return;
            }
            let now = Instant::now();
            for event in &events {
                match event.token() {
                    WAKE => {}
                    Token(index) if index < self.listeners.len() => self.accept(index, now),
                    token => self.read(token),
                }
            }
            if self.paused_until.is_some_and(|until| until <= now) {
                self.paused_until = None;
                for index in 0..self.listeners.len() {
                    self.accept(index, now);
                }
            }
            self.pending.retain(|_, pending| pending.deadline > now);
        }
    }

    fn accept(&mut self, index: usize, now: Instant) {
        while let Some(listener) = self.listeners.get(index) {
            match listener.accept() {
                Ok((stream, remote)) => {
                    if let Err(error) = self.admit(stream, remote, now) {
                        tracing::debug!(%error, "an ICE-TCP connection broke at once");
                    }
                }
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => return,
                Err(error) if is_of_one(&error) => {}
                Err(error) => {
                    tracing::warn!(%error, "cannot accept ICE-TCP connections");
                    self.paused_until = Some(now + PAUSE);
                    return;
                }
            }
        }
    }

    /// Takes a connection up, or drops it, which closes it, where there is no place for it.
    fn admit(&mut self, mut stream: TcpStream, remote: SocketAddr, now: Instant) -> io::Result<()> {
        if self.pending.len() >= self.most_pending {
            return Ok(());
        }
        let Some(seat) = self.seats.take(remote.ip()) else {
            return Ok(());
        };
        // Media that waits for company comes late; media that waits in a long buffer too.
        stream.set_nodelay(true)?;
        SockRef::from(&stream).set_send_buffer_size(self.queue_bytes)?;
        let local = stream.local_addr()?;
        let local = SocketAddr::new(self.addresses.told_for(local.ip()), local.port());
        let token = Token(self.next);
        self.next = self.next.wrapping_add(1).max(self.listeners.len());
        self.poll
            .registry()
            .register(&mut stream, token, Interest::READABLE)?;
        let pending = Pending {
            stream,
            remote,
            local,
            reader: FrameReader::default(),
            deadline: now + self.patience,
            seat,
        };
        self.pending.insert(token, pending);
        Ok(())
    }

    /// Reads until the first frame is whole; then the connection goes to the media threads.
    fn read(&mut self, token: Token) {
        let Some(pending) = self.pending.get_mut(&token) else {
            return;
        };
        loop {
            if let Some(frame) = pending.reader.peek_frame() {
                let known = peek_ufrag(frame).is_some();
                if let Some(pending) = self.pending.remove(&token)
                    && known
                {
                    self.hand_over(pending);
                }
                return;
            }
            let too_long = |length| length > FIRST_FRAME_BYTES;
            match pending.reader.fill(&mut pending.stream) {
                Ok(Fill::Empty) => return,
                Ok(Fill::Bytes) if !pending.reader.announced().is_some_and(too_long) => {}
                Ok(Fill::Bytes | Fill::Closed) | Err(_) => {
                    self.pending.remove(&token);
                    return;
                }
            }
        }
    }

    fn hand_over(&self, pending: Pending) {
        let mut stream = pending.stream;
        if let Err(error) = self.poll.registry().deregister(&mut stream) {
            tracing::debug!(%error, "an ICE-TCP connection cannot be handed over");
            return;
        }
        let handover = Handover {
            stream,
            remote: pending.remote,
            local: pending.local,
            reader: pending.reader,
            seat: pending.seat,
            asked: 0,
        };
        if self
            .first
            .push(Control::Connection(Box::new(handover)))
            .is_err()
        {
            tracing::debug!("an ICE-TCP connection found the media threads busy");
        }
    }
}

/// Whether an error of accepting is of one connection, and the next may be fine.
fn is_of_one(error: &io::Error) -> bool {
    let kind = error.kind();
    kind == io::ErrorKind::Interrupted || kind == io::ErrorKind::ConnectionAborted
}
