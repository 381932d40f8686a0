//! `tacos_testing::fuzz::ids`, with whatever libFuzzer comes up with.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| tacos_testing::fuzz::ids(bytes));
