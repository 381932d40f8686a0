//! `commands.go` and `commands_sale.go`: a struct a command, and which answer it has; `calls.go`: the engine's methods.

use tacos_engine::schema::{COMMANDS, Kind, Struct};

use super::dialect::{GoCommand, GoField, commands, fields};
use super::{Uses, comment, head, said};
use crate::words::small;

const BEGINNING: &str = "
// Command is anything that can be asked of an engine: the structs of this file and its neighbour, by value. Run one by
// [Do] or by the method of the same name, many at once by Batch; see [Face].
type Command interface{ command() }

// Returns says, at compile time, which answer a command has.
type Returns[R any] interface {
\tCommand
\tanswer() R
}
";

/// True for commands of the organiser and of the line; the others stand in a file of their own.
fn is_ahead_of_sale(command: &GoCommand) -> bool {
    let method = COMMANDS.iter().find(|known| known.name == command.c_name).map_or("", |known| known.method);
    ["event", "sale", "seats", "queue", "room", "admission"].iter().any(|word| method.ends_with(word))
}

pub(super) fn file() -> String {
    let mut out = head("What can be asked of an engine: one struct a command.", Uses::Nothing, &["time"]);
    out += BEGINNING;
    for record in settings() {
        out += "\n";
        let doc = small(&said(record.doc));
        out +=
            &comment("", &format!("{}: {doc} Zero values stand for the engine's usual ones.", record.name));
        structure(record.name, record.fields.iter().flat_map(fields), &mut out);
    }
    commands().iter().filter(|command| is_ahead_of_sale(command)).for_each(|command| one(command, &mut out));
    out
}

pub(super) fn sale_file() -> String {
    let about = "Commands of a sale: reservations, payments, notes, and reads of what must be durable.";
    let mut out = head(about, Uses::Nothing, &["time"]);
    commands().iter().filter(|command| !is_ahead_of_sale(command)).for_each(|command| one(command, &mut out));
    out
}

/// `calls.go`: the linked engine's methods.
pub(super) fn calls_file() -> String {
    let mut out = head("A method of the linked engine a command.", Uses::Cgo, &["context"]);
    for GoCommand { name, answer, .. } in commands() {
        out += &format!(
            "\n// {name} runs the command; see [{name}].\n\
             func (e *Engine) {name}(ctx context.Context, command {name}) ({answer}, error) {{\n\
             \treturn run[{answer}](ctx, e, command)\n}}\n"
        );
    }
    out
}

fn one(command: &GoCommand, out: &mut String) {
    let name = command.name;
    *out += "\n";
    *out += &comment("", &format!("{name} {}", command.doc));
    structure(name, command.fields.iter().flat_map(fields), out);
    let answer = &command.answer;
    *out += &format!("\nfunc ({name}) command() {{}}\n\nfunc ({name}) answer() (r {answer}) {{ return }}\n");
}

/// Records that commands carry whole, in the order in which they are met.
pub(super) fn settings() -> Vec<&'static Struct> {
    let (mut records, _) =
        crate::words::reached(COMMANDS.iter().flat_map(|command| command.fields).map(|field| field.kind));
    // Written as fields of the command itself.
    records.retain(|record| !["Money", "Best"].contains(&record.name));
    records
}

pub(super) fn structure(name: &str, fields: impl Iterator<Item = GoField>, out: &mut String) {
    *out += &format!("type {name} struct {{\n");
    for field in fields {
        *out += &comment("\t", &field.doc);
        *out += &format!("\t{}\n", format!("{} {}", field.name, field.kind).trim_end());
    }
    *out += "}\n";
}

/// True if the value of this kind is one of several words.
pub(super) fn is_word(kind: Kind) -> bool {
    matches!(kind, Kind::Enum(of) if of.variants.iter().all(|variant| variant.fields.is_empty()))
}
