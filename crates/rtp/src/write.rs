//! Writing RTP headers.
