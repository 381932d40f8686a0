//! The Python face: commands, answers, refusals, views, updates and settings as types with documentation, the calls and
//! reads of an engine, and the bytes of all of these. How they are said in Python where that differs from the engine
//! stands in `dialect`; forms with few words of their own (which seats, which reservation, seat maps) and everything
//! that waits stay written by hand.

mod calls;
mod codec;
mod commands;
mod dialect;
mod reads;
mod records;
mod refusals;

pub(crate) use commands::{PythonCommand, all as commands};
pub(crate) use dialect::{field_name, type_name};

use crate::Output;
use dialect::{Member, docstring};

const BANNER: &str =
    "# Written by `cargo run -p tacos-generator` from the engine's description of itself: do not edit.\n";

/// The files, with the hash of what both ends of the border were written from.
pub(crate) fn outputs(identity: i64) -> Vec<Output> {
    macro_rules! file {
        ($name:literal, $text:expr) => {
            Output { path: concat!("bindings/python/src/tacos_engine/", $name, ".py"), text: $text }
        };
    }
    let [writing, reading] = bodies();
    let identity = format!(
        "\nENCODING = {identity}\n\"\"\"Which description both ends of the border were written from.\"\"\"\n"
    );
    vec![
        file!("commands", commands::file()),
        file!("results", records::results()),
        file!("refusals", refusals::file()),
        file!("states", records::states()),
        file!("views", records::views()),
        file!("settings", records::settings_file()),
        file!("options", records::options_file()),
        file!("updates", records::updates()),
        file!("_calls", calls::file()),
        file!("_reads", reads::file()),
        file!("_writing", writing),
        file!("_reading", reading + &identity),
    ]
}

/// The files that say how values cross.
pub(crate) fn bodies() -> [String; 2] {
    [codec::writing(), codec::reading()]
}

/// Where names of Python's own library come from, in the order in which imports are written.
const LIBRARY: &[(&str, &[&str])] = &[
    ("abc", &["ABC", "abstractmethod"]),
    ("collections.abc", &["Callable", "Sequence"]),
    ("dataclasses", &["KW_ONLY", "dataclass", "field"]),
    ("datetime", &["datetime", "timedelta"]),
    ("enum", &["Enum"]),
    ("typing", &["Any", "TypeVar"]),
];

/// What is written by hand beside these files.
const BY_HAND: &[(&str, &[&str])] = &[
    (
        "_bytes",
        &[
            "INT32_MAX",
            "Reader",
            "duration",
            "expect",
            "flag",
            "int32",
            "int64",
            "many",
            "maybe",
            "maybe_many",
            "moment",
            "octets",
            "reader_of",
            "text",
            "writer_of",
        ],
    ),
    ("_forms", &["put_durability", "put_payee", "put_section", "put_reservation_ref", "put_seat_request"]),
    ("_outcomes", &["value"]),
];
const VALUES: &[&str] = &[
    "Command",
    "Durability",
    "DueWebhooks",
    "Page",
    "Payee",
    "Relaxed",
    "Section",
    "Synced",
    "SeatRequest",
    "ReservationRef",
];

/// Every module beside the one with this name, and what it has.
fn beside(this: &str) -> Vec<(String, Vec<String>)> {
    let owned = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
    let mut all: Vec<(String, Vec<String>)> = Vec::new();
    // Only what deals with bytes has functions by such names.
    if ["_reads", "_reading", "_writing"].contains(&this) {
        all.push((String::new(), owned(&["updates"])));
        all.extend(BY_HAND.iter().map(|(module, names)| ((*module).to_owned(), owned(names))));
        all.push(("_reading".into(), codec::reader_names()));
        all.push(("_writing".into(), codec::read_numbers()));
    }
    all.push(("errors".into(), owned(&["Refused"])));
    all.push(("commands".into(), commands::all().into_iter().map(|command| command.name).collect()));
    all.push(("options".into(), vec!["Options".into()]));
    all.push(("refusals".into(), refusals::names()));
    all.push(("results".into(), records::result_names()));
    all.push(("settings".into(), records::settings_names()));
    all.push(("states".into(), records::state_names()));
    all.push(("updates".into(), owned(&records::UPDATE_NAMES)));
    all.push(("values".into(), owned(VALUES)));
    all.push(("views".into(), records::view_names()));
    // Some facts are called like answers.
    all.retain(|(module, _)| module != this && (this, module.as_str()) != ("updates", "results"));
    all
}

