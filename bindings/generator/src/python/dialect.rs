//! Where Python says something otherwise than the engine: names of types, words of documentation, what has a default.

use tacos_engine::schema::{Field, Kind, Struct, snake};

use crate::border::{Item, Shape, Usual, item};
use crate::words::{grouped, plain, wrap};

/// Words of the engine's documentation, and those of Python.
const WORDS: &[(&str, &str)] = &[
    (", in milliseconds", " (figures are milliseconds)"),
    ("see `Config::payment_amount_must_match`", "see `Options.payment_amount_must_match`"),
    ("see `Config::payment_time_permille`", "see `Options.payment_time_permille`"),
    ("as `QueuePlace` of the moment", "as it stands at the moment"),
    ("[Engine.advance]", "`Engine.advance`"),
    ("[Engine.turn]", "`Engine.turn`"),
    ("`true`", "`True`"),
    ("`false`", "`False`"),
];

/// Documentation in Python's words.
pub(super) fn said(doc: &str) -> String {
    let mut text = plain(&doc.lines().collect::<Vec<_>>());
    for (rust, python) in WORDS {
        text = text.replace(rust, python);
    }
    text
}

/// Documentation as it stands in a file, with at most 120 signs a line.
pub(super) fn docstring(indent: &str, text: &str) -> String {
    // What stands in a text in quotes must not end it.
    let text = text.replace('\\', "\\\\");
    let room = 120 - indent.len();
    if text.chars().count() + 6 <= room && !text.ends_with('"') {
        return format!("{indent}\"\"\"{text}\"\"\"\n");
    }
    let lines: Vec<String> =
        wrap(&format!("\"\"\"{text}"), room).iter().map(|line| format!("{indent}{line}\n")).collect();
    lines.concat() + indent + "\"\"\"\n"
}

/// The name of a record's type.
pub(crate) fn type_name(record: &str) -> &str {
    match record {
        "QueueView" => "QueueFigures",
        "SectionView" => "SectionView",
        "ReservationUpdate" => "ReservationChange",
        "PlaceChanged" => "PlaceChange",
        other => other.strip_suffix("View").unwrap_or(other),
    }
}

/// The name of a field, where the engine's is a word of Python's.
pub(crate) fn field_name(name: &str) -> &str {
    match name {
        "from" => "from_",
        "extended_ms" => "extended_by_ms",
        other => other,
    }
}

/// The type of a value that comes out, or of one that goes in.
pub(super) fn kind(shape: &Shape, goes_in: bool) -> String {
    match shape {
        Shape::Bool => "bool".into(),
        Shape::Int | Shape::Long => "int".into(),
        Shape::Text => "str".into(),
        Shape::Bytes | Shape::Cursor => "bytes".into(),
        Shape::Moment => "datetime".into(),
        Shape::Duration => "timedelta".into(),
        Shape::Word(of) | Shape::Form(of) => of.name.into(),
        Shape::Record(record) => type_name(record.name).into(),
        Shape::Sections => "Sequence[Section]".into(),
        Shape::Optional(of) => format!("{} | None", kind(of, goes_in)),
        Shape::List(of) if goes_in => format!("Sequence[{}]", kind(of, goes_in)),
        Shape::List(of) => format!("tuple[{}, ...]", kind(of, goes_in)),
    }
}

/// The function that writes a value.
fn writer(shape: &Shape) -> String {
    match shape {
        Shape::Bool => "flag".into(),
        Shape::Int => "int32".into(),
        Shape::Long => "int64".into(),
        Shape::Text => "text".into(),
        Shape::Bytes | Shape::Cursor => "octets".into(),
        Shape::Moment => "moment".into(),
        Shape::Duration => "duration".into(),
        Shape::Word(of) | Shape::Form(of) => format!("put_{}", snake(of.name)),
        Shape::Record(record) => format!("put_{}", snake(type_name(record.name))),
        Shape::Sections => "put_section".into(),
        Shape::Optional(_) | Shape::List(_) => unreachable!("one value only: {shape:?}"),
    }
}

/// The statement that writes `value`, which messages call `name`.
pub(super) fn write(shape: &Shape, value: &str, name: &str) -> String {
    match shape {
        Shape::Optional(of) => match &**of {
            Shape::List(of) => format!("maybe_many(out, {}, {value}, \"{name}\")", writer(of)),
            of => format!("maybe(out, {}, {value}, \"{name}\")", writer(of)),
        },
        Shape::List(of) => format!("many(out, {}, {value}, \"{name}\")", writer(of)),
        Shape::Sections => format!("many(out, put_section, {value}, \"{name}\")"),
        _ => format!("{}(out, {value}, \"{name}\")", writer(shape)),
    }
}

