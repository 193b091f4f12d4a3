//! zoom: client.
