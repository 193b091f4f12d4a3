//! zoom's instruments.
//!
//! [`load`] makes people who meet on a server and counts what reaches them; [`floor`] does only
//! what no server can avoid, and says what that costs on this machine; [`scenario`] starts a server,
//! puts a load on it, measures the floor of the same load, and reports both; [`chat`] does the same for
//! messages. How to run and read
//! them is in the README beside this crate.
//!
//! It runs on Linux: what a process costs is read from `/proc`.

mod batch;
pub mod chat;
pub mod fill;
pub mod floor;
pub mod histogram;
pub mod instructions;
pub mod load;
pub mod process;
pub mod profile;
pub mod report;
pub mod scenario;
pub mod search;
pub mod sequence;
pub mod server;
