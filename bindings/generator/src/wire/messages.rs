//! The messages, as they follow from the engine's description.

use std::collections::HashSet;

use tacos_engine::schema::{COMMANDS, Enum, Field, Kind, READS, REFUSAL, Read, Struct, snake};

use super::by_hand::by_hand;
use crate::border::{self, Item, Shape, is_word, parts, read_name, replies, view};
use crate::words::{camel, plain, reached};

/// How often a field may be there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Label {
    One,
    Maybe,
    Many,
    /// One of those of the message's choice.
    Choice,
}

/// A field of a message.
pub(crate) struct Part {
    pub(crate) name: String,
    pub(crate) doc: String,
    pub(crate) of_type: String,
    pub(crate) label: Label,
}

pub(crate) struct Message {
    pub(crate) name: String,
    pub(crate) doc: String,
    /// Fields of a choice stand together.
    pub(crate) parts: Vec<Part>,
    /// The name of its choice and what is chosen, if it has one.
    pub(crate) choice: Option<(&'static str, &'static str)>,
}

/// Everything that the file has.
pub(crate) struct All {
    pub(crate) messages: Vec<Message>,
    pub(crate) enums: Vec<&'static Enum>,
}

/// The name of a field on the wire: moments and lengths of time say their unit.
pub(crate) fn wire_name(item: &Item) -> String {
    let inner = match &item.shape {
        Shape::Optional(inner) => inner,
        shape => shape,
    };
    match inner {
        Shape::Moment => format!("{}_unix_ms", item.name),
        Shape::Duration => format!("{}_ms", item.name),
        _ => item.name.clone(),
    }
}

/// The name of the message of a read.
pub(crate) fn read_message(read: &Read) -> String {
    format!("Read{}", camel(read_name(read)))
}

fn label_and_type(shape: &Shape) -> (Label, String) {
    let single = |name: &str| (Label::One, name.to_owned());
    match shape {
        Shape::Bool => single("bool"),
        Shape::Int => single("uint32"),
        Shape::Long | Shape::Moment | Shape::Duration => single("int64"),
        Shape::Text => single("string"),
        Shape::Bytes | Shape::Cursor => single("bytes"),
        Shape::Word(of) | Shape::Form(of) => single(of.name),
        Shape::Record(record) => single(record.name),
        Shape::Sections => single("SeatMap"),
        Shape::Optional(of) => match label_and_type(of) {
            (Label::Many, inner) if inner == "string" => (Label::Maybe, "SeatNames".into()),
            (_, inner) => (Label::Maybe, inner),
        },
        Shape::List(of) => (Label::Many, label_and_type(of).1),
    }
}

fn part(item: &Item) -> Part {
    let (label, of_type) = label_and_type(&item.shape);
    let doc = plain(&[&item.doc.replace('\n', " ")]).replace("`None`", "absent");
    Part { name: wire_name(item), doc, of_type, label }
}

/// The fields by which a request brings one of the engine's.
pub(crate) fn brought(of: &str, field: &'static Field) -> Vec<Part> {
    let one = |name: &str, of_type: &str, label, doc: String| Part {
        name: name.into(),
        doc,
        of_type: of_type.into(),
        label,
    };
    let doc = plain(field.doc);
    match (field.name, field.kind) {
        (name, Kind::Struct(Struct { name: "Money", .. })) => vec![
            one(
                &format!("{name}_minor"),
                "int64",
                Label::One,
                format!("{doc} In minor units of the currency."),
            ),
            one("currency", "string", Label::One, "Three letters, as in ISO 4217.".into()),
        ],
        ("proof", _) => vec![one(
            "payment",
            "string",
            Label::Maybe,
            "The payment intent that paid; absent if the caller vouches for the money.".into(),
        )],
        ("user", Kind::Optional(_)) if field.setter.is_none() => {
            vec![one(
                "user",
                "string",
                Label::Maybe,
                format!("{doc} Absent: an operator asks.").replace(", unless an operator asks", ""),
            )]
        }
        _ => {
            let item = border::item(field);
            let mut part = part(&item);
            // What has a usual value may be left out.
            if part.label == Label::One && border::usual(of, &item).is_some() {
                part.label = Label::Maybe;
                part.doc += " Absent: the engine's usual value.";
            }
            vec![part]
        }
    }
}

