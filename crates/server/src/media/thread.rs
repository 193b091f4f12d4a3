//! The loop of a media thread.
//!
//! One turn receives what has come, hands it to the SFU, drains the outputs once, and sends them
//! in a batch. It waits for nothing but the next input or the SFU's next deadline: a send buffer
//! that is full costs the packets that do not fit.

use std::{
    collections::{HashMap, VecDeque},
    io,
    net::SocketAddr,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{Arc, atomic::Ordering},
    time::{Duration, Instant},
};

use mio::{Events, Poll, Token};
use zoom_sfu::{Protocol, Transmit, Transport, peek_ufrag};

use super::{
    address::Addresses,
    connection::{Connection, Patience},
    core::Core,
    counters::Counters,
    framing::Fill,
    queue::{Control, Handover, Queue},
    socket::{Batch, UdpPort},
    workers::{Job, Workers},
};

/// The token of the queue's wake-up.
pub(super) const WAKE: Token = Token(usize::MAX);
/// Batches of one port that are received before outputs are drained: what came is forwarded
/// before more is taken, however fast it comes.
const BATCHES_PER_TURN: usize = 4;
/// Reads of one connection in a turn.
const READS_PER_TURN: usize = 4;
/// When a room that was behind is tried again.
const RETRY: Duration = Duration::from_millis(20);

/// What a media thread runs with.
pub(super) struct ThreadConfig {
    pub poll: Poll,
    pub queue: Arc<Queue>,
    /// The thread after this one, for connections whose peer is not here.
    pub next: Arc<Queue>,
    /// How many threads there are to be asked.
    pub threads: usize,
    pub ports: Vec<UdpPort>,
    pub addresses: Arc<Addresses>,
    pub patience: Patience,
    pub queue_bytes: usize,
    pub counters: Arc<Counters>,
    /// Who carries on handshakes.
    pub workers: Arc<Workers>,
}

/// The sockets of a media thread.
pub(super) struct MediaThread {
    config: ThreadConfig,
    connections: HashMap<Token, Connection>,
    /// The connection of each way: the client's address and the candidate.
    ways: HashMap<(SocketAddr, SocketAddr), Token>,
    next_token: usize,
    /// Connections that may have something to read.
    busy: Vec<Token>,
    /// Connections that may have something to write.
    unflushed: Vec<Token>,
    controls: VecDeque<Control>,
    batch: Batch,
    next_sweep: Option<Instant>,
    /// The turn before broke off: what it was woken for may not be done.
    again: bool,
}

/// Whether the loop goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Next {
    Turn,
    End,
}

impl MediaThread {
    pub(super) fn new(mut config: ThreadConfig) -> io::Result<Self> {
        for (index, port) in config.ports.iter_mut().enumerate() {
            port.register(config.poll.registry(), Token(index))?;
        }
        Ok(Self {
            next_token: config.ports.len(),
            config,
            connections: HashMap::new(),
            ways: HashMap::new(),
            busy: Vec::new(),
            unflushed: Vec::new(),
            controls: VecDeque::new(),
            batch: Batch::new(),
            next_sweep: None,
            again: false,
        })
    }

    /// Runs until it is told to stop. A panic ends the peers of this thread, who come back by
    /// another offer, and not the thread.
    pub(super) fn run(mut self, mut core: Core) {
        let _closing = Closing(Arc::clone(&self.config.queue));
        let mut events = Events::with_capacity(1_024);
        loop {
            let turn = catch_unwind(AssertUnwindSafe(|| self.turn(&mut core, &mut events)));
            match turn {
                Ok(Ok(Next::Turn)) => {}
                Ok(Ok(Next::End)) => break,
                Ok(Err(error)) => {
                    tracing::error!(%error, "a media thread cannot wait for input and ends");
                    break;
                }
                Err(_) => {
                    tracing::error!("a media thread had a fault; its peers begin again");
                    self.config.counters.faults.fetch_add(1, Ordering::Relaxed);
                    self.reset();
                    core.restart(Instant::now());
                }
            }
        }
        core.close_all(Instant::now());
        self.send(&mut core, Instant::now());
    }

    fn turn(&mut self, core: &mut Core, events: &mut Events) -> io::Result<Next> {
        let timeout = self.timeout(core);
        self.again = false;
        if let Err(error) = self.config.poll.poll(events, timeout)
            && error.kind() != io::ErrorKind::Interrupted
        {
            return Err(error);
        }
        for event in &*events {
            self.note(event);
        }
        self.config.counters.turns.fetch_add(1, Ordering::Relaxed);
        let now = Instant::now();
        let next = self.handle_controls(core, now);
        self.receive_udp(core, now);
        self.receive_tcp(core, now);
        core.sfu().handle_timeout(now);
        self.hand_out(core, now);
        self.send(core, now);
        self.sweep(now);
        Ok(next)
    }

