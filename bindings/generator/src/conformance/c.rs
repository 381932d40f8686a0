//! The rows of the driver in C: which member of which struct a field of a scenario is, and in which form. `rows.h` of
//! the driver says what they stand for.

use tacos_engine::schema::{
    COMMANDS, Enum, Field, Kind, Mark, READS, REPLY, ReadForm, Struct, UPDATE, snake,
};

use crate::c::{count, has, read_struct};
use crate::go::c_enum;
use crate::operations::flat;
use crate::words::{reached, shout};

const BANNER: &str =
    "// Written by `cargo run -p tacos-generator` from the engine's description of itself: do not edit.\n";

/// A row: the field's name, its form, flags, the member, the member that marks it or counts it, and what the form is of.
struct Row {
    name: String,
    form: &'static str,
    flags: &'static str,
    member: String,
    mark: String,
    of: String,
}

fn row(name: &str, form: &'static str, member: &str) -> Row {
    Row { name: name.into(), form, flags: "0", member: member.into(), mark: String::new(), of: String::new() }
}

impl Row {
    fn marked(self, mark: impl Into<String>) -> Self {
        Self { mark: mark.into(), ..self }
    }

    fn flagged(self, flags: &'static str) -> Self {
        Self { flags, ..self }
    }

    fn of(self, of: impl Into<String>) -> Self {
        Self { of: of.into(), ..self }
    }

    fn line(&self, record: &str) -> String {
        let name = if self.name.is_empty() { "NULL".into() } else { format!("\"{}\"", self.name) };
        let mut line =
            format!("    {{{name}, {}, {}, offsetof({record}, {})", self.form, self.flags, self.member);
        if !self.mark.is_empty() {
            line += &format!(", .mark = offsetof({record}, {})", self.mark);
        }
        if !self.of.is_empty() {
            line += &format!(", {}", self.of);
        }
        line + "},\n"
    }
}

/// `words.c`.
pub(super) fn words_file() -> String {
    let mut out =
        format!("{BANNER}// The words of scenarios for the numbers of the ABI.\n#include \"words.h\"\n");
    let (_, mut enums) = super::described();
    let (_, told) = reached([Kind::Struct(UPDATE)]);
    enums.extend(told.into_iter().filter(|of| of.name == "UpdateKind"));
    for of in enums {
        out += &format!("\nconst word {}[] = {{\n", words(of));
        for variant in of.variants {
            out += &format!("    {{{}_{}, \"{}\"}},\n", c_enum(of.name), shout(variant.name), variant.code());
        }
        out += "    {0, NULL},\n};\n";
    }
    out
}

/// `words.h`.
pub(super) fn words_header() -> String {
    let mut out = format!(
        "{BANNER}// The words of scenarios for the numbers of the ABI; each list ends with a null word.\n\
         #ifndef WORDS_H\n#define WORDS_H\n\n#include \"wire.h\"\n\ntypedef struct {{\n    uint32_t number;\n    \
         const char *word;\n}} word;\n\n"
    );
    let (_, mut enums) = super::described();
    let (_, told) = reached([Kind::Struct(UPDATE)]);
    enums.extend(told.into_iter().filter(|of| of.name == "UpdateKind"));
    enums.iter().for_each(|of| out += &format!("extern const word {}[];\n", words(of)));
    out + "\n#endif\n"
}

fn words(of: &Enum) -> String {
    format!("{}_WORDS", shout(of.name))
}

/// `arguments.c`.
pub(super) fn arguments_file() -> String {
    let mut out = format!(
        "{BANNER}// The arguments of every operation that is a command.\n#include <stddef.h>\n\n#include \"rows.h\"\n"
    );
    let mut table = String::from("\nconst command COMMANDS[] = {\n");
    for command in COMMANDS {
        let rows = command.fields.iter().flat_map(|field| argument(command.method, field, true));
        one(command.method, &snake(command.name), &shout(command.name), rows, &mut out, &mut table);
    }
    for read in READS.iter().filter(|read| matches!(read.form, ReadForm::Durable | ReadForm::Page)) {
        let rows = read.fields.iter().flat_map(|field| argument(read.method, field, false));
        let name = read_struct(read);
        one(read.method, &snake(name), &shout(name), rows, &mut out, &mut table);
    }
    out + &table + "    {NULL},\n};\n"
}

fn one(
    method: &str,
    record: &str,
    kind: &str,
    rows: impl Iterator<Item = Row>,
    out: &mut String,
    table: &mut String,
) {
    let record = format!("tacos_{record}");
    *out += &format!("\nstatic const row {kind}[] = {{\n");
    rows.for_each(|row| *out += &row.line(&record));
    *out += "    {NULL},\n};\n";
    *table += &format!("    {{\"{method}\", TACOS_COMMAND_{kind}, sizeof({record}), {kind}}},\n");
}

