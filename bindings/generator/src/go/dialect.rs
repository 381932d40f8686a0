//! Where Go says something otherwise than the engine: the zero value stands for what is not given, so what is usual is
//! false or zero; values that are one of several forms are fields of which some are empty.

use tacos_engine::schema::{COMMANDS, Command, Enum, Field, Kind, ReadForm, Struct};

use super::said;
use crate::words::{camel, shout, without_unit};

/// Words of the engine's documentation, and those of Go.
pub(super) const WORDS: &[(&str, &str)] = &[
    ("`None`", "the zero value"),
    ("unless something happens.", "unless something happens; the zero value while nothing can end it."),
    (", in milliseconds", " (figures are milliseconds)"),
    ("see `Config::payment_amount_must_match`", "see Options.AnyPaymentAmount"),
    ("unless the caller is `trusted`", "unless the caller is Trusted"),
    ("as `QueuePlace` of the moment", "as it stands at the moment"),
];

/// Enums: the engine's name, and what the values' names begin with in Go.
pub(super) const ENUMS: &[(&str, &str)] = &[
    ("SaleState", "Sale"),
    ("ReservationState", "Reservation"),
    ("PaymentState", "Payment"),
    ("PaymentMethod", "Method"),
    ("Scenario", "Scenario"),
    ("PaymentOutcome", "PaymentOutcome"),
    ("PaymentEffect", "PaymentEffect"),
    ("SeatState", "Seat"),
    ("QueueState", "Queue"),
    ("Bound", "Bound"),
    ("PaymentDoubt", "PaymentDoubt"),
    ("ExtensionDoubt", "ExtensionDoubt"),
    ("UpdateKind", "Update"),
];

/// What the names of an enum's values begin with in C.
pub(crate) fn c_enum(name: &str) -> String {
    if name == "SaleState" { "TACOS_SALE".into() } else { format!("TACOS_{}", shout(name)) }
}

/// Yes-or-no fields whose usual value is yes: Go's is the contrary.
const CONTRARY: &[(&str, &str, &str)] = &[
    ("block", "Unblock", "Put blocked seats back instead of taking free ones off sale."),
    ("paused", "Resume", "Start admissions again instead of stopping them."),
    ("enabled", "Off", "Let every customer in as fast as the system-wide ceiling allows."),
    ("one_place_per_user", "ManyPlacesPerUser", "Allow a user several places, one for each session."),
];

/// The contrary of a yes-or-no field: its name in Go, and what it means.
pub(crate) fn contrary(field: &Field) -> Option<(&'static str, &'static str)> {
    CONTRARY.iter().find(|(name, ..)| *name == field.name).map(|(_, go, doc)| (*go, *doc))
}

/// A field in Go.
pub(super) struct GoField {
    pub(super) name: String,
    pub(super) kind: String,
    pub(super) doc: String,
}

pub(super) fn go_field(name: &str, kind: &str, doc: &str) -> GoField {
    GoField { name: name.into(), kind: kind.into(), doc: doc.into() }
}

/// The name of an issued id's or token's type.
pub(super) fn id_type(name: &str) -> String {
    name.replace("Id", "ID")
}

/// The name of a record's type: what there is one word for is no view in Go.
pub(crate) fn view_type(name: &str) -> String {
    match name {
        "ReservationView" | "PaymentView" | "WebhookView" => name.trim_end_matches("View").to_owned(),
        name => name.to_owned(),
    }
}

/// The name of a field: without its unit where Go's type has one.
pub(crate) fn field_name(field: &Field) -> String {
    match (field.name, field.kind) {
        ("event", Kind::Unsigned(_)) => "EventNumber".into(),
        ("extended_ms", _) => "By".into(),
        (name, Kind::Unsigned(64)) if field.unit() == Some("ms") => camel(&without_unit(name, "ms")),
        (name, Kind::Optional(Kind::Unsigned(64))) if field.unit() == Some("ms") => {
            camel(&without_unit(name, "ms"))
        }
        (name, _) => camel(name),
    }
}

/// A field of the engine as fields of Go.
pub(super) fn fields(field: &Field) -> Vec<GoField> {
    if let Some((name, doc)) = contrary(field) {
        return vec![go_field(name, "bool", doc)];
    }
    let (name, doc) = (field_name(field), said(field.doc));
    if let Kind::Enum(Enum { name: form, variants, .. }) = field.kind {
        match *form {
            "SeatRequest" => return want(variants[1].fields),
            "Proof" => {
                let doc = "The payment intent that paid. Without one it is paid outside, for which the caller vouches.";
                return vec![go_field("Payment", "*PaymentID", doc)];
            }
            "Payee" => {
                return vec![
                    go_field("Which", "ReservationRef", "The reservation that is paid for."),
                    go_field(
                        "Unlinked",
                        "string",
                        "Instead of Which: something that the engine does not know.",
                    ),
                ];
            }
            _ => {}
        }
    }
    // A seat of the map is a place, too.
    if let Kind::Struct(Struct { name: embedded @ "PlaceView", .. }) = field.kind {
        return vec![go_field(embedded, "", &doc)];
    }
    if let Kind::Struct(Struct { name: "Money", .. }) = field.kind {
        return vec![
            go_field(&format!("{name}Minor"), "int64", &format!("{doc} In minor units of the currency.")),
            go_field("Currency", "string", "Three letters, as in ISO 4217."),
        ];
    }
    if (field.name, field.kind) == ("eta_ms", Kind::Optional(&Kind::Unsigned(64))) {
        let known = "Whether anything is known about the expected wait.";
        return vec![go_field("ETA", "time.Duration", &doc), go_field("ETAKnown", "bool", known)];
    }
    vec![go_field(&name, &go_type(field), &doc)]
}

