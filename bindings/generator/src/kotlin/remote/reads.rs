//! `RemoteReads.kt`: the reads of a client.

use tacos_engine::schema::{Kind, Read, ReadForm};

use super::{head, lower, upper};
use crate::border::{item, read_name};
use crate::kotlin::face::{self, KotlinRead};
use crate::wire::messages::{given, read_message, wire_name};

const BEGINNING: &str = "
/** The reads of an engine behind a server. */
abstract class RemoteReads internal constructor() : TicketEngine {
    /**
     * Asks what [put] says, again after a lost connection, for an answer of this kind. Throws [RefusedException], and what
     * else every call may throw.
     */
    internal abstract suspend fun look(kind: WireAnswer.OutcomeCase, put: (WireCall.Builder) -> Unit): WireAnswer
";

/// What a read gives, out of the answer.
fn value(read: &'static Read) -> String {
    let (name, ..) = given(read);
    let name = lower(&name);
    match (read.method, read.gives) {
        ("copy_free_seats", _) => format!("{name}.let {{ BitSet.valueOf(it.asReadOnlyByteBuffer()) }}"),
        ("notes", _) => format!("{name}.notesList.associate {{ it.name to it.value.face() }}"),
        ("read_note", _) => format!("{name}.let {{ if (it.hasValue()) it.value.face() else null }}"),
        ("due_webhooks", _) => format!(
            "{name}.let {{ due ->\n            DueWebhooks(due.webhooksList.map {{ it.face() }}, if (due.hasNextAtUnixMs()) Instant.ofEpochMilli(due.nextAtUnixMs) else null)\n        }}"
        ),
        (_, Kind::List(_)) => format!("{name}.itemsList.map {{ it.face() }}"),
        (_, Kind::Struct(_)) => format!("{name}.face()"),
        _ => name,
    }
}

/// The statement that asks for it, in braces.
fn asked(read: &'static Read, kotlin: &KotlinRead) -> String {
    let (call, message) = (upper(&format!("read_{}", read_name(read))), read_message(read));
    let mut made = format!("Wire{message}.newBuilder()");
    for (field, (name, kind, _)) in read.fields.iter().zip(kotlin.parameters) {
        let (item, wide) = (item(field), matches!(field.kind, Kind::Optional(Kind::Unsigned(64))));
        let field = wire_name(&item);
        made += &match *kind {
            "String" => format!(".set{}(text({name}))", upper(&field)),
            "List<String>" => format!(".addAll{}({name}.map(::text))", upper(&field)),
            "Int" if wide => format!(".set{}({name}.toLong())", upper(&field)),
            "Int" => format!(".set{}(count({name}, \"{}\"))", upper(&field), item.name),
            _ => format!(".set{}({name})", upper(&field)),
        };
    }
    format!("{{ it.set{call}({made}) }}")
}

fn method(kotlin: &KotlinRead) -> String {
    let head =
        format!("\n    override suspend fun {}({}): {}", kotlin.name, kotlin.declared(false), kotlin.gives);
    let Some(read) = kotlin.described() else { return added(kotlin, &head) };
    let (name, ..) = given(read);
    let case = format!("WireAnswer.OutcomeCase.{}", name.to_uppercase());
    let (asked, value) = (asked(read, kotlin), value(read));
    let looked = format!("look({case}) {asked}.{value}");
    match (read.method, read.form) {
        // What is not there is nothing.
        ("event", _) => format!(
            "{head} = try {{\n        {looked}\n    }} catch (refused: RefusedException) {{\n        \
             if (refused.refusal is Refusal.UnknownEvent) null else throw refused\n    }}\n"
        ),
        ("queue_place", ReadForm::AtOnce) => format!(
            "{head} = try {{\n        {looked}\n    }} catch (refused: RefusedException) {{\n        \
             Refused(refused.refusal, refused.code)\n    }}\n"
        ),
        _ => format!("{head} =\n        {looked}\n"),
    }
}

/// What the engine's description does not have among its reads.
fn added(kotlin: &KotlinRead, head: &str) -> String {
    if kotlin.name == "eventSnapshot" {
        // As the engine does it itself.
        return format!(
            "{head} {{\n        // The position first: what is recorded before it shows.\n        val position = position()\n        \
             val found = look(WireAnswer.OutcomeCase.EVENT) {{ it.setReadEvent(WireReadEvent.newBuilder().setEvent(text(event))) }}\n        \
             return EventSnapshot(found.event.face(), seats(event), position)\n    }}\n"
        );
    }
    let what = kotlin.name.strip_prefix("prepare").expect("a prepared id");
    let sets: String =
        kotlin.parameters.iter().map(|(name, ..)| format!(".set{}(text({name}))", upper(name))).collect();
    format!(
        "{head} =\n        look(WireAnswer.OutcomeCase.PREPARED) {{ it.setPrepare{what}(WirePrepare{what}.newBuilder(){sets}) }}.prepared\n"
    )
}

pub(in crate::kotlin) fn reads() -> String {
    let methods: String = face::reads().iter().map(method).collect();
    head("The reads of a client, each a call of the stream.", &format!("{BEGINNING}{methods}}}\n"))
}
