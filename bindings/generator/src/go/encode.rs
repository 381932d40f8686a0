//! `encode.go`: commands into the structs of the C ABI.

use tacos_engine::schema::{Enum, Field, Kind, Struct, snake};

use super::commands::{is_word, settings};
use super::dialect::{GoCommand, commands, contrary, field_name};
use super::{Uses, comment, head};
use crate::words::{camel, shout, without_unit};

pub(super) fn file() -> String {
    let mut out = head("From commands to the structs of the C ABI, in memory of C's.", Uses::C, &["reflect"]);
    let all = commands();
    out += "\n// encode builds a command in memory of C's.\nfunc encode(a *arena, command Command) *C.tacos_head {\n";
    out += "\tswitch c := command.(type) {\n";
    for command in &all {
        out += &format!("\tcase {0}:\n\t\treturn encode{0}(a, &c)\n", command.name);
    }
    out += "\t}\n\t// Not by fmt: commands would have to outlive the call for it.\n";
    out += "\tpanic(reflect.TypeOf(command).String() + \" is no command of this package\")\n}\n";
    all.iter().for_each(|command| one(command, &mut out));
    // The room stands in its policy.
    settings()
        .iter()
        .filter(|record| record.name != "PresaleRoom")
        .for_each(|record| whole(record, &mut out));
    out
}

fn one(command: &GoCommand, out: &mut String) {
    let GoCommand { name, c_name, fields, .. } = command;
    let c_type = format!("tacos_{}", snake(c_name));
    *out += &format!(
        "\nfunc encode{name}(a *arena, c *{name}) *C.tacos_head {{\n\tout := alloc[C.{c_type}](a)\n"
    );
    *out += &format!("\tout.head = head[C.{c_type}](C.TACOS_COMMAND_{})\n", shout(c_name));
    for field in fields {
        assign(field, out);
    }
    if *name == "RemoveNote" {
        *out += "\tout.remove = 1\n";
    }
    *out += "\treturn &out.head\n}\n";
}

/// Writes the lines that carry one field over.
fn assign(field: &Field, out: &mut String) {
    let (c, go) = (field.name, field_name(field));
    if let Some((go, _)) = contrary(field) {
        *out += &format!("\tout.{c} = flag(!c.{go})\n");
        return;
    }
    let line = match field.kind {
        Kind::Name { .. } | Kind::Text | Kind::Optional(Kind::Name { .. } | Kind::Text) => {
            format!("out.{c} = a.text(c.{go})")
        }
        Kind::Bytes => format!("out.{c} = a.bytes(c.{go})"),
        Kind::Bool => format!("out.{c} = flag(c.{go})"),
        Kind::Unsigned(bits) => format!("out.{c} = C.uint{bits}_t(c.{go})"),
        Kind::Duration => format!("out.{c}_ms = ms(c.{go})"),
        Kind::Optional(Kind::Moment) => format!("out.{c}_ms = cTime(c.{go})"),
        Kind::Id { .. } => format!("out.{c} = cID(c.{go})"),
        Kind::Token { .. } => format!("out.{c} = cToken(c.{go})"),
        Kind::Optional(Kind::Id { .. }) => given(c, c, &go, &format!("cID(*c.{go})")),
        Kind::Optional(Kind::Token { .. }) => given(c, c, &go, &format!("cToken(*c.{go})")),
        Kind::Optional(Kind::Signed(bits)) => {
            let unit = field.unit().unwrap_or_default();
            given(c, &without_unit(c, unit), &go, &format!("C.int{bits}_t(*c.{go})"))
        }
        Kind::Optional(Kind::Array(16)) => format!("out.{c}, out.has_{c} = cCursor(c.{go})"),
        Kind::List(Kind::Name { .. }) | Kind::Optional(Kind::List(Kind::Name { .. })) => texts(c, &go),
        Kind::SeatMap => "out.sections, out.section_count = cSections(a, c.Seats)".into(),
        Kind::Struct(Struct { name: "Money", .. }) => {
            format!("out.{c}_minor, out.currency = C.int64_t(c.{go}Minor), a.text(c.Currency)")
        }
        Kind::Struct(record) => format!("out.{c} = c{}(a, &c.{go})", record.name),
        Kind::Optional(Kind::Struct(record)) => {
            format!("if c.{go} != nil {{\n\t\tout.{c} = c{}(a, c.{go})\n\t}}", record.name)
        }
        Kind::Enum(Enum { name: "ReservationRef", .. }) => format!("out.{c} = cWhich(a, c.{go})"),
        Kind::Enum(Enum { name: "SeatRequest", .. }) => [
            &texts("seats", "Seats"),
            "out.quantity, out.section = C.uint32_t(c.Quantity), a.text(c.Section)",
            "out.whole_only, out.accessible = flag(c.WholeOnly), flag(c.Accessible)",
        ]
        .join("\n\t"),
        Kind::Enum(Enum { name: "Proof", .. }) => {
            "if c.Payment != nil {\n\t\tout.payment = cID(*c.Payment)\n\t}\n\tout.outside = flag(c.Payment == nil)".into()
        }
        Kind::Enum(Enum { name: "Payee", .. }) => {
            "out.which, out.unlinked = cWhich(a, c.Which), a.text(c.Unlinked)".into()
        }
        kind if is_word(kind) => format!("out.{c} = C.uint32_t(c.{go})"),
        Kind::Optional(kind) if is_word(*kind) => format!("out.{c} = C.uint32_t(c.{go})"),
        other => unreachable!("{c}: {other:?} has no way into C yet"),
    };
    *out += &format!("\t{line}\n");
}

