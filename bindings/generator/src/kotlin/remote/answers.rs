//! `FromWire.kt`, `RefusalsFromWire.kt`, `Words.kt`: answers, refusals and words out of messages.

use std::collections::HashSet;

use tacos_engine::schema::{COMMANDS, Enum, READS, REFUSAL, ReadForm, Struct, Variant, snake};

use super::{head, lower, upper};
use crate::border::{
    self, AT_CAPACITY, Item, SHOWN, Shape, counts, parts, refusal_items, replies, settings, view,
};
use crate::kotlin::dialect::{Parameter, type_name};
use crate::kotlin::refusals::values;
use crate::wire::messages::{given, refusal_part, wire_name};
use crate::words::{reached, shout};

/// The value of a field of a message.
fn read(shape: &Shape, field: &str) -> String {
    let name = lower(field);
    match shape {
        Shape::Bool | Shape::Int | Shape::Long | Shape::Text => name,
        Shape::Moment => format!("Instant.ofEpochMilli({name})"),
        Shape::Duration => format!("{name}.milliseconds"),
        Shape::Cursor => format!("Cursor({name}.face())"),
        Shape::Bytes | Shape::Word(_) | Shape::Form(_) | Shape::Record(_) => format!("{name}.face()"),
        Shape::Optional(of) => format!("if (has{}()) {} else null", upper(field), read(of, field)),
        Shape::List(of) if matches!(**of, Shape::Text) => format!("{name}List.toList()"),
        Shape::List(_) => format!("{name}List.map {{ it.face() }}"),
        Shape::Sections => unreachable!("seat maps go in only"),
    }
}

fn record(record: &'static Struct) -> String {
    let name = type_name(record.name);
    let mut out = format!("\ninternal fun Wire{}.face() = {name}(\n", record.name);
    for item in parts(record).into_iter().filter_map(|part| part.item) {
        let field = wire_name(&item);
        let Parameter { name, shape, .. } = Parameter::shown(item);
        out += &format!("    {name} = {},\n", read(&shape, &field));
    }
    out + ")\n"
}

pub(in crate::kotlin) fn from_wire() -> String {
    let mut out = String::from(
        "\n/** What a command answers; throws if it is none. */\n\
         internal fun WireAnswer.face(): Answer = when (outcomeCase) {\n    \
         WireAnswer.OutcomeCase.REFUSED -> refused.face()\n",
    );
    for record in replies() {
        let name = snake(record.name);
        out += &format!("    WireAnswer.OutcomeCase.{} -> {}.face()\n", shout(record.name), lower(&name));
    }
    let asked = |form| matches!(form, ReadForm::Durable | ReadForm::Page);
    for of in READS.iter().filter(|of| asked(of.form)) {
        let (name, ..) = given(of);
        out += &format!("    WireAnswer.OutcomeCase.{} -> {}.face()\n", name.to_uppercase(), lower(&name));
    }
    out += "    else -> throw unexpected(this)\n}\n";
    for (page, message) in [("ReservationPage", "ReservationViewPage"), ("PaymentPage", "PaymentViewPage")] {
        out += &format!(
            "\ninternal fun Wire{message}.face() =\n    {page}(itemsList.map {{ it.face() }}, if (hasNext()) Cursor(next.face()) else null)\n"
        );
    }
    replies().for_each(|one| out += &record(one));
    settings().into_iter().for_each(|one| out += &record(one));
    out += &record(counts());
    SHOWN.iter().for_each(|name| out += &record(view(name)));
    head("Answers and views out of messages of the stream.", &out)
}

/// The values of a refusal, each out of its field of the message.
fn carried(variant: &'static Variant) -> Vec<String> {
    let one = |(item, one): (Item, Parameter)| read(&one.shape, &refusal_part(variant.name, &item));
    let mut all: Vec<String> = refusal_items(variant).into_iter().zip(values(variant)).map(one).collect();
    if variant.name == AT_CAPACITY {
        all.push("if (hasRetryAfterMs()) retryAfterMs.milliseconds else null".into());
    }
    all.push("message".into());
    if variant.name == AT_CAPACITY {
        all.push("transient".into());
    }
    all
}

pub(in crate::kotlin) fn refusals() -> String {
    let mut out = String::from(
        "\ninternal fun WireRefused.face() = Refused(refusal(), code)\n\nprivate fun WireRefused.refusal(): Refusal = when (code) {\n",
    );
    for variant in REFUSAL.variants {
        let handed = carried(variant);
        let line = format!("    \"{}\" -> Refusal.{}(", variant.code(), variant.name);
        let one = format!("{line}{})\n", handed.join(", "));
        if one.len() <= 121 {
            out += &one;
            continue;
        }
        let each: String = handed.iter().map(|value| format!("        {value},\n")).collect();
        out += &format!("{line}\n{each}    )\n");
    }
    out += "    else -> Refusal.Newer(message, transient)\n}\n";
    out += &record(border::record("Problem"));
    head("Refusals out of messages of the stream.", &out)
}

/// Words that calls carry.
fn asked() -> HashSet<&'static str> {
    let fields = COMMANDS.iter().flat_map(|command| command.fields);
    let all = fields.chain(READS.iter().flat_map(|read| read.fields)).map(|field| field.kind);
    reached(all).1.into_iter().map(|of| of.name).collect()
}

pub(in crate::kotlin) fn words() -> String {
    let (mut out, asked) = (String::new(), asked());
    let mut all = border::words();
    all.extend(["PaymentDoubt", "ExtensionDoubt"].map(border::form));
    for of in all {
        let Enum { name, variants, .. } = of;
        let wire = |variant: &Variant| format!("Wire{name}.{}_{}", shout(name), shout(variant.name));
        out += &format!("\ninternal fun Wire{name}.face(): {name} = when (this) {{\n");
        for variant in *variants {
            out += &format!("    {} -> {name}.{}\n", wire(variant), shout(variant.name));
        }
        out += "    else -> throw unknown(this)\n}\n";
        if asked.contains(name) {
            out += &format!("\ninternal fun {name}.wire(): Wire{name} = when (this) {{\n");
            for variant in *variants {
                out += &format!("    {name}.{} -> {}\n", shout(variant.name), wire(variant));
            }
            out += "}\n";
        }
    }
    head("Words as those of messages of the stream, both ways.", &out)
}
