//! `dial_ask.go`: commands as messages.

use tacos_engine::schema::{COMMANDS, Enum, Field, Kind, READS, Struct};

use super::super::commands::{is_word, settings};
use super::super::dialect::{GoCommand, commands, contrary, field_name};
use super::super::{Uses, comment, head};
use super::{STUBS, stub};
use crate::border;
use crate::wire::messages::{read_message, wire_name};

pub(crate) fn file() -> String {
    let mut out = head("Commands as messages.", Uses::Nothing, &["reflect", "", STUBS]);
    out += "\n// toCall is a command as a message, and whether it only reads.\nfunc toCall(command Command) (call *commandv1.Call, reads bool) {\n\tcall = &commandv1.Call{}\n\tswitch c := command.(type) {\n";
    for command in commands() {
        let (name, (choice, reads)) = (command.name, choice(&command));
        out += &format!(
            "\tcase {name}:\n\t\tcall.Operation = &commandv1.Call_{choice}{{{choice}: to{name}(&c)}}\n"
        );
        if reads {
            out += "\t\treads = true\n";
        }
    }
    out += "\tdefault:\n\t\tpanic(reflect.TypeOf(command).String() + \" is no command of this package\")\n\t}\n\treturn call, reads\n}\n";
    commands().iter().for_each(|command| one(command, &mut out));
    settings().into_iter().for_each(|record| whole(record, &mut out));
    out
}

/// The form of a call, which is its message's name, and whether it only reads.
fn choice(command: &GoCommand) -> (String, bool) {
    let read = READS.iter().filter(|read| crate::c::durable().any(|known| known == *read));
    let read = read.into_iter().find(|read| crate::c::read_struct(read) == command.c_name);
    match read {
        Some(read) => (read_message(read), true),
        None => {
            let known = COMMANDS.iter().find(|known| known.name == command.c_name).expect("a command");
            (stub(known.method), false)
        }
    }
}

fn one(command: &GoCommand, out: &mut String) {
    let (name, (message, _)) = (command.name, choice(command));
    *out +=
        &format!("\nfunc to{name}(c *{name}) *commandv1.{message} {{\n\tout := &commandv1.{message}{{}}\n");
    for field in &command.fields {
        *out += &format!("\t{}\n", assign(field));
    }
    *out += "\treturn out\n}\n";
}

/// The name of a field of a message.
fn to(field: &Field) -> String {
    stub(&wire_name(&border::item(field)))
}

/// The line that carries a command's field over.
fn assign(field: &Field) -> String {
    let go = field_name(field);
    if let Some((go, _)) = contrary(field) {
        return format!("out.{} = !c.{go}", stub(field.name));
    }
    let name = match field.kind {
        Kind::Enum(Enum { name: "Proof" | "Payee" | "ReservationRef" | "SeatRequest", .. })
        | Kind::Struct(_) => stub(field.name),
        _ => to(field),
    };
    let value = match field.kind {
        Kind::Name { .. } | Kind::Text => format!("c.{go}"),
        Kind::Optional(Kind::Name { .. } | Kind::Text) => format!("some(c.{go})"),
        // An empty value is one, too.
        Kind::Bytes if field.name == "value" => format!("given(c.{go})"),
        Kind::Bytes | Kind::Bool => format!("c.{go}"),
        // Zero stands for the most that a page can have.
        Kind::Unsigned(_) if field.name == "most" => format!("some(c.{go})"),
        Kind::Unsigned(_) => format!("c.{go}"),
        Kind::Duration => format!("toMs(c.{go})"),
        Kind::Optional(Kind::Moment) => format!("someMoment(c.{go})"),
        Kind::Id { .. } => format!("c.{go}.String()"),
        Kind::Token { .. } => format!("c.{go}.Reveal()"),
        Kind::Optional(Kind::Id { .. }) => format!("someID(c.{go})"),
        Kind::Optional(Kind::Token { .. }) => format!("someToken(c.{go})"),
        Kind::Optional(Kind::Signed(64)) => format!("c.{go}"),
        Kind::Optional(Kind::Array(16)) => format!("toCursor(c.{go})"),
        Kind::List(Kind::Name { .. }) => format!("c.{go}"),
        Kind::Optional(Kind::List(Kind::Name { .. })) => format!("someNames(c.{go})"),
        Kind::SeatMap => format!("toSeatMap(c.{go})"),
        Kind::Struct(Struct { name: "Money", .. }) => {
            return format!("out.{name}Minor, out.Currency = c.{go}Minor, c.Currency");
        }
        Kind::Struct(record) => format!("to{}(&c.{go})", record.name),
        Kind::Optional(Kind::Struct(record)) => format!("to{}(c.{go})", record.name),
        Kind::Enum(Enum { name: "ReservationRef", .. }) => format!("toWhich(c.{go})"),
        Kind::Enum(Enum { name: "SeatRequest", .. }) => "toWant(c)".into(),
        Kind::Enum(Enum { name: "Proof", .. }) => return "out.Payment = someID(c.Payment)".into(),
        Kind::Enum(Enum { name: "Payee", .. }) => "toPayee(c.Which, c.Unlinked)".into(),
        Kind::Enum(of) if is_word(field.kind) => format!("to{}(c.{go})", of.name),
        Kind::Optional(Kind::Enum(of)) => format!("some(to{}(c.{go}))", of.name),
        other => unreachable!("{}: {other:?} has no way into a message yet", field.name),
    };
    format!("out.{name} = {value}")
}

/// A record that a command carries: what is not given is absent, and has the engine's usual value.
fn whole(record: &'static Struct, out: &mut String) {
    let name = record.name;
    *out += "\n";
    *out += &comment("", &format!("to{name} leaves absent what is not given."));
    *out += &format!(
        "func to{name}(c *{name}) *commandv1.{name} {{\n\tif c == nil {{\n\t\treturn nil\n\t}}\n\tout := &commandv1.{name}{{}}\n"
    );
    for field in record.fields {
        let go = field_name(field);
        let value = match field.kind {
            Kind::Bool => format!("toFlag(!c.{})", contrary(field).map_or(go.as_str(), |(go, _)| go)),
            Kind::Text | Kind::Currency => format!("c.{go}"),
            Kind::Unsigned(_) if field.name == "extensions_max" => format!("c.{go}"),
            Kind::Unsigned(64) => format!("someMs(c.{go})"),
            Kind::Unsigned(_) | Kind::Optional(Kind::Unsigned(_)) => format!("some(c.{go})"),
            Kind::Moment => format!("toMoment(c.{go})"),
            Kind::Optional(Kind::Moment) => format!("someMoment(c.{go})"),
            Kind::Optional(Kind::Struct(inner)) => format!("to{}(c.{go})", inner.name),
            other => unreachable!("{name}.{}: {other:?} has no way into a message yet", field.name),
        };
        *out += &format!("\tout.{} = {value}\n", to(field));
    }
    *out += "\treturn out\n}\n";
}
