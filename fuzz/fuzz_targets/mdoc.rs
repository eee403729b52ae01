#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| vpgate_test_support::fuzz::mdoc(data));
