//! `Refusal.kt`: every refusal as a class, with what it names.

use tacos_engine::Refusal;
use tacos_engine::schema::{Enum, Field, Kind, REFUSAL, Struct, Variant};

use super::dialect::{Parameter, camel, kind, said};
use super::{data_class, head, kdoc};
use crate::border::{Shape, form, item, record, shape_of};
use crate::words::small;

/// What values without a name are called.
pub(super) fn value_name(kind: Kind) -> &'static str {
    match kind {
        Kind::List(Kind::Struct(_)) => "problems",
        Kind::List(_) => "seats",
        Kind::Text => "section",
        Kind::Moment => "at",
        Kind::Enum(Enum { name: "Bound", .. }) => "bound",
        Kind::Enum(_) => "state",
        other => unreachable!("{other:?} has no name in a refusal yet"),
    }
}

/// The forms of a doubt, if that is what the refusal carries.
pub(super) fn doubt(variant: &Variant) -> Option<&'static Enum> {
    match variant.fields {
        [Field { kind: Kind::Enum(of), .. }] if of.name.ends_with("Doubt") => Some(form(of.name)),
        _ => None,
    }
}

/// What a form of a doubt carries: its name, and what it is.
pub(super) fn carried(field: &'static Field) -> (String, Shape) {
    if field.name.is_empty() {
        return (value_name(field.kind).to_owned(), shape_of(field.kind));
    }
    let item = item(field);
    (camel(&item.name), item.shape)
}

/// The values of a refusal.
pub(super) fn values(variant: &'static Variant) -> Vec<Parameter> {
    let one = |name: &str, shape: Shape, doc: &str| Parameter {
        name: name.to_owned(),
        kind: kind(&shape),
        doc: doc.to_owned(),
        default: None,
        shape,
    };
    if let Some(doubt) = doubt(variant) {
        let mut all = vec![one("doubt", Shape::Form(doubt), "Why.")];
        for form in doubt.variants {
            for field in form.fields {
                let (name, shape) = carried(field);
                let doc = format!("Where that is why: {}", small(&said(&form.doc.join("\n"))));
                all.push(one(&name, Shape::Optional(Box::new(shape)), &doc));
            }
        }
        return all;
    }
    let of_field = |field: &'static Field| {
        let (name, shape) = carried(field);
        one(&name, shape, &said(&field.doc.join("\n")))
    };
    variant.fields.iter().map(of_field).collect()
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

    /** True if the same request may succeed shortly, without anybody changing anything. */
    open val transient: Boolean get() = false
";

/// The refusal that also says when to try again.
pub(super) const AT_CAPACITY: &str = "AtCapacity";

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
