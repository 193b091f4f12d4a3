//! zoom: store.
