//! `dial_answers.go`: answers and views out of messages.

use tacos_engine::schema::{Field, Kind, READS, ReadForm, Struct, snake};

use super::super::commands::is_word;
use super::super::dialect::{contrary, field_name, id_type, view_type};
use super::super::{Uses, head};
use super::{BY_HAND, STUBS, stub};
use crate::border::{self, read_name};
use crate::wire::messages::wire_name;

pub(crate) fn file() -> String {
    let mut out = head("Answers and views out of messages.", Uses::Nothing, &[STUBS]);
    outcomes(&mut out);
    let shown = border::SHOWN.iter().filter(|name| **name != "Status").map(|name| border::view(name));
    let records = border::replies().chain(border::settings()).chain([border::counts()]).chain(shown);
    records.for_each(|record| one(record, &mut out));
    out
}

fn outcomes(out: &mut String) {
    *out += "\n// fromAnswer is what an answer says: a value of the type that the command or read has, or an error.\nfunc fromAnswer(answer *commandv1.Answer) (out any, err error) {\n\tvar t taker\n\tswitch o := answer.Outcome.(type) {\n";
    *out += "\tcase *commandv1.Answer_Refused:\n\t\treturn nil, fromRefused(o.Refused)\n\tcase *commandv1.Answer_Error:\n\t\treturn nil, fromError(o.Error)\n";
    let mut case = |choice: &str, value: &str| {
        *out += &format!("\tcase *commandv1.Answer_{choice}:\n\t\tout = {value}\n");
    };
    for record in border::replies() {
        let choice = stub(&snake(record.name));
        case(&choice, &format!("from{}(o.{choice}, &t)", record.name));
    }
    for read in READS.iter().filter(|read| BY_HAND.iter().all(|(method, _)| *method != read.method)) {
        let choice = stub(read_name(read));
        let value = match (read.gives, read.form) {
            (Kind::Struct(record), ReadForm::Page) => {
                let name = view_type(record.name);
                format!(
                    "{name}Page{{fromList(o.{choice}.GetItems(), &t, from{name}), t.cursor(o.{choice}.GetNext())}}"
                )
            }
            (Kind::Struct(record), _) => format!("from{}(o.{choice}, &t)", view_type(record.name)),
            (Kind::List(Kind::Struct(record)), _) => {
                format!("fromList(o.{choice}.GetItems(), &t, from{})", view_type(record.name))
            }
            _ => format!("o.{choice}"),
        };
        case(&choice, &value);
    }
    *out += "\tdefault:\n\t\tout = fromOther(answer, &t)\n\t}\n\treturn out, t.err\n}\n";
}

fn one(record: &'static Struct, out: &mut String) {
    let name = view_type(record.name);
    *out += &format!("\nfunc from{name}(from *commandv1.{}, t *taker) (out {name}) {{\n", record.name);
    let is_settings = ["EventSettings", "QueuePolicy"].contains(&record.name);
    for field in record.fields {
        *out += &match contrary(field).filter(|_| is_settings) {
            Some((go, _)) => format!("\tout.{go} = !from.Get{}()\n", stub(field.name)),
            None => format!("\t{}\n", take(field)),
        };
    }
    *out += "\treturn\n}\n";
}

/// The line that takes one field over.
fn take(field: &'static Field) -> String {
    let go = field_name(field);
    let get = match field.kind {
        Kind::Struct(_) | Kind::List(Kind::Place) => stub(field.name),
        _ => stub(&wire_name(&border::item(field))),
    };
    let simple = |value: String| format!("out.{go} = {value}");
    match field.kind {
        Kind::Unsigned(32) if ["event", "event_number"].contains(&field.name) => {
            simple("from.GetEventNumber()".into())
        }
        Kind::Unsigned(64) if field.unit() == Some("ms") => simple(format!("fromMs(from.Get{get}())")),
        Kind::Unsigned(_) if field.name == "extensions_max" => {
            format!("extensions := from.Get{get}()\n\tout.{go} = &extensions")
        }
        Kind::Unsigned(64) => simple(format!("uint64(from.Get{get}())")),
        Kind::Array(32) => simple(format!("t.seed(from.Get{get}())")),
        Kind::Optional(Kind::Array(32)) => {
            format!("if from.{get} != nil {{\n\t\tseed := t.seed(from.{get})\n\t\tout.{go} = &seed\n\t}}")
        }
        Kind::Moment | Kind::Optional(Kind::Moment) => simple(format!("fromMoment(from.Get{get}())")),
        Kind::Bool
        | Kind::Signed(64)
        | Kind::Unsigned(32)
        | Kind::Optional(Kind::Unsigned(32))
        | Kind::Name { .. }
        | Kind::Text
        | Kind::Currency
        | Kind::Optional(Kind::Name { .. } | Kind::Text)
        | Kind::Bytes => simple(format!("from.Get{get}()")),
        Kind::Id { name, .. } | Kind::Token { name, .. } => {
            simple(format!("taken(t, from.Get{get}(), Parse{})", id_type(name)))
        }
        Kind::Optional(Kind::Id { name, .. }) => {
            simple(format!("takenMaybe(t, from.{get}, Parse{})", id_type(name)))
        }
        Kind::List(Kind::Place) => simple("fromPlaces(from.GetPlaceNumbers())".into()),
        Kind::Struct(Struct { name: "Money", .. }) => {
            let minor = if ["total", "amount"].contains(&field.name) { format!("{get}Minor") } else { get };
            format!("out.{go}Minor, out.Currency = from.Get{minor}(), from.GetCurrency()")
        }
        Kind::Struct(Struct { name: embedded @ "PlaceView", .. }) => {
            format!("out.{embedded} = from{embedded}(from.Get{get}(), t)")
        }
        Kind::Struct(record) => simple(format!("from{}(from.Get{get}(), t)", view_type(record.name))),
        Kind::Optional(Kind::Struct(record)) => format!(
            "if from.Get{get}() != nil {{\n\t\t{0} := from{1}(from.Get{get}(), t)\n\t\tout.{go} = &{0}\n\t}}",
            field.name, record.name
        ),
        Kind::Optional(Kind::Unsigned(64)) if field.unit() == Some("ms") => {
            format!("out.{go}, out.{go}Known = fromMs(from.Get{get}()), from.{get} != nil")
        }
        kind if is_word(kind) => {
            let Kind::Enum(of) = kind else { unreachable!("a word is one of an enum") };
            simple(format!("from{}(from.Get{get}())", of.name))
        }
        other => unreachable!("{}: {other:?} has no way out of a message yet", field.name),
    }
}
