//! Calls over bad networks in virtual time: loss, reordering, capacity that changes, and what the
//! SFU makes of them. Repeats from its seeds.

#[cfg(test)]
#[expect(
    dead_code,
    reason = "these tests use a part of what the calls' tests do"
)]
#[path = "../call/client.rs"]
mod client;
#[cfg(test)]
#[expect(
    dead_code,
    reason = "these tests use a part of what the calls' tests do"
)]
#[path = "../call/media.rs"]
mod media;
#[cfg(test)]
#[expect(
    dead_code,
    reason = "these tests use a part of what the calls' tests do"
)]
#[path = "../call/world.rs"]
mod world;

#[cfg(test)]
mod link;
#[cfg(test)]
mod meeting;
#[cfg(test)]
mod watch;

#[cfg(test)]
mod capacity;
#[cfg(test)]
mod degrade;
#[cfg(test)]
mod loss;
#[cfg(test)]
mod others;
#[cfg(test)]
mod upload;
