//! Which peer a datagram belongs to, and whether it may reach it; the server's end of ICE.
//!
//! A datagram reaches a peer only from an address that a STUN binding request of that peer taught
//! us, one that proves to know the peer's ICE password (RFC 8445 section 7.3). Without this a
//! stranger who sends a DTLS ClientHello while a call connects keeps it from connecting.
//!
//! The server is a lite end (RFC 8445 section 2.5): it answers checks and makes none, so that ICE is
//! this table and an answer to each request.

use std::{collections::HashMap, net::SocketAddr};

use str0m::{
    crypto::{Sha1HmacProvider, from_feature_flags},
    ice::StunMessage,
};
use zoom_protocol::Limits;

use crate::{Protocol, members::Place, peer::Peer};

/// Bytes of the longest answer to a request.
const ANSWER_BYTES: usize = 128;

/// What a datagram is, by its first byte (RFC 7983).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Class {
    Stun,
    Dtls,
    /// RTP or RTCP.
    Media,
    Garbage,
}

/// Sorts a datagram.
pub(crate) fn classify(datagram: &[u8]) -> Class {
    match datagram.first() {
        Some(0..=3) if datagram.len() >= 20 => Class::Stun,
        Some(20..=63) if datagram.len() >= 13 => Class::Dtls,
        Some(128..=191) if datagram.len() >= 8 => Class::Media,
        Some(_) | None => Class::Garbage,
    }
}

/// The local user name fragment that a STUN binding request names (the part of USERNAME before the
/// colon, RFC 8445 section 7.2.2), so that an acceptor finds the media thread of an ICE-TCP
/// connection; `None` for everything else. It proves nothing yet: the peer checks the request.
pub fn peek_ufrag(datagram: &[u8]) -> Option<&str> {
    let request = read_request(datagram)?;
    let (local, _) = request.username()?.split_once(':')?;
    Some(local)
}

/// Reads a STUN binding request.
pub(crate) fn read_request(datagram: &[u8]) -> Option<StunMessage<'_>> {
    if classify(datagram) != Class::Stun {
        return None;
    }
    let message = StunMessage::parse(datagram).ok()?;
    message.is_binding_request().then_some(message)
}

/// The tables of addresses and user name fragments.
#[derive(Debug)]
pub(crate) struct Gate {
    addresses: HashMap<(Protocol, SocketAddr), Place>,
    ufrags: HashMap<String, Place>,
    /// Addresses of one peer at a time, and until its next ICE restart.
    most: (usize, u32),
    sha1: &'static dyn Sha1HmacProvider,
}

impl Gate {
    pub(crate) fn new(limits: &Limits) -> Self {
        Self {
            addresses: HashMap::new(),
            ufrags: HashMap::new(),
            most: (limits.peer_addresses as usize, limits.peer_addresses_proved),
            sha1: from_feature_flags().sha1_hmac_provider,
        }
    }

    /// Whose address this is.
    pub(crate) fn owner(&self, protocol: Protocol, address: SocketAddr) -> Option<Place> {
        self.addresses.get(&(protocol, address)).copied()
    }

    /// Whose user name fragment this is.
    pub(crate) fn named(&self, ufrag: &str) -> Option<Place> {
        self.ufrags.get(ufrag).copied()
    }

    /// Whether a request was made by somebody who knows the peer's password.
    pub(crate) fn proves(&self, request: &StunMessage<'_>, peer: &Peer) -> bool {
        request.verify(peer.own.pass.as_bytes(), |key, parts| {
            self.sha1.sha1_hmac(key, parts)
        })
    }

    /// The answer to a request that proves to be a peer's: where it came from (RFC 8445 section
    /// 7.3), or that the browser, which believes to be controlled, is to control (7.3.1.1).
    pub(crate) fn answer(
        &self,
        request: &StunMessage<'_>,
        peer: &Peer,
        from: SocketAddr,
    ) -> Option<Vec<u8>> {
        let id = request.trans_id();
        let answer = if request.ice_controlled().is_some() {
            StunMessage::binding_role_conflict_reply(id)
        } else {
            StunMessage::binding_reply(id, from)
        };
        let mut bytes = vec![0; ANSWER_BYTES];
        let password = Some(peer.own.pass.as_bytes());
        let sha1 = |key: &[u8], parts: &[&[u8]]| self.sha1.sha1_hmac(key, parts);
        let length = answer.to_bytes(password, &mut bytes, sha1).ok()?;
        bytes.truncate(length);
        Some(bytes)
    }

    /// Notes that an address is a peer's. An address has one owner: the last that proved it.
    /// Returns whether it is the peer's; a peer with too many addresses gets no more.
    pub(crate) fn learn(
        &mut self,
        who: Place,
        peer: &mut Peer,
        protocol: Protocol,
        address: SocketAddr,
    ) -> bool {
        let key = (protocol, address);
        if self.addresses.get(&key) == Some(&who) {
            return true;
        }
        let (at_a_time, in_all) = self.most;
        // An address that another peer took over in the meantime is no further one.
        if !peer.addresses.contains(&key) {
            if peer.lessons >= in_all {
                return false;
            }
            peer.lessons += 1;
            peer.addresses.push_back(key);
        }
        self.addresses.insert(key, who);
        if peer.addresses.len() > at_a_time
            && let Some(oldest) = peer.addresses.pop_front()
        {
            self.forget_address(who, oldest);
        }
        tracing::debug!(ufrag = peer.own.ufrag, ?protocol, %address, "address learned");
        true
    }

    /// Enters a peer's user name fragment.
    pub(crate) fn enter(&mut self, who: Place, ufrag: &str) {
        self.ufrags.insert(ufrag.to_owned(), who);
    }

    /// Strikes a user name fragment.
    pub(crate) fn strike(&mut self, ufrag: &str) {
        self.ufrags.remove(ufrag);
    }

    /// Forgets all about a peer.
    pub(crate) fn forget(&mut self, who: Place, peer: &Peer) {
        self.strike(&peer.own.ufrag);
        for address in &peer.addresses {
            self.forget_address(who, *address);
        }
    }

    pub(crate) fn sizes(&self) -> (usize, usize) {
        (self.addresses.len(), self.ufrags.len())
    }

    fn forget_address(&mut self, who: Place, address: (Protocol, SocketAddr)) {
        if self.addresses.get(&address) == Some(&who) {
            self.addresses.remove(&address);
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_is_not_a_binding_request_names_nobody() {
        assert_eq!(peek_ufrag(&[]), None);
        assert_eq!(peek_ufrag(&[0; 20]), None);
        assert_eq!(peek_ufrag(&[22; 100]), None);
    }

    proptest! {
        #[test]
        fn no_datagram_makes_the_reader_panic(mut datagram: Vec<u8>, length: u8) {
            if datagram.len() > 8 {
                datagram[..8].copy_from_slice(&[0, 1, 0, length & !3, 0x21, 0x12, 0xa4, 0x42]);
            }
            peek_ufrag(&datagram);
        }
    }
}
