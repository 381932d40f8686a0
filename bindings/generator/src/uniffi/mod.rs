//! The border's Rust side for managed languages: requests out of bytes, answers, refusals and updates into bytes.

use tacos_engine::schema::{COMMANDS, Enum, Field, Kind, REFUSAL, REPLY, Struct, UPDATE};

use crate::Output;
use crate::border::{
    NEWER, SHOWN, changes, config, counts, form, is_word, lookups, parts, put, reads, record, replies,
    settings, view, words,
};
use crate::words::argument;

const BANNER: &str =
    "// Written by `cargo run -p tacos-generator` from the engine's description of itself: do not edit.\n\n";

/// The files, with the hash of what both ends of the border were written from.
pub(crate) fn outputs(identity: i64) -> Vec<Output> {
    let [commands, records, refusals, updates, settings, _] = bodies();
    let out = |path, text| Output { path, text };
    vec![
        out("bindings/uniffi/src/codec/commands.rs", commands),
        out("bindings/uniffi/src/codec/records.rs", records),
        out("bindings/uniffi/src/codec/refusals.rs", refusals),
        out("bindings/uniffi/src/codec/updates.rs", updates),
        out("bindings/uniffi/src/codec/settings.rs", settings),
        out("bindings/uniffi/src/codec/words.rs", words_file(identity)),
    ]
}

/// The files that say how values cross.
pub(crate) fn bodies() -> [String; 6] {
    [commands_file(), records_file(), refusals_file(), updates_file(), settings_file(), words_file(0)]
}

/// Where a type of the engine stands.
fn path(name: &str) -> String {
    let is_view = SHOWN.contains(&name) || ["Counts", "SeatState", "QueueState"].contains(&name);
    if is_view { format!("tacos::views::{name}") } else { format!("tacos::{name}") }
}

fn commands_file() -> String {
    let mut out = format!(
        "{BANNER}//! Commands out of bytes.\n\nuse tacos::Command;\nuse tacos_engine as tacos;\n\n\
         use super::{{Input, Take, Taken, Unfit}};\n\n\
         /// Reads the command that has this number; none if no command has it.\n\
         pub(crate) fn command(number: u8, from: &mut Input<'_>) -> Taken<Option<Command>> {{\n    \
         Ok(Some(match number {{\n"
    );
    for command in COMMANDS {
        let (number, name) = (command.number, command.name);
        // A command of one value carries it bare.
        if let [field] = command.fields
            && matches!(field.kind, Kind::Id { .. } | Kind::Token { .. })
        {
            out += &format!("        {number} => Command::{name}(from.take(\"{}\")?),\n", field.name);
            continue;
        }
        out += &format!("        {number} => Command::from({}),\n", made(name, "new", command.fields));
    }
    out += "        _ => return Ok(None),\n    }))\n}\n";
    let (records, enums) =
        crate::words::reached(COMMANDS.iter().flat_map(|command| command.fields).map(|field| field.kind));
    for record in records.into_iter().filter(|record| record.name != "Money") {
        let name = &record.name;
        out += &take_of(name);
        match *name {
            "PresaleRoom" => {
                out += "        Ok(Self {\n";
                for field in record.fields {
                    out += &format!("            {}: {},\n", field.name, taken(name, field));
                }
                out += "        })\n    }\n}\n";
            }
            "Best" => out += &format!("        Ok({})\n    }}\n}}\n", made(name, "of", record.fields)),
            "QueuePolicy" => {
                out += &format!("        Ok({})\n    }}\n}}\n", made(name, "default", record.fields));
            }
            _ => out += &format!("        Ok({})\n    }}\n}}\n", made(name, "new", record.fields)),
        }
    }
    for of in enums.into_iter().filter(|of| !is_word(of) && of.name != "Proof") {
        let name = of.name;
        out += &take_of(name);
        out += "        Ok(match from.tag()? {\n";
        for (number, variant) in of.variants.iter().enumerate() {
            let field = argument(name, variant.name);
            out += &format!("            {number} => Self::{}(from.take(\"{field}\")?),\n", variant.name);
        }
        out += &format!(
            "            other => return Err(Unfit::malformed(format_args!(\"{{other}} is no form of {name}\"))),\n"
        );
        out += "        })\n    }\n}\n";
    }
    out
}

