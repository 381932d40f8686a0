//! How a field of the engine becomes fields of a scenario: records are flattened, moments and lengths of time end in
//! `_ms`, an amount is its minor units and its currency, places are texts with a count, and values that are one of
//! several forms are fields of which some are absent.

use tacos_engine::schema::{Enum, Field as EngineField, Kind as Engine, Struct, Variant};

use super::{Field, Kind, said};

/// Fields of commands and reads that need not be given, though the engine's type has no way to leave them out.
const USUAL: &[(&str, &str)] = &[
    ("reserve", "trusted"),
    ("release", "seats"),
    ("create_payment", "method"),
    ("create_payment", "attachment"),
];

/// Fields of answers that scenarios leave out: the engine's own numbers, and figures that depend on how time passes.
const LEFT_OUT: &[(&str, &str)] = &[
    ("EventChanged", "number"),
    ("EventView", "number"),
    ("ReservationView", "event_number"),
    ("PlaceView", "count"),
    ("QueueView", "admitted_per_minute"),
    ("QueueView", "average_wait_ms"),
];

/// Fields of answers and refusals that scenarios call otherwise.
const RENAMED: &[(&str, &str, &str)] =
    &[("EventView", "id", "event"), ("SectionView", "name", "section"), ("QuotaExceeded", "seats", "has")];

/// Answers whose id is also an order's.
const ORDERS: &str = "Confirmed";

pub(super) fn must(name: &str, kind: Kind, about: impl Into<String>) -> Field {
    Field { name: name.into(), kind, always: true, about: about.into() }
}

pub(super) fn may(name: &str, kind: Kind, about: impl Into<String>) -> Field {
    Field { always: false, ..must(name, kind, about) }
}

/// The words of an enum.
pub(super) fn words(of: &Enum) -> Kind {
    Kind::Word(of.variants.iter().map(Variant::code).collect())
}

/// The name of a field in scenarios, without what says its unit.
pub(crate) fn renamed(owner: &str, field: &EngineField) -> &'static str {
    let renamed = RENAMED.iter().find(|(record, name, _)| (*record, *name) == (owner, field.name));
    renamed.map_or(field.name, |(.., name)| *name)
}

/// The name of a single value in scenarios.
pub(crate) fn named(owner: &str, field: &EngineField) -> String {
    let name = renamed(owner, field);
    match field.kind {
        _ if owner == "PresaleRoom" => format!("room_{}_ms", name.trim_end_matches("_at")),
        Engine::Moment | Engine::Duration | Engine::Optional(Engine::Moment) => format!("{name}_ms"),
        _ => name.to_owned(),
    }
}

/// True if scenarios leave the field of an answer out.
pub(crate) fn is_left_out(owner: &str, field: &EngineField) -> bool {
    LEFT_OUT.contains(&(owner, field.name))
}

/// True if the field is the engine's own number of an event, of which scenarios say the id.
pub(crate) fn is_event_number(field: &EngineField) -> bool {
    matches!((field.name, field.kind), ("event" | "event_number", Engine::Unsigned(32)))
}

/// True if a field of a command need not be given, though the engine's type has no way to leave it out.
pub(crate) fn is_usual(method: &str, field: &EngineField) -> bool {
    USUAL.contains(&(method, field.name))
}

/// True if the record's id is also told as an order's.
pub(crate) fn is_order(owner: &str, field: &EngineField) -> bool {
    (owner, field.name) == (ORDERS, "id")
}

/// The kind of a single value; none if it is several, or a record.
fn single(kind: Engine) -> Option<Kind> {
    Some(match kind {
        Engine::Bool => Kind::Bool,
        Engine::Unsigned(_) | Engine::Signed(_) | Engine::Moment | Engine::Duration | Engine::Position => {
            Kind::Int
        }
        Engine::Text | Engine::Bytes | Engine::Array(_) | Engine::Currency => Kind::Text,
        Engine::Name { .. } | Engine::Id { .. } | Engine::Token { .. } => Kind::Text,
        Engine::List(Engine::Name { .. } | Engine::Text) => Kind::Texts,
        Engine::Enum(of) if of.variants.iter().all(|variant| variant.fields.is_empty()) => words(of),
        _ => return None,
    })
}

/// The arguments of a command or read.
pub(crate) fn arguments(method: &str, fields: &[EngineField]) -> Vec<Field> {
    fields.iter().flat_map(|field| argument(method, field)).collect()
}

fn argument(method: &str, field: &EngineField) -> Vec<Field> {
    let (name, about) = (named("", field), said(field.doc));
    let (kind, is_optional) = match field.kind {
        Engine::Optional(of) => (*of, true),
        kind => (kind, false),
    };
    if let Some(kind) = single(kind) {
        let always = !is_optional && !is_usual(method, field);
        return vec![Field { name, kind, always, about }];
    }
    match kind {
        Engine::SeatMap => vec![must("places", Kind::Records(super::place()), about)],
        Engine::Struct(Struct { name: "Money", .. }) => vec![
            must(&format!("{name}_minor"), Kind::Int, format!("{about} In minor units.")),
            must("currency", Kind::Text, "Three letters, as in ISO 4217."),
        ],
        Engine::Struct(record) if is_optional => vec![may(&name, Kind::Record(settings(record)), about)],
        Engine::Struct(record) => settings(record),
        Engine::Enum(Enum { name: "ReservationRef", .. }) => which(),
        Engine::Enum(Enum { name: "Payee", .. }) => {
            let unlinked = "Instead of both: something that the engine does not know.";
            which().into_iter().chain([may("unlinked", Kind::Text, unlinked)]).collect()
        }
        Engine::Enum(Enum { name: "Proof", .. }) => {
            let outside = "The payment intent that paid; absent if the caller vouches for the money.";
            vec![may("payment", Kind::Text, outside)]
        }
        Engine::Enum(Enum { name: "SeatRequest", variants, .. }) => {
            let seats = may("seats", Kind::Texts, said(variants[0].doc));
            let Engine::Struct(best) = variants[1].fields[0].kind else {
                unreachable!("the best are a record")
            };
            [seats]
                .into_iter()
                .chain(best.fields.iter().flat_map(setting).map(|field| may_be(field, "Without `seats`: ")))
                .collect()
        }
        other => unreachable!("{method}.{name}: {other:?} has no form in scenarios yet"),
    }
}

