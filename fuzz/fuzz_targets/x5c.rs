#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| vpgate_fuzz::x5c(data));
