//! See `zoom_fuzz_bodies::rtp_header`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| zoom_fuzz_bodies::rtp_header::run(data));
