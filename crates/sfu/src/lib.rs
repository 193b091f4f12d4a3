//! zoom: sfu.
