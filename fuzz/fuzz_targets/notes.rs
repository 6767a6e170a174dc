#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| bystand_fuzz_targets::notes::run(data));
