//! `replies/bodies.rs` and `views/shown.rs`: what answers and views look like, and how they are filled in.

use tacos_engine::schema::{Field, Kind, READS, REPLY, Struct, VIEWS, snake};

use super::layout::{Member, has, member, padded};
use super::{BANNER, documented, said};
use crate::words::{reached, small};

/// The members in the order of the ABI's first version; members that are added stand behind them.
const FIRST_VERSION: &[(&str, &str)] = &[
    ("EventChanged", "number at_ms"),
    ("Reserved", "id total_minor expires_at_ms places event_number"),
    ("Extended", "id expires_at_ms extended_ms"),
    ("Released", "id at_ms places event_number state"),
    ("Confirmed", "id total_minor at_ms places event_number"),
    ("PaymentChanged", "id at_ms expires_at_ms refunded_minor state refund_number effect"),
    ("QueuePlace", "state position has_eta eta_ms expires_at_ms"),
    ("Joined", "token place again"),
    ("Admitted", "token valid_until_ms"),
    ("Done", "at_ms"),
    ("Counts", "available reserved sold blocked total"),
    ("PlaceView", "id section row number price_minor count reserved"),
    ("SeatView", "place state reserved"),
    ("SectionView", "name price_min_minor price_max_minor counts standing"),
    ("EventView", "id settings counts number sale has_queue"),
    (
        "ReservationView",
        "id payment external event user currency total_minor created_at_ms changed_at_ms expires_at_ms places \
         event_number state extensions has_payment",
    ),
    (
        "PaymentView",
        "id reservation unlinked user currency webhook_url attachment amount_minor refunded_minor created_at_ms \
         changed_at_ms processed_at_ms expires_at_ms state refunds method scenario effect has_reservation",
    ),
    (
        "QueueView",
        "admitted_total expired_total left_total average_wait_ms waiting ready inside admitted_per_minute paused reserved",
    ),
    ("DrawView", "commitment seed has_seed"),
    ("WebhookView", "id payment created_at_ms next_at_ms order tells attempts"),
];

const VIEWS_BEGINNING: &str = "//! What reads show: copies of one moment, in the caller's buffer. Later versions of the library may append fields.

use tacos::UnixMs;
use tacos::views::{
    Counts, DrawView, EventView, PaymentView, PlaceView, QueueView, ReservationView, SeatView, SectionView, WebhookView,
};

use crate::abi::{tacos_bytes, tacos_id, tacos_list, tacos_str};
use crate::answer::{id, places, unless_never};
use crate::arena::Arena;
use crate::config::{of_settings, tacos_event_settings};
use crate::number::Number;

const NO_ID: tacos_id = tacos_id { bytes: [0; 16] };
";

/// `views/shown.rs`.
pub(super) fn views_file() -> String {
    let mut out = format!("{BANNER}{VIEWS_BEGINNING}");
    let shown = READS
        .iter()
        .filter(|read| read.method != "status" && read.method != "updates")
        .map(|read| read.gives);
    let (records, _) = reached(shown);
    // Written elsewhere: an answer has it, settings come in as well, and amounts are two members.
    let elsewhere = ["QueuePlace", "EventSettings", "QueuePolicy", "PresaleRoom", "Money"];
    records
        .into_iter()
        .filter(|record| !elsewhere.contains(&record.name))
        .for_each(|record| one(record, record.name, &mut out));
    out
}

const BEGINNING: &str = "//! What answers to writes look like, and how they are filled in.

use std::ffi::c_void;

use tacos::Reply;

use super::tacos_body;
use crate::abi::{tacos_id, tacos_list, tacos_token};
use crate::answer::{Answer, Body, id, places, unless_never};
use crate::arena::Arena;
use crate::number::Number;
";

pub(super) fn file() -> String {
    let mut out = format!("{BANNER}{BEGINNING}");
    let place = VIEWS.iter().find(|view| view.name == "QueuePlace").expect("a view");
    let replies = || REPLY.variants.iter().map(|variant| (variant.name, body(&variant.fields[0])));
    one(place, "tacos::views::QueuePlace", &mut out);
    replies().for_each(|(_, reply)| one(reply, &format!("tacos::{}", reply.name), &mut out));
    out += "\n/// Writes the body of an answer.\npub(crate) fn put(reply: &Reply, arena: &mut Arena) -> (tacos_body, *const c_void) {\n";
    out += "    match reply {\n";
    replies().for_each(|(kind, _)| out += &format!("        Reply::{kind}(reply) => reply.put(arena),\n"));
    out += "    }\n}\n";
    for (kind, reply) in replies() {
        let (name, arena) = (reply.name, if uses_arena(reply) { ", arena" } else { "" });
        out += &format!(
            "\nimpl From<tacos::{name}> for Answer {{\n    fn from(reply: tacos::{name}) -> Self {{\n        \
             Self::Reply(Reply::{kind}(reply))\n    }}\n}}\n\nimpl Body for tacos::{name} {{\n    \
             fn put(&self, arena: &mut Arena) -> (tacos_body, *const c_void) {{\n        \
             let body = tacos_{}::of(self{arena});\n        \
             (tacos_body::{kind}, arena.put(body).cast())\n    }}\n}}\n",
            snake(name)
        );
    }
    out
}

