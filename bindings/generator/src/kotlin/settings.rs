//! `Settings.kt` and `Options.kt`: what can be set about events, their lines, and a whole engine, with builders for
//! Java.

use tacos_engine::schema::Struct;

use super::dialect::{Parameter, camel, kind, said, type_name, usual};
use super::{data_class, head, kdoc};
use crate::border::{Setting, config, parts, settings};

pub(super) fn file() -> String {
    let mut out = String::new();
    for record in settings() {
        out += "\n";
        one(record, &mut out);
    }
    head(
        "What can be set about events and their waiting lines. What is left out has the engine's usual value.",
        &out,
    )
}

fn one(record: &'static Struct, out: &mut String) {
    let name = type_name(record.name);
    let fields: Vec<Parameter> = parts(record)
        .into_iter()
        .filter_map(|part| part.item)
        .map(|item| Parameter {
            name: camel(&item.name),
            kind: kind(&item.shape),
            doc: said(&item.doc),
            default: usual(record.name, &item),
            shape: item.shape,
        })
        .collect();
    let doc = said(&record.doc.join("\n"));
    if fields.iter().any(|one| one.default.is_some()) {
        built(name, &doc, &fields, "", out);
        return;
    }
    *out += &kdoc("", &doc);
    *out += &data_class("", false, name, &fields);
    *out += "\n";
}

/// What the order of an engine's settings has been from the beginning, where it is not the engine's.
const FIRST: [&str; 3] = ["durability", "timeByHandFrom", "fixedEntropy"];

/// The settings of an engine, in the order in which they cross.
pub(super) fn options() -> Vec<Parameter> {
    config()
        .into_iter()
        .map(|Setting { item, usual, .. }| Parameter {
            name: camel(&item.name),
            kind: kind(&item.shape),
            doc: said(&item.doc),
            default: Some(usual.into()),
            shape: item.shape,
        })
        .collect()
}

pub(super) fn options_file() -> String {
    let mut fields = options();
    fields.sort_by_key(|one| FIRST.iter().position(|name| *name == one.name).unwrap_or(FIRST.len()));
    let mut out = "\n".to_owned();
    let check = "    init {\n        require(inFlightMax in 1..(1 shl 20)) { \"inFlightMax is $inFlightMax, but must be 1 to 1048576\" }\n    }\n\n";
    let doc =
        "Settings of one engine. What is left out has the engine's own default, which is fit for production.";
    built("Options", doc, &fields, check, &mut out);
    head("How an engine is opened.", &out)
}

/// A class with a builder for Java.
fn built(name: &str, doc: &str, fields: &[Parameter], check: &str, out: &mut String) {
    let optional: Vec<&Parameter> = fields.iter().filter(|one| one.default.is_some()).collect();
    *out += &format!("/**\n * {doc}\n *\n * From Java, use [{name}.builder].\n */\n");
    *out += &data_class("", false, name, fields);
    let needed: Vec<&Parameter> = fields.iter().filter(|one| one.default.is_none()).collect();
    let declared: Vec<String> = needed.iter().map(|one| format!("{}: {}", one.name, one.kind)).collect();
    let handed: Vec<&str> = needed.iter().map(|one| one.name.as_str()).collect();
    let (declared, handed) = (declared.join(", "), handed.join(", "));
    *out += &format!(
        " {{\n{check}    companion object {{\n        /** For Java. */\n        @JvmStatic\n        \
         fun builder({declared}): Builder = Builder({handed})\n    }}\n\n    /** One by one, for Java. */\n    \
         class Builder internal constructor({declared}) {{\n        private var built = {name}({handed})\n"
    );
    for field in optional {
        let (value, field_kind) = (&field.name, field.kind.trim_end_matches('?'));
        let (kind, handed) = match field_kind {
            "Duration" => ("java.time.Duration", format!("{value}.toKotlinDuration()")),
            kind => (kind, value.clone()),
        };
        *out += &format!(
            "\n        /** See [{name}.{value}]. */\n        fun {value}({value}: {kind}) = set {{ copy({value} = {handed}) }}\n"
        );
    }
    *out += &format!(
        "\n        /** What was set, and defaults for the rest. */\n        fun build(): {name} = built\n\n        \
         private fun set(change: {name}.() -> {name}): Builder = apply {{ built = built.change() }}\n    }}\n}}\n"
    );
}
