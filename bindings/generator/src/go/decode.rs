//! `answers.go` and `views.go`: the types of answers and views; `decode.go` and `decode_views.go`: both out of the structs
//! of the C ABI.

use tacos_engine::schema::{Field, Kind, READS, REPLY, Struct, VIEWS, snake};

use super::commands::{is_word, structure};
use super::dialect::{GoField, contrary, field_name, fields, go_field, id_type, view_type};
use super::{Uses, comment, head, said};
use crate::words::{reached, shout, small, without_unit};

/// Answers that are copied straight to where the caller wants them, because they are the most frequent.
const DIRECT: [&str; 3] = ["Reserved", "Confirmed", "Released"];

/// Views that answers are made of; they come in pages, too.
const PAGED: [&str; 2] = ["ReservationView", "PaymentView"];

/// The records that commands answer, the place in the line that one of them has, and the views that are answers.
fn answers() -> (Vec<&'static Struct>, &'static Struct, Vec<&'static Struct>) {
    let replies = REPLY.variants.iter().flat_map(|variant| variant.fields).map(record).collect();
    let view = |name: &str| *VIEWS.iter().find(|view| view.name == name).expect("a view");
    (replies, view("QueuePlace"), PAGED.iter().map(|name| view(name)).collect())
}

/// `answers.go`.
pub(super) fn types_file() -> String {
    let mut out = head("What commands answer.", Uses::Nothing, &["time"]);
    let (replies, place, views) = answers();
    for record in replies.iter().chain([&place]).chain(&views) {
        a_type(record, &mut out);
    }
    for view in &views {
        let name = view_type(view.name);
        out += &format!("\n// {name}Page is one page, newest first. Next is nil on the last.\n");
        out += &format!("type {name}Page struct {{\n\tItems []{name}\n\tNext  *Cursor\n}}\n");
    }
    out
}

pub(super) fn file() -> String {
    let about = "Answers out of memory of C's.";
    let mut out = head(about, Uses::C, &["fmt"]);
    let (replies, place, views) = answers();
    direct(&mut out);
    decode(&replies, &views, &mut out);
    for record in replies.iter().chain([&place]).chain(&views) {
        copy(record, &mut out);
    }
    out
}

fn record(field: &Field) -> &'static Struct {
    let Kind::Struct(record) = field.kind else { unreachable!("a reply is a record") };
    record
}

fn a_type(record: &Struct, out: &mut String) {
    let name = view_type(record.name);
    *out += "\n";
    *out += &comment("", &format!("{name}: {}", small(&said(record.doc))));
    structure(&name, record.fields.iter().flat_map(shown), out);
}

/// The fields of what is shown: yes is yes, unlike in commands.
fn shown(field: &Field) -> Vec<GoField> {
    match field.kind {
        Kind::Bool => vec![go_field(&field_name(field), "bool", &said(field.doc))],
        _ => fields(field),
    }
}

/// The kind of an answer.
fn body(record: &Struct) -> String {
    format!("C.TACOS_BODY_{}", shout(record.name.strip_suffix("Changed").unwrap_or(record.name)))
}

fn c_type(record: &Struct) -> String {
    format!("C.tacos_{}", snake(record.name))
}

fn direct(out: &mut String) {
    *out += "\n// decodeInto copies the most frequent answers straight to where the caller wants them; false if it is another one.\n";
    *out += "func decodeInto(answer *C.tacos_answer, direct any) bool {\n\tswitch out := direct.(type) {\n";
    for name in DIRECT {
        *out += &format!(
            "\tcase *{name}:\n\t\tif answer.kind == C.TACOS_BODY_{} {{\n\t\t\t*out = go{name}((*C.tacos_{})(answer.body))\n\
             \t\t\treturn true\n\t\t}}\n",
            shout(name),
            snake(name)
        );
    }
    *out += "\t}\n\treturn false\n}\n";
}

fn decode(replies: &[&Struct], views: &[&Struct], out: &mut String) {
    *out += "\n// decode copies an answer out of memory of C's.\n";
    *out += "func decode(answer *C.tacos_answer) (any, error) {\n\tswitch answer.kind {\n";
    *out += "\tcase C.TACOS_BODY_FAILURE:\n\t\treturn nil, decodeFailure((*C.tacos_failure)(answer.body))\n";
    for record in replies.iter().chain(views) {
        let name = view_type(record.name);
        *out += &format!(
            "\tcase {}:\n\t\treturn go{name}((*{})(answer.body)), nil\n",
            body(record),
            c_type(record)
        );
    }
    for view in views {
        let name = view_type(view.name);
        let page = format!("{}_page", snake(&name));
        *out += &format!(
            "\tcase C.TACOS_BODY_{}:\n\t\tpage := (*C.tacos_{page})(answer.body)\n\
             \t\treturn {name}Page{{goList(page.items, go{name}), goCursor(page.next, page.has_next)}}, nil\n",
            page.to_uppercase()
        );
    }
    *out += "\t}\n\tpanic(fmt.Sprintf(\"the library gives an answer of kind %d, which this version of the package does not know\", answer.kind))\n}\n";
}