/// The function that reads a value.
fn reader(shape: &Shape) -> String {
    match shape {
        Shape::Bool => "Reader.flag".into(),
        Shape::Int => "Reader.int32".into(),
        Shape::Long => "Reader.int64".into(),
        Shape::Text => "Reader.text".into(),
        Shape::Bytes | Shape::Cursor => "Reader.octets".into(),
        Shape::Moment => "Reader.moment".into(),
        Shape::Duration => "Reader.duration".into(),
        Shape::Word(of) | Shape::Form(of) => format!("read_{}", snake(of.name)),
        Shape::Record(record) => format!("read_{}", snake(type_name(record.name))),
        Shape::Optional(_) | Shape::List(_) | Shape::Sections => {
            unreachable!("one value only: {shape:?}")
        }
    }
}

/// The expression that reads a value.
pub(super) fn read(shape: &Shape) -> String {
    match shape {
        Shape::Optional(of) => format!("of.maybe({})", reader(of)),
        Shape::List(of) => format!("of.many({})", reader(of)),
        _ => {
            let name = reader(shape);
            match name.strip_prefix("Reader.") {
                Some(own) => format!("of.{own}()"),
                None => format!("{name}(of)"),
            }
        }
    }
}

/// A field of a class.
#[derive(Clone)]
pub(crate) struct Member {
    pub(crate) name: String,
    pub(super) kind: String,
    pub(super) doc: String,
    pub(super) default: Option<String>,
    pub(crate) shape: Shape,
    pub(super) secret: bool,
}

impl Member {
    /// Of a value that comes out.
    pub(super) fn shown(item: Item) -> Self {
        let Item { name, doc, shape, secret } = item;
        Self {
            name: field_name(&name).into(),
            kind: kind(&shape, false),
            doc: said(&doc),
            default: None,
            shape,
            secret: secret.is_some(),
        }
    }

    /// Of a setting, which goes in and comes out.
    pub(super) fn set(record: &Struct, item: Item) -> Self {
        let default = crate::border::usual(record.name, &item).map(|usual| match usual {
            Usual::Nothing => "None".into(),
            Usual::Flag(true) => "True".into(),
            Usual::Flag(false) => "False".into(),
            Usual::Number(number) => grouped(number),
            Usual::Span(ms) => span(ms),
        });
        Self { default, ..Self::shown(item) }
    }
}

/// A length of time in the largest unit that fits.
fn span(ms: u64) -> String {
    let units = [("hours", 3_600_000), ("minutes", 60_000), ("seconds", 1_000), ("milliseconds", 1)];
    let (unit, in_ms) =
        units.into_iter().find(|(_, in_ms)| ms.is_multiple_of(*in_ms)).expect("one ms fits all");
    format!("timedelta({unit}={})", grouped(ms / in_ms))
}

/// What is usual, where that is not to leave an optional value out.
const DEFAULTS: &[(&str, &str, &str)] = &[
    ("Reserve", "trusted", "False"),
    ("Release", "seats", "()"),
    ("CreatePayment", "method", "PaymentMethod.CREDIT_CARD"),
    ("CreatePayment", "scenario", "Scenario.APPROVE"),
    ("CreatePayment", "attachment", "b\"\""),
];

/// What is optional and must be said all the same.
const SAID: &[(&str, &str)] = &[("Note", "value")];

/// The fields of a command, in the order in which they cross.
pub(super) fn members(command: &str, fields: &'static [Field]) -> Vec<Member> {
    fields.iter().flat_map(|field| of_field(command, field)).collect()
}

fn of_field(command: &str, field: &'static Field) -> Vec<Member> {
    let one = |name: &str, shape: Shape, doc: &str| {
        let usual = DEFAULTS.iter().find(|(of, field, _)| (*of, *field) == (command, name));
        let said = SAID.contains(&(command, name));
        let default = match &shape {
            _ if usual.is_some() => usual.map(|(.., value)| (*value).to_owned()),
            Shape::Optional(_) if !said => Some("None".to_owned()),
            _ => None,
        };
        Member {
            name: name.into(),
            kind: kind(&shape, true),
            doc: doc.into(),
            default,
            shape,
            secret: item_secret(field),
        }
    };
    let doc = said(&field.doc.join("\n"));
    match (field.name, field.kind) {
        ("proof", _) => {
            let doc =
                "The payment intent (`pay_…`) that proves it is paid; `None` when the caller vouches for it.";
            vec![one("payment", Shape::Optional(Box::new(Shape::Text)), doc)]
        }
        ("outcome", _) => vec![one("completed", Shape::Bool, "True if the money was taken.")],
        (_, Kind::SeatMap) => vec![one("sections", Shape::Sections, "Its sections, in order of preference.")],
        (name, Kind::Struct(Struct { name: "Money", .. })) => vec![
            one(&format!("{name}_minor"), Shape::Long, &format!("{doc} In minor units of the currency.")),
            one("currency", Shape::Text, "Three letters, as in ISO 4217."),
        ],
        // How many of a listing; the border wants a number.
        ("most", Kind::Optional(_)) => {
            vec![Member { default: Some("100".into()), ..one("most", Shape::Int, &doc) }]
        }
        _ => {
            let Item { name, shape, .. } = item(field);
            vec![one(field_name(&name), shape, &doc)]
        }
    }
}

fn item_secret(field: &Field) -> bool {
    matches!(field.kind, Kind::Token { .. } | Kind::Optional(Kind::Token { .. }))
}
