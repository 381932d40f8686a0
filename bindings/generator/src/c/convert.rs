//! `convert/writes.rs`: from those structs to commands of the engine, which are begun.

use tacos_engine::schema::{COMMANDS, Command, Enum, Field, Kind, Mark, Struct, snake};

use super::BANNER;
use super::layout::{count, has};

/// What arguments are called in refusals, where that is not the field's name.
const ARGUMENTS: &[(&str, &str)] = &[("event", "event_id"), ("session", "session_id"), ("user", "user_id")];

const BEGINNING: &str = "//! From the structs of commands that write to commands of the engine.

use std::time::Duration;

use super::fields::{
    caller, currency, flag, id, key, number, opt_id, opt_moment, payee, seats, user, want, which,
};
use super::seat_map::seat_map;
use super::{Asked, Taker};
use crate::commands::{self, tacos_command};
use crate::config::{event_settings, queue_policy};
use crate::failure::Fault;
use crate::memory::{bytes, text};

/// Carries out a command that writes.
///
/// # Safety
/// As the crate's contract: the head begins a struct of the kind and size that it names.
pub(super) unsafe fn write(kind: tacos_command, asked: &Asked<'_>, taker: &mut impl Taker) -> Result<(), Fault> {
    // SAFETY: handed on; each kind is read as the struct that it names.
    unsafe {
        match kind {
";

pub(super) fn file() -> String {
    let mut out = format!("{BANNER}{BEGINNING}");
    for command in COMMANDS {
        let (name, method) = (command.name, command.method);
        out += &format!("            tacos_command::{name} => {method}(asked, taker),\n");
    }
    out += "            other => Err(Fault::BadKind { kind: other as u32 }),\n        }\n    }\n}\n";
    COMMANDS.iter().for_each(|command| one(command, &mut out));
    out
}

fn one(command: &Command, out: &mut String) {
    let Command { name, method, fields, .. } = command;
    *out += &format!(
        "\nunsafe fn {method}(asked: &Asked<'_>, taker: &mut impl Taker) -> Result<(), Fault> {{
    let mut short = None;
    // SAFETY: the crate's contract, for each text, list and struct.
    let command = unsafe {{
        let given: &commands::tacos_{} = asked.given(&mut short)?;\n",
        snake(name)
    );
    let (asked, set): (Vec<&Field>, Vec<&Field>) = fields.iter().partition(|field| field.setter.is_none());
    match fields {
        // A command of one value is that value.
        [field @ Field { kind: Kind::Id { .. } | Kind::Token { .. }, .. }] => {
            *out += &format!("        {}\n", taken(field));
        }
        _ if set.is_empty() => {
            *out += &format!("        tacos::{name}::new(\n");
            asked.into_iter().for_each(|field| *out += &format!("            {},\n", taken(field)));
            *out += "        )\n";
        }
        _ => {
            *out += &format!("        let mut command = tacos::{name}::new(\n");
            asked.into_iter().for_each(|field| *out += &format!("            {},\n", taken(field)));
            *out += "        );\n";
            // Field by field: each method that sets one would move all of the command.
            for field in set {
                *out += &format!("        command.{} = {};\n", field.name, taken(field));
            }
            *out += "        command\n";
        }
    }
    *out += &format!("    }};\n    taker.take(asked.engine.{method}(command))\n}}\n");
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
        Kind::Enum(Enum { name: "ReservationRef", .. }) => format!("which(given.{c})?"),
        Kind::Enum(Enum { name: "SeatRequest", .. }) => "want(given)?".into(),
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
