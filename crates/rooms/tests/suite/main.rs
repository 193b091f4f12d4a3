//! The room in virtual time: by scenario, and against a model.

#![expect(
    clippy::wildcard_enum_match_arm,
    reason = "a test fails on whatever it does not name"
)]

#[cfg(test)]
mod common;
#[cfg(test)]
mod disk;

#[cfg(test)]
mod calls;
#[cfg(test)]
mod changes;
#[cfg(test)]
mod gestures;
#[cfg(test)]
mod history;
#[cfg(test)]
mod joining;
#[cfg(test)]
mod messages;
#[cfg(test)]
mod model;
#[cfg(test)]
mod names;
#[cfg(test)]
mod peers;
#[cfg(test)]
mod pictures;
#[cfg(test)]
mod private;
#[cfg(test)]
mod quality;
#[cfg(test)]
mod resuming;
#[cfg(test)]
mod searching;
#[cfg(test)]
mod steps;
#[cfg(test)]
mod typing;
#[cfg(test)]
mod view;
#[cfg(test)]
mod viewing;
