//! From an SDP offer to a peer and an answer.

use std::time::Instant;

use zoom_protocol::{MediaAnswer, MediaOffer};

use crate::{PreparedPeer, SfuConfig};

/// An offer that was refused; its text is a sentence that says where the fault is.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct OfferError(pub(crate) String);

/// Turns a browser's offer into a peer and the answer for the browser.
///
/// It costs milliseconds, so it runs on a worker rather than on a media thread; the peer is `Send`
/// and goes to the media thread of its room in a [`Command::AddPeer`](crate::Command). `config` is
/// that thread's.
///
/// # Errors
///
/// An offer that cannot be read, is larger than the limits allow, or does not fit its `sources`
/// and `slots`.
pub fn negotiate(
    _config: &SfuConfig,
    _now: Instant,
    _offer: &MediaOffer,
) -> Result<(PreparedPeer, MediaAnswer), OfferError> {
    Err(OfferError("No offer is understood.".to_owned()))
}
