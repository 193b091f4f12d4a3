//! Files of messages: sent, read, kept and deleted, over real HTTP.

pub(crate) mod support;

mod lasting;
mod limits;
mod pictures;
mod reading;
mod resuming;
mod sending;

#[cfg(target_os = "linux")]
mod full_disk;
#[cfg(target_os = "linux")]
mod weight;
