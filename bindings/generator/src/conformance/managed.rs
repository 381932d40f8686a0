//! The rows of the drivers in Kotlin and Python: which field of which class a field of a scenario is. What kind of value
//! it is, a driver asks the class itself.

use tacos_engine::schema::{Enum, Field, Kind, REFUSAL, Struct, UPDATE, Variant};

use crate::border::{Item, Shape, changes, fact_items, fact_name, item, refusal_items, settings};
use crate::operations::{self, flat};
use crate::python::{commands, type_name};
use crate::{kotlin, python};

/// How a language writes tables of rows.
pub(super) struct Tongue {
    beginning: &'static str,
    /// How a table begins and ends.
    begins: fn(&str) -> String,
    ends: &'static str,
    field: fn(&str) -> String,
    /// An operation's command with its rows.
    command: fn(&str, &str, &str) -> String,
    /// A class with its rows.
    class: fn(Of, &str, &str) -> String,
}

/// What classes are of, which says where they stand.
#[derive(Clone, Copy)]
enum Of {
    Records,
    Refusals,
    Facts,
}

pub(super) const PYTHON: Tongue = Tongue {
    beginning: "\
# Written by `cargo run -p tacos-generator` from the engine's description of itself: do not edit.
\"\"\"
The commands of operations, the records of answers, what refusals carry, and facts with their words, one row each:
`name=field`. With `.` for a name the fields of that record are the operation's own. `:hex` says how bytes are shown,
`:count` that there are so many, `:of` that a change of a reservation is shown beside its id.
\"\"\"

import tacos_engine as tacos
from tacos_engine import updates
",
    begins: |name| format!("{name} = {{"),
    ends: "}",
    field: |name| python::field_name(name).to_owned(),
    command: |operation, class, rows| folded(&format!("    \"{operation}\": (tacos.{class}, \"{rows}\"),\n")),
    class: |of, class, rows| {
        let place = if matches!(of, Of::Facts) { "updates" } else { "tacos" };
        folded(&format!("    {place}.{class}: \"{rows}\",\n"))
    },
};

pub(super) const KOTLIN: Tongue = Tongue {
    beginning: "\
// Written by `cargo run -p tacos-generator` from the engine's description of itself: do not edit.
// The commands of operations, the records of answers, what refusals carry, and facts with their words, one row each:
// `name=field`. With `.` for a name the fields of that record are the operation's own. `:hex` says how bytes are shown,
// `:count` that there are so many, `:of` that a change of a reservation is shown beside its id.
package com.traffictacos.engine.conformance

import com.traffictacos.engine.*
import kotlin.reflect.KClass
",
    begins: |name| {
        let of = if name == "COMMANDS" { "String, Pair<KClass<*>, String>" } else { "KClass<*>, String" };
        format!("val {name} = mapOf<{of}>(")
    },
    ends: ")",
    field: kotlin::field_name,
    command: |operation, class, rows| format!("    \"{operation}\" to ({class}::class to \"{rows}\"),\n"),
    class: |of, class, rows| {
        let place = match of {
            Of::Records => "",
            Of::Refusals => "Refusal.",
            Of::Facts => "UpdateKind.",
        };
        format!("    {place}{class}::class to \"{rows}\",\n")
    },
};

pub(super) fn file(tongue: &Tongue) -> String {
    let mut out = tongue.beginning.to_owned();
    table(tongue, "COMMANDS", &mut out, || {
        let row = |command: &python::PythonCommand| {
            let rows: Vec<String> = command.fields.iter().map(|field| argument(tongue, field)).collect();
            (tongue.command)(command.operation, &command.name, &rows.join(" "))
        };
        commands().iter().map(row).collect()
    });
    table(tongue, "RECORDS", &mut out, || {
        let (mut records, _) = super::described();
        records.extend(settings().into_iter().filter(|record| record.name == "PresaleRoom"));
        let row = |record: &'static Struct| {
            let fields = record.fields.iter().filter(|field| !flat::is_left_out(record.name, field));
            let rows: Vec<String> = fields.map(|field| shown(tongue, record, field)).collect();
            (tongue.class)(Of::Records, type_name(record.name), &rows.join(" "))
        };
        let told = changes().into_iter().filter(|record| record.name == "ReservationUpdate").map(|record| {
            let rows = record.fields.iter().map(|field| told(tongue, &item(field))).collect::<Vec<_>>();
            (tongue.class)(Of::Records, type_name(record.name), &rows.join(" "))
        });
        let options: Vec<String> =
            operations::settings().iter().map(|field| option(tongue, &field.name)).collect();
        let options = (tongue.class)(Of::Records, "Options", &options.join(" "));
        records.into_iter().map(row).chain(told).chain([options]).collect()
    });
    table(tongue, "REFUSALS", &mut out, || {
        let row = |variant: &'static Variant| {
            let carried = flat::carried(variant).into_iter().zip(refusal_items(variant));
            let rows: Vec<String> =
                carried.map(|(shown, item)| pair(&shown.name, &(tongue.field)(&item.name))).collect();
            (!rows.is_empty()).then(|| (tongue.class)(Of::Refusals, variant.name, &rows.join(" ")))
        };
        REFUSAL.variants.iter().filter_map(row).collect()
    });
    table(tongue, "FACTS", &mut out, || {
        let row = |variant: &'static Variant| {
            let told = fact_items(variant).into_iter().filter(|item| !is_credential(item));
            let rows: String = told.map(|item| format!(" {}", self::told(tongue, &item))).collect();
            (tongue.class)(Of::Facts, fact_name(variant), &(variant.code() + &rows))
        };
        what().variants.iter().map(row).collect()
    });
    out
}