fn may_be(field: Field, when: &str) -> Field {
    Field { always: false, about: format!("{when}{}", crate::words::small(&field.about)), ..field }
}

fn which() -> Vec<Field> {
    vec![
        may("id", Kind::Text, "The reservation; this or `external`."),
        may("external", Kind::Text, "The reservation by the id that its service brought; this or `id`."),
    ]
}

/// The fields of a record that a command carries whole: what is absent has its usual value.
pub(crate) fn settings(record: &Struct) -> Vec<Field> {
    record.fields.iter().flat_map(setting).collect()
}

fn setting(field: &EngineField) -> Vec<Field> {
    match field.kind {
        Engine::Optional(Engine::Struct(inner)) => {
            let part = |part: &EngineField| may(&named(inner.name, part), Kind::Int, said(part.doc));
            inner.fields.iter().map(part).collect()
        }
        Engine::Optional(of) => {
            vec![may(&named("", field), single(*of).expect("a single value"), said(field.doc))]
        }
        kind => {
            let kind = single(kind).expect("a single value");
            vec![Field {
                always: field.kind == Engine::Currency,
                ..may(&named("", field), kind, said(field.doc))
            }]
        }
    }
}

/// The fields of an answer, or of an entry of one.
pub(crate) fn answer(record: &Struct) -> Vec<Field> {
    record
        .fields
        .iter()
        .filter(|field| !is_left_out(record.name, field))
        .flat_map(|field| shown(record, field))
        .collect()
}

fn shown(record: &Struct, field: &EngineField) -> Vec<Field> {
    let (name, about) = (named(record.name, field), said(field.doc));
    let one = |kind| must(&name, kind, about.clone());
    match field.kind {
        // The engine gives its own number of the event, and faces can say its id.
        Engine::Unsigned(_) if name == "event" => vec![one(Kind::Text)],
        Engine::List(Engine::Place) => vec![
            must("seats", Kind::Texts, "Ids in the seat map's order; standing places as `floor*3`."),
            must("count", Kind::Int, "How many places."),
        ],
        Engine::Struct(Struct { name: "Money", .. }) => vec![
            must(&format!("{name}_minor"), Kind::Int, format!("{about} In minor units.")),
            must("currency", Kind::Text, "Of that amount."),
        ],
        Engine::Struct(inner) => answer(inner),
        Engine::Optional(Engine::Struct(inner)) => {
            answer(inner).into_iter().map(|field| Field { always: false, ..field }).collect()
        }
        // A moment that never comes is absent.
        Engine::Moment if about.contains("absent") => vec![Field { always: false, ..one(Kind::Int) }],
        Engine::Optional(of) => vec![Field { always: false, ..one(single(*of).expect("a single value")) }],
        kind => {
            let id = one(single(kind).expect("a single value"));
            let order =
                is_order(record.name, field).then(|| must("order", Kind::Text, "The order; `ord_…`."));
            [id].into_iter().chain(order).collect()
        }
    }
}

/// What comes with a refusal.
pub(crate) fn carried(refusal: &Variant) -> Vec<Field> {
    let all = refusal.fields.iter().flat_map(|field| match field.kind {
        Engine::List(Engine::Struct(_)) => vec![must("fields", Kind::Texts, "Names of the arguments.")],
        Engine::List(Engine::Text) => vec![must("seats", Kind::Texts, "Their ids.")],
        Engine::Text => vec![must("section", Kind::Text, "Its name.")],
        Engine::Moment => vec![must("due_ms", Kind::Int, "When it is due.")],
        Engine::Enum(of @ Enum { name: "Bound", .. }) => vec![must("bound", words(of), "Which bound.")],
        Engine::Enum(of) if of.variants.iter().any(|variant| !variant.fields.is_empty()) => {
            let inner = of.variants.iter().flat_map(|variant| {
                variant.fields.iter().map(|field| match field.kind {
                    Engine::Enum(of) => may("state", words(of), format!("With `{}`.", variant.code())),
                    _ => may(field.name, Kind::Int, format!("With `{}`.", variant.code())),
                })
            });
            [must("doubt", words(of), "Why.")].into_iter().chain(inner).collect()
        }
        Engine::Enum(of) => vec![must("state", words(of), "The state that does not allow it.")],
        Engine::Unsigned(_) | Engine::Signed(_) => {
            vec![must(&named(refusal.name, field), Kind::Int, said(field.doc))]
        }
        other => unreachable!("{}: {other:?} has no form in scenarios yet", refusal.name),
    });
    all.collect()
}
