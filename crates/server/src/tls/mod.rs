//! TLS: certificates that were given, and the one of our own making.
