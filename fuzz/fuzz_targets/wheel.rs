//! `tacos_testing::fuzz::wheel`, with whatever libFuzzer comes up with.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| tacos_testing::fuzz::wheel(bytes));
