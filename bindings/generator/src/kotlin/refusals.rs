//! `Refusal.kt`: every refusal as a class, with what it names.

use tacos_engine::Refusal;
use tacos_engine::schema::{REFUSAL, Struct, Variant};

use super::dialect::{Parameter, said};
use super::{data_class, head, kdoc};
use crate::border::{AT_CAPACITY, Shape, record, refusal_items};

/// The values of a refusal.
pub(super) fn values(variant: &'static Variant) -> Vec<Parameter> {
    refusal_items(variant).into_iter().map(Parameter::shown).collect()
}

/// True if the same request may succeed shortly.
fn is_transient(code: &str) -> bool {
    // Those whose answer does not depend on what they carry.
    let bare = [Refusal::NotYet, Refusal::AdmissionPaused, Refusal::NotDue(tacos_engine::UnixMs::new(0))];
    bare.iter().any(|refusal| refusal.code() == code && refusal.is_transient())
}

const BEGINNING: &str = "
/** An expected \"no\": it changed nothing and waited for nothing. */
sealed class Refusal {
    /** For a person. */
    abstract val message: String

    /** True if the same request may succeed shortly, with nothing changed. */
    open val transient: Boolean get() = false
";

pub(super) fn file() -> String {
    let mut out = String::new();
    let problem: &'static Struct = record("Problem");
    out += "\n";
    out += &super::results::class(problem, "");
    out += BEGINNING;
    for variant in REFUSAL.variants {
        let mut values = values(variant);
        let text = |name: &str, kind: &str, doc: &str| Parameter {
            name: name.into(),
            kind: kind.into(),
            doc: doc.into(),
            default: None,
            shape: Shape::Text,
        };
        if variant.name == AT_CAPACITY {
            values.push(text(
                "retryAfter",
                "Duration?",
                "How long to wait before trying again, where that is known.",
            ));
        }
        values.push(text("message", "String", ""));
        if variant.name == AT_CAPACITY {
            values.push(text("transient", "Boolean", ""));
        }
        out += "\n";
        out += &kdoc("    ", &said(&variant.doc.join("\n")));
        let class = data_class("    ", false, variant.name, &values);
        let class = class
            .replace("val message: String", "override val message: String")
            .replace("val transient: Boolean", "override val transient: Boolean");
        out += &class;
        out += " : Refusal()";
        if is_transient(&variant.code()) {
            out += " {\n        override val transient get() = true\n    }";
        }
        out += "\n";
    }
    out += "\n    /** A refusal that this library does not know yet. */\n    data class Newer(\n        \
            override val message: String,\n        override val transient: Boolean,\n    ) : Refusal()\n}\n";
    head("Every expected \"no\" by its name, with what it names.", &out)
}
