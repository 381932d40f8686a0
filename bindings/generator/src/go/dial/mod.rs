//! The client of a server's stream of commands: the interface that it has in common with the linked engine, its methods,
//! and the conversions between the types of the face and the stubs of `command.v1`, both ways.

mod answers;
mod ask;
mod words;

pub(super) use answers::file as answers_file;
pub(super) use ask::file as ask_file;
pub(super) use words::file as words_file;

use tacos_engine::schema::{Field, Kind, READS, Read, ReadForm};

use super::dialect::{commands, view_type};
use super::{Uses, comment, head, said};
use crate::border::read_name;
use crate::wire::messages::read_message;
use crate::words::{camel, small};

/// The import of the stubs.
const STUBS: &str = "commandv1 github.com/traffic-tacos/proto-contracts/gen/go/command/v1";

/// Reads whose answer is no record and no list of them: their methods are written by hand, in both types.
const BY_HAND: &[(&str, &str)] = &[
    ("copy_free_seats", "FreeSeats(event string) ([]uint64, error)"),
    ("due_webhooks", "DueWebhooks(most int) ([]Webhook, time.Time, error)"),
    ("read_note", "Note(name string) ([]byte, bool, error)"),
    ("notes", "Notes(prefix string) ([]Note, error)"),
    ("position", "Position() (Position, error)"),
    ("updates", "UpdatesSince(from Position, most int) ([]Update, error)"),
    ("status", "Figures() (Figures, error)"),
];

/// What no description of a read says.
const BESIDE: &str = "
\t// Describe puts places of an answer or update into words, in the order given.
\tDescribe(eventNumber uint32, places []Place) ([]PlaceView, error)
\t// EventID is the id behind an event's number.
\tEventID(number uint32) (string, error)
\t// PrepareEvent looks an event up ahead; see [Engine.PrepareEvent].
\tPrepareEvent(event string) (string, error)
\t// PrepareSeat looks a seat of an event up ahead.
\tPrepareSeat(event, seat string) (string, error)
\t// PrepareUser prepares a customer's id.
\tPrepareUser(user string) (string, error)

\t// Run runs a command of which only the program knows the kind; the answer is of the type that [Do] gives for it.
\tRun(ctx context.Context, command Command) (any, error)
\t// Batch hands commands over together, in their order, and gives their results in it.
\tBatch(ctx context.Context, commands []Command) ([]Result, error)
\t// Updates gives everything that happened behind a position, as it becomes durable.
\tUpdates(ctx context.Context, from Position) iter.Seq2[Update, error]
\t// Close ends it; every later call gives ErrClosed.
\tClose() error
}
";

/// A name as the stubs have it.
fn stub(name: &str) -> String {
    let large = |part: &str| {
        let mut signs = part.chars();
        signs.next().map_or_else(String::new, |first| first.to_uppercase().chain(signs).collect())
    };
    name.split('_').map(large).collect()
}

/// Reads whose methods are written here.
fn plain_reads() -> impl Iterator<Item = &'static Read> {
    let at_once = |read: &&Read| matches!(read.form, ReadForm::AtOnce | ReadForm::Always);
    READS.iter().filter(at_once).filter(|read| BY_HAND.iter().all(|(method, _)| *method != read.method))
}

/// The type of what a read gives.
fn gives(read: &Read) -> String {
    match read.gives {
        Kind::Struct(record) => view_type(record.name),
        Kind::List(Kind::Struct(record)) => format!("[]{}", view_type(record.name)),
        Kind::Name { .. } => "string".into(),
        other => unreachable!("{}: {other:?} has no form in Go yet", read.method),
    }
}

/// A parameter of a read, and the field of its message.
fn parameter(field: &Field) -> (String, String) {
    let (name, to) = (field.name, stub(field.name));
    match field.kind {
        Kind::Name { .. } | Kind::Text => (format!("{name} string"), format!("{to}: {name}")),
        Kind::Token { .. } => (format!("{name} WaitingToken"), format!("{to}: {name}.Reveal()")),
        Kind::List(Kind::Name { .. }) => (format!("{name} ...string"), format!("{to}: {name}")),
        Kind::Optional(Kind::Unsigned(64)) if name == "most" => {
            (format!("{name} int"), format!("{to}: toCount({name})"))
        }
        Kind::Optional(Kind::Unsigned(64)) => (format!("{name} uint64"), format!("{to}: toNumber({name})")),
        Kind::Optional(Kind::Unsigned(_)) => (format!("{name} uint32"), format!("{to}: &{name}")),
        other => unreachable!("{name}: {other:?} has no form in Go yet"),
    }
}

/// The method of a read with its parameters and what it gives.
fn signature(read: &Read) -> String {
    let parameters: Vec<String> = read.fields.iter().map(|field| parameter(field).0).collect();
    format!("{}({}) ({}, error)", camel(read.method), parameters.join(", "), gives(read))
}

/// `face.go`: what both types have.
pub(super) fn face_file() -> String {
    let about = "What the linked engine and the client of a server have in common.";
    let mut out = head(about, Uses::Nothing, &["context", "iter", "time"]);
    out += "\n// Face is everything that a program does with an engine: *[Engine], which is linked, and *[Client], which is behind a\n// server, both have it. What only one of them can be asked is not in it.\ntype Face interface {\n";
    for command in commands() {
        let (name, answer) = (command.name, &command.answer);
        out += &comment("\t", &format!("{name} {}", command.doc));
        out += &format!("\t{name}(ctx context.Context, command {name}) ({answer}, error)\n");
    }
    out += "\n";
    for read in READS.iter().filter(|read| matches!(read.form, ReadForm::AtOnce | ReadForm::Always)) {
        let by_hand = BY_HAND.iter().find(|(method, _)| *method == read.method);
        let method = by_hand.map_or_else(|| signature(read), |(_, method)| (*method).to_owned());
        let name = method.split('(').next().expect("a name");
        out += &comment("\t", &format!("{name}: {}", small(&said(read.doc))));
        out += &format!("\t{method}\n");
    }
    out += BESIDE;
    out + "\nvar _ Face = (*Client)(nil)\n"
}

/// `dial_calls.go`: the client's methods.
pub(super) fn calls_file() -> String {
    let about = "A method of the client a command, and one a read.";
    let mut out = head(about, Uses::Nothing, &["context", "", STUBS]);
    for command in commands() {
        let (name, answer) = (command.name, &command.answer);
        out += &format!(
            "\n// {name} runs the command; see [{name}].\n\
             func (c *Client) {name}(ctx context.Context, command {name}) ({answer}, error) {{\n\
             \treturn answered[{answer}](c.Run(ctx, command))\n}}\n"
        );
    }
    for read in plain_reads() {
        let (method, message) = (signature(read), read_message(read));
        let name = method.split('(').next().expect("a name");
        let fields: Vec<String> = read.fields.iter().map(|field| parameter(field).1).collect();
        out += "\n";
        out += &comment("", &format!("{name}: {}", small(&said(read.doc))));
        out += &format!(
            "func (c *Client) {method} {{\n\treturn answered[{}](c.look(&commandv1.Call{{Operation: &commandv1.Call_{message}{{{message}: &commandv1.{message}{{{}}}}}}}))\n}}\n",
            gives(read),
            fields.join(", ")
        );
        debug_assert_eq!(stub(&format!("read_{}", read_name(read))), message.replace("ID", "Id"));
    }
    out
}
