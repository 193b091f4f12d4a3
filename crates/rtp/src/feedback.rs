//! Transport-wide feedback about what was received.