fn body(field: &Field) -> &'static Struct {
    let Kind::Struct(record) = field.kind else { unreachable!("a reply is a record") };
    record
}

/// True if a part of the record is put into the caller's buffer apart.
pub(super) fn uses_arena(record: &Struct) -> bool {
    record.fields.iter().any(|field| match field.kind {
        Kind::List(_) | Kind::Text | Kind::Bytes | Kind::Name { .. } | Kind::Currency => true,
        Kind::Optional(Kind::Text | Kind::Name { .. }) => true,
        Kind::Struct(inner) => uses_arena(inner),
        _ => false,
    })
}

fn one(record: &Struct, engine: &str, out: &mut String) {
    let all: Vec<(Member, String)> = record.fields.iter().flat_map(filled).collect();
    let first = FIRST_VERSION.iter().find(|(name, _)| *name == record.name).map_or("", |(_, names)| *names);
    // Views say themselves what is not used.
    let unused = |name: &&str| *name == "reserved" && all.iter().all(|(member, _)| member.name != "reserved");
    let has_unused = VIEWS.iter().any(|view| view.name == record.name && record.name != "QueuePlace");
    let named: Vec<&str> = first.split_whitespace().filter(|name| !unused(name)).collect();
    let gone = named.iter().find(|name| all.iter().all(|(member, _)| member.name != **name));
    assert!(gone.is_none(), "{}: {gone:?} is gone; what the ABI had stays", record.name);
    let place = |name: &str| named.iter().position(|known| *known == name).unwrap_or(named.len());
    let mut members: Vec<Member> = all.iter().map(|(member, _)| member.clone()).collect();
    // Those that were added keep their order.
    members.sort_by_key(|member| place(&member.name));
    let members = if has_unused || record.name == "Counts" || record.name == "PlaceView" {
        let mut added = members.split_off(named.len());
        members.extend(first.split_whitespace().filter(unused).map(|name| member(name, "u32", "Zero.")));
        if !added.is_empty() {
            added = padded(added);
        }
        members.into_iter().chain(added).collect()
    } else {
        padded(members)
    };
    let name = format!("tacos_{}", snake(record.name));
    *out += "\n";
    *out += &documented("", &said(record.doc));
    *out += &format!("#[repr(C)]\n#[derive(Clone, Copy)]\npub struct {name} {{\n");
    for Member { name, kind, doc, .. } in &members {
        *out += &documented("    ", doc);
        *out += &format!("    pub {name}: {kind},\n");
    }
    let arena = if uses_arena(record) { ", arena: &mut Arena" } else { "" };
    *out += &format!(
        "}}\n\nimpl {name} {{\n    pub(crate) fn of(from: &{engine}{arena}) -> Self {{\n        Self {{\n"
    );
    for member in &members {
        let value = all.iter().find(|(known, _)| known.name == member.name).map_or("0", |(_, value)| value);
        *out += &format!("            {}: {value},\n", member.name);
    }
    *out += "        }\n    }\n}\n";
}

/// The member that says whether another is given.
fn marked(name: &str) -> (Member, String) {
    let mark = format!("has_{name}");
    (member(&mark, "u32", &format!("1 if `{name}` is given.")), format!("from.{name}.is_some().into()"))
}

fn or_none(doc: &str) -> String {
    format!("{doc} Or none.")
}

