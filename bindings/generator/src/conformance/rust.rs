//! The rows of the Rust target: `rows.rs` beside them says what they stand for.

use tacos_engine::schema::{COMMANDS, Command, Enum, Field, Kind, REFUSAL, REPLY, Struct};

use crate::operations::flat;
use crate::words::{reached, wrap};

const BANNER: &str =
    "// Written by `cargo run -p tacos-generator` from the engine's description of itself: do not edit.\n\n";

const BEGINNING: &str = "//! The operations of scenarios and the records of answers, one row each.
#![allow(clippy::wildcard_imports, reason = \"names of nearly all types of the engine\")]

use tacos_engine::views::*;
use tacos_engine::*;

use super::arguments::{Args, Given, Read, ill_formed, usual_policy, usual_settings};
use super::records::{Shown, Shows};
use super::rows::{Word, commands, doubts, field, records, settings, words};
";

/// Records that commands carry whole, and what makes them with usual values.
const SETTINGS: [(&str, &str); 2] = [("EventSettings", "usual_settings"), ("QueuePolicy", "usual_policy")];

pub(super) fn file() -> String {
    let mut out = format!("{BANNER}{BEGINNING}");
    let (records, enums) = super::described();
    let is_plain = |of: &&&Enum| of.variants.iter().all(|variant| variant.fields.is_empty());
    table("words", &mut out, |out| enums.iter().filter(is_plain).for_each(|of| words(of, out)));
    let (_, carried) = reached([Kind::Enum(REFUSAL)]);
    let is_doubt = |of: &&&Enum| of.name != REFUSAL.name && !is_plain(of);
    table("doubts", &mut out, |out| carried.iter().filter(is_doubt).for_each(|of| words(of, out)));
    table("commands", &mut out, |out| {
        COMMANDS.iter().for_each(|command| one(command, out));
        *out += "    ;\n";
        COMMANDS.iter().filter(|command| is_bare(command)).for_each(|command| {
            *out += &format!("    \"{}\" => {}({})\n", command.method, command.name, command.fields[0].name);
        });
    });
    table("settings", &mut out, |out| {
        for (name, usual) in SETTINGS {
            let record = records.iter().find(|record| record.name == name).expect("a record");
            let fields: Vec<String> = record.fields.iter().map(|field| field.name.to_owned()).collect();
            row(&format!("{name} from {usual}"), &fields, ',', out);
        }
    });
    table("records", &mut out, |out| records.iter().for_each(|record| shown(record, out)));
    out += "\nimpl Shown for Reply {\n    fn show(&self, name: &str, to: &mut Shows<'_>) {\n        match self {\n";
    for variant in REPLY.variants {
        out += &format!("            Self::{}(reply) => to.put(name, reply),\n", variant.name);
    }
    out + "        }\n    }\n}\n"
}

fn table(name: &str, out: &mut String, fill: impl FnOnce(&mut String)) {
    *out += &format!("\n{name}! {{\n");
    fill(out);
    *out += "}\n";
}

/// A row: on one line if it fits. A line ends only between parts.
fn row(head: &str, parts: &[String], end: char, out: &mut String) {
    let joined = parts.join(&format!("{end} "));
    let inside = if end == ';' { joined + ";" } else { joined };
    let line = format!("    {head} {{ {inside} }}\n");
    if line.chars().count() <= 112 {
        *out += &line;
        return;
    }
    *out += &format!("    {head} {{\n");
    let glued = inside.replace(' ', "\u{a0}").replace(&format!("{end}\u{a0}"), &format!("{end} "));
    wrap(&glued, 104).iter().for_each(|line| *out += &format!("        {}\n", line.replace('\u{a0}', " ")));
    *out += "    }\n";
}

fn words(of: &Enum, out: &mut String) {
    let words: Vec<String> =
        of.variants.iter().map(|variant| format!("{} = \"{}\"", variant.name, variant.code())).collect();
    row(of.name, &words, ',', out);
}

/// True if the command is one value.
fn is_bare(command: &Command) -> bool {
    matches!(command.fields, [Field { kind: Kind::Id { .. } | Kind::Token { .. }, .. }])
}

fn one(command: &Command, out: &mut String) {
    if is_bare(command) {
        return;
    }
    let read = |field: &Field| {
        let how = match field.kind {
            Kind::List(Kind::Name { .. }) => "ids".into(),
            Kind::Optional(Kind::List(Kind::Name { .. })) => "some_ids".into(),
            Kind::Optional(Kind::Struct(_)) => "part".into(),
            // Where the engine takes several types, one is named.
            Kind::Enum(Enum { name: "ReservationRef", .. }) => "which".into(),
            Kind::Optional(Kind::Name { name: "UserId", .. }) if field.setter.is_none() => "caller".into(),
            Kind::Enum(of) if flat::is_usual(command.method, field) => {
                format!("or({}::{})", of.name, of.variants[0].name)
            }
            _ => "get".to_owned(),
        };
        format!("{}: {how}", field.name)
    };
    let (asked, set): (Vec<&Field>, Vec<&Field>) =
        command.fields.iter().partition(|field| field.setter.is_none());
    let asked: Vec<String> = asked.into_iter().map(read).collect();
    let set: Vec<String> = set.into_iter().map(read).collect();
    row(&format!("\"{}\" => {}({})", command.method, command.name, asked.join(", ")), &set, ',', out);
}

fn shown(record: &Struct, out: &mut String) {
    let event =
        record.fields.iter().find(|field| flat::is_event_number(field)).map_or("", |field| field.name);
    let fields = record.fields.iter().filter(|field| !flat::is_left_out(record.name, field));
    let fields: Vec<String> = fields
        .map(|field| {
            let name = field.name;
            match field.kind {
                _ if flat::is_event_number(field) => format!("event {name} \"event\""),
                Kind::List(Kind::Place) => format!("places {name} {event}"),
                _ if flat::is_order(record.name, field) => {
                    format!("put {name} \"{name}\"; order {name} \"order\"")
                }
                _ => format!("put {name} \"{}\"", flat::renamed(record.name, field)),
            }
        })
        .collect();
    row(record.name, &fields, ';', out);
}
