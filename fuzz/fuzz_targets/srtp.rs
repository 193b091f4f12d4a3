//! See `zoom_fuzz_bodies::srtp`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| zoom_fuzz_bodies::srtp::run(data));
