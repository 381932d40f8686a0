//! `reads/at_once.rs`: a function a read that waits for nothing.

use tacos_engine::schema::{Field, Kind, READS, Read, ReadForm, Struct, snake};

use super::bodies::uses_arena;
use super::layout::count;
use super::{BANNER, documented, said};

/// Reads whose answer is no record and no list of them: written by hand.
const BY_HAND: [&str; 7] =
    ["copy_free_seats", "due_webhooks", "read_note", "notes", "position", "updates", "status"];

const BEGINNING: &str = "//! Reads that wait for nothing and show what the engine describes. Each answers a status (a refusal such as
//! `UNKNOWN_EVENT` included) and writes its outputs only with `OK`.

use tacos::{EventId, WaitingToken};

use crate::abi::{tacos_buffer, tacos_engine, tacos_list, tacos_str, tacos_token};
use crate::arena::Arena;
use crate::config::{of_policy, tacos_queue_policy};
use crate::convert::id;
use crate::engine::with;
use crate::guard;
use crate::memory::{Out, slice};
use crate::replies::tacos_queue_place;
use crate::status::tacos_status;
use crate::views::{
    tacos_counts, tacos_draw_view, tacos_event_view, tacos_queue_view, tacos_seat_view, tacos_section_view,
    tacos_webhook_view,
};
";

pub(super) fn file() -> String {
    let mut out = format!("{BANNER}{BEGINNING}");
    READS
        .iter()
        .filter(|read| {
            matches!(read.form, ReadForm::AtOnce | ReadForm::Always) && !BY_HAND.contains(&read.method)
        })
        .for_each(|read| one(read, &mut out));
    out
}

/// An argument: its parameters, what is done to them, and what the engine is given.
fn argument(field: &Field) -> (String, String, String) {
    let name = field.name;
    match field.kind {
        Kind::Name { name: id, .. } => (
            format!("{name}: tacos_str"),
            format!("let {name}: {id} = id({name}, \"{name}_id\")?;"),
            format!("&{name}"),
        ),
        Kind::Token { name: token, .. } => {
            let made = format!("let {name} = {token}::from_bytes({name}.bytes);");
            (format!("{name}: tacos_token"), made, format!("&{name}"))
        }
        Kind::List(Kind::Name { .. }) => (
            format!("{name}: *const tacos_str,\n    {}: usize", count(name)),
            format!(
                "let {name} = slice({name}, {})?;\n        let {name} = \
                 {name}.iter().map(|&one| id(one, \"seat_ids\")).collect::<Result<Vec<_>, _>>()?;",
                count(name)
            ),
            format!("&{name}"),
        ),
        // How many there are at most is a size.
        Kind::Optional(Kind::Unsigned(64)) if name == "most" => {
            (format!("{name}: usize"), String::new(), name.into())
        }
        Kind::Optional(Kind::Unsigned(bits)) => (format!("{name}: u{bits}"), String::new(), name.into()),
        other => unreachable!("{name}: {other:?} has no way into C yet"),
    }
}

/// The expression that makes the struct of a record.
fn made(record: &Struct, from: &str) -> String {
    if record.name == "QueuePolicy" {
        return format!("of_policy({from})");
    }
    let arena = if uses_arena(record) { ", &mut arena" } else { "" };
    format!("tacos_{}::of({from}{arena})", snake(record.name))
}

fn one(read: &Read, out: &mut String) {
    let arguments: Vec<_> = read.fields.iter().map(argument).collect();
    let asked: Vec<&str> = arguments.iter().map(|(.., given)| given.as_str()).collect();
    let fails = if read.form == ReadForm::AtOnce { "?" } else { "" };
    let found = format!("opening.engine.{}({}){fails}", read.method, asked.join(", "));
    let (suffix, kind, uses_buffer, work) = match read.gives {
        Kind::Struct(record) if uses_arena(record) || record.name == "QueuePolicy" => {
            let view = made(record, &format!("&{found}"));
            let work = format!(
                "let view = {view};\n            let view = arena.put(view);\n            arena.finish_with(out, view)"
            );
            ("_of", format!("*mut *const tacos_{}", snake(record.name)), true, work)
        }
        Kind::Struct(record) => {
            let work = format!("out.put({});\n            Ok(())", made(record, &format!("&{found}")));
            ("_of", format!("*mut tacos_{}", snake(record.name)), false, work)
        }
        Kind::List(Kind::Struct(record)) => {
            let each = match made(record, "view") {
                each if uses_arena(record) => format!("|view| {each}"),
                each => each.trim_end_matches("(view)").to_owned(),
            };
            let work = format!(
                "let found = {found};\n            let views: Vec<_> = found.iter().map({each}).collect();\n            \
                 let list = arena.list(&views);\n            arena.finish_with(out, list)"
            );
            ("", "*mut tacos_list".into(), true, work)
        }
        Kind::Name { .. } => {
            let work =
                format!("let text = arena.text({found}.as_str());\n            arena.finish_with(out, text)");
            ("", "*mut tacos_str".into(), true, work)
        }
        other => unreachable!("{}: {other:?} has no way out to C yet", read.method),
    };
    let mut doc = said(read.doc);
    if let Kind::List(Kind::Struct(record)) = read.gives {
        doc += &format!(" Of `tacos_{}`.", snake(record.name));
    }
    doc = doc.replace(" if not given", " for none");
    *out += "\n";
    *out += &documented("", &doc);
    *out += &format!(
        "#[unsafe(no_mangle)]\npub unsafe extern \"C\" fn tacos_{}{suffix}(\n    engine: tacos_engine,\n",
        read.method
    );
    arguments.iter().for_each(|(parameters, ..)| *out += &format!("    {parameters},\n"));
    if uses_buffer {
        *out += "    buffer: *mut tacos_buffer,\n";
    }
    let outputs = if uses_buffer {
        "let (out, mut arena) = (Out::new(out)?, Arena::new(buffer)?);"
    } else {
        "let out = Out::new(out)?;"
    };
    *out += &format!(
        "    out: {kind},\n) -> tacos_status {{\n    // SAFETY: the crate's contract.\n    guard::run(|| unsafe {{\n        {outputs}\n"
    );
    arguments
        .iter()
        .filter(|(_, made, _)| !made.is_empty())
        .for_each(|(_, made, _)| *out += &format!("        {made}\n"));
    *out += &format!("        with(engine, |opening| {{\n            {work}\n        }})\n    }})\n}}\n");
}
