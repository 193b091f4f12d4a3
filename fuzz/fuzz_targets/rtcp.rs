//! See `zoom_fuzz_bodies::rtcp`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| zoom_fuzz_bodies::rtcp::run(data));
