//! How peers connect: ICE teaches us their addresses, DTLS brings the keys.

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    time::{Duration, Instant},
};

use zoom_protocol::{MediaEndReason, ParticipantId};

use crate::{
    Event, Handshaken, Handshaking, Protocol, Sfu, SrtpProfile, Transport, gate,
    handshake::{Agreed, Outcome},
    members::Place,
    session::Session,
};

/// How long nothing may come by UDP before a TCP connection is believed to be the better way:
/// browsers check every few seconds that a way is open.
const UDP_SILENCE: Duration = Duration::from_secs(6);

impl Sfu {
    /// The next piece of somebody's handshake. It is to be done on another thread and handed back
    /// by [`Sfu::handle_handshake`]; there is at most one of each peer at a time.
    pub fn poll_handshake(&mut self) -> Option<Handshaking> {
        self.handshakes.pop_front()
    }

    /// Takes back a piece of a handshake that was done, or left.
    pub fn handle_handshake(&mut self, now: Instant, done: Handshaken) {
        self.advance(now);
        self.stats.dropped_handshakes += done.dropped;
        let (place, now) = (done.place, self.now);
        // The peer may have ended meanwhile, and another be in its place.
        let outcome = self
            .members
            .peer_at_mut(place)
            .and_then(|peer| peer.handshake.done(now, done));
        if let Some(outcome) = outcome {
            self.dtls_out(place, outcome);
            self.carry_on(place);
        }
    }

    /// Does the handshakes that nobody has polled.
    pub(crate) fn shake_hands(&mut self) {
        while let Some(piece) = self.poll_handshake() {
            self.handle_handshake(self.now, piece.run());
        }
    }

    /// Answers a STUN request that proves to be a peer's, and learns its address.
    pub(crate) fn stun_in(&mut self, transport: Transport, payload: &[u8]) -> Option<Place> {
        let admitted = self.check_stun(transport, payload);
        if admitted.is_none() {
            self.stats.dropped_stun += 1;
        }
        admitted
    }

    fn check_stun(&mut self, transport: Transport, payload: &[u8]) -> Option<Place> {
        // A lite end sends no checks, so that only requests mean anything.
        let request = catch_unwind(|| gate::read_request(payload)).ok()??;
        let (local, remote) = request.username()?.split_once(':')?;
        let place = self.gate.named(local)?;
        let now = self.now;
        let peer = self.members.peer_at_mut(place)?;
        if remote != peer.other_ufrag || !self.gate.proves(&request, peer) {
            return None;
        }
        let known = self
            .gate
            .learn(place, peer, transport.protocol, transport.source);
        if !known {
            return None;
        }
        // The browser, which controls, sends by the way that it nominates, and wants to be sent by
        // it (RFC 8445 section 7.3.1.5). One that nominates a TCP connection too means it for when
        // UDP does not pass.
        let by_tcp = transport.protocol == Protocol::Tcp;
        let udp_passes = peer.way.is_some_and(|way| way.protocol == Protocol::Udp)
            && now < peer.udp_heard_at + UDP_SILENCE;
        let better = request.use_candidate() && !(by_tcp && udp_passes);
        if better || peer.way.is_none() {
            peer.way = Some(transport.reversed());
        }
        peer.heard_at = now;
        if let Some(answer) = self.gate.answer(&request, peer, transport.source) {
            self.signal(place, transport.reversed(), answer);
        }
        Some(place)
    }

    /// Takes a DTLS datagram of a peer.
    pub(crate) fn dtls_in(&mut self, place: Place, payload: &[u8]) {
        let now = self.now;
        let Some(peer) = self.members.peer_at_mut(place) else {
            return;
        };
        peer.heard_at = now;
        if peer.is_connected() {
            self.dtls(place, |handshake| handshake.receive(now, payload));
        } else if peer.handshake.wait(payload) {
            self.carry_on(place);
        } else {
            self.stats.dropped_handshakes += 1;
        }
    }

    /// Does what DTLS wants done now.
    pub(crate) fn dtls_due(&mut self, place: Place) {
        let now = self.now;
        self.dtls(place, |handshake| handshake.handle_timeout(now));
    }

    fn dtls(
        &mut self,
        place: Place,
        work: impl FnOnce(&mut crate::handshake::Handshake) -> Outcome,
    ) {
        let Some(peer) = self.members.peer_at_mut(place) else {
            return;
        };
        let outcome = catch_unwind(AssertUnwindSafe(|| work(&mut peer.handshake)));
        if let Ok(outcome) = outcome {
            self.dtls_out(place, outcome);
        } else if let Some(participant) = self.members.at(place) {
            let who = participant.id;
            tracing::warn!(participant = %who, "DTLS panicked");
            self.end(who, MediaEndReason::Failed);
        }
    }

    /// Has the handshake of a peer carried on, where something waits for it.
    fn carry_on(&mut self, place: Place) {
        let now = self.now;
        let Some(peer) = self.members.peer_at_mut(place) else {
            return;
        };
        if let Some(piece) = peer.handshake.work(place, now) {
            self.handshakes.push_back(piece);
        }
    }

    /// Carries out what came of DTLS.
    fn dtls_out(&mut self, place: Place, outcome: Outcome) {
        let Some(participant) = self.members.at_mut(place) else {
            return;
        };
        let who = participant.id;
        let Some(peer) = participant.peer.as_deref_mut() else {
            return;
        };
        let was_connected = peer.is_connected();
        if let Some(way) = peer.way {
            for packet in outcome.packets {
                self.signal(place, way, packet);
            }
        }
        if let Some(error) = outcome.failed {
            tracing::debug!(participant = %who, error, "DTLS failed");
            let reason = if was_connected {
                MediaEndReason::Failed
            } else {
                MediaEndReason::NotConnected
            };
            self.end(who, reason);
        } else if outcome.closed {
            self.end(who, MediaEndReason::Lost);
        } else {
            if let Some(agreed) = outcome.agreed.filter(|_| outcome.connected) {
                self.on_connected(place, who, &agreed);
            }
            self.arm(place);
        }
    }

    /// The handshake is done, with who has the certificate that the offer promises.
    fn on_connected(&mut self, place: Place, who: ParticipantId, agreed: &Agreed) {
        let now = self.now;
        let Self {
            members, limits, ..
        } = self;
        let Some(peer) = members.peer_at_mut(place) else {
            return;
        };
        if peer.is_connected() {
            return;
        }
        let every = Duration::from_millis(limits.report_ms.into());
        peer.report_at = Some(now + every);
        peer.stats.srtp = SrtpProfile::of(agreed.profile);
        let ssrc = peer.feedback_ssrc();
        match Session::new(limits, agreed, ssrc, now) {
            Ok(session) => peer.session = Some(Box::new(session)),
            Err(error) => {
                tracing::warn!(participant = %who, %error, "the handshake left no keys");
                self.end(who, MediaEndReason::Failed);
                return;
            }
        }
        tracing::info!(participant = %who, "peer connected");
        self.tell(Event::Connected { participant: who });
        self.apply_assignments(who);
    }

    /// Has a datagram of ICE or DTLS sent.
    fn signal(&mut self, place: Place, way: Transport, datagram: Vec<u8>) {
        if let Some(peer) = self.members.peer_at_mut(place) {
            peer.stats.packets_out += 1;
            peer.stats.bytes_out += datagram.len() as u64;
            self.totals.packets_out += 1;
            self.totals.bytes_out += datagram.len() as u64;
        }
        self.signals.push((way, datagram));
    }
}
