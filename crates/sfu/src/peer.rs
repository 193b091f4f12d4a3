//! One RTCPeerConnection's end at the server.

/// A peer that [`negotiate`](crate::negotiate) made and that no [`Sfu`](crate::Sfu) runs yet.
#[derive(Debug)]
pub struct PreparedPeer {}
