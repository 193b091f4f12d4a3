//! zoom: rooms.
