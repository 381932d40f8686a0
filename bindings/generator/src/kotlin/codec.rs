//! `Writing.kt` and `Reading.kt`: the bytes of all these types. The other end is `bindings/uniffi/src/codec`.

use tacos_engine::schema::{REFUSAL, REPLY, Struct, UPDATE};

use super::commands::all;
use super::dialect::{Parameter, camel, read, type_name, write};
use super::refusals::values;
use super::results::fields;
use super::settings::options;
use super::{head, updates};
use crate::border::{
    AT_CAPACITY, NEWER, SHOWN, carried, changes, counts, doubt, fact_name, form, lookups, parts, reads,
    record, replies, settings, view,
};
use crate::words::shout;

pub(super) fn writing() -> String {
    let mut out = String::new();
    out += "\ninternal fun Writer.put(command: Command<*>) {\n    when (command) {\n";
    for command in all() {
        out += &format!("        is {} -> {{\n            tag({})\n", command.name, command.number);
        for one in &command.parameters {
            out += &format!("            {}\n", write(&one.shape, &format!("command.{}", one.name)));
        }
        out += "        }\n";
    }
    out += "    }\n}\n";
    for record in settings() {
        let name = type_name(record.name);
        out += &format!("\ninternal fun Writer.put(of: {name}) {{\n");
        for item in parts(record).into_iter().filter_map(|part| part.item) {
            out += &format!("    {}\n", write(&item.shape, &format!("of.{}", camel(&item.name))));
        }
        out += "}\n";
    }
    out += "\ninternal fun Writer.put(options: Options) {\n";
    for one in options() {
        // An acknowledgement that does not wait for the disk says how often it is synced.
        let line = match one.name.as_str() {
            "durability" => {
                "maybe((options.durability as? Durability.Relaxed)?.syncEvery) { duration(it) }".to_owned()
            }
            name => write(&one.shape, &format!("options.{name}")),
        };
        out += &format!("    {line}\n");
    }
    out += "}\n";
    out += "\n/** Reads that wait for nothing, by their numbers. */\ninternal object Reads {\n";
    for (number, name) in reads().iter().enumerate() {
        out += &format!("    const val {} = {number}\n", shout(name));
    }
    out += "}\n";
    head("Commands and settings into bytes.", &out)
}

/// The function that reads a record.
fn a_record(record: &'static Struct, out: &mut String) {
    let name = type_name(record.name);
    let all = fields(record);
    *out += &format!("\ninternal fun Reader.read{name}() = {name}(\n");
    for Parameter { name, shape, .. } in &all {
        *out += &format!("    {name} = {},\n", read(shape));
    }
    *out += ")\n";
}

pub(super) fn reading() -> String {
    let mut out = String::new();
    out += "\n/** The value of an answer to a command. */\ninternal fun Reader.readAnswer(): Answer = when (val kind = tag()) {\n";
    let replies = replies().map(|record| format!("read{}()", type_name(record.name)));
    let page = |name: &str| format!("{name}Page(list {{ read{name}() }}, maybe {{ Cursor(bytes()) }})");
    let found = lookups().into_iter().map(|(name, _)| match name.as_str() {
        "Reservations" => page("Reservation"),
        "Payments" => page("Payment"),
        one => format!("read{one}()"),
    });
    let all: Vec<String> = replies.chain(found).collect();
    assert_eq!(all.len(), REPLY.variants.len() + lookups().len(), "an answer a form");
    for (number, value) in all.iter().enumerate() {
        out += &format!("    {number} -> {value}\n");
    }
    out += "    else -> malformed(\"no answer has number $kind\")\n}\n";
    crate::border::replies().for_each(|record| a_record(record, &mut out));
    settings().into_iter().for_each(|record| a_record(record, &mut out));
    a_record(counts(), &mut out);
    SHOWN.iter().for_each(|name| a_record(view(name), &mut out));
    refusal(&mut out);
    a_record(record("Problem"), &mut out);
    facts(&mut out);
    head("Answers, refusals and updates out of bytes.", &out)
}

fn refusal(out: &mut String) {
    *out += "\n/** What a refusal is about; [message], [transient] and [retryAfter] were said ahead. */\n\
             internal fun Reader.readRefusal(message: String, transient: Boolean, retryAfter: Duration?): Refusal =\n    \
             when (val kind = tag()) {\n";
    for (number, variant) in REFUSAL.variants.iter().enumerate() {
        let name = variant.name;
        if let Some(of) = doubt(variant) {
            *out += &format!("        {number} -> {{\n            val doubt = word({}.entries)\n", of.name);
            let mut handed = vec!["doubt".to_owned()];
            for form in of.variants {
                for field in form.fields {
                    let Parameter { name: value, shape, .. } = Parameter::shown(carried(field));
                    *out += &format!(
                        "            val {value} = if (doubt == {}.{}) {} else null\n",
                        of.name,
                        shout(form.name),
                        read(&shape)
                    );
                    handed.push(value);
                }
            }
            *out += &format!("            Refusal.{name}({}, message)\n        }}\n", handed.join(", "));
            continue;
        }
        let mut handed: Vec<String> = values(variant).iter().map(|one| read(&one.shape)).collect();
        if name == AT_CAPACITY {
            handed.push("retryAfter".into());
        }
        handed.push("message".into());
        if name == AT_CAPACITY {
            handed.push("transient".into());
        }
        *out += &format!("        {number} -> Refusal.{name}({})\n", handed.join(", "));
    }
    *out += &format!(
        "        {NEWER} -> Refusal.Newer(message, transient)\n        else -> malformed(\"no refusal has number $kind\")\n    }}\n"
    );
}

fn facts(out: &mut String) {
    a_record(UPDATE, out);
    a_record(record("PlaceChanged"), out);
    changes()
        .into_iter()
        .filter(|record| record.name == "ReservationUpdate")
        .for_each(|record| a_record(record, out));
    *out += "\ninternal fun Reader.readUpdateKind(): UpdateKind = when (val kind = tag()) {\n";
    for (number, variant) in form("UpdateKind").variants.iter().enumerate() {
        let name = fact_name(variant);
        let values: Vec<String> = updates::values(variant).iter().map(|one| read(&one.shape)).collect();
        let call = if values.is_empty() { String::new() } else { format!("({})", values.join(", ")) };
        *out += &format!("    {number} -> UpdateKind.{name}{call}\n");
    }
    *out += &format!(
        "    {NEWER} -> UpdateKind.Newer\n    else -> malformed(\"no fact has number $kind\")\n}}\n"
    );
}
