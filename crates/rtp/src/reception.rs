//! What was received of a stream, for receiver reports (RFC 3550 appendix A).
