//! The client of a server: conversions between the face's types and the messages of `command.v1`, and its reads.

mod answers;
mod commands;
mod reads;

pub(super) use answers::{from_wire, refusals, words};
pub(super) use commands::to_wire;
pub(super) use reads::reads;

use super::BANNER;

/// `hold_until_unix_ms` as `HoldUntilUnixMs`: what follows `set` and `has` in the contract's stubs.
fn upper(name: &str) -> String {
    let name = lower(name);
    let mut signs = name.chars();
    signs.next().map_or_else(String::new, |first| first.to_uppercase().chain(signs).collect())
}

/// The name of a field in the contract's stubs.
fn lower(name: &str) -> String {
    super::dialect::camel(name)
}

/// The beginning of a file. Messages are imported with `Wire` before their names, because the face has the same.
fn head(about: &str, text: &str) -> String {
    let mut imports: Vec<String> = text
        .split(|sign: char| !sign.is_alphanumeric())
        .filter_map(|word| word.strip_prefix("Wire"))
        .filter(|name| !name.is_empty())
        .map(|name| format!("import com.traffic_tacos.command.v1.{name} as Wire{name}\n"))
        .collect();
    let face = text.split(|sign: char| !sign.is_alphanumeric()).collect::<std::collections::HashSet<_>>();
    let known = [
        ("Instant", "java.time.Instant"),
        ("BitSet", "java.util.BitSet"),
        ("Duration", "kotlin.time.Duration"),
        ("milliseconds", "kotlin.time.Duration.Companion.milliseconds"),
    ];
    let used = known.iter().filter(|(word, _)| face.contains(word));
    imports.extend(used.map(|(_, import)| format!("import {import}\n")));
    imports.push("import com.traffictacos.engine.*\n".into());
    imports.sort();
    imports.dedup();
    format!("{BANNER}// {about}\npackage com.traffictacos.engine.remote\n\n{}{text}", imports.concat())
}