/// The kind of an id or token.
fn issued(kind: Kind) -> String {
    match kind {
        Kind::Id { name, .. } => {
            format!(".kind = TACOS_ID_KIND_{}", shout(name.strip_suffix("Id").unwrap_or(name)))
        }
        Kind::Token { name, .. } => {
            format!(".kind = TACOS_TOKEN_KIND_{}", shout(name.strip_suffix("Token").unwrap_or(name)))
        }
        other => unreachable!("{other:?} is no id"),
    }
}

/// Rows of a command's or read's field. In commands that write, optional numbers have a mark.
fn argument(method: &str, field: &Field, writes: bool) -> Vec<Row> {
    let name = field.name;
    let named = flat::named("", field);
    let texts = |name: &str| row(name, "TEXTS", name).marked(count(name));
    match field.kind {
        _ if field.mark == Mark::Key => vec![row(name, "TEXT", name)],
        Kind::Name { .. } | Kind::Text | Kind::Optional(Kind::Name { .. } | Kind::Text) => {
            vec![row(name, "TEXT", name)]
        }
        Kind::Bytes => vec![row(name, "BYTES", name)],
        Kind::Optional(Kind::Bytes) => {
            vec![row(name, "BYTES", name).flagged("MARKS_ABSENCE").marked("remove")]
        }
        Kind::Bool => vec![row(name, "FLAG", name)],
        Kind::Duration => vec![row(&named, "BIG", &named)],
        Kind::Optional(Kind::Moment) => vec![row(&named, "MOMENT", &named)],
        Kind::Id { .. } => vec![row(name, "ID", name).flagged("REQUIRED").of(issued(field.kind))],
        Kind::Token { .. } => vec![row(name, "TOKEN", name).flagged("REQUIRED").of(issued(field.kind))],
        Kind::Optional(of @ Kind::Id { .. }) => {
            vec![row(name, "ID", name).marked(format!("has_{name}")).of(issued(*of))]
        }
        Kind::Optional(of @ Kind::Token { .. }) => {
            vec![row(name, "TOKEN", name).marked(format!("has_{name}")).of(issued(*of))]
        }
        Kind::Optional(Kind::Signed(64)) => vec![row(name, "SIGNED", name).marked(has(field))],
        Kind::Optional(Kind::Unsigned(32)) if writes => vec![row(name, "SMALL", name).marked(has(field))],
        Kind::Optional(Kind::Unsigned(32)) => vec![row(name, "SMALL", name)],
        Kind::Optional(Kind::Array(16)) => vec![row(name, "CURSOR", name).marked(format!("has_{name}"))],
        Kind::List(Kind::Name { .. }) | Kind::Optional(Kind::List(Kind::Name { .. })) => vec![texts(name)],
        Kind::SeatMap => vec![row("places", "SECTIONS", "sections").marked("section_count")],
        Kind::Struct(Struct { name: "Money", .. }) => {
            let minor = format!("{name}_minor");
            vec![row(&minor, "SIGNED", &minor), row("currency", "TEXT", "currency")]
        }
        Kind::Struct(record) => vec![row("", record_form(record), name)],
        Kind::Optional(Kind::Struct(record)) => vec![row(name, record_form(record), name)],
        Kind::Enum(Enum { name: "ReservationRef", .. }) => vec![row("", "WHICH", name)],
        Kind::Enum(Enum { name: "Payee", .. }) => {
            vec![row("", "WHICH", "which"), row("unlinked", "TEXT", "unlinked")]
        }
        Kind::Enum(Enum { name: "Proof", .. }) => {
            let intent = row("payment", "ID", "payment").flagged("MARKS_ABSENCE").marked("outside");
            vec![intent.of(".kind = TACOS_ID_KIND_PAYMENT")]
        }
        Kind::Enum(Enum { name: "SeatRequest", .. }) => vec![
            texts("seats"),
            row("quantity", "SMALL", "quantity"),
            row("section", "TEXT", "section"),
            row("allow_split", "FLAG", "whole_only").flagged("CONTRARY"),
            row("accessible", "FLAG", "accessible"),
        ],
        Kind::Enum(of) | Kind::Optional(&Kind::Enum(of)) => {
            vec![row(name, "WORD", name).of(format!(".words = {}", words(of)))]
        }
        other => unreachable!("{method}.{name}: {other:?} has no form in C yet"),
    }
}

fn record_form(record: &Struct) -> &'static str {
    if record.name == "EventSettings" { "SETTINGS" } else { "POLICY" }
}