/// Seats that are wanted: by name, or the best by count.
fn want(best: &[Field]) -> Vec<GoField> {
    let Kind::Struct(best) = best[0].kind else { unreachable!("the best are described by a record") };
    let doc = |name: &str| {
        let field = best.fields.iter().find(|field| field.name == name).expect("a field of the best");
        format!("Without Seats: {}", crate::words::small(&said(field.doc)))
    };
    vec![
        go_field(
            "Seats",
            "[]string",
            "Exactly these seats: all of them or none. Without any, the best Quantity.",
        ),
        go_field("Quantity", "uint32", &doc("quantity")),
        go_field("Section", "string", &doc("section")),
        go_field(
            "WholeOnly",
            "bool",
            "Without Seats: refuse to split when no row has that many next to each other.",
        ),
        go_field("Accessible", "bool", &doc("accessible")),
    ]
}

/// The type of a field that is one field in Go, too.
fn go_type(field: &Field) -> String {
    match field.kind {
        Kind::Bool => "bool".into(),
        Kind::Unsigned(64) if field.unit() == Some("ms") => "time.Duration".into(),
        Kind::Unsigned(_) if field.name == "extensions_max" => "*uint32".into(),
        Kind::Unsigned(bits) => format!("uint{bits}"),
        Kind::Optional(Kind::Unsigned(bits)) => format!("uint{bits}"),
        Kind::Signed(bits) => format!("int{bits}"),
        Kind::Optional(Kind::Signed(bits)) => format!("*int{bits}"),
        Kind::Moment | Kind::Optional(Kind::Moment) => "time.Time".into(),
        Kind::Duration => "time.Duration".into(),
        Kind::Text | Kind::Currency | Kind::Name { .. } => "string".into(),
        Kind::Optional(Kind::Text | Kind::Name { .. }) => "string".into(),
        Kind::Bytes => "[]byte".into(),
        Kind::Array(32) => "[32]byte".into(),
        Kind::Optional(Kind::Array(32)) => "*[32]byte".into(),
        Kind::Id { name, .. } | Kind::Token { name, .. } => id_type(name),
        Kind::Optional(Kind::Id { name, .. } | Kind::Token { name, .. }) => format!("*{}", id_type(name)),
        // Where a listing goes on.
        Kind::Optional(Kind::Array(16)) => "*Cursor".into(),
        Kind::List(Kind::Place) => "[]Place".into(),
        Kind::List(Kind::Name { .. }) | Kind::Optional(Kind::List(Kind::Name { .. })) => "[]string".into(),
        Kind::SeatMap => "SeatMap".into(),
        Kind::Struct(record) => view_type(record.name),
        Kind::Optional(Kind::Struct(record)) => format!("*{}", view_type(record.name)),
        Kind::Enum(of) => of.name.into(),
        Kind::Optional(Kind::Enum(of)) => of.name.into(),
        other => unreachable!("{}: {other:?} has no form in Go yet", field.name),
    }
}

/// A command of Go's.
pub(crate) struct GoCommand {
    /// Its name, in Go and in C.
    pub(crate) name: &'static str,
    pub(crate) doc: String,
    pub(crate) fields: Vec<Field>,
    /// The type of its answer.
    pub(crate) answer: String,
    /// The kind and struct of C that it is written as, where that is not its own.
    pub(crate) c_name: &'static str,
}

/// All commands: those of the engine, and the reads that the border carries as commands.
pub(crate) fn commands() -> Vec<GoCommand> {
    let mut all = Vec::new();
    for command in COMMANDS {
        if command.method == "note" {
            all.extend(notes(command));
            continue;
        }
        all.push(GoCommand {
            name: command.name,
            doc: crate::words::small(&said(command.doc)),
            fields: command.fields.to_vec(),
            answer: command.reply.name.to_owned(),
            c_name: command.name,
        });
    }
    all.extend(reads());
    all
}

/// A note is set by one command and removed by another: an empty value is one, too.
fn notes(note: &Command) -> [GoCommand; 2] {
    let answer = || note.reply.name.to_owned();
    let without_value = note.fields.iter().filter(|field| field.name != "value").copied().collect();
    let with_value = note
        .fields
        .iter()
        .map(|field| match field.name {
            "value" => Field { kind: Kind::Bytes, doc: &["Its value, at most 4,096 bytes."], ..*field },
            _ => *field,
        })
        .collect();
    let set = "sets a small durable fact of the embedding service: a setting that outlives a restart, a registered address.";
    [
        GoCommand { name: "SetNote", doc: set.into(), fields: with_value, answer: answer(), c_name: "Note" },
        GoCommand {
            name: "RemoveNote",
            doc: "removes a durable note.".into(),
            fields: without_value,
            answer: answer(),
            c_name: "Note",
        },
    ]
}

/// Reads of what must be durable before it is shown.
fn reads() -> impl Iterator<Item = GoCommand> {
    crate::c::durable().map(|read| {
        let Kind::Struct(view) = read.gives else { unreachable!("what is read is a record") };
        let (what, view) = (crate::words::small(&said(read.doc)), view_type(view.name));
        let (doc, answer) = match read.form {
            ReadForm::Page => (format!("lists {what} Zero values filter nothing."), format!("{view}Page")),
            _ => (format!("reads {}; what it shows is durable.", what.trim_end_matches('.')), view),
        };
        // Zero stands for the most that a page can have.
        let fields = read.fields.iter().map(|field| match field.kind {
            Kind::Optional(kind @ Kind::Unsigned(_)) => Field { kind: *kind, ..*field },
            _ => *field,
        });
        let name = crate::c::read_struct(read);
        GoCommand { name, doc, fields: fields.collect(), answer, c_name: name }
    })
}
