//! What crosses the border to managed languages, value by value: both ends of its bytes are written from these items,
//! so that they cannot differ. Numbers that only the engine knows (of events, places, tickets) become words on the way.

mod config;

pub(crate) use config::{Setting, config};

use tacos_engine::schema::{
    COMMANDS, Enum, Field, Kind, READS, REFUSAL, REPLY, Read, ReadForm, Struct, UPDATE, VIEWS, Variant,
};
use tacos_engine::{Currency, EventSettings, QueuePolicy};

use crate::words::{camel, reached, small, without_unit};

/// What a value is while it crosses.
#[derive(Clone, Debug)]
pub(crate) enum Shape {
    Bool,
    Int,
    Long,
    Text,
    Bytes,
    Cursor,
    Moment,
    Duration,
    /// One of several words.
    Word(&'static Enum),
    /// One of several forms that carry values.
    Form(&'static Enum),
    Record(&'static Struct),
    Sections,
    Optional(Box<Shape>),
    List(Box<Shape>),
}

/// A value that crosses as part of a record.
pub(crate) struct Item {
    /// Its name, without a unit that the other side's type has.
    pub(crate) name: String,
    pub(crate) doc: String,
    pub(crate) shape: Shape,
    /// The credential's prefix, if it is one.
    pub(crate) secret: Option<&'static str>,
}

/// A part of a record that goes out: how Rust writes it, and what arrives.
pub(crate) struct Part {
    pub(crate) rust: String,
    pub(crate) item: Option<Item>,
}

/// The number of the first read that is asked for like a command.
const FIRST_LOOKUP: u8 = 200;

/// Reads that are asked for like commands, with their numbers; those of commands are below. Their answers follow the
/// replies of commands.
pub(crate) fn lookups() -> Vec<(String, u8)> {
    let waits = |read: &&Read| matches!(read.form, ReadForm::Durable | ReadForm::Page);
    READS.iter().filter(waits).map(|read| camel(read.method)).zip(FIRST_LOOKUP..).collect()
}

/// Reads that wait for nothing, by their numbers: those that all faces have, and those that only managed languages ask
/// for in this way.
pub(crate) fn reads() -> Vec<String> {
    let at_once =
        |read: &&Read| matches!(read.form, ReadForm::AtOnce | ReadForm::Always) && read.method != "updates";
    let own = ["EventSnapshot", "FreeSeatBit", "Now", "Digest", "PrepareEvent", "PrepareSeat", "PrepareUser"];
    let own = own.map(str::to_owned);
    READS.iter().filter(at_once).map(|read| camel(read_name(read))).chain(own).collect()
}

/// The name of a read that waits for nothing, without what Rust says beside it.
pub(crate) fn read_name(read: &Read) -> &'static str {
    let name = read.method;
    name.strip_prefix("copy_").or_else(|| name.strip_prefix("read_")).unwrap_or(name)
}

/// Values that are made of others: the record, the field behind which they stand, the name, what they are, how Rust
/// writes them.
const DERIVED: &[(&str, &str, &str, &str, &str)] = &[
    (
        "Reserved",
        "id",
        "hold",
        "The same under the name that hold services use (`hold_…`).",
        "out.text(self.id.hold());",
    ),
    (
        "Confirmed",
        "id",
        "order",
        "The order that the reservation became (`ord_…`).",
        "out.text(self.id.order());",
    ),
    ("PaymentChanged", "id", "transaction", "Its transaction (`txn_…`).", "out.text(self.id.transaction());"),
    (
        "ReservationView",
        "id",
        "hold",
        "The same under the name that hold services use (`hold_…`).",
        "out.text(self.id.hold());",
    ),
    (
        "ReservationView",
        "id",
        "order",
        "The order that it became, once confirmed (`ord_…`).",
        "out.text_maybe(matches!(self.state, tacos::ReservationState::Confirmed | tacos::ReservationState::Refunded).then(|| self.id.order()));",
    ),
    ("Status", "fired", "memory_bytes", "What the engine's tables take, in bytes.", "out.memory_bytes();"),
];

/// Fields that do not cross: numbers that only the engine knows, and what no face shows.
const HIDDEN: &[(&str, &str)] =
    &[("EventChanged", "number"), ("EventView", "number"), ("PaymentUpdate", "refund_number")];

/// The parts of a record that goes out, in the order in which they are written.
pub(crate) fn parts(record: &'static Struct) -> Vec<Part> {
    let mut parts = Vec::new();
    for field in record.fields {
        if !HIDDEN.contains(&(record.name, field.name)) {
            field_parts(record, field, &mut parts);
        }
        for (_, _, name, doc, rust) in
            DERIVED.iter().filter(|(of, behind, ..)| (*of, *behind) == (record.name, field.name))
        {
            let shape = match *name {
                "memory_bytes" => Shape::Long,
                "order" if record.name == "ReservationView" => Shape::Optional(Box::new(Shape::Text)),
                _ => Shape::Text,
            };
            parts.push(part(rust, name, doc, shape));
        }
    }
    parts
}

fn part(rust: &str, name: &str, doc: &str, shape: Shape) -> Part {
    let item = Item { name: name.into(), doc: doc.into(), shape, secret: None };
    Part { rust: rust.into(), item: Some(item) }
}

fn field_parts(record: &'static Struct, field: &'static Field, parts: &mut Vec<Part>) {
    let (name, doc) = (field.name, field.doc.concat());
    let doc = doc.trim();
    match (record.name, field.name, field.kind) {
        (_, "event_number", Kind::Unsigned(32)) => {
            parts.push(Part { rust: format!("out.event = self.{name};"), item: None });
        }
        (_, "event", Kind::Unsigned(32)) => {
            parts.push(part("out.of_event(self.event);", name, "Its event.", Shape::Text));
        }
        ("QueuePlace", "expires_at", _) => {
            let doc =
                "The place is lost at this moment unless something happens; `None` while nothing can end it.";
            let rust = "out.put(&Some(self.expires_at).filter(|at| *at < tacos::UnixMs::MAX));";
            parts.push(part(rust, name, doc, Shape::Optional(Box::new(Shape::Moment))));
        }
        ("Status", "webhooks", _) => {
            parts.push(part(
                "out.put(&self.webhooks.0);",
                "webhooks_waiting",
                "Webhooks to deliver.",
                Shape::Long,
            ));
            parts.push(part("out.put(&self.webhooks.1);", "webhooks_dead", "Dead letters.", Shape::Long));
        }
        ("Status", "commands", _) => {
            let since = "since the engine was opened.";
            parts.push(part(
                "out.put(&self.commands.0);",
                "commands",
                &format!("Commands done {since}"),
                Shape::Long,
            ));
            parts.push(part(
                "out.put(&self.commands.1);",
                "refusals",
                &format!("Commands refused {since}"),
                Shape::Long,
            ));
        }
        (_, _, Kind::Struct(Struct { name: "Money", .. })) => {
            let in_minor = format!("{doc} In minor units of the currency.");
            let minor =
                if name == "total" || name == "amount" { format!("{name}_minor") } else { name.into() };
            parts.push(part(&format!("out.put(&self.{name}.minor);"), &minor, &in_minor, Shape::Long));
            let rust = format!("out.put(&self.{name}.currency);");
            parts.push(part(&rust, "currency", "Three letters, as in ISO 4217.", Shape::Text));
        }
        ("PlaceChanged", "place", _) => {
            let view = view("PlaceView");
            parts.push(part("", name, doc, Shape::Record(view)));
        }
        ("PlaceChanged", "version", _) => parts.push(part("", name, doc, Shape::Long)),
        _ => {
            let item = item(field);
            parts.push(Part { rust: put(field.kind, &format!("self.{name}"), true), item: Some(item) });
        }
    }
}

/// A field as it crosses.
pub(crate) fn item(field: &Field) -> Item {
    let secret = match field.kind {
        Kind::Token { prefix, .. } => Some(prefix),
        Kind::Optional(Kind::Token { prefix, .. }) => Some(*prefix),
        _ => None,
    };
    let shape = shape(field.kind, is_span(field));
    Item { name: name_of(field), doc: field.doc.join("\n"), shape, secret }
}

/// The name of a field, without its unit where the other side's type has one.
pub(crate) fn name_of(field: &Field) -> String {
    if is_span(field) { without_unit(field.name, "ms") } else { field.name.into() }
}

/// A number of milliseconds that is a length of time for the other side.
fn is_span(field: &Field) -> bool {
    let number = matches!(field.kind, Kind::Unsigned(64) | Kind::Optional(Kind::Unsigned(64)));
    number && field.unit() == Some("ms") && field.name != "extended_ms"
}

fn shape(kind: Kind, span: bool) -> Shape {
    match kind {
        Kind::Bool => Shape::Bool,
        Kind::Unsigned(64) if span => Shape::Duration,
        Kind::Unsigned(32) => Shape::Int,
        Kind::Unsigned(_) | Kind::Signed(_) | Kind::Position => Shape::Long,
        Kind::Moment => Shape::Moment,
        Kind::Duration => Shape::Duration,
        Kind::Text | Kind::Name { .. } | Kind::Id { .. } | Kind::Token { .. } | Kind::Currency => Shape::Text,
        Kind::Array(16) => Shape::Cursor,
        Kind::Bytes | Kind::Array(_) => Shape::Bytes,
        Kind::Place => Shape::Record(view("PlaceView")),
        Kind::SeatMap => Shape::Sections,
        Kind::Optional(of) => Shape::Optional(Box::new(shape(*of, span))),
        Kind::List(of) => Shape::List(Box::new(shape(*of, span))),
        Kind::Struct(record) => Shape::Record(record),
        Kind::Enum(of) if is_word(of) => Shape::Word(of),
        Kind::Enum(of) => Shape::Form(of),
        Kind::Pair(..) => unreachable!("a pair is taken apart: {kind:?}"),
    }
}

/// The value of a form that has no name.
pub(crate) fn shape_of(kind: Kind) -> Shape {
    shape(kind, false)
}

/// The statement by which Rust writes a value; `owned` if the expression is a value and no reference.
pub(crate) fn put(kind: Kind, value: &str, owned: bool) -> String {
    let by_reference = if owned { format!("&{value}") } else { value.to_owned() };
    match kind {
        Kind::Bytes | Kind::Array(_) => format!("out.bytes({by_reference});"),
        Kind::Optional(Kind::Bytes | Kind::Array(_)) => {
            format!("out.bytes_maybe({value}.as_ref().map(|bytes| &bytes[..]));")
        }
        Kind::List(Kind::Place) => format!("out.places({by_reference});"),
        Kind::List(Kind::Struct(Struct { name: "PlaceChanged", .. })) => {
            format!("out.changes({by_reference});")
        }
        Kind::List(_) => format!("out.list({by_reference});"),
        _ => format!("out.put({by_reference});"),
    }
}

/// True if its forms carry nothing.
pub(crate) fn is_word(of: &Enum) -> bool {
    of.variants.iter().all(|variant| variant.fields.is_empty())
}

/// A view, or a record of one.
pub(crate) fn view(name: &str) -> &'static Struct {
    if name == "PlaceView" {
        let seat = view("SeatView");
        let Kind::Struct(place) = seat.fields[0].kind else { unreachable!("a seat has a place") };
        return place;
    }
    VIEWS.iter().find(|view| view.name == name).copied().expect("a view")
}

/// The records that commands answer.
pub(crate) fn replies() -> impl Iterator<Item = &'static Struct> {
    REPLY.variants.iter().flat_map(|variant| variant.fields).map(|field| match field.kind {
        Kind::Struct(record) => record,
        other => unreachable!("a reply is a record: {other:?}"),
    })
}

