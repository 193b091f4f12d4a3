//! Congestion control of one peer, at the sending side.
