//! Figures for logs, tests and the operator.

use crate::{MediaTotals, SrtpProfile};

/// What one peer sent and was sent, as datagrams.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PeerStats {
    /// Datagrams received from it and let through the address gate.
    pub packets_in: u64,
    /// Their bytes, without the headers of UDP and IP.
    pub bytes_in: u64,
    /// Datagrams sent to it.
    pub packets_out: u64,
    /// Their bytes, without the headers of UDP and IP.
    pub bytes_out: u64,
    /// Media packets among the received ones that were taken for forwarding.
    pub media_in: u64,
    /// Media packets of others that were handed to it, without retransmissions.
    pub media_out: u64,
    /// Key frames that it was asked for.
    pub keys_asked: u64,
    /// How its media is sealed, once the handshake has said so.
    pub srtp: Option<SrtpProfile>,
}

/// What a whole [`Sfu`](crate::Sfu) holds, and what it dropped since it was made.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SfuStats {
    /// Rooms with somebody in them.
    pub rooms: usize,
    /// Participants about whom something is kept.
    pub participants: usize,
    /// Peers, connected or not.
    pub peers: usize,
    /// Addresses that peers proved to be theirs.
    pub addresses: usize,
    /// ICE user name fragments.
    pub ufrags: usize,
    /// Timers that are set.
    pub timers: usize,
    /// Publishers of whom somebody is a subscriber.
    pub watched: usize,
    /// Datagrams that are neither STUN, DTLS, RTP nor RTCP, or are cut off.
    pub dropped_garbage: u64,
    /// Datagrams other than STUN requests from addresses that no peer proved to be its own.
    pub dropped_strangers: u64,
    /// STUN messages that are no requests, name nobody here, or were made without the password.
    pub dropped_stun: u64,
    /// DTLS datagrams of peers that connect, for which nobody had the time.
    pub dropped_handshakes: u64,
    /// RTP packets of streams beyond those that a peer may send.
    pub dropped_streams: u64,
    /// What its peers did in all.
    pub totals: MediaTotals,
}