/// What reads show, in the order in which faces list it.
pub(crate) const SHOWN: &[&str] = &[
    "PlaceView",
    "SeatView",
    "SectionView",
    "EventView",
    "ReservationView",
    "PaymentView",
    "QueuePlace",
    "QueueView",
    "DrawView",
    "WebhookView",
    "Status",
];

/// Records that are part of a view.
pub(crate) fn counts() -> &'static Struct {
    let kinds = [Kind::Struct(view("SectionView"))];
    reached(kinds).0.into_iter().find(|record| record.name == "Counts").expect("a section has counts")
}

/// What can be set about events and lines: it crosses both ways.
pub(crate) fn settings() -> Vec<&'static Struct> {
    let (mut records, _) =
        reached(COMMANDS.iter().flat_map(|command| command.fields).map(|field| field.kind));
    records.retain(|record| !["Money", "Best"].contains(&record.name));
    records
}

/// Enums whose forms carry nothing, in the order in which they are met; how a payment ended is said by yes or no.
pub(crate) fn words() -> Vec<&'static Enum> {
    let fields = COMMANDS.iter().flat_map(|command| command.fields).map(|field| field.kind);
    let views = VIEWS.iter().map(|view| Kind::Struct(view));
    let rest = [Kind::Enum(REPLY), Kind::Enum(REFUSAL), Kind::Struct(UPDATE)];
    let (_, mut all) = reached(fields.chain(views).chain(rest));
    all.retain(|of| is_word(of) && of.name != "PaymentOutcome");
    all
}