fn request(name: &str, doc: String, fields: &'static [Field]) -> Message {
    let parts = fields.iter().flat_map(|field| brought(name, field)).collect();
    Message { name: name.into(), doc, parts, choice: None }
}

fn shown(record: &'static Struct) -> Message {
    let words = parts(record).into_iter().filter_map(|part| part.item).map(|item| part(&item));
    let numbers = numbers(record).into_iter().map(|(part, _)| part);
    let parts = words.chain(numbers).collect();
    Message { name: record.name.into(), doc: plain(record.doc), parts, choice: None }
}

/// The engine's own numbers of events and places, beside the words for them, and how the server writes them: for faces
/// that have the numbers.
pub(crate) fn numbers(record: &'static Struct) -> Vec<(Part, String)> {
    let part = |name: &str, label, doc: &str| Part {
        name: name.into(),
        doc: doc.into(),
        of_type: "uint32".into(),
        label,
    };
    let number = "The engine's own number of the event.";
    let number_of = |field: &Field| match (record.name, field.name, field.kind) {
        ("EventChanged" | "EventView", "number", _) => {
            Some((part("number", Label::One, number), "self.number".to_owned()))
        }
        (_, "event" | "event_number", Kind::Unsigned(32)) => {
            Some((part("event_number", Label::One, number), format!("self.{}", field.name)))
        }
        (_, name, Kind::List(Kind::Place)) => {
            let doc = format!("The same as `{name}`, each in the engine's own four bytes.");
            Some((part("place_numbers", Label::Many, &doc), format!("numbers(&self.{name})")))
        }
        _ => None,
    };
    record.fields.iter().filter_map(number_of).collect()
}

/// The message of one of several forms that carry a value each.
fn forms(of: &'static Enum) -> Message {
    let parts = of.variants.iter().map(|variant| {
        let (of_type, name) = match (of.name, variant.fields[0].kind) {
            ("SeatRequest", Kind::List(_)) => ("SeatNames".to_owned(), "seats".to_owned()),
            (_, Kind::Struct(record)) => (record.name.to_owned(), snake(variant.name)),
            (_, Kind::Enum(inner)) => (inner.name.to_owned(), snake(variant.name)),
            _ => ("string".to_owned(), snake(variant.name)),
        };
        Part { name, doc: plain(variant.doc), of_type, label: Label::Choice }
    });
    Message {
        name: of.name.into(),
        doc: plain(of.doc),
        parts: parts.collect(),
        choice: Some(("form", "Which form it has; must be said.")),
    }
}

/// A field of a refusal: its name, and its value as it crosses.
pub(crate) fn refusal_part(variant: &str, item: &Item) -> String {
    match (&item.shape, variant, item.name.as_str()) {
        (Shape::Word(of), ..) => snake(of.name),
        (Shape::Optional(inner), ..) if matches!(**inner, Shape::Word(_)) => {
            let Shape::Word(of) = **inner else { unreachable!("a word") };
            snake(of.name)
        }
        (Shape::Form(of), ..) => snake(of.name),
        (_, "QuotaExceeded", "seats") => "seats_now".into(),
        _ => wire_name(item),
    }
}