/// The expression that reads a value of a field.
fn taken(of: &str, field: &Field) -> String {
    match field.kind {
        Kind::Struct(Struct { name: "Money", .. }) => format!(
            "tacos::Money {{ minor: from.take(\"{}\")?, currency: from.take(\"currency\")? }}",
            field.name
        ),
        kind => {
            // Where other types say the same, the type must be named.
            let of_type = match (field.setter, kind) {
                (Some(_), Kind::Optional(inner)) => format!("::<Option<{}>>", type_of(*inner)),
                (None, Kind::Optional(Kind::Name { name: "UserId", .. })) => "::<tacos::Caller>".into(),
                (None, Kind::Text) => "::<String>".into(),
                (None, Kind::Enum(Enum { name: "ReservationRef", .. })) => "::<tacos::ReservationRef>".into(),
                _ => String::new(),
            };
            format!("from.take{of_type}(\"{}\")?", argument(of, field.name))
        }
    }
}

/// A type of Rust.
fn type_of(kind: Kind) -> String {
    match kind {
        Kind::Name { name, .. } | Kind::Id { name, .. } | Kind::Token { name, .. } => path(name),
        Kind::Struct(record) => path(record.name),
        Kind::Text => "String".into(),
        Kind::Bytes => "Vec<u8>".into(),
        Kind::Moment => "tacos::UnixMs".into(),
        Kind::Unsigned(bits) => format!("u{bits}"),
        Kind::Signed(bits) => format!("i{bits}"),
        Kind::List(Kind::Name { name: "SeatId", .. }) => "tacos::Seats".into(),
        other => unreachable!("{other:?} has no type here yet"),
    }
}

/// The expression that makes a value: by a function that asks for what must be said, and a method for each other field.
fn made(name: &str, function: &str, fields: &[Field]) -> String {
    // What crosses is read in the order of the fields.
    assert!(
        fields.is_sorted_by_key(|field| field.setter.is_some()),
        "{name}: what must be said stands first"
    );
    let asked: Vec<String> =
        fields.iter().filter(|field| field.setter.is_none()).map(|field| taken(name, field)).collect();
    let new = format!("tacos::{name}::{function}({})", asked.join(", "));
    if fields.iter().all(|field| field.setter.is_none()) {
        return new;
    }
    // Field by field: each method that sets one would move all of the record.
    let mut out = format!("{{\n            let mut made = {new};\n");
    for field in fields.iter().filter(|field| field.setter.is_some()) {
        out += &format!("            made.{} = {};\n", field.name, taken(name, field));
    }
    out + "            made\n        }"
}

fn take_of(name: &str) -> String {
    format!(
        "\nimpl Take for {} {{\n    fn take(from: &mut Input<'_>, _field: &'static str) -> Taken<Self> {{\n",
        path(name)
    )
}

fn put_of(name: &str) -> String {
    format!("\nimpl Put for {} {{\n    fn put(&self, out: &mut Output<'_>) {{\n", path(name))
}

const PUTS: &str = "use tacos_engine as tacos;\n\nuse super::{Output, Put};\n";

fn one(record: &'static Struct, out: &mut String) {
    *out += &put_of(record.name);
    for part in parts(record) {
        *out += &format!("        {}\n", part.rust);
    }
    *out += "    }\n}\n";
}

fn records_file() -> String {
    let mut out = format!("{BANNER}//! Answers and views into bytes.\n\n{PUTS}\n");
    for (at, (found, _)) in lookups().iter().enumerate() {
        let number = REPLY.variants.len() + at;
        out += &format!(
            "/// What an answer is that is none to a write.\npub(crate) const {}: u8 = {number};\n",
            found.to_uppercase()
        );
    }
    out += &put_of("Reply");
    out += "        match self {\n";
    for (number, variant) in REPLY.variants.iter().enumerate() {
        out += &format!(
            "            Self::{}(reply) => {{\n                out.tag({number});\n                out.put(reply);\n            }}\n",
            variant.name
        );
    }
    out += "        }\n    }\n}\n";
    replies().for_each(|record| one(record, &mut out));
    settings().into_iter().for_each(|record| one(record, &mut out));
    one(counts(), &mut out);
    SHOWN.iter().for_each(|name| one(view(name), &mut out));
    out
}

