//! `config/brought.rs`: the records that commands carry whole, as structs that say their own size, both ways.

use tacos_engine::schema::{COMMANDS, Field, Kind, Struct, snake};

use super::layout::{Member, Values, flag, member, padded};
use super::{BANNER, documented, said};
use crate::words::reached;

/// The members behind `size` in the order of the ABI's first version; members that are added stand behind them.
const FIRST_VERSION: &[(&str, &str)] = &[
    (
        "EventSettings",
        "seats_per_reservation_max name currency hold_ms hold_ms_max extension_ms_max extensions_max \
         seats_per_user_max sale_starts_ms sale_ends_ms",
    ),
    (
        "QueuePolicy",
        "enabled admissions_per_minute burst inside_max waiting_max claim_window_ms token_ttl_ms inactivity_ms \
         one_place_per_user has_room room_opens_at_ms room_draws_at_ms",
    ),
];

/// The functions of a record, and what its arguments are called in refusals.
const FUNCTIONS: &[(&str, &str, &str, &str)] = &[
    ("EventSettings", "event_settings", "of_settings", "settings"),
    ("QueuePolicy", "queue_policy", "of_policy", "queue"),
];

const BEGINNING: &str =
    "//! Settings of an event and rules of a waiting line, from the caller's structs and back.

use tacos::{Currency, EventSettings, PresaleRoom, QueuePolicy, Refusal, UnixMs};

use super::{usual_policy, usual_settings};
use crate::abi::tacos_str;
use crate::convert::{flag, moment, opt_moment};
use crate::failure::Fault;
use crate::memory::{check_pointer, plain, read_sized, text};
";

pub(super) fn file() -> String {
    let mut out = format!("{BANNER}{BEGINNING}");
    let (records, _) = reached(COMMANDS.iter().flat_map(|command| command.fields).map(|field| field.kind));
    let mut plain = String::from("\nplain! {\n");
    for (name, ..) in FUNCTIONS {
        let record = records.iter().find(|record| record.name == *name).expect("a record of commands");
        one(record, &mut plain, &mut out);
    }
    out + &plain + "}\n"
}

/// A field: its members with what they are filled with, and what the engine's field is made of.
struct Both {
    members: Vec<(Member, String)>,
    given: String,
}

fn both(field: &Field, owner: &str) -> Both {
    let (name, doc) = (field.name, said(field.doc));
    let one =
        |kind, from: String, given: String| Both { members: vec![(member(name, kind, &doc), from)], given };
    match field.kind {
        Kind::Text => {
            one("tacos_str", name.into(), format!("text(given.{name})?.unwrap_or_default().to_owned()"))
        }
        Kind::Currency => {
            one("tacos_str", name.into(), format!("currency(given.{name}, \"{owner}.{name}\")?"))
        }
        Kind::Bool => {
            let doc = format!("{doc} 1 for yes, 0 for no.");
            let given = format!("flag(given.{name}, \"{owner}.{name}\")?");
            Both { members: vec![(flag(name, &doc), format!("from.{name}.into()"))], given }
        }
        Kind::Unsigned(bits) => {
            one(if bits == 32 { "u32" } else { "u64" }, format!("from.{name}"), format!("given.{name}"))
        }
        Kind::Optional(Kind::Unsigned(32)) => {
            let doc = doc.replace("`None`", "0");
            let given = format!("(given.{name} > 0).then_some(given.{name})");
            Both { members: vec![(member(name, "u32", &doc), format!("from.{name}.unwrap_or(0)"))], given }
        }
        Kind::Optional(Kind::Moment) => {
            let in_c = member(&format!("{name}_ms"), "u64", &doc.replace("`None`", "0")).of(Values::Moment);
            let from = format!("from.{name}.map_or(0, UnixMs::get)");
            Both { members: vec![(in_c, from)], given: format!("opt_moment(given.{name}_ms)") }
        }
        Kind::Optional(Kind::Struct(inner)) => {
            let mark = flag(&format!("has_{name}"), &format!("{doc} 1 if there is one."));
            let mut members = vec![(mark, format!("from.{name}.is_some().into()"))];
            let mut parts = Vec::new();
            for part in inner.fields {
                let c = format!("{name}_{}_ms", part.name);
                let from = format!("from.{name}.map_or(0, |inner| inner.{}.get())", part.name);
                parts.push(format!("{}: moment(given.{c})", part.name));
                members.push((member(&c, "u64", &said(part.doc)), from));
            }
            let made = format!("{} {{ {} }}", inner.name, parts.join(", "));
            let given = format!("flag(given.has_{name}, \"{owner}.has_{name}\")?.then_some({made})");
            Both { members, given }
        }
        other => unreachable!("{owner}.{name}: {other:?} has no form in C yet"),
    }
}

