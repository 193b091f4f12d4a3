//! How many RTP streams a peer may send.
//!
//! A session remembers every SSRC that it has ever received, so that a client which changes it with
//! each packet would fill the memory. The header of RTP is in clear: what goes beyond is dropped
//! before the session sees it. Nobody has vouched for a header yet, so the number grows with time
//! again: a burst of forged packets does not keep a camera from ever being switched on.

use std::{
    collections::HashSet,
    time::{Duration, Instant},
};

use zoom_protocol::Limits;

/// The RTP streams that a peer has begun.
#[derive(Debug)]
pub(crate) struct Ssrcs {
    began: HashSet<u32>,
    since: Instant,
    at_once: u32,
    per_minute: u32,
}

impl Ssrcs {
    /// None yet.
    pub(crate) fn new(limits: &Limits, now: Instant) -> Self {
        Self {
            began: HashSet::new(),
            since: now,
            at_once: limits.peer_streams,
            per_minute: limits.peer_streams_per_minute,
        }
    }

    /// Whether a datagram may reach the session: it is no RTP, or of a stream that there is, or of
    /// one that may begin.
    pub(crate) fn admit(&mut self, now: Instant, datagram: &[u8]) -> bool {
        let Some(ssrc) = ssrc(datagram) else {
            return true;
        };
        if self.began.contains(&ssrc) {
            return true;
        }
        let waited: Duration = now.saturating_duration_since(self.since);
        let over_time = waited.as_secs() * u64::from(self.per_minute) / 60;
        let may_begin = (self.began.len() as u64) < u64::from(self.at_once) + over_time;
        if may_begin {
            self.began.insert(ssrc);
        }
        may_begin
    }
}

/// The SSRC of an RTP packet (RFC 3550 section 5.1); none of anything else. The types 64 to 95 are
/// RTCP (RFC 5761 section 4).
fn ssrc(datagram: &[u8]) -> Option<u32> {
    let [first, second, ..] = datagram else {
        return None;
    };
    if !(128..=191).contains(first) || (64..=95).contains(&(second & 0x7f)) {
        return None;
    }
    let ssrc = datagram.get(8..12)?.try_into().ok()?;
    Some(u32::from_be_bytes(ssrc))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn packet(kind: u8, ssrc: u32) -> Vec<u8> {
        let mut packet = vec![0x80, kind, 0, 1, 0, 0, 0, 1];
        packet.extend(ssrc.to_be_bytes());
        packet
    }

    fn two_and_then_six_a_minute(now: Instant) -> Ssrcs {
        let mut limits = Limits::default();
        limits.peer_streams = 2;
        limits.peer_streams_per_minute = 6;
        Ssrcs::new(&limits, now)
    }

    #[expect(
        clippy::disallowed_methods,
        reason = "virtual time begins at some instant"
    )]
    fn first_instant() -> Instant {
        Instant::now()
    }

    #[test]
    fn streams_beyond_the_limit_begin_only_with_time() {
        let now = first_instant();
        let mut ssrcs = two_and_then_six_a_minute(now);
        let mut admitted = |seconds, ssrc| {
            let at = now + Duration::from_secs(seconds);
            ssrcs.admit(at, &packet(111, ssrc))
        };
        assert!(admitted(0, 1) && admitted(0, 2));
        assert!(!admitted(0, 3));
        assert!(admitted(1, 1), "it has begun");
        assert!(!admitted(9, 3));
        assert!(admitted(10, 3));
        assert!(!admitted(11, 4));
    }

    #[test]
    fn what_is_no_rtp_is_not_counted() {
        let now = first_instant();
        let mut ssrcs = two_and_then_six_a_minute(now);
        for ssrc in 0..9 {
            assert!(ssrcs.admit(now, &packet(200, ssrc)), "RTCP");
            assert!(ssrcs.admit(now, &[22; 40]), "DTLS");
            assert!(ssrcs.admit(now, &packet(111, ssrc)[..10]), "cut off");
        }
        assert!(ssrcs.admit(now, &packet(111, 1)));
    }
}
