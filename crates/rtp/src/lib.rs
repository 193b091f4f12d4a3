//! The media transport of zoom: RTP, SRTP, RTCP, loss repair and congestion control, without
//! sockets, clocks or threads.
//!
//! It reads and writes packets, seals and opens them, keeps the books of what was received and
//! what was lost, and estimates how much a receiver's way can carry. It does not know rooms,
//! participants, slots or session descriptions: `zoom-sfu` decides what is sent to whom.

pub mod cc;
mod extension;
mod feedback;
mod header;
mod nack;
mod reception;
pub mod rtcp;
pub mod srtp;
mod write;

pub use extension::{AudioLevel, ExtensionIds, ExtensionValues, Tag};
pub use feedback::FeedbackRecorder;
pub use header::{Extensions, RtpHeader, is_rtcp};
pub use nack::NackTracker;
pub use reception::ReceptionStats;
pub use srtp::{Opened, SrtpError, SrtpProfile, SrtpReceiver, SrtpSender, srtp_session};
pub use write::{NewHeader, write_header};
