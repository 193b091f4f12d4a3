//! zoom: server.