/// The beginning of a file: what it is about, and imports of what `text` uses.
fn head(this: &str, about: &str, text: &str) -> String {
    // What stands between marks of documentation uses nothing.
    let code: String = text.split("\"\"\"").step_by(2).collect();
    let library = LIBRARY.iter().map(|(module, names)| {
        ((*module).to_owned(), names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>())
    });
    let beside = beside(this).into_iter().map(|(module, names)| (format!(".{module}"), names));
    let mut out = format!("{BANNER}{}\nfrom __future__ import annotations\n", docstring("", about));
    for group in [library.collect::<Vec<_>>(), beside.collect()] {
        let used = group.into_iter().map(|(module, mut names)| {
            names.retain(|name| uses(&code, name));
            (module, names)
        });
        let lines: String = used.map(|(module, names)| import(&module, &names)).collect();
        if !lines.is_empty() {
            out += &format!("\n{lines}");
        }
    }
    out + text
}

fn import(module: &str, names: &[String]) -> String {
    if names.is_empty() {
        return String::new();
    }
    let line = format!("from {module} import {}\n", names.join(", "));
    if line.len() <= 121 {
        return line;
    }
    let names: String = names.iter().map(|name| format!("    {name},\n")).collect();
    format!("from {module} import (\n{names})\n")
}

/// True if the code uses this name: part of no longer word, of nothing else, and no text.
fn uses(code: &str, name: &str) -> bool {
    // Records have fields of this name.
    let name = if name == "field" { "= field(" } else { name };
    code.match_indices(name).any(|(at, _)| {
        let before = code[..at].chars().next_back();
        let after = code[at + name.len()..].chars().next();
        let apart = |sign: Option<char>| {
            sign.is_none_or(|sign| !sign.is_alphanumeric() && !['_', '"'].contains(&sign))
        };
        let is_end = name.ends_with('(') || apart(after) && after != Some('=');
        apart(before) && is_end && before != Some('.')
    })
}

/// The names that a module gives to others.
fn exports(names: &[String]) -> String {
    let names: String = names.iter().map(|name| format!("    \"{name}\",\n")).collect();
    format!("\n__all__ = [\n{names}]\n")
}

/// A class of plain data. What has a default is said by name.
fn data_class(name: &str, base: &str, doc: &str, members: &[Member]) -> String {
    let base = if base.is_empty() { String::new() } else { format!("({base})") };
    let mut out =
        format!("\n\n@dataclass(frozen=True, slots=True)\nclass {name}{base}:\n{}", docstring("    ", doc));
    let (needed, usual): (Vec<&Member>, Vec<&Member>) =
        members.iter().partition(|member| member.default.is_none());
    if !members.is_empty() {
        out += "\n";
    }
    for member in needed {
        out += &declared(member);
    }
    if !usual.is_empty() {
        out += "    _: KW_ONLY\n";
    }
    for member in usual {
        out += &declared(member);
    }
    out
}

fn declared(member: &Member) -> String {
    let Member { name, kind, doc, default, secret, .. } = member;
    // A credential shows itself only when asked.
    let value = match (default, secret) {
        (None, false) => String::new(),
        (None, true) => " = field(repr=False)".into(),
        (Some(default), false) => format!(" = {default}"),
        (Some(default), true) => format!(" = field(default={default}, repr=False)"),
    };
    let doc = if doc.is_empty() { String::new() } else { docstring("    ", doc) };
    format!("    {name}: {kind}{value}\n{doc}")
}