/// The records of updates that are written as they are.
pub(crate) fn changes() -> Vec<&'static Struct> {
    let (records, _) = reached([Kind::Struct(UPDATE)]);
    records
        .into_iter()
        .filter(|record| ["ReservationUpdate", "PaymentUpdate"].contains(&record.name))
        .collect()
}

/// A record of updates or refusals, by its name.
pub(crate) fn record(name: &str) -> &'static Struct {
    let (records, _) = reached([Kind::Struct(UPDATE), Kind::Enum(REFUSAL)]);
    records.into_iter().find(|record| record.name == name).expect("a record that the engine describes")
}

/// What happened, and why a payment does not confirm or a hold is not extended.
pub(crate) fn form(name: &str) -> &'static Enum {
    let (_, enums) = reached([Kind::Struct(UPDATE), Kind::Enum(REFUSAL)]);
    enums.into_iter().find(|of| of.name == name).expect("an enum that the engine describes")
}

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
pub(crate) fn fact_name(variant: &'static Variant) -> &'static str {
    FACTS.iter().find(|(name, ..)| *name == variant.name).map_or(variant.name, |(_, other, _)| *other)
}

/// The values of a fact, in the order in which they cross.
pub(crate) fn fact_items(variant: &'static Variant) -> Vec<Item> {
    let names = FACTS.iter().find(|(name, ..)| *name == variant.name).map_or(&[][..], |(_, _, names)| *names);
    // A payment's change is a fact of its own, not one in another.
    if variant.name == "Payment" {
        let payment =
            changes().into_iter().find(|record| record.name == "PaymentUpdate").expect("its record");
        return parts(payment).into_iter().filter_map(|part| part.item).collect();
    }
    let one = |name: &str, shape: Shape, doc: &str, secret| Item {
        name: name.into(),
        shape,
        doc: doc.into(),
        secret,
    };
    let of_field = |(at, field): (usize, &'static Field)| {
        if !field.name.is_empty() {
            return item(field);
        }
        let shape = match field.kind {
            // Tickets are credentials for others.
            Kind::Unsigned(32) => Shape::Text,
            Kind::List(Kind::Unsigned(32)) => Shape::List(Box::new(Shape::Text)),
            kind => shape_of(kind),
        };
        let (doc, secret) = match names[at] {
            "token" => ("The credential for the place in the line (`wtkn_…`).", Some("wtkn_")),
            "tokens" => ("The credentials for their places in the line (`wtkn_…`).", Some("wtkn_")),
            _ => ("", None),
        };
        one(names[at], shape, doc, secret)
    };
    let mut all: Vec<Item> = variant.fields.iter().enumerate().map(of_field).collect();
    if variant.name == "Admitted" {
        all.push(one("reservation_token", Shape::Text, "The right to reserve (`rtkn_…`).", Some("rtkn_")));
    }
    all
}

/// What values without a name are called in a refusal.
fn value_name(kind: Kind) -> &'static str {
    match kind {
        Kind::List(Kind::Struct(_)) => "problems",
        Kind::List(_) => "seats",
        Kind::Text => "section",
        Kind::Moment => "at",
        Kind::Enum(Enum { name: "Bound", .. }) => "bound",
        Kind::Enum(_) => "state",
        other => unreachable!("{other:?} has no name in a refusal yet"),
    }
}

