//! The numbers of the C ABI: enums of the engine, statuses, kinds of commands. Numbers never change, so forms, refusals and
//! commands are only ever added behind those that are there.

mod kinds;
mod numbers;
mod status;

use crate::Output;
use crate::words::{plain, wrap};

const BANNER: &str =
    "// Written by `cargo run -p tacos-generator` from the engine's description of itself: do not edit.\n\n";

pub(crate) fn outputs() -> Vec<Output> {
    let out = |path, text| Output { path, text };
    vec![
        out("bindings/c/src/numbers.rs", numbers::file()),
        out("bindings/c/src/status.rs", status::file()),
        out("bindings/c/src/commands/kinds.rs", kinds::file()),
    ]
}

/// Documentation of Rust.
fn documented(indent: &str, text: &str) -> String {
    wrap(text, 112).iter().map(|line| format!("{indent}/// {line}\n")).collect()
}

fn said(doc: &[&str]) -> String {
    plain(doc)
}
