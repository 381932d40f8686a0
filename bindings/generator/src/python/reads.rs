//! `_reads.py`: the reads that wait for nothing.

use tacos_engine::schema::{Field, Kind, READS, Read, ReadForm, snake};

use super::dialect::{docstring, field_name, said, type_name};
use super::head;
use crate::border::read_name;

/// What a read is asked with.
struct Argument {
    declared: String,
    written: String,
    doc: String,
}

pub(super) fn file() -> String {
    let mut out = "

class Reads(ABC):
    \"\"\"
    What can be looked at without waiting. What is shown may run ahead of the disk. Where there is no such event, seat
    or place in the line, the refusal that says so is raised.
    \"\"\"

    __slots__ = ()

    @abstractmethod
    def _look(self, request: bytes) -> bytes: ...
"
    .to_owned();
    let at_once =
        |read: &&Read| matches!(read.form, ReadForm::AtOnce | ReadForm::Always) && read.method != "updates";
    READS.iter().filter(at_once).for_each(|read| method(read, &mut out));
    head("_reads", "Looking, read by read.", &out)
}

fn method(read: &'static Read, out: &mut String) {
    let arguments: Vec<Argument> = read.fields.iter().map(|field| argument(read.method, field)).collect();
    let declared: Vec<&str> =
        ["self"].into_iter().chain(arguments.iter().map(|one| one.declared.as_str())).collect();
    let (kind, expression) = given(read.method, read.gives);
    let mut doc = said(&read.doc.join("\n"));
    for one in arguments.iter().filter(|one| !one.doc.is_empty()) {
        doc += &format!(" {}", one.doc);
    }
    *out += &format!("\n    def {}({}) -> {kind}:\n", read_name(read), declared.join(", "));
    *out += &docstring("        ", &doc);
    *out += &format!("        out = bytearray((READ_{},))\n", read_name(read).to_uppercase());
    for one in &arguments {
        *out += &format!("        {}\n", one.written);
    }
    let read = match expression.strip_suffix("(of)") {
        Some(function) => function.to_owned(),
        None => format!("lambda of: {expression}"),
    };
    *out += &format!("        return value(self._look(bytes(out)), {read})\n");
}

fn argument(method: &str, field: &'static Field) -> Argument {
    let name = match field.name {
        "from" => "start",
        other => field_name(other),
    };
    let (kind, write, default) = match (method, field.kind) {
        ("seats", Kind::Optional(_)) if field.name == "most" => ("int | None", "int32", "None"),
        (_, Kind::Optional(_)) if field.name == "most" => ("int", "int32", "100"),
        (_, Kind::Optional(Kind::Unsigned(32))) => ("int", "int32", "0"),
        (_, Kind::Optional(Kind::Unsigned(_))) => ("int", "int64", "0"),
        ("notes", Kind::Text) => ("str", "text", "\"\""),
        (_, Kind::List(_)) => ("Sequence[str]", "many", ""),
        (_, Kind::Text | Kind::Name { .. } | Kind::Token { .. } | Kind::Id { .. }) => ("str", "text", ""),
        (_, other) => unreachable!("{method}.{name}: {other:?} has no form in Python yet"),
    };
    let declared =
        if default.is_empty() { format!("{name}: {kind}") } else { format!("{name}: {kind} = {default}") };
    let written = match (write, default) {
        ("many", _) => format!("many(out, text, {name}, \"{name}\")"),
        (_, "None") => format!("{write}(out, INT32_MAX if {name} is None else {name}, \"{name}\")"),
        _ => format!("{write}(out, {name}, \"{name}\")"),
    };
    // What needs no explanation beside its name has none.
    let doc = if default.is_empty() {
        String::new()
    } else {
        let about = said(&field.doc.concat());
        let about = about.trim_end_matches('.').split(';').next().unwrap_or_default().to_owned();
        format!("`{name}`: {}.", crate::words::small(&about))
    };
    Argument { declared, written, doc }
}

/// What a read gives: its type, and the expression that reads it.
fn given(method: &str, kind: Kind) -> (String, String) {
    let (name, read) = match (method, kind) {
        ("copy_free_seats", _) => ("int".into(), "int.from_bytes(of.octets(), \"little\")".into()),
        ("due_webhooks", _) => {
            ("DueWebhooks".into(), "DueWebhooks(of.many(read_webhook), of.maybe(Reader.moment))".into())
        }
        ("notes", _) => {
            ("dict[str, bytes]".into(), "dict(of.many(lambda of: (of.text(), of.octets())))".into())
        }
        (_, Kind::Struct(record)) => {
            let name = type_name(record.name);
            (name.to_owned(), format!("read_{}(of)", snake(name)))
        }
        (_, Kind::List(Kind::Struct(record))) => {
            let name = type_name(record.name);
            (format!("tuple[{name}, ...]"), format!("of.many(read_{})", snake(name)))
        }
        (_, Kind::Optional(Kind::Bytes)) => ("bytes | None".into(), "of.maybe(Reader.octets)".into()),
        (_, Kind::Position) => ("int".into(), "of.int64()".into()),
        (_, Kind::Name { .. } | Kind::Text) => ("str".into(), "of.text()".into()),
        (_, other) => unreachable!("{method} gives {other:?}, which has no form in Python yet"),
    };
    (name, read)
}