/// What reads show at once.
fn views() -> Vec<&'static Struct> {
    let shown = READS.iter().filter(|read| read.method != "status" && read.method != "updates");
    let (mut records, _) = reached(shown.map(|read| read.gives));
    // Written elsewhere: answers to commands, and amounts, which are two fields.
    records.retain(|record| !PAGED.contains(&record.name) && !["QueuePlace", "Money"].contains(&record.name));
    records
}

/// `views.go`.
pub(super) fn views_file() -> String {
    let mut out = head("What reads show.", Uses::Nothing, &["time"]);
    // What commands bring has its type there.
    let is_brought =
        |record: &&&Struct| ["EventSettings", "QueuePolicy", "PresaleRoom"].contains(&record.name);
    views().iter().filter(|record| !is_brought(record)).for_each(|record| a_type(record, &mut out));
    out
}

/// `decode_views.go`.
pub(super) fn decode_views_file() -> String {
    let mut out = head("What reads show, out of memory of C's.", Uses::C, &["unsafe"]);
    views().iter().filter(|record| record.name != "PresaleRoom").for_each(|record| copy(record, &mut out));
    out
}

/// The function that copies one record.
fn copy(record: &Struct, out: &mut String) {
    let name = view_type(record.name);
    *out += &format!("\nfunc go{name}(from *{}) (out {name}) {{\n", c_type(record));
    let is_brought = ["EventSettings", "QueuePolicy"].contains(&record.name);
    for field in record.fields {
        let line = match contrary(field).filter(|_| is_brought) {
            Some((go, _)) => format!("out.{go} = from.{} == 0", field.name),
            None => take(field),
        };
        *out += &format!("\t{line}\n");
    }
    *out += "\treturn\n}\n";
}

/// The line that takes one field over.
fn take(field: &Field) -> String {
    let (c, go) = (field.name, field_name(field));
    let simple = |value: String| format!("out.{go} = {value}");
    match field.kind {
        Kind::Bool => simple(format!("from.{c} == 1")),
        Kind::Unsigned(64) if field.unit() == Some("ms") => simple(format!("goMs(from.{c})")),
        Kind::Unsigned(32) if c == "event" => simple("uint32(from.event_number)".into()),
        Kind::Unsigned(_) if c == "extensions_max" => {
            format!("extensions := uint32(from.{c})\n\tout.{go} = &extensions")
        }
        Kind::Unsigned(bits) | Kind::Optional(&Kind::Unsigned(bits @ 32)) => {
            simple(format!("uint{bits}(from.{c})"))
        }
        Kind::Array(32) => simple(format!("*(*[32]byte)(unsafe.Pointer(&from.{c}))")),
        Kind::Optional(Kind::Array(32)) => format!(
            "if from.has_{c} == 1 {{\n\t\t{c} := *(*[32]byte)(unsafe.Pointer(&from.{c}))\n\t\tout.{go} = &{c}\n\t}}"
        ),
        Kind::Signed(bits) => simple(format!("int{bits}(from.{c})")),
        Kind::Moment | Kind::Optional(Kind::Moment) => simple(format!("goTime(from.{c}_ms)")),
        Kind::Name { .. } | Kind::Text | Kind::Currency | Kind::Optional(Kind::Name { .. } | Kind::Text) => {
            simple(format!("goText(from.{c})"))
        }
        Kind::Bytes => simple(format!("goBytes(from.{c})")),
        Kind::Id { .. } => simple(format!("goID(from.{c})")),
        Kind::Token { .. } => simple(format!("goToken(from.{c})")),
        Kind::Optional(Kind::Id { name, .. }) => {
            let kind = id_type(name);
            format!("if from.has_{c} == 1 {{\n\t\t{c} := {kind}(goID(from.{c}))\n\t\tout.{go} = &{c}\n\t}}")
        }
        Kind::List(Kind::Place) => simple(format!("goPlaces(from.{c})")),
        Kind::Struct(Struct { name: "Money", .. }) => {
            format!("out.{go}Minor, out.Currency = int64(from.{c}_minor), goText(from.currency)")
        }
        Kind::Struct(Struct { name: embedded @ "PlaceView", .. }) => {
            format!("out.{embedded} = go{embedded}(&from.{c})")
        }
        Kind::Struct(record) => simple(format!("go{}(&from.{c})", view_type(record.name))),
        Kind::Optional(Kind::Struct(record)) => {
            let parts: Vec<String> =
                record.fields.iter().map(|part| format!("goTime(from.{c}_{}_ms)", part.name)).collect();
            let parts = parts.join(", ");
            format!("if from.has_{c} == 1 {{\n\t\tout.{go} = &{}{{{parts}}}\n\t}}", record.name)
        }
        Kind::Optional(Kind::Unsigned(64)) if field.unit() == Some("ms") => {
            let bare = without_unit(c, "ms");
            format!("out.{go}, out.{go}Known = goMs(from.{c}), from.has_{bare} == 1")
        }
        kind if is_word(kind) => {
            let Kind::Enum(of) = kind else { unreachable!("a word is one of an enum") };
            simple(format!("{}(from.{c})", of.name))
        }
        other => unreachable!("{c}: {other:?} has no way out of C yet"),
    }
}
