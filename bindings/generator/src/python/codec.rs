//! `_writing.py` and `_reading.py`: the bytes of all these types. The other end is `bindings/uniffi/src/codec`.

use tacos_engine::schema::{REFUSAL, REPLY, Struct, UPDATE, snake};

use super::commands::all;
use super::dialect::{Member, read, type_name, write};
use super::records::{attribute, members, options, settings_names, state_names, view_names};
use super::{head, refusals};
use crate::border::{
    NEWER, SHOWN, carried, changes, counts, doubt, fact_items, fact_name, form, lookups, parts, reads,
    record, replies, settings, view, words,
};
use crate::words::shout;

/// What the numbers of reads are called, in their order.
pub(super) fn read_numbers() -> Vec<String> {
    reads().iter().map(|name| format!("READ_{}", shout(name))).collect()
}

/// The functions that read values for others.
pub(super) fn reader_names() -> Vec<String> {
    let names = view_names().into_iter().chain(settings_names());
    names.map(|name| format!("read_{}", snake(&name))).collect()
}

pub(super) fn writing() -> String {
    let mut out = "\n".to_owned();
    for name in words().into_iter().map(|of| of.name) {
        out += &format!("put_{} = writer_of({name})\n", snake(name));
    }
    for record in settings() {
        let name = type_name(record.name);
        out += &format!("\n\ndef put_{}(out: bytearray, of: {name}, name: str) -> None:\n", snake(name));
        out += &format!("    expect({name}, of, name)\n");
        for item in parts(record).into_iter().filter_map(|part| part.item) {
            out += &format!("    {}\n", write(&item.shape, &attribute("of", &item.name), &item.name));
        }
    }
    for command in all() {
        let name = &command.name;
        out += &format!("\n\ndef _{}(out: bytearray, of: {name}) -> None:\n", snake(name));
        out += &format!("    out.append({})\n", command.number);
        for Member { name, shape, .. } in &command.members {
            out += &format!("    {}\n", write(shape, &format!("of.{name}"), name));
        }
    }
    out += "\n\n_COMMANDS: dict[type[Command[Any]], Callable[[bytearray, Any], None]] = {\n";
    for command in all() {
        out += &format!("    {0}: _{1},\n", command.name, snake(&command.name));
    }
    out += "}\n\n\ndef put_command(out: bytearray, command: Command[Any]) -> None:\n    \
            put = _COMMANDS.get(type(command))\n    if put is None:\n        \
            raise TypeError(f\"not a command of an engine: {command!r}\")\n    put(out, command)\n";
    out += "\n\ndef put_options(out: bytearray, options: Options) -> None:\n    expect(Options, options, \"options\")\n";
    for Member { name, shape, .. } in options() {
        out += &format!("    {}\n", write(&shape, &format!("options.{name}"), &name));
    }
    out += "\n\n# Reads that wait for nothing, by their numbers.\n";
    for (number, name) in read_numbers().iter().enumerate() {
        out += &format!("{name} = {number}\n");
    }
    head("_writing", "Commands and settings into bytes.", &out)
}

/// The function that reads a record.
fn a_record(record: &'static Struct, out: &mut String) {
    let name = type_name(record.name);
    *out += &format!("\n\ndef read_{}(of: Reader) -> {name}:\n    return {name}(\n", snake(name));
    for Member { name, shape, .. } in members(record) {
        *out += &format!("        {name}={},\n", read(&shape));
    }
    *out += "    )\n";
}

pub(super) fn reading() -> String {
    let mut out = "\n".to_owned();
    for name in state_names() {
        out += &format!("read_{} = reader_of({name})\n", snake(&name));
    }
    settings().into_iter().for_each(|record| a_record(record, &mut out));
    a_record(counts(), &mut out);
    SHOWN.iter().for_each(|name| a_record(view(name), &mut out));
    replies().for_each(|record| a_record(record, &mut out));
    answers(&mut out);
    a_record(record("Problem"), &mut out);
    all_refusals(&mut out);
    a_record(record("PlaceChanged"), &mut out);
    changes()
        .into_iter()
        .filter(|record| record.name == "ReservationUpdate")
        .for_each(|record| a_record(record, &mut out));
    facts(&mut out);
    a_record(UPDATE, &mut out);
    head("_reading", "Answers, refusals and updates out of bytes.", &out)
}