/// A value with a mark that says whether it is given.
fn given(c: &str, mark: &str, go: &str, value: &str) -> String {
    format!("if c.{go} != nil {{\n\t\tout.{c}, out.has_{mark} = {value}, 1\n\t}}")
}

/// A list of texts, and how many they are.
fn texts(c: &str, go: &str) -> String {
    format!("out.{c}, out.{}_count = a.texts(c.{go})", c.strip_suffix('s').unwrap_or(c))
}

/// A record that a command carries: what is not given keeps the engine's usual value.
fn whole(record: &Struct, out: &mut String) {
    let (name, c_type) = (record.name, format!("tacos_{}", snake(record.name)));
    *out += "\n";
    *out += &comment("", &format!("c{name} leaves the engine's usual value where nothing is given."));
    *out += &format!("func c{name}(a *arena, c *{name}) *C.{c_type} {{\n\tout := alloc[C.{c_type}](a)\n");
    *out +=
        &format!("\tif status := C.{c_type}_init(out, C.sizeof_{c_type}); status != C.TACOS_STATUS_OK {{\n");
    *out += "\t\tpanic(misuse(status))\n\t}\n";
    for field in record.fields {
        let (c, go) = (field.name, field_name(field));
        let line = match field.kind {
            Kind::Bool => format!("out.{c} = flag(!c.{})", contrary(field).map_or(go.as_str(), |(go, _)| go)),
            Kind::Text | Kind::Currency => format!("out.{c} = a.text(c.{go})"),
            Kind::Unsigned(_) if c == "extensions_max" => {
                format!("if c.{go} != nil {{\n\t\tout.{c} = C.uint32_t(*c.{go})\n\t}}")
            }
            Kind::Unsigned(64) => format!("setMs(&out.{c}, c.{go})"),
            Kind::Unsigned(_) | Kind::Optional(Kind::Unsigned(_)) => format!("set32(&out.{c}, c.{go})"),
            Kind::Optional(Kind::Moment) => format!("out.{c}_ms = cTime(c.{go})"),
            Kind::Optional(Kind::Struct(inner)) => {
                let mut lines = format!("if c.{go} != nil {{\n\t\tout.has_{c} = 1\n");
                for inner in inner.fields {
                    lines +=
                        &format!("\t\tout.{c}_{0}_ms = cTime(c.{go}.{1})\n", inner.name, camel(inner.name));
                }
                lines + "\t}"
            }
            other => unreachable!("{name}.{c}: {other:?} has no way into C yet"),
        };
        *out += &format!("\t{line}\n");
    }
    *out += "\treturn out\n}\n";
}
