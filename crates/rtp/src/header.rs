//! RTP headers (RFC 3550 section 5.1).
