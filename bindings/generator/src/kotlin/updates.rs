//! `Updates.kt`: facts that happened, as followers read them.

use tacos_engine::schema::{UPDATE, Variant};

use super::dialect::{Parameter, said};
use super::results::class;
use super::{data_class, head, kdoc};
use crate::border::{changes, fact_items, fact_name, form, record};

/// The values of a fact, in the order in which they cross.
pub(super) fn values(variant: &'static Variant) -> Vec<Parameter> {
    fact_items(variant).into_iter().map(Parameter::shown).collect()
}

/// A credential shows itself only when asked.
fn secrets(name: &str, values: &[Parameter]) -> Option<String> {
    let is_secret = |one: &Parameter| one.doc.contains("tkn_…");
    if !values.iter().any(is_secret) {
        return None;
    }
    let shown: Vec<String> = values
        .iter()
        .map(|one| match (is_secret(one), one.kind.starts_with("List")) {
            (true, true) => format!("${{{}.size}} {}", one.name, one.name),
            (true, false) => {
                let prefix = if one.doc.contains("rtkn") { "rtkn" } else { "wtkn" };
                format!("{}={prefix}_…", one.name)
            }
            _ => format!("{0}=${0}", one.name),
        })
        .collect();
    Some(format!(" {{\n        override fun toString() = \"{name}({})\"\n    }}", shown.join(", ")))
}

pub(super) fn file() -> String {
    let mut out = String::new();
    for record in [UPDATE, record("PlaceChanged")] {
        out += "\n";
        out += &class(record, "");
    }
    let reservation =
        changes().into_iter().find(|record| record.name == "ReservationUpdate").expect("its record");
    out += "\n";
    out += &class(reservation, "");
    let what = form("UpdateKind");
    out += "\n";
    out += &kdoc("", &said(&what.doc.join("\n")));
    out += "sealed interface UpdateKind {\n";
    for variant in what.variants {
        let (name, values) = (fact_name(variant), values(variant));
        out += &kdoc("    ", &said(&variant.doc.join("\n")));
        if values.is_empty() {
            out += &format!("    data object {name} : UpdateKind\n\n");
            continue;
        }
        out += &data_class("    ", false, name, &values);
        out += " : UpdateKind";
        out += &secrets(name, &values).unwrap_or_default();
        out += "\n\n";
    }
    out += "    /** A fact that this library does not know yet. */\n    data object Newer : UpdateKind\n}\n";
    head("Facts that happened, as followers read them.", &out)
}
