//! See `zoom_fuzz_bodies::congestion`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| zoom_fuzz_bodies::congestion::run(data));