fn refused() -> Message {
    let one = |name: &str, of_type: &str, label, doc: &str| Part {
        name: name.into(),
        doc: doc.into(),
        of_type: of_type.into(),
        label,
    };
    let mut parts = vec![
        one("code", "string", Label::One, "The refusal's name for machines, in snake case; never changed."),
        one("message", "string", Label::One, "For a person."),
        one("transient", "bool", Label::One, "True if the same command may succeed shortly."),
        one("retry_after_ms", "int64", Label::Maybe, "When to try again, where that is known."),
    ];
    for variant in REFUSAL.variants {
        for item in border::refusal_items(variant) {
            let name = refusal_part(variant.name, &item);
            let with = format!("`{}`", variant.code());
            if let Some(known) = parts.iter_mut().find(|known| known.name == name) {
                known.doc = format!("{}, {with}.", known.doc.trim_end_matches('.'));
                continue;
            }
            let (label, of_type) = label_and_type(&item.shape);
            let label = if label == Label::Many { label } else { Label::Maybe };
            parts.push(Part { name, doc: format!("With {with}."), of_type, label });
        }
    }
    Message { name: "Refused".into(), doc: plain(REFUSAL.doc), parts, choice: None }
}

/// What a read gives: the name of its field in an answer, its type, and the message that must be there for it.
pub(crate) fn given(read: &'static Read) -> (String, String, Option<Message>) {
    let name = read_name(read).to_owned();
    let doc = plain(read.doc);
    let list = |message: &str, parts| Message { name: message.into(), doc: doc.clone(), parts, choice: None };
    let many = |name: &str, of_type: &str, doc: &str| Part {
        name: name.into(),
        doc: doc.into(),
        of_type: of_type.into(),
        label: Label::Many,
    };
    let maybe =
        |name: &str, of_type: &str, doc: &str| Part { label: Label::Maybe, ..many(name, of_type, doc) };
    use tacos_engine::schema::ReadForm::Page;
    match (read.method, read.gives, read.form) {
        ("notes", ..) => {
            let notes = list("NoteEntries", vec![many("notes", "NoteEntry", "The notes, by name.")]);
            (name, "NoteEntries".into(), Some(notes))
        }
        ("read_note", ..) => {
            let value = maybe("value", "bytes", "The value; absent if there is no such note.");
            (name, "NoteValue".into(), Some(list("NoteValue", vec![value])))
        }
        ("due_webhooks", ..) => {
            let parts = vec![
                many("webhooks", "WebhookView", "Those whose time has come."),
                maybe("next_at_unix_ms", "int64", "When the next one is due; absent if none is."),
            ];
            (name, "DueWebhooks".into(), Some(list("DueWebhooks", parts)))
        }
        ("copy_free_seats", ..) => (name, "bytes".into(), None),
        (_, Kind::Struct(record), Page) => {
            let parts = vec![
                many("items", record.name, "The entries, newest first."),
                maybe(
                    "next",
                    "bytes",
                    "Where the next page begins: `after` of its read; absent on the last.",
                ),
            ];
            let message = format!("{}Page", record.name);
            (name, message.clone(), Some(list(&message, parts)))
        }
        (_, Kind::List(Kind::Struct(record)), _) => {
            let message = format!("{}List", record.name);
            (name, message.clone(), Some(list(&message, vec![many("items", record.name, "In order.")])))
        }
        (_, Kind::Struct(record), _) => (name, record.name.into(), None),
        (_, Kind::Position, _) => (name, "int64".into(), None),
        (_, _, _) => (name, "string".into(), None),
    }
}

/// The reads that the stream takes: updates have a stream of their own.
pub(crate) fn reads() -> impl Iterator<Item = &'static Read> {
    READS.iter().filter(|read| read.method != "updates")
}

