//! The load generator: people who join over the real WebSocket protocol and real ICE, DTLS and
//! SRTP, publish synthetic sound and pictures, watch like the page does, and count what comes.

mod arrive;
mod browser;
mod counts;
mod crowd;
mod driver;
mod keys;
mod offer;
mod peer;
mod plan;
mod progress;
mod ramp;
mod receiver;
mod report;
mod source;
mod storm;
mod watch;

pub(crate) use arrive::source_address;
pub use counts::Counts;
pub use crowd::{Watched, run};
pub use plan::{Mode, Plan, SOUND_BYTES};
pub use report::{Delay, LoadReport, RampEnd, RampStep, StormReport};
pub(crate) use watch::Reading;
pub use watch::Used;
