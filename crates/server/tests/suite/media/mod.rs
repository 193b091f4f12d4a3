//! Media between people, over real UDP and TCP.

pub(crate) mod house;

mod calls;
mod cycles;
mod lives;
mod reports;
mod room;
mod start;
mod strangers;
mod tcp;
mod tls;
mod view;
