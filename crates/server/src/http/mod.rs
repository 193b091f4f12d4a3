//! HTTP: the accept loop, the headers and the limits of connections.
