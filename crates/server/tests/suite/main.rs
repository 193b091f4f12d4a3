//! The whole server over real sockets, in one program: a program for each file would link the server
//! again and again.

#![expect(
    clippy::wildcard_enum_match_arm,
    reason = "a test fails on whatever it does not name"
)]

#[cfg(test)]
mod bot;
#[cfg(test)]
mod export;
#[cfg(test)]
mod files;
#[cfg(test)]
mod http;
#[cfg(test)]
mod import;
#[cfg(test)]
mod media;
#[cfg(test)]
mod operator;
#[cfg(test)]
mod retention;
#[cfg(test)]
mod socket;
#[cfg(test)]
mod waiting;
