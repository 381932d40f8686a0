//! `tacos_engine::testing::fuzz::snapshot`, with whatever libFuzzer comes up with.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| tacos_engine::testing::fuzz::snapshot(bytes));
