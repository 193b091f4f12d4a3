//! What each fuzz target does with its bytes.
//!
//! A target is one function from bytes to nothing. It panics where something holds no longer that
//! has to hold whatever a stranger sends. `cargo fuzz` runs these functions from `fuzz_targets`,
//! and the test `corpus` runs them over all that was found, without a fuzzer. It uses no part of
//! the program that a stranger's bytes do not reach.

pub mod congestion;
pub mod datagram;
mod guest;
pub mod honest;
mod media;
pub mod message;
pub mod offer;
pub mod reception;
pub mod rewrite;
pub mod rtcp;
pub mod rtp_header;
pub mod srtp;
mod steps;
mod world;

/// A target: its name, which is also that of its folder in `corpus`, and what it does.
pub type Target = (&'static str, fn(&[u8]));

/// Every target.
pub const TARGETS: &[Target] = &[
    ("congestion", congestion::run),
    ("datagram", datagram::run),
    ("message", message::run),
    ("offer", offer::run),
    ("reception", reception::run),
    ("rewrite", rewrite::run),
    ("rtcp", rtcp::run),
    ("rtp_header", rtp_header::run),
    ("srtp", srtp::run),
];
