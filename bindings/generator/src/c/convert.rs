//! `convert/writes.rs`: from those structs to commands of the engine.

use tacos_engine::schema::{COMMANDS, Command, Enum, Field, Kind, Mark, Struct, snake};

use super::BANNER;
use super::layout::{count, has};

/// What arguments are called in refusals, where that is not the field's name.
const ARGUMENTS: &[(&str, &str)] = &[("event", "event_id"), ("session", "session_id"), ("user", "user_id")];

const BEGINNING: &str = "//! From the structs of commands that write to commands of the engine.

use std::time::Duration;

use tacos::Command;

use super::fields::{
    body, caller, currency, flag, id, key, number, opt_id, opt_moment, payee, seats, user, want, which,
};
use super::seat_map::seat_map;
use crate::abi::tacos_head;
use crate::commands::{self, tacos_command};
use crate::config::{event_settings, queue_policy};
use crate::failure::Fault;
use crate::memory::{bytes, text};

/// The command that begins at `head`; `None` if it is one that reads.
///
/// # Safety
/// As the crate's contract: `head` begins a struct of `size` bytes of this kind.
pub(super) unsafe fn write(
    kind: tacos_command,
    head: *const tacos_head,
    size: usize,
) -> Result<Option<Command>, Fault> {
    // SAFETY: handed on; each kind is read as the struct that it names.
    let command = unsafe {
        match kind {
";

pub(super) fn file() -> String {
    let mut out = format!("{BANNER}{BEGINNING}");
    for command in COMMANDS {
        let (name, method) = (command.name, command.method);
        out += &format!(
            "            tacos_command::{name} => body(head, size).and_then(|given| {method}(&given))?,\n"
        );
    }
    out += "            _ => return Ok(None),\n        }\n    };\n    Ok(Some(command))\n}\n";
    COMMANDS.iter().for_each(|command| one(command, &mut out));
    out
}

fn one(command: &Command, out: &mut String) {
    let Command { name, method, fields, .. } = command;
    *out += &format!(
        "\nunsafe fn {method}(given: &commands::tacos_{}) -> Result<Command, Fault> {{\n",
        snake(name)
    );
    // A command of one value carries it bare.
    if let [Field { kind: Kind::Id { name: id, .. } | Kind::Token { name: id, .. }, name: field, .. }] =
        fields
    {
        *out += &format!("    Ok(Command::{name}(tacos::{id}::from_bytes(given.{field}.bytes)))\n}}\n");
        return;
    }
    let follows = fields.iter().any(|field| follows_pointers(field.kind));
    let (asked, set): (Vec<&Field>, Vec<&Field>) = fields.iter().partition(|field| field.setter.is_none());
    let (open, pad, close) = if follows {
        (
            "    // SAFETY: the crate's contract, for each text, list and struct.\n    unsafe {\n",
            "        ",
            "    }\n",
        )
    } else {
        ("", "    ", "")
    };
    let change = if set.is_empty() { "" } else { "mut " };
    *out += &format!("{open}{pad}let {change}command = tacos::{name}::new(\n");
    asked.into_iter().for_each(|field| *out += &format!("{pad}    {},\n", taken(field)));
    *out += &format!("{pad});\n");
    // Field by field: each method that sets one would move all of the command.
    for field in set {
        *out += &format!("{pad}command.{} = {};\n", field.name, taken(field));
    }
    *out += &format!("{pad}Ok(command.into())\n{close}}}\n");
}

/// True if members of this kind point to memory of the caller.
fn follows_pointers(kind: Kind) -> bool {
    match kind {
        Kind::Bool | Kind::Duration | Kind::Id { .. } | Kind::Token { .. } => false,
        Kind::Unsigned(_) | Kind::Signed(_) | Kind::Moment => false,
        Kind::Optional(of) => follows_pointers(*of),
        Kind::Enum(of) => of.variants.iter().any(|variant| !variant.fields.is_empty()),
        _ => true,
    }
}

/// The expression that makes the field of the struct's members.
fn taken(field: &Field) -> String {
    let c = field.name;
    let argument = ARGUMENTS.iter().find(|(name, _)| *name == c).map_or(c, |(_, argument)| *argument);
    match field.kind {
        _ if field.mark == Mark::Key => "key(given.key)?".into(),
        Kind::Optional(Kind::Name { name: "UserId", .. }) if field.setter.is_none() => format!("caller(given.{c})?"),
        Kind::Optional(Kind::Name { name: "UserId", .. }) => format!("user(given.{c})?"),
        Kind::Name { .. } => format!("id(given.{c}, \"{argument}\")?"),
        Kind::Optional(Kind::Name { .. }) => format!("opt_id(given.{c}, \"{argument}\")?"),
        Kind::Text => format!("text(given.{c})?.unwrap_or_default().to_owned()"),
        Kind::Optional(Kind::Text) => format!("text(given.{c})?.map(str::to_owned)"),
        Kind::Bytes => format!("bytes(given.{c})?.unwrap_or_default().to_vec()"),
        Kind::Optional(Kind::Bytes) => {
            format!(
                "match flag(given.remove, \"remove\")? {{\n                true => None,\n                \
                 false => Some(bytes(given.{c})?.unwrap_or_default().to_vec()),\n            }}"
            )
        }
        Kind::Bool => format!("flag(given.{c}, \"{c}\")?"),
        Kind::Duration => format!("Duration::from_millis(given.{c}_ms)"),
        Kind::Optional(Kind::Moment) => format!("opt_moment(given.{c}_ms)"),
        Kind::Id { name, .. } | Kind::Token { name, .. } => format!("tacos::{name}::from_bytes(given.{c}.bytes)"),
        Kind::Optional(Kind::Token { name, .. }) => {
            format!("flag(given.has_{c}, \"has_{c}\")?.then(|| tacos::{name}::from_bytes(given.{c}.bytes))")
        }
        Kind::Optional(Kind::Signed(64) | Kind::Unsigned(32)) => {
            format!("flag(given.{0}, \"{0}\")?.then_some(given.{c})", has(field))
        }
        Kind::List(Kind::Name { .. }) => format!("seats(given.{c}, given.{})?", count(c)),
        Kind::Optional(Kind::List(Kind::Name { .. })) => {
            format!("if given.{c}.is_null() {{ None }} else {{ Some(seats(given.{c}, given.{})?) }}", count(c))
        }
        Kind::SeatMap => "seat_map(given.sections, given.section_count)?".into(),
        Kind::Struct(Struct { name: "EventSettings", .. }) => format!("event_settings(given.{c})?"),
        Kind::Struct(Struct { name: "QueuePolicy", .. }) => format!("queue_policy(given.{c})?"),
        Kind::Optional(Kind::Struct(Struct { name: "QueuePolicy", .. })) => {
            format!("if given.{c}.is_null() {{ None }} else {{ Some(queue_policy(given.{c})?) }}")
        }
        Kind::Struct(Struct { name: "Money", .. }) => {
            format!("tacos::Money {{ minor: given.{c}_minor, currency: currency(given.currency)? }}")
        }
        Kind::Enum(Enum { name: "Which", .. }) => format!("which(given.{c})?"),
        Kind::Enum(Enum { name: "Want", .. }) => "want(given)?".into(),
        Kind::Enum(Enum { name: "Payee", .. }) => "payee(given.which, given.unlinked)?".into(),
        Kind::Enum(Enum { name: "Proof", .. }) => {
            "match flag(given.outside, \"outside\")? {\n                true => tacos::Proof::Outside,\n                \
             false => tacos::Proof::Intent(tacos::PaymentId::from_bytes(given.payment.bytes)),\n            }"
                .into()
        }
        Kind::Enum(_) => format!("number(given.{c}, \"{c}\")?"),
        other => unreachable!("{c}: {other:?} has no way out of C yet"),
    }
}
