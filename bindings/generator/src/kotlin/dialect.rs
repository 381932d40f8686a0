//! Where Kotlin says something otherwise than the engine: names of types, what has a default, the order of parameters,
//! which is part of the public API and stays.

use tacos_engine::schema::{Field, Kind, Struct};

use super::results::field_name;
use crate::border::{Item, Shape, Usual, item};
use crate::words::{grouped, plain, wrap};

/// Words of the engine's documentation, and those of Kotlin.
const WORDS: &[(&str, &str)] = &[
    ("`None`", "`null`"),
    (", in milliseconds", " (figures are milliseconds)"),
    ("see `Config::payment_amount_must_match`", "see `Options.paymentAmountMustMatch`"),
    ("see `Config::payment_time_permille`", "see `Options.paymentTimePermille`"),
    ("unless the caller is `trusted`", "unless the caller is [trusted]"),
    ("as `QueuePlace` of the moment", "as it stands at the moment"),
    ("its order is `order`", "its order is [order]"),
    ("by `ReportPayment`", "by [ReportPayment]"),
];

/// Documentation in Kotlin's words.
pub(super) fn said(doc: &str) -> String {
    let mut text = plain(&doc.lines().collect::<Vec<_>>());
    for (rust, kotlin) in WORDS {
        text = text.replace(rust, kotlin);
    }
    text
}

/// Documentation as it stands in a file, with at most 120 signs a line.
pub(super) fn kdoc(indent: &str, text: &str) -> String {
    let line = format!("{indent}/** {text} */");
    if line.chars().count() <= 120 {
        return line + "\n";
    }
    let lines: String =
        wrap(text, 116 - indent.len()).iter().map(|line| format!("{indent} * {line}\n")).collect();
    format!("{indent}/**\n{lines}{indent} */\n")
}

/// `hold_max` as `holdMax`.
pub(super) fn camel(name: &str) -> String {
    let mut out = String::new();
    for part in name.split('_') {
        let mut signs = part.chars();
        match signs.next() {
            Some(first) if !out.is_empty() => out.extend(first.to_uppercase().chain(signs)),
            Some(first) => out.extend(std::iter::once(first).chain(signs)),
            None => {}
        }
    }
    out
}

/// The name of a record's type.
pub(super) fn type_name(record: &str) -> &str {
    match record {
        "QueueView" => "QueueFigures",
        "SectionView" => "SectionView",
        "ReservationUpdate" => "ReservationChange",
        "PlaceChanged" => "PlaceChange",
        other => other.strip_suffix("View").unwrap_or(other),
    }
}

/// The type of a value.
pub(super) fn kind(shape: &Shape) -> String {
    match shape {
        Shape::Bool => "Boolean".into(),
        Shape::Int => "Int".into(),
        Shape::Long => "Long".into(),
        Shape::Text => "String".into(),
        Shape::Bytes => "Bytes".into(),
        Shape::Cursor => "Cursor".into(),
        Shape::Moment => "Instant".into(),
        Shape::Duration => "Duration".into(),
        Shape::Word(of) | Shape::Form(of) => of.name.into(),
        Shape::Record(record) => type_name(record.name).into(),
        Shape::Sections => "List<Section>".into(),
        Shape::Optional(of) => format!("{}?", kind(of)),
        Shape::List(of) => format!("List<{}>", kind(of)),
    }
}

/// The expression that writes `value`.
pub(super) fn write(shape: &Shape, value: &str) -> String {
    match shape {
        Shape::Bool => format!("flag({value})"),
        Shape::Int => format!("int({value})"),
        Shape::Long => format!("long({value})"),
        Shape::Text => format!("text({value})"),
        Shape::Bytes => format!("bytes({value})"),
        Shape::Cursor => format!("bytes({value}.bytes)"),
        Shape::Moment => format!("moment({value})"),
        Shape::Duration => format!("duration({value})"),
        Shape::Word(_) => format!("tag({value}.ordinal)"),
        Shape::Form(_) | Shape::Record(_) => format!("put({value})"),
        Shape::Sections => format!("list({value}) {{ put(it) }}"),
        Shape::Optional(of) => format!("maybe({value}) {{ {} }}", write(of, "it")),
        Shape::List(of) => format!("list({value}) {{ {} }}", write(of, "it")),
    }
}

/// The expression that reads a value.
pub(super) fn read(shape: &Shape) -> String {
    match shape {
        Shape::Bool => "flag()".into(),
        Shape::Int => "int()".into(),
        Shape::Long => "long()".into(),
        Shape::Text => "text()".into(),
        Shape::Bytes => "bytes()".into(),
        Shape::Cursor => "Cursor(bytes())".into(),
        Shape::Moment => "moment()".into(),
        Shape::Duration => "duration()".into(),
        Shape::Word(of) => format!("word({}.entries)", of.name),
        Shape::Form(of) => format!("read{}()", of.name),
        Shape::Record(record) => format!("read{}()", type_name(record.name)),
        Shape::Optional(of) => format!("maybe {{ {} }}", read(of)),
        Shape::List(of) => format!("list {{ {} }}", read(of)),
        Shape::Sections => unreachable!("seat maps go in only"),
    }
}