fn table(tongue: &Tongue, name: &str, out: &mut String, rows: impl FnOnce() -> String) {
    *out += &format!("\n{}\n{}{}\n", (tongue.begins)(name), rows(), tongue.ends);
}

/// Facts of what may happen.
fn what() -> &'static Enum {
    let found = UPDATE.fields.iter().find_map(|field| match field.kind {
        Kind::Enum(of) if field.name == "what" => Some(of),
        _ => None,
    });
    found.expect("what happened is one of several forms")
}

/// Tokens of single people are not told.
fn is_credential(item: &Item) -> bool {
    item.secret.is_some() && matches!(item.shape, Shape::Text)
}

/// The row of a value of an update.
fn told(tongue: &Tongue, item: &Item) -> String {
    let (name, field) = (item.name.as_str(), (tongue.field)(&item.name));
    match &item.shape {
        Shape::Moment => pair(&format!("{name}_ms"), &field),
        Shape::Optional(of) if matches!(**of, Shape::Moment) => pair(&format!("{name}_ms"), &field),
        Shape::Optional(of) if matches!(**of, Shape::Record(_)) => format!("{}:of", pair(name, &field)),
        Shape::Bytes => format!("{}:hex", pair("id", &field)),
        Shape::List(of) if matches!(**of, Shape::Text) => format!("{}:count", pair("tickets", &field)),
        Shape::List(_) | Shape::Record(_) => pair(".", &field),
        Shape::Text if name == "name" => pair("id", &field),
        _ => pair(name, &field),
    }
}

/// The row of a setting of the engine.
fn option(tongue: &Tongue, name: &str) -> String {
    let outside = match name {
        "late_payment" => "refund_late_payments",
        _ => name.strip_suffix("_ms").unwrap_or(name),
    };
    pair(name, &(tongue.field)(outside))
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
fn argument(tongue: &Tongue, field: &Field) -> String {
    let name = flat::named("", field);
    let own = || (tongue.field)(field.name);
    match field.kind {
        Kind::Enum(Enum { name: "ReservationRef" | "Payee" | "SeatRequest", .. }) => format!(".={}", own()),
        Kind::Enum(Enum { name: "Proof", .. }) => "payment".into(),
        Kind::Enum(Enum { name: "PaymentOutcome", .. }) => format!("{name}=completed"),
        Kind::SeatMap => "places=sections".into(),
        Kind::Struct(Struct { name: "Money", .. }) => {
            let minor = format!("{name}_minor");
            format!("{} currency", pair(&minor, &(tongue.field)(&minor)))
        }
        Kind::Struct(_) => format!(".={}", own()),
        _ => said(tongue, &name, field),
    }
}

fn said(tongue: &Tongue, name: &str, field: &Field) -> String {
    // A field of the schema lives as long as the program; what it is called outside has no unit that its type has.
    let outside = crate::border::name_of(field);
    pair(name, &(tongue.field)(&outside))
}

/// The row of a field of an answer, or of a record that a command carries whole.
fn shown(tongue: &Tongue, record: &Struct, field: &'static Field) -> String {
    let name = flat::named(record.name, field);
    match field.kind {
        Kind::Struct(Struct { name: "Money", .. }) => {
            let minor = format!("{name}_minor");
            let own =
                if ["total", "amount"].contains(&field.name) { minor.clone() } else { field.name.into() };
            format!("{} currency", pair(&minor, &(tongue.field)(&own)))
        }
        Kind::Struct(_) | Kind::Optional(Kind::Struct(_)) => format!(".={}", (tongue.field)(field.name)),
        Kind::List(Kind::Place) => format!("seats={}", field.name),
        _ if flat::is_event_number(field) => "event".into(),
        _ if flat::is_order(record.name, field) => format!("{name} order"),
        Kind::Array(_) | Kind::Optional(Kind::Array(_)) => {
            pair(&name, &(tongue.field)(&item(field).name)) + ":hex"
        }
        _ => said(tongue, &name, field),
    }
}
