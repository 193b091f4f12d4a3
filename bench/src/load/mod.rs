//! The load generator: people who join over the real WebSocket protocol and real ICE, DTLS and
//! SRTP, publish synthetic sound and pictures, watch like the page does, and count what comes.

mod counts;
mod crowd;
mod driver;
mod offer;
mod peer;
mod plan;
mod report;
mod source;
mod watch;

pub use counts::Counts;
pub use crowd::{Watched, run};
pub use plan::{Mode, Plan, SOUND_BYTES};
pub use report::{Delay, LoadReport, RampStep, StormReport};
pub use watch::Used;