/// A parameter of a class.
pub(super) struct Parameter {
    pub(super) name: String,
    pub(super) kind: String,
    pub(super) doc: String,
    pub(super) default: Option<String>,
    pub(super) shape: Shape,
}

impl Parameter {
    /// Of a value that comes out.
    pub(super) fn shown(item: Item) -> Self {
        let Item { name, doc, shape, .. } = item;
        Self { name: field_name(&name), kind: kind(&shape), doc: said(&doc), default: None, shape }
    }
}

/// Where the order of parameters is not the engine's.
const ORDERS: &[(&str, &str)] = &[
    ("Reserve", "event user want token key external holdUntil trusted"),
    ("Confirm", "which payment user exactly key"),
    ("Release", "which seats user key"),
    ("Extend", "which by user key"),
    ("CancelPayment", "payment refundMinor user key"),
];

/// What is usual, where that is not to leave an optional value out.
const DEFAULTS: &[(&str, &str, &str)] = &[
    ("Reserve", "trusted", "false"),
    ("Release", "seats", "emptyList()"),
    ("CreatePayment", "method", "PaymentMethod.CREDIT_CARD"),
    ("CreatePayment", "scenario", "Scenario.APPROVE"),
    ("CreatePayment", "attachment", "Bytes.EMPTY"),
    ("ReadReservations", "most", "100"),
    ("ReadPayments", "most", "100"),
];

/// What is optional and must be said all the same.
const SAID: &[(&str, &str)] = &[("Note", "value")];

/// The parameters of a command, in the order in which they cross.
pub(super) fn parameters(command: &str, fields: &'static [Field]) -> Vec<Parameter> {
    fields.iter().flat_map(|field| of_field(command, field)).collect()
}

/// The same in the order of the class.
pub(super) fn ordered(command: &str, mut parameters: Vec<Parameter>) -> Vec<Parameter> {
    if let Some((_, order)) = ORDERS.iter().find(|(name, _)| *name == command) {
        let order: Vec<&str> = order.split(' ').collect();
        // What is added stands behind.
        parameters.sort_by_key(|one| order.iter().position(|name| *name == one.name).unwrap_or(order.len()));
    }
    parameters
}

fn of_field(command: &str, field: &'static Field) -> Vec<Parameter> {
    let one = |name: &str, shape: Shape, doc: &str| {
        let usual = DEFAULTS.iter().find(|(of, field, _)| (*of, *field) == (command, name));
        let said = SAID.contains(&(command, name));
        let default = match &shape {
            _ if usual.is_some() => usual.map(|(.., value)| (*value).to_owned()),
            Shape::Optional(_) if !said => Some("null".to_owned()),
            _ => None,
        };
        Parameter { name: name.into(), kind: kind(&shape), doc: doc.into(), default, shape }
    };
    let doc = said(&field.doc.join("\n"));
    match (field.name, field.kind) {
        ("proof", _) => {
            let doc =
                "The payment intent (`pay_…`) that proves it is paid; `null` when the caller vouches for it.";
            vec![one("payment", Shape::Optional(Box::new(Shape::Text)), doc)]
        }
        ("outcome", _) => vec![one("completed", Shape::Bool, "True if the money was taken.")],
        (_, Kind::SeatMap) => vec![one("sections", Shape::Sections, "Its sections, in order of preference.")],
        (name, Kind::Struct(Struct { name: "Money", .. })) => vec![
            one(&format!("{name}Minor"), Shape::Long, &format!("{doc} In minor units of the currency.")),
            one("currency", Shape::Text, "Three letters, as in ISO 4217."),
        ],
        _ => {
            let Item { name, shape, .. } = item(field);
            vec![one(&camel(&name), shape, &doc)]
        }
    }
}

/// The engine's usual value of a setting.
pub(super) fn usual(record: &str, item: &Item) -> Option<String> {
    crate::border::usual(record, item).map(|usual| match usual {
        Usual::Nothing => "null".into(),
        Usual::Flag(flag) => flag.to_string(),
        Usual::Number(number) => grouped(number),
        Usual::Span(ms) => span(ms),
    })
}

/// A length of time in the largest unit that fits.
fn span(ms: u64) -> String {
    let units = [("hours", 3_600_000), ("minutes", 60_000), ("seconds", 1_000), ("milliseconds", 1)];
    let (unit, in_ms) =
        units.into_iter().find(|(_, in_ms)| ms.is_multiple_of(*in_ms)).expect("one ms fits all");
    format!("{}.{unit}", grouped(ms / in_ms))
}
