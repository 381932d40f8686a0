//! `Updates.kt`: facts that happened, as followers read them.

use tacos_engine::schema::{Field, Kind, UPDATE, Variant};

use super::dialect::{Parameter, camel, kind, said};
use super::results::{class, fields};
use super::{data_class, head, kdoc};
use crate::border::{Shape, changes, form, record, shape_of};

/// What facts are called, where that is not the engine's name, and their values.
const FACTS: &[(&str, &str, &[&str])] = &[
    ("Sale", "Sale", &["state"]),
    ("QueuePaused", "QueuePaused", &["paused"]),
    ("RoomDrawn", "RoomDrawn", &["seed"]),
    ("Seats", "Seats", &["places"]),
    ("Reservation", "ReservationChanged", &["reservation"]),
    ("Payment", "PaymentChanged", &[]),
    ("Webhook", "WebhookChanged", &["id"]),
    ("Joined", "Joined", &["token"]),
    ("Left", "Left", &["token"]),
    ("Ready", "Ready", &["tokens", "until"]),
    ("Admitted", "Admitted", &["token"]),
    ("TicketsExpired", "PlacesExpired", &["tokens"]),
    ("Note", "NoteChanged", &["name"]),
];

/// What a fact is called.
pub(super) fn fact_name(variant: &'static Variant) -> &'static str {
    FACTS.iter().find(|(name, ..)| *name == variant.name).map_or(variant.name, |(_, kotlin, _)| *kotlin)
}

/// The values of a fact, in the order in which they cross.
pub(super) fn values(variant: &'static Variant) -> Vec<Parameter> {
    let names = FACTS.iter().find(|(name, ..)| *name == variant.name).map_or(&[][..], |(_, _, names)| *names);
    // A payment's change is a fact of its own, not one in another.
    if variant.name == "Payment" {
        let payment =
            changes().into_iter().find(|record| record.name == "PaymentUpdate").expect("its record");
        return fields(payment);
    }
    let one = |name: &str, shape: Shape, doc: &str| Parameter {
        name: name.into(),
        kind: kind(&shape),
        doc: doc.into(),
        default: None,
        shape,
    };
    let mut all: Vec<Parameter> = variant
        .fields
        .iter()
        .enumerate()
        .map(|(at, field): (usize, &'static Field)| {
            if !field.name.is_empty() {
                let item = crate::border::item(field);
                return one(&camel(&item.name), item.shape, &said(&item.doc));
            }
            let shape = match field.kind {
                // Tickets are credentials for others.
                Kind::Unsigned(32) => Shape::Text,
                Kind::List(Kind::Unsigned(32)) => Shape::List(Box::new(Shape::Text)),
                kind => shape_of(kind),
            };
            let doc = match names[at] {
                "token" => "The credential for the place in the line (`wtkn_…`).",
                "tokens" => "The credentials for their places in the line (`wtkn_…`).",
                _ => "",
            };
            one(names[at], shape, doc)
        })
        .collect();
    if variant.name == "Admitted" {
        all.push(one("reservationToken", Shape::Text, "The right to reserve (`rtkn_…`)."));
    }
    all
}

/// A credential shows itself only when asked.
fn secrets(name: &str, values: &[Parameter]) -> Option<String> {
    let is_secret = |one: &Parameter| one.doc.contains("tkn_…");
    if !values.iter().any(is_secret) {
        return None;
    }
    let shown: Vec<String> = values
        .iter()
        .map(|one| match (is_secret(one), one.kind.starts_with("List")) {
            (true, true) => format!("${{{}.size}} {}", one.name, one.name),
            (true, false) => {
                let prefix = if one.doc.contains("rtkn") { "rtkn" } else { "wtkn" };
                format!("{}={prefix}_…", one.name)
            }
            _ => format!("{0}=${0}", one.name),
        })
        .collect();
    Some(format!(" {{\n        override fun toString() = \"{name}({})\"\n    }}", shown.join(", ")))
}

pub(super) fn file() -> String {
    let mut out = String::new();
    for record in [UPDATE, record("PlaceChanged")] {
        out += "\n";
        out += &class(record, "");
    }
    let reservation =
        changes().into_iter().find(|record| record.name == "ReservationUpdate").expect("its record");
    out += "\n";
    out += &class(reservation, "");
    let what = form("What");
    out += "\n";
    out += &kdoc("", &said(&what.doc.join("\n")));
    out += "sealed interface What {\n";
    for variant in what.variants {
        let (name, values) = (fact_name(variant), values(variant));
        out += &kdoc("    ", &said(&variant.doc.join("\n")));
        if values.is_empty() {
            out += &format!("    data object {name} : What\n\n");
            continue;
        }
        out += &data_class("    ", false, name, &values);
        out += " : What";
        out += &secrets(name, &values).unwrap_or_default();
        out += "\n\n";
    }
    out += "    /** A fact that this library does not know yet. */\n    data object Newer : What\n}\n";
    head("Facts that happened, as followers read them.", &out)
}