/// The refusal that also says when to try again.
pub(crate) const AT_CAPACITY: &str = "AtCapacity";

/// The forms of a doubt, if that is what the refusal carries.
pub(crate) fn doubt(variant: &Variant) -> Option<&'static Enum> {
    match variant.fields {
        [Field { kind: Kind::Enum(of), .. }] if of.name.ends_with("Doubt") => Some(form(of.name)),
        _ => None,
    }
}

/// What a refusal, or a form of a doubt, carries.
pub(crate) fn carried(field: &'static Field) -> Item {
    let item = item(field);
    if field.name.is_empty() { Item { name: value_name(field.kind).into(), ..item } } else { item }
}

/// The values of a refusal. What only one form of a doubt carries is optional.
pub(crate) fn refusal_items(variant: &'static Variant) -> Vec<Item> {
    let Some(doubt) = doubt(variant) else { return variant.fields.iter().map(carried).collect() };
    let why = Item { name: "doubt".into(), doc: "Why.".into(), shape: Shape::Form(doubt), secret: None };
    let of_form = |form: &'static Variant| {
        let doc = format!("Where that is why: {}", small(form.doc.join("\n").trim()));
        form.fields.iter().map(move |field| {
            let item = carried(field);
            Item { shape: Shape::Optional(Box::new(item.shape)), doc: doc.clone(), ..item }
        })
    };
    [why].into_iter().chain(doubt.variants.iter().flat_map(of_form)).collect()
}