/// `answers.c`.
pub(super) fn answers_file() -> String {
    let mut out = format!(
        "{BANNER}// The fields of every answer and view.\n#include \"answers.h\"\n\n#include <stddef.h>\n"
    );
    let (records, _) = super::described();
    for record in &records {
        let c = format!("tacos_{}", snake(record.name));
        out += &format!("\nconst row {}[] = {{\n", rows_of(record));
        let fields = record.fields.iter().filter(|field| !flat::is_left_out(record.name, field));
        fields.flat_map(|field| shown(record, field)).for_each(|row| out += &row.line(&c));
        out += "    {NULL},\n};\n";
    }
    out += "\nconst body BODIES[] = {\n";
    for variant in REPLY.variants {
        let Kind::Struct(record) = variant.fields[0].kind else { unreachable!("a reply is a record") };
        out += &format!("    {{TACOS_BODY_{}, {}}},\n", shout(variant.name), rows_of(record));
    }
    for read in READS {
        let Kind::Struct(record) = read.gives else { continue };
        let kind = shout(record.name);
        match read.form {
            ReadForm::Durable => out += &format!("    {{TACOS_BODY_{kind}, {}}},\n", rows_of(record)),
            ReadForm::Page => {
                let page = kind.replace("_VIEW", "_PAGE");
                out += &format!("    {{TACOS_BODY_{page}, {}, .is_page = true}},\n", rows_of(record));
            }
            _ => {}
        }
    }
    out + "    {0, NULL},\n};\n"
}

/// `answers.h`: the names of these tables.
pub(super) fn answers_header() -> String {
    let mut out = format!(
        "{BANNER}// The tables of answers.c.\n#ifndef ANSWERS_H\n#define ANSWERS_H\n\n#include \"rows.h\"\n\n"
    );
    let (records, _) = super::described();
    records.iter().for_each(|record| out += &format!("extern const row {}[];\n", rows_of(record)));
    out + "\n#endif\n"
}

fn rows_of(record: &Struct) -> String {
    format!("{}_ROWS", shout(record.name))
}

/// Rows of a field of an answer.
fn shown(record: &Struct, field: &Field) -> Vec<Row> {
    let name = field.name;
    let named = flat::named(record.name, field);
    match field.kind {
        _ if flat::is_event_number(field) => vec![row("event", "EVENT", "event_number")],
        Kind::Bool => vec![row(&named, "FLAG", name)],
        Kind::Unsigned(32) => vec![row(&named, "SMALL", name)],
        Kind::Unsigned(_) => vec![row(&named, "BIG", name)],
        Kind::Signed(_) => vec![row(&named, "SIGNED", name)],
        Kind::Optional(Kind::Unsigned(32)) => vec![row(&named, "SMALL", name).flagged("OPTIONAL")],
        Kind::Optional(Kind::Unsigned(_)) => vec![row(&named, "BIG", name).marked(has(field))],
        Kind::Text | Kind::Name { .. } | Kind::Currency => vec![row(&named, "TEXT", name)],
        Kind::Optional(Kind::Text | Kind::Name { .. }) => vec![row(&named, "TEXT", name).flagged("OPTIONAL")],
        Kind::Bytes => vec![row(&named, "BYTES", name)],
        Kind::Array(32) => vec![row(&named, "HEX", name)],
        Kind::Optional(Kind::Array(32)) => vec![row(&named, "HEX", name).marked(format!("has_{name}"))],
        Kind::Moment | Kind::Optional(Kind::Moment) => {
            vec![row(&named, "MOMENT", &format!("{name}_ms")).flagged("OPTIONAL")]
        }
        Kind::Id { .. } => {
            let id = row(&named, "ID", name).of(issued(field.kind));
            let order = flat::is_order(record.name, field)
                .then(|| row("order", "ID", name).of(".kind = TACOS_ID_KIND_ORDER"));
            [id].into_iter().chain(order).collect()
        }
        Kind::Optional(of @ Kind::Id { .. }) => {
            vec![row(&named, "ID", name).marked(format!("has_{name}")).of(issued(*of))]
        }
        Kind::Token { .. } => vec![row(&named, "TOKEN", name).of(issued(field.kind))],
        Kind::Enum(of) => vec![row(&named, "WORD", name).of(format!(".words = {}", words(of)))],
        Kind::List(Kind::Place) => vec![row("", "PLACES", name).marked("event_number")],
        Kind::Struct(Struct { name: "Money", .. }) => {
            let minor = format!("{name}_minor");
            vec![row(&minor, "SIGNED", &minor), row("currency", "TEXT", "currency")]
        }
        Kind::Struct(inner) => vec![row("", "INSIDE", name).of(format!(".inside = {}", rows_of(inner)))],
        Kind::Optional(Kind::Struct(inner)) => {
            let part = |part: &Field| {
                let member = format!("{name}_{}_ms", part.name);
                row(&flat::named(inner.name, part), "MOMENT", &member).marked(format!("has_{name}"))
            };
            inner.fields.iter().map(part).collect()
        }
        other => unreachable!("{}.{name}: {other:?} has no form in C yet", record.name),
    }
}
