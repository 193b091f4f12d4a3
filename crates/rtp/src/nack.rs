//! What is missing and is to be asked for again (RFC 4585 section 6.2.1).