fn call() -> Message {
    let mut parts = vec![
        Part {
            name: "tag".into(),
            doc: "The caller's number for it, by which its answer is known; the server does not read it.".into(),
            of_type: "uint64".into(),
            label: Label::One,
        },
        Part {
            name: "deadline_ms".into(),
            doc: "The caller waits so long, in milliseconds from the message's arrival: then the answer is the error TIMEOUT. A call that was not begun by then is not begun; of a write that was, it is not known whether it took place. Absent: until the engine has an answer.".into(),
            of_type: "uint32".into(),
            label: Label::Maybe,
        },
    ];
    let choice = |name: String, of_type: String, doc: &[&str]| Part {
        name,
        doc: plain(doc),
        of_type,
        label: Label::Choice,
    };
    parts.extend(
        COMMANDS.iter().map(|command| choice(command.method.into(), command.name.into(), command.doc)),
    );
    parts.extend(
        reads().map(|read| choice(format!("read_{}", read_name(read)), read_message(read), read.doc)),
    );
    parts.extend(["PrepareEvent", "PrepareSeat", "PrepareUser"].map(|name| {
        choice(
            snake(name),
            name.into(),
            &["An id that costs less from then on; it goes wherever the id goes."],
        )
    }));
    parts.push(choice(
        "read_places".into(),
        "ReadPlaces".into(),
        &["Places in words, by the engine's own numbers of them."],
    ));
    parts.push(choice(
        "read_event_id".into(),
        "ReadEventId".into(),
        &["The id of an event, by the engine's own number of it."],
    ));
    Message {
        name: "Call".into(),
        doc: "A command or a read.".into(),
        parts,
        choice: Some(("operation", "What is asked; must be said.")),
    }
}

fn answer() -> Message {
    let choice = |name: &str, of_type: &str, doc: &str| Part {
        name: name.into(),
        doc: doc.into(),
        of_type: of_type.into(),
        label: Label::Choice,
    };
    let mut parts = vec![
        Part {
            name: "tag".into(),
            doc: "That of the call.".into(),
            of_type: "uint64".into(),
            label: Label::One,
        },
        choice("refused", "Refused", "The engine's no: it changed nothing."),
        choice(
            "error",
            "common.v1.Error",
            "The server's no, as unary calls carry it: a role that does not reach, a rate limit, maintenance, a deadline, a journal that takes no more writes.",
        ),
    ];
    parts.extend(replies().map(|record| choice(&snake(record.name), record.name, &plain(record.doc))));
    parts.extend(reads().map(|read| {
        let (name, of_type, _) = given(read);
        choice(&name, &of_type, &plain(read.doc))
    }));
    parts.push(choice(
        "prepared",
        "string",
        "An id that was prepared: good until the engine is opened anew, and the plain id after that.",
    ));
    parts.push(choice("places", "PlaceViewList", "Places in words, in the order asked for."));
    parts.push(choice("event_id", "string", "The id of an event."));
    Message {
        name: "Answer".into(),
        doc: "The answer to one call.".into(),
        parts,
        choice: Some(("outcome", "How it ended.")),
    }
}

/// Everything, in the order of the file.
pub(crate) fn all() -> All {
    let mut messages = vec![call(), answer(), refused()];
    messages.extend(by_hand());
    messages.extend(COMMANDS.iter().map(|command| request(command.name, plain(command.doc), command.fields)));
    let asked = |read: &'static Read| {
        let doc = format!("Asks for this: {}", crate::words::small(&plain(read.doc)));
        let mut message = request("", doc, read.fields);
        message.name = read_message(read);
        message
    };
    messages.extend(reads().map(asked));
    let fields = COMMANDS.iter().flat_map(|command| command.fields).map(|field| field.kind);
    let (records, enums) =
        reached(fields.chain(reads().flat_map(|read| read.fields).map(|field| field.kind)));
    for record in records.into_iter().filter(|record| record.name != "Money") {
        messages.push(request(record.name, plain(record.doc), record.fields));
    }
    messages.extend(enums.iter().copied().filter(|of| !is_word(of) && of.name != "Proof").map(forms));
    messages.extend(replies().map(shown));
    messages.extend(reads().filter_map(|read| given(read).2));
    messages.push(shown(border::counts()));
    messages.extend(border::SHOWN.iter().map(|name| shown(view(name))));
    messages.push(shown(border::record("Problem")));
    let mut seen = HashSet::new();
    messages.retain(|message| seen.insert(message.name.clone()));
    let mut enums = border::words();
    let (_, outcome) = reached(COMMANDS.iter().flat_map(|command| command.fields).map(|field| field.kind));
    enums.extend(outcome.into_iter().filter(|of| of.name == "PaymentOutcome"));
    enums.extend(["PaymentDoubt", "ExtensionDoubt"].map(border::form));
    All { messages, enums }
}
