//! Writes the files that say in other words what the engine says of itself (`tacos_engine::schema`): the reference of
//! operations, the types and codecs of the bindings, what the server takes from requests, and the operations of conformance scenarios with what carries them
//! out in each language. The files are committed; a test compares them.

mod border;
mod c;
mod circumstances;
mod conformance;
mod go;
mod kotlin;
pub mod operations;
mod python;
mod reference;
mod server;
mod uniffi;
mod wire;
mod words;

use std::path::{Path, PathBuf};

/// A file that is written by this crate.
struct Output {
    /// Where it stands, from the top of the repository.
    path: &'static str,
    text: String,
}

fn outputs() -> Vec<Output> {
    let mut all = vec![Output { path: "docs/reference/operations.md", text: reference::page() }];
    all.push(server::output());
    all.extend(wire::outputs());
    all.extend(c::outputs());
    all.extend(go::outputs());
    all.extend(conformance::outputs());
    let (rust, kotlin, python) = (uniffi::bodies(), kotlin::bodies(), python::bodies());
    let identity = border::identity(rust.iter().chain(&kotlin).chain(&python).map(String::as_str));
    all.extend(uniffi::outputs(identity));
    all.extend(kotlin::outputs(identity));
    all.extend(python::outputs(identity));
    all
}

fn top() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// Writes every file.
///
/// # Errors
/// The first that cannot be written.
pub fn write() -> Result<(), String> {
    for Output { path, text } in outputs() {
        std::fs::write(top().join(path), text).map_err(|error| format!("{path}: {error}"))?;
    }
    Ok(())
}

/// Compares every file with what would be written.
///
/// # Errors
/// All that differ, each with its first line that does.
pub fn check() -> Result<(), String> {
    let mut old = Vec::new();
    for Output { path, text } in outputs() {
        let found = std::fs::read_to_string(top().join(path)).unwrap_or_default();
        if found != text {
            let same = found.lines().zip(text.lines()).take_while(|(found, new)| found == new).count();
            let (found, new) = (found.lines().nth(same), text.lines().nth(same));
            old.push(format!("{path}:{}: has {found:?}, should have {new:?}", same + 1));
        }
    }
    if old.is_empty() {
        return Ok(());
    }
    Err(format!("generated files are old: run `cargo run -p tacos-generator`\n{}", old.join("\n")))
}
