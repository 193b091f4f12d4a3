//! The store on real files.

#![expect(
    clippy::wildcard_enum_match_arm,
    reason = "a test fails on whatever it does not name"
)]

#[cfg(test)]
mod common;

#[cfg(test)]
mod changes;
#[cfg(test)]
mod damage;
#[cfg(test)]
mod erased;
#[cfg(test)]
mod files;
#[cfg(test)]
mod formats;
#[cfg(target_os = "linux")]
#[cfg(test)]
mod full_disk;
#[cfg(test)]
mod import;
#[cfg(test)]
mod kill;
#[cfg(test)]
mod model;
#[cfg(test)]
mod open;
#[cfg(test)]
mod pages;
#[cfg(test)]
mod posts;
#[cfg(test)]
mod search;
#[cfg(test)]
mod timeline;