/// A form with its number and what it carries.
fn forms(of: &'static Enum, newer: bool, out: &mut String) {
    *out += &put_of(of.name);
    *out += "        match self {\n";
    for (number, variant) in of.variants.iter().enumerate() {
        let name = variant.name;
        let names: Vec<String> = variant
            .fields
            .iter()
            .enumerate()
            .map(
                |(at, field)| {
                    if field.name.is_empty() { format!("value_{at}") } else { field.name.to_owned() }
                },
            )
            .collect();
        let pattern = match variant.fields.first() {
            None => String::new(),
            Some(field) if field.name.is_empty() => format!("({})", names.join(", ")),
            Some(_) => format!(" {{ {} }}", names.join(", ")),
        };
        *out += &format!("            Self::{name}{pattern} => {{\n                out.tag({number});\n");
        for (field, value) in variant.fields.iter().zip(&names) {
            for line in value_put(of.name, name, field.kind, value) {
                *out += &format!("                {line}\n");
            }
        }
        *out += "            }\n";
    }
    if newer {
        *out += &format!("            _ => out.tag({NEWER}),\n");
    }
    *out += "        }\n    }\n}\n";
}

fn value_put(of: &str, variant: &str, kind: Kind, value: &str) -> Vec<String> {
    match (of, kind) {
        ("UpdateKind", Kind::Unsigned(32)) => {
            let mut lines = vec![format!("out.ticket(*{value});")];
            if variant == "Admitted" {
                lines.push(format!("out.admission(*{value});"));
            }
            lines
        }
        ("UpdateKind", Kind::List(Kind::Unsigned(32))) => vec![format!("out.tickets({value});")],
        _ => vec![put(kind, value, false)],
    }
}

fn refusals_file() -> String {
    let mut out = format!("{BANNER}//! Refusals into bytes: what they name.\n\n{PUTS}");
    forms(REFUSAL, true, &mut out);
    forms(form("PaymentDoubt"), false, &mut out);
    forms(form("ExtensionDoubt"), false, &mut out);
    one(record("Problem"), &mut out);
    out
}

fn updates_file() -> String {
    let mut out = format!("{BANNER}//! Updates into bytes.\n\n{PUTS}");
    one(UPDATE, &mut out);
    forms(form("UpdateKind"), true, &mut out);
    changes().into_iter().for_each(|record| one(record, &mut out));
    out
}

fn settings_file() -> String {
    let mut out = format!(
        "{BANNER}//! Settings of an engine out of bytes. What is not given keeps the engine's own value.\n\n\
         use tacos_engine as tacos;\n\nuse super::{{Input, Taken}};\nuse crate::config::Opening;\n\n\
         /// Reads what an engine is opened with.\n\
         pub(crate) fn opening(from: &mut Input<'_>) -> Taken<Opening> {{\n    let mut opening = Opening::default();\n"
    );
    for setting in config() {
        out += &format!("    {}\n", setting.rust);
    }
    out + "    Ok(opening)\n}\n"
}

fn words_file(identity: i64) -> String {
    let mut out = format!(
        "{BANNER}//! Words by their numbers: states, kinds of reads.\n\nuse tacos_engine as tacos;\n\n\
         use super::{{Input, Output, Put, Take, Taken, Unfit}};\n\n\
         /// Which description both ends of the border were written from.\n\
         pub(crate) const ENCODING: i64 = {identity};\n\n"
    );
    out += "words_by_number! {\n";
    for of in words() {
        out += &format!("    {} {{\n", path(of.name));
        for (number, variant) in of.variants.iter().enumerate() {
            out += &format!("        {} = {number},\n", variant.name);
        }
        out += "    }\n";
    }
    out += "}\n\nenum_by_number! {\n    /// Reads of what must be durable before it is shown; they are asked for like commands.\n";
    out += "    \"request\" Lookup {\n";
    lookups().iter().for_each(|(name, number)| out += &format!("        {name} = {number},\n"));
    out += "    }\n}\n\nenum_by_number! {\n    /// Reads that wait for nothing.\n    \"read\" Read {\n";
    reads().iter().enumerate().for_each(|(number, name)| out += &format!("        {name} = {number},\n"));
    out + "    }\n}\n"
}
