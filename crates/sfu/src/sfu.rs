//! The whole of one media thread.

use std::time::Instant;

use crate::{Command, Output, SfuConfig, Transport};

/// The rooms of one media thread.
///
/// The driver gives it a whole batch of received datagrams and commands, then drains the outputs
/// once, then sleeps until [`Sfu::poll_timeout`] or the next input:
///
/// ```no_run
/// # use std::time::Instant;
/// # use zoom_sfu::{Command, Output, Sfu, Transport};
/// # fn receive_until(_: Option<Instant>) -> (Vec<(Transport, Vec<u8>)>, Vec<Command>) { todo!() }
/// # fn drive(mut sfu: Sfu) {
/// loop {
///     let (datagrams, commands) = receive_until(sfu.poll_timeout());
///     let now = Instant::now();
///     for command in commands {
///         sfu.handle_command(now, command);
///     }
///     for (transport, payload) in &datagrams {
///         sfu.handle_datagram(now, *transport, payload);
///     }
///     sfu.handle_timeout(now);
///     while let Some(output) = sfu.poll_output() {
///         match output {
///             Output::Transmit { transport, payload } => { /* send it */ }
///             Output::Event(event) => { /* tell the server */ }
///         }
///     }
/// }
/// # }
/// ```
///
/// Draining after each single datagram is right too, but costs about twice the time: a received
/// packet is written to everybody first, and each peer is then polled once for the whole batch.
#[derive(Debug)]
pub struct Sfu {
    _config: SfuConfig,
}

impl Sfu {
    /// An empty one.
    pub fn new(config: SfuConfig) -> Self {
        Self { _config: config }
    }

    /// Takes a received datagram. `now` never goes backwards between calls.
    pub fn handle_datagram(&mut self, _now: Instant, _transport: Transport, _payload: &[u8]) {}

    /// Takes a command.
    pub fn handle_command(&mut self, _now: Instant, _command: Command) {}

    /// Does what is due at `now`; may be called at any time.
    pub fn handle_timeout(&mut self, _now: Instant) {}

    /// What is to be done next; `None` until there is input again.
    pub fn poll_output(&mut self) -> Option<Output> {
        None
    }

    /// When [`Sfu::handle_timeout`] is due; `None` while there is nothing to wait for. To be asked
    /// after the outputs are drained.
    pub fn poll_timeout(&self) -> Option<Instant> {
        None
    }

    /// Whether this SFU has the peer whose local ICE user name fragment this is
    /// ([`peek_ufrag`] reads it from a STUN request).
    pub fn has_ufrag(&self, _ufrag: &str) -> bool {
        false
    }
}

/// The local user name fragment that a STUN binding request names (the part of USERNAME before the
/// colon, RFC 8445 section 7.2.2), so that an acceptor finds the media thread of an ICE-TCP
/// connection; `None` for everything else. It proves nothing yet: the peer checks the request.
pub fn peek_ufrag(_datagram: &[u8]) -> Option<&str> {
    None
}
