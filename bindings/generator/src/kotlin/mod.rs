//! The Kotlin face: commands, answers, refusals, views, updates and settings as types with documentation, the calls of
//! `Sales`, and the bytes of all of these. How they are said in Kotlin where that differs from the engine stands in
//! `dialect`; forms with few words of their own (which seats, which reservation, seat maps) and everything that waits
//! stay written by hand.

mod codec;
mod commands;
mod dialect;
mod face;
mod refusals;
mod remote;
mod results;
mod settings;
mod updates;
mod views;

pub(crate) use results::field_name;

use crate::Output;
use dialect::{Parameter, kdoc};

const BANNER: &str =
    "// Written by `cargo run -p tacos-generator` from the engine's description of itself: do not edit.\n";

/// The files, with the hash of what both ends of the border were written from.
pub(crate) fn outputs(identity: i64) -> Vec<Output> {
    macro_rules! file {
        ($module:literal, $name:literal, $text:expr) => {
            Output {
                path: concat!(
                    "bindings/kotlin/",
                    $module,
                    "/src/main/kotlin/com/traffictacos/engine/",
                    $name,
                    ".kt"
                ),
                text: $text,
            }
        };
    }
    let [writing, reading] = bodies();
    let identity = format!(
        "\n/** Which description both ends of the border were written from. */\n\
         internal val ENCODING: Long = {identity}L\n"
    );
    vec![
        file!("face", "Commands", commands::file()),
        file!("face", "Sales", commands::sales()),
        file!("face", "TicketEngine", face::interface()),
        file!("face", "JavaFace", face::for_java()),
        file!("face", "Results", results::file()),
        file!("face", "Refusal", refusals::file()),
        file!("face", "States", views::states()),
        file!("face", "Views", views::file()),
        file!("face", "Settings", settings::file()),
        file!("linked", "Options", settings::options_file()),
        file!("face", "Updates", updates::file()),
        file!("linked", "Writing", writing),
        file!("linked", "Reading", reading + &identity),
        file!("remote", "remote/RemoteReads", remote::reads()),
        file!("remote", "remote/ToWire", remote::to_wire()),
        file!("remote", "remote/FromWire", remote::from_wire()),
        file!("remote", "remote/RefusalsFromWire", remote::refusals()),
        file!("remote", "remote/Words", remote::words()),
    ]
}

/// The files that say how values cross.
pub(crate) fn bodies() -> [String; 2] {
    [codec::writing(), codec::reading()]
}

/// The beginning of a file.
fn head(about: &str, text: &str) -> String {
    let known = [
        ("Instant", "java.time.Instant"),
        ("Duration", "kotlin.time.Duration"),
        (".hours", "kotlin.time.Duration.Companion.hours"),
        (".minutes", "kotlin.time.Duration.Companion.minutes"),
        (".seconds", "kotlin.time.Duration.Companion.seconds"),
        ("toJavaDuration", "kotlin.time.toJavaDuration"),
        ("toKotlinDuration", "kotlin.time.toKotlinDuration"),
        ("BitSet", "java.util.BitSet"),
        ("CompletableFuture", "java.util.concurrent.CompletableFuture"),
        ("Executor", "java.util.concurrent.Executor"),
        ("ForkJoinPool", "java.util.concurrent.ForkJoinPool"),
        ("CoroutineScope", "kotlinx.coroutines.CoroutineScope"),
        ("CoroutineStart", "kotlinx.coroutines.CoroutineStart"),
        ("asCoroutineDispatcher", "kotlinx.coroutines.asCoroutineDispatcher"),
        ("Flow", "kotlinx.coroutines.flow.Flow"),
        ("future", "kotlinx.coroutines.future.future"),
        ("runBlocking", "kotlinx.coroutines.runBlocking"),
    ];
    let uses = |word: &str| {
        // Part of no longer word, and not after its own package.
        text.match_indices(word).any(|(at, _)| {
            let before = text[..at].chars().next_back();
            let after = text[at + word.len()..].chars().next();
            let apart = |sign: Option<char>| sign.is_none_or(|sign| !sign.is_alphanumeric());
            apart(after) && (word.starts_with('.') || (apart(before) && !text[..at].ends_with("time.")))
        })
    };
    let imports: String =
        known.iter().filter(|(word, _)| uses(word)).map(|(_, import)| format!("import {import}\n")).collect();
    let gap = if imports.is_empty() { "" } else { "\n" };
    format!("{BANNER}// {about}\npackage com.traffictacos.engine\n{gap}{imports}{text}")
}

/// A data class with a parameter a line, up to its closing bracket.
fn data_class(indent: &str, overloads: bool, name: &str, parameters: &[Parameter]) -> String {
    let overloads = if overloads && parameters.iter().any(|one| one.default.is_some()) {
        " @JvmOverloads constructor"
    } else {
        ""
    };
    let mut out = format!("{indent}data class {name}{overloads}(\n");
    for Parameter { name, kind, doc, default, .. } in parameters {
        let inner = format!("{indent}    ");
        if !doc.is_empty() {
            out += &kdoc(&inner, doc);
        }
        let default = default.as_ref().map(|value| format!(" = {value}")).unwrap_or_default();
        out += &format!("{inner}val {name}: {kind}{default},\n");
    }
    out + indent + ")"
}