    /// How long there is nothing to do.
    fn timeout(&self, core: &mut Core) -> Option<Duration> {
        if self.again || !self.busy.is_empty() || self.config.ports.iter().any(|port| port.readable)
        {
            return Some(Duration::ZERO);
        }
        let now = Instant::now();
        let retry = core.is_behind().then(|| now + RETRY);
        let deadlines = [core.sfu().poll_timeout(), retry, self.next_sweep];
        let next = deadlines.into_iter().flatten().min()?;
        // The system waits in whole milliseconds, and `mio` rounds up: a deadline is met late by
        // less than one, rather than too early and twice.
        Some(next.saturating_duration_since(now))
    }

    fn note(&mut self, event: &mio::event::Event) {
        let token = event.token();
        if token == WAKE {
            return;
        }
        if let Some(port) = self.config.ports.get_mut(token.0) {
            port.readable = true;
        } else if let Some(connection) = self.connections.get_mut(&token) {
            if event.is_writable() {
                connection.set_writable();
                self.unflushed.push(token);
            }
            if event.is_readable() || event.is_read_closed() || event.is_error() {
                connection.readable = true;
                self.busy.push(token);
            }
        }
    }

    fn handle_controls(&mut self, core: &mut Core, now: Instant) -> Next {
        // What a fault left over comes first; one by one, so that a fault loses one alone.
        let mut next = self.handle_waiting(core, now);
        self.config.queue.take(&mut self.controls);
        if self.handle_waiting(core, now) == Next::End {
            next = Next::End;
        }
        next
    }

    fn handle_waiting(&mut self, core: &mut Core, now: Instant) -> Next {
        let mut next = Next::Turn;
        while let Some(control) = self.controls.pop_front() {
            match control {
                Control::OpenRoom { room, events } => core.open_room(room, events),
                Control::CloseRoom { room } => core.close_room(now, room),
                Control::Command { room, command } => core.command(now, room, command),
                Control::Reoffer {
                    participant,
                    offer,
                    reply,
                } => core.reoffer(now, participant, offer, reply),
                Control::Handshaken(done) => core.sfu().handle_handshake(now, done),
                Control::Connection(handover) => self.take_over(core, *handover, now),
                Control::Stats { reply } => {
                    // Who asked may have waited for too long.
                    let _ = reply.send(core.sfu().stats());
                }
                Control::Stop => next = Next::End,
                #[cfg(test)]
                Control::Tell(event) => core.event(event),
                #[cfg(test)]
                Control::Fault => panic!("a fault, as asked for"),
            }
        }
        next
    }

    /// Takes an ICE-TCP connection whose peer is here, or asks the next thread.
    fn take_over(&mut self, core: &mut Core, mut handover: Handover, now: Instant) {
        let ufrag = handover.reader.peek_frame().and_then(peek_ufrag);
        if !ufrag.is_some_and(|ufrag| core.sfu().has_ufrag(ufrag)) {
            handover.asked += 1;
            if handover.asked < self.config.threads {
                let control = Control::Connection(Box::new(handover));
                if self.config.next.push(control).is_err() {
                    tracing::debug!("an ICE-TCP connection found a media thread busy");
                }
            }
            return;
        }
        let token = Token(self.next_token);
        self.next_token += 1;
        let registry = self.config.poll.registry();
        match Connection::new(handover, self.config.queue_bytes, registry, token, now) {
            Ok(connection) => {
                let way = (connection.remote, connection.local);
                self.ways.insert(way, token);
                let deadline = connection.deadline(self.config.patience);
                self.connections.insert(token, connection);
                self.busy.push(token);
                self.next_sweep = Some(self.next_sweep.map_or(deadline, |at| at.min(deadline)));
            }
            Err(error) => tracing::debug!(%error, "an ICE-TCP connection broke at once"),
        }
    }

    fn receive_udp(&mut self, core: &mut Core, now: Instant) {
        let mut received = 0;
        for port in &mut self.config.ports {
            for _ in 0..BATCHES_PER_TURN {
                if !port.readable {
                    break;
                }
                if let Err(error) = port.receive(&mut self.batch) {
                    // An ICMP answer to something sent earlier, say: nothing of this port's.
                    tracing::trace!(%error, "a receive failed");
                    continue;
                }
                for (source, local, datagram) in self.batch.datagrams() {
                    received += 1;
                    let Some(local) = local else { continue };
                    let told = self.config.addresses.told_for(local);
                    let transport = Transport {
                        protocol: Protocol::Udp,
                        source,
                        destination: SocketAddr::new(told, port.port()),
                    };
                    core.sfu().handle_datagram(now, transport, datagram);
                }
            }
        }
        let counters = &self.config.counters;
        counters.received.fetch_add(received, Ordering::Relaxed);
    }

