//! The server's side of what comes in: messages become commands, checked value by value.

use tacos_engine::schema::{COMMANDS, Enum, Field, Kind, Struct};

use super::BANNER;
use super::messages::wire_name;
use crate::border::{self, is_word, usual};
use crate::words::{argument, reached};

const BEGINNING: &str = "//! Commands out of messages.

use tacos_engine as tacos;
use tacos_proto::command::v1 as wire;

use super::take::{Take, Taken, said, take};

";

/// The expression that reads a value of a message's field.
fn taken(of: &str, field: &'static Field) -> String {
    let (name, argument) = (wire_name(&border::item(field)), argument(of, field.name));
    match field.kind {
        Kind::Struct(Struct { name: "Money", .. }) => format!(
            "tacos::Money {{ minor: message.{0}_minor, currency: take(message.currency, \"currency\")? }}",
            field.name
        ),
        Kind::Enum(Enum { name: "Proof", .. }) => format!("take(message.payment, \"{argument}\")?"),
        // A message that must be there.
        Kind::SeatMap => {
            format!("take::<_, tacos::SeatMap>(said(message.{name}, \"{argument}\")?, \"{argument}\")?")
        }
        Kind::Struct(record) => {
            format!(
                "take::<_, {}>(said(message.{name}, \"{argument}\")?, \"{argument}\")?",
                path(record.name)
            )
        }
        Kind::Enum(of) if !is_word(of) => {
            format!("take::<_, {}>(said(message.{name}, \"{argument}\")?, \"{argument}\")?", path(of.name))
        }
        Kind::Optional(Kind::Name { name: "UserId", .. }) if field.setter.is_none() => {
            format!("take::<_, tacos::Caller>(message.user, \"{argument}\")?")
        }
        Kind::Text => format!("message.{name}"),
        _ => format!("take(message.{name}, \"{argument}\")?"),
    }
}

fn path(name: &str) -> String {
    format!("tacos::{name}")
}

/// The statements that make a value of a message, the last of them the value itself.
fn made(name: &str, function: &str, fields: &'static [Field]) -> String {
    let asked: Vec<String> =
        fields.iter().filter(|field| field.setter.is_none()).map(|field| taken(name, field)).collect();
    let new = format!("tacos::{name}::{function}({})", asked.join(", "));
    if fields.iter().all(|field| field.setter.is_none()) {
        return format!("        Ok({new})\n");
    }
    let mut out = format!("        let mut made = {new};\n");
    for field in fields.iter().filter(|field| field.setter.is_some()) {
        let item = border::item(field);
        let is_usual = usual(name, &item).is_some() && !matches!(field.kind, Kind::Optional(_));
        if is_usual {
            out += &format!(
                "        if let Some(given) = message.{} {{\n            made.{} = take(given, \"{}\")?;\n        }}\n",
                wire_name(&item),
                field.name,
                argument(name, field.name)
            );
        } else {
            out += &format!("        made.{} = {};\n", field.name, taken(name, field));
        }
    }
    out + "        Ok(made)\n"
}

fn take_of(name: &str) -> String {
    format!(
        "\nimpl Take<wire::{name}> for tacos::{name} {{\n    fn take(message: wire::{name}, _field: &'static str) -> Taken<Self> {{\n"
    )
}

pub(crate) fn file() -> String {
    let mut out = format!("{BANNER}{BEGINNING}");
    out += "/// What is asked for.\npub(crate) enum Asked {\n    Command(tacos::Command),\n    Read(wire::call::Operation),\n}\n\n";
    out += "/// The command that a call has; any other operation is a read.\npub(crate) fn command(operation: wire::call::Operation) -> Taken<Asked> {\n    use wire::call::Operation;\n    Ok(Asked::Command(match operation {\n";
    for command in COMMANDS {
        let name = command.name;
        // A command of one value is that value.
        if let [field] = command.fields
            && matches!(field.kind, Kind::Id { .. } | Kind::Token { .. })
        {
            out += &format!(
                "        Operation::{name}(message) => tacos::Command::{name}(take(message.{0}, \"{0}\")?),\n",
                field.name
            );
            continue;
        }
        out += &format!(
            "        Operation::{name}(message) => take::<_, tacos::{name}>(message, \"\")?.into(),\n"
        );
    }
    out += "        other => return Ok(Asked::Read(other)),\n    }))\n}\n";
    for command in COMMANDS {
        if command.fields.len() == 1 && matches!(command.fields[0].kind, Kind::Id { .. } | Kind::Token { .. })
        {
            continue;
        }
        out += &take_of(command.name);
        out += &made(command.name, "new", command.fields);
        out += "    }\n}\n";
    }
    records(&mut out);
    out
}

/// The records and forms that commands carry.
fn records(out: &mut String) {
    let (records, enums) =
        reached(COMMANDS.iter().flat_map(|command| command.fields).map(|field| field.kind));
    for record in records.into_iter().filter(|record| record.name != "Money") {
        let name = record.name;
        *out += &take_of(name);
        match name {
            "PresaleRoom" => {
                *out += "        Ok(Self {\n";
                for field in record.fields {
                    *out += &format!("            {}: {},\n", field.name, taken(name, field));
                }
                *out += "        })\n";
            }
            "Best" => *out += &made(name, "of", record.fields),
            "QueuePolicy" => *out += &made(name, "default", record.fields),
            _ => *out += &made(name, "new", record.fields),
        }
        *out += "    }\n}\n";
    }
    for of in enums.into_iter().filter(|of| !is_word(of) && of.name != "Proof") {
        let name = of.name;
        let module = tacos_engine::schema::snake(name);
        *out += &format!(
            "\nimpl Take<wire::{name}> for tacos::{name} {{\n    fn take(message: wire::{name}, field: &'static str) -> Taken<Self> {{\n"
        );
        *out += "        Ok(match said(message.form, field)? {\n";
        for variant in of.variants {
            let form = match (name, variant.fields[0].kind) {
                ("SeatRequest", Kind::List(_)) => "Seats",
                _ => variant.name,
            };
            *out += &format!(
                "            wire::{module}::Form::{form}(value) => Self::{}(take(value, \"{}\")?),\n",
                variant.name,
                argument(name, variant.name)
            );
        }
        *out += "        })\n    }\n}\n";
    }
}
