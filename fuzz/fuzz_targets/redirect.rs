#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| vpgate_fuzz::redirect(data));
