//! What carries the operations of scenarios out in each language: rows for a small interpreter that is written by hand.

mod c;
mod go;
mod managed;
mod rust;

use tacos_engine::schema::{COMMANDS, Enum, Kind, READS, REFUSAL, Struct};

use crate::Output;
use crate::operations;
use crate::words::reached;

pub(crate) fn outputs() -> Vec<Output> {
    let out = |path, text| Output { path, text };
    vec![
        out("bindings/conformance/operations.md", operations::markdown()),
        out("bindings/conformance/schema.json", operations::schema_file()),
        out("bindings/conformance/src/rust/described.rs", rust::file()),
        out("bindings/c/conformance/words.c", c::words_file()),
        out("bindings/c/conformance/words.h", c::words_header()),
        out("bindings/c/conformance/arguments.c", c::arguments_file()),
        out("bindings/c/conformance/answers.c", c::answers_file()),
        out("bindings/c/conformance/answers.h", c::answers_header()),
        out("bindings/go/internal/conformance/described.go", go::file()),
        out("bindings/python/conformance/described.py", managed::file(&managed::PYTHON)),
        out(
            "bindings/kotlin/conformance/src/main/kotlin/com/traffictacos/engine/conformance/Described.kt",
            managed::file(&managed::KOTLIN),
        ),
    ]
}

/// Every record that scenarios show, with what it is made of, and every enum whose words they use.
fn described() -> (Vec<&'static Struct>, Vec<&'static Enum>) {
    let replies = COMMANDS.iter().map(|command| Kind::Struct(command.reply));
    let views = READS
        .iter()
        .filter(|read| read.method != "status" && read.method != "updates")
        .map(|read| read.gives);
    let (mut records, _) = reached(replies.chain(views));
    // Written as fields of what has them.
    records.retain(|record| !["Money", "PresaleRoom"].contains(&record.name));
    let given = COMMANDS.iter().flat_map(|command| command.fields).map(|field| field.kind);
    let shown = records.iter().map(|record| Kind::Struct(record)).chain([Kind::Enum(REFUSAL)]);
    let (_, mut enums) = reached(given.chain(shown));
    let is_said_otherwise =
        |of: &Enum| ["ReservationRef", "SeatRequest", "Proof", "Payee", REFUSAL.name].contains(&of.name);
    enums.retain(|of| !is_said_otherwise(of));
    (records, enums)
}