    fn receive_tcp(&mut self, core: &mut Core, now: Instant) {
        let mut busy = std::mem::take(&mut self.busy);
        busy.sort_unstable();
        busy.dedup();
        busy.retain(|token| {
            let Some(connection) = self.connections.get_mut(token) else {
                return false;
            };
            match read_frames(connection, core, now) {
                Ok(received) => {
                    let counters = &self.config.counters;
                    counters.received.fetch_add(received, Ordering::Relaxed);
                    connection.readable
                }
                Err(error) => {
                    tracing::debug!(%error, "an ICE-TCP connection ended");
                    self.close(*token);
                    false
                }
            }
        });
        self.busy = busy;
    }

    /// Gives handshakes to the workers. One that they have no time for stays, and the client sends
    /// again what was not read.
    fn hand_out(&self, core: &mut Core, now: Instant) {
        while let Some(piece) = core.sfu().poll_handshake() {
            let job = Job::Handshake(piece, Arc::clone(&self.config.queue));
            if let Err(Job::Handshake(piece, _)) = self.config.workers.push(job) {
                core.sfu().handle_handshake(now, piece.leave());
            }
        }
    }

    /// Sends what the SFU wants sent, each by the port or connection that it leaves by.
    fn send(&mut self, core: &mut Core, now: Instant) {
        let (mut dropped, mut sent) = (0, 0);
        core.drain(|transmit| {
            let Transport {
                protocol,
                source,
                destination,
            } = transmit.transport;
            match protocol {
                Protocol::Udp => {
                    let mut ports = self.config.ports.iter();
                    let Some(port) = ports.find(|port| port.reaches(destination)) else {
                        dropped += transmit.datagrams().count() as u64;
                        return;
                    };
                    let source = self.config.addresses.own_for(source.ip());
                    let Transmit {
                        contents, segment, ..
                    } = transmit;
                    let outcome = port.send(source, destination, contents, segment);
                    sent += outcome.sent;
                    dropped += outcome.full + outcome.refused;
                }
                Protocol::Tcp => {
                    let token = self.ways.get(&(destination, source)).copied();
                    let mut connection = token.and_then(|token| self.connections.get_mut(&token));
                    for datagram in transmit.datagrams() {
                        let taken = connection
                            .as_mut()
                            .is_some_and(|connection| connection.send(datagram, now));
                        if taken {
                            sent += 1;
                        } else {
                            dropped += 1;
                        }
                    }
                    self.unflushed.extend(token);
                }
            }
        });
        let counters = &self.config.counters;
        counters.sent.fetch_add(sent, Ordering::Relaxed);
        counters.dropped.fetch_add(dropped, Ordering::Relaxed);
        let mut unflushed = std::mem::take(&mut self.unflushed);
        for token in unflushed.drain(..) {
            let connection = self.connections.get_mut(&token);
            if let Some(Err(error)) = connection.map(Connection::flush) {
                tracing::debug!(%error, "an ICE-TCP connection ended");
                self.close(token);
            }
        }
        self.unflushed = unflushed;
    }

    /// Closes connections that have been of no use for too long.
    fn sweep(&mut self, now: Instant) {
        if self.next_sweep.is_none_or(|at| at > now) {
            return;
        }
        let patience = self.config.patience;
        let stale: Vec<Token> = self
            .connections
            .iter()
            .filter(|(_, connection)| connection.deadline(patience) <= now)
            .map(|(token, _)| *token)
            .collect();
        for token in stale {
            self.close(token);
        }
        let deadlines = self.connections.values().map(|c| c.deadline(patience));
        self.next_sweep = deadlines.min();
    }

    fn close(&mut self, token: Token) {
        if let Some(connection) = self.connections.remove(&token) {
            let way = (connection.remote, connection.local);
            if self.ways.get(&way) == Some(&token) {
                self.ways.remove(&way);
            }
            connection.close(self.config.poll.registry());
        }
    }

    /// Forgets what belonged to peers that are no more.
    fn reset(&mut self) {
        let tokens: Vec<Token> = self.connections.keys().copied().collect();
        for token in tokens {
            self.close(token);
        }
        self.again = true;
        self.busy.clear();
        self.unflushed.clear();
        for port in &mut self.config.ports {
            port.readable = true;
        }
    }
}

/// However the loop ends, nobody waits for it any more.
struct Closing(Arc<Queue>);

impl Drop for Closing {
    fn drop(&mut self) {
        self.0.close();
    }
}

/// Hands whole frames to the SFU; an error is the end of the connection.
fn read_frames(connection: &mut Connection, core: &mut Core, now: Instant) -> io::Result<u64> {
    let transport = Transport {
        protocol: Protocol::Tcp,
        source: connection.remote,
        destination: connection.local,
    };
    let mut received = 0;
    for _ in 0..READS_PER_TURN {
        while let Some(frame) = connection.reader.next_frame() {
            received += 1;
            core.sfu().handle_datagram(now, transport, frame);
        }
        if !connection.readable {
            break;
        }
        if connection.fill()? == Fill::Closed {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
    }
    Ok(received)
}
