//! See `zoom_fuzz_bodies::datagram`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| zoom_fuzz_bodies::datagram::run(data));