/// The members behind `size`, and the first that was added later.
fn ordered(record: &Struct, filled: &[&(Member, String)]) -> (Vec<Member>, Option<String>) {
    let first = FIRST_VERSION.iter().find(|(known, _)| *known == record.name).map_or("", |(_, names)| *names);
    let named: Vec<&str> = first.split_whitespace().collect();
    let of_name = |known: &str| {
        let found = filled.iter().find(|(member, _)| member.name == known);
        found.unwrap_or_else(|| panic!("{}: {known} is gone; what the ABI had stays", record.name)).0.clone()
    };
    let mut members: Vec<Member> = named.iter().map(|known| of_name(known)).collect();
    let added: Vec<Member> = filled
        .iter()
        .map(|(member, _)| member.clone())
        .filter(|member| !named.contains(&member.name.as_str()))
        .collect();
    let first_added = added.first().map(|member| member.name.clone());
    members.extend(padded(added));
    (members, first_added)
}

/// The records that commands carry whole, with the members of their structs behind their size.
pub(super) fn records() -> Vec<(&'static str, Vec<Member>)> {
    let (records, _) = reached(COMMANDS.iter().flat_map(|command| command.fields).map(|field| field.kind));
    let known = FUNCTIONS.iter().map(|(name, ..)| {
        let record = records.iter().find(|record| record.name == *name).expect("a record of commands");
        let all: Vec<Both> = record.fields.iter().map(|field| both(field, "")).collect();
        let filled: Vec<&(Member, String)> = all.iter().flat_map(|both| &both.members).collect();
        (*name, ordered(record, &filled).0)
    });
    known.collect()
}

fn one(record: &Struct, plain: &mut String, out: &mut String) {
    let found = FUNCTIONS.iter().find(|(name, ..)| *name == record.name).expect("its functions");
    let (_, into, of, owner) = *found;
    let name = format!("tacos_{}", snake(record.name));
    let all: Vec<Both> = record.fields.iter().map(|field| both(field, owner)).collect();
    let filled: Vec<&(Member, String)> = all.iter().flat_map(|both| &both.members).collect();
    let (members, added) = ordered(record, &filled);
    *plain += &match added {
        Some(first) => format!("    {name} [until {first}]\n"),
        None => format!("    {name}\n"),
    };
    *out += "\n";
    *out += &documented("", &said(record.doc));
    *out += &format!("#[repr(C)]\n#[derive(Clone, Copy)]\npub struct {name} {{\n");
    *out += &format!("    /// `sizeof({name})`, as the caller was compiled.\n    pub size: u32,\n");
    for Member { name, kind, doc, .. } in &members {
        *out += &documented("    ", doc);
        *out += &format!("    pub {name}: {kind},\n");
    }
    let brings_texts = record.fields.iter().any(|field| matches!(field.kind, Kind::Text | Kind::Currency));
    let texts = if brings_texts { ", name: tacos_str, currency: tacos_str" } else { "" };
    *out += &format!(
        "}}\n\n/// The struct of a record, with its texts put elsewhere.\npub(crate) fn {of}(from: &{}{texts}) -> {name} {{\n    {name} {{\n",
        record.name
    );
    *out += &format!("        size: u32::try_from(size_of::<{name}>()).expect(\"structs are small\"),\n");
    for member in &members {
        let value =
            filled.iter().find(|(known, _)| known.name == member.name).map_or("0", |(_, value)| value);
        *out += &match member.name == *value {
            true => format!("        {value},\n"),
            false => format!("        {}: {value},\n", member.name),
        };
    }
    let usual = if brings_texts { "usual_settings(0)" } else { "usual_policy(0)" };
    let (set, asked): (Vec<_>, Vec<_>) =
        record.fields.iter().zip(&all).partition(|(field, _)| field.setter.is_some());
    let asked: Vec<&str> = asked.iter().map(|(_, both)| both.given.as_str()).collect();
    let made = match asked[..] {
        [] => format!("{}::default()", record.name),
        _ => format!("{}::new({})", record.name, asked.join(", ")),
    };
    *out += &format!(
        "    }}\n}}\n\n/// The record from the caller's struct.\n///\n/// # Safety\n/// As the crate's contract.\n\
         pub(crate) unsafe fn {into}(at: *const {name}) -> Result<{}, Fault> {{\n    check_pointer(at)?;\n    \
         // SAFETY: not null, aligned; its first field can be read, and the struct has the size that it names; texts are as\n    \
         // the crate's contract says.\n    unsafe {{\n        \
         let given = read_sized(at, (&raw const (*at).size).read() as usize, {usual})?;\n        Ok({made}",
        record.name
    );
    for (field, both) in set {
        *out += &format!("\n            .{}({})", field.setter.unwrap_or_default(), both.given);
    }
    *out += ")\n    }\n}\n";
    if brings_texts {
        *out += "\nunsafe fn currency(given: tacos_str, field: &'static str) -> Result<Currency, Fault> {\n    \
                 // SAFETY: handed on.\n    let code = unsafe { text(given)?.unwrap_or_default() };\n    \
                 Currency::new(code).ok_or_else(|| Refusal::invalid(field, \"must be three letters\", code).into())\n}\n";
    }
}