/// What an optional part of a record has if it is not said.
pub(crate) enum Usual {
    Nothing,
    Flag(bool),
    Number(u64),
    /// Milliseconds.
    Span(u64),
}

/// The engine's usual value of a setting of an event or a line; none if it must be said.
pub(crate) fn usual(record: &str, item: &Item) -> Option<Usual> {
    let currency = Currency::new("KRW").expect("three letters");
    let (settings, policy) = (EventSettings::new("", currency), QueuePolicy::default());
    let number = |number: u32| Some(Usual::Number(number.into()));
    match (record, item.name.as_str()) {
        ("EventSettings", "seats_per_reservation_max") => number(settings.seats_per_reservation_max),
        ("EventSettings", "hold") => Some(Usual::Span(settings.hold_ms)),
        ("EventSettings", "hold_max") => Some(Usual::Span(settings.hold_ms_max)),
        ("EventSettings", "extension_max") => Some(Usual::Span(settings.extension_ms_max)),
        ("EventSettings", "extensions_max") => number(settings.extensions_max),
        ("QueuePolicy", "enabled") => Some(Usual::Flag(policy.enabled)),
        ("QueuePolicy", "admissions_per_minute") => number(policy.admissions_per_minute),
        ("QueuePolicy", "burst") => number(policy.burst),
        ("QueuePolicy", "inside_max") => number(policy.inside_max),
        ("QueuePolicy", "waiting_max") => number(policy.waiting_max),
        ("QueuePolicy", "claim_window") => Some(Usual::Span(policy.claim_window_ms)),
        ("QueuePolicy", "token_ttl") => Some(Usual::Span(policy.token_ttl_ms)),
        ("QueuePolicy", "inactivity") => Some(Usual::Span(policy.inactivity_ms)),
        ("QueuePolicy", "one_place_per_user") => Some(Usual::Flag(policy.one_place_per_user)),
        _ => matches!(item.shape, Shape::Optional(_)).then_some(Usual::Nothing),
    }
}

/// The number of a form that the two ends do not know yet: the last.
pub(crate) const NEWER: u8 = u8::MAX;

/// A hash of what both ends were written from (FNV-1a): a face asks for it before it sends anything.
pub(crate) fn identity<'a>(texts: impl IntoIterator<Item = &'a str>) -> i64 {
    let mut hash = 0xcbf2_9ce4_8422_2325_u64;
    for byte in texts.into_iter().flat_map(str::bytes) {
        hash = (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
    }
    hash.cast_signed()
}