/// What a field is in C, and the expression that fills it in.
fn filled(field: &Field) -> Vec<(Member, String)> {
    let (name, doc) = (field.name, said(field.doc));
    let one = |c: &str, kind, value: String| vec![(member(c, kind, &doc), value)];
    match field.kind {
        Kind::Unsigned(32) if name == "event" => one("event_number", "u32", "from.event".into()),
        Kind::Unsigned(32) => one(name, "u32", format!("from.{name}")),
        Kind::Unsigned(64) => one(name, "u64", format!("from.{name}")),
        Kind::Signed(64) => one(name, "i64", format!("from.{name}")),
        Kind::Bool => one(name, "u32", format!("from.{name}.into()")),
        Kind::Moment => {
            let doc = doc.replace(
                "unless something happens.",
                "unless something happens; 0 while nothing can end it.",
            );
            vec![(member(&format!("{name}_ms"), "u64", &doc), format!("unless_never(from.{name})"))]
        }
        Kind::Id { .. } => one(name, "tacos_id", format!("id(from.{name}.to_bytes())")),
        Kind::Token { .. } => {
            one(name, "tacos_token", format!("tacos_token {{ bytes: from.{name}.to_bytes() }}"))
        }
        Kind::List(Kind::Place) => {
            let doc = format!("Of `uint32_t`; `tacos_describe` puts them into words: {}", small(&doc));
            vec![(member(name, "tacos_list", &doc), format!("places(&from.{name}, arena)"))]
        }
        Kind::Optional(Kind::Unsigned(64)) => {
            let mark = has(field);
            let known = format!("1 if `{name}` is known.");
            vec![
                (member(name, "u64", &doc.replace("`None`", "0")), format!("from.{name}.unwrap_or(0)")),
                (member(&mark, "u32", &known), format!("from.{name}.is_some().into()")),
            ]
        }
        Kind::Text => one(name, "tacos_str", format!("arena.text(&from.{name})")),
        Kind::Name { .. } => one(name, "tacos_str", format!("arena.text(from.{name}.as_str())")),
        Kind::Optional(Kind::Text) => {
            vec![(
                member(name, "tacos_str", &or_none(&doc)),
                format!("arena.maybe_text(from.{name}.as_deref())"),
            )]
        }
        Kind::Optional(Kind::Name { .. }) => {
            let value = format!("arena.maybe_text(from.{name}.as_ref().map(AsRef::as_ref))");
            vec![(member(name, "tacos_str", &or_none(&doc)), value)]
        }
        Kind::Bytes => one(name, "tacos_bytes", format!("arena.bytes(&from.{name})")),
        Kind::Array(32) => one(name, "[u8; 32]", format!("from.{name}")),
        Kind::Optional(Kind::Array(32)) => {
            let value = format!("from.{name}.unwrap_or_default()");
            vec![(member(name, "[u8; 32]", &doc), value), marked(name)]
        }
        Kind::Optional(Kind::Id { .. }) => {
            let value = format!("from.{name}.map_or(NO_ID, |given| id(given.to_bytes()))");
            vec![(member(name, "tacos_id", &doc), value), marked(name)]
        }
        Kind::Optional(Kind::Moment) => {
            let doc = if doc.contains("`None`") {
                doc.replace("`None`", "0")
            } else {
                format!("{doc} 0 if it has not.")
            };
            vec![(member(&format!("{name}_ms"), "u64", &doc), format!("from.{name}.map_or(0, UnixMs::get)"))]
        }
        Kind::Struct(Struct { name: "Money", .. }) => vec![
            (
                member(&format!("{name}_minor"), "i64", &format!("{doc} In minor units.")),
                format!("from.{name}.minor"),
            ),
            (
                member("currency", "tacos_str", "Of that amount."),
                format!("arena.text(from.{name}.currency.as_str())"),
            ),
        ],
        Kind::Struct(Struct { name: "EventSettings", .. }) => {
            let texts = "arena.text(&from.settings.name), arena.text(from.settings.currency.as_str())";
            one(name, "tacos_event_settings", format!("of_settings(&from.settings, {texts})"))
        }
        Kind::Struct(Struct { name: "Counts", .. }) => {
            one(name, "tacos_counts", format!("tacos_counts::of(&from.{name})"))
        }
        Kind::Struct(Struct { name: "PlaceView", .. }) => {
            one(name, "tacos_place_view", format!("tacos_place_view::of(&from.{name}, arena)"))
        }
        Kind::Struct(Struct { name: "QueuePlace", .. }) => {
            one(name, "tacos_queue_place", format!("tacos_queue_place::of(&from.{name})"))
        }
        Kind::Enum(of) => {
            let doc = format!("A `{}`: {}", super::numbers::c_name(of.name), small(&doc));
            vec![(member(name, "u32", &doc), format!("from.{name}.number()"))]
        }
        other => unreachable!("{name}: {other:?} has no form in C yet"),
    }
}
