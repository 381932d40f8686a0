//! The C ABI: enums of the engine, statuses, kinds of commands, the structs of commands that write and of their
//! answers, and the way from and to the engine. Numbers and layouts never change, so forms, refusals, commands and
//! members are only ever added behind those that are there.

mod bodies;
mod convert;
mod fuzz;
mod kinds;
mod layout;
mod numbers;
mod reads;
mod settings;
mod status;

pub(crate) use kinds::{durable, read_struct};
pub(crate) use layout::{count, has};
pub(crate) use numbers::first_number;

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
        out("bindings/c/src/commands/writes.rs", layout::file()),
        out("bindings/c/src/commands/reads.rs", layout::reads_file()),
        out("bindings/c/src/convert/writes.rs", convert::file()),
        out("bindings/c/src/replies/bodies.rs", bodies::file()),
        out("bindings/c/src/views/shown.rs", bodies::views_file()),
        out("bindings/c/src/reads/at_once.rs", reads::file()),
        out("bindings/c/src/config/brought.rs", settings::file()),
        out("fuzz/fuzz_targets/c_abi/commands.rs", fuzz::file()),
    ]
}

/// Documentation of Rust.
fn documented(indent: &str, text: &str) -> String {
    wrap(text, 112).iter().map(|line| format!("{indent}/// {line}\n")).collect()
}

fn said(doc: &[&str]) -> String {
    plain(doc)
}