/// The functions that read one of several forms, by their numbers.
fn table(name: &str, kind: &str, forms: &[String], out: &mut String) {
    *out += &format!("\n\n{name}: tuple[Callable[[Reader], {kind}], ...] = (\n");
    for form in forms {
        *out += &format!("    {form},\n");
    }
    *out += ")\n";
}

fn answers(out: &mut String) {
    let replies = replies().map(|record| format!("read_{}", snake(type_name(record.name))));
    let page = |name: &str| format!("lambda of: Page(of.many(read_{name}), of.maybe(Reader.octets))");
    let found = lookups().into_iter().map(|(name, _)| match name.as_str() {
        "Reservations" => page("reservation"),
        "Payments" => page("payment"),
        one => format!("read_{}", snake(one)),
    });
    let forms: Vec<String> = replies.chain(found).collect();
    assert_eq!(forms.len(), REPLY.variants.len() + lookups().len(), "an answer a form");
    table("_ANSWERS", "Any", &forms, out);
    *out += "\n\ndef read_answer(of: Reader) -> Any:\n    \"\"\"The value of an answer to a command.\"\"\"\n    \
             return of.form(_ANSWERS, \"answer\")(of)\n";
}

fn all_refusals(out: &mut String) {
    let mut forms = Vec::new();
    for variant in REFUSAL.variants {
        let name = variant.name;
        if let Some(of) = doubt(variant) {
            *out += &format!("\n\ndef _{}(of: Reader) -> dict[str, object]:\n", snake(name));
            *out += &format!("    doubt = read_{}(of)\n", snake(of.name));
            let mut handed = vec!["\"doubt\": doubt".to_owned()];
            for form in of.variants {
                for field in form.fields {
                    let Member { name, shape, .. } = Member::shown(carried(field));
                    let word = format!("{}.{}", of.name, shout(form.name));
                    *out += &format!("    {name} = {} if doubt is {word} else None\n", read(&shape));
                    handed.push(format!("\"{name}\": {name}"));
                }
            }
            *out += &format!("    return {{{}}}\n", handed.join(", "));
            forms.push(format!("({name}, _{})", snake(name)));
            continue;
        }
        let values: Vec<String> = refusals::members(variant)
            .iter()
            .map(|Member { name, shape, .. }| format!("\"{name}\": {}", read(shape)))
            .collect();
        forms.push(if values.is_empty() {
            format!("({name}, None)")
        } else {
            format!("({name}, lambda of: {{{}}})", values.join(", "))
        });
    }
    *out +=
        "\n\n_REFUSALS: tuple[tuple[type[Refused], Callable[[Reader], dict[str, object]] | None], ...] = (\n";
    for form in forms {
        *out += &format!("    {form},\n");
    }
    *out += &format!(
        ")\n\n\ndef read_refusal(of: Reader) -> Refused:\n    \
         \"\"\"A refusal: its name for machines, its text for a person, what to do about it, what it is about.\"\"\"\n    \
         code, message, transient = of.text(), of.text(), of.flag()\n    \
         retry_after = of.maybe(Reader.duration)\n    \
         number = of.tag()\n    if number == {NEWER}:\n        \
         refused: Refused = NewerRefusal(message, transient=transient, retry_after=retry_after)\n        \
         refused.code = code\n        return refused\n    \
         kind, values = of.form_numbered(number, _REFUSALS, \"refusal\")\n    \
         about = values(of) if values is not None else {{}}\n    \
         return kind(message, transient=transient, retry_after=retry_after, **about)\n"
    );
}

fn facts(out: &mut String) {
    let forms: Vec<String> = form("UpdateKind")
        .variants
        .iter()
        .map(|variant| {
            let values: Vec<String> = fact_items(variant)
                .into_iter()
                .map(Member::shown)
                .map(|Member { name, shape, .. }| format!("{name}={}", read(&shape)))
                .collect();
            let line = format!("lambda of: updates.{}({})", fact_name(variant), values.join(", "));
            if line.len() <= 110 {
                return line;
            }
            let values: String = values.iter().map(|value| format!("        {value},\n")).collect();
            format!("lambda of: updates.{}(\n{values}    )", fact_name(variant))
        })
        .collect();
    table("_FACTS", "UpdateKind", &forms, out);
    *out += &format!(
        "\n\ndef read_update_kind(of: Reader) -> UpdateKind:\n    number = of.tag()\n    if number == {NEWER}:\n        \
         return updates.Newer()\n    return of.form_numbered(number, _FACTS, \"fact\")(of)\n"
    );
}
