//! `tacos_proto::testing::json`, with whatever libFuzzer comes up with.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| tacos_proto::testing::json(bytes));
