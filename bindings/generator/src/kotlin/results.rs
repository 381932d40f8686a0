//! `Results.kt`: what commands answer.

use tacos_engine::schema::Struct;

use super::commands::{RESULTS, all};
use super::dialect::{Parameter, camel, said, type_name};
use super::{data_class, head, kdoc};
use crate::border::{Item, parts, replies};

pub(super) fn file() -> String {
    let mut out =
        "\n/** Any answer to a [Command]: what was done, or [Refused]. */\nsealed interface Answer\n"
            .to_owned();
    for (_, result) in RESULTS {
        let commands: Vec<String> = all()
            .iter()
            .filter(|command| command.result == *result)
            .map(|command| format!("[{}]", command.name))
            .collect();
        let of = match commands.split_last() {
            None => "[TicketEngine.queuePlace]".to_owned(),
            Some((last, [])) => last.clone(),
            Some((last, rest)) => format!("{} and {last}", rest.join(", ")),
        };
        out += "\n";
        out += &kdoc("", &format!("The answer to {of}."));
        out += &format!("sealed interface {result} : Answer\n");
    }
    out += &refused();
    for record in replies() {
        let (_, result) =
            RESULTS.iter().find(|(done, _)| *done == record.name).expect("an answer with a result");
        out += "\n";
        out += &class(record, result);
    }
    for (done, result) in RESULTS {
        let said = if result.ends_with("Result") { "done" } else { "found" };
        out += &format!(
            "\n/** What was {said}; or throws [RefusedException]. */\nfun {result}.orThrow(): {done} = done()\n"
        );
    }
    out += "\nprivate inline fun <reified T> Answer.done(): T = if (this is Refused) throw asException() else this as T\n";
    head(
        "What a write answers: what was done, or the refusal. Match on it with `when`, or ask for an exception: `orThrow()`.",
        &out,
    )
}

fn refused() -> String {
    let results: Vec<&str> = RESULTS.iter().map(|(_, result)| *result).collect();
    let results = crate::words::wrap(&results.join(", "), 114).join("\n    ");
    format!(
        "\n/** An expected \"no\": nothing was changed. */\ndata class Refused(\n    /** Why. */\n    val refusal: Refusal,\n    \
         /** The refusal's name for machines: snake case, the same in all languages, never changed. */\n    \
         val code: String,\n) :\n    {results} {{\n    /** The same, to be thrown. */\n    fun asException() = RefusedException(refusal, code)\n}}\n"
    )
}

/// The parameters of a record that comes out.
pub(super) fn fields(record: &'static Struct) -> Vec<Parameter> {
    parts(record).into_iter().filter_map(|part| part.item).map(Parameter::shown).collect()
}

/// The name of a field that comes out.
pub(crate) fn field_name(name: &str) -> String {
    if name == "extended_ms" { "extendedMillis".into() } else { camel(name) }
}

/// A class of what comes out, of this kind. A credential shows itself only when asked.
pub(super) fn class(record: &'static Struct, of: &str) -> String {
    let name = type_name(record.name);
    let mut out = kdoc("", &said(&record.doc.join("\n")));
    let fields = fields(record);
    out += &data_class("", false, name, &fields);
    if !of.is_empty() {
        out += &format!(" : {of}");
    }
    let members = secrets(record, name) + &spans(&fields);
    if members.is_empty() {
        return out + "\n";
    }
    out + " {\n" + &members + "}\n"
}

fn secrets(record: &'static Struct, name: &str) -> String {
    let items: Vec<Item> = parts(record).into_iter().filter_map(|part| part.item).collect();
    if items.iter().all(|item| item.secret.is_none()) {
        return String::new();
    }
    let shown: Vec<String> = items
        .iter()
        .map(|item| {
            let name = field_name(&item.name);
            match item.secret {
                Some(prefix) => format!("{name}={prefix}…"),
                None => format!("{name}=${name}"),
            }
        })
        .collect();
    format!(
        "    // A credential shows itself only when asked.\n    override fun toString() = \"{name}({})\"\n",
        shown.join(", ")
    )
}

/// Lengths of time as Java has them.
fn spans(fields: &[Parameter]) -> String {
    let spans = fields.iter().filter(|one| one.kind.starts_with("Duration"));
    spans
        .map(|one| {
            let (name, maybe) = (&one.name, if one.kind.ends_with('?') { "?" } else { "" });
            format!(
                "    /** [{name}], for Java. */\n    fun {name}Java(): java.time.Duration{maybe} = {name}{maybe}.toJavaDuration()\n"
            )
        })
        .collect()
}
