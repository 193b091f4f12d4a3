//! Pages and files, over HTTP and HTTPS.

pub(crate) mod support;

mod connections;
mod files;
mod pages;
mod tls;
