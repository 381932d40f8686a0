//! The rows of the driver in Python: which field of which class a field of a scenario is. What kind of value it is, the
//! driver asks the class itself.

use tacos_engine::schema::{Enum, Field, Kind, REFUSAL, Struct};

use crate::border::{item, refusal_items, settings};
use crate::operations::flat;
use crate::python::{commands, field_name, type_name};

const BEGINNING: &str = "\
# Written by `cargo run -p tacos-generator` from the engine's description of itself: do not edit.
\"\"\"
The commands of operations, the records of answers, and what refusals carry, one row each: `name=field`. With `.` for a
name the fields of that record are the operation's own; `:hex` says how bytes are shown.
\"\"\"

import tacos_engine as tacos
";

pub(super) fn file() -> String {
    let mut out = format!("{BEGINNING}\nCOMMANDS = {{\n");
    for command in commands() {
        let rows: Vec<String> = command.fields.iter().map(argument).collect();
        out += &row(command.operation, &command.name, &rows);
    }
    out += "}\n\nRECORDS = {\n";
    let (mut records, _) = super::described();
    records.extend(settings().into_iter().filter(|record| record.name == "PresaleRoom"));
    for record in records {
        let fields = record.fields.iter().filter(|field| !flat::is_left_out(record.name, field));
        let rows: Vec<String> = fields.map(|field| shown(record, field)).collect();
        let line = format!("    tacos.{}: \"{}\",\n", type_name(record.name), rows.join(" "));
        out += &folded(&line);
    }
    out += "}\n\nREFUSALS = {\n";
    for variant in REFUSAL.variants {
        let carried = flat::carried(variant).into_iter().zip(refusal_items(variant));
        let rows: Vec<String> =
            carried.map(|(shown, item)| pair(&shown.name, field_name(&item.name))).collect();
        if !rows.is_empty() {
            out += &format!("    tacos.{}: \"{}\",\n", variant.name, rows.join(" "));
        }
    }
    out + "}\n"
}

fn row(operation: &str, class: &str, rows: &[String]) -> String {
    folded(&format!("    \"{operation}\": (tacos.{class}, \"{}\"),\n", rows.join(" ")))
}

/// A line that is not too long, or its text in parts.
fn folded(line: &str) -> String {
    if line.len() <= 121 {
        return line.to_owned();
    }
    let (before, rest) = line.split_at(line.rfind(" \"").expect("a text") + 1);
    let (text, after) = rest[1..].split_at(rest[1..].find('"').expect("its end"));
    let parts: Vec<String> = crate::words::wrap(text, 108)
        .iter()
        .enumerate()
        .map(|(at, part)| format!("        \"{}{part}\"\n", if at > 0 { " " } else { "" }))
        .collect();
    let is_pair = before.contains('(');
    let (open, close) = if is_pair { ("", "    ") } else { ("(", "    )") };
    format!("{}{open}\n{}{close}{}", before.trim_end(), parts.concat(), &after[1..])
}

fn pair(name: &str, field: &str) -> String {
    if name == field { name.to_owned() } else { format!("{name}={field}") }
}

/// The row of a command's field.
fn argument(field: &Field) -> String {
    let name = flat::named("", field);
    let own = || field_name(field.name);
    match field.kind {
        Kind::Enum(Enum { name: "Which" | "Payee" | "Want", .. }) => format!(".={}", own()),
        Kind::Enum(Enum { name: "Proof", .. }) => "payment".into(),
        Kind::Enum(Enum { name: "Outcome", .. }) => format!("{name}=completed"),
        Kind::SeatMap => "places=sections".into(),
        Kind::Struct(Struct { name: "Money", .. }) => format!("{name}_minor currency"),
        Kind::Struct(_) => format!(".={}", own()),
        _ => said(&name, field),
    }
}

fn said(name: &str, field: &Field) -> String {
    // A field of the schema lives as long as the program; what it is called outside has no unit that its type has.
    let outside = crate::border::name_of(field);
    pair(name, field_name(&outside))
}

/// The row of a field of an answer, or of a record that a command carries whole.
fn shown(record: &Struct, field: &'static Field) -> String {
    let name = flat::named(record.name, field);
    match field.kind {
        Kind::Struct(Struct { name: "Money", .. }) => {
            let minor = format!("{name}_minor");
            let own =
                if ["total", "amount"].contains(&field.name) { minor.clone() } else { field.name.into() };
            format!("{} currency", pair(&minor, &own))
        }
        Kind::Struct(_) | Kind::Optional(Kind::Struct(_)) => format!(".={}", field_name(field.name)),
        Kind::List(Kind::Place) => format!("seats={}", field.name),
        _ if flat::is_event_number(field) => "event".into(),
        _ if flat::is_order(record.name, field) => format!("{name} order"),
        Kind::Array(_) | Kind::Optional(Kind::Array(_)) => pair(&name, &item(field).name) + ":hex",
        _ => said(&name, field),
    }
}
